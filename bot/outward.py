"""What the libraries read in the environment to go out, and misspelt settings: both are nobody's setting, and would be silent."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from urllib.request import getproxies

from chat.text import Text, raw, tr

ADMIN = "MATTERMOST_ADMIN_TOKEN"
"""No setting: lent to the installer and to the doctor."""
OURS, NEAR = "ATELIER_", 0.8
"""Whatever begins so is meant for us; another name only when it is nearly one of ours."""


def wrong(environ: Mapping[str, str]) -> Text | None:
    """Why nothing would go out: authorities that cannot be read, a proxy of a kind that is not spoken. None when it may."""
    file = environ.get("SSL_CERT_FILE", "")
    try:
        if file:
            ssl.create_default_context(cafile=file)
    except OSError as failure:  # an SSLError is one
        return tr(
            "SSL_CERT_FILE : « {file} » ne se lit pas ({why}). Donnez un fichier PEM d'autorités, lisible par le robot, ou retirez "
            "cette variable.",
            file=raw(file), why=raw(failure.strerror or type(failure).__name__),
        )  # fmt: skip
    for kind, proxy in getproxies().items():
        scheme, sign, _ = proxy.partition("://")
        if kind in {"http", "https", "all"} and sign and scheme.lower() not in {"http", "https"}:
            return tr(
                "{name} est un mandataire « {scheme} », que le robot ne parle pas : donnez-en un en http, ou retirez cette variable.",
                name=f"{kind.upper()}_PROXY", scheme=raw(scheme),
            )  # fmt: skip
    return None


def unknown(environ: Iterable[str], ours: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The names of the environment that look like a setting and are none, each with the one that is nearest, or nothing."""
    known = [*ours, ADMIN]
    for name in sorted(environ):
        if name.upper() in known:
            continue
        near = next(iter(get_close_matches(name.upper(), known, 1, NEAR)), "")
        if name.upper().startswith(OURS) or (near and near != "PORT"):
            yield name, near


def misspelt(name: str, near: str) -> Text:
    """A variable that nobody reads."""
    if near:
        return tr(
            "{name} n'est pas un réglage du robot, et n'est pas lue : est-ce {near} ?", name=raw(name), near=raw(near)
        )
    return tr("{name} n'est pas un réglage du robot, et n'est pas lue.", name=raw(name))
