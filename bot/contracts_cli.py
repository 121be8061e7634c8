"""`atelier accord-cadre importer FICHIER.yaml`, `montrer [CODE]` and `modele`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from atelier import contract_file
from atelier.calendar import local_day
from atelier.contracts import AccordCadre
from atelier.dossier import Person
from atelier.tables import Mistake, Wrong
from atelier.words import PersonId, Role
from atelier.yaml_lines import MOST_BYTES
from bot import contracts_told, memory, settings
from bot.sandbox.things import PLATFORM
from bot.terminal import FAULT, say, told
from chat.text import Text, raw, tr
from handlers import representatives
from handlers.here import said
from storage.errors import Stale
from storage.unit import Unit

PLATFORMS = (*contract_file.PLATFORMS, PLATFORM)
PARIS = "75"
SHOWN = 50
"""Mistakes told at once: more do not help whoever corrects them."""
BY = "atelier accord-cadre importer"
T = TypeVar("T")
accord_cadre = typer.Typer(no_args_is_help=True)


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import did, or would do: the contract as it is now, as it was, and what to tell."""

    contract: AccordCadre
    before: AccordCadre | None
    warnings: tuple[Text, ...]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(accord_cadre, name="accord-cadre", help="Les accords-cadres / the framework contracts")


@accord_cadre.command("importer")
def bring(
    file: Annotated[Path, typer.Argument(metavar="FICHIER", help="Un fichier YAML / a YAML file")],
    *,
    dry: Annotated[bool, typer.Option("--essai", help="Dit ce qui changerait, sans rien changer / dry run")] = False,
) -> None:
    """Enregistre un accord-cadre, ou une nouvelle version / records a contract, or a new version of it."""
    with _told():
        content = _content(file)
        contract_file.read(content, PLATFORMS)  # what can be said of the file alone is said even without a database
        brought = _with(lambda unit: _brought(unit, content, datetime.now(UTC), dry=dry))
        for warning in brought.warnings:
            say(tr("Attention, {what}", what=warning))
        for line in contracts_told.imported(brought.contract, brought.before, dry=dry):
            say(line)


@accord_cadre.command("montrer")
def show(
    code: Annotated[str, typer.Argument(metavar="CODE", help="Un seul, en détail / one of them, in full")] = "",
    version: Annotated[int | None, typer.Option(min=1, help="Une version antérieure / an earlier version")] = None,
) -> None:
    """Montre les accords-cadres, ou l'un d'eux / shows the contracts, or one of them."""
    with _told():
        today = local_day(datetime.now(UTC), PARIS)
        if not code:
            for line in contracts_told.listed(_with(lambda unit: unit.contracts.all()), today):
                say(line)
            return
        versions = _with(lambda unit: unit.contracts.versions(code))
        for line in contracts_told.detailed(_chosen(code, versions, version), len(versions), today):
            say(line)


def _chosen(code: str, versions: tuple[AccordCadre, ...], wanted: int | None) -> AccordCadre:
    """The wanted version, or the last; stops the command when there is none."""
    found = next((c for c in versions if wanted in {None, c.version}), None)
    if found is not None:
        return found
    if versions:
        raise _stopped(tr("L'accord-cadre « {code} » n'a pas de version {version} : la dernière est la {last}.", code=raw(code), version=wanted, last=versions[0].version))  # fmt: skip
    known = ", ".join(c.code for c in _with(lambda unit: unit.contracts.all())) or "—"
    raise _stopped(
        tr("Pas d'accord-cadre « {code} ». Ceux qui sont enregistrés : {names}.", code=raw(code), names=known)
    )


@accord_cadre.command("modele")
def model(
    name: Annotated[str, typer.Argument(metavar="NOM", help=", ".join(contract_file.SHIPPED))] = "demonstration",
) -> None:
    """Écrit un fichier d'exemple, à compléter / prints an example file to fill in."""
    if name not in contract_file.SHIPPED:
        raise _stopped(
            tr("Pas de modèle « {name} ». Il y a : {names}.", name=raw(name), names=", ".join(contract_file.SHIPPED))
        )
    typer.echo(contract_file.text(name), nl=False)


def _content(file: Path) -> bytes:
    """The file, or one byte too many of it."""
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as failure:
        sentence = tr("« {file} » ne s'ouvre pas ({why}). Donnez le chemin d'un fichier YAML.", file=raw(str(file)), why=raw(failure.strerror or ""))  # fmt: skip
        raise _stopped(sentence) from None


def _with(move: Callable[[Unit], T]) -> T:
    chosen = settings.read()
    writer = memory.opened(chosen.database_url, chosen.secret(), chosen.admins())
    try:
        return writer.call(move)
    finally:
        writer.close()


def _brought(unit: Unit, content: bytes, now: datetime, *, dry: bool) -> Brought:
    people = {person.id: person for person in unit.people.all() if person.active}
    read = contract_file.read(content, PLATFORMS, people)
    before = next(iter(unit.contracts.versions(read.contract.code)), None)
    contract = _next(read.contract, before) if dry else unit.contracts.keep(read.contract, now, BY)
    given = tuple(_granted(contract, people))
    told = (*map(_mistake, read.warnings), *given, *_gone(contract, before), *_reranked(contract, before))
    if not dry:
        representatives.settle(unit, contract, before, now)
    return Brought(contract, before, told)


def _next(contract: AccordCadre, before: AccordCadre | None) -> AccordCadre:
    """The version that keeping this contract would make."""
    if before is None:
        return contract
    same = contract.model_copy(update={"version": before.version})
    return same if same == before else contract.model_copy(update={"version": before.version + 1})


def _gone(contract: AccordCadre, before: AccordCadre | None) -> Iterator[Text]:
    for groupement in before.groupements if before else ():
        if contract.groupement(groupement.code) is None:
            yield tr(
                "le groupement « {code} » disparaît de cette version : vérifiez qu'aucun atelier ne lui est confié.",
                code=raw(groupement.code),
            )


def _reranked(contract: AccordCadre, before: AccordCadre | None) -> Iterator[Text]:
    for groupement in before.groupements if before else ():
        now = contract.groupement(groupement.code)
        if now is not None and groupement.rang is not None and now.rang != groupement.rang:
            yield tr(
                "le groupement « {code} » n'est plus au rang {rank} : une désignation qui l'a sollicité à ce rang reprendra au "
                "rang 1 si ce rang est écarté, et le dira avant de désigner.",
                code=raw(groupement.code), rank=groupement.rang,
            )  # fmt: skip


def _granted(contract: AccordCadre, people: Mapping[PersonId, Person]) -> Iterator[Text]:
    """A representative acts by the role the directory gives: the import gives it, and says to whom."""
    for groupement in contract.groupements:
        scope = representatives.scope(contract, groupement.code)
        for id_ in groupement.representants:
            if not any(held.role is Role.MAND and held.scope == scope for held in people[id_].holdings):
                yield tr(
                    "« {person} » reçoit le rôle MAND sur « {scope} » dans l'annuaire.",
                    person=raw(id_), scope=scope,
                )  # fmt: skip


@contextmanager
def _told() -> Iterator[None]:
    """As `terminal.told`, and what is wrong in the file, line by line."""
    try:
        with told():
            yield
    except Wrong as wrong:
        for mistake in wrong.mistakes[:SHOWN]:
            say(_mistake(mistake), err=True)
        if more := len(wrong.mistakes[SHOWN:]):
            say(tr("… et {count} autre(s) plus bas.", count=more), err=True)
        raise _stopped(tr("{count} erreur(s) : rien n'a été changé.", count=len(wrong.mistakes))) from None
    except Stale:
        raise _stopped(
            tr(
                "Cet accord-cadre vient d'être importé par quelqu'un d'autre : rien n'a été changé. Relancez la commande."
            )
        ) from None


def _mistake(mistake: Mistake) -> Text:
    reason = said(mistake.refused)
    if not mistake.column:
        return tr("ligne {line} : {reason}", line=mistake.line, reason=reason)
    return tr("ligne {line}, {column} : {reason}", line=mistake.line, column=raw(mistake.column), reason=reason)


def _stopped(text: Text) -> typer.Exit:
    """Say why the command stops; raise what is returned."""
    say(text, err=True)
    return typer.Exit(FAULT)
