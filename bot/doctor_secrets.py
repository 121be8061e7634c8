"""The secrets examined: too short, left as in an example, given twice. None is ever repeated, nor a part of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from pydantic import SecretStr

from bot.findings import Finding, attention, faute, ok
from bot.settings import Settings
from chat.text import raw, tr

POINT = "secrets"
EXAMPLES = frozenset({
    "changeme", "change-me", "changezmoi", "secret", "password", "motdepasse", "test", "todo", "xxx", "default", "defaut",
    "example", "exemple", "atelier", "token", "jeton", "none", "null", "azerty", "azertyuiop", "123456", "admin",
})  # fmt: skip
"""What people leave in place of a secret, whatever its case and what is repeated after it."""
MARKS = ("…", "...", "<", "xxxx", "your-", "votre-", "changeme", "change-me")
SHORTEST, LIST = 16, "mattermost_command_token"
"""Characters; and the only one that is a list, one for each team."""
AGAIN = tr("Tirez-en un autre : deux secrets ne doivent rien avoir en commun, sinon qui connaît l'un connaît l'autre.")
COPY = tr(
    "Recopiez le vrai secret depuis la page de la plateforme ; pour ATELIER_SECRET_KEY, « openssl rand -hex 32 »."
)


def findings(chosen: Settings) -> list[Finding]:
    """What is found of every secret that is given."""
    given = dict(_given(chosen))
    wrong = [*_twice(given), *_examples(given), *_short(given)]
    if wrong or not given:
        return wrong
    return [ok(POINT, tr("{count} secret(s) : aucun ne sert deux fois, aucun n'est un exemple.", count=len(given)))]


def _given(chosen: Settings) -> Iterator[tuple[str, str]]:
    """Each secret by its variable; a list of them (« un jeton par équipe ») one by one."""
    for name in type(chosen).model_fields:
        value = getattr(chosen, name)
        if isinstance(value, SecretStr):
            told = value.get_secret_value()
            parts = [part.strip() for part in told.split(",") if part.strip()] if name == LIST else [told]
            for rank, part in enumerate(parts, start=1):
                yield (name.upper() if len(parts) == 1 else f"{name.upper()} ({rank})"), part


def _twice(given: Mapping[str, str]) -> Iterator[Finding]:
    names: dict[str, list[str]] = defaultdict(list)
    for name, value in given.items():
        names[value].append(name)
    for same in names.values():
        if len(same) > 1:
            said = tr("Le même secret sert deux fois : {names}.", names=raw(", ".join(same)))
            yield faute("secrets.double", said, AGAIN, same[0])


def _examples(given: Mapping[str, str]) -> Iterator[Finding]:
    for name, value in given.items():
        if _is_example(value):
            said = tr("{name} est une valeur d'exemple, que tout le monde connaît.", name=raw(name))
            yield faute("secrets.exemple", said, COPY, name)


def _is_example(value: str) -> bool:
    plain = value.casefold()
    bare = plain.removeprefix("xoxb-").removeprefix("xapp-").strip("-_ 0123456789")
    return bare in EXAMPLES or plain in EXAMPLES or any(mark in plain for mark in MARKS)


def _short(given: Mapping[str, str]) -> Iterator[Finding]:
    """The platforms' own are never so short: it was cut when it was copied. ATELIER_SECRET_KEY is weighed elsewhere."""
    for name, value in given.items():
        if len(value) < SHORTEST and name != "ATELIER_SECRET_KEY" and not _is_example(value):
            said = tr(
                "{name} n'a que {count} caractère(s) : il est sans doute tronqué.", name=raw(name), count=len(value)
            )
            yield attention("secrets.court", said, COPY, name)
