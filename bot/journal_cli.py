"""`atelier journal verifier`: the sealed chains, and the head that was kept outside the database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot import memory, settings
from bot.terminal import FAULT, WRONG, say, told
from chat.text import Moment, Text, raw, tr
from handlers import heads, turned
from handlers.heads import Held, Rewritten
from storage.journal import Broken
from storage.unit import Unit
from storage.writer import Writer

PARIS = "Europe/Paris"
TAMPERED = tr("Gardez la base telle quelle, et comparez-la à une sauvegarde d'alors.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True)
    group.command("verifier")(verify)
    group.command("refus")(refusals)
    group.callback()(_group)
    app.add_typer(group, name="journal", help="Le journal scellé / the sealed journal")


def _group() -> None:
    """Le journal scellé / the sealed journal."""


def verify(
    head: Annotated[
        str,
        typer.Option(
            "--tete", metavar="FICHIER|VALEUR",
            help="Le fichier joint au bilan du lundi, ou la valeur qu'il montre / the file of the Monday message, or its value",
        ),
    ] = "",
) -> None:  # fmt: skip
    """Vérifie les chaînes du journal / checks the journal's chains: 0 intact, 1 rewritten, 2 unreadable."""
    with told():
        _verified(_saved(head) if head else None)


def _verified(saved: str | tuple[heads.Head, ...] | None) -> None:
    writer = _memory()
    try:
        broken, ends = writer.call(lambda unit: (unit.journal.verify(), unit.journal.heads()))
        compared = writer.call(lambda unit: _compared(unit, saved)) if saved is not None and broken is None else None
    finally:
        writer.close()
    if broken is not None:
        _ended(_broken(broken), FAULT)
    say(tr("Le journal est intact : {count} demande(s).", count=len([ref for ref, _, _ in ends if ref != turned.DOOR])))
    if saved is not None:
        _told(compared)


def refusals() -> None:
    """Ce qui a été refusé à la porte : boutons et formulaires forgés ou d'autrui / what was turned away at the door."""
    with told():
        writer = _memory()
        try:
            lines = writer.call(lambda unit: unit.journal.of(turned.DOOR))
        finally:
            writer.close()
    for line in lines:
        shown = {name: raw(str(line.details.get(name, ""))) for name in ("platform", "what", "why", "ref")}
        say(tr("{moment} — {who} : {what} {ref} ({why}, {platform})", moment=Moment(at=line.at, zone=PARIS),
                who=raw(line.person or "?"), **shown))  # fmt: skip
    say(tr("{count} refus à la porte.", count=len(lines)))


def _memory() -> Writer:
    """The memory that the settings name. Raises Wrong or Away with the sentence to show."""
    chosen = settings.read()
    return memory.opened(chosen.database_url, chosen.secret())


def _saved(head: str) -> str | tuple[heads.Head, ...]:
    """What was kept: a value, or the lines of a file."""
    if heads.VALUE.fullmatch(head.lower()):
        return head.lower()
    try:
        return heads.parsed(Path(head).read_text(encoding="ascii", errors="replace"))
    except OSError as failure:
        _ended(
            tr(
                "« {file} » ne se lit pas ({why}). Donnez le chemin du fichier joint au bilan du lundi, ou la valeur entière "
                "(64 caractères) qu'il montre.",
                file=raw(head), why=raw(failure.strerror or type(failure).__name__),
            ),
            WRONG,
        )  # fmt: skip
    except heads.Unreadable as failure:
        _ended(
            tr(
                "La ligne {line} de « {file} » n'est pas celle d'une tête de journal : donnez le fichier joint au bilan du "
                "lundi, ou la valeur de 64 caractères qu'il montre.",
                line=failure.line, file=raw(head),
            ),
            WRONG,
        )  # fmt: skip


def _compared(unit: Unit, saved: str | tuple[heads.Head, ...]) -> Held | Rewritten | None:
    return heads.recognised(unit, saved) if isinstance(saved, str) else heads.compared(unit, saved)


def _told(found: Held | Rewritten | None) -> None:
    match found:
        case Held(at=None):
            say(tr("La tête gardée est bien celle de ce journal : {count} chaîne(s), dont {grown} plus longue(s) qu'alors.",
                    count=found.chains, grown=found.grown))  # fmt: skip
        case Held(at=at):
            say(tr("Cette valeur est bien celle du journal le {moment} : {count} chaîne(s), dont {grown} plus longue(s) qu'alors.",
                    moment=Moment(at=at, zone=PARIS), count=found.chains, grown=found.grown))  # fmt: skip
        case Rewritten():
            said = tr("Le journal de {ref} a été réécrit : sa ligne {seq} n'est plus celle qui a été gardée. {repair}",
                      ref=raw(found.ref), seq=found.seq, repair=TAMPERED)  # fmt: skip
            _ended(said, FAULT)
        case None:
            said = tr("Le journal n'a jamais eu cette tête : il a été réécrit, ou la valeur est d'une autre base. Avec le fichier joint, la ligne serait nommée. {repair}", repair=TAMPERED)  # fmt: skip
            _ended(said, FAULT)


def _broken(broken: Broken) -> Text:
    return tr(
        "Le journal de {ref} ne se suit plus à la ligne {seq} : {why}.",
        ref=broken.ref, seq=broken.seq, why=raw(broken.why),
    )  # fmt: skip


def _ended(text: Text, status: int) -> NoReturn:
    say(text, err=True)
    raise typer.Exit(status)
