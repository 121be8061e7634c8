"""Write docs/parite.md: every feature and every gesture, platform by platform, as the conformance suite finds them.

    python scripts/draw_parity.py            # play everything (about three minutes) and write the page
    python scripts/draw_parity.py --check    # change nothing; exit 1 when the page is not what is found

Nothing is written by hand: the lines are the registry of tests/conformance, the cells are what its probes say when they
are played, and the gestures are those that the journals of the lived stories hold. Takes no input; needs the loopback.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog

sys.path.insert(0, str(Path(__file__).parent.parent))

from atelier.procedure import OPENING, STEPS
from tests.conformance import lives, probes
from tests.conformance.lives import Life
from tests.conformance.registry import PARTS, REGISTRY
from tests.conformance.stages import EVERY, NAMES, PLATFORMS

PAGE = Path(__file__).parent.parent / "docs" / "parite.md"
Cells = Mapping[str, Mapping[str, str]]
"""By title then platform, what is found."""
GESTURES = "Les gestes de la procédure"
HEAD = """\
<!-- Écrit par « python scripts/draw_parity.py » d'après tests/conformance : ne pas modifier à la main. -->

# Ce que fait chaque plateforme

Chaque ligne est jouée sur chaque plateforme par la même suite d'essais ([`tests/conformance`](../tests/conformance)), à
travers le vrai adaptateur : requêtes HTTP signées pour Slack, HTTP et websocket pour Mattermost. Chaque case dit comment
la chose s'y fait. « Texte seul » est une plateforme sans bouton, sans fenêtre ni menu : on n'y tape que des commandes et
des mots, on y dépose des fichiers ; c'est ce qu'entend un lecteur d'écran, et ce qui reste quand le reste manque.
"""
LIVED = """\
L'histoire du bac à sable est vécue en entier, de la première question à la clôture de l'atelier ; chaque geste par lequel
elle ne passe pas est fait sur un atelier que les règles y ont mené. Tout est fait deux fois : par boutons, menus et
formulaires, puis en ne tapant que du texte. À la fin, les journaux de toutes les plateformes sont les mêmes.
"""


def found() -> dict[str, dict[str, str]]:
    """Play everything: what each case says. Raises AssertionError where a platform fails."""
    with TemporaryDirectory() as folder:
        cells = {
            feature.title: {name: asyncio.run(probes.run(feature, name, _room(folder, id_, name))) for name in EVERY}
            for id_, feature in REGISTRY.features.items()
        }
        story = _lived(folder, "story", (lives.by_buttons, lives.by_text, lives.again))
        detours = _lived(folder, "detours", (lives.detours_by_buttons, lives.detours_by_text, lives.detours_again))
    return cells | _in_order(story | detours)


def _lived(folder: str, what: str, ways: tuple[Any, Any, Any]) -> dict[str, dict[str, str]]:
    """A life by buttons everywhere, then by text: first where there is nothing else, then the same words everywhere."""
    by_buttons, by_text, again = ways
    buttons = {name: asyncio.run(by_buttons(name, _room(folder, f"{what} by buttons", name))) for name in PLATFORMS}
    typed = asyncio.run(by_text(_room(folder, f"{what} by text", "texte")))
    rooms = {name: _room(folder, f"{what} by text", name) for name in PLATFORMS}
    words = {name: asyncio.run(again(name, room, typed.deeds)) for name, room in rooms.items()}
    return gestures(buttons, {"texte": typed, **words})


def _in_order(cells: Cells) -> dict[str, Mapping[str, str]]:
    """By the table's own order."""
    titles = [f"{row.id} — {row.label}" for row in (OPENING, *STEPS)]
    return {title: cells[title] for title in titles if title in cells}


def _room(folder: str, what: str, name: str) -> Path:
    made = Path(folder) / what / name
    made.mkdir(parents=True)
    return made


def gestures(buttons: Mapping[str, Life], words: Mapping[str, Life]) -> dict[str, dict[str, str]]:
    """Each row of the table that the lives went through, and by which ways on each platform."""
    return {
        f"{row.id} — {row.label}": {name: _ways(row.id, buttons.get(name), words[name]) for name in words}
        for row in (OPENING, *STEPS)
        if any(row.id in life.words | life.buttons for life in words.values())
    }


def _ways(id_: str, buttons: Life | None, words: Life) -> str:
    ways = [("bouton", buttons and id_ in buttons.buttons), ("texte", id_ in words.words)]
    return " et ".join(way for way, there in ways if there) or "non joué"


def markdown(cells: Cells) -> str:
    """The page."""
    parts = {part: [f.title for f in REGISTRY.features.values() if f.part == part] for part in PARTS}
    tables = [f"## {part}\n\n{_table(titles, cells)}" for part, titles in parts.items()]
    played = [title for title in cells if " — " in title and title.partition(" — ")[0] in _ids()]
    return "\n".join([HEAD, *tables, f"## {GESTURES}\n\n{LIVED}\n{_table(played, cells)}", _left(played)])


def _ids() -> frozenset[str]:
    return frozenset(row.id for row in (OPENING, *STEPS))


def _table(titles: Iterable[str], cells: Cells) -> str:
    head = ["| | " + " | ".join(NAMES[name] for name in EVERY) + " |", "|---" * (len(EVERY) + 1) + "|"]
    rows = [f"| {title} | " + " | ".join(cells[title][name] for name in EVERY) + " |" for title in titles]
    return "\n".join([*head, *rows]) + "\n"


def _left(played: list[str]) -> str:
    """What the story does not go through is said."""
    known = {title.partition(" — ")[0] for title in played}
    left = [f"{row.id} ({row.label})" for row in (OPENING, *STEPS) if row.id not in known]
    told = f"Gestes vécus : {len(played)} sur {len(played) + len(left)}."
    rest = f" L'histoire ne passe pas par : {', '.join(left)}." if left else ""
    return f"{told}{rest} Pour chaque bouton affiché, [`tests/test_parity.py`](../tests/test_parity.py) tape aussi la commande.\n"


def cells(page: str) -> dict[str, dict[str, str]]:
    """What a page says, read back."""
    return {title: dict(zip(EVERY, told, strict=True)) for title, *told in _rows(page)}


def _rows(page: str) -> Iterator[list[str]]:
    for line in page.splitlines():
        found_ = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(found_) == len(EVERY) + 1 and found_[0]:
            yield found_


def main() -> None:
    """Write the page, or check it."""
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit("usage: python scripts/draw_parity.py [--check]")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    wanted = markdown(found())
    if sys.argv[1:]:
        stale = not PAGE.exists() or PAGE.read_text("utf-8") != wanted
        sys.exit("Redraw with « python scripts/draw_parity.py »: parite.md" if stale else 0)
    PAGE.write_text(wanted, "utf-8")


if __name__ == "__main__":
    main()
