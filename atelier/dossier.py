"""A request and the people around it, as plain frozen values. Storage keeps them; the procedure moves them."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field, JsonValue

from atelier.labels import AD1
from atelier.mission import Mission
from atelier.values import By, Value
from atelier.words import Do, PersonId, Reference, Role, RuleId, State

__all__ = [
    "Answered", "By", "Closed", "Complement", "Decision", "Dossier", "Holding", "Member", "Opinion", "Pause", "Person", "Piece",
    "Run", "Transfer", "Value", "Wanted",
]  # fmt: skip


class Holding(Value):
    """A role and where it is held: a département (« dep:55 »), a territory (« terr:55029 »), a dossier (« ref:… »), or everywhere («»)."""

    role: Role
    scope: str = ""
    deed: str = ""
    """The act that delegates the signature, for who signs; with the days it begins and ends, when it says so."""
    begins: date | None = None
    ends: date | None = None


class Person(Value):
    """Somebody of the directory: function and professional identity only."""

    id: PersonId
    name: str
    title: str = ""
    service: str = ""
    """The organisation they work for, as people say it: « DDT de la Meuse »."""
    holdings: tuple[Holding, ...] = ()
    language: str = "fr"
    departement: str = "75"
    """Where they work: gives their time zone and holidays."""
    noticed: bool = False
    """True once the information notice on personal data was shown."""
    active: bool = True
    superior: PersonId = PersonId("")
    """Who is told when a task of theirs is long overdue; empty when nobody was named."""

    @property
    def administers(self) -> bool:
        """True for who holds the administrators' role, whether they are still active or not."""
        return any(holding.role is Role.ADMIN for holding in self.holdings)


class Answered(Value):
    """One answer of the fiche: the checked value, its own version, and who gave it."""

    value: JsonValue
    by: By
    version: int = 1


class Piece(Value):
    """A file received as a required piece or a note: what it is, where it comes from, and its seal."""

    id: str
    kind: str
    """A field of the fiche: courrier_engagement, courrier_soutien, ressources."""
    file: str
    """The id of the bytes in the store."""
    name: str
    mime: str
    size: int
    sha256: str
    signed_on: date | None = None
    signatory: str = ""
    quality: str = ""
    origin: str = ""
    by: By
    replaced: bool = False


class Wanted(Value):
    """One thing asked for in a complement: a field or a piece, and what is wrong with it."""

    field: str
    text: str


class Complement(Value):
    """A complement asked by AD1: what is wanted, what the fiche was then, and how it ended."""

    number: int
    wanted: tuple[Wanted, ...]
    by: By
    before: dict[str, JsonValue]
    """The value (or the piece's sha256) of each wanted field when it was asked, for the diff."""
    ended: Literal["", "repondu", "retire"] = ""
    ended_by: By | None = None


class Opinion(Value):
    """A reasoned opinion inside AD1."""

    sense: Literal["favorable", "reserve", "defavorable"]
    reason: str
    by: By


class Decision(Value):
    """What was decided on the request: by whom, why, and what else was proposed."""

    act: str
    reason: str
    by: By
    other_tool: str = ""
    out_of_order: str = ""


class Member(Value):
    """A person's part in this dossier: given by the opening, an invitation, or AD1's taking charge."""

    person: PersonId
    role: Role


class Transfer(Value):
    """Notifications and preparation handed to a colleague: never the power to decide."""

    given: PersonId
    taken: PersonId
    role: Role
    by: By


class Closed(Value):
    """The step that moved nothing and made another impossible: which one, by whom, at which version of the dossier."""

    act: Do
    by: By
    version: int


class Pause(Value):
    """A time during which a deadline did not run: a complement was awaited."""

    start: AwareDatetime
    end: AwareDatetime | None = None


class Run(Value):
    """One running of a deadline: when it started, its pauses, and when it was met. The due date is computed."""

    rule: RuleId
    generation: int
    started: AwareDatetime
    pauses: tuple[Pause, ...] = ()
    ended: AwareDatetime | None = None
    replaced: bool = False
    """True when another run took its place: its cause moved."""
    about: str = ""
    """What it is about when several run at once: « bc:1 », « rang:2 »."""
    delay: str = ""
    """The delay as the contract, the order or the note fixes it; empty: the rule's own."""
    source: str = ""
    """Where that delay comes from; empty: the rule's own source."""
    where: str = ""
    """The département whose calendar it follows, when that is not the rule's to say (« Suite à donner »)."""
    on: date | None = None
    """A last day fixed by somebody rather than counted (a session's last day)."""

    @property
    def suspended(self) -> bool:
        """True while a pause is open."""
        return bool(self.pauses) and self.pauses[-1].end is None


class Dossier(Value):
    """One request. `version` moves with each step (what buttons carry), each answer has its own."""

    ref: Reference
    state: State = State.BROUILLON
    version: int = 1
    opened: AwareDatetime
    since: AwareDatetime
    """When it entered its present state."""
    departement: str
    service: str
    """The bearer service, as people say it."""
    members: tuple[Member, ...] = ()
    answers: dict[str, Answered] = Field(default={})
    pieces: tuple[Piece, ...] = ()
    arrival: int | None = None
    """Arrival number, given once at the first transmission."""
    transmitted: AwareDatetime | None = None
    fiche_version: int = 0
    instructor: PersonId | None = None
    complements: tuple[Complement, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    decision: Decision | None = None
    out_of_order: str = ""
    runs: tuple[Run, ...] = ()
    last_said: str = ""
    """The past word of the last step that moved it (« validée »), for whoever presses too late."""
    last_by: By | None = None
    closed: dict[Do, Closed] = Field(default={})
    """What a step that did not move it made impossible, until it is possible again: for whoever presses too late."""
    mission: Mission | None = None
    """What is recorded of the atelier once it is acted (D8)."""
    transfers: tuple[Transfer, ...] = ()

    def value(self, field: str) -> JsonValue:
        """The checked value of a field, or None while it is not answered."""
        answer = self.answers.get(field)
        return answer.value if answer else None

    def piece(self, kind: str) -> Piece | None:
        """The piece in force for a kind, or None."""
        return next((p for p in reversed(self.pieces) if p.kind == kind and not p.replaced), None)

    def territory(self) -> str:
        """The territory as people say it, or an empty string while it is not answered."""
        found = self.value("territoire")
        labels = [t.get("label", "") for t in found if isinstance(t, dict)] if isinstance(found, list) else []
        return " ; ".join(str(label) for label in labels)

    def territory_codes(self) -> tuple[str, ...]:
        """The codes (INSEE, SIREN) of the territory, in the order given."""
        found = self.value("territoire")
        return tuple(str(t["code"]) for t in found if isinstance(t, dict)) if isinstance(found, list) else ()

    def complement(self) -> Complement | None:
        """The complement still open, or None."""
        return next((c for c in self.complements if not c.ended), None)

    def scopes(self) -> frozenset[str]:
        """Where a role must be held to count here: everywhere, in the département, the territory, this dossier.

        A groupement's people come in when it is asked, stay when it is designated, and go when it is set aside.
        """
        asked = self.mission.groupement_scope() if self.mission else ""
        territories = (f"terr:{code}" for code in self.territory_codes())
        return frozenset(("", f"dep:{self.departement}", f"ref:{self.ref}", *territories, *((asked,) if asked else ())))

    def mission_(self) -> Mission:
        """The atelier's record. Raises LookupError while it is not acted: a row of the table was let through too early."""
        if self.mission is None:
            raise LookupError(self.ref)
        return self.mission

    def roles_of(self, person: Person, scopes: frozenset[str] | None = None) -> frozenset[Role]:
        """The roles this person holds on this dossier: by the directory's scopes, or by a part given in it.

        AD1 does not see a draft: a request is the service's own until it is transmitted (circulaire §5).
        `scopes`: its own, for who asks of many people.
        """
        given = {m.role for m in self.members if m.person == person.id}
        within = self.scopes() if scopes is None else scopes
        held = {h.role for h in person.holdings if h.scope in within and h.role is not Role.ADMIN}
        hidden = AD1 if self.transmitted is None else frozenset()
        return frozenset((given | held) - hidden) if person.active else frozenset()
