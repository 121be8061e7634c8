"""The sandbox as a platform: what the bot calls (`post`, `edit`, `find`), and what people do there (the verbs).

The verbs serve the page, the tests and the story alike: each makes one event, hands it over, applies the answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from mimetypes import guess_type

from bot.ids import fresh_id
from bot.sandbox.things import PLATFORM, OpenForm, Post
from bot.sandbox.world import Unknown, World, direct
from chat.cards import Address, File, Message, Token
from chat.platform import Undeliverable
from chat.talk import Answer, AnyEvent, Ask, Asked, Attached, Correct, Filled, Given, Pressed, Said, Say, Show, Upload
from chat.text import Text, raw, tr

Receive = Callable[[AnyEvent], Awaitable[Answer]]


async def nobody(_event: AnyEvent) -> Answer:
    """Nobody is attached yet: said plainly rather than silently lost."""
    raise RuntimeError("attach() a receiver before anybody acts")


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where somebody acted: what an answer is applied to."""

    account: str
    place: str
    thread: str = ""
    post: str = ""
    form: OpenForm | None = None


@dataclass(slots=True)
class Sandbox:
    """The local platform. `now` is the procedure's hour, `ids` gives each event its own id."""

    world: World
    now: Callable[[], datetime]
    ids: Callable[[], str] = fresh_id
    name: str = field(default=PLATFORM, init=False)
    _receive: Receive = nobody

    def attach(self, receive: Receive) -> None:
        """Say who handles the events."""
        self._receive = receive

    # What the bot calls

    async def post(self, place: Address, message: Message, outbox_id: str, thread: str, lang: str) -> str:
        """Post and return the post's id; the same outbox id posts once. Raises Undeliverable, or what the outage says."""
        self._suffer("post")
        try:
            posted = self.world.post(place.id, message, self.now(), thread=thread, lang=lang, outbox_id=outbox_id)
        except Unknown as unknown:
            raise Undeliverable(str(unknown)) from unknown
        self._suffer("posted")
        return posted.id

    async def edit(self, place: Address, post: str, message: Message, lang: str) -> None:
        """Replace a post of ours. Raises Undeliverable when it is not there, or what the outage says."""
        self._suffer("edit")
        held = self.world.posts.get(post)
        if held is None or held.place != place.id or held.author:
            raise Undeliverable(post)
        self.world.edit(post, message, lang)
        self._suffer("edited")

    async def open_place(self, name: str, purpose: str, members: Sequence[str]) -> str:
        """A channel of this name; opened twice, it is one."""
        self._suffer("open")
        self.world.channel(name, purpose or name, members)
        self._suffer("opened")
        return name

    async def set_members(self, place: str, members: Sequence[str]) -> None:
        """Who is in a channel. Raises Undeliverable when it is not there."""
        self._suffer("members")
        try:
            known = self.world.place(place)
        except Unknown as unknown:
            raise Undeliverable(str(unknown)) from unknown
        self.world.channel(place, known.title, members)

    async def find(self, place: Address, outbox_id: str, thread: str) -> str | None:
        """The id of the post that carries this outbox id."""
        self._suffer("find")
        found = self.world.find(place.id, outbox_id, thread)
        return found.id if found else None

    def _suffer(self, stage: str) -> None:
        failure = self.world.outage(stage)
        if failure is not None:
            raise failure

    # What people do. All raise Unknown for what the person does not see.

    async def command(self, account: str, place: str, text: str) -> Answer:
        """« /atelier text ». The person alone sees what they typed."""
        self.world.place_for(account, place)
        shown = Message(text=raw(f"/atelier {text}".rstrip()))
        self.world.post(place, shown, self.now(), author=account, ephemeral_to=account)
        spot = _Spot(account, place)
        return await self._hand(spot, Asked(**self._who(spot), text=text))

    async def say(self, account: str, place: str, text: str, thread: str = "") -> Answer:
        """Write a message, in a thread or not."""
        self._may_write(account, place, thread)
        post = self.world.post(place, Message(text=raw(text)), self.now(), author=account, thread=thread)
        spot = _Spot(account, place, post.thread)
        return await self._hand(spot, Said(**self._who(spot), text=text, thread=post.thread, post=post.id))

    async def press(self, account: str, post_id: str, button: int | Token) -> Answer:
        """Press a button by its rank, or one that the post carries or carried."""
        post = self.world.seen_post(account, post_id)
        return await self._pressed(account, post, _button(post, button))

    async def choose(self, account: str, post_id: str, menu: int | Token, value: str) -> Answer:
        """Choose a menu's line: the value becomes the token's `arg`."""
        post = self.world.seen_post(account, post_id)
        return await self._pressed(account, post, _menu(post, menu).model_copy(update={"arg": value}))

    async def fill(self, account: str, token: Token, given: Given) -> Answer:
        """Send a form. One sent again after it was closed still reaches the bot, which knows what it has seen."""
        form = self.world.forms.get(account)
        if form is None or form.form.token != token:
            spot = _Spot(account, self.world.place_for(account, direct(account)).id)
        else:
            form = form.model_copy(update={"given": given, "problems": {}})
            self.world.open_form(form)  # whatever happens next, what was typed is kept
            spot = _Spot(account, form.place, form.thread, form.post, form)
        return await self._hand(spot, Filled(**self._who(spot), token=token, given=given))

    async def drop(
        self, account: str, place: str, files: Iterable[tuple[str, bytes]], text: str = "", thread: str = ""
    ) -> Answer:
        """Drop files (name, bytes), with words or without."""
        self._may_write(account, place, thread)
        uploads = tuple(Upload(name=name, content=content) for name, content in files)
        shown = Message(text=raw(text), files=tuple(self._stored(u) for u in uploads))
        post = self.world.post(place, shown, self.now(), author=account, thread=thread)
        spot = _Spot(account, place, post.thread)
        event = Attached(**self._who(spot), files=uploads, text=text, thread=post.thread, post=post.id)
        return await self._hand(spot, event)

    def _may_write(self, account: str, place: str, thread: str) -> None:
        self.world.place_for(account, place)
        if thread:
            self.world.seen_post(account, thread)

    def _stored(self, upload: Upload) -> File:
        mime = guess_type(upload.name)[0] or "application/octet-stream"
        return File(id=self.world.store(upload.content), name=upload.name, mime=mime, size=len(upload.content))

    async def _pressed(self, account: str, post: Post, token: Token) -> Answer:
        spot = _Spot(account, post.place, post.thread, post.id)
        return await self._hand(spot, Pressed(**self._who(spot), token=token, post=post.id))

    def _who(self, spot: _Spot) -> dict[str, object]:
        place = self.world.place(spot.place)
        sender, there = (Address(platform=self.name, id=id_) for id_ in (spot.account, spot.place))
        return {"sender": sender, "place": there, "id": self.ids(), "direct": place.kind == "direct"}

    # The answer

    async def _hand(self, spot: _Spot, event: AnyEvent) -> Answer:
        answer = await self._receive(event)
        if spot.form is not None and not any(isinstance(r, Correct) for r in answer.replies):
            self.world.close_form(spot.account)
        for reply in answer.replies:
            match reply:
                case Say():
                    self._alone(spot, reply.message, answer.lang)
                case Show():
                    self._show(spot, reply.message, answer.lang)
                case Ask():
                    self.world.open_form(
                        OpenForm(
                            account=spot.account, place=spot.place, form=reply.form, thread=spot.thread,
                            post=spot.post, lang=answer.lang,
                        )
                    )  # fmt: skip
                case Correct():
                    self._correct(spot, reply.problems, answer.lang)
        return answer

    def _alone(self, spot: _Spot, message: Message, lang: str) -> None:
        self.world.post(spot.place, message, self.now(), thread=spot.thread, lang=lang, ephemeral_to=spot.account)

    def _show(self, spot: _Spot, message: Message, lang: str) -> None:
        """Replace what was pressed; a person's own words, or nothing pressed, leave only saying."""
        if spot.post and not self.world.posts[spot.post].author:
            self.world.edit(spot.post, message, lang)
        else:
            self._alone(spot, message, lang)

    def _correct(self, spot: _Spot, problems: dict[str, Text], lang: str) -> None:
        if spot.form is not None:
            self.world.open_form(spot.form.model_copy(update={"problems": problems}))
            return
        for name, problem in problems.items():
            text = tr("{field} : {problem}", field=raw(name), problem=problem) if name else problem
            self._alone(spot, Message(text=text), lang)


def _button(post: Post, button: int | Token) -> Token:
    if isinstance(button, Token):
        return _shown(post, button)
    buttons = post.message.card.buttons if post.message.card else ()
    if not 0 <= button < len(buttons):
        raise Unknown(post.id)
    return buttons[button].token


def _menu(post: Post, menu: int | Token) -> Token:
    if isinstance(menu, Token):
        return _shown(post, menu)
    menus = post.message.card.menus if post.message.card else ()
    if not 0 <= menu < len(menus):
        raise Unknown(post.id)
    return menus[menu].token


def _shown(post: Post, token: Token) -> Token:
    if token not in post.shown:
        raise Unknown(post.id)
    return token
