"""Each fact of docs/faits-mattermost.md that a naive adapter breaks on, by its number: dialogs."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot import patience
from chat.forms import Choice, Form, Question
from chat.talk import Ask, Asked, Correct, Filled, Turned
from chat.text import raw, tr
from tests.mattermost import calls
from tests.mattermost.captured import body
from tests.mattermost.facts import REFUSED, action, content, posted, sent, turned
from tests.mattermost.stage import FORM, OPEN, Stage, card, say, staged


@pytest.fixture
async def stage(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    monkeypatch.setattr(patience, "TRIES", 1)
    async with staged(fetch=content) as stage:
        yield stage


async def test_fact_22_a_dialog_sent_without_having_been_opened_is_refused(
    stage: Stage, capsys: pytest.CaptureFixture[str]
):
    told = await calls.submit(stage.world, stage.anne.id, {"avis": "oui"})
    assert "Ce formulaire n'est pas reconnu" in told["error"]
    assert turned(stage) == [(stage.anne.id, "form", "signature")]
    assert "dialog refused" in capsys.readouterr().out
    forged = dict(body("dialog_request_submit_forged_by_client"))
    assert "error" in (await sent(stage, "dialogs", forged)).json()


async def test_fact_22_what_was_sealed_for_one_use_serves_no_other(stage: Stage):
    """A dialog's state is read by its person: it is no button's context; and a button's is no dialog's state."""
    seals, now = stage.room.platform.drawing.seals, stage.room.platform.drawing.now()
    state = seals.dialog(OPEN, {"by": stage.anne.id, "c": stage.channel}, {"avis": []}, now)
    answer = await sent(stage, "actions", action(stage, {"t": state}))
    assert REFUSED in answer.json()["ephemeral_text"]
    for sealed in (
        seals.button(OPEN, now),
        seals.menu(OPEN, now),
        seals.press.close({"s": {"by": stage.anne.id}, "f": {}}),
    ):
        forged = dict(body("dialog_request_submit")) | {"user_id": stage.anne.id, "state": sealed}
        assert "error" in (await sent(stage, "dialogs", forged)).json()
    assert [why for _, _, why in turned(stage)] == ["signature"] * 4


async def test_fact_22_a_dialog_is_good_for_a_day(stage: Stage):
    seals, now = stage.room.platform.drawing.seals, stage.room.platform.drawing.now()
    spot = {"by": stage.anne.id, "c": stage.channel}
    for hours, taken in ((23, True), (25, False)):
        state = seals.dialog(OPEN, spot, {"avis": []}, now - timedelta(hours=hours))
        given = dict(body("dialog_request_submit")) | {"user_id": stage.anne.id, "state": state}
        told = (await sent(stage, "dialogs", given)).json()
        assert (told == {}, isinstance(stage.desk.events[-1], Filled)) == (taken, taken)


async def test_fact_22_nor_the_dialog_of_another(stage: Stage):
    stage.desk.will(Ask(form=FORM))
    await stage.anne.command("valider", stage.channel)
    await stage.settle()
    stage.world.dialogs[stage.paul.id] = stage.world.dialogs[stage.anne.id]
    assert "error" in await stage.paul.fill(avis="oui")
    assert [type(e) for e in stage.desk.events] == [Asked, Turned]
    assert stage.desk.events[-1].why == "dialog of another person"


async def test_fact_22_a_submission_aimed_at_the_other_addresses_is_refused(stage: Stage):
    submission = body("dialog_request_submit")
    assert (await sent(stage, "commands", submission, **{"content-type": "application/json"})).status_code == 400
    answer = await sent(stage, "actions", submission)
    assert (answer.status_code, stage.desk.events) == (200, [])
    assert "illisible" in answer.json()["ephemeral_text"]
    sealed = {"t": stage.room.platform.drawing.seals.button(OPEN, stage.room.platform.drawing.now())}
    both = action(stage, sealed) | submission | {"user_id": stage.anne.id}
    assert "illisible" in (await sent(stage, "actions", both)).json()["ephemeral_text"], "a submission is no press"
    press = action(stage, {"t": "x"})
    assert "illisible" in (await sent(stage, "dialogs", press)).json()["error"]


async def test_fact_23_the_place_is_where_it_was_opened_not_what_the_client_says(stage: Stage):
    stage.desk.will(Ask(form=FORM))
    await posted(stage, card("Valider"))
    await stage.anne.press("Valider", stage.channel)
    await stage.settle()
    stage.desk.will(say("C'est fait."))
    await calls.submit(stage.world, stage.anne.id, {"avis": "oui"}, channel_id=stage.anne.direct)
    event = stage.desk.events[-1]
    assert isinstance(event, Filled)
    assert (event.place.id, event.direct, event.given) == (stage.channel, False, {"avis": "oui"})


async def test_fact_25_null_absent_number_and_boolean(stage: Stage):
    kinds = (
        Question(name="un", label=raw("Un"), short=raw("Un"), required=False),
        Question(name="deux", label=raw("Deux"), short=raw("Deux"), required=False),
        Question(name="n", label=raw("N"), short=raw("N")),
        Question(name="t", label=raw("T"), short=raw("T"), kind="choices", choices=tuple(Choice(value=v, label=raw(v)) for v in "abc")),
        Question(name="c", label=raw("C"), short=raw("C"), kind="choice", required=False, choices=(Choice(value="x", label=raw("X")),)),
    )  # fmt: skip
    stage.desk.will(Ask(form=Form(title=raw("F"), short=raw("F"), token=OPEN, questions=kinds, submit=raw("OK"))))
    await stage.anne.command("valider", stage.channel)
    await stage.settle()
    given = {"un": None, "n": 12, "t.a": True, "t.b": "true", "t.c": None, "c": "atelier.none", "pas": "demandé"}
    await calls.submit(stage.world, stage.anne.id, given)
    event = stage.desk.events[-1]
    assert isinstance(event, Filled)
    assert event.given == {"un": "", "deux": "", "n": "12", "t": ("a", "b"), "c": ""}


async def test_fact_24_a_dialog_that_is_cancelled_changes_nothing(stage: Stage):
    stage.desk.will(Ask(form=FORM))
    await stage.anne.command("valider", stage.channel)
    await stage.settle()
    for answers in ({}, None):
        opened = stage.world.dialogs[stage.anne.id]
        assert await calls.submit(stage.world, stage.anne.id, answers, cancelled=True) == {}  # type: ignore[arg-type]
        stage.world.dialogs[stage.anne.id] = opened
    assert len(stage.desk.events) == 1


async def test_fact_21_a_spent_trigger_leaves_a_button(stage: Stage):
    stage.world.trigger_life = -1
    stage.desk.will(Ask(form=FORM))
    await posted(stage, card("Valider"))
    await stage.anne.press("Valider", stage.channel)
    await stage.settle()
    assert "ouvrez-la avec ce bouton" in stage.anne.read()
    stage.world.trigger_life = 3
    stage.desk.will(Ask(form=FORM))
    await stage.anne.press("Ouvrir le formulaire")
    await stage.settle()
    assert stage.anne.dialog["title"] == "Valider"


async def test_fact_27_a_form_at_fault_stays_open(stage: Stage):
    stage.desk.will(Ask(form=FORM))
    await stage.anne.command("valider", stage.channel)
    await stage.settle()
    stage.desk.will(Correct(problems={"avis": tr("Trop court."), "": tr("Corrigez.")}))
    assert await stage.anne.fill(avis="x") == {"errors": {"avis": "Trop court."}, "error": "Corrigez."}
    assert stage.anne.dialog
    assert await stage.anne.fill(avis="un avis assez long") == {}
