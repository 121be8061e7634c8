"""`atelier reprise FICHIER`: the ateliers already running are taken over from a CSV file, all of them or none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from atelier.tables import Wrong
from atelier.takeover_file import MOST_BYTES
from atelier.territories import Territories
from atelier.words import Refused, fr
from bot import memory, settings
from bot.terminal import FAULT, say, told
from chat.text import tr
from handlers.here import said
from handlers.takeover import WHAT, Tried, bring
from handlers.takeover_told import cell
from storage.errors import Stale

File = Annotated[Path, typer.Argument(metavar="FICHIER", help="Un fichier CSV, une ligne par atelier / a CSV file")]
Whom = Annotated[str, typer.Option("--par", help="Qui importe : son identifiant dans l'annuaire / who imports")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(WHAT)(take_over)


def take_over(
    file: File,
    *,
    dry: Annotated[bool, typer.Option("--essai", help="Dit ce qui serait repris, sans rien changer / dry run")] = False,
    by: Whom = "",
) -> None:
    """Reprend les ateliers déjà en cours depuis un CSV / takes over the ateliers already running."""
    with _told():
        chosen = settings.read()
        review = None if dry else chosen.review()
        content = _content(file)
        territories, now = Territories.load(), datetime.now(UTC)
        writer = memory.opened(chosen.database_url, chosen.secret(), chosen.admins())
        try:
            report = writer.call(
                lambda unit: bring(unit, file.name, content, now, territories=territories, by=by, review=review)
            )
        except Tried as tried:
            report = tried.report
        finally:
            writer.close()
        for line in report.lines(dry=dry):
            say(line)


@contextmanager
def _told() -> Iterator[None]:
    """As `terminal.told`, and what is wrong in the file, cell by cell."""
    try:
        with told():
            yield
    except Wrong as wrong:
        for mistake in sorted(wrong.mistakes, key=lambda m: m.line):
            say(cell(mistake), err=True)
        say(tr("{count} erreur(s) : rien n'a été changé.", count=len(wrong.mistakes)), err=True)
        raise typer.Exit(FAULT) from None
    except Refused as refused:
        say(said(refused), err=True)
        raise typer.Exit(FAULT) from None
    except Stale:
        say(tr("Quelqu'un ouvrait une demande au même moment : rien n'a été changé. Relancez la commande."), err=True)
        raise typer.Exit(FAULT) from None


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as failure:
        raise Refused(
            fr("« {file} » ne se lit pas ({why}). Donnez un fichier CSV."), file=str(file), why=failure.strerror or ""
        ) from None
