"""`atelier doctor`: what is found, for people or for machines; the exit status is the worst level."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from typing import Annotated

import typer

from bot import logs
from bot.doctor import examine
from bot.findings import Finding, Level, worst
from bot.terminal import reader
from chat.text import Say, Text, tr

MARKS = {Level.OK: "✓", Level.ATTENTION: "!", Level.FAUTE: "✗"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(
    *,
    machine: Annotated[bool, typer.Option("--json", help="Pour les machines / for machines")] = False,
    trip: Annotated[
        bool, typer.Option("--aller-retour", help="Écrit à un administrateur, et attend sa réponse / a button to press")
    ] = False,
    patience: Annotated[
        int, typer.Option("--attente", min=1, max=3600, help="Secondes laissées pour répondre / seconds to answer")
    ] = 180,
) -> None:
    """Examine le robot : 0 tout va bien, 1 à surveiller, 2 en panne / examines the bot."""
    logs.configure(logging.ERROR)
    logging.getLogger("httpx").setLevel(logging.ERROR)
    say = reader()
    if trip:
        said = tr(
            "Un bouton part chez un administrateur de chaque plateforme : il a {count} s pour le presser.",
            count=patience,
        )
        typer.echo(say(said), err=True)
    findings = asyncio.run(examine(float(patience) if trip else 0.0))
    for line in [_machine(findings, say)] if machine else _lines(findings, say):
        typer.echo(line)
    raise typer.Exit(int(worst(findings)))


def _lines(findings: Sequence[Finding], say: Say) -> list[str]:
    lines = []
    for finding in findings:
        lines.append(f"{MARKS[finding.level]} {finding.level.label:9} {say(finding.said)}")
        if finding.repair is not None:
            lines.append(f"  {'':9} → {say(finding.repair)}")
    return [*lines, "", say(_conclusion(findings))]


def _conclusion(findings: Sequence[Finding]) -> Text:
    count = {level: sum(finding.level is level for finding in findings) for level in Level}
    match worst(findings):
        case Level.OK:
            return tr("Tout va bien.")
        case Level.ATTENTION:
            return tr("{count} point(s) à surveiller.", count=count[Level.ATTENTION])
        case Level.FAUTE:
            return tr(
                "{count} faute(s), {more} point(s) à surveiller.", count=count[Level.FAUTE], more=count[Level.ATTENTION]
            )


def _machine(findings: Sequence[Finding], say: Say) -> str:
    """Stable keys, in English: what they hold is in French, codes and levels excepted."""
    told = [
        {
            "code": f.point,
            "level": f.level.code,
            "subject": f.subject,
            "sentence": say(f.said),
            "repair": say(f.repair) if f.repair else "",
        }
        for f in findings
    ]
    return json.dumps({"level": worst(findings).code, "findings": told}, ensure_ascii=False, indent=2)
