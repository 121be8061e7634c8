"""The command line: `atelier demo`, `story`, `migrate`, `annuaire importer` and `montrer`; the others have their own file."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from atelier import directory as table
from atelier import tables
from atelier.territories import Territories
from atelier.words import Refused
from bot import (
    backup_cli,
    calculator_cli,
    contracts_cli,
    doctor_cli,
    journal_cli,
    logs,
    mattermost_cli,
    memory,
    people_cli,
    production,
    serving,
    settings,
    slack_cli,
    takeover_cli,
)
from bot.sandbox import demo as sandbox
from bot.terminal import FAULT, say, told
from chat.language import load
from chat.text import Text, raw, tr
from handlers import directory, erasing
from handlers.here import said
from handlers.takeover_told import cell
from storage.errors import Stale
from storage.unit import Unit

MOST_BYTES, SHOWN = 10 * 1024 * 1024, 50

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
annuaire = typer.Typer(no_args_is_help=True)
app.add_typer(annuaire, name="annuaire", help="L'annuaire / the directory")

doctor_cli.register(app)
journal_cli.register(app)
backup_cli.register(app)
contracts_cli.register(app)
mattermost_cli.register(app)
takeover_cli.register(app)
calculator_cli.register(app)
slack_cli.register(app)
people_cli.register(annuaire)


@app.command()
def story() -> None:
    """Joue un atelier entier, de la première question à la clôture / plays a whole atelier on the terminal."""
    logs.configure(logging.WARNING)
    with told():
        sandbox.story(Territories.load(), load(), typer.echo)


@app.command()
def demo(
    port: Annotated[
        int, typer.Option(min=1, max=65535, envvar="PORT", help="Le port de la page / the page's port")
    ] = 8000,
    folder: Annotated[
        Path, typer.Option("--dossier", help="Où le bac à sable garde tout / where it is all kept")
    ] = Path("var/demo"),
    new: Annotated[bool, typer.Option("--neuf", help="Tout recommencer / start anew")] = False,
) -> None:
    """Joue un atelier entier, puis ouvre le bac à sable / plays a whole atelier, then opens the sandbox."""
    logs.configure(logging.WARNING)
    with told():
        sandbox.demo(folder, Territories.load(), load(), typer.echo, port=port, new=new)


@app.command()
def migrate() -> None:
    """Met la base de données à jour / moves the database to this version."""
    with told():
        memory.moved(settings.read().database_url)
        say(tr("La base de données est à jour."))


@app.command()
def serve(
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Sans l'horloge ni la boîte d'envoi / web only")
    ] = False,
) -> None:
    """Sert les plateformes configurées / serves the configured platforms."""
    logs.configure()
    with told():
        chosen = settings.read()
        made = production.build(chosen, Territories.load(), load())
        serving.serve(made, chosen.port, worker=not no_worker)


@app.command()
def work() -> None:
    """Porte les messages et sonne les échéances / carries messages and rings deadlines."""
    logs.configure()
    with told():
        serving.work(production.build(settings.read(), Territories.load(), load()))


@annuaire.command("importer")
def bring(
    file: Annotated[Path, typer.Argument(metavar="FICHIER", help="Un fichier CSV / a CSV file")],
    dry: Annotated[bool, typer.Option("--essai", help="Dit ce qui changerait, sans rien changer / dry run")] = False,
) -> None:
    """Met l'annuaire à jour depuis un CSV / updates the directory from a CSV."""
    with told():
        chosen = settings.read()
        entries = _entries(file)
        writer = memory.opened(chosen.database_url, chosen.secret(), chosen.admins())
        try:
            report = writer.call(lambda unit: _brought(unit, entries, dry=dry))
        except Refused as refused:
            say(said(refused), err=True)
            say(tr("Rien n'a été changé."), err=True)
            raise typer.Exit(FAULT) from None
        except Stale:
            say(
                tr("L'annuaire vient d'être changé par quelqu'un d'autre : rien n'a été changé. Relancez la commande."),
                err=True,
            )
            raise typer.Exit(FAULT) from None
        finally:
            writer.close()
        _reported(report, dry=dry)


def _brought(unit: Unit, entries: tuple[table.Entry, ...], *, dry: bool) -> directory.Report:
    erasing.kept_forgotten(unit, entries)
    return directory.bring(unit, entries, datetime.now(UTC), dry=dry)


def _entries(file: Path) -> tuple[table.Entry, ...]:
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError as failure:
        say(
            tr(
                "« {file} » ne se lit pas ({why}). Donnez un fichier CSV.",
                file=raw(str(file)), why=raw(failure.strerror or ""),
            ),
            err=True,
        )  # fmt: skip
        raise typer.Exit(FAULT) from None
    try:
        return table.read(tables.decoded(content, MOST_BYTES), Territories.load(), datetime.now(UTC).date())
    except tables.Wrong as wrong:
        for mistake in wrong.mistakes[:SHOWN]:
            say(cell(mistake), err=True)
        if more := len(wrong.mistakes[SHOWN:]):
            say(tr("… et {count} autre(s) plus bas.", count=more), err=True)
        say(tr("{count} erreur(s) : rien n'a été changé.", count=len(wrong.mistakes)), err=True)
        raise typer.Exit(FAULT) from None


def _reported(report: directory.Report, *, dry: bool) -> None:
    head = tr("Essai, rien n'est changé :") if dry else tr("L'annuaire est à jour :")
    say(head)
    _listed(tr("{count} personne(s) ajoutée(s)", count=len(report.added)), report.added)
    _listed(tr("{count} personne(s) modifiée(s)", count=len(report.changed)), report.changed)
    _listed(tr("{count} personne(s) désactivée(s)", count=len(report.left)), report.left)
    say(tr("{count} personne(s) inchangée(s)", count=len(report.same)))
    for name, superior in report.headless:
        say(
            tr(
                "Attention, {name} a pour supérieur « {id} », qui n'est personne d'actif dans l'annuaire : ses retards ne lui "
                "seront pas dits.",
                name=raw(name), id=raw(superior),
            )
        )  # fmt: skip


def _listed(count: Text, names: Sequence[str]) -> None:
    """A count, and whose it is."""
    say(count)
    for name in names[:SHOWN]:
        say(raw(f"    {name}"))
    if more := len(names[SHOWN:]):
        say(tr("… et {count} autre(s).", count=more))


@annuaire.command("montrer")
def show() -> None:
    """Montre l'annuaire / shows the directory."""
    with told():
        chosen = settings.read()
        writer = memory.opened(chosen.database_url, chosen.secret(), chosen.admins())
        try:
            people = writer.call(lambda unit: unit.people.all())
        finally:
            writer.close()
        for person in people:
            roles = ", ".join(f"{h.role}{f' {h.scope}' if h.scope else ''}" for h in person.holdings)
            state = "" if person.active else " ; nom effacé" if erasing.erased(person) else " ; inactif"
            cells = (" ".join(cell.split()) for cell in (person.id, person.name, person.service, roles))
            say(raw(f"{' ; '.join(cells)}{state}".rstrip()))


def main() -> None:
    """The entry point."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
