"""The workspaces kept: slack_sdk's own stores in our transaction, who is there, who left, on both databases and across."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from sqlalchemy import MetaData, Table

from bot.slack.invitations import Invitation, of_state
from bot.slack.stores import LASTS, Once, keep
from storage.backup import save
from storage.engine import open_engine
from storage.restoration import restore
from storage.schema import metadata
from storage.unit import Unit, Units
from tests.databases import SECRET, units_on

CLIENT, FIRST = "111.222", "xoxb-1"
NOW = datetime.now(UTC)


def installed(team: str = "T1", token: str = FIRST, **more: object) -> Installation:
    told = {
        "app_id": "A1", "team_id": team, "team_name": f"Espace {team}", "bot_token": token, "bot_user_id": "UBOT",
        "bot_scopes": "commands", "user_id": "U1",
    }  # fmt: skip
    return Installation(**{**told, **more})


def live(units: Units) -> list[tuple[str, str]]:
    with units.begin() as unit:
        return [(w.platform, w.token) for w in unit.workspaces.live()]


def told(table: Table) -> list[tuple[str, str, bool, bool]]:
    return [(c.name, repr(c.type), bool(c.nullable), c.primary_key) for c in table.columns]


def theirs() -> MetaData:
    made = MetaData()
    SQLAlchemyInstallationStore.build_installations_table(made, "slack_installations")
    SQLAlchemyInstallationStore.build_bots_table(made, "slack_bots")
    SQLAlchemyOAuthStateStore.build_oauth_states_table(made, "slack_oauth_states")
    return made


@pytest.mark.parametrize("name", ["slack_installations", "slack_bots", "slack_oauth_states"])
def test_the_tables_are_those_that_slack_sdk_writes(name: str):
    ours, built = metadata.tables[name], theirs().tables[name]
    assert sorted(told(ours)) == sorted(told(built))
    assert {(i.name, *i.columns.keys()) for i in ours.indexes} == {(i.name, *i.columns.keys()) for i in built.indexes}


def test_an_installation_opens_a_workspace(units: Units):
    with units.begin() as unit:
        keep(unit, CLIENT, installed())
        keep(unit, CLIENT, installed("T2", "xoxb-2", enterprise_id="E1"))
    assert live(units) == [("slack-T1", "xoxb-1"), ("slack-T2", "xoxb-2")]
    with units.begin() as unit:
        found = SQLAlchemyInstallationStore(CLIENT, unit.workspaces.engine).find_installation(
            enterprise_id="E1", team_id="T2"
        )
        assert found is not None
        assert (found.bot_token, found.user_token) == ("xoxb-2", None)
        assert unit.workspaces.called("slack-T2") == "Espace T2"
        assert unit.workspaces.called("slack-T3") == ""


def test_it_is_kept_with_the_rest_or_not_at_all(units: Units):
    def broken(unit: Unit) -> None:
        keep(unit, CLIENT, installed())
        raise RuntimeError

    with pytest.raises(RuntimeError):
        units.run(broken)
    assert live(units) == []


def test_installed_again_the_latest_token_counts(units: Units):
    with units.begin() as unit:
        keep(unit, CLIENT, installed(installed_at=NOW.timestamp() - 60))
    with units.begin() as unit:
        keep(unit, CLIENT, installed(token="xoxb-new"))
    assert live(units) == [("slack-T1", "xoxb-new")]


@pytest.mark.parametrize("enterprise", [None, "E1"])
def test_one_that_leaves_is_kept_as_history_without_its_tokens(units: Units, enterprise: str | None):
    with units.begin() as unit:
        keep(unit, CLIENT, installed(enterprise_id=enterprise))
        keep(unit, CLIENT, installed("T2", "xoxb-2"))
    with units.begin() as unit:
        left = unit.workspaces.leave("slack-T1", "app_uninstalled", NOW)
    assert left is not None
    assert left.token == "xoxb-1"
    assert live(units) == [("slack-T2", "xoxb-2")]
    with units.begin() as unit:
        assert [(w.platform, w.gone, w.why) for w in unit.workspaces.all() if w.gone] == [
            ("slack-T1", NOW, "app_uninstalled")
        ]
        assert unit.workspaces.leave("slack-T1", "retirer", NOW) is None, "gone already"
        for table in ("slack_bots", "slack_installations"):
            teams = unit.workspaces._connection.execute(metadata.tables[table].select()).all()
            assert [row.team_id for row in teams] == ["T2"]
    with units.begin() as unit:
        keep(unit, CLIENT, installed(token="xoxb-back", enterprise_id=enterprise))
    assert live(units) == [("slack-T1", "xoxb-back"), ("slack-T2", "xoxb-2")]


def test_what_was_said_before_it_came_is_about_before(units: Units):
    with units.begin() as unit:
        keep(unit, CLIENT, installed())
        assert unit.workspaces.leave("slack-T1", "app_uninstalled", NOW, NOW - timedelta(hours=1)) is None
    assert live(units) == [("slack-T1", "xoxb-1")]


def test_a_name_that_no_database_would_keep(units: Units):
    with units.begin() as unit:
        keep(
            unit, CLIENT, installed(team_name="E\x00space" if units.engine.dialect.name == "sqlite" else "Espace" * 30)
        )
        assert len(unit.workspaces.called("slack-T1")) <= 80


def test_a_state_carries_its_invitation_and_serves_once(units: Units):
    with units.begin() as unit:
        state = Once(LASTS, unit.workspaces.engine).drawn(Invitation("number", "T1"))
    assert of_state(state) == Invitation("number", "T1")
    assert [_consumed(units, s) for s in (state[:-1], state, state)] == [False, True, False]


def test_a_state_that_ended_is_forgotten(units: Units):
    with units.begin() as unit:
        state = Once(-1, unit.workspaces.engine).drawn(Invitation("number"))
    assert not _consumed(units, state)
    with units.begin() as unit:
        assert unit.workspaces._connection.execute(metadata.tables["slack_oauth_states"].select()).all() == []


def _consumed(units: Units, state: str) -> bool:
    return units.run(lambda unit: Once(LASTS, unit.workspaces.engine).consume(state))


@pytest.mark.parametrize("there", ["sqlite", "postgresql"])
def test_a_backup_that_is_restored_still_speaks_in_every_workspace(
    url: str, there: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PGTZ", "Pacific/Noumea")  # whatever the server's own zone, an instant stays what it was
    engine = open_engine(url)
    before = _filled(units_on(engine))
    engine.dispose()
    save(url, tmp_path / "a.jsonl.gz", SECRET, portable=True)
    empty = f"sqlite:///{tmp_path / 'other.db'}" if there == "sqlite" else request.getfixturevalue("postgres").empty()
    restore(empty, tmp_path / "a.jsonl.gz", SECRET)
    engine = open_engine(empty)
    try:
        assert _read(units_on(engine)) == before
    finally:
        engine.dispose()
        if there == "postgresql":
            request.getfixturevalue("postgres").drop(empty)


def _filled(units: Units) -> list[object]:
    def fill(unit: Unit) -> None:
        for team in ("T1", "T2"):
            keep(unit, CLIENT, installed(team, f"xoxb-{team}"))
        unit.workspaces.leave("slack-T2", "tokens_revoked", NOW)

    units.run(fill)
    return _read(units)


def _read(units: Units) -> list[object]:
    with units.begin() as unit:
        rows = unit.workspaces._connection.execute(metadata.tables["slack_bots"].select()).all()
        return [unit.workspaces.all(), unit.workspaces.live(), [(r.team_id, r.installed_at) for r in rows]]
