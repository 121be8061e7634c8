"""The outbox: what must be said, in order within each place, until a platform has taken it.

The *place* is leased, not the letter, and every write checks that the lease is still ours: a worker that slept through
its lease finds itself out. A letter whose try has no known end stays in doubt until it is looked up or sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    true,
    update,
)

from chat.cards import Address, Message
from storage.cards import Copy
from storage.errors import NotFound, Stale
from storage.letters import Lane, Letter, Stats, Written, forget_posted, read
from storage.prepared import Prepared
from storage.rows import insert_new
from storage.tables import lanes, outbox
from storage.visible import unindexed

PENDING = outbox.c.state.in_([literal_column("'waiting'"), literal_column("'sending'")])
"""Said with literals: with parameters, neither database would see that the index of what is left to carry fits."""
BATCH = 50
PUT = Prepared(insert(outbox))
THERE = (lanes.c.platform == bindparam("at_platform")) & (lanes.c.place == bindparam("at_place"))
OURS = THERE & (lanes.c.holder == bindparam("by")) & (lanes.c.lease == bindparam("under"))
HELD = Prepared(select(lanes.c.lease).where(OURS).with_for_update())
RENEW, RELEASE = Prepared(update(lanes).where(THERE)), Prepared(update(lanes).where(OURS))
REST = (
    update(lanes)
    .where(lanes.c.platform == bindparam("at_platform"))
    .where(or_(lanes.c.not_before.is_(None), lanes.c.not_before < bindparam("until")))
    .values(not_before=bindparam("until"))
)
LETTERS = Prepared(
    select(outbox)
    .where(outbox.c.platform == bindparam("at_platform"), outbox.c.place == bindparam("at_place"), PENDING)
    .order_by(outbox.c.seq)
    .limit(BATCH)
)
LETTER = outbox.c.id == bindparam("of")
DOUBT, SETTLE = Prepared(select(outbox.c.doubt).where(LETTER)), Prepared(update(outbox).where(LETTER))
START = Prepared(update(outbox).where(LETTER).values(state="sending", doubt=True, attempts=outbox.c.attempts + 1))
WAITS = (PENDING, unindexed(outbox.c.state) == "waiting", outbox.c.message.is_(None), ~outbox.c.doubt)
"""A card's letter that waits. Looked for with its key, its platform and its place: with less, SQLite looks at all that wait."""
SAME_CARD = Prepared(
    select(outbox.c.id)
    .where(
        outbox.c.platform == bindparam("platform"),
        outbox.c.place == bindparam("place"),
        outbox.c.key == bindparam("key"),
        *WAITS,
    )
    .limit(1)
    .with_for_update()
)


class Outbox:
    """The letters and lanes, inside one transaction. Raises Stale whenever a lane is no longer ours.

    What is put is written at once with what else is, before anything is read here and before the commit (`flush`).
    """

    def __init__(self, connection: Connection, ids: Callable[[], str]) -> None:
        self._told = connection
        self._ids = ids
        self._put: list[dict[str, object]] = []

    @property
    def _connection(self) -> Connection:
        self.flush()
        return self._told

    def flush(self) -> None:
        """Write the letters put since the last time, in order."""
        put, self._put = self._put, []
        PUT.each(self._told, put)

    def put(
        self, place: Address, message: Message | None, *, key: str = "", thread: str = "", ref: str = "",
        audience: str = "", due: datetime, lang: str = "fr",
    ) -> str:  # fmt: skip
        """Write a letter and return its id; one of a card that already waits there is the same one, drawn later.

        `due` is the procedure's hour it is written at: kept to be shown, never compared with the machine's.
        """
        if message is None and (waiting := self._card(place, key)):
            return waiting
        letter = self._letter(place, message, due, key=key, thread=thread, ref=ref, audience=audience, lang=lang)
        self._put.append(letter)
        return str(letter["id"])

    def put_all(self, letters: Iterable[Written], due: datetime) -> None:
        """Write several messages at once, in order; `due` is as `put` says."""
        self._put += [self._letter(one.place, one.message, due, ref=one.ref, lang=one.lang) for one in letters]

    def redraw(self, copies: Sequence[Copy], due: datetime) -> None:
        """The letters of cards already posted, drawn again when they are sent; those that wait already stay as they are."""
        if not copies:
            return
        new = [c for c in copies if self._card(c.place, c.key) is None]
        self._put += [self._letter(c.place, None, due, key=c.key, ref=c.ref, audience=c.audience) for c in new]

    def _letter(self, place: Address, message: Message | None, due: datetime, **more: str) -> dict[str, object]:
        return {
            "id": self._ids(), "platform": place.platform, "place": place.id, "message": message, "written": due,
            "state": "waiting", "doubt": False, "attempts": 0, "key": "", "thread": "", "ref": "", "audience": "",
            "lang": "fr", **more,
        }  # fmt: skip

    def claim_place(self, now: datetime, holder: str, seconds: float, platform: str = "") -> Lane | None:
        """Lease the place whose oldest letter waits longest, among those nobody holds at `now` (the machine's hour).

        `platform`: among its places alone, and only those known when `platforms` was asked.
        """
        if not platform:
            self._open_lanes()
        first = select(func.min(outbox.c.seq)).where(PENDING, _same()).scalar_subquery()
        theirs = lanes.c.platform == platform if platform else true()
        wanted = select(lanes).where(theirs, _free(now), exists().where(PENDING, _same())).order_by(first).limit(1)
        row = self._connection.execute(wanted.with_for_update(skip_locked=True, of=lanes)).one_or_none()
        if row is None:
            return None
        lane = Lane(
            Address(platform=row.platform, id=row.place), holder, row.lease + 1, now + timedelta(seconds=seconds)
        )
        values = {"holder": holder, "lease": lane.lease, "leased_until": lane.until, "not_before": None}
        RENEW.changed(self._connection, {**_at(lane.place), **values})
        return lane

    def letters(self, lane: Lane) -> list[Letter]:
        """What waits in a leased place, in order, a batch at a time."""
        self._held(lane)
        return [read(row, lane) for row in LETTERS.rows(self._connection, _at(lane.place))]

    def renew(self, lane: Lane, now: datetime, seconds: float) -> Lane:
        """Hold the place longer: before each letter, so that a long batch never outlives its lease."""
        self._held(lane)
        until = now + timedelta(seconds=seconds)
        RENEW.changed(self._connection, {**_at(lane.place), "leased_until": until})
        return Lane(lane.place, lane.holder, lane.lease, until)

    def start(self, letter: Letter) -> bool:
        """A try begins; returns whether an earlier one may have been taken without our knowing."""
        self._held(letter.lane)
        doubt = bool(DOUBT.one(self._connection, {"of": letter.id})[0])
        START.changed(self._connection, {"of": letter.id})
        return doubt

    def posted(self, letter: Letter, post: str) -> None:
        """The platform took it."""
        self._settle(letter, state="posted", post=post, doubt=False)

    def later(self, letter: Letter, until: datetime, reason: str, *, doubt: bool = True) -> None:
        """The platform did not take it: the whole place waits until `until` (the machine's hour), in order.

        `doubt`: it may have been taken without our knowing, now or before.
        """
        self._settle(letter, state="waiting", reason=reason[:500], doubt=doubt)
        RENEW.changed(self._connection, {**_at(letter.place), "leased_until": None, "not_before": until})

    def rest(self, platform: str, until: datetime) -> None:
        """No other place of a platform is leased before `until` (the machine's hour); those that wait longer still do."""
        self._connection.execute(REST, {"at_platform": platform, "until": until})

    def wake(self, platform: str) -> None:
        """A platform is there again: its places that nobody holds wait no longer."""
        resting = (lanes.c.platform == platform) & lanes.c.leased_until.is_(None)
        self._connection.execute(update(lanes).where(resting).values(not_before=None))

    def platforms(self, now: datetime) -> list[str]:
        """The platforms that have something to carry in a place that nobody holds, at `now` (the machine's hour)."""
        self._open_lanes()
        wanted = select(lanes.c.platform).where(_free(now), exists().where(PENDING, _same())).distinct()
        return sorted(self._connection.execute(wanted).scalars())

    def dead(self, letter: Letter, reason: str) -> None:
        """The platform never will: the letter is put aside, the place goes on."""
        self._settle(letter, state="dead", reason=reason[:500])

    def release(self, lane: Lane) -> None:
        """Give a place back."""
        RELEASE.changed(self._connection, {**_ours(lane), "leased_until": None})

    def state(self, letter: str) -> tuple[str, str]:
        """A letter's state (waiting, sending, posted, dead) and why it is not posted. Raises NotFound."""
        found = select(outbox.c.state, outbox.c.reason).where(outbox.c.id == letter)
        row = self._connection.execute(found).one_or_none()
        if row is None:
            raise NotFound(letter)
        return row.state, row.reason or ""

    def waiting(self) -> dict[str, tuple[int, datetime]]:
        """What waits on each platform, and since when (the procedure's hour)."""
        counted = select(outbox.c.platform, func.count(), func.min(outbox.c.written)).where(PENDING)
        rows = self._connection.execute(counted.group_by(outbox.c.platform).order_by(outbox.c.platform))
        return {platform: (count, since) for platform, count, since in rows}

    def forget(self, before: datetime) -> int:
        """Forget letters posted that were written before (the procedure's hour); returns how many, 0 when none is left."""
        return forget_posted(self._connection, before)

    def stats(self) -> Stats:
        """What waits and what is dead."""
        count = self._connection.execute(select(func.count()).where(PENDING)).scalar_one()
        dead = self._connection.execute(select(func.count()).where(outbox.c.state == "dead")).scalar_one()
        return Stats(count, dead)

    def _card(self, place: Address, key: str) -> str | None:
        """The letter of this card that waits and will be drawn after our commit.

        One in doubt does not count: it may turn out to be posted already, as it was drawn before. The lock keeps a worker
        of PostgreSQL from drawing it before our commit: it would show what we are about to change.
        """
        same = {"platform": place.platform, "place": place.id, "key": key}
        ours = (one for one in self._put if one["message"] is None and same.items() <= one.items())
        mine = next(ours, None)
        return str(mine["id"]) if mine else SAME_CARD.value(self._told, same)

    def _open_lanes(self) -> None:
        """A lane for each place that has letters and no lane yet."""
        known = exists().where(_same())
        new = select(outbox.c.platform, outbox.c.place).where(PENDING, ~known).distinct()
        for row in self._connection.execute(new).all():
            insert_new(
                self._connection, lanes, {"platform": row.platform, "place": row.place, "holder": "", "lease": 0}
            )

    def _held(self, lane: Lane) -> None:
        """Raise Stale when somebody else leased the place since."""
        if HELD.row(self._connection, _ours(lane)) is None:
            raise Stale(lane.place.id)

    def _settle(self, letter: Letter, **values: object) -> None:
        self._held(letter.lane)
        SETTLE.changed(self._connection, {"of": letter.id, **values})


def _free(now: datetime) -> ColumnElement[bool]:
    """Places that nobody holds and that need not wait."""
    return and_(
        or_(lanes.c.leased_until.is_(None), lanes.c.leased_until <= now),
        or_(lanes.c.not_before.is_(None), lanes.c.not_before <= now),
    )


def _same() -> ColumnElement[bool]:
    return and_(outbox.c.platform == lanes.c.platform, outbox.c.place == lanes.c.place)


def _at(place: Address) -> dict[str, object]:
    return {"at_platform": place.platform, "at_place": place.id}


def _ours(lane: Lane) -> dict[str, object]:
    return {**_at(lane.place), "by": lane.holder, "under": lane.lease}
