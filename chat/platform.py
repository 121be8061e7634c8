"""What a platform gives. Settings decide which exist; several run in one process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from chat.cards import Address, Message


class Undelivered(Exception):
    """The platform did not take it; try again after `retry_after` seconds (None: the caller decides).

    `untaken`: it surely did not (refused before it was read); otherwise it may have, and said so to nobody.
    `everywhere`: it takes nothing at all for that time, whatever the place (a limit on the whole platform).
    """

    def __init__(
        self, reason: str, retry_after: float | None = None, *, untaken: bool = False, everywhere: bool = False
    ) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.untaken, self.everywhere = untaken, everywhere


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
