"""The administrators of the settings, put in the directory by every process that starts."""

from __future__ import annotations

import threading

from atelier.words import PersonId, Role
from bot import memory
from chat.cards import Address
from handlers.directory import first_admins
from storage.unit import Unit

SECRET = b"first-admins-secret-key"
ALICE = Address(platform="slack", id="U0ALICE")
DRAWN = PersonId("slack-U0ALICE")


def _accounts(unit: Unit) -> tuple[Address, ...]:
    return unit.people.accounts(DRAWN)


def test_two_processes_that_start_together_add_them_once(url: str) -> None:
    memory.moved(url)
    first = memory.opened(url, SECRET)
    started, second = threading.Event(), list[bool]()

    def other() -> None:
        started.set()
        writer = memory.opened(url, SECRET, (ALICE,))
        second.append(writer.call(lambda unit: any(h.role is Role.ADMIN for h in unit.people.get(DRAWN).holdings)))
        writer.close()

    thread = threading.Thread(target=other)

    def slowly(unit: Unit) -> None:
        first_admins(unit, (ALICE,))
        thread.start()
        started.wait()
        thread.join(0.5)  # it waits for us, in the middle of ours

    try:
        first.call(slowly)
        thread.join(30)
        assert (second, first.call(_accounts)) == ([True], (ALICE,))
    finally:
        first.close()


def test_one_whose_account_was_taken_away_has_it_back(url: str) -> None:
    memory.moved(url)
    first = memory.opened(url, SECRET, (ALICE,))
    first.call(lambda unit: unit.people.unlink(DRAWN, ALICE))
    first.close()
    again = memory.opened(url, SECRET, (ALICE,))
    try:
        assert again.call(_accounts) == (ALICE,)
    finally:
        again.close()
