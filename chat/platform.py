"""What a platform gives. Settings decide which exist; several run in one process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from chat.cards import Address, Message


class Undelivered(Exception):
    """The platform did not take it; try again after `retry_after` seconds (None: the caller decides)."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Undeliverable(Exception):
    """The platform never will take it (unknown place, removed account)."""


class Platform(Protocol):
    """A place where people talk. Methods raise `Undelivered` or `Undeliverable`, nothing else, on refusal."""

    name: str

    async def post(self, place: Address, message: Message, outbox_id: str, thread: str, lang: str) -> str:
        """Post and return the platform's id of the post. The same `outbox_id` twice posts once."""
        ...

    async def edit(self, place: Address, post: str, message: Message, lang: str) -> None:
        """Replace a post of ours, buttons included."""
        ...

    async def open_place(self, name: str, purpose: str, members: Sequence[str]) -> str:
        """Open a private channel of this name with these accounts in it, and return its id; twice opens one."""
        ...

    async def set_members(self, place: str, members: Sequence[str]) -> None:
        """Bring into a channel of ours the accounts that are not there yet, and take out those that should not be."""
        ...

    async def find(self, place: Address, outbox_id: str, thread: str) -> str | None:
        """The id of the post that carries this outbox id, if it was taken."""
        ...
