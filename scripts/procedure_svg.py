"""The procedure as a picture: states from top to bottom, what leads from one to the next, and the ways out at the right.

Plain SVG, no library: boxes, straight lines, and texts whose width is reckoned with care (a wide letter's worth each).
The same table gives the same picture, byte for byte; `draw_procedure.py` writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise, permutations
from textwrap import wrap

from atelier.grammar import Step
from atelier.labels import ROLES, STATES
from atelier.procedure import FINAL, OPENING, STEPS
from atelier.rules import rule
from atelier.words import State

LEFT, BOX, EXITS, LANE, OUT, MARGIN = 190, 416, 315, 26, 150, 24
"""Widths: what goes round at the left, a state, the names of the ways out, one lane, a final state, the edge."""
LINE, PAD, EXIT, TITLE = 18, 12, 34, 22
"""Heights: a line of text, the inside of a box, one way out, a title."""
LETTER = 7.0
"""The width of one letter of the small text, on the wide side."""

STYLE = """
  text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #161616; }
  .title { font-weight: 700; font-size: 15px; }
  .gesture { font-weight: 600; }
  .who { fill: #545454; }
  .page { fill: #ffffff; }
  rect, path { stroke-width: 1.5; }
  path { fill: none; }
  .state { fill: #eeeefc; stroke: #000091; }
  .final { fill: #f2f2f2; stroke: #6a6a6a; }
  .way { stroke: #000091; }
  .way-tip { fill: #000091; }
  .out { stroke: #6a6a6a; }
  .out-tip { fill: #6a6a6a; }
  .halo { stroke: #ffffff; stroke-width: 7; }
  @media (prefers-color-scheme: dark) {
    text { fill: #eeeeee; }
    .who { fill: #b5b5b5; }
    .page { fill: #161616; }
    .state { fill: #1c1c3f; stroke: #9a9aff; }
    .final { fill: #2a2a2a; stroke: #a0a0a0; }
    .way { stroke: #9a9aff; }
    .way-tip { fill: #9a9aff; }
    .out { stroke: #a0a0a0; }
    .out-tip { fill: #a0a0a0; }
    .halo { stroke: #161616; }
  }
"""


@dataclass
class Box:
    """A state that is not final: what is written in it, and where it stands."""

    state: State
    lines: list[str]
    exits: list[tuple[Step, State]]
    top: int = 0

    @property
    def height(self) -> int:
        """As high as its text, and as its ways out."""
        return max(PAD * 2 + TITLE + LINE * len(self.lines), PAD + EXIT * len(self.exits))

    @property
    def bottom(self) -> int:
        """Where it ends."""
        return self.top + self.height

    def exit_y(self, target: State) -> int:
        """Where the way out to a final state leaves."""
        number = [state for _, state in self.exits].index(target)
        return self.top + PAD // 2 + EXIT * (number + 1) - 10


@dataclass
class Lane:
    """The line that gathers all ways to one final state."""

    state: State
    joins: list[int]
    x: int = 0
    y: int = 0
    """Where the final state stands (its middle)."""

    def spans(self, y: int) -> bool:
        """True when the line passes at this height."""
        return min(*self.joins, self.y) < y < max(*self.joins, self.y)


@dataclass
class Page:
    """What is drawn, in the order it is drawn: lines below, then boxes and texts."""

    lines: list[str] = field(default_factory=list)
    over: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, words: str, style: str = "", anchor: str = "start") -> None:
        """Write words."""
        style = f' class="{style}"' if style else ""
        at = f' text-anchor="{anchor}"' if anchor != "start" else ""
        self.over.append(f'<text x="{x:g}" y="{y:g}"{style}{at}>{escape(words)}</text>')

    def labels(self, x: float, y: float, steps: Iterable[Step], anchor: str = "start") -> None:
        """Write gestures and who makes them, two lines each."""
        for number, step in enumerate(steps):
            self.text(x, y + number * LINE * 2, step.label, "gesture", anchor)
            self.text(x, y + number * LINE * 2 + LINE - 2, _who(step), "who", anchor)

    def rect(self, x: float, y: float, width: float, height: float, style: str) -> None:
        """Draw a box."""
        self.over.append(f'<rect class="{style}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="8"/>')

    def path(self, style: str, *points: tuple[float, float], halo: bool = False) -> None:
        """Draw a broken line; with a halo, a level one passes over what it crosses."""
        d = "M" + " L".join(f"{x:g} {y:g}" for x, y in points)
        (x, y), (end, _) = points[0], points[-1]
        bridge = f'<path class="halo" d="M{x + 6:g} {y:g} L{end - 6:g} {y:g}"/>'
        self.lines += [bridge] * halo + [f'<path class="{style}" d="{d}"/>']

    def tip(self, style: str, x: float, y: float, dx: int, dy: int) -> None:
        """Draw the head of an arrow that arrives at a point, going (dx, dy)."""
        back, side = 10, 5
        left = (x - dx * back - dy * side, y - dy * back - dx * side)
        right = (x - dx * back + dy * side, y - dy * back + dx * side)
        points = " ".join(f"{px:g},{py:g}" for px, py in ((x, y), left, right))
        self.over.append(f'<polygon class="{style}-tip" points="{points}"/>')

    def dot(self, x: float, y: float) -> None:
        """Draw where two lines join."""
        self.over.append(f'<circle class="out-tip" cx="{x:g}" cy="{y:g}" r="3.5"/>')


def svg() -> str:
    """The whole picture."""
    page, boxes = Page(), [_box(state) for state in State if state not in FINAL]
    bottom = _stack(boxes)
    lanes = _lanes(boxes)
    _draw_opening(page, boxes[0])
    for upper, lower in pairwise(boxes):
        _draw_between(page, upper, lower)
    _draw_round(page, boxes)
    _draw_lanes(page, boxes, lanes)
    for box in boxes:
        _draw_box(page, box)
    width = _right(len(lanes)) + OUT + MARGIN
    height = max(bottom, *(lane.y + TITLE * 2 for lane in lanes)) + MARGIN
    return _document(page, width, height)


def _document(page: Page, width: int, height: int) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="nom texte">',
        '<title id="nom">La procédure d’une demande d’Atelier Flash</title>',
        f'<desc id="texte">{escape(_told())}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="page" width="{width}" height="{height}"/>',
    )
    return "\n".join((*head, *page.lines, *page.over, "</svg>", ""))


def _told() -> str:
    """The picture in words, for who does not see it."""
    moves = ((", ".join(STATES[s] for s in step.source), step, step.target) for step in STEPS if step.target)
    told = (f"{step.label} ({_who(step)}) : de {source} à {STATES[target]}." for source, step, target in moves)
    return f"{OPENING.label} ({_who(OPENING)}). {' '.join(told)}"


def _who(step: Step) -> str:
    return ", ".join(ROLES[role] for role in step.by)


def _box(state: State) -> Box:
    exits = [(step, step.target) for step in STEPS if state in step.source and step.target in FINAL]
    letters = int((BOX - PAD * 2) / LETTER)
    lines = [line for words in _inside(state) for line in wrap(words, letters)]
    return Box(state, lines, exits)


def _inside(state: State) -> Iterator[str]:
    """What a state holds: its deadlines, and the gestures that leave it where it is."""
    entering = [step for step in (OPENING, *STEPS) if step.target is state]
    for id_ in dict.fromkeys(id_ for step in entering for id_ in step.starts):
        yield f"Échéance : {rule(id_).label}, {rule(id_).delay}"
    for id_ in dict.fromkeys(id_ for step in entering for id_ in step.suspends):
        yield f"Échéance suspendue : {rule(id_).label}"
    for step in STEPS:
        if state in step.source and step.target is None:
            yield f"• {step.label} ({_who(step)})"


def _between(source: Box, target: Box) -> list[Step]:
    return [step for step in STEPS if source.state in step.source and step.target is target.state]


def _stack(boxes: list[Box]) -> int:
    """Put the states one under the other, with room for the names between them; give where they end."""
    y = MARGIN + 70
    for number, box in enumerate(boxes):
        box.top = y
        y = box.bottom
        if number + 1 < len(boxes):
            following = boxes[number + 1]
            names = max(len(_between(box, following)), len(_between(following, box)), 1)
            y += names * LINE * 2 + 30
    return y


def _lanes(boxes: list[Box]) -> list[Lane]:
    """One line a final state, in the order that crosses least; final states stand beside what leads to them."""
    finals = [state for state in State if state in FINAL]
    lanes = [Lane(f, [b.exit_y(f) for b in boxes if f in {t for _, t in b.exits}]) for f in finals]
    taken = [y for lane in lanes for y in lane.joins]
    lowest = 0
    for lane in sorted(lanes, key=lambda one: sum(one.joins) / len(one.joins)):
        lane.y = max(round(sum(lane.joins) / len(lane.joins)), lowest)
        while any(abs(lane.y - y) < PAD for y in taken):
            lane.y += 1
        lowest = lane.y + TITLE * 3
    best = min(permutations(lanes), key=_crossings)
    for number, lane in enumerate(best):
        lane.x = LEFT + BOX + EXITS + LANE * number
    return list(best)


def _crossings(lanes: tuple[Lane, ...]) -> int:
    before = sum(other.spans(y) for n, lane in enumerate(lanes) for other in lanes[:n] for y in lane.joins)
    after = sum(other.spans(lane.y) for n, lane in enumerate(lanes) for other in lanes[n + 1 :])
    return before + after


def _right(lanes: int) -> int:
    return LEFT + BOX + EXITS + LANE * lanes + 10


def _draw_opening(page: Page, first: Box) -> None:
    x = LEFT + 40
    page.over.append(f'<circle class="way-tip" cx="{x}" cy="{MARGIN + 8}" r="8"/>')
    page.path("way", (x, MARGIN + 8), (x, first.top))
    page.tip("way", x, first.top, 0, 1)
    page.labels(x + 16, MARGIN + 30, [OPENING])


def _draw_between(page: Page, upper: Box, lower: Box) -> None:
    """What leads down to the next state, at the left; and back up, further right."""
    down, up = _between(upper, lower), _between(lower, upper)
    if down:
        page.path("way", (LEFT + 40, upper.bottom), (LEFT + 40, lower.top))
        page.tip("way", LEFT + 40, lower.top, 0, 1)
        page.labels(LEFT + 56, upper.bottom + 28, down)
    if up:
        x = LEFT + BOX - 80
        page.path("way", (x, lower.top), (x, upper.bottom))
        page.tip("way", x, upper.bottom, 0, -1)
        page.labels(x + 16, upper.bottom + 28, up)


def _draw_round(page: Page, boxes: list[Box]) -> None:
    """What passes over a state, at the left."""
    far = [(a, b) for n, a in enumerate(boxes) for m, b in enumerate(boxes) if abs(n - m) > 1 and _between(a, b)]
    for number, (source, target) in enumerate(far, start=1):
        x, start, end = LEFT - 24 * number, source.top + 30 + 12 * number, target.top + 30
        page.path("way", (LEFT, start), (x, start), (x, end), (LEFT, end))
        page.tip("way", LEFT, end, 1, 0)
        page.labels(x - 10, (start + end) / 2, _between(source, target), "end")


def _draw_lanes(page: Page, boxes: list[Box], lanes: list[Lane]) -> None:
    for lane in lanes:
        page.path("out", (lane.x, min(*lane.joins, lane.y)), (lane.x, max(*lane.joins, lane.y)))
    for lane in lanes:
        edge = _right(len(lanes))
        page.path("out", (lane.x, lane.y), (edge, lane.y), halo=True)
        page.tip("out", edge, lane.y, 1, 0)
        page.dot(lane.x, lane.y)
        words = wrap(STATES[lane.state], int((OUT - PAD * 2) / (LETTER * 1.3)))
        height = PAD * 2 + TITLE * len(words) - 6
        page.rect(edge, lane.y - height / 2, OUT, height, "final")
        for number, line in enumerate(words):
            page.text(edge + OUT / 2, lane.y - height / 2 + PAD + 13 + TITLE * number, line, "title", "middle")
    for box in boxes:
        for step, target in box.exits:
            lane, y = next(one for one in lanes if one.state is target), box.exit_y(target)
            page.path("out", (LEFT + BOX, y), (lane.x, y), halo=True)
            page.dot(lane.x, y)
            page.over.append(
                f'<text x="{LEFT + BOX + 10}" y="{y - 7}"><tspan class="gesture">{escape(step.label)}</tspan>'
                f'<tspan class="who" dx="7">{escape(_who(step))}</tspan></text>'
            )


def _draw_box(page: Page, box: Box) -> None:
    page.rect(LEFT, box.top, BOX, box.height, "state")
    page.text(LEFT + PAD, box.top + PAD + 13, STATES[box.state], "title")
    for number, line in enumerate(box.lines):
        page.text(LEFT + PAD, box.top + PAD + TITLE + 13 + LINE * number, line)
