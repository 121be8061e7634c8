"""`atelier annuaire extraire` and `oublier`: what is kept about one person, and its erasure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer

from atelier.words import Refused
from bot import memory, settings
from bot.terminal import FAULT, say, told
from chat.text import raw, tr
from handlers import erasing, extracting
from handlers.erasing import Forgotten, Tried
from handlers.here import said

Whom = Annotated[str, typer.Argument(metavar="IDENTIFIANT", help="Son identifiant dans l'annuaire / their identifier")]


def register(group: typer.Typer) -> None:
    """Add the commands to the directory's."""
    group.command("extraire")(extract)
    group.command("oublier")(forget)


def extract(person: Whom) -> None:
    """Écrit en JSON tout ce qui est gardé d'une personne / prints all that is kept about a person, as JSON."""
    with told():
        chosen = settings.read()
        writer = memory.opened(chosen.database_url, chosen.secret(), chosen.admins())
        try:
            with _refusals():
                found = writer.call(lambda unit: extracting.extract(unit, person))
        finally:
            writer.close()
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2).encode("utf-8"))


def forget(
    person: Whom,
    *,
    dry: Annotated[bool, typer.Option("--essai", help="Dit ce qui serait fait, sans rien changer / dry run")] = False,
) -> None:
    """Efface le nom et les comptes de qui n'est plus dans l'annuaire / erases the name and accounts of who left."""
    with told():
        chosen = settings.read()
        admins = chosen.admins()
        writer = memory.opened(chosen.database_url, chosen.secret(), admins)
        try:
            with _refusals(changed=True):
                done = writer.call(lambda unit: erasing.forget(unit, person, admins, datetime.now(UTC), dry=dry))
        except Tried as tried:
            done = tried.done
        finally:
            writer.close()
        _told(done, dry=dry)


@contextmanager
def _refusals(*, changed: bool = False) -> Iterator[None]:
    """A refusal ends with its sentence; `changed` when the command would have changed something."""
    try:
        yield
    except Refused as refused:
        say(said(refused), err=True)
        if changed:
            say(tr("Rien n'a été changé."), err=True)
        raise typer.Exit(FAULT) from None


def _told(done: Forgotten, *, dry: bool) -> None:
    say(tr("Essai, rien n'est changé :") if dry else tr("« {id} » est effacé :", id=raw(done.person)))
    say(tr("nom, fonction, organisme, rôles : effacés ; l'identifiant reste, sans rien derrière"))
    say(tr("{count} compte(s) libéré(s)", count=done.accounts))
    say(tr("{count} absence(s) effacée(s)", count=done.absences))
    say(tr("{count} conversation(s) ou aperçu(s) en cours effacé(s)", count=done.begun))
    say(tr("{count} demande(s) d'accès effacée(s)", count=done.asked))
    say(tr("{count} message(s) de sa conversation directe effacé(s), partis ou non", count=done.letters))
    say(tr("{count} ligne(s) du journal scellé sans nom désormais", count=done.lines))
    if done.requests:
        kept = tr(
            "Restent dans les archives des demandes, avec le nom quand il y est écrit, les courriers, les fichiers et ce que "
            "les participants ont écrit : {refs}.",
            refs=raw(", ".join(done.requests)),
        )  # fmt: skip
        say(kept)
    say(
        tr(
            "Les messages déjà reçus par d'autres restent dans la messagerie, et trente jours ici ; les sauvegardes d'avant "
            "gardent tout."
        )
    )
