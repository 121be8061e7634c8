"""« calculer »: what is understood, what is refused, the same answer in chat and on the command line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from town import LANGUAGES, MONDAY, TERRITORIES, Town, flat
from typer.testing import CliRunner, Result

from atelier.calculator import EXAMPLE, read
from atelier.calendar import CODES, local_day
from atelier.dates import MONTHS
from atelier.deadlines import Delay, Unit, compute, due_instant
from atelier.words import Refused
from bot.calculator_cli import EXAMPLE as TYPED
from bot.cli import app
from bot.sandbox.people import CAMILLE, NORA
from handlers.here import told_steps

NIGHT = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
"""The 25th in Paris and La Réunion, still the 24th in Guadeloupe."""
MARCH = date(2026, 3, 2)
FIFTEEN = Delay(15, Unit.JOURS)
COMMAND = ("calculer", "--depart", "2026-03-19", "--delai", "15 jours", "--departement", "57")


# What is understood


@pytest.mark.parametrize(
    ("said", "delay", "start", "departement"),
    [
        ("15 jours depuis le 2 mars 2026 dans le 55", "15 jours", "2026-03-02", "55"),
        ("15 jours depuis le 2 mars 2026", "15 jours", "2026-03-02", "75"),
        ("  15 jours\ndepuis le 2 mars 2026  dans le 55 ?", "15 jours", "2026-03-02", "55"),
        ("2 mois à partir du 1er mars 2026 en 971", "2 mois", "2026-03-01", "971"),
        ("2 mois a partir du 01/03/2026, 57", "2 mois", "2026-03-01", "57"),
        ("2 mois dès le 2026-03-01 le 55", "2 mois", "2026-03-01", "55"),
        ("2 mois après le 1/3/2026 (2a)", "2 mois", "2026-03-01", "2A"),
        ("2 mois depuis le 1er mars 2026 01", "2 mois", "2026-03-01", "01"),
        ("20 jours ouvrés à compter du lundi 2 mars 2026 dans la Meuse", "20 jours ouvrés", "2026-03-02", "55"),
        ("1 jour depuis le 2 mars 2026 dans l'Aube", "1 jour", "2026-03-02", "10"),
        ("1 jour depuis le 2 mars 2026 à La Réunion", "1 jour", "2026-03-02", "974"),
        ("1 jour depuis le 2 mars 2026 en Nouvelle-Calédonie", "1 jour", "2026-03-02", "988"),
        ("1 jour depuis le 2 mars 2026 dans le département du Nord", "1 jour", "2026-03-02", "59"),
        ("1 jour dans le département du Nord du 2 mars 2026", "1 jour", "2026-03-02", "59"),
        ("1 jour dans les Landes dès le 2 mars 2026", "1 jour", "2026-03-02", "40"),
        ("1 jour pour la Moselle depuis hier", "1 jour", "2026-11-24", "57"),
        ("1 jour depuis aujourd\N{RIGHT SINGLE QUOTATION MARK}hui dans le 55", "1 jour", "2026-11-25", "55"),
        ("1 jour à partir d'aujourd'hui en Guadeloupe", "1 jour", "2026-11-24", "971"),
        ("1 jour à compter d’hier au 974", "1 jour", "2026-11-24", "974"),
        ("1 JOUR DEPUIS DEMAIN DANS LE 2B", "1 jour", "2026-11-26", "2B"),
    ],
)
def test_sentences_as_people_write_them(said: str, delay: str, start: str, departement: str) -> None:
    found = read(said, NIGHT, "75", TERRITORIES)
    assert (str(found.delay), found.start.isoformat(), found.departement.code) == (delay, start, departement)


PLACES = sorted(CODES - {"989"})
WRITTEN_DAYS = (
    lambda day: day.isoformat(),
    lambda day: f"le {day:%d/%m/%Y}",
    lambda day: f"le {day.day} {MONTHS[day.month - 1]} {day.year}",
)
WRITTEN_PLACES = (
    lambda code: f"dans le {code}",
    lambda code: f"en {code.lower()}",
    lambda code: f"à {TERRITORIES.departement(code).name}",
    lambda code: f"dans le département {code}",
)


SENTENCES = st.tuples(st.sampled_from(WRITTEN_DAYS), st.sampled_from(WRITTEN_PLACES), st.booleans(),
    st.sampled_from(["depuis", "dès", "après", "du", "à partir du", "à compter du"]))  # fmt: skip
"""How it is written: the day, the place, the place first or not, the word before the day."""


@given(
    st.builds(Delay, st.integers(1, 120), st.sampled_from(Unit)),
    st.dates(date(1900, 1, 1), date(2100, 12, 31)),
    st.sampled_from(PLACES),
    SENTENCES,
)
def test_what_is_written_is_read_back_wherever_the_place_stands(delay, day, code, sentence):
    write_day, write_place, first, word = sentence
    parts = [write_place(code), f"{word} {write_day(day)}"]
    found = read(" ".join([str(delay), *(parts if first else reversed(parts))]), NIGHT, "75", TERRITORIES)
    assert (found.delay, found.start, found.departement.code) == (delay, day, code)


def answered(said: str) -> str:
    """What is wrong with a sentence, or the due day."""
    try:
        found = read(said, NIGHT, "55", TERRITORIES)
    except Refused as refused:
        return str(refused)
    return compute(found.start, found.delay, found.departement.code).due.isoformat()


@given(st.text(max_size=80) | st.lists(st.sampled_from(EXAMPLE.split()), max_size=12).map(" ".join))
def test_whatever_is_typed_there_is_a_date_or_a_reason_and_what_to_do(said: str) -> None:
    told_ = answered(said)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", told_) or any(word in told_ for word in ("xemple", "Donnez", "Corrigez"))


# What is refused


REFUSED = [
    ("", "Quel délai dois-je calculer"),
    ("15 jours", "Depuis quel jour compter 15 jours"),
    ("15 jours dans le 55", "Depuis quel jour compter 15 jours"),
    ("quinze jours depuis le 2 mars 2026", "« quinze jours » n'est pas un délai que je sais compter"),
    ("15 jours francs depuis le 2 mars 2026", "n'est pas un délai que je sais compter"),
    ("0 jour depuis le 2 mars 2026", "au moins un jour"),
    ("11000 jours depuis le 2 mars 2026", "dépasse dix ans"),
    ("15 jours depuis le 31 février 2026 dans le 55", "Le 31 février 2026 n'existe pas : ce mois a 28 jours"),
    ("15 jours depuis le 29/02/2027", "ce mois a 28 jours"),
    ("15 jours depuis le 2 mars dans le 55", "Il manque l'année"),
    ("15 jours depuis le 2 mars 26", "quatre chiffres"),
    ("15 jours depuis le 26", "Je ne lis pas de date dans « 26 »"),
    ("15 jours depuis le mardi 2 mars 2026", "est un lundi, pas un mardi"),
    ("15 jours depuis le 2 mars 2026 dans le 20", "Le département « 20 » n'existe pas"),
    ("15 jours depuis le 2 mars 2026 à Bar-le-Duc", "Le département « Bar-le-Duc » n'existe pas"),
    ("15 jours depuis le 2 mars 2026 dans le 989", "Clipperton (989) n'a pas d'habitants"),
    ("15 jours dans le 55 depuis le 2 mars 2026 dans le 57", "« 15 jours dans le 55 » n'est pas un délai"),
]


@pytest.mark.parametrize(("said", "sentence"), REFUSED)
def test_what_cannot_be_counted_says_why(said: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        read(said, NIGHT, "55", TERRITORIES)
    assert sentence in str(refused.value)


def test_the_example_that_refusals_give_is_right() -> None:
    verb, _, rest = EXAMPLE.removeprefix("/atelier ").partition(" ")
    found = read(rest, NIGHT, "75", TERRITORIES)
    assert (verb, found.delay, found.start, found.departement.code) == ("calculer", FIFTEEN, MARCH, "55")


# In chat


@pytest.mark.parametrize("verb", ["calculer", "Calculer", "compute", "calculate"])
async def test_the_card_gives_the_day_the_iso_date_and_each_step(town: Town, verb: str) -> None:
    await town.player.command(CAMILLE, f"{verb} 15 jours depuis le 19 mars 2026 dans le 57")
    read_ = flat(town.read(CAMILLE))
    assert "L'échéance est le mardi 7 avril 2026 (2026-04-07)" in read_
    for said in ("Moselle (57)", "• Le vendredi 3 avril 2026 est férié (vendredi saint).", "• Le samedi 4 avril 2026 n'est pas ouvré."):  # fmt: skip
        assert said in read_
    assert "• À vérifier : en Alsace-Moselle, le vendredi saint" in read_


async def test_without_a_place_it_is_the_person_s_own(town: Town) -> None:
    await town.player.command(CAMILLE, "calculer 15 jours depuis aujourd'hui")
    assert local_day(MONDAY, CAMILLE.departement) == date(2026, 11, 2)
    card = flat(town.read(CAMILLE))
    assert all(said in card for said in ("lundi 2 novembre 2026", "mardi 17 novembre 2026", "Meuse (55)"))


async def test_it_may_be_typed_without_the_slash_and_anybody_of_the_directory_may_ask(town: Town) -> None:
    await town.player.say(NORA, "calculer 1 jour depuis le 30 avril 2026 en 984")
    assert "(2026-05-04)" in flat(town.last(NORA))
    assert "À vérifier : les jours fériés du département 984 ne sont pas confirmés." in flat(town.read(NORA))
    assert "(date à vérifier)" in flat(town.read(NORA))


@pytest.mark.parametrize(("said", "sentence"), [row for row in REFUSED if "26" not in row[1]][:8])
async def test_in_chat_a_refusal_is_a_sentence(town: Town, said: str, sentence: str) -> None:
    await town.player.command(CAMILLE, f"calculer {said}")
    assert sentence in flat(town.last(CAMILLE))


async def test_the_help_tells_it(town: Town) -> None:
    await town.player.command(CAMILLE, "aide")
    assert "/atelier calculer" in flat(town.read(CAMILLE))


def test_an_english_reader_reads_the_holidays_in_english() -> None:
    say = LANGUAGES.say("en")
    lines = [say(step) for step in told_steps(compute(date(2026, 3, 19), FIFTEEN, "57"))]
    assert any("(Good Friday)" in line and "Friday 3 April 2026" in line for line in lines)
    assert not any("vendredi" in line or "férié" in line for line in lines)


# On the command line


def typed(*args: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(app, list(args))


def test_the_date_stands_alone_on_the_first_line_then_each_step_on_its_own() -> None:
    done = typed(*COMMAND)
    first, *steps = done.stdout.splitlines()
    assert (done.exit_code, done.stderr, first) == (0, "", "2026-04-07")
    say = LANGUAGES.say("fr")
    assert steps == [say(step) for step in told_steps(compute(date(2026, 3, 19), FIFTEEN, "57"))]
    assert steps[3] == "Le vendredi 3 avril 2026 est férié (vendredi saint)."


def test_json_gives_all_of_it_and_nothing_else() -> None:
    done = typed(*COMMAND, "--json")
    found = json.loads(done.stdout)
    assert (done.exit_code, done.stderr) == (0, "")
    assert found.pop("etapes") == typed(*COMMAND).stdout.splitlines()[1:]
    assert found == {
        "echeance": "2026-04-07",
        "departement": "57",
        "fuseau": "Europe/Paris",
        "instant": "2026-04-07T21:59:59+00:00",
        "depart": "2026-03-19",
        "delai": "15 jours",
    }
    assert datetime.fromisoformat(found["instant"]) == due_instant(date(2026, 4, 7), "57")


@pytest.mark.parametrize(
    ("start", "delay", "place", "due"),
    [
        ("2 mars 2026", "15 jours", "55", "2026-03-17"),
        ("2/3/2026", "15 jours", "Meuse", "2026-03-17"),
        ("lundi 2 mars 2026", "2 mois", "la Réunion", "2026-05-04"),
        ("2026-04-30", "20 jours ouvrés", "2a", "2026-06-03"),
        ("2026-02-28", "1 mois", "1", "2026-03-30"),
    ],
)
def test_dates_and_places_as_people_write_them(start: str, delay: str, place: str, due: str) -> None:
    done = typed("calculer", "--depart", start, "--delai", delay, "--departement", place)
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, due)


def test_today_is_the_day_it_is_in_the_departement() -> None:
    before = local_day(datetime.now(UTC), "988")
    done = typed("calculer", "--depart", "aujourd'hui", "--delai", "1 mois", "--departement", "988", "--json")
    after = local_day(datetime.now(UTC), "988")
    assert json.loads(done.stdout)["depart"] in {before.isoformat(), after.isoformat()}


WRONG = [
    (("--depart", "2026-03-02", "--delai", "15 jours", "--departement", "20"), "Le département « 20 » n'existe pas"),
    (("--depart", "2026-03-02", "--delai", "15 jours", "--departement", "989"), "Clipperton"),
    (("--depart", "2026-02-31", "--delai", "15 jours", "--departement", "55"), "Le 31 février 2026 n'existe pas"),
    (("--depart", "bientôt", "--delai", "15 jours", "--departement", "55"), "Je ne lis pas de date dans « bientôt »"),
    (("--depart", "2026-03-02", "--delai", "15 lunes", "--departement", "55"), "« 15 lunes » n'est pas un délai"),
    (("--depart", "2026-03-02", "--delai", "999999 mois", "--departement", "55"), "dépasse dix ans"),
    (("--depart", "2026-03-02", "--delai", "15 jours"), "Il manque --departement."),
    (("--depart", "2026-03-02", "--delai", "", "--departement", "55"), "Il manque --delai."),
    ((), "Il manque --depart, --delai, --departement."),
    (("--depart", "2026-03-02", "--delai"), "J'ai lu : « --depart 2026-03-02 --delai »"),
    (("--departe", "2026-03-02"), "« calculer » lit --depart, --delai et --departement"),
    (("demain",), "J'ai lu : « demain »"),
]


@pytest.mark.parametrize(("options", "sentence"), WRONG)
def test_an_error_is_one_french_sentence_and_status_2(options: tuple[str, ...], sentence: str) -> None:
    done = typed("calculer", *options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert isinstance(done.exception, SystemExit), "an expected end, not a failure"


def test_the_installed_command_needs_no_setting(tmp_path: Path) -> None:
    code = "import sys; from bot.cli import main; sys.argv[0] = 'atelier'; main()"
    env = {k: v for k, v in os.environ.items() if not k.startswith(("ATELIER_", "SLACK_", "MATTERMOST_", "DATABASE_"))}
    env["PYTHONPATH"] = str(Path(__file__).parent.parent)
    words = TYPED.removeprefix("atelier ").replace('"15 jours"', "15_jours").split()
    args = [word.replace("_", " ") for word in words]
    done = subprocess.run(
        [sys.executable, "-c", code, *args], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr, done.stdout.splitlines()[0]) == (0, "", "2026-03-17")
    assert list(tmp_path.iterdir()) == []
    args[args.index("55")] = "20"
    done = subprocess.run(
        [sys.executable, "-c", code, *args], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Le département « 20 » n'existe pas.")
