"""The command line as an administrator uses it: sentences, exit statuses, nothing half-done."""

from __future__ import annotations

import hashlib
import os
import socket
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from databases import fresh_id

from atelier.dossier import Person
from atelier.words import PersonId, Reference
from handlers import heads
from storage.engine import open_engine
from storage.unit import Units

ROOT = Path(__file__).parent.parent
SECRET = "un secret pour les essais"
CSV = "identifiant;nom;organisme;role;portee;comptes\ncamille;Camille Laurent;DDT de la Meuse;SVC;dep:55;mattermost:camille\n"


def run(*args: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from bot.cli import main; sys.argv[0] = 'atelier'; main()"
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ATELIER_", "SLACK_", "MATTERMOST_", "DATABASE_"))}
    around = {
        **kept,
        "PYTHONPATH": str(ROOT),
        "ATELIER_SECRET_KEY": SECRET,
        "DATABASE_URL": f"sqlite:///{cwd / 'a.db'}",
        **env,
    }
    return subprocess.run(
        [sys.executable, "-c", code, *args], cwd=cwd, env=around, capture_output=True, text=True, check=False
    )


@pytest.fixture
def migrated(tmp_path: Path) -> Path:
    assert run("migrate", cwd=tmp_path).returncode == 0
    return tmp_path


def test_the_story_plays_to_its_end(tmp_path: Path) -> None:
    done = run("story", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "L'atelier ADT-2026-0003 est clos." in done.stdout.splitlines()[-1]
    told = [line for line in done.stdout.splitlines() if not line.startswith("▶")]
    assert max(map(len, told)) < 320, "only what people typed is longer than a screen"


def test_what_is_kept_is_read_by_nobody_else_of_the_machine(tmp_path: Path) -> None:
    """Personal data, letters, and the tokens of the workspaces: as a backup, the file is its owner's alone."""
    done = run("migrate", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.db").stat().st_mode & 0o777 == 0o600
    (tmp_path / "a.db").chmod(0o640)
    assert run("migrate", cwd=tmp_path).returncode == 0
    assert (tmp_path / "a.db").stat().st_mode & 0o777 == 0o640, "what the operator chose stays"


def test_a_name_commands_no_terminal(migrated: Path) -> None:
    """Whoever asks for access writes their own name: the operator's terminal would obey what it may hold."""
    name = "Yann\x1b[2J\x1b]0;vide\x07 \u202eKeller\nmarc ; Marc ; AD1 ; ADMIN"
    hostile = Person(id=PersonId("x"), name=name, service="DDT")
    engine = open_engine(f"sqlite:///{migrated / 'a.db'}")
    with Units(engine, SECRET.encode(), fresh_id).begin() as unit:
        unit.people.add(hostile)
    engine.dispose()
    done = run("annuaire", "montrer", cwd=migrated)
    assert done.stdout == "x ; Yann[2J]0;vide Keller marc ; Marc ; AD1 ; ADMIN ; DDT ;\n"


def test_migrating_twice_is_the_same(migrated: Path) -> None:
    done = run("migrate", cwd=migrated)
    assert (done.returncode, done.stdout.strip()) == (0, "La base de données est à jour.")


CHAT = {"MATTERMOST_URL": "http://127.0.0.1:9", "MATTERMOST_TOKEN": "jeton", "ATELIER_PUBLIC_URL": "http://127.0.0.1:9"}


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({"ATELIER_SECRET_KEY": ""}, "ATELIER_SECRET_KEY manque"),
        ({"ATELIER_SECRET_KEY": "court"}, "ATELIER_SECRET_KEY manque ou est trop courte"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL doit commencer par"),
        ({"ATELIER_ADMINS": "alice"}, "ATELIER_ADMINS doit s'écrire « plateforme:identifiant »"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_BOT_TOKEN est donné sans SLACK_SIGNING_SECRET"),
        ({"MATTERMOST_URL": "https://chat.example"}, "MATTERMOST_URL et MATTERMOST_TOKEN vont ensemble"),
        ({"PORT": "quatre-vingts"}, "PORT ne convient pas : il faut un nombre entier de 1 à 65535"),
        ({"DATABASE_URL": "sqlite:////nulle/part/a.db"}, "DATABASE_URL"),
        ({"DATABASE_URL": "sqlite:///"}, "DATABASE_URL doit nommer un fichier"),
        ({"DATABASE_URL": "sqlite:a.db"}, "vérifiez DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://h:abc/x"}, "vérifiez DATABASE_URL"),
        ({"DATABASE_URL": "postgresql+asyncpg://h/x"}, "DATABASE_URL doit commencer par"),
        ({**CHAT, "SSL_CERT_FILE": "/nulle"}, "SSL_CERT_FILE : « /nulle » ne se lit pas"),
        ({**CHAT, "SSL_CERT_FILE": __file__}, "Donnez un fichier PEM"),
        ({**CHAT, "all_proxy": "socks5://127.0.0.1:9"}, "ALL_PROXY est un mandataire « socks5 »"),
        ({"DATABASE_URL": "postgresql://127.0.0.1:1/rien"}, "La base de données ne répond pas"),
    ],
)
def test_a_wrong_setting_stops_with_a_sentence_that_names_it(
    migrated: Path, env: dict[str, str], sentence: str
) -> None:
    done = run("annuaire", "montrer", cwd=migrated, **env)
    assert done.returncode == 2, done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_told_before_anything_starts(migrated: Path) -> None:
    served = {
        "MATTERMOST_URL": "http://127.0.0.1:9", "MATTERMOST_TOKEN": "jeton", "ATELIER_PUBLIC_URL": "http://127.0.0.1:9",
        "ATELIER_REVIEW_CHANNEL": "mattermost:revue",
    }  # fmt: skip
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for done in (
            run("serve", cwd=migrated, PORT=port, **served),
            run("demo", "--port", port, "--dossier", "essai", cwd=migrated),
        ):
            assert (done.returncode, done.stdout) == (2, "")
            assert f"Le port {port} est occupé par un autre programme" in done.stderr
            assert len(done.stderr.splitlines()) == 1
    assert not (migrated / "essai").exists()


def test_a_database_not_migrated_says_so(tmp_path: Path) -> None:
    done = run("annuaire", "montrer", cwd=tmp_path)
    assert done.returncode == 2
    assert "lancez « atelier migrate »" in done.stderr
    assert list(tmp_path.glob("*.db")) == [], "a command in the wrong folder makes nothing there"


def test_a_database_of_a_newer_version_is_left_alone(migrated: Path) -> None:
    with sqlite3.connect(migrated / "a.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    for command in (("migrate",), ("annuaire", "montrer")):
        done = run(*command, cwd=migrated)
        assert done.returncode == 2
        assert "version plus récente du robot" in done.stderr


def test_the_directory_is_imported_tried_first_then_for_good(migrated: Path) -> None:
    file = migrated / "annuaire.csv"
    file.write_text(CSV, encoding="utf-8")
    dry = run("annuaire", "importer", "annuaire.csv", "--essai", cwd=migrated)
    assert "Essai, rien n'est changé" in dry.stdout
    assert "1 personne ajoutée" in dry.stdout
    assert "camille" not in run("annuaire", "montrer", cwd=migrated).stdout
    assert run("annuaire", "importer", "annuaire.csv", cwd=migrated).returncode == 0
    assert "camille ; Camille Laurent ; DDT de la Meuse ; SVC dep:55" in run("annuaire", "montrer", cwd=migrated).stdout
    again = run("annuaire", "importer", "annuaire.csv", cwd=migrated)
    assert "1 personne inchangée" in again.stdout
    file.write_text(CSV.replace("DDT de la Meuse", "DDTM"), encoding="utf-8")
    assert "1 personne modifiée" in run("annuaire", "importer", "annuaire.csv", cwd=migrated).stdout


def test_a_wrong_table_names_its_cells_and_changes_nothing(migrated: Path) -> None:
    (migrated / "annuaire.csv").write_text(CSV + "X Y;X;DDT;ROI;;\n", encoding="utf-8")
    done = run("annuaire", "importer", "annuaire.csv", cwd=migrated)
    assert done.returncode == 1
    assert "Ligne 3, colonne identifiant" in done.stderr
    assert "Ligne 3, colonne role" in done.stderr
    assert "2 erreurs : rien n'a été changé." in done.stderr
    assert "camille" not in run("annuaire", "montrer", cwd=migrated).stdout


def test_a_file_that_is_not_there_or_not_text(migrated: Path) -> None:
    assert "ne se lit pas" in run("annuaire", "importer", "rien.csv", cwd=migrated).stderr
    (migrated / "image.csv").write_bytes(b"\xff\xfe\x00")
    assert "n'est pas du texte lisible" in run("annuaire", "importer", "image.csv", cwd=migrated).stderr


def test_first_administrators_come_from_the_settings(migrated: Path) -> None:
    done = run("annuaire", "montrer", cwd=migrated, ATELIER_ADMINS="mattermost:alice, slack:U1")
    assert "mattermost-alice ; alice ;  ; ADMIN" in done.stdout
    assert "slack-U1" in done.stdout


def test_the_table_names_the_administrator_whom_the_settings_knew_by_an_account(migrated: Path) -> None:
    admins = {"ATELIER_ADMINS": "slack:U1"}
    head, file = CSV.partition("\n")[0], migrated / "annuaire.csv"
    file.write_text(f"{head}\ndominique;Dominique Petit;Bureau AD1;ADMIN;;slack:U1\n", encoding="utf-8")
    assert (
        "1 personne modifiée" in run("annuaire", "importer", "annuaire.csv", "--essai", cwd=migrated, **admins).stdout
    )
    assert "1 personne modifiée" in run("annuaire", "importer", "annuaire.csv", cwd=migrated, **admins).stdout
    assert "1 personne inchangée" in run("annuaire", "importer", "annuaire.csv", cwd=migrated, **admins).stdout
    shown = run("annuaire", "montrer", cwd=migrated, **admins).stdout
    assert shown == "slack-U1 ; Dominique Petit ; Bureau AD1 ; ADMIN\n"


def test_an_account_of_somebody_else_is_refused_by_the_trial_too(migrated: Path) -> None:
    head, file = CSV.partition("\n")[0], migrated / "annuaire.csv"
    for name, status in (("camille", 0), ("sacha", 1)):
        file.write_text(f"{head}\n{name};{name};DDT;SVC;dep:55;slack:U7\n", encoding="utf-8")
        done = run("annuaire", "importer", "annuaire.csv", "--essai", cwd=migrated)
        assert (done.returncode, "appartient déjà" in done.stderr) == (status, status == 1)
        assert run("annuaire", "importer", "annuaire.csv", cwd=migrated).returncode == status


def test_the_journal_is_verified(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    code = (
        "import asyncio, sys; from pathlib import Path; sys.path.insert(0, 'tests'); import town\n"
        "from town import Town, opened\n"
        f"with opened(Path({str(folder)!r})) as local: asyncio.run(Town(local).transmitted())"
    )
    env = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    subprocess.run([sys.executable, "-c", code], check=True, env=env, cwd=ROOT, capture_output=True)
    settings = {
        "DATABASE_URL": f"sqlite:///{folder / 'atelier.db'}",
        "ATELIER_SECRET_KEY": (folder / "secret").read_text(),
    }
    done = run("journal", "verifier", cwd=tmp_path, **settings)
    assert (done.returncode, done.stdout.strip()) == (0, "Le journal est intact : 1 demande.")
    with sqlite3.connect(folder / "atelier.db") as raw:
        raw.execute("DROP TRIGGER journal_no_update")
        raw.execute("UPDATE journal SET what = 'D7' WHERE seq = 3")
    raw.close()
    broken = run("journal", "verifier", cwd=tmp_path, **settings)
    assert broken.returncode == 1
    assert "ADT-2026-0001 ne se suit plus à la ligne 3" in broken.stderr


# The journal's head, kept outside the database


@pytest.fixture
def journaled(migrated: Path) -> Path:
    _written(migrated, "ADT-2026-0001", 2)
    _written(migrated, "ADT-2026-0002", 1)
    return migrated


def _written(folder: Path, ref: str, lines: int) -> None:
    engine = open_engine(f"sqlite:///{folder / 'a.db'}")
    with Units(engine, SECRET.encode(), fresh_id).begin() as unit:
        for _ in range(lines):
            unit.journal.write(Reference(ref), what="D1", by=None, at=datetime.now(UTC))
    engine.dispose()


def _head(folder: Path) -> str:
    engine = open_engine(f"sqlite:///{folder / 'a.db'}")
    with Units(engine, SECRET.encode(), fresh_id).begin() as unit:
        told = heads.text(unit.journal.heads()).decode()
    engine.dispose()
    return told


def test_a_head_that_was_kept_is_found_again_once_the_chains_have_grown(journaled: Path) -> None:
    kept = _head(journaled)
    (journaled / "tete.txt").write_text(kept, encoding="ascii")
    value = hashlib.sha256(kept.encode()).hexdigest()
    for given in ("tete.txt", value, value.upper()):
        done = run("journal", "verifier", "--tete", given, cwd=journaled)
        assert (done.returncode, "2 chaînes, dont 0" in done.stdout) == (0, True), done.stderr
    _written(journaled, "ADT-2026-0002", 3)
    _written(journaled, "ADT-2026-0003", 1)
    for given in ("tete.txt", value):
        done = run("journal", "verifier", "--tete", given, cwd=journaled)
        assert (done.returncode, "2 chaînes, dont 1 plus longue qu'alors" in done.stdout) == (0, True), done.stderr


def test_a_journal_rewritten_whole_is_told_by_the_head_alone(journaled: Path) -> None:
    """With the key and the database in hand, every chain is made anew: it follows, and is not what was kept."""
    kept = _head(journaled)
    (journaled / "tete.txt").write_text(kept, encoding="ascii")
    (journaled / "a.db").unlink()
    assert run("migrate", cwd=journaled).returncode == 0
    _written(journaled, "ADT-2026-0001", 2)
    _written(journaled, "ADT-2026-0002", 1)
    assert run("journal", "verifier", cwd=journaled).returncode == 0
    done = run("journal", "verifier", "--tete", "tete.txt", cwd=journaled)
    assert (done.returncode, "ADT-2026-0001 a été réécrit : sa ligne 2" in done.stderr) == (1, True)
    done = run("journal", "verifier", "--tete", hashlib.sha256(kept.encode()).hexdigest(), cwd=journaled)
    assert (done.returncode, "n'a jamais eu cette tête" in done.stderr) == (1, True)


def test_a_chain_that_was_removed_is_named(journaled: Path) -> None:
    (journaled / "tete.txt").write_text(_head(journaled) + f"ADT-2026-0009 1 {'0' * 64}\n", encoding="ascii")
    done = run("journal", "verifier", "--tete", "tete.txt", cwd=journaled)
    assert (done.returncode, "ADT-2026-0009" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "la valeur entière (64 caractères)"),
        ("", "La ligne 1"),
        ("ADT-2026-0001 2 court\n", "La ligne 1"),
        ("le journal gardé\n", "La ligne 1"),
    ],
)
def test_what_is_no_head_is_said(journaled: Path, content: str | None, words: str) -> None:
    if content is not None:
        (journaled / "tete.txt").write_text(content, encoding="utf-8")
    done = run("journal", "verifier", "--tete", "tete.txt", cwd=journaled)
    assert (done.returncode, words in done.stderr, "Traceback" in done.stderr) == (2, True, False)
