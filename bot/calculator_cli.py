"""`atelier calculer --depart … --delai … --departement …`: a due date, alone on its line, then how it was counted."""

from __future__ import annotations

import json
import shlex
from datetime import UTC, date, datetime
from typing import Annotated

import typer
from typer.core import TyperCommand

from atelier.calendar import local_day, zone
from atelier.dates import parse_day
from atelier.deadlines import Delay, Explained, compute, due_instant
from atelier.territories import Territories
from atelier.words import Refused
from chat.language import load
from chat.text import Say, Text, tr
from handlers.here import said, told_steps

WRONG = 2
EXAMPLE = 'atelier calculer --depart 2026-03-02 --delai "15 jours" --departement 55'
Start = Annotated[str, typer.Option("--depart", metavar="DATE", help="Le jour de l'événement / the event's day")]
Count = Annotated[
    str, typer.Option("--delai", metavar="DÉLAI", help="« 15 jours », « 2 mois », « 20 jours ouvrés » / the delay")
]
Place = Annotated[
    str, typer.Option("--departement", metavar="CODE", help="Là où le délai court / where: 55, 2A, 971, Meuse")
]


class InFrench(TyperCommand):
    """A command whose wrong options are told in French."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Read the options; an unknown one, or one without its value, ends with a sentence and status 2."""
        typed = shlex.join(args)
        try:
            return super().parse_args(ctx, args)
        except typer.TyperException:
            raise _ended(
                tr(
                    "« calculer » lit --depart, --delai et --departement, suivis chacun de sa valeur, et --json. "
                    "J'ai lu : « {typed} ». Écrivez par exemple : {example}",
                    typed=typed,
                    example=EXAMPLE,
                )
            ) from None


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("calculer", cls=InFrench)(calculate)


def calculate(
    *,
    start: Start = "",
    count: Count = "",
    place: Place = "",
    machine: Annotated[bool, typer.Option("--json", help="Pour les machines / for machines")] = False,
) -> None:
    """Calcule une échéance et dit comment / counts a deadline and tells how."""
    given = {"--depart": start, "--delai": count, "--departement": place}
    missing = [name for name, value in given.items() if not value.strip()]
    if missing:
        raise _ended(
            tr("Il manque {names}. Écrivez par exemple : {example}", names=", ".join(missing), example=EXAMPLE)
        )
    try:
        departement = Territories.load().departement(place).code
        first = parse_day(start, local_day(datetime.now(UTC), departement))
        delay = Delay.parse(count)
        explained = compute(first, delay, departement)
    except Refused as refused:
        raise _ended(said(refused)) from None
    say = load().say("fr")
    if machine:
        typer.echo(_machine(first, delay, departement, explained, say))
        return
    for line in (explained.due.isoformat(), *map(say, told_steps(explained))):
        typer.echo(line)


def _machine(first: date, delay: Delay, departement: str, explained: Explained, say: Say) -> str:
    told_whole = {
        "echeance": explained.due.isoformat(),
        "departement": departement,
        "fuseau": str(zone(departement)),
        "instant": due_instant(explained.due, departement).isoformat(),
        "depart": first.isoformat(),
        "delai": str(delay),
        "etapes": [say(step) for step in told_steps(explained)],
    }
    return json.dumps(told_whole, ensure_ascii=False, indent=2)


def _ended(sentence: Text) -> typer.Exit:
    """Say what is wrong on standard error; raise what this gives: status 2, no traceback."""
    typer.echo(load().say("fr")(sentence), err=True)
    return typer.Exit(WRONG)
