"""An accord-cadre read from its YAML file: every mistake named by its line and field, nothing taken by halves.

The files shipped with the code: `adt-flash-2021` says what the circular says (§6), and leaves the rest empty;
`demonstration` is invented, for the sandbox and for whoever writes a first file.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from importlib.resources import files

from pydantic import ValidationError

from atelier.contract_checks import Around, faults, warnings
from atelier.contract_fields import ContractFields, GroupementFields, refusal
from atelier.contracts import AccordCadre, DelaiDuContrat, Groupement, Membre, MotifEcart
from atelier.tables import Mistake, Wrong
from atelier.words import PersonId
from atelier.yaml_lines import Marked
from atelier.yaml_lines import read as marked

SHIPPED = ("adt-flash-2021", "demonstration")
PLATFORMS = ("mattermost", "slack")


@dataclass(frozen=True, slots=True)
class Read:
    """A contract as its file says it (version 1: storage numbers them), and what to tell whoever imports it."""

    contract: AccordCadre
    warnings: tuple[Mistake, ...]


def read(content: bytes, platforms: Collection[str] = PLATFORMS, people: Collection[str] | None = None) -> Read:
    """The contract of a YAML file. Raises Wrong with every mistake found.

    `platforms`: the names a `canal` may begin with. `people`: the ids of the active people of the directory, among whom
    representatives are looked for; None leaves them unchecked.
    """
    found = marked(content)
    file = _fields(found)
    wrong = [found.mistake(path, refused) for path, refused in faults(file, Around(platforms, people))]
    if wrong:
        raise Wrong(tuple(sorted(wrong, key=lambda mistake: mistake.line)))
    return Read(_contract(file), tuple(found.mistake(path, refused) for path, refused in warnings(file)))


def text(name: str) -> str:
    """The text of a file shipped with the code. Raises KeyError for another name."""
    if name not in SHIPPED:
        raise KeyError(name)
    return files("atelier").joinpath("contrats", f"{name}.yaml").read_text(encoding="utf-8")


def shipped(name: str) -> AccordCadre:
    """A contract shipped with the code, without representatives. Raises KeyError for another name."""
    return read(text(name).encode()).contract


def _fields(found: Marked) -> ContractFields:
    try:
        return ContractFields.model_validate(found.value)
    except ValidationError as error:
        told = [found.mistake(_path(e["loc"]), refusal(e)) for e in error.errors()]
        raise Wrong(tuple(sorted(told, key=lambda mistake: mistake.line))) from error


def _path(place: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The place in the file: pydantic says « [key] » where a field's own name does not fit."""
    return place[:-1] if place[-1:] == ("[key]",) else place


def _contract(file: ContractFields) -> AccordCadre:
    return AccordCadre(
        code=file.code, nom=file.nom, ccag=file.ccag,
        date_notification=file.date_notification, date_fin_validite=file.date_fin_validite,
        montant_maximum_ht=file.montant_maximum_ht, sans_maximum=file.sans_maximum,
        solde_ouverture_ht=file.solde_ouverture_ht, delai_reponse_cascade=file.delai_reponse_cascade,
        motifs_ecart=tuple(MotifEcart(**motif.model_dump()) for motif in file.motifs_ecart),
        delais={id_: DelaiDuContrat(**own.model_dump()) for id_, own in file.delais.items()},
        groupements=tuple(_groupement(file, groupement) for groupement in file.groupements), fictif=file.fictif,
    )  # fmt: skip


def _groupement(file: ContractFields, read_: GroupementFields) -> Groupement:
    known = {member.code: member for member in file.membres}
    return Groupement(
        code=read_.code, nom=read_.nom, rang=read_.rang, preuve_du_rang=read_.preuve_du_rang, canal=read_.canal,
        representants=tuple(PersonId(person) for person in read_.representants),
        membres=tuple(
            Membre(nom=known[part.membre].nom, role=part.role, competences=known[part.membre].competences)
            for part in read_.membres
        ),
    )  # fmt: skip
