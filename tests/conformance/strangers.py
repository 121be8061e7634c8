"""Somebody whom the directory does not know asks for access and is let in, whatever the platform allows."""

from __future__ import annotations

from bot.sandbox.people import DOMINIQUE, STRANGER, Somebody
from tests.conformance.registry import feature
from tests.conformance.stage import Stage
from tests.conformance.textual import typed_under

YANN = Somebody(STRANGER.account, STRANGER.name, "", "", (), "57")
ASKED = {
    "nom": "Yann Keller", "fonction": "chargé de mission", "service": "DDT de la Moselle", "role": "SVC", "departement": "57",
}  # fmt: skip


@feature("Ce que les gens font", "Demander l'accès, et l'obtenir", lived=True)
async def access(stage: Stage) -> str:
    await stage.command(YANN, "")
    if stage.pressable:
        await stage.press(YANN, "Demander l'accès")
        await stage.fill(YANN, {**ASKED, "departement": "99"})
        window = stage.window(YANN)
        assert window is not None
        assert window.fields["departement"].problem
        await stage.fill(YANN, dict(ASKED))
        await stage.press(DOMINIQUE, "Accepter")
    else:
        typed = " | ".join(f"{name} = {value}" for name, value in ASKED.items())
        await stage.command(YANN, f"acces {typed.replace('= 57', '= 99')}")
        assert "departement : " in stage.screen(YANN)[-1].text
        await stage.command(YANN, f"accès {typed}")
        await stage.command(DOMINIQUE, typed_under(stage, DOMINIQUE, "Accepter"))
    assert "Votre accès est ouvert" in stage.read(YANN)
    return "bouton et formulaire" if stage.pressable else "commandes"
