"""Anyone tries anything, in any order and at any time, on several ateliers at once: what must hold whatever happens.

Two contracts, three départements, a member who sits in two groupements; paper recorded for whoever has no account,
recorded dates put right, ateliers suspended and resumed. The machine keeps dossiers and lets the rules decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from cases import CONTRACT, CONTRACT_2021, MOTIFS, complete, filled
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from pydantic import ValidationError

from atelier import rules
from atelier.awaited import awaited, may_await
from atelier.calendar import holidays, local_day
from atelier.corrections import recorded_things
from atelier.decide import decide, offers, recordable, step_for, step_of
from atelier.deposits import DEPOSITS, deposits
from atelier.dossier import By, Dossier, Holding, Person, Piece, Run
from atelier.execution import ACTIVE, ATELIER
from atelier.forms import StepForm
from atelier.grammar import Around, Attempt
from atelier.mission import PARTIES, Mission, Sollicitation
from atelier.problems import problems
from atelier.procedure import FINAL
from atelier.values import Value
from atelier.words import Do, PersonId, Reference, Refused, Role, RuleId, State

START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
PLACES = ("55", "57", "974")
MOST = 4
"""Ateliers at once."""
CONTRACTS = {
    CONTRACT.code: CONTRACT.model_copy(update={"montant_maximum_ht": Decimal(45_000), "date_fin_validite": date(2027, 3, 31)}),
    CONTRACT_2021.code: CONTRACT_2021,
}  # fmt: skip
"""The first one is nearly spent and ends soon."""
GESTURES = sorted({step.act for step in ATELIER})
RIGHTS = (
    "Ce geste ne vous revient pas",
    "Ce geste n'est plus possible",
    "ne tient pas ce rôle",
    "Indiquez le document signé",
)
ENDS = {Do.ABANDONNER, Do.RESILIER, Do.CLORE}
ASIDE = {Do.SUSPENDRE, Do.OBSERVER_COMMANDE, Do.DEMANDER_PROLONGATION}
LATER = ACTIVE[ACTIVE.index(State.ANIMATION) :]
PAID_LATER, MONEY = {State.ABANDONNE, State.RESILIE}, {Do.DEMANDER_PAIEMENT, Do.PAYER}
"""Ended before its time: what was done is still asked for, and paid."""
DUE_LATER = {RuleId.PAIEMENT, RuleId.SUIVI_6_MOIS, RuleId.SUIVI_12_MOIS}
PROPOSED = {Do.CONSTATER_RECEPTION_TACITE: RuleId.VERIFICATION, Do.CONSTATER_REJET_TACITE: RuleId.AJOURN_DECISION}


def person(name: str, *holdings: Holding) -> Person:
    """Somebody of the directory."""
    return Person(id=PersonId(name), name=name, holdings=holdings)


def _everyone() -> dict[PersonId, Person]:
    local = (Role.SVC, Role.SVC_SIGN, Role.COLL, Role.COLL_SIGN, Role.DREAL, Role.CAUE, Role.PREF)
    people = [person(f"{r}-{d}", Holding(role=r, scope=f"dep:{d}")) for r in local for d in PLACES]
    people += [person(r, Holding(role=r)) for r in (Role.AD1I, Role.AD1V, Role.AD1B, Role.ADMIN)]
    for contract in CONTRACTS.values():
        people += [
            person(f"MAND-{contract.code}-{g.code}", Holding(role=Role.MAND, scope=f"grp:{contract.code}/{g.code}"))
            for g in contract.groupements
        ]
    people += [
        person("etranger"),
        person("cumul-55", *(Holding(role=r, scope="dep:55") for r in local)),
        person("chef-ad1", *(Holding(role=r) for r in (Role.AD1I, Role.AD1V, Role.AD1B))),
    ]
    return {p.id: p for p in people}


EVERYONE = _everyone()
PEOPLE = st.sampled_from(sorted(EVERYONE))
_ASKED = (Do.SOLLICITER,)
_DESIGNATED = (*_ASKED, Do.DISPONIBLE, Do.DESIGNER)
_ORDERED = (*_DESIGNATED, Do.DELEGUER_CREDITS, Do.NOTIFIER_COMMANDE)
_AGREED = (*_ORDERED, Do.REMETTRE_NOTE, Do.APPROUVER_NOTE, Do.APPROUVER_NOTE)
_HELD = (*_AGREED, Do.NOTIFIER_COMMANDE_ANIMATION, Do.PROGRAMMER_SESSION, Do.TENIR_SESSION)
_HANDED_IN = (*_HELD, Do.REMETTRE_LIVRABLE, Do.CONFIRMER_REMISE)
_GONE = (Do.INDISPONIBLE, Do.ECARTER)
ROADS = (
    (*_HANDED_IN, Do.AJOURNER), (*_HANDED_IN, Do.AJOURNER, Do.REFUSER_AJOURNEMENT), (*_HANDED_IN, Do.INVITER_A_OBSERVER), (*_HANDED_IN, Do.RECEVOIR),
    _ASKED, (*_ASKED, *_GONE, *_GONE), (*_ASKED, *_GONE, *_GONE, *_GONE), (*_ORDERED, Do.REMETTRE_NOTE), _HELD[:-2],
    (*_HANDED_IN, Do.REJETER), _HANDED_IN, (*_AGREED, Do.SUSPENDRE), _HELD, _ORDERED, _ORDERED[:-1], _DESIGNATED,
    _AGREED, (*_HANDED_IN, Do.INVITER_A_OBSERVER, Do.PRESENTER_OBSERVATIONS), (*_HANDED_IN, Do.RECEVOIR, Do.RESTITUER_AUX_ELUS), (),
)  # fmt: skip
"""How far an atelier has come when the machine meets it: few would go far if each step were left to chance."""

DAYS = st.sampled_from([0, -1, -12, -400, 1])
AMOUNTS = st.sampled_from([Decimal(8000), Decimal(8000), Decimal(2500), Decimal(19_000), Decimal(400_000)])
DELAYS = st.sampled_from(["1 mois", "15 jours", "20 jours ouvrés", "bientôt"])
CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "jour": DAYS, "premier_jour": DAYS, "dernier_jour": DAYS, "mise_en_demeure": DAYS, "jusqu_au": DAYS, "service_fait": DAYS, "a_partir_du": DAYS,
    "montant": AMOUNTS, "montant_ttc": st.sampled_from([None, Decimal(9600), Decimal(24_000)]), "ae": AMOUNTS, "cp": AMOUNTS, "delai": DELAYS, "delai_restitution": DELAYS,
    "version": st.integers(1, 3), "commande": st.integers(1, 3), "objet": st.sampled_from(["appropriation", "mission"]),
    "motif_contrat": st.sampled_from(["indisponible", "silence", "conflit", "humeur"]),
    "equipe": st.sampled_from([("Un",), ("Zefco",), ("Personne",)]), "mois": st.sampled_from(["6", "12"]),
    "visite_tenue": st.sampled_from(["oui", "non"]), "pour_faute": st.sampled_from(["oui", "non", "dispense"]),
    "preuve": st.sampled_from(["AR 123", ""]), "reponse": st.sampled_from(["accordee", "refusee"]),
    "renonce_argent": st.sampled_from(["", "Le mandat a été annulé."]), "renonce_territoire": st.sampled_from(["", "Sans suite locale."]),
    "saisie": st.sampled_from(["bc1.reception", "bc1.montant", "rien"]), "valeur": st.sampled_from(["hier", "0 €", "9 000 €", "2020-01-01"]),
    "motif": st.sampled_from(["court", "Une raison assez longue."]),
}  # fmt: skip


class Ateliers(RuleBasedStateMachine):
    """Several ateliers, everybody around them, and a clock that only goes forward."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.dossiers: dict[Reference, Dossier] = {}
        self.files = 0
        self.seen: Counter[str] = Counter()

    # --- the world ---

    @initialize(roads=st.lists(st.sampled_from(range(len(ROADS))), min_size=2, max_size=3), data=st.data())
    def some_are_under_way(self, roads: list[int], data: st.DataObject) -> None:
        for number, road in enumerate(roads):
            self.opens(data, PLACES[number], road, "mission" if road % 2 else "appropriation")

    @rule(hours=st.sampled_from([24 * 17, 24 * 9, 24 * 70, 24, 1]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @precondition(lambda self: len(self.dossiers) < MOST)
    @rule(
        data=st.data(),
        place=st.sampled_from(PLACES),
        road=st.sampled_from(range(len(ROADS))),
        covers=st.sampled_from(["appropriation", "mission"]),
    )
    def opens(self, data: st.DataObject, place: str, road: int, covers: str) -> None:
        """An atelier acted under one contract or the other, some way along."""
        ref = Reference(f"ADT-2026-{len(self.dossiers) + 1:04d}")
        code = data.draw(st.sampled_from(sorted(CONTRACTS)), label="contract")
        contract = CONTRACTS[code]
        if not contract.in_force(local_day(self.now, place)):
            contract = CONTRACT_2021
        by = By(person=PersonId("AD1V"), role=Role.AD1V, at=self.now)
        mission = Mission(contract=contract.code, ccag=contract.ccag, act="décision", acted=by)
        base = complete().model_copy(
            update={"ref": ref, "departement": place, "state": State.ACTE, "since": self.now, "opened": self.now,
                    "transmitted": self.now, "arrival": len(self.dossiers) + 1, "mission": mission, "answers": {}}
        )  # fmt: skip
        self.dossiers[ref] = base.model_copy(update={"runs": rules.start((), RuleId.CIBLE_SUITE, self.now)})
        for act in ROADS[road]:
            self._goes_on(data, ref, act, covers)

    def _goes_on(self, data: st.DataObject, ref: Reference, act: Do, covers: str) -> None:
        """One more step of the road; it stops where the contract is spent or over."""
        dossier = self.dossiers[ref]
        if act is Do.NOTIFIER_COMMANDE_ANIMATION and dossier.mission_().commandes and covers == "mission":
            act = Do.LEVER_POINT_D_ARRET
        self._drops(dossier, act)
        if act is Do.TENIR_SESSION and (session := dossier.mission_().session):
            self.now = max(self.now, datetime.combine(session.last, self.now.timetz()) + timedelta(days=1))
        dossier = self.dossiers[ref]
        found = [(p, s) for p in EVERYONE.values() for s in offers(dossier, p) if s.act == act]
        mine = [(p, r) for p, s in found for r in s.by if r in dossier.roles_of(p)]
        note = dossier.mission_().note
        if act is Do.APPROUVER_NOTE and note:
            mine = [(p, r) for p, r in mine if r in note.awaited]
        if mine:
            self._try(
                data,
                Attempt(dossier, *mine[0], None, self.now),
                act,
                {"objet": covers} if act is Do.NOTIFIER_COMMANDE else {},
            )

    def _drops(self, dossier: Dossier, act: Do) -> None:
        for one in DEPOSITS:
            if one.act == act and dossier.state in one.states:
                self.files += 1
                by = By(person=PersonId("SVC"), role=Role.SVC, at=self.now)
                piece = Piece(id=f"p{self.files}", kind=one.kind, file="f", name="a.pdf", mime="application/pdf", size=1, sha256="a", by=by)  # fmt: skip
                kept = tuple(
                    p.model_copy(update={"replaced": True}) if p.kind == one.kind else p for p in dossier.pieces
                )
                self.dossiers[dossier.ref] = dossier.model_copy(update={"pieces": (*kept, piece)})

    @precondition(lambda self: self.dossiers)
    @rule(data=st.data(), who=PEOPLE)
    def drops_a_file(self, data: st.DataObject, who: PersonId) -> None:
        dossier = self._some(data)
        for one in deposits(dossier, EVERYONE[who]):
            self._drops(dossier, one.act)

    def _some(self, data: st.DataObject) -> Dossier:
        alive = [ref for ref, d in self.dossiers.items() if d.state not in FINAL] or list(self.dossiers)
        return self.dossiers[data.draw(st.sampled_from(sorted(alive)), label="atelier")]

    # --- the gestures ---

    @precondition(lambda self: self.dossiers)
    @rule(data=st.data(), who=PEOPLE, role=st.sampled_from(list(Role)), act=st.sampled_from(GESTURES))
    def anyone_tries_anything(self, data: st.DataObject, who: PersonId, role: Role, act: Do) -> None:
        ref = data.draw(st.sampled_from(sorted(self.dossiers)), label="atelier")
        self._try(data, Attempt(self.dossiers[ref], EVERYONE[who], role, None, self.now), act, self._typed(data, act))

    @precondition(lambda self: self.dossiers)
    @rule(data=st.data(), times=st.integers(2, 6))
    def people_take_what_they_are_offered(self, data: st.DataObject, times: int) -> None:
        ref = self._some(data).ref
        for _ in range(times):
            self._takes_one(data, self.dossiers[ref])

    @precondition(lambda self: any(d.state is State.AJOURNE for d in self.dossiers.values()))
    @rule(data=st.data())
    def nobody_answers_an_adjournment(self, data: st.DataObject) -> None:
        """Months go by; the signatory may then note what silence made: rare enough to be missed by chance alone."""
        self.now += timedelta(days=90)
        for ref in [d.ref for d in self.dossiers.values() if d.state is State.AJOURNE]:
            self._follow(data, ref, Do.CONSTATER_REJET_TACITE)

    @precondition(lambda self: any(d.state is State.AJOURNE for d in self.dossiers.values()))
    @rule(data=st.data(), act=st.sampled_from([Do.ACCEPTER_AJOURNEMENT, Do.REFUSER_AJOURNEMENT]))
    def adjournments_are_answered(self, data: st.DataObject, act: Do) -> None:
        """In their ten days, unless those are over: chance alone comes too late."""
        for ref in [d.ref for d in self.dossiers.values() if d.state is State.AJOURNE]:
            self._follow(data, ref, act)

    @precondition(lambda self: any(d.state is State.LIVRABLE_REMIS for d in self.dossiers.values()))
    @rule(data=st.data())
    def nobody_decides_of_a_deliverable(self, data: st.DataObject) -> None:
        """The time to verify goes by; somebody may then note what silence made."""
        self.now += timedelta(days=90)
        for ref in [d.ref for d in self.dossiers.values() if d.state is State.LIVRABLE_REMIS]:
            self._follow(data, ref, Do.CONSTATER_RECEPTION_TACITE)

    @precondition(lambda self: any(d.state is State.LIVRABLE_REMIS for d in self.dossiers.values()))
    @rule(data=st.data(), silent=st.booleans())
    def a_reduction_is_heard_decided_and_disputed(self, data: st.DataObject, *, silent: bool) -> None:
        """Announced, answered, decided, disputed, settled: gestes in order, which chance seldom plays."""
        ref = next(d.ref for d in self.dossiers.values() if d.state is State.LIVRABLE_REMIS)
        self._follow(data, ref, Do.INVITER_A_OBSERVER, Do.PRESENTER_OBSERVATIONS, Do.RECEVOIR_AVEC_REFACTION)
        self._follow(data, ref, Do.PRESENTER_OBSERVATIONS)
        if silent:
            self.now += timedelta(days=40)
        self._follow(data, ref, Do.CONSTATER_OBSERVATIONS_ACCEPTEES if silent else Do.NOUVELLE_DECISION)

    @precondition(lambda self: any(_owes_penalties(d) for d in self.dossiers.values()))
    @rule(data=st.data())
    def penalties_are_announced_and_commented_on(self, data: st.DataObject) -> None:
        ref = next(d.ref for d in self.dossiers.values() if _owes_penalties(d))
        self._follow(data, ref, Do.INVITER_SUR_PENALITES, Do.OBSERVER_PENALITES)

    def _follow(self, data: st.DataObject, ref: Reference, *acts: Do) -> None:
        """Each of these gestes in turn, by the first person to whom it is offered in their own right."""
        for act in acts:
            dossier = self.dossiers[ref]
            offered = (p for p in EVERYONE.values() if act in {s.act for s in offers(dossier, p)})
            mine = [(p, r) for p in offered for r in step_of(act).by if r in dossier.roles_of(p)]
            if mine:
                self._try(data, Attempt(dossier, *mine[0], None, self.now), act, {})

    def _takes_one(self, data: st.DataObject, dossier: Dossier) -> None:
        choices = [(p, s.act) for p in EVERYONE.values() for s in offers(dossier, p) if s.act in GESTURES]
        if not choices:
            assert dossier.state in FINAL
            return
        offered = {act for _, act in choices}
        act = data.draw(st.sampled_from(sorted(offered & MISSING) or _weighed(offered)), label="gesture")
        who = data.draw(st.sampled_from([p for p, a in choices if a == act]), label="who")
        mine = [r for r in step_of(act).by if r in dossier.roles_of(who)]
        self._drops(dossier, act)
        tried = Attempt(self.dossiers[dossier.ref], who, mine[0] if mine else step_of(act).by[0], None, self.now)
        self._try(data, tried, act, self._typed(data, act) if data.draw(st.booleans(), label="mistyped") else {})

    @precondition(lambda self: self.dossiers)
    @rule(data=st.data(), document=st.sampled_from(["courrier du 3", "courrier du 3", " "]), anybody=st.booleans())
    def somebody_records_what_came_on_paper(self, data: st.DataObject, document: str, anybody: bool) -> None:
        dossier = self._some(data)
        choices = [(p, s.act) for p in EVERYONE.values() for s in recordable(dossier, p)]
        if not choices:
            return
        act = data.draw(st.sampled_from(_weighed({act for _, act in choices})), label="gesture")
        recorder, step = next(p for p, a in choices if a == act), step_of(act)
        holders = [p for p in EVERYONE.values() if anybody or dossier.roles_of(p) & set(step.by)]
        behalf = data.draw(st.sampled_from(holders or list(EVERYONE.values())), label="for")
        role = data.draw(st.sampled_from(step.by), label="role")
        self._drops(dossier, step.act)
        ago = data.draw(st.sampled_from([None, 0, 2, 30, -1]), label="received so many days ago")
        received = None if ago is None else local_day(self.now, dossier.departement) - timedelta(days=ago)
        tried = Attempt(
            self.dossiers[dossier.ref],
            recorder,
            role,
            None,
            self.now,
            behalf=behalf,
            document=document,
            received=received,
        )
        self._try(data, tried, step.act, {})

    def _typed(self, data: st.DataObject, act: Do) -> dict[str, Any]:
        """What somebody changes in a well filled form."""
        fields = sorted(set((step_of(act).asks or StepForm).model_fields) & set(CHANGES))
        names = data.draw(st.lists(st.sampled_from(fields), min_size=1, max_size=2), label="changed") if fields else []
        return {name: data.draw(CHANGES[name], label=name) for name in names}

    def _filled(self, dossier: Dossier, act: Do, changes: dict[str, Any]) -> dict[str, Any]:
        """A form filled as this atelier needs it, but for what somebody changes; numbers of days count from today."""
        mission, today = dossier.mission_(), local_day(self.now, dossier.departement)
        given: dict[str, Any] = {n: today if isinstance(v, date) else v for n, v in filled(act, self.now).items()}
        if act is Do.PROGRAMMER_SESSION:
            given["premier_jour"] = given["dernier_jour"] = next(_worked(today, dossier.departement))
        if "version" in given and mission.note:
            given["version"] = mission.note.number
        asked = mission.asked()
        contract = CONTRACTS[mission.contract]
        if act is Do.DESIGNER and asked and (there := contract.groupement(asked.groupement)):
            given["equipe"] = (there.mandataire,)
        if act is Do.ECARTER and asked and asked.answer == "indisponible":
            given["motif_contrat"] = "indisponible"
        if act in {Do.INVITER_SUR_PENALITES, Do.OBSERVER_PENALITES}:
            owing = [c for c in mission.commandes if (c.penalty is None) is (act is Do.INVITER_SUR_PENALITES)]
            given["commande"] = next((c.number for c in owing if c.paid is None), 1)
        if act in {Do.DEMANDER_PAIEMENT, Do.PAYER}:
            waiting = [
                c for c in mission.commandes if (c.asked is None) is (act is Do.DEMANDER_PAIEMENT) and c.paid is None
            ]
            given["commande"] = waiting[-1].number if waiting else 1
        if act is Do.REPONDRE_SUIVI and mission.suivis:
            given["mois"] = "12"
        if act is Do.RECTIFIER and (things := recorded_things(dossier)):
            thing = things[self.now.day % len(things)]
            typed = {
                "date": "hier",
                "amount": "9 100 €" if thing.code.endswith("ttc") else "7 900 €",
                "text": "1512345680",
                "long": "Un autre texte, entier.",
                "number": "35",
                "delay": "2 mois",
            }
            given |= {"saisie": thing.code, "valeur": typed[thing.kind]}
        days = {
            n: today + timedelta(days=v)
            for n, v in changes.items()
            if isinstance(v, int) and n not in {"version", "commande"}
        }
        return given | changes | days

    def _try(self, data: st.DataObject, tried: Attempt, act: Do, changes: dict[str, Any]) -> None:
        dossier, model = tried.dossier, step_of(act).asks or StepForm
        try:
            form = model.model_validate(self._filled(dossier, act, changes) if model is not StepForm else {})
        except ValidationError as error:
            self._explained(" ".join(str(refused) for refused in problems(error).values()))
            return
        code = dossier.mission_().contract
        others = [d for d in self.dossiers.values() if d.ref != dossier.ref and d.mission_().contract == code]
        around = Around(
            contracts=tuple(CONTRACTS.values()), contract=CONTRACTS[code],
            spent=sum((d.mission_().total() for d in others), Decimal(0)),
            busy={n: (d.ref,) for d in others for n in d.mission_().team},
        )  # fmt: skip
        tried = replace(tried, dossier=dossier, form=form, now=self.now, around=around)
        try:
            moved = decide(tried, act).dossier
        except Refused as refused:
            self._explained(str(refused), act)
            return
        self._check(tried, moved, act)
        self._is_sound(dossier, moved, act)
        self.seen.update([act, f"state {moved.state}"])
        self.dossiers[moved.ref] = moved

    def _explained(self, sentence: str, act: Do | None = None) -> None:
        assert sentence.strip()
        assert "{" not in sentence
        if act is not None and not any(words in sentence for words in RIGHTS):
            self.seen[f"refused {act}"] += 1

    # --- what must hold of each step taken ---

    def _check(self, tried: Attempt, moved: Dossier, act: Do) -> None:
        before, step = tried.dossier, step_of(act)
        assert before.state not in FINAL or act is Do.ECRIRE or (before.state in PAID_LATER and act in MONEY)
        assert before.state in step.source
        signer = tried.behalf or tried.person
        assert tried.role in step.by
        assert tried.role in before.roles_of(signer)
        if tried.behalf is None:
            assert step_for(before, tried.person, act)[0] is step
        else:
            assert tried.document.strip()
            assert before.roles_of(tried.person) & set(step.records)
        assert moved.version == before.version + (
            moved.since == self.now and moved.last_by == tried.by() and _turned(step, moved)
        )
        if act in PROPOSED:
            self._took_effect_by_itself(before, moved, PROPOSED[act])
        if act is Do.ECARTER:
            gone = moved.mission_().sollicitations[len(before.mission_().sollicitations) - 1]
            assert gone.reason in {m.code for m in MOTIFS}
            assert gone.reason != "silence" or not gone.answer
            assert gone.reason != "indisponible" or gone.answer == "indisponible"

    def _took_effect_by_itself(self, before: Dossier, moved: Dossier, id_: RuleId) -> None:
        """Noted by a person, after the time was over, with effect at its end."""
        run = rules.open_run(before, id_)
        handed = moved.mission_().livrable
        assert run is not None
        assert handed is not None
        assert handed.verified is not None
        assert self.now > rules.due(run, before)
        assert handed.verified.on == rules.explained(run, before).due
        assert handed.verified.by.at == self.now
        assert handed.verified.document

    # --- what must hold at every moment ---

    @invariant()
    def no_contract_is_overspent(self) -> None:
        for code, contract in CONTRACTS.items():
            under = [d.mission_() for d in self.dossiers.values() if d.mission_().contract == code]
            if contract.montant_maximum_ht is not None:
                assert sum((m.total() for m in under), Decimal(0)) <= contract.montant_maximum_ht

    def _is_sound(self, old: Dossier, new: Dossier, act: Do) -> None:
        self._ranks_are_followed(new.mission_())
        self._nothing_begins_too_early(new)
        self._orders_are_lawful(new)
        self._nobody_waits_for_ever(new)
        self._is_rebuilt(new)
        self._moved_soundly(old, new, act)

    def _ranks_are_followed(self, mission: Mission) -> None:
        """One at a time, each after the one before was set aside for a motive, from rank 1 in each round."""
        asked, last = mission.sollicitations, len(CONTRACTS[mission.contract].groupements)
        assert all(s.set_aside is not None and s.reason and s.evidence for s in asked[:-1])
        assert [s.number for s in asked] == list(range(1, len(asked) + 1))
        place = (1, 0)
        for one in asked:
            assert (one.round, one.rank) == ((place[0], place[1] + 1) if place[1] < last else (place[0] + 1, 1))
            place = (one.round, one.rank)
        if mission.groupement:
            final = asked[-1]
            assert (final.groupement, final.answer, final.set_aside) == (mission.groupement, "disponible", None)

    def _nothing_begins_too_early(self, dossier: Dossier) -> None:
        """No animation without a notified order that covers it and three approvals on one version."""
        mission = dossier.mission_()
        where = mission.suspended_from if dossier.state is State.SUSPENDU else dossier.state
        if where not in LATER:
            assert not mission.sessions or dossier.state in FINAL
            return
        covering = mission.covering_animation()
        assert covering is not None
        assert covering.covers in {"animation", "mission"}
        note = mission.note
        assert note is not None
        assert {a.role for a in note.approvals} == set(PARTIES)
        assert mission.note_received is not None
        assert len({p.id for n in mission.notes for p in dossier.pieces if p.id == n.piece}) == len(mission.notes)

    def _orders_are_lawful(self, dossier: Dossier) -> None:
        mission = dossier.mission_()
        contract = CONTRACTS[mission.contract]
        assert len(mission.commandes) <= 2
        for order in mission.commandes:
            assert contract.in_force(order.receipt.on)
            assert mission.credits is not None
            delegated = mission.credits.on or local_day(mission.credits.by.at, dossier.departement)
            assert order.receipt.on >= delegated
            assert order.ttc is None or order.ttc >= order.amount
            assert order.paid is None or not order.paid.penalties or contract.ccag != "CCAG-PI 2021" or order.penalty
            assert order.paid is None or order.asked is not None
        assert not mission.commandes or mission.engaged() <= mission.credits.ae  # type: ignore[union-attr]
        for handed in mission.livrables:
            if handed.verified and handed.verified.sense == "recu_refaction":
                assert handed.reduction is not None
                assert handed.reduction.observations or handed.verified.on > handed.reduction.notified.on
                assert handed.verified.revised is None or handed.verified.observations

    def _nobody_waits_for_ever(self, dossier: Dossier) -> None:
        """A deadline that counts, owed by somebody who may do something about it: suspended ateliers included.

        Once all is asked and given back, payments and follow-ups have their own: nobody is pressed between.
        """
        counting = [r for r in rules.running(dossier) if not r.suspended]
        speaking = [
            r for r in counting if not rules.rule(r.rule).beside or (not awaited(dossier) and r.rule in DUE_LATER)
        ]
        assert bool(speaking) is (dossier.state not in FINAL or bool(rules.running(dossier)))
        assert awaited(dossier) or dossier.state in {*FINAL, State.RECU}
        assert all(dossier.state in may_await((role,)) for role in awaited(dossier))
        if dossier.state in FINAL:
            unpaid = {f"bc:{c.number}" for c in dossier.mission_().commandes if c.asked and not c.paid}
            owed = unpaid if dossier.state in PAID_LATER else set()
            assert {(r.rule, r.about) for r in rules.running(dossier)} == {(RuleId.PAIEMENT, bc) for bc in owed}
        else:
            assert rules.running(dossier)
        open_ones = [(r.rule, r.about) for r in rules.running(dossier)]
        assert len(set(open_ones)) == len(open_ones)
        for run in speaking:
            assert any(self._may(dossier, role) for role in rules.owed(run, dossier)), (run.rule, dossier.state)

    def _may(self, dossier: Dossier, role: Role) -> bool:
        acting = {
            r
            for p in EVERYONE.values()
            for s in offers(dossier, p)
            for r in (*s.by, *s.prepares)
            if r in dossier.roles_of(p)
        }
        return role in acting

    def _is_rebuilt(self, dossier: Dossier) -> None:
        """A deadline is a pure function of what is kept: rebuilt from the stored rows, nothing changes."""
        again = Dossier.model_validate_json(dossier.model_dump_json())
        assert again == dossier
        for run in dossier.runs:
            assert rules.explained(run, dossier) == rules.explained(run, again)
            assert rules.due(run, dossier) > run.started
            assert all(p.end is None or p.end >= p.start for p in run.pauses)
            assert not run.suspended or dossier.state is State.SUSPENDU

    def _moved_soundly(self, old: Dossier, new: Dossier, act: Do) -> None:
        """Versions and hours only grow; what was recorded stays: the last of each kind may be completed, none goes.

        But for what is put right by its own gesture, and a deliverable that never came, which is kept apart.
        """
        assert new.version >= old.version
        assert new.since >= old.since
        assert old.state not in FINAL or act is Do.ECRIRE or (old.state in PAID_LATER and act in MONEY)
        was, now = old.mission_(), new.mission_()
        gone = len(now.lost) - len(was.lost)
        assert gone == (act is Do.NON_RECU)
        assert now.lost[: len(was.lost)] == was.lost
        assert len(new.runs) >= len(old.runs)
        for name in ("sollicitations", "notes", "sessions", "livrables", "prolongations"):
            before, after = getattr(was, name), getattr(now, name)
            if name == "livrables" and gone:
                assert (before[:-1], before[-1].piece) == (after, now.lost[-1].piece)
                continue
            assert after[: len(before) - 1] == before[:-1]
            assert len(after) - len(before) in {0, 1}
            pairs = zip(before, after, strict=False)
            assert act is Do.RECTIFIER or all(_withdrawn(a, b, act) or _completed(a, b) for a, b in pairs), name
        assert len(now.commandes) - len(was.commandes) in {0, 1}
        kept = now.suivis[: len(was.suivis)]
        assert [(s.months, s.by) for s in was.suivis] == [(s.months, s.by) for s in kept]
        assert act is Do.RECTIFIER or was.suivis == kept
        assert all(_followed(a, b) for a, b in zip(old.runs, new.runs, strict=False))

    def teardown(self) -> None:
        REACHED.update(f"state {d.state}" for d in self.dossiers.values())
        REACHED.update(self.seen)


def _owes_penalties(dossier: Dossier) -> bool:
    """Somebody may be invited to comment on penalties, or comment on them, there."""
    acts = {Do.INVITER_SUR_PENALITES, Do.OBSERVER_PENALITES}
    return any(acts & {s.act for s in offers(dossier, p)} for p in EVERYONE.values())


REACHED: Counter[str] = Counter()
"""What the runs of this session came to: the machine must not go in circles."""
MISSING: set[Do] = set()
"""The gestures no round before this one met: taken first where they are offered. It stays the same within a round."""


def _turned(step: Any, moved: Dossier) -> bool:
    return moved.last_said == step.said and (step.target is not None or step.goes is not None)


def _weighed(acts: set[Do]) -> list[Do]:
    """What moves an atelier on more often than what stops it."""
    return [act for act in sorted(acts) for _ in range(1 if act in ENDS else 2 if act in ASIDE else 6)]


def _worked(day: date, departement: str) -> Iterator[date]:
    while True:
        if day not in holidays(day.year, departement):
            yield day
        day += timedelta(days=1)


MAY_CHANGE = {"receipt", "approvals", "answer"}
"""A reception is put right, observations void approvals; everything else that was said stays said."""


def _completed(before: Value, after: Value) -> bool:
    """What was said of something stays: only what was empty is filled, or what may change by its own gesture."""
    changed = {n for n in type(before).model_fields if getattr(before, n) != getattr(after, n)}
    lists = {n for n in changed if isinstance(getattr(before, n), tuple) and n not in MAY_CHANGE}
    assert all(getattr(after, n)[: len(getattr(before, n))] == getattr(before, n) for n in lists)
    inner = {n for n in changed if isinstance(getattr(before, n), Value) and n not in MAY_CHANGE}
    assert all(_completed(getattr(before, n), getattr(after, n)) for n in inner)
    return all(not getattr(before, n) for n in changed - lists - inner - MAY_CHANGE)


def _withdrawn(before: Value, after: Value, act: Do) -> bool:
    """A groupement that said it was available says that it no longer is: its answer is another, and nothing else is."""
    if act is not Do.INDISPONIBLE or not isinstance(before, Sollicitation) or not isinstance(after, Sollicitation):
        return False
    anew = {name: getattr(after, name) for name in ("answer", "available_from", "words", "answered")}
    said = (before.answer, after.answer, after.available_from) == ("disponible", "indisponible", None)
    return said and after == before.model_copy(update=anew)


def _followed(before: Run, after: Run) -> bool:
    """A run keeps its cause; ended, it moves no more."""
    same = (before.rule, before.generation, before.about, before.started, before.delay) == (
        after.rule, after.generation, after.about, after.started, after.delay,
    )  # fmt: skip
    return same and (before.ended is None or (before.ended, before.pauses) == (after.ended, after.pauses))


MANY = 18
"""Of the conditions of the table, those the machine must have met; each sentence of each has its own test elsewhere."""


def test_anyone_may_try_anything_in_any_order() -> None:
    """Played until every state, every gesture and many a condition were met: all could hold because nothing happens, otherwise.

    Two to six rounds do it, the later ones looking for what the earlier ones missed; forty are more than chance can want.
    """
    conditional = {f"refused {step.act}" for step in ATELIER if step.needs}
    states = [*ACTIVE, State.SUSPENDU, State.CLOS, State.ABANDONNE, State.RESILIE]
    wanted = {f"state {state}" for state in states} | set(GESTURES)
    with_care = settings(
        max_examples=30,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
        derandomize=False,
        database=None,
    )
    REACHED.clear()
    MISSING.clear()
    for _ in range(40):
        run_state_machine_as_test(Ateliers, settings=with_care)
        MISSING.clear()
        MISSING.update(act for act in GESTURES if not REACHED[act])
        refused = {name for name in conditional if REACHED[name]}
        if all(REACHED[name] for name in wanted) and len(refused) >= MANY:
            break
    assert {name for name in wanted if not REACHED[name]} == set()
    assert len(refused) >= MANY
