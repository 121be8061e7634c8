"""The settings, read once from the environment. A missing or contradictory one stops the start with a sentence."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot import outward
from bot.slack.teams import is_workspace
from chat.cards import Address
from chat.text import Text, raw, tr
from storage.errors import Away
from storage.reader import sqlite_file

SHORTEST_SECRET = 16


class Wrong(Exception):
    """A setting is missing or contradictory; the sentence names it and says what to do."""

    def __init__(self, sentence: Text) -> None:
        super().__init__(sentence.msg)
        self.sentence = sentence


class Settings(BaseSettings):
    """What the environment says. Durations in hours; addresses as « platform:id »."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: str = "sqlite:///atelier.db"
    atelier_secret_key: SecretStr | None = None
    atelier_public_url: str = ""
    atelier_admins: str = ""
    atelier_review_channel: str = ""
    slack_bot_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_client_id: str = ""
    slack_client_secret: SecretStr | None = None
    """Both: the bot may be installed in other workspaces, by invitation (« atelier slack inviter »)."""
    slack_api_url: str = ""
    """The Web API's base, for emulators; empty: Slack's own."""
    mattermost_url: str = ""
    mattermost_token: SecretStr | None = None
    mattermost_command_token: SecretStr | None = None
    """The token of « /atelier »; one for each team that has the command, commas between."""
    mattermost_team: str = ""
    """The team where the bot opens channels, as in its address; empty: the review channel's."""
    port: int = Field(default=8000, ge=1, le=65535)

    @property
    def oauth(self) -> bool:
        """Whether the bot may be installed in several workspaces."""
        return bool(self.slack_client_id)

    def admins(self) -> tuple[Address, ...]:
        """The first administrators: « mattermost:alice, slack:U123 »."""
        listed = [part.strip() for part in self.atelier_admins.split(",") if part.strip()]
        return tuple(_address("ATELIER_ADMINS", part) for part in listed)

    def review(self) -> Address:
        """AD1's review channel."""
        return _address("ATELIER_REVIEW_CHANNEL", self.atelier_review_channel)

    def secret(self) -> bytes:
        """The key that seals the journal. Raises Wrong when it is missing or too short."""
        key = self.atelier_secret_key.get_secret_value() if self.atelier_secret_key else ""
        if len(key) < SHORTEST_SECRET:
            raise Wrong(
                tr(
                    "ATELIER_SECRET_KEY manque ou est trop courte : donnez au moins {count} caractères tirés au hasard.",
                    count=SHORTEST_SECRET,
                )
            )
        return key.encode()


def read() -> Settings:
    """Read the environment. Raises Wrong naming the setting that does not fit."""
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "?"
        raise Wrong(
            tr(
                "{name} ne convient pas : {why}. Corrigez cette variable d'environnement.",
                name=name,
                why=fault(name, first["msg"]),
            )
        ) from error
    _consistent(settings)
    return settings


def fault(name: str, said: str) -> Text:
    """What is wrong with a variable: pydantic's own words, but for the only one that is no text."""
    return tr("il faut un nombre entier de 1 à 65535") if name.upper() == "PORT" else raw(said)


def _consistent(settings: Settings) -> None:
    if settings.slack_bot_token and not (settings.slack_signing_secret or settings.slack_app_token):
        raise Wrong(
            tr("SLACK_BOT_TOKEN est donné sans SLACK_SIGNING_SECRET ni SLACK_APP_TOKEN : ajoutez l'un des deux.")
        )
    _several(settings)
    if bool(settings.mattermost_url) != bool(settings.mattermost_token):
        raise Wrong(tr("MATTERMOST_URL et MATTERMOST_TOKEN vont ensemble : donnez les deux, ou aucun."))
    if settings.mattermost_url and not _is_web(settings.mattermost_url):
        raise Wrong(tr("MATTERMOST_URL n'est pas une adresse : donnez par exemple https://chat.exemple.fr."))
    if settings.mattermost_url and not _is_web(settings.atelier_public_url):
        raise Wrong(
            tr(
                "ATELIER_PUBLIC_URL manque : sans l'adresse publique du robot, les boutons de Mattermost ne mènent à rien."
            )
        )
    _database(settings.database_url)
    if (settings.slack_bot_token or settings.mattermost_url) and (out := outward.wrong(os.environ)) is not None:
        raise Wrong(out)


def _database(url: str) -> None:
    """Raises Wrong for an address that no database of ours has."""
    if not url.startswith(("sqlite:", "postgresql:", "postgresql+psycopg:")):
        raise Wrong(tr("DATABASE_URL doit commencer par « sqlite: » ou « postgresql: »."))
    try:
        sqlite_file(url)
    except Away as failure:
        raise Wrong(failure.sentence) from failure


def _several(settings: Settings) -> None:
    """What several Slack workspaces need."""
    both = (bool(settings.slack_client_id), bool(settings.slack_client_secret))
    if any(both) and not all((*both, settings.slack_signing_secret, _is_web(settings.atelier_public_url))):
        raise Wrong(
            tr(
                "Pour servir plusieurs espaces Slack, donnez ensemble SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, "
                "SLACK_SIGNING_SECRET et ATELIER_PUBLIC_URL (page « Basic Information » de l'application), ou retirez les "
                "deux premiers."
            )
        )
    if all(both) and settings.slack_app_token:
        raise Wrong(
            tr(
                "SLACK_APP_TOKEN (Socket Mode) ne sert que l'espace de SLACK_BOT_TOKEN : retirez-le pour servir plusieurs "
                "espaces, ou retirez SLACK_CLIENT_ID et SLACK_CLIENT_SECRET."
            )
        )


def names() -> tuple[str, ...]:
    """The variables that are read."""
    return tuple(field.upper() for field in Settings.model_fields)


def _is_web(url: str) -> bool:
    """True for an address with a scheme, a host, and a port that is one if there is any."""
    try:
        asked = urlsplit(url)
        return asked.scheme in {"http", "https"} and bool(asked.hostname) and (asked.port or 1) > 0
    except ValueError:
        return False


def configured(settings: Settings) -> tuple[str, ...]:
    """The platforms that the settings name, without the workspaces still to install. Raises Wrong when they name none."""
    named = [n for n, there in (("slack", settings.slack_bot_token), ("mattermost", settings.mattermost_url)) if there]
    if not (named or settings.oauth):
        raise Wrong(
            tr(
                "Aucune plateforme n'est configurée : donnez SLACK_BOT_TOKEN ou MATTERMOST_URL. "
                "Pour essayer sans compte, lancez « atelier demo »."
            )
        )
    return tuple(named)


def served(settings: Settings, platform: str) -> bool:
    """Whether a platform is one of the settings', or may be a workspace installed by invitation. Raises Wrong."""
    return platform in configured(settings) or (settings.oauth and is_workspace(platform))


def _address(name: str, value: str) -> Address:
    platform, sign, id_ = value.partition(":")
    if not (sign and platform and id_):
        raise Wrong(
            tr("{name} doit s'écrire « plateforme:identifiant », par exemple « mattermost:revue-ad1 ».", name=name)
        )
    return Address(platform=platform, id=id_)
