"""The page as values: who looks, where, what they see. Reads the world, changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.sandbox import drawing
from bot.sandbox.marks import plain, quiet
from bot.sandbox.things import OpenForm, Persona, Place, Post
from bot.sandbox.views import FormView, MessageView
from bot.sandbox.words import PAGE
from bot.sandbox.world import World
from chat.language import Languages, told_day, told_moment

ZONE = "Europe/Paris"


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A line of the left column."""

    id: str
    title: str
    unread: bool
    direct: bool


@dataclass(frozen=True, slots=True)
class PostView:
    """A post as one person sees it. `day` is told when the post opens a new day."""

    id: str
    author: str
    role: str
    mine: bool
    bot: bool
    alone: bool
    edited: bool
    lang: str
    at: datetime
    hour: str
    day: str
    message: MessageView
    replies: tuple[PostView, ...] = ()
    answerable: bool = False


@dataclass(frozen=True, slots=True)
class Screen:
    """Everything the template draws."""

    lang: str
    now: datetime
    told_now: str
    personas: tuple[tuple[Persona, bool], ...]
    me: Persona
    places: tuple[PlaceView, ...]
    place: PlaceView
    posts: tuple[PostView, ...]
    form: FormView | None
    form_lang: str
    revision: int
    words: dict[str, str]


@dataclass(frozen=True, slots=True)
class Drawer:
    """Draws the screen for the page's language; each post keeps its own."""

    world: World
    languages: Languages
    lang: str

    def words(self) -> dict[str, str]:
        """The page's own sentences."""
        say = self.languages.say(self.lang, quiet)
        return {name: plain(say(text)) for name, text in PAGE.items()}

    def screen(self, me: Persona, place: Place, now: datetime) -> Screen:
        """What `me` sees in `place`, the procedure's hour being `now`."""
        words = self.words()
        form = self.world.forms.get(me.account)
        return Screen(
            lang=self.lang,
            now=now,
            told_now=told_moment(now, ZONE, self.lang),
            personas=tuple((p, self._waits(p)) for p in self.world.personas.values()),
            me=me,
            places=tuple(self._place(me, p, words) for p in self.world.places_of(me.account)),
            place=self._place(me, place, words),
            posts=self._threads(me, place, words),
            form=self._form(form) if form else None,
            form_lang=form.lang if form else self.lang,
            revision=self.world.revision,
            words=words,
        )

    def _waits(self, persona: Persona) -> bool:
        account = persona.account
        return any(self.world.unread(account, p.id) for p in self.world.places_of(account))

    def _place(self, me: Persona, place: Place, words: dict[str, str]) -> PlaceView:
        direct = place.kind == "direct"
        return PlaceView(
            place.id, words["direct"] if direct else place.title, self.world.unread(me.account, place.id), direct
        )

    def _form(self, form: OpenForm) -> FormView:
        say = self.languages.say(form.lang, quiet)
        typed = form.given if form.given or form.problems else None
        return drawing.form(form.form, say, typed, form.problems)

    def _threads(self, me: Persona, place: Place, words: dict[str, str]) -> tuple[PostView, ...]:
        seen = self.world.visible(me.account, place.id)
        replies: dict[str, list[Post]] = {}
        for post in seen:
            replies.setdefault(post.thread, []).append(post)
        return tuple(
            self._post(me, post, day, words, replies.get(post.id, [])) for post, day in self._days(replies.get("", []))
        )

    def _days(self, posts: Iterable[Post]) -> Iterable[tuple[Post, str]]:
        last = ""
        for post in posts:
            day = told_day(post.at.astimezone(ZoneInfo(ZONE)).date(), self.lang)
            yield post, "" if day == last else day
            last = day

    def _post(self, me: Persona, post: Post, day: str, words: dict[str, str], replies: Iterable[Post]) -> PostView:
        under = tuple(self._post(me, reply, "", words, ()) for reply in replies)
        in_channel = self.world.place(post.place).kind == "channel"
        author = self.world.personas.get(post.author)
        return PostView(
            id=post.id,
            author=author.name if author else post.author or words["bot"],
            role=author.title if author else "",
            mine=post.author == me.account,
            bot=not post.author,
            alone=bool(post.ephemeral_to) and in_channel,
            edited=post.edited,
            lang=post.lang,
            at=post.at,
            hour=_hour(post.at, self.lang),
            day=day,
            message=drawing.message(post.message, self.languages.say(post.lang, quiet)),
            replies=under,
            answerable=not post.ephemeral_to and not post.thread and (in_channel or bool(under)),
        )


def _hour(at: datetime, lang: str) -> str:
    local = at.astimezone(ZoneInfo(ZONE))
    return f"{local.hour} h {local.minute:02d}" if lang == "fr" else f"{local:%H:%M}"
