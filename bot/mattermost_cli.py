"""`atelier mattermost installer`: with an administrator's token, everything that can be made or checked from here.

Not from the settings: they do not exist yet. The administrator's token is read from the environment or asked for, and kept
nowhere. Exit status: 0 all is well, 1 something to look at, 2 something is missing.
"""

from __future__ import annotations

import logging
from typing import Annotated

import typer

from bot import logs
from bot.findings import Level, worst
from bot.mattermost.client import driver, trust
from bot.mattermost.installed import Installed, Wanted
from bot.mattermost.installer import Installer
from chat.language import load
from chat.text import Say, Text, raw, tr

WRONG = 2
MARKS = {Level.OK: "✓", Level.ATTENTION: "!", Level.FAUTE: "✗"}


def register(app: typer.Typer) -> None:
    """Add the commands about Mattermost."""
    group = typer.Typer(no_args_is_help=True)
    group.command("installer")(install)
    group.callback()(_group)
    app.add_typer(group, name="mattermost", help="Mattermost")


def _group() -> None:
    """Mattermost."""


def install(
    *,
    url: Annotated[str, typer.Option("--serveur", envvar="MATTERMOST_URL", help="L'adresse de Mattermost / its address")],
    public: Annotated[str, typer.Option("--adresse", envvar="ATELIER_PUBLIC_URL", help="Celle du robot / the bot's own")],
    team: Annotated[str, typer.Option("--equipe", help="L'équipe, comme dans son adresse / the team's name")],
    token: Annotated[
        str,
        typer.Option(
            "--jeton-admin", envvar="MATTERMOST_ADMIN_TOKEN", prompt="Jeton d'un administrateur", hide_input=True,
            help="Jeton personnel d'un administrateur / an administrator's token", show_envvar=True,
        ),
    ],
    bot: Annotated[str, typer.Option("--robot", help="Le nom du compte de robot / the bot's name")] = "atelier-flash",
    channel: Annotated[str, typer.Option("--salon", help="Le salon de revue / the review channel")] = "revue-ad1",
    renew: Annotated[bool, typer.Option("--nouveau-jeton", help="Un autre jeton du robot / a new token")] = False,
) -> None:  # fmt: skip
    """Installe le robot sur un serveur Mattermost / installs the bot on a Mattermost server."""
    logs.configure(logging.ERROR)
    say = load().say("fr")
    try:
        api = driver(url, token, trust())
    except ValueError:
        typer.echo(
            say(tr("« {url} » n'est pas une adresse : donnez par exemple https://chat.exemple.fr.", url=raw(url))),
            err=True,
        )
        raise typer.Exit(WRONG) from None
    try:
        done = Installer(api, Wanted(team, bot, channel, public, renew), say).run()
    finally:
        api.client.http.close()
    for line in told(done, public, say):
        typer.echo(line)
    raise typer.Exit(int(worst(done.findings)))


def told(done: Installed, public: str, say: Say) -> list[str]:
    """What was done, the settings to write down, and what a person must do by hand."""
    lines = []
    for finding in done.findings:
        lines.append(f"{MARKS[finding.level]} {say(finding.said)}")
        lines += [f"  → {say(finding.repair)}"] if finding.repair else []
    written = [f"{name}={value}" for name, value in done.env.items() if value]
    if not written:
        return lines
    steps = [f"  {rank}. {say(step)}" for rank, step in enumerate(_by_hand(public), start=1)]
    return [*lines, "", *written, "", say(tr("Reste à faire à la main :")), *steps]


def _by_hand(public: str) -> tuple[Text, ...]:
    return (
        tr("Écrivez ces variables dans l'environnement du robot, avec MATTERMOST_URL et ATELIER_PUBLIC_URL."),
        tr("Invitez dans le salon de revue les personnes du bureau AD1, et elles seules."),
        tr(
            "Ouvrez le pare-feu : Mattermost appelle le robot à l'adresse {url}, le robot appelle Mattermost.",
            url=raw(public),
        ),
        tr("Vérifiez le tout avec « atelier doctor », puis tapez « /atelier aide » dans Mattermost."),
        tr("Révoquez le jeton d'administrateur s'il n'a été créé que pour cette commande."),
    )
