"""`atelier sauvegarde FICHIER` and `atelier restaurer FICHIER`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot import settings
from bot.terminal import FAULT, say, told
from chat.text import raw, tr
from storage.backup import save
from storage.journal import Broken
from storage.restoration import restore

File = Annotated[Path, typer.Argument(metavar="FICHIER", help="Le fichier de sauvegarde / the backup file")]


def register(app: typer.Typer) -> None:
    """Add both commands."""
    app.command("sauvegarde")(saved)
    app.command("restaurer")(restored)


def saved(
    file: File,
    *,
    portable: Annotated[
        bool, typer.Option("--portable", help="Lisible aussi par PostgreSQL / readable by PostgreSQL too")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Remplacer le fichier / replace the file")] = False,
) -> None:
    """Sauvegarde la base, robot en marche, et vérifie la sauvegarde / saves the database while the bot runs."""
    with told():
        chosen = settings.read()
        made = save(chosen.database_url, file, chosen.secret(), portable=portable, force=force)
        say(
            tr(
                "Sauvegarde faite : « {file} », {size} Kio, {count} demande(s).",
                file=str(made.file), size=-(-made.size // 1024), count=made.dossiers,
            )
        )  # fmt: skip
        if not made.verified:
            say(tr("Son schéma est d'une autre version : le journal n'a pas été vérifié."), err=True)
            raise typer.Exit(FAULT)
        _journal(made.broken)
        say(tr("Gardez ATELIER_SECRET_KEY à part, en lieu sûr : sans elle, la sauvegarde ne se vérifie pas."))


def restored(
    file: File,
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Remplacer une base qui n'est pas vide / replace what is there")
    ] = False,
) -> None:
    """Restaure une sauvegarde, robot arrêté, dans une base vide / restores a backup into an empty database."""
    with told():
        chosen = settings.read()
        done = restore(chosen.database_url, file, chosen.secret(), force=force)
        say(tr("Sauvegarde restaurée : {count} demande(s).", count=done.dossiers))
        _journal(done.broken)
        say(tr("Relancez le robot ; « atelier doctor » dit si tout est en place."))


def _journal(broken: Broken | None) -> None:
    """Say how the journal is; one that does not follow is a fault, told after the work is done."""
    if broken is None:
        say(tr("Le journal est intact."))
        return
    say(
        tr(
            "Attention : le journal de {ref} ne se suit plus à la ligne {seq} ({why}).",
            ref=broken.ref, seq=broken.seq, why=raw(broken.why),
        ),
        err=True,
    )  # fmt: skip
    raise typer.Exit(FAULT)
