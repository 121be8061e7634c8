"""Promise 10, French first: every sentence is in both catalogues, can be filled, and is set as French is set.

When this fails after you wrote a sentence: `make catalogues`, then give its English in chat/catalogues/en.po.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atelier.fiche import items
from atelier.forms import Line, StepForm
from atelier.procedure import STEPS
from bot.sandbox.limits import SHORT
from chat.language import LANGUAGES, load, told_day, told_moment
from chat.text import Day, Moment, Text, raw, tr
from scripts import catalogues

SENTENCES = sorted(catalogues.found())
WORDS = load()
FR, EN = WORDS.say("fr"), WORDS.say("en")
TUESDAY = date(2026, 11, 24)


# The catalogues


def test_nothing_is_missing_empty_or_filled_otherwise():
    assert catalogues.problems() == []


def test_the_check_is_a_command_that_ci_can_run():
    done = subprocess.run(
        [sys.executable, "scripts/catalogues.py", "--check"],
        cwd=catalogues.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "")


def test_babel_and_the_syntax_tree_find_the_same_sentences():
    first = [call.args[0] for _, call in catalogues.calls()]
    literal = {a.value for a in first if isinstance(a, ast.Constant) and isinstance(a.value, str) and a.value}
    assert literal == set(SENTENCES)


def test_a_sentence_marked_where_it_is_raised_is_given_all_its_blanks():
    wrong = [
        f"{where}: {sentence!r} is given {sorted(given)}"
        for where, sentence, given in _given()
        if catalogues.blanks(sentence) != given
    ]
    assert wrong == []


def _given() -> Iterator[tuple[str, str, set[str]]]:
    """`tr("…", a=…)` and `Refused(fr("…"), a=…)`, with the names given; calls with `**` are not readable here."""
    for room in catalogues.ROOMS:
        for path in sorted((catalogues.ROOT / room).rglob("*.py")):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                sentence = _said_by(call)
                if sentence and isinstance(call, ast.Call) and all(k.arg for k in call.keywords):
                    yield f"{path}:{call.lineno}", sentence, {k.arg or "" for k in call.keywords}


def _said_by(node: ast.AST) -> str | None:
    match node:
        case ast.Call(func=ast.Name(id="tr"), args=[ast.Constant(value=str(sentence))]):
            return sentence
        case ast.Call(
            func=ast.Name(id="Refused"),
            args=[ast.Call(func=ast.Name(id="fr"), args=[ast.Constant(value=str(sentence))])],
        ):
            return sentence
    return None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sentence_is_filled(lang: str):
    say = WORDS.say(lang)
    for sentence in SENTENCES:
        args = {name: f"<{name}>" for name in catalogues.blanks(sentence)}
        told = say(tr(sentence, **args))
        assert told.strip()
        assert all(value in told for value in args.values()), told
        assert not set("{}") & set(told), told
        assert lang != "fr" or told == sentence.format(**args)


def test_short_forms_hold_in_a_window_s_title_in_both_languages():
    """Titles and labels of Mattermost's dialogs: 24 UTF-8 bytes."""
    told = {WORDS.say(lang)(tr(short)) for lang in LANGUAGES for short in _shorts()}
    assert [t for t in told if len(t.encode()) > SHORT] == []


def _shorts() -> set[str]:
    forms = [step.asks for step in STEPS if step.asks]
    lines = {m.short for form in forms for i in form.model_fields.values() for m in i.metadata if isinstance(m, Line)}
    assert all(issubclass(form, StepForm) for form in forms)
    return lines | {s.short for s in STEPS} | {i.asked.short for i in items()} | set(_written_short())


def _written_short() -> Iterator[str]:
    for room in catalogues.ROOMS:
        for path in (catalogues.ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                match node:
                    case ast.keyword(arg="short", value=ast.Call(args=[ast.Constant(value=str(sentence)), *_])):
                        yield sentence


# The script


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small project with one sentence in each of two rooms."""
    for room in catalogues.ROOMS:
        (tmp_path / room).mkdir()
    shutil.copytree(catalogues.ROOT / "chat" / "catalogues", tmp_path / "chat" / "catalogues")
    (tmp_path / "atelier" / "a.py").write_text('A = fr("Bon{x}" "jour.")\nB = tr(A)\n')
    (tmp_path / "bot" / "b.py").write_text('C = tr("Au revoir, {who}.", who=tr("Alice"))\n')
    for lang in LANGUAGES:
        (tmp_path / "chat" / "catalogues" / f"{lang}.po").unlink()
    return tmp_path


def _english(tree: Path, french: str, english: str) -> None:
    path = tree / "chat" / "catalogues" / "en.po"
    text = path.read_text(encoding="utf-8")
    before = re.compile(rf'(msgid "{re.escape(french)}"\nmsgstr) "[^"]*"')
    assert before.search(text)
    path.write_text(before.sub(rf'\1 "{english}"', text), encoding="utf-8")


def _update(tree: Path) -> int:
    return catalogues.update(tree, tree / "chat" / "catalogues")


def _problems(tree: Path) -> list[str]:
    return catalogues.problems(tree, tree / "chat" / "catalogues")


def test_newcomers_wait_for_their_english_what_is_there_is_kept_what_is_gone_is_dropped(tree: Path):
    assert _update(tree) == 3
    _english(tree, "Bon{x}jour.", "Good {x} day.")
    (tree / "bot" / "b.py").write_text('C = tr("Merci.")\n')
    assert _update(tree) == 1
    said = {m: e.said for m, e in catalogues.kept("en", tree / "chat" / "catalogues").items()}
    assert said == {"Bon{x}jour.": "Good {x} day.", "Merci.": ""}
    assert catalogues.kept("fr", tree / "chat" / "catalogues")["Merci."].said == "Merci."


def test_the_same_code_gives_the_same_files_without_date_line_number_or_address(tree: Path):
    folder = tree / "chat" / "catalogues"
    _update(tree)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for name in ("atelier/a.py", "bot/b.py"):
        (tree / name).write_text("\n\n" + (tree / name).read_text())
    _update(tree)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    text = before["en.po"].decode()
    assert "#: atelier/a.py\n" in text
    assert not re.search(r"Date|@|a\.py:", text)


@pytest.mark.parametrize(
    ("english", "said"),
    [
        ("", "en.po: empty (atelier/a.py): 'Bon{x}jour.'"),
        ("Hello.", "en.po: other placeholders (atelier/a.py): 'Bon{x}jour.' / 'Hello.'"),
        ("Good {y} day.", "en.po: other placeholders (atelier/a.py): 'Bon{x}jour.' / 'Good {y} day.'"),
        ("Good {x.real} day.", "en.po: other placeholders (atelier/a.py): 'Bon{x}jour.' / 'Good {x.real} day.'"),
        ("Good {x} day.", None),
    ],
)
def test_the_check_names_what_is_wrong(tree: Path, english: str, said: str | None):
    (tree / "bot" / "b.py").unlink()
    _update(tree)
    _english(tree, "Bon{x}jour.", english)
    assert _problems(tree) == ([said] if said else [])


def test_the_check_names_what_no_catalogue_has_or_can_find(tree: Path):
    _update(tree)
    for french in ("Alice", "Au revoir, {who}.", "Bon{x}jour."):
        _english(tree, french, french)
    assert _problems(tree) == []
    (tree / "bot" / "c.py").write_text('tr(f"Bon {x}")\ntr("a" + b)\ntr("a" if b else "c")\ntr(a or b)\n')
    (tree / "bot" / "d.py").write_text('tr("Nouveau {a.b}")\n')
    found = _problems(tree)
    assert [line for line in found if "whole" in line] == [
        f"bot/c.py:{n}: a sentence must be written whole, not put together" for n in (1, 2, 3)
    ]
    assert "bot/d.py: braces hold a name and nothing else: 'Nouveau {a.b}'" in found
    assert "en.po: missing (bot/d.py): 'Nouveau {a.b}'" in found
    assert "fr.po: missing (bot/d.py): 'Nouveau {a.b}'" in found


# French as it is set: what is clearly wrong, and nothing more


FAULTS = {
    "a straight quote": re.compile(r'"'),
    "no space before ; ? or !": re.compile(r"[^\s(«…?!][;?!]"),
    "no space before :": re.compile(r"(?<=\S)(?<!sqlite)(?<!postgresql):(?=\s|$)"),
    "no space inside « »": re.compile(r"«\S|\S»"),
    "a space that is not the plain one used elsewhere": re.compile(r"[\u00a0\u2009\u202f]"),
    "three dots": re.compile(r"\.\.\."),
    "two spaces": re.compile(r"\S {2,}\S"),
    "a space before a comma or a full stop": re.compile(r"(?<!«)\s[,.](?=\s|$)"),
    "a curly apostrophe, where all others are straight": re.compile(r"’"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_french_typography(fault: str):
    assert [s for s in SENTENCES if FAULTS[fault].search(s)] == []


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("Quoi?", True), ("Quoi ?", False), ("Note: ceci", True), ("voir http://127.0.0.1", False),
        ("« sqlite: »", False), ("«oui»", True), ('un "oui"', True), ("Choisir…", False), ("bien...", True),
        ("fait ; puis", False), ("fait; puis", True), ("a  b", True), ("« /atelier … »", False), ("« . »", False), ("oui .", True),
    ],
)  # fmt: skip
def test_the_typography_checks_see_what_they_should(sentence: str, wrong: bool):
    assert any(fault.search(sentence) for fault in FAULTS.values()) == wrong


def test_english_is_not_set_as_french():
    french = re.compile(r"[«»\"]|\s[:;?!](?=\s|$)")
    said = [e.said for e in catalogues.kept("en").values()]
    assert [text for text in said if french.search(re.sub(r"“[^”]*”", "“”", text))] == []


# Reading aloud


def test_dates_are_told_in_both_languages():
    text = tr("au plus tard le {due}", due=TUESDAY)
    assert (FR(text), EN(text)) == ("au plus tard le mardi 24 novembre 2026", "by Tuesday 24 November 2026")
    short = tr("au plus tard le {due}", due=Day(day=TUESDAY, short=True))
    assert (FR(short), EN(short)) == ("au plus tard le 24/11/2026", "by 24/11/2026")


def test_the_first_of_a_month_is_told_as_french_says_it():
    first = date(2026, 12, 1)
    assert told_day(first, "fr") == "mardi 1er décembre 2026"
    assert told_day(first, "en") == "Tuesday 1 December 2026"
    assert told_day(first, "fr", short=True) == "01/12/2026"
    assert told_day(date(2026, 12, 11), "fr") == "vendredi 11 décembre 2026"


@pytest.mark.parametrize(
    ("zone", "french", "english"),
    [
        ("Europe/Paris", "mardi 24 novembre 2026 à 10 h 05", "Tuesday 24 November 2026, 10:05"),
        ("Indian/Reunion", "mardi 24 novembre 2026 à 13 h 05", "Tuesday 24 November 2026, 13:05"),
        ("Pacific/Noumea", "mardi 24 novembre 2026 à 20 h 05", "Tuesday 24 November 2026, 20:05"),
        ("Pacific/Tahiti", "lundi 23 novembre 2026 à 23 h 05", "Monday 23 November 2026, 23:05"),
    ],
)
def test_instants_are_told_in_the_zone_of_the_place_and_in_both_languages(zone: str, french: str, english: str):
    at = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)
    assert (told_moment(at, zone, "fr"), told_moment(at, zone, "en")) == (french, english)
    text = tr("dépassée depuis le {due}", due=Moment(at=at, zone=zone))
    assert (FR(text), EN(text)) == (f"dépassée depuis le {french}", f"overdue since {english}")


def test_summer_time_counts():
    assert (
        told_moment(datetime(2026, 7, 31, 22, 0, tzinfo=UTC), "Europe/Paris", "fr") == "samedi 1er août 2026 à 0 h 00"
    )


def test_a_datetime_given_as_it_is_is_told_in_paris():
    text = tr("au plus tard le {due}", due=datetime(2026, 11, 24, 9, 5, tzinfo=UTC))
    assert FR(text) == "au plus tard le mardi 24 novembre 2026 à 10 h 05"


def test_a_sentence_inside_a_sentence_is_read_in_the_same_language():
    text = tr("{name} ({role})", name=raw("Alice"), role=tr("service porteur"))
    assert (FR(text), EN(text)) == ("Alice (service porteur)", "Alice (lead State service)")


def test_what_is_stored_is_told_the_same():
    text = tr("{ref} — {what} : {due}", ref="ADT-2026-0007", what=tr("Validée"), due=TUESDAY)
    again = Text.model_validate_json(text.model_dump_json())
    assert (FR(again), EN(again)) == (FR(text), EN(text))


def test_a_sentence_no_catalogue_has_is_read_in_french():
    for say in (FR, EN, WORDS.say("de")):
        assert say(tr("Une phrase toute neuve pour {who}.", who="Alice")) == "Une phrase toute neuve pour Alice."


def test_another_language_is_french():
    assert WORDS.say("de")(tr("Validée")) == "Validée"


def test_an_empty_sentence_is_empty_and_not_the_catalogue_s_header():
    assert (FR(Text(msg="")), EN(Text(msg="")), EN(raw(""))) == ("", "", "")


def test_words_are_never_looked_up():
    assert EN(raw("Validée")) == "Validée"


written = st.one_of(
    st.text(), st.sampled_from(["{", "}", "{}", "{0}", "{who}", "{who.__class__}", "{who:>9999999}", "{{x}}", "\\1"])
)


@given(words=written, other=written)
def test_no_words_can_break_a_sentence_or_fill_another_blank(words: str, other: str):
    for say in (FR, EN):
        assert say(raw(words)) == words
        assert say(tr("{a} — {b}", a=words, b=raw(other))) == f"{words} — {other}"


@given(words=written)
def test_words_taken_for_a_sentence_by_mistake_read_no_attribute_and_do_not_fail(words: str):
    text = tr(words)
    assert FR(text) == FR(Text(msg=text.msg, args={}))
    assert (
        EN(tr("{who.__class__} {who!r} {who:>99} {missing} {", who="Alice"))
        == "{who.__class__} {who!r} {who:>99} {missing} {"
    )


@given(words=written)
def test_people_s_words_are_escaped_and_our_sentences_are_not(words: str):
    say = WORDS.say("en", lambda w: f"[{w}]")
    assert say(tr("{a} & {b} *{c}*", a=words, b=raw(words), c=tr("Validée"))) == f"[{words}] & [{words}] *Validated*"


@pytest.mark.parametrize(
    ("count", "french", "english"),
    [
        (0, "Bilan de la semaine : 0 dossier en cours", "Report of the week: 0 running dossiers"),
        (1, "Bilan de la semaine : 1 dossier en cours", "Report of the week: 1 running dossier,"),
        (2, "Bilan de la semaine : 2 dossiers en cours", "Report of the week: 2 running dossiers"),
    ],
)
def test_endings_agree_with_their_number(count: int, french: str, english: str):
    text = tr("Bilan de la semaine : {going} dossier(s) en cours, {late} échéance(s) dépassée(s).", going=count, late=1)
    assert FR(text).startswith(french)
    assert EN(text).startswith(english)


def test_each_ending_agrees_with_the_number_before_it_and_people_s_words_keep_theirs():
    text = tr("{a} dossier(s) en cours, {b} échéance(s) dépassée(s), {who}", a=1, b=3, who="le(s) maire(s)")
    assert FR(text) == "1 dossier en cours, 3 échéances dépassées, le(s) maire(s)"
    assert FR(tr("personne(s) prévenue(s) par {who}", who="Alice")) == "personne(s) prévenue(s) par Alice"
    assert [FR(tr("{a} canal(aux) attend(ent)", a=a)) for a in (1, 2)] == ["1 canal attend", "2 canaux attendent"]
