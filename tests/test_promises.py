"""The promises of the design, each shown on the whole bot: one decision, nothing lost, cards that tell the present."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from town import LANGUAGES, TERRITORIES, Still, Town

from atelier.words import State
from bot import memory
from bot.app import compose
from bot.sandbox.people import CAMILLE, HUGO, INES, MARC, NORA, REVIEW
from chat.cards import Address, Token
from chat.platform import Undeliverable, Undelivered
from chat.talk import Filled, Pressed

REF = "ADT-2026-0001"


def pressed(number: int, token: Token, account: str = MARC.account) -> Pressed:
    me = Address(platform="sandbox", id=account)
    return Pressed(
        sender=me, place=Address(platform="sandbox", id=f"dm:{account}"), id=f"click{number}", direct=True, token=token
    )


async def test_fifty_clicks_on_two_bots_make_one_decision(town: Town, tmp_path: Path) -> None:
    await town.transmitted()
    token = town.world.posts[town.player.review(NORA, REF)].message.card.buttons[0].token
    await town.player.command(NORA, f"prendre {REF}")
    other = compose(
        writer=memory.opened(f"sqlite:///{tmp_path / 'atelier.db'}", (tmp_path / "secret").read_bytes()), review=REVIEW,
        platforms={"sandbox": town.local.sandbox}, clock=Still(), territories=TERRITORIES, languages=LANGUAGES,
    )  # fmt: skip
    sent = [
        Filled(
            **pressed(n, token, NORA.account).model_dump(exclude={"post", "token"}), token=token, given={"motif": ""}
        )
        for n in range(50)
    ]
    apps = (town.local.app, other)
    answers = await asyncio.gather(*(apps[n % 2].receive(event) for n, event in enumerate(sent)))
    other.close()
    assert town.dossier().state is State.EN_ECHANGE
    outcomes = [a.outcome for a in answers]
    assert (outcomes.count("done"), outcomes.count("refused")) == (1, 49)
    assert "Déjà fait" in str(next(a for a in answers if a.outcome == "refused").replies)
    rows = town.local.app.writer.call(lambda u: [r.what for r in u.journal.of(REF)])
    assert rows.count("D3") == 1
    await town.local.app.settle()
    assert town.read(CAMILLE).count("prise en charge par Nora Benali") == 1


async def test_the_same_event_twice_changes_nothing_the_second_time(town: Town) -> None:
    await town.drafted()
    token = Token(act="inviter", ref=REF, version=town.dossier().version)
    given = {"personne": "Inès Moreau", "role": "COLL"}
    event = Filled(**pressed(1, token, CAMILLE.account).model_dump(exclude={"post", "token"}), token=token, given=given)
    first, second = await town.local.app.receive(event), await town.local.app.receive(event)
    assert (first.outcome, second.outcome) == ("done", "seen")
    assert second.replies == ()
    assert len(town.dossier().members) == 2


async def test_a_chat_down_for_a_day_loses_nothing_and_keeps_the_order(town: Town) -> None:
    await town.examined()
    town.world.outage = lambda stage: Undelivered("panne") if stage in {"post", "edit"} else None
    for number in range(1, 6):
        await town.player.command(NORA, f"ecrire {REF} destinataires = service | texte = Lettre n° {number}")
    await town.validate_blind(REF)
    assert "Lettre n° 1" not in town.read(CAMILLE)
    town.world.outage = lambda _stage: None
    town.advance(timedelta(days=1))
    await town.local.app.settle()
    read = town.read(CAMILLE)
    places = [read.index(f"Lettre n° {number}") for number in range(1, 6)]
    assert places == sorted(places)
    assert read.index("Lettre n° 5") < read.rindex("validée par Marc Olivier")
    assert all(read.count(f"Lettre n° {n}") == 1 for n in range(1, 6))


async def test_a_connection_broken_after_the_post_is_not_posted_twice(town: Town) -> None:
    await town.examined()
    failures = iter([Undelivered("coupure après l'envoi")])
    town.world.outage = lambda stage: next(failures, None) if stage == "posted" else None
    await town.player.command(NORA, f"ecrire {REF} destinataires = service | texte = Une seule fois")
    town.advance(timedelta(minutes=5))
    await town.local.app.settle()
    assert town.read(CAMILLE).count("Une seule fois") == 1


async def test_a_dead_letter_frees_its_lane(town: Town) -> None:
    await town.examined()
    failures = iter([Undeliverable("compte supprimé")])
    town.world.outage = lambda stage: next(failures, None) if stage == "post" else None
    await town.player.command(NORA, f"ecrire {REF} destinataires = service | texte = Perdue")
    await town.player.command(NORA, f"ecrire {REF} destinataires = service | texte = Suivante")
    stats = town.local.app.writer.call(lambda u: u.outbox.stats())
    assert (stats.waiting, stats.dead) == (0, 1)
    assert "Suivante" in town.read(CAMILLE)


async def test_cards_tell_the_present_wherever_they_are(town: Town) -> None:
    await town.examined()
    before = {w.account: town.world.posts[town.player.root(w, REF)] for w in (CAMILLE, INES, HUGO)}
    await town.player.command(NORA, f"completer {REF} champs = objectifs | texte = Précisez les îlots visés.")
    await town.player.press(NORA, "Confirmer")
    for account, post in before.items():
        now = town.world.posts[post.id]
        assert now.message.card.state.msg == "À compléter", account
        assert now.edited
    labels = [b.label.msg for b in town.world.posts[before[CAMILLE.account].id].message.card.buttons]
    assert "Répondre au complément" in labels
    assert "Répondre au complément" not in [
        b.label.msg for b in town.world.posts[before[HUGO.account].id].message.card.buttons
    ]


async def test_every_button_on_the_screens_has_a_text_command(town: Town) -> None:
    await town.examined(letters=False)
    await town.player.command(CAMILLE, "")
    await town.player.command(NORA, f"completer {REF} champs = objectifs | texte = Précisez les îlots visés.")
    await town.player.press(NORA, "Confirmer")
    buttons = {b.token.act: b for p in town.world.posts.values() if p.message.card for b in p.message.card.buttons}
    without = [act for act, button in buttons.items() if not button.command]
    assert without == []
    assert len(buttons) > 10


async def test_the_journal_holds_and_names_the_first_bad_row(town: Town) -> None:
    await town.examined()
    assert town.local.app.writer.call(lambda u: u.journal.verify()) is None
