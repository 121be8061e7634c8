"""What no single field of an accord-cadre's file can tell: ranks in order, members that exist, dates, people, places."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from atelier.contract_fields import OWN, ContractFields, GroupementFields
from atelier.contracts import WARN_AT
from atelier.rules import rule
from atelier.spelling import key
from atelier.words import Labels, Refused, fr
from atelier.yaml_lines import Path

YEARS = 4
"""The longest an accord-cadre lasts (code de la commande publique, L2125-1)."""
MAXIMUM_SINCE = date(2022, 1, 1)
"""From then on an accord-cadre has a maximum (décret 2021-1111)."""
Found = tuple[Path, Refused]
TWICE = fr("« {given} » est déjà donné plus haut dans cette liste : gardez-en un, ou corrigez l'autre.")


@dataclass(frozen=True, slots=True)
class Around:
    """What the file is held against: the platforms there are, and the people of the directory (None: not looked at)."""

    platforms: Collection[str]
    people: Collection[str] | None


def faults(file: ContractFields, around: Around) -> Iterator[Found]:
    """What must be corrected before the contract is recorded, place by place."""
    yield from _codes(file)
    yield from _ranks(file.groupements)
    for number, groupement in enumerate(file.groupements):
        yield from _members(file, groupement, ("groupements", number, "membres"))
    yield from _dates(file)
    yield from _amounts(file)
    yield from _places(file.groupements, around)
    yield from _people(file.groupements, around)


def warnings(file: ContractFields) -> Iterator[Found]:
    """What an administrator should know, and may accept."""
    begins, ends = file.date_notification, file.date_fin_validite
    if begins and ends and ends >= _years_later(begins):
        yield no(
            ("date_fin_validite",),
            fr(
                "Cet accord-cadre dure plus de quatre ans (code de la commande publique, L2125-1) : vérifiez les dates."
            ),
        )
    if file.sans_maximum and begins and begins >= MAXIMUM_SINCE:
        yield no(
            ("sans_maximum",),
            fr("Depuis 2022, un accord-cadre a un montant maximum (décret 2021-1111) : vérifiez ce point."),
        )
    if file.montant_maximum_ht and file.solde_ouverture_ht >= WARN_AT * file.montant_maximum_ht:
        yield no(("solde_ouverture_ht",), fr("Le solde d'ouverture atteint déjà 80 % du maximum."))
    unsaid = tuple(rule(id_).label for id_ in OWN if id_ not in file.delais and rule(id_).ccag != file.ccag)
    if unsaid and file.ccag != "CCAG-PI 2009":
        yield no(
            ("delais",),
            fr("Ces délais ne sont pas donnés, et les gestes qui en dépendent resteront bloqués : {labels}."),
            labels=Labels(unsaid),
        )
    yield from _unusual(file)


def _unusual(file: ContractFields) -> Iterator[Found]:
    parts = [(g.code, p) for g in file.groupements for p in g.membres]
    for number, member in enumerate(file.membres):
        held = [code for code, part in parts if part.membre == member.code]
        leads = [code for code, part in parts if part.membre == member.code and part.role == "mandataire"]
        if not held:
            yield no(("membres", number, "code"), fr("Ce membre n'est dans aucun groupement."))
        if len(leads) > 1:
            yield no(
                ("membres", number, "code"),
                fr("Ce membre est mandataire de plusieurs groupements ({codes}) : vérifiez."),
                codes=", ".join(leads),
            )
    if file.fictif:
        yield no(("fictif",), fr("Ce contrat est fictif : il ne sert qu'aux essais et aux formations."))


def _codes(file: ContractFields) -> Iterator[Found]:
    for name in ("membres", "groupements", "motifs_ecart"):
        for number, code in _repeated(held.code for held in getattr(file, name)):
            yield no((name, number, "code"), TWICE, given=code)
    for number, _ in _repeated(key(member.nom) for member in file.membres):
        yield no(
            ("membres", number, "nom"),
            fr("Un autre membre porte déjà ce nom : une entreprise n'est décrite qu'une fois, et citée par son code."),
        )


def _ranks(groupements: tuple[GroupementFields, ...]) -> Iterator[Found]:
    given = sorted(g.rang for g in groupements if g.rang is not None)
    for number, groupement in enumerate(groupements):
        path: Path = ("groupements", number, "rang")
        rank = groupement.rang
        if rank is not None and not groupement.preuve_du_rang:
            yield no(
                path,
                fr(
                    "Un rang compte avec sa preuve : ajoutez « preuve_du_rang » (le document et l'article qui le disent)."
                ),
            )
        if rank is None and groupement.preuve_du_rang:
            yield no(path[:-1], fr("La preuve d'un rang est donnée sans le rang : ajoutez « rang »."))
        if rank is not None and rank in [g.rang for g in groupements[:number]]:
            yield no(path, fr("Le rang {rank} est donné à deux groupements : corrigez l'un des deux."), rank=rank)
        elif rank is not None and rank > 1 and rank - 1 not in given:
            yield no(
                path,
                fr("Il y a un rang {rank} mais pas de rang {missing} : les rangs se suivent depuis 1."),
                rank=rank,
                missing=rank - 1,
            )


def _members(file: ContractFields, groupement: GroupementFields, path: Path) -> Iterator[Found]:
    known = [member.code for member in file.membres]
    for number, part in enumerate(groupement.membres):
        if part.membre not in known:
            yield no(
                (*path, number, "membre"),
                fr("Le membre « {given} » n'est pas décrit sous « membres ». Ceux qui le sont : {names}."),
                given=part.membre[:60],
                names=", ".join(known) or "—",
            )
    for number, code in _repeated(part.membre for part in groupement.membres):
        yield no((*path, number, "membre"), TWICE, given=code[:60])
    leads = sum(part.role == "mandataire" for part in groupement.membres)
    if leads != 1:
        yield no(
            path,
            fr("Un groupement a un mandataire, et un seul ; celui-ci en a {count}. Corrigez les rôles."),
            count=leads,
        )


def _dates(file: ContractFields) -> Iterator[Found]:
    begins, ends = file.date_notification, file.date_fin_validite
    if begins and ends and ends < begins:
        yield no(
            ("date_fin_validite",),
            fr("La fin de validité ({ends}) précède la notification ({begins}) : les dates sont-elles inversées ?"),
            ends=ends,
            begins=begins,
        )


def _amounts(file: ContractFields) -> Iterator[Found]:
    if file.sans_maximum and file.montant_maximum_ht is not None:
        yield no(
            ("sans_maximum",), fr("« sans_maximum » et « montant_maximum_ht » se contredisent : gardez l'un des deux.")
        )
    if file.solde_ouverture_ht > (file.montant_maximum_ht or Decimal("Infinity")):
        yield no(("solde_ouverture_ht",), fr("Le solde d'ouverture dépasse le montant maximum : vérifiez les deux."))


def _served(platform: str, around: Around) -> bool:
    """« slack », or one workspace of several: « slack-T0123 »."""
    kind, sign, which = platform.partition("-")
    return kind in around.platforms and (not sign or (which.isalnum() and which.isupper()))


def _places(groupements: tuple[GroupementFields, ...], around: Around) -> Iterator[Found]:
    for number, groupement in enumerate(groupements):
        platform, sign, id_ = groupement.canal.partition(":")
        if groupement.canal and (not _served(platform, around) or not sign or not id_ or " " in id_):
            yield no(
                ("groupements", number, "canal"),
                fr("« {given} » : écrivez « plateforme:identifiant ». Les plateformes sont : {names}."),
                given=groupement.canal[:60],
                names=", ".join(around.platforms),
            )
        if groupement.canal and groupement.canal in [g.canal for g in groupements[:number]]:
            yield no(
                ("groupements", number, "canal"),
                fr("Ce canal est celui d'un autre groupement : chacun a le sien, et ne voit que ses ateliers."),
            )


def _people(groupements: tuple[GroupementFields, ...], around: Around) -> Iterator[Found]:
    standing: dict[str, str] = {}
    for number, groupement in enumerate(groupements):
        path: Path = ("groupements", number, "representants")
        for place, given in _repeated(groupement.representants):
            yield no((*path, place), TWICE, given=given[:60])
        for place, given in enumerate(groupement.representants):
            other = standing.setdefault(given, groupement.code)
            if other != groupement.code:
                yield no(
                    (*path, place),
                    fr("« {person} » représente déjà le groupement « {other} » : nul n'en représente deux."),
                    person=given[:60],
                    other=other,
                )
            if around.people is not None and given not in around.people:
                yield no(
                    (*path, place),
                    fr(
                        "« {person} » n'est pas dans l'annuaire, ou n'y est plus active. Ajoutez cette personne "
                        "(« atelier annuaire importer »), ou corrigez son identifiant."
                    ),
                    person=given[:60],
                )


def no(path: Path, sentence: str, /, **args: object) -> Found:
    """What is wrong at a place."""
    return path, Refused(sentence, **args)


def _repeated(values: Iterable[str]) -> Iterator[tuple[int, str]]:
    seen: set[str] = set()
    for number, value in enumerate(values):
        if value in seen:
            yield number, value
        seen.add(value)


def _years_later(day: date) -> date:
    """The same day four years later, the first day out of the longest contract (1 March 2100 for 29 February 2096)."""
    year = day.year + YEARS
    none = (day.month, day.day) == (2, 29) and not isleap(year)
    return date(year, 3, 1) if none else day.replace(year=year)
