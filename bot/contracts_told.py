"""An accord-cadre as the command line tells it: one line, or all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from atelier.contracts import AccordCadre, Groupement
from atelier.rules import rule
from chat.text import Text, joined, raw, tr


def several(sentences: Iterable[str]) -> Text:
    """Sentences of the catalogues in a row."""
    return joined([tr(sentence) for sentence in sentences])


def imported(contract: AccordCadre, before: AccordCadre | None, *, dry: bool) -> Iterator[Text]:
    """What an import did or would do, and whether groupements may be designated under it."""
    if dry:
        yield tr("Essai, rien n'est changé :")
    code, version = raw(contract.code), contract.version
    if before is None:
        yield tr("Accord-cadre {code} : nouveau, version {version}.", code=code, version=version)
    elif before == contract:
        yield tr("Accord-cadre {code} : inchangé, version {version}.", code=code, version=version)
    else:
        yield tr("Accord-cadre {code} : version {version}. Ce qui change : {names}.", code=code, version=version, names=_changed(before, contract))  # fmt: skip
    yield from _designation(contract)


def listed(contracts: Iterable[AccordCadre], today: date) -> Iterator[Text]:
    """Each contract in a few lines."""
    contracts = tuple(contracts)
    if not contracts:
        yield tr(
            "Aucun accord-cadre n'est enregistré. « atelier accord-cadre modele » en écrit un exemple ; "
            "complétez-le, puis « atelier accord-cadre importer »."
        )
    for contract in contracts:
        yield joined([raw(contract.code), raw(contract.nom), raw(contract.ccag)])
        yield from (_within(line) for line in (_validity(contract, today), *_designation(contract)))


def detailed(contract: AccordCadre, versions: int, today: date) -> Iterator[Text]:
    """Everything a contract says."""
    yield tr("{name} ({code}), version {version} sur {versions}, {ccag}", name=raw(contract.nom), code=raw(contract.code), version=contract.version, versions=versions, ccag=raw(contract.ccag))  # fmt: skip
    yield _validity(contract, today)
    yield from _money(contract)
    if contract.delai_reponse_cascade:
        yield tr("Réponse à une sollicitation : {delay}", delay=contract.delai_reponse_cascade)
    for motif in contract.motifs_ecart:
        yield tr("Motif d'écart : {label} ({code})", label=raw(motif.libelle), code=raw(motif.code))
    for id_, own in contract.delais.items():
        yield tr("{label} : {delay} ({source})", label=tr(rule(id_).label), delay=own.delai, source=raw(own.source))
    for groupement in contract.ranked() or contract.groupements:
        yield from _groupement(groupement)
    yield from _designation(contract)


def _groupement(groupement: Groupement) -> Iterator[Text]:
    name, code = raw(groupement.nom), raw(groupement.code)
    if groupement.rang is None:
        yield tr("Sans rang : {name} ({code})", name=name, code=code)
    else:
        yield tr("Rang {rank} : {name} ({code}) ; preuve : {proof}", rank=groupement.rang, name=name, code=code, proof=raw(groupement.preuve_du_rang))  # fmt: skip
    for member in groupement.membres:
        role = tr("mandataire") if member.role == "mandataire" else tr("cotraitant")
        yield _within(joined([raw(member.nom), role, raw(", ".join(member.competences))]))
    if groupement.canal:
        yield _within(tr("Canal : {place}", place=raw(groupement.canal)))
    if groupement.representants:
        yield _within(tr("Représentants : {people}", people=raw(", ".join(groupement.representants))))


def _within(line: Text) -> Text:
    return joined([raw(" "), line], " ")


def _validity(contract: AccordCadre, today: date) -> Text:
    begins, ends = contract.date_notification, contract.date_fin_validite
    if begins is None or ends is None:
        return tr("Dates de validité à donner")
    if contract.in_force(today):
        return tr("En vigueur du {begins} au {ends}", begins=begins, ends=ends)
    return tr("Hors de sa validité, du {begins} au {ends}", begins=begins, ends=ends)


def _money(contract: AccordCadre) -> Iterator[Text]:
    if contract.montant_maximum_ht is not None:
        yield tr("Maximum : {amount} HT", amount=contract.montant_maximum_ht)
    elif contract.sans_maximum:
        yield tr("Sans montant maximum")
    if contract.solde_ouverture_ht:
        yield tr("Commandé avant la reprise : {amount} HT", amount=contract.solde_ouverture_ht)


def _designation(contract: AccordCadre) -> Iterator[Text]:
    lacks = contract.lacks()
    if lacks:
        yield tr("Désignation fermée. Il manque : {things}.", things=several(lacks))
    else:
        yield tr("Désignation ouverte.")


def _changed(before: AccordCadre, contract: AccordCadre) -> str:
    names = (name for name in AccordCadre.model_fields if name != "version")
    return ", ".join(name for name in names if getattr(before, name) != getattr(contract, name))
