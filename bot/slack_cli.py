"""`atelier slack`: the manifest, and the workspaces where the bot is installed (`inviter`, `espaces`, `retirer`)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer

from bot import memory, settings
from bot.ids import fresh_id
from bot.settings import Settings, Wrong
from bot.slack.admission import revoked
from bot.slack.install_words import RETIRED, WHY
from bot.slack.invitations import LONGEST, USUAL, Invitation, Invitations
from bot.slack.manifest import manifest
from bot.slack.teams import named
from bot.terminal import FAULT, reader, say, told
from chat.text import Day, Text, raw, tr
from storage.unit import Unit
from storage.workspaces import Workspace

T = TypeVar("T")


def register(app: typer.Typer) -> None:
    """Add the commands about Slack."""
    group = typer.Typer(no_args_is_help=True)
    group.command("manifest")(printed)
    group.command("inviter")(invited)
    group.command("espaces")(listed)
    group.command("retirer")(retired)
    app.add_typer(group, name="slack", help="Slack")


def printed(
    *, socket: Annotated[bool, typer.Option("--socket", help="Pour le Socket Mode / for Socket Mode")] = False
) -> None:
    """Écrit le manifeste de l'application Slack / prints the Slack app manifest."""
    with told():
        chosen = settings.read()
        url = chosen.atelier_public_url
        if not url and not socket:
            raise Wrong(
                tr(
                    "ATELIER_PUBLIC_URL manque : donnez l'adresse publique du robot, par exemple https://atelier.exemple.fr."
                )
            )
        made = manifest(url, reader(), socket=socket, several=chosen.oauth)
        typer.echo(json.dumps(made, ensure_ascii=False, indent=2))


def invited(
    *,
    days: Annotated[int, typer.Option("--jours", min=1, max=LONGEST, help="Sa durée / days it lasts")] = USUAL,
    team: Annotated[str, typer.Option("--espace", help="Pour le seul espace T… / for one workspace")] = "",
    of_the_state: Annotated[
        bool, typer.Option("--etat", help="Un espace de l'État / a workspace of the State")
    ] = False,
) -> None:
    """Écrit un lien pour installer le robot dans un autre espace / a link to install the bot elsewhere."""
    with told():
        chosen = _several()
        invitations = Invitations.of(chosen.secret(), chosen.atelier_public_url)
        invitation = Invitation(fresh_id(), _team(team) if team else "", of_the_state)
        typer.echo(invitations.link(invitation, datetime.now(UTC), days))
        say(
            tr("Ce lien sert une fois, dans les {count} jour(s) : envoyez-le à qui administre l'espace.", count=days),
            err=True,
        )


def listed() -> None:
    """Dit où le robot est installé / lists the workspaces."""
    with told():
        found = _kept(settings.read(), lambda unit: unit.workspaces.all())
        if not found:
            say(tr("Le robot n'est installé dans aucun espace par invitation."))
        for workspace in found:
            say(_line(workspace))


def retired(team: Annotated[str, typer.Argument(metavar="T…", help="L'espace / the workspace")]) -> None:
    """Retire le robot d'un espace / takes the bot out of a workspace."""
    with told():
        chosen, platform = settings.read(), named(_team(team))
        left = _kept(chosen, lambda unit: unit.workspaces.leave(platform, RETIRED, datetime.now(UTC)))
        if left is None:
            say(
                tr("Le robot n'est pas installé dans {team} : voyez « atelier slack espaces ».", team=raw(team)),
                err=True,
            )
            raise typer.Exit(FAULT)
        say(tr("Le robot ne sert plus « {name} » : ce qui attendait d'y être dit attend.", name=raw(left.name)))
        ours = chosen.slack_bot_token
        if ours is not None and ours.get_secret_value() == left.token:
            return  # the settings' own, given twice: revoked, it would silence the bot
        refusal = asyncio.run(revoked(left.token, chosen.slack_api_url))
        if refusal:
            said = tr("Slack n'a pas confirmé ({why}) : retirez aussi l'application dans cet espace.", why=raw(refusal))
            say(said, err=True)
            raise typer.Exit(FAULT)


def _line(workspace: Workspace) -> Text:
    told = {
        "platform": raw(workspace.platform), "name": raw(workspace.name), "team": raw(workspace.team),
        "since": Day(day=workspace.since.date()),
    }  # fmt: skip
    if workspace.gone is None:
        if workspace.of_the_state:
            return tr("{platform} : « {name} » ({team}), espace de l'État, installé depuis {since}", **told)
        return tr("{platform} : « {name} » ({team}), installé depuis {since}", **told)
    why = WHY.get(workspace.why, raw(workspace.why))
    return tr(
        "{platform} : « {name} » ({team}), parti {gone}, {why}", **told, gone=Day(day=workspace.gone.date()), why=why
    )


def _several() -> Settings:
    """The settings, which let the bot be installed elsewhere. Raises Wrong."""
    chosen = settings.read()
    if not chosen.oauth:
        raise Wrong(
            tr(
                "Le robot ne sert que l'espace de SLACK_BOT_TOKEN : donnez SLACK_CLIENT_ID et SLACK_CLIENT_SECRET pour "
                "l'installer ailleurs (voir docs/slack.md)."
            )
        )
    return chosen


def _team(typed: str) -> str:
    """A team's id, as Slack writes it. Raises Wrong."""
    team = typed.strip().upper().removeprefix("SLACK-")
    if not (team.startswith("T") and team.isalnum() and team.isascii()):
        raise Wrong(
            tr(
                "« {team} » n'est pas un espace Slack : écrivez son identifiant, par exemple T0123ABCD.",
                team=raw(typed),
            )
        )
    return team


def _kept(chosen: Settings, move: Callable[[Unit], T]) -> T:
    writer = memory.opened(chosen.database_url, chosen.secret())
    try:
        return writer.call(move)
    finally:
        writer.close()
