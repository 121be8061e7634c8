"""The procedure as two pictures: states from top to bottom, what leads from one to the next, the ways out at the right.

The request ends where its atelier begins. In the atelier's, what leads elsewhere than to the next state is written in the
state it leaves, and what may happen at any time is written once, below: lines from everywhere would hide the road.

Plain SVG, no library: boxes, straight lines, and texts whose width is reckoned with care (a wide letter's worth each).
The same table gives the same picture, byte for byte; `draw_procedure.py` writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise, permutations
from textwrap import wrap

from atelier.execution import ATELIER, ENDED
from atelier.grammar import Step
from atelier.labels import ROLES, STATES
from atelier.procedure import FINAL, OPENING, REQUEST, STEPS
from atelier.rules import rule
from atelier.words import RuleId, State

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


BEGINS = list(State).index(State.ACTE)
MANY = 8
"""From so many states, a gesture may happen at any time: it is written once."""
ALSO = {"A3": State.CASCADE_EPUISEE}
"""Where a row may go beside its usual end."""


@dataclass(frozen=True)
class Scene:
    """One picture: its title, the states it stacks, those it leads out to, and its rows."""

    title: str
    states: tuple[State, ...]
    ends: tuple[State, ...]
    steps: tuple[Step, ...]
    always: tuple[Step, ...] = ()
    """What may happen at any time."""
    opening: bool = False
    width: int = BOX
    left: int = LEFT
    exits: int = EXITS

    @property
    def right(self) -> int:
        """Where a state's box ends."""
        return self.left + self.width


REQUESTED = Scene(
    "La procédure d’une demande d’Atelier Flash",
    tuple(state for state in list(State)[:BEGINS] if state not in FINAL),
    (*(state for state in list(State)[:BEGINS] if state in FINAL), State.ACTE),
    REQUEST,
    opening=True,
)
DONE = Scene(
    "La procédure d’un Atelier Flash, de l’acte à la clôture",
    tuple(state for state in list(State)[BEGINS:] if state not in {*ENDED, State.SUSPENDU}),
    (State.CLOS,),
    tuple(step for step in ATELIER if len(step.source) < MANY and step.source != (State.SUSPENDU,)),
    tuple(step for step in STEPS if len(step.source) >= MANY or step.source == (State.SUSPENDU,)),
    width=720,
    left=MARGIN,
    exits=220,
)


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


def svg(scene: Scene = REQUESTED) -> str:
    """The whole picture of a request, or of an atelier."""
    page, boxes = Page(), [_box(scene, state) for state in scene.states]
    bottom = _stack(scene, boxes)
    lanes = _lanes(scene, boxes)
    if scene.opening:
        _draw_opening(scene, page, boxes[0])
    for upper, lower in pairwise(boxes):
        _draw_between(scene, page, upper, lower)
    if scene.opening:
        _draw_round(scene, page, boxes)
    _draw_lanes(scene, page, boxes, lanes)
    for box in boxes:
        _draw_box(scene, page, box)
    bottom = _draw_always(scene, page, bottom)
    width = _edge(scene, len(lanes)) + OUT + MARGIN
    height = max(bottom, *(lane.y + TITLE * 2 for lane in lanes)) + MARGIN
    return _document(scene, page, width, height)


def _document(scene: Scene, page: Page, width: int, height: int) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="nom texte">',
        f'<title id="nom">{escape(scene.title)}</title>',
        f'<desc id="texte">{escape(_told(scene))}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="page" width="{width}" height="{height}"/>',
    )
    return "\n".join((*head, *page.lines, *page.over, "</svg>", ""))


def _told(scene: Scene) -> str:
    """The picture in words, for who does not see it."""
    every = (*scene.steps, *scene.always)
    moves = ((", ".join(STATES[s] for s in step.source), step, end) for step in every for end in ends(step))
    told = (f"{step.label} ({_who(step)}) : de {source} à {STATES[target]}." for source, step, target in moves)
    return f"{OPENING.label} ({_who(OPENING)}). {' '.join(told)}" if scene.opening else " ".join(told)


def ends(step: Step) -> tuple[State, ...]:
    """Where a row leads: its usual end, and the other one it may have."""
    also = ALSO.get(step.id)
    return (*([step.target] if step.target else []), *([also] if also else []))


def _who(step: Step) -> str:
    return ", ".join(ROLES[role] for role in step.by)


def _box(scene: Scene, state: State) -> Box:
    exits = [(step, end) for step in scene.steps if state in step.source for end in ends(step) if end in scene.ends]
    letters = int((scene.width - PAD * 2) / LETTER)
    lines = [line for words in _inside(scene, state) for line in wrap(words, letters)]
    return Box(state, lines, exits)


def _inside(scene: Scene, state: State) -> Iterator[str]:
    """What a state holds: its deadlines, the gestures that leave it where it is, and those that lead far from it."""
    entering = [step for step in (OPENING, *scene.steps) if step.target is state and state not in step.source]
    for id_ in dict.fromkeys(id_ for step in entering for id_ in step.starts):
        yield f"Échéance : {_delay(id_)}"
    for id_ in dict.fromkeys(id_ for step in entering for id_ in step.suspends):
        yield f"Échéance suspendue : {rule(id_).label}"
    for step in scene.steps:
        if state in step.source and step.target in {None, state}:
            yield f"• {step.label} ({_who(step)}){_also(step, scene, state)}{_clocks(step)}"
    if not scene.opening:
        for step in scene.steps:
            yield from (f"→ {STATES[end]} : {step.label} ({_who(step)})" for end in _far(scene, step, state))


def _clocks(step: Step) -> str:
    return "".join(f" ; échéance : {_delay(id_)}" for id_ in step.starts)


def _delay(id_: RuleId) -> str:
    return f"{rule(id_).label}, {rule(id_).delay or 'fixée par le contrat, le bon de commande ou la note'}"


def _also(step: Step, scene: Scene, state: State) -> str:
    """Two ends in one line, when one of them is where it was."""
    there = [STATES[end] for end in ends(step) if end is not state and end in _around(scene, state)]
    return f" ; au dernier rang : {there[0]}" if there else ""


def _around(scene: Scene, state: State) -> set[State]:
    """The states drawn just before and just after."""
    number = scene.states.index(state)
    return {*scene.states[max(number - 1, 0) : number], *scene.states[number + 1 : number + 2]}


def _far(scene: Scene, step: Step, state: State) -> list[State]:
    known = {state, *scene.ends, *_around(scene, state)}
    return [end for end in ends(step) if state in step.source and end not in known]


def _between(scene: Scene, source: Box, target: Box) -> list[Step]:
    return [step for step in scene.steps if source.state in step.source and target.state in ends(step)]


def _stack(scene: Scene, boxes: list[Box]) -> int:
    """Put the states one under the other, with room for the names between them; give where they end."""
    y = MARGIN + (70 if scene.opening else 0)
    for number, box in enumerate(boxes):
        box.top = y
        y = box.bottom
        if number + 1 < len(boxes):
            following = boxes[number + 1]
            names = max(len(_between(scene, box, following)), len(_between(scene, following, box)), 1)
            y += names * LINE * 2 + 30
    return y


def _lanes(scene: Scene, boxes: list[Box]) -> list[Lane]:
    """One line a final state, in the order that crosses least; final states stand beside what leads to them."""
    lanes = [Lane(f, [b.exit_y(f) for b in boxes if f in {t for _, t in b.exits}]) for f in scene.ends]
    taken = [y for lane in lanes for y in lane.joins]
    lowest = 0
    for lane in sorted(lanes, key=lambda one: sum(one.joins) / len(one.joins)):
        lane.y = max(round(sum(lane.joins) / len(lane.joins)), lowest)
        while any(abs(lane.y - y) < PAD for y in taken):
            lane.y += 1
        lowest = lane.y + TITLE * 4
    best = min(permutations(lanes), key=_crossings)
    for number, lane in enumerate(best):
        lane.x = scene.right + scene.exits + LANE * number
    return list(best)


def _crossings(lanes: tuple[Lane, ...]) -> int:
    before = sum(other.spans(y) for n, lane in enumerate(lanes) for other in lanes[:n] for y in lane.joins)
    after = sum(other.spans(lane.y) for n, lane in enumerate(lanes) for other in lanes[n + 1 :])
    return before + after


def _edge(scene: Scene, lanes: int) -> int:
    return scene.right + scene.exits + LANE * lanes + 10


def _draw_opening(scene: Scene, page: Page, first: Box) -> None:
    x = scene.left + 40
    page.over.append(f'<circle class="way-tip" cx="{x}" cy="{MARGIN + 8}" r="8"/>')
    page.path("way", (x, MARGIN + 8), (x, first.top))
    page.tip("way", x, first.top, 0, 1)
    page.labels(x + 16, MARGIN + 30, [OPENING])


def _draw_between(scene: Scene, page: Page, upper: Box, lower: Box) -> None:
    """What leads down to the next state, at the left; and back up, further right."""
    down, up = _between(scene, upper, lower), _between(scene, lower, upper)
    x = scene.left + 40
    if down:
        page.path("way", (x, upper.bottom), (x, lower.top))
        page.tip("way", x, lower.top, 0, 1)
        page.labels(x + 16, upper.bottom + 28, down)
    if up:
        x = scene.right - 80 if scene.opening else scene.left + scene.width // 2
        page.path("way", (x, lower.top), (x, upper.bottom))
        page.tip("way", x, upper.bottom, 0, -1)
        page.labels(x + 16, upper.bottom + 28, up)


def _draw_round(scene: Scene, page: Page, boxes: list[Box]) -> None:
    """What passes over a state, at the left."""
    pairs = [(a, b) for n, a in enumerate(boxes) for m, b in enumerate(boxes) if abs(n - m) > 1]
    far = [(a, b) for a, b in pairs if _between(scene, a, b)]
    for number, (source, target) in enumerate(far, start=1):
        x, start, end = LEFT - 24 * number, source.top + 30 + 12 * number, target.top + 30
        page.path("way", (LEFT, start), (x, start), (x, end), (LEFT, end))
        page.tip("way", LEFT, end, 1, 0)
        page.labels(x - 10, (start + end) / 2, _between(scene, source, target), "end")


def _draw_lanes(scene: Scene, page: Page, boxes: list[Box], lanes: list[Lane]) -> None:
    for lane in lanes:
        page.path("out", (lane.x, min(*lane.joins, lane.y)), (lane.x, max(*lane.joins, lane.y)))
    for lane in lanes:
        edge = _edge(scene, len(lanes))
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
            page.path("out", (scene.right, y), (lane.x, y), halo=True)
            page.dot(lane.x, y)
            page.over.append(
                f'<text x="{scene.right + 10}" y="{y - 7}"><tspan class="gesture">{escape(step.label)}</tspan>'
                f'<tspan class="who" dx="7">{escape(_who(step))}</tspan></text>'
            )


def _draw_box(scene: Scene, page: Page, box: Box) -> None:
    page.rect(scene.left, box.top, scene.width, box.height, "state")
    page.text(scene.left + PAD, box.top + PAD + 13, STATES[box.state], "title")
    for number, line in enumerate(box.lines):
        page.text(scene.left + PAD, box.top + PAD + TITLE + 13 + LINE * number, line)


def _draw_always(scene: Scene, page: Page, bottom: int) -> int:
    """What may happen at any time, in one box below; gives where it ends."""
    if not scene.always:
        return bottom
    letters = int((scene.width - PAD * 2) / LETTER)
    told = [f"{_head(step)}{step.label} ({_who(step)}){_clocks(step)}" for step in scene.always]
    told += [f"Échéance, là où aucune autre ne dit à qui c’est le tour : {_delay(RuleId.CIBLE_SUITE)}"]
    lines = [line for words in told for line in wrap(words, letters)]
    top, height = bottom + 30, PAD * 2 + TITLE + LINE * len(lines)
    page.rect(scene.left, top, scene.width, height, "final")
    page.text(scene.left + PAD, top + PAD + 13, "Quand il en est besoin, d’un état à l’autre", "title")
    for number, line in enumerate(lines):
        page.text(scene.left + PAD, top + PAD + TITLE + 13 + LINE * number, line)
    return top + height


def _head(step: Step) -> str:
    """Where it leads; from the suspended state, back where it was."""
    if step.goes and step.source == (State.SUSPENDU,):
        return "→ L’état d’avant : "
    return f"→ {STATES[step.target]} : " if step.target else "• "
