"""The demo page: the sandbox in a browser, on this computer only. It works without JavaScript: every act is a form.

Who looks and where travel in the address (`qui`, `lieu`), so that two tabs can be two people.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.sandbox.guard import Guard
from bot.sandbox.marks import quiet
from bot.sandbox.platform import Sandbox
from bot.sandbox.screen import Drawer
from bot.sandbox.things import Persona, Place
from bot.sandbox.world import Unknown, direct
from chat.cards import File, Token
from chat.language import Languages
from chat.talk import Given

HERE = Path(__file__).parent
JUMPS = {"heure": timedelta(hours=1), "jour": timedelta(days=1), "semaine": timedelta(weeks=1)}
FIELD = "q."
"""What the name of a form's field starts with, so that none is taken for one of the page's own."""
COMMAND = "/atelier"

Hook = Callable[[], Awaitable[object]]
Fetch = Callable[[str], Awaitable[bytes | None]]


class Clock(Protocol):
    """The procedure's clock, which the page makes jump."""

    def now(self) -> datetime:
        """The hour, aware."""
        ...

    def jump(self, by: timedelta) -> datetime:
        """Go forward."""
        ...


async def nothing() -> None:
    """No hook."""


async def no_file(_id: str) -> bytes | None:
    """The bot hands out no file."""
    return None


def routes(
    sandbox: Sandbox, clock: Clock, languages: Languages, *,
    on_jump: Hook = nothing, on_act: Hook = nothing, fetch: Fetch = no_file, lang: str = "fr",
) -> list[BaseRoute]:  # fmt: skip
    """The page's routes, each behind the guard.

    `on_jump` is awaited after the clock jumped, `on_act` after each act (to carry the outbox at once); `fetch` gives
    the bytes of a file the bot handed out.
    """
    drawer = Drawer(sandbox.world, languages, lang)
    page = Page(sandbox, clock, drawer, _templates(), on_jump, on_act, fetch)
    guard = [Middleware(Guard, say=languages.say(lang, quiet))]
    gets = {"/": page.look, "/revision": page.revision, "/fichier/{id}": page.download}
    posts = {
        "/dire": page.act(page.speak), "/bouton": page.act(page.press), "/menu": page.act(page.choose),
        "/formulaire": page.act(page.fill), "/fermer": page.act(page.close), "/horloge": page.act(page.jump),
    }  # fmt: skip
    return [
        *(Route(path, page.told(endpoint), middleware=guard) for path, endpoint in gets.items()),
        *(Route(path, page.told(endpoint), methods=["POST"], middleware=guard) for path, endpoint in posts.items()),
        Mount("/static", StaticFiles(directory=HERE / "static"), middleware=guard),
    ]


def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


Endpoint = Callable[[Request], Awaitable[Response]]
Deed = Callable[[str, FormData], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Page:
    """The endpoints. Deeds raise Unknown or ValidationError for what a page never showed."""

    sandbox: Sandbox
    clock: Clock
    drawer: Drawer
    templates: Environment
    on_jump: Hook
    on_act: Hook
    fetch: Fetch

    def told(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint, its expected refusals told on a page."""

        async def guarded(request: Request) -> Response:
            try:
                return await endpoint(request)
            except Unknown:
                return self._refused("unknown", 404)
            except ValidationError:
                return self._refused("unread_form", 400)

        return guarded

    def act(self, deed: Deed) -> Endpoint:
        """An endpoint that does one deed for `qui`, then goes back to `lieu`."""

        async def endpoint(request: Request) -> Response:
            async with request.form() as sent:
                me = self._me(_text(sent, "qui"))
                place = _text(sent, "lieu") or direct(me.account)
                await deed(me.account, sent)
            await self.on_act()
            # an anchor would take the focus out of an open form
            anchor = "" if me.account in self.sandbox.world.forms else f"#{quote(_text(sent, 'fil') or 'fin')}"
            return RedirectResponse(f"/?{urlencode({'qui': me.account, 'lieu': place})}{anchor}", 303)

        return endpoint

    async def look(self, request: Request) -> Response:
        """GET / — the page of `qui` in `lieu`; the first of each when not said."""
        if not self.sandbox.world.personas:
            return self._refused("nobody", 200)
        me = self._me(request.query_params.get("qui", ""))
        place = self._place(me, request.query_params.get("lieu", ""))
        self.sandbox.world.look(me.account, place.id)
        screen = self.drawer.screen(me, place, self.clock.now())
        return HTMLResponse(self.templates.get_template("page.html").render(s=screen, t=screen.words))

    async def revision(self, _request: Request) -> Response:
        """GET /revision — what the page polls."""
        return JSONResponse({"revision": self.sandbox.world.revision})

    async def download(self, request: Request) -> Response:
        """GET /fichier/{id} — a file of a post that `qui` sees, always as a download."""
        me = self._me(request.query_params.get("qui", ""))
        file = self._file(me, request.path_params["id"])
        content = self.sandbox.world.content(file.id)
        if content is None:
            content = await self.fetch(file.id)
        if content is None:
            raise Unknown(file.id)
        disposition = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
        return Response(content, media_type=file.mime, headers={"Content-Disposition": disposition})

    async def speak(self, account: str, sent: FormData) -> None:
        """Say, command, or drop files: the same box."""
        place, thread, text = (_text(sent, name) for name in ("lieu", "fil", "texte"))
        files = [
            (item.filename, await item.read())
            for item in sent.getlist("fichiers")
            if isinstance(item, UploadFile) and item.filename
        ]
        words = text.strip()
        if files:
            await self.sandbox.drop(account, place, files, words, thread)
        elif words == COMMAND or words.startswith(f"{COMMAND} "):
            await self.sandbox.command(account, place, words.removeprefix(COMMAND).strip())
        elif words:
            await self.sandbox.say(account, place, words, thread)

    async def press(self, account: str, sent: FormData) -> None:
        """Press the button that was on the screen, by its token."""
        await self.sandbox.press(account, _text(sent, "message"), _token(sent))

    async def choose(self, account: str, sent: FormData) -> None:
        """Choose a menu's line; none chosen is no act."""
        value = _text(sent, "valeur")
        if value:
            await self.sandbox.choose(account, _text(sent, "message"), _token(sent), value)

    async def fill(self, account: str, sent: FormData) -> None:
        """Send the form."""
        token = _token(sent)
        await self.sandbox.fill(account, token, self._given(account, token, sent))

    async def close(self, account: str, _sent: FormData) -> None:
        """Close the form without sending it."""
        self.sandbox.world.close_form(account)

    async def jump(self, _account: str, sent: FormData) -> None:
        """Make the procedure's clock jump. Raises Unknown for another step than those offered."""
        step = JUMPS.get(_text(sent, "pas"))
        if step is None:
            raise Unknown("pas")
        self.clock.jump(step)
        self.sandbox.world.touch()
        await self.on_jump()

    def _given(self, account: str, token: Token, sent: FormData) -> Given:
        form = self.sandbox.world.forms.get(account)
        many = (
            {q.name for q in form.form.questions if q.kind == "choices"} if form and form.form.token == token else set()
        )
        names = dict.fromkeys([key.removeprefix(FIELD) for key in sent if key.startswith(FIELD)])
        given: Given = {name: _text(sent, FIELD + name) for name in names if name not in many}
        return given | {name: tuple(str(v) for v in sent.getlist(FIELD + name) if v) for name in many}

    def _me(self, account: str) -> Persona:
        personas = self.sandbox.world.personas
        if not account and personas:
            return next(iter(personas.values()))
        if account not in personas:
            raise Unknown(account)
        return personas[account]

    def _place(self, me: Persona, place: str) -> Place:
        return self.sandbox.world.place_for(me.account, place or direct(me.account))

    def _file(self, me: Persona, id_: str) -> File:
        world = self.sandbox.world
        posts = (post for place in world.places_of(me.account) for post in world.visible(me.account, place.id))
        found = next((file for post in posts for file in post.message.files if file.id == id_), None)
        if found is None:
            raise Unknown(id_)
        return found

    def _refused(self, word: str, status: int) -> Response:
        words = self.drawer.words()
        page = self.templates.get_template("refused.html")
        return HTMLResponse(page.render(t=words, said=words[word], lang=self.drawer.lang), status)


def _text(sent: FormData, name: str) -> str:
    """A field as text, its line ends as Python's; a file where text is wanted counts for nothing."""
    value = sent.get(name, "")
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""


def _token(sent: FormData) -> Token:
    return Token.model_validate_json(_text(sent, "jeton"))
