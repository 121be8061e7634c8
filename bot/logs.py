"""One structured line an event: JSON for machines, on standard error. Never what people wrote."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.processors import ExceptionRenderer
from structlog.tracebacks import ExceptionDictTransformer

TRACEBACKS = ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
"""Where it broke, without the values at hand: requests, words and secrets are among them."""


def configure(level: int = logging.INFO) -> None:
    """Send every line at or above `level` to standard error, as JSON with its hour in UTC."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            TRACEBACKS,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a nudge while a tick is under way is no news
