"""The pages that whoever installs the bot sees: one sentence, what to do, at most one link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from slack_bolt.response import BoltResponse

from bot.slack.install_words import CONTINUE, TITLE
from bot.slack.marks import plain, quiet
from chat.language import Languages
from chat.text import Text

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}
"""The address holds an invitation: it is told to nobody, kept nowhere."""


class NotInstalled(Exception):
    """The installation stops here; what is wrong, and what to do. `status` is the page's."""

    def __init__(self, status: int, said: Text, todo: Text) -> None:
        super().__init__(said.msg)
        self.status, self.said, self.todo = status, said, todo


@dataclass(frozen=True, slots=True)
class Pages:
    """Draws them, in French."""

    languages: Languages

    def page(self, status: int, said: Text, more: Sequence[Text] = (), url: str = "") -> BoltResponse:
        """One page."""
        return BoltResponse(status=status, body=self.html(said, more, url), headers=dict(HEADERS))

    def headers(self) -> dict[str, object]:
        """What goes with every page."""
        return dict(HEADERS)

    def html(self, said: Text, more: Sequence[Text] = (), url: str = "") -> str:
        """Its text; everything in it is escaped."""
        say = self.languages.say("fr", quiet)
        environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
        )
        told = {"title": TITLE, "said": said, "go": CONTINUE}
        read = {name: plain(say(text)) for name, text in told.items()}
        return environment.get_template("page.html").render(**read, more=[plain(say(t)) for t in more], url=url)

    def refused(self, failure: NotInstalled) -> BoltResponse:
        """What is wrong, and what to do."""
        return self.page(failure.status, failure.said, (failure.todo,))
