"""Time drawn: the bars and marks of one dossier, or of all running ateliers, as PNG (`timeline_text` says the same).

Nothing is told by colour alone: each kind of bar has its pattern, each state of a mark its shape, and both are named.
A picture is narrow and tall, so that it reads on a telephone: names are above their bars, never beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Any, Final

from documents.drawing import png
from documents.picture import Bar, Kind, Mark, Picture, Row, Standing, Words, doubts
from documents.scale import Span, ticks
from documents.typography import NBSP, shortened

TEMPLATE: Final = "timeline.typ"
PPI: Final = 288
"""The page is 400 points wide: 1600 pixels."""
ROWS_PER_PICTURE: Final = 10
LINES_PER_PICTURE: Final = 120
TITLE: Final = 58
LABEL: Final = 40

INK: Final = "#161616"
QUIET: Final = "#505050"
PAPER: Final = "#ffffff"
FILLS: Final = MappingProxyType(
    {
        Kind.EXAMINATION: ("#e3e3fd", "#000091"),
        Kind.DESIGNATION: ("#fee7fc", "#6e445a"),
        Kind.APPROPRIATION: ("#c7f6fc", "#006a6f"),
        Kind.ANIMATION: ("#c3fad5", "#18753c"),
        Kind.RESTITUTION: ("#feebd0", "#755348"),
        Kind.VERIFICATION: ("#e8edff", "#0063cb"),
        Kind.SUSPENSION: ("#ffffff", "#505050"),
    }
)
"""The tint and the ink of each kind (the State's palette): inks stand out on paper and tint, text on every tint."""
MARKS: Final = MappingProxyType(
    {
        Standing.MET: "#18753c",
        Standing.AHEAD: "#000091",
        Standing.LATE: "#c9191e",
        Standing.SUSPENDED: "#505050",
    }
)


def timeline(picture: Picture) -> tuple[bytes, ...]:
    """PNG pictures 1600 pixels wide, at most ten rows each, all on one scale; one that says so when there is no row."""
    pages = _pages(picture.rows)
    return tuple(png(TEMPLATE, _page(picture, rows, n, len(pages)), PPI) for n, rows in enumerate(pages, start=1))


def _pages(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows in pages: as many as fit by number, and by what they hold, since each bar or mark may take a line."""
    pages: list[list[Row]] = [[]]
    held = 0
    for row in (part for whole in rows for part in _parts(whole)):
        held += len(row.bars) + len(row.marks)
        if pages[-1] and (len(pages[-1]) == ROWS_PER_PICTURE or held > LINES_PER_PICTURE):
            pages.append([])
            held = len(row.bars) + len(row.marks)
        pages[-1].append(row)
    return pages


def _parts(row: Row) -> Iterator[Row]:
    """A row that holds more than a picture can, cut in several that bear its name."""
    most = LINES_PER_PICTURE // 2
    for start in range(0, max(len(row.bars), len(row.marks), 1), most):
        yield Row(row.title, row.bars[start : start + most], row.marks[start : start + most])


def _page(picture: Picture, rows: Sequence[Row], number: int, count: int) -> dict[str, Any]:
    words, axis = picture.words, picture.span
    return {
        "locale": words.locale[:2],
        "title": shortened(picture.title, 2 * TITLE),
        "page": words.page.format(page=number, pages=count) if count > 1 else "",
        "empty": "" if picture.rows else words.empty,
        "today": {"at": axis.middle(picture.today), "label": f"{words.today} · {words.near(picture.today)}"},
        "ticks": [{"at": axis.start(tick.day), "label": tick.label} for tick in ticks(axis, words.locale)],
        "rows": [_row(row, axis, words) for row in rows],
        "doubts": doubts(rows),
        "kinds": {kind: {"word": words.kinds[kind], "tint": FILLS[kind][0], "ink": FILLS[kind][1]} for kind in Kind},
        "standings": {state: {"word": words.standings[state], "ink": MARKS[state]} for state in Standing},
        "inks": {"ink": INK, "quiet": QUIET, "paper": PAPER},
    }


def _row(row: Row, axis: Span, words: Words) -> dict[str, Any]:
    return {
        "title": shortened(row.title, TITLE),
        "lanes": [[_bar(bar, axis, words) for bar in lane] for lane in _lanes(row.bars)],
        "marks": [_mark(mark, axis, words) for mark in sorted(row.marks, key=lambda mark: mark.day)],
    }


def _lanes(bars: Sequence[Bar]) -> list[list[Bar]]:
    """Bars that overlap go one under the other: each to the first lane that is free on its first day."""
    lanes: list[list[Bar]] = []
    for bar in sorted(bars, key=lambda bar: (bar.start, bar.end)):
        lane = next((lane for lane in lanes if lane[-1].end < bar.start), None)
        if lane is None:
            lanes.append([bar])
        else:
            lane.append(bar)
    return lanes


def _bar(bar: Bar, axis: Span, words: Words) -> dict[str, Any]:
    """A bar too short for its label gets a note below, unless the legend already says the same."""
    said = bar.label.casefold() == words.kinds[bar.kind].casefold()
    drawn = {"label": shortened(bar.label, LABEL), "kind": bar.kind, "noted": not said}
    return drawn | {"from": axis.start(bar.start), "to": axis.end(bar.end)}


def _mark(mark: Mark, axis: Span, words: Words) -> dict[str, Any]:
    state = f", {words.standings[mark.state]}" if mark.state in {Standing.LATE, Standing.SUSPENDED} else ""
    doubt = f", {words.verify}" if mark.doubt else ""
    ending = f"{words.near(mark.day)}{state}{doubt}".replace(" ", NBSP)
    label = f"{shortened(mark.label, LABEL)}{NBSP}· {ending}"
    return {"label": label, "at": axis.middle(mark.day), "state": mark.state}
