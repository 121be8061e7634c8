"""The port of a web process, held before anything else starts: one that is taken is told, and nothing has begun."""

from __future__ import annotations

import errno
import socket
from contextlib import suppress
from typing import Any

import uvicorn
from starlette.applications import Starlette

from bot.settings import Wrong
from chat.text import Text, raw, tr

WAITING = 2048
"""Connections that may wait to be accepted, as uvicorn has it."""
FAILED = 3
"""What uvicorn ends with when it could not start."""


def held(host: str, port: int) -> socket.socket:
    """The port, ours from now on. Raises Wrong with the sentence to show."""
    try:
        return socket.create_server((host, port), backlog=WAITING)
    except OSError as failure:
        raise Wrong(_refused(port, failure)) from failure


def _refused(port: int, failure: OSError) -> Text:
    shown = raw(str(port))
    if failure.errno == errno.EADDRINUSE:
        return tr(
            "Le port {port} est occupé par un autre programme : arrêtez-le, ou donnez un autre port (variable PORT).",
            port=shown,
        )
    if failure.errno == errno.EACCES:
        return tr(
            "Le port {port} est réservé par la machine : donnez-en un autre, au-dessus de 1024 (variable PORT).",
            port=shown,
        )
    why = raw(failure.strerror or type(failure).__name__)
    return tr("Le port {port} ne s'ouvre pas ({why}) : donnez-en un autre (variable PORT).", port=shown, why=why)


def serve(app: Starlette, port: socket.socket, **options: Any) -> None:
    """Serve until told to end. `options`: uvicorn's own."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False, **options))
    with suppress(KeyboardInterrupt):
        server.run(sockets=[port])
    if not server.started:
        raise SystemExit(FAILED)
