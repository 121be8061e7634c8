"""Draw who talks to whom, by which port and in which direction: `python scripts/draw_network.py [--check]`.

Three installations, in French and in English, from the words below alone: the same words give the same pictures.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

IMAGES = Path(__file__).parent.parent / "docs" / "images"
LINE, HIGH = 18, 350
STYLE = """
  text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #161616; text-anchor: middle; }
  .name { font-weight: 700; }
  .page { fill: #ffffff; }
  .box { fill: #eeeefc; stroke: #000091; stroke-width: 1.5; }
  .far { fill: #f2f2f2; stroke: #6a6a6a; stroke-width: 1.5; }
  path { fill: none; stroke: #000091; stroke-width: 1.5; marker-end: url(#tip); }
  .tip { fill: #000091; }
  @media (prefers-color-scheme: dark) {
    text { fill: #eeeeee; }
    .page { fill: #161616; }
    .box { fill: #1c1c3f; stroke: #9a9aff; }
    .far { fill: #2a2a2a; stroke: #a0a0a0; }
    path { stroke: #9a9aff; }
    .tip { fill: #9a9aff; }
  }
"""


@dataclass(frozen=True)
class Box:
    """A machine or a process: its corner, its size, its name and what else is said of it; a note has no frame."""

    x: int
    y: int
    wide: int
    high: int
    lines: tuple[str, ...]
    kind: str = "box"

    def drawn(self) -> Iterator[str]:
        """The frame, then its words, in the middle."""
        if self.kind != "note":
            yield f'<rect class="{self.kind}" x="{self.x}" y="{self.y}" width="{self.wide}" height="{self.high}" rx="6"/>'
        first = self.y + self.high // 2 - LINE * (len(self.lines) - 1) // 2 + 4
        for number, line in enumerate(self.lines):
            yield _text(
                self.x + self.wide // 2, first + LINE * number, line, "" if number or self.kind == "note" else "name"
            )


@dataclass(frozen=True)
class Way:
    """Who calls whom: a straight line, whose tip is at the one that is called; its words above it, or beside it."""

    start: tuple[int, int]
    end: tuple[int, int]
    lines: tuple[str, ...] = ()

    def drawn(self) -> Iterator[str]:
        """The line, then its words."""
        (x, y), (to_x, to_y) = self.start, self.end
        yield f'<path d="M{x} {y}L{to_x} {to_y}"/>'
        for number, line in enumerate(self.lines):
            if x == to_x:
                yield _text(x + 34, (y + to_y) // 2 + 4, line)
            else:
                yield _text((x + to_x) // 2, y - 8 - LINE * (len(self.lines) - 1 - number), line)


def _text(x: int, y: int, line: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{x}" y="{y}"{named}>{escape(line)}</text>'


@dataclass(frozen=True)
class Words:
    """What is written, in one language."""

    desks: tuple[str, ...]
    proxy: tuple[str, ...]
    serve: tuple[str, ...]
    work: tuple[str, ...]
    slack: tuple[str, ...]
    out: str
    never: tuple[str, ...]
    titles: tuple[str, str, str]


FR = Words(
    ("Postes des agents", "navigateur, mobile"), ("nginx", "atelier.exemple.fr"), ("atelier serve", "(--no-worker)"),
    ("atelier work", "horloge, envois"), ("Slack", "api.slack.com"), "sortant", ("Aucun poste n’appelle", "le robot."),
    (
        "Qui parle à qui avec Mattermost", "Qui parle à qui avec Slack, par HTTP", "Qui parle à qui avec Slack, en Socket Mode",
    ),
)  # fmt: skip
EN = Words(
    ("People’s computers", "browser, mobile"), ("nginx", "atelier.exemple.fr"), ("atelier serve", "(--no-worker)"),
    ("atelier work", "clock, sending"), ("Slack", "api.slack.com"), "outgoing", ("No computer calls", "the bot."),
    ("Who talks to whom with Mattermost", "Who talks to whom with Slack, over HTTP", "Who talks to whom with Slack, in Socket Mode"),
)  # fmt: skip
"""Names of hosts are those of the pages."""


def mattermost(words: Words) -> list[Box | Way]:
    """Both servers call each other."""
    chat = Box(270, 40, 140, 280, ("Mattermost", "chat.exemple.fr", "443 → 8065"))
    entry = Way((410, 80), (620, 80), ("HTTPS 443", "POST /mattermost/…"))
    out = Way((620, 180), (410, 180), ("HTTPS 443 : /api/v4", "WSS 443 : …/websocket"))
    carried = Way((620, 280), (410, 280), ("HTTPS 443 : /api/v4",))
    return [*_desks(words), chat, entry, out, carried, *_bot(words, inwards=True)]


def slack_http(words: Words) -> list[Box | Way]:
    """Slack calls the bot, which calls Slack."""
    entry = Way((410, 80), (620, 80), ("HTTPS 443", "POST /slack/events"))
    return [*_desks(words), *_slack(words), entry, *_calls(words, "HTTPS 443"), *_bot(words, inwards=True)]


def slack_socket(words: Words) -> list[Box | Way]:
    """Nothing comes in."""
    return [*_desks(words), *_slack(words), *_calls(words, "HTTPS + WSS 443"), *_bot(words, inwards=False)]


def _desks(words: Words) -> list[Box | Way]:
    return [
        Box(10, 60, 160, 60, words.desks, "far"), Way((170, 90), (270, 90), ("HTTPS 443",)), Box(10, 210, 160, 60, words.never, "note"),
    ]  # fmt: skip


def _slack(words: Words) -> list[Box | Way]:
    return [Box(270, 40, 140, 280, words.slack, "far")]


def _calls(words: Words, how: str) -> list[Box | Way]:
    return [
        Way((620, 180), (410, 180), (how, f"({words.out}, HTTPS_PROXY)")), Way((620, 280), (410, 280), ("HTTPS 443", f"({words.out}, HTTPS_PROXY)")),
    ]  # fmt: skip


def _bot(words: Words, *, inwards: bool) -> list[Box | Way]:
    door = [Box(620, 50, 160, 60, words.proxy), Way((700, 110), (700, 150), ("8000",))] if inwards else []
    return [
        *door, Box(620, 150, 160, 60, words.serve), Box(620, 250, 160, 60, words.work), Box(880, 150, 120, 160, ("PostgreSQL", "5432")),
        Way((780, 180), (880, 180), ("5432",)), Way((780, 280), (880, 280), ("5432",)),
    ]  # fmt: skip


SCENES = {"reseau-mattermost": mattermost, "reseau-slack-http": slack_http, "reseau-slack-socket": slack_socket}


def svg(title: str, things: Iterable[Box | Way]) -> str:
    """The picture, its title for whoever does not see it."""
    body = "\n".join(line for thing in things for line in thing.drawn())
    tip = '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="tip" style="marker-end: none; stroke: none" d="M0 0L8 4L0 8z"/></marker>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1020 {HIGH}" role="img" aria-labelledby="title">\n'
        f"<!-- Drawn by scripts/draw_network.py: do not edit. -->\n"
        f'<title id="title">{escape(title)}</title>\n<style>{STYLE}</style>\n<defs>{tip}</defs>\n'
        f'<rect class="page" width="1020" height="{HIGH}"/>\n{body}\n</svg>\n'
    )


def pictures() -> dict[Path, str]:
    """Every picture, by its file."""
    return {
        IMAGES / f"{name}{suffix}.svg": svg(title, scene(words))
        for words, suffix in ((FR, ""), (EN, "-en"))
        for (name, scene), title in zip(SCENES.items(), words.titles, strict=True)
    }


def main() -> None:
    """Write them, or compare."""
    for file, text in pictures().items():
        if "--check" not in sys.argv:
            file.write_text(text, "utf-8")
        elif not file.exists() or file.read_text("utf-8") != text:
            raise SystemExit(f"{file.name}: redraw with « python scripts/draw_network.py »")


if __name__ == "__main__":
    main()
