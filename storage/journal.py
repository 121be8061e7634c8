"""The journal: what happened to each request, chained and sealed, never changed.

A row's seal (HMAC-SHA256) covers the seal before it, a pseudonym, and a salted digest of the texts: names and texts live
beside and may be erased, the chain stays valid. The head of each chain is sealed too, so that cutting the end off shows.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, bindparam, delete, insert, select

from atelier.dossier import By
from atelier.words import PersonId, Reference
from storage.prepared import Prepared
from storage.rows import insert_new, storable, upsert
from storage.tables import journal, journal_heads, journal_texts, pseudonyms

PARIS = ZoneInfo("Europe/Paris")
SEALED = ("ref", "seq", "what", "pseudonym", "behalf", "role", "local", "from_state", "to_state", "digest", "message")

LINE, TEXTS = Prepared(insert(journal)), Prepared(insert(journal_texts))
HEAD = Prepared(select(journal_heads).where(journal_heads.c.ref == bindparam("ref")).with_for_update())
PSEUDONYM = Prepared(select(pseudonyms.c.pseudonym).where(pseudonyms.c.person == bindparam("person")))


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `person` is None when the robot did it; once they are forgotten, it is the pseudonym that stays.

    `behalf` is whom it was done for, if anybody; `text` and `details` are empty once erased. `at` is aware, in UTC.
    """

    ref: Reference
    seq: int
    what: str
    person: PersonId | None
    role: str
    at: datetime
    from_state: str
    to_state: str
    text: str
    details: dict[str, object]
    message: str
    behalf: PersonId | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """The first line that does not follow, and why (a code: changed, missing, head, text)."""

    ref: Reference
    seq: int
    why: str


class Journal:
    """The journal, inside one transaction. `secret` seals; `ids` gives salts and pseudonyms."""

    def __init__(self, connection: Connection, secret: bytes, ids: Callable[[], str]) -> None:
        self._connection = connection
        self._secret = secret
        self._ids = ids

    def write(
        self, ref: Reference, *, what: str, by: By | None, at: datetime, from_state: str = "", to_state: str = "",
        text: str = "", details: Mapping[str, object] | None = None, message: str = "", role: str = "",
    ) -> None:  # fmt: skip
        """Add a line at the end of a request's chain. `at` is aware; `by` is None for the robot itself."""
        seq, before = self._head(ref)
        salt, kept, said = self._ids(), _as_stored(details or {}), storable(text)
        row = {
            "ref": ref, "seq": seq + 1, "what": what, "pseudonym": self._pseudonym(by.person if by else None),
            "behalf": self._pseudonym(by.for_ if by else None), "role": role or (by.role if by else ""), "at": at,
            "local": at.astimezone(PARIS).isoformat(), "from_state": from_state, "to_state": to_state,
            "digest": _digest(salt, said, kept), "message": storable(message),
        }  # fmt: skip
        mac = self._seal(before, row, at)
        LINE.changed(self._connection, {**row, "mac": mac})
        texts = {"ref": ref, "seq": seq + 1, "salt": salt, "text": said, "details": kept}
        TEXTS.changed(self._connection, texts)
        head = {"ref": ref, "seq": seq + 1, "mac": mac, "seal": self._closed(ref, seq + 1, mac)}
        upsert(self._connection, journal_heads, head, ("ref",))

    def of(self, ref: Reference) -> list[Line]:
        """The lines of a request, oldest first."""
        joined = journal.outerjoin(
            journal_texts, (journal_texts.c.ref == journal.c.ref) & (journal_texts.c.seq == journal.c.seq)
        )
        found = select(journal, journal_texts.c.text, journal_texts.c.details).select_from(joined)
        rows = self._connection.execute(found.where(journal.c.ref == ref).order_by(journal.c.seq)).all()
        named = select(pseudonyms).where(pseudonyms.c.pseudonym.in_({p for r in rows for p in (r.pseudonym, r.behalf)}))
        people = {row.pseudonym: row.person for row in self._connection.execute(named)}
        return [_line(row, people) for row in rows]

    def heads(self) -> list[tuple[Reference, int, str]]:
        """The end of each chain: request, number of lines, last seal."""
        found = select(journal_heads).order_by(journal_heads.c.ref)
        return [(Reference(row.ref), row.seq, row.mac) for row in self._connection.execute(found)]

    def seal(self, ref: str, seq: int) -> str | None:
        """The seal of a line, None when it is not there."""
        found = select(journal.c.mac).where(journal.c.ref == ref, journal.c.seq == seq)
        return self._connection.execute(found).scalar_one_or_none()

    def seals(self) -> list[tuple[datetime, str, int, str]]:
        """Every line's instant, request, number and seal, in the order they were written in."""
        found = select(journal.c.at, journal.c.ref, journal.c.seq, journal.c.mac)
        return [
            tuple(row) for row in self._connection.execute(found.order_by(journal.c.at, journal.c.ref, journal.c.seq))
        ]

    def verify(self) -> Broken | None:
        """The first line that does not follow, by request then number; None when every chain holds."""
        known = {row.ref: row for row in self._connection.execute(select(journal_heads))}
        refs = sorted({*known, *self._connection.execute(select(journal.c.ref).distinct()).scalars()})
        return next((broken for ref in refs if (broken := self._followed(Reference(ref), known.get(ref)))), None)

    def erase_text(self, ref: Reference, seq: int) -> None:
        """Forget what was written at a line; its digest stays."""
        self._connection.execute(delete(journal_texts).where(journal_texts.c.ref == ref, journal_texts.c.seq == seq))

    def forget(self, person: PersonId) -> None:
        """Forget whose pseudonym it was: their lines stay, under a pseudonym that leads to nobody any more."""
        self._connection.execute(delete(pseudonyms).where(pseudonyms.c.person == person))

    def _followed(self, ref: Reference, head: Row[tuple[object, ...]] | None) -> Broken | None:
        """One chain, from its first line."""
        before, last = "", 0
        texts = {
            row.seq: row for row in self._connection.execute(select(journal_texts).where(journal_texts.c.ref == ref))
        }
        for row in self._connection.execute(select(journal).where(journal.c.ref == ref).order_by(journal.c.seq)):
            if row.seq != last + 1:
                return Broken(ref, last + 1, "missing")
            if not hmac.compare_digest(row.mac, self._seal(before, _named(row), row.at)):
                return Broken(ref, row.seq, "changed")
            text = texts.get(row.seq)
            if text is not None and _digest(text.salt, text.text, text.details) != row.digest:
                return Broken(ref, row.seq, "text")
            before, last = row.mac, row.seq
        if head is None or not hmac.compare_digest(head.seal, self._closed(ref, head.seq, head.mac)):
            return Broken(ref, last or 1, "head")
        if (head.seq, head.mac) != (last, before):
            return Broken(ref, min(head.seq, last) + 1, "missing" if head.seq > last else "head")
        return None

    def _head(self, ref: Reference) -> tuple[int, str]:
        """The end of a chain, kept for us until the commit."""
        row = HEAD.row(self._connection, {"ref": ref})
        if row is None:
            if insert_new(self._connection, journal_heads, {"ref": ref, "seq": 0, "mac": "", "seal": ""}):
                return 0, ""
            row = HEAD.one(self._connection, {"ref": ref})
        return row.seq, row.mac

    def _pseudonym(self, person: PersonId | None) -> str:
        if person is None:
            return ""
        known = PSEUDONYM.value(self._connection, {"person": person})
        if known is None:
            insert_new(self._connection, pseudonyms, {"pseudonym": self._ids(), "person": person})
            known = PSEUDONYM.one(self._connection, {"person": person}).pseudonym
        return str(known)

    def _seal(self, before: str, row: Mapping[str, object], at: datetime) -> str:
        told = [before, at.timestamp(), *(str(row[name]) for name in SEALED)]
        return hmac.digest(self._secret, _plain(told), "sha256").hex()

    def _closed(self, ref: str, seq: int, mac: str) -> str:
        return hmac.digest(self._secret, _plain(["head", ref, seq, mac]), "sha256").hex()


def _named(row: Row[tuple[object, ...]]) -> dict[str, object]:
    return {name: getattr(row, name) for name in SEALED}


def _digest(salt: str, text: str, details: Mapping[str, object]) -> str:
    return hashlib.sha256(_plain([salt, text, dict(details)])).hexdigest()


def _plain(told: Iterable[object]) -> bytes:
    """The one way to write it: what is sealed is bytes, whatever people typed (lone surrogates too)."""
    return _WRITER.encode(list(told)).encode("utf-8", "surrogatepass")


_WRITER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _as_stored(details: Mapping[str, object]) -> dict[str, object]:
    """The details as the database will give them back: its keys are texts, its lists are lists."""
    return dict(json.loads(json.dumps(dict(details)))) if details else {}


def _line(row: Row[tuple[object, ...]], people: Mapping[str, str]) -> Line:
    person, behalf = (PersonId(people.get(p, p)) if p else None for p in (row.pseudonym, row.behalf))
    return Line(
        Reference(row.ref), row.seq, row.what, person, row.role, row.at, row.from_state, row.to_state, row.text or "",
        dict(row.details or {}), row.message, behalf,
    )  # fmt: skip
