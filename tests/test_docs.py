"""What is drawn, pasted or listed in the documentation is what the code gives: the procedure, settings, pictures, terminals."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from agreed import UNSTARTED

from atelier.grammar import Step
from atelier.labels import ROLES, STATES
from atelier.procedure import FINAL, STEPS
from atelier.rules import RULES
from atelier.words import Role, State
from bot.settings import Settings
from scripts import consoles, draw_network, picture_roles, picture_visit, pictures
from scripts.draw_procedure import DOCS, EVERY, markdown, sentences
from scripts.procedure_svg import DONE, LETTER, REQUESTED, Scene, ends, svg

ROOT = Path(__file__).parent.parent
SVG = "{http://www.w3.org/2000/svg}"
SCENES = [("procedure.svg", REQUESTED), ("procedure-atelier.svg", DONE)]
HOW = "redraw with « python scripts/draw_procedure.py »"


def test_the_page_is_what_the_table_gives() -> None:
    assert (DOCS / "procedure.md").read_text("utf-8") == markdown(), HOW


@pytest.mark.parametrize(("name", "scene"), SCENES)
def test_the_picture_is_what_the_table_gives(name: str, scene: Scene) -> None:
    assert (DOCS / name).read_text("utf-8") == svg(scene), HOW


def test_the_check_is_a_command_that_ci_can_run() -> None:
    command = [sys.executable, "scripts/draw_procedure.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def helpers(step: Step) -> tuple[tuple[str, tuple[Role, ...]], ...]:
    """Who prepares a row, and who records it."""
    return ("préparé par", step.prepares), ("ou saisi d'après un document signé par", step.records)


@pytest.mark.parametrize("step", EVERY, ids=lambda step: step.id)
def test_each_row_is_told_whole(step: Step) -> None:
    row = next(line for line in markdown().splitlines() if line.startswith(f"| {step.id} |"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert len(cells) == 10
    assert step.label in cells[1]
    assert f"`/atelier {step.act}`" in cells[1]
    assert cells[2] == ("<br>".join(STATES[state] for state in step.source) or "—")
    assert cells[3] == ("<br>".join(STATES[end] for end in ends(step)) or "(même état)")
    helped = [f"*{how} : {', '.join(ROLES[role] for role in roles)}*" for how, roles in helpers(step) if roles]
    assert cells[4] == "<br>".join((*(ROLES[role] for role in step.by), *helped))
    assert cells[6].count("](#") == len(step.needs)
    clocks = (*step.starts, *step.stops, *step.suspends, *step.resumes)
    assert cells[7].count("«") == len(clocks)
    assert cells[8] == ("<br>".join(ROLES[role] for role in step.tells) or "—")
    assert cells[9] == step.paragraph


@pytest.mark.parametrize("need", list(dict.fromkeys(n for s in STEPS for n in s.needs)), ids=lambda need: need.__name__)
def test_each_condition_says_what_people_read(need: object) -> None:
    said = sentences(need)  # type: ignore[arg-type]
    assert said
    page = markdown()
    assert page.count(f'<a id="{need.__name__}"></a>') == 1  # type: ignore[attr-defined]
    assert all(sentence.split("{", maxsplit=1)[0] in page for sentence in said)


def test_no_letter_is_forgotten_among_the_sentences() -> None:
    deux_courriers = next(n for s in STEPS for n in s.needs if n.__name__ == "deux_courriers")
    assert [("collectivité" in s, "préfet" in s) for s in sentences(deux_courriers)] == [(True, False), (False, True)]


def test_the_mermaid_diagrams_draw_every_move() -> None:
    page = markdown()
    diagrams = [part.split("```")[0].splitlines() for part in page.split("```mermaid\n")[1:]]
    assert len(diagrams) == len(SCENES)
    for lines, (_, scene) in zip(diagrams, SCENES, strict=True):
        arrows = [tuple(line.split(" : ")[0].split(" --> ")) for line in lines if "-->" in line]
        first = [("  [*]", "brouillon")] if scene.opening else []
        moves = [
            (f"  {s}", e) for step in scene.steps for s in step.source if s in scene.states for e in ends(step) or (s,)
        ]
        assert arrows == first + moves + [(f"  {state}", "[*]") for state in scene.ends]
        assert [line.split('"')[1] for line in lines if "state " in line] == [
            STATES[s] for s in (*scene.states, *scene.ends)
        ]
    drawn = {step.id for _, scene in SCENES for step in (*scene.steps, *scene.always)}
    assert drawn == {step.id for step in STEPS}
    assert all(f"- {step.label} (" in page for step in DONE.always)


def test_every_deadline_and_state_has_its_line() -> None:
    lines = markdown().splitlines()
    for row in RULES:
        assert any(
            line.startswith(f"| {row.label} | {row.delay or 'fixé par le contrat, le bon de commande ou la note'} |")
            for line in lines
        )
    for state in State:
        assert any(line.startswith(f"| {STATES[state]} | `{state}` |") for line in lines)


# --- the picture, measured ---


def drawing(scene: Scene) -> ET.Element:
    """The picture as XML."""
    return ET.fromstring(svg(scene))  # noqa: S314 - our own file


def words(text: ET.Element) -> str:
    """What a text of the picture says."""
    return "".join(text.itertext())


def frame(text: ET.Element) -> tuple[float, float, float, float]:
    """Where a text stands, its width reckoned with wide letters: left, top, right, bottom."""
    letter = LETTER * (1.25 if text.get("class") == "title" else 1)
    width = len(words(text)) * letter
    x, y = float(text.get("x", 0)), float(text.get("y", 0))
    left = {"end": x - width, "middle": x - width / 2}.get(text.get("text-anchor", ""), x)
    return left, y - 12, left + width, y + 4


def overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """True when two frames cover a same place."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_the_pictures_name_every_state_gesture_and_deadline() -> None:
    read = " ".join(words(text) for _, scene in SCENES for text in drawing(scene).iter(f"{SVG}text"))
    assert all(label in read for label in STATES.values())
    assert all(step.label in read for step in EVERY)
    assert all(row.label in read for row in RULES if row.id not in UNSTARTED)  # what no gesture starts is on no arrow
    for _, scene in SCENES:
        picture = drawing(scene)
        moves = [
            s for step in scene.steps for s in step.source for e in ends(step) if s in scene.states and e in scene.ends
        ]
        assert len(list(picture.iter(f"{SVG}tspan"))) == 2 * len(moves)
        boxes = [r.get("class") for r in picture.iter(f"{SVG}rect")]
        assert (boxes.count("state"), boxes.count("final")) == (len(scene.states), len(scene.ends) + bool(scene.always))
    listed = {step.target for step in DONE.always if step.target}
    assert {s for _, scene in SCENES for s in (*scene.states, *scene.ends)} | listed == set(State)
    assert set(FINAL) <= {*REQUESTED.ends, *DONE.ends} | listed


@pytest.mark.parametrize(("_name", "scene"), SCENES)
def test_nothing_in_the_picture_covers_anything_or_leaves_the_page(_name: str, scene: Scene) -> None:
    picture = drawing(scene)
    width, height = (float(n) for n in picture.get("viewBox", "").split()[2:])
    texts = [(words(t), frame(t)) for t in picture.iter(f"{SVG}text")]
    assert [(a, b) for (a, one), (b, other) in combinations(texts, 2) if overlap(one, other)] == []
    rects = [r for r in picture.iter(f"{SVG}rect") if r.get("class") != "page"]
    boxes = [tuple(float(r.get(k, 0)) for k in ("x", "y", "width", "height")) for r in rects]
    frames = [(x, y, x + w, y + h) for x, y, w, h in boxes]
    assert not any(overlap(one, other) for one, other in combinations(frames, 2))
    for text, (left, top, right, bottom) in texts:
        assert 0 <= left < right <= width, text
        assert 0 <= top < bottom <= height, text
        around = [f for f in frames if overlap((left, top, right, bottom), f)]
        assert all(f[0] <= left and right <= f[2] and f[1] <= top and bottom <= f[3] for f in around), text


@pytest.mark.parametrize(("_name", "scene"), SCENES)
def test_the_picture_is_told_to_who_does_not_see_it_and_fits_both_lights(_name: str, scene: Scene) -> None:
    picture = drawing(scene)
    title, told = picture.find(f"{SVG}title"), picture.find(f"{SVG}desc")
    assert title is not None
    assert told is not None
    assert picture.get("aria-labelledby") == f"{title.get('id')} {told.get('id')}"
    assert all(step.label in str(told.text) for step in (*scene.steps, *scene.always) if step.target)
    assert "prefers-color-scheme: dark" in str(picture.findtext(f"{SVG}style"))


# --- the settings ---

SETTINGS_PAGES = [ROOT / "docs" / "reglages.md", ROOT / "docs" / "en" / "reglages.md"]
ROW = re.compile(r"^\| `([A-Z_]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


@pytest.mark.parametrize("page", SETTINGS_PAGES, ids=lambda page: page.parent.name)
def test_the_page_of_settings_tells_each_of_them_and_no_other(page: Path) -> None:
    told = ROW.findall(page.read_text("utf-8"))
    assert sorted(name for name, *_ in told) == sorted(name.upper() for name in Settings.model_fields)
    for name, default, when, shown in told:
        kept = Settings.model_fields[name.lower()].default
        assert default == ("–" if kept in {None, ""} else f"`{str(kept).lower()}`"), name
        assert len(when) > 4, name
        assert shown, name


# --- what the doctor says ---

CHECKUPS = [
    *(ROOT / "bot").glob("*.py"),
    *(ROOT / "bot" / "slack").glob("*.py"),
    *(ROOT / "bot" / "mattermost").glob("*.py"),
]
CODE = re.compile(r'(?:\b(?:ok|attention|faute|skew|_ok)\(\s*|POINT = )"([a-z_.]+)"')
INSTALLING = {"admin", "equipe", "robot", "membre", "jeton", "commande", "salon", "mattermost", "mattermost.admin",
              "mattermost.equipe", "mattermost.robot"}  # fmt: skip
"""Said by the installer alone, which names no code."""
TRIP = {"aller_retour"}


@pytest.mark.parametrize("folder", [DOCS, DOCS / "en"], ids=lambda folder: folder.name)
def test_each_code_of_the_doctor_is_explained(folder: Path) -> None:
    codes = {code for file in CHECKUPS for code in CODE.findall(file.read_text("utf-8"))} - INSTALLING - TRIP
    assert {"mattermost.appel", "slack.droits", "journal"} <= codes
    page = "".join((folder / name).read_text("utf-8") for name in ("mattermost.md", "slack.md"))
    assert {code for code in codes if f"`{code}`" not in page} == set()


# --- the pictures ---


def test_each_picture_is_made_by_a_script_and_light() -> None:
    images = DOCS / "images"
    taken = {images / f"{name}.png" for name in (*picture_visit.NAMES, *picture_roles.NAMES)}
    written = {images / f"{name}.svg" for name in consoles.DRAWN} | set(draw_network.pictures())
    found = set(images.rglob("*.*"))
    assert found == taken | written, "take them with « python scripts/pictures.py »"
    assert [file.name for file in found if file.stat().st_size > pictures.HEAVIEST] == []


PLACED = draw_network.pictures()


@pytest.mark.parametrize("file", PLACED, ids=lambda file: file.stem)
def test_the_drawing_of_the_network_is_what_its_words_give(file: Path) -> None:
    assert file.read_text("utf-8") == PLACED[file], "redraw with « python scripts/draw_network.py »"
    picture = ET.fromstring(PLACED[file])  # noqa: S314 - our own file
    assert picture.findtext(f"{SVG}title")
    texts = [(words(t), centred(t)) for t in picture.iter(f"{SVG}text")]
    assert [(a, b) for (a, one), (b, other) in combinations(texts, 2) if overlap(one, other)] == []
    boxes = [r for r in picture.iter(f"{SVG}rect") if r.get("class") != "page"]
    for box in boxes:
        x, y, wide, high = (float(box.get(k, 0)) for k in ("x", "y", "width", "height"))
        for text, (left, top, right, bottom) in texts:
            inside = x <= left and right <= x + wide and y <= top and bottom <= y + high
            assert inside or not overlap((left, top, right, bottom), (x, y, x + wide, y + high)), text


def centred(text: ET.Element) -> tuple[float, float, float, float]:
    """The frame of a text that is centred where it stands."""
    x, y = float(text.get("x", 0)), float(text.get("y", 0))
    half = len(words(text)) * LETTER * (1.1 if text.get("class") == "name" else 1) / 2
    return x - half, y - 12, x + half, y + 4


# --- what the terminal says ---


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
async def test_the_terminals_of_the_pages_say_what_the_commands_say() -> None:
    told = await consoles.said()
    wrong = [file.name for file, text in consoles.wanted(told).items() if file.read_text("utf-8") != text]
    assert wrong == [], "paste again with « python scripts/consoles.py »"
    assert {name for page in consoles.pages() for name in consoles.named(page)} == set(told)
