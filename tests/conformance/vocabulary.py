"""The words of `chat/`, each field of each one and each value it may take; and which of them were said on a stage.

What is enumerated comes from the modules themselves: a word added there is a word that no probe says, until one does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from inspect import getmembers, isclass, isfunction
from types import ModuleType
from typing import Any, Literal, get_args, get_origin

from chat import cards, forms, talk, text
from chat.cards import Address, Message
from chat.platform import Platform, Undeliverable, Undelivered
from chat.text import Value

MODULES: tuple[ModuleType, ...] = (cards, forms, talk, text)
ABSTRACT = frozenset({"Value", "Event"})
"""What is never said by itself."""


def every_word() -> frozenset[str]:
    """« Card.tone », « Card.tone=bad », « Platform.edit », « Undelivered »…"""
    words = {word for module in MODULES for word in _of(module)}
    calls = {f"Platform.{name}" for name, _ in getmembers(Platform, isfunction) if not name.startswith("_")}
    return frozenset(words | calls | {"Undelivered", "Undeliverable"})


def _of(module: ModuleType) -> Iterator[str]:
    for name, made in getmembers(module, isclass):
        if issubclass(made, Value) and made.__module__ == module.__name__ and name not in ABSTRACT:
            for field_, info in made.model_fields.items():
                yield f"{name}.{field_}"
                yield from (f"{name}.{field_}={value}" for value in _values(info.annotation))


def _values(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def said(value: object) -> Iterator[str]:
    """The words of a value: the fields that say something, whatever they hold."""
    match value:
        case Value():
            for name, info in type(value).model_fields.items():
                held = getattr(value, name)
                literal = _values(info.annotation)
                if literal:
                    yield f"{type(value).__name__}.{name}={held}"
                if literal or info.is_required() or held != info.get_default(call_default_factory=True):
                    yield f"{type(value).__name__}.{name}"
                    yield from said(held)
        case dict():
            for held in value.values():
                yield from said(held)
        case tuple() | list():
            for held in value:
                yield from said(held)


@dataclass
class Overheard:
    """A platform, and every word that it was given to draw."""

    inner: Any
    words: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        return str(self.inner.name)

    async def post(self, place: Address, message: Message, outbox_id: str, thread: str, lang: str) -> str:
        return str(
            await self._heard("post", (place, message), self.inner.post(place, message, outbox_id, thread, lang))
        )

    async def edit(self, place: Address, post: str, message: Message, lang: str) -> None:
        await self._heard("edit", (place, message), self.inner.edit(place, post, message, lang))

    async def open_place(self, name: str, purpose: str, members: Sequence[str]) -> str:
        return str(await self._heard("open_place", (), self.inner.open_place(name, purpose, members)))

    async def set_members(self, place: str, members: Sequence[str]) -> None:
        await self._heard("set_members", (), self.inner.set_members(place, members))

    async def find(self, place: Address, outbox_id: str, thread: str) -> str | None:
        found = await self._heard("find", (place,), self.inner.find(place, outbox_id, thread))
        return None if found is None else str(found)

    async def _heard(self, call: str, given: tuple[Value, ...], deed: Any) -> Any:
        try:
            done = await deed
        except (Undelivered, Undeliverable) as failure:
            self.words.add(type(failure).__name__)
            raise
        self.words |= {f"Platform.{call}", *said(given)}
        return done


LOCAL = {
    "Offered": "files are dropped into the page itself: there is nothing to fetch",
    "Turned": "the page and the bot are one process: the page refuses by itself",
    "Said.corrected": "nothing said is changed",
    "Said.deleted": "nothing said is deleted",
    "Said.named": "people are named by their names",
    "Attached.named": "people are named by their names",
}
UNSAID: dict[str, dict[str, str]] = {
    "sandbox": LOCAL,
    "texte": LOCAL | {
        "Pressed": "there is no button", "Filled": "there is no window", "Question.initial": "an answer is typed whole",
    },
    "slack": {"Offered.direct": "only channels are asked about"},
    "mattermost": {
        "Offered.direct": "only channels are asked about",
        "Said.named": "people are named by their names",
        "Attached.named": "people are named by their names",
        "Turned.direct": "a forged place proves nothing",
    },
}  # fmt: skip
"""What a platform never says, a whole word or one of its fields, and why."""


def unsaid(platform: str, words: frozenset[str] | set[str]) -> tuple[set[str], set[str]]:
    """What no probe said there without a reason, and the reasons that are reasons no more."""
    missing, known = set(every_word() - words), UNSAID[platform]
    excused = {word for word in missing if word in known or word.partition(".")[0] in known}
    idle = {name for name in known if not any(word == name or word.partition(".")[0] == name for word in excused)}
    return missing - excused, idle
