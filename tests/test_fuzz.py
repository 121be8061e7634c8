"""Any event whatever, from anybody: never an incident, never half a change. What is refused changes no request."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import structlog
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from town import ANSWERS, LONG, Town, opened

from atelier.dossier import Dossier
from atelier.fiche import items
from atelier.words import Do, Reference
from bot.sandbox.letters import letter
from bot.sandbox.people import CAMILLE, EVERYBODY, INES, MARC, NORA, REVIEW, STRANGER
from chat.cards import Address, Token
from chat.talk import AnyEvent, Asked, Attached, Filled, Pressed, Said, Upload
from handlers import access, commands, helping, intake, steps
from storage.errors import NotFound

REFS = ("ADT-2026-0001", "ADT-2026-0002")
ACCOUNTS = (
    *(2 * (CAMILLE.account, NORA.account, MARC.account, INES.account)),
    *(somebody.account for somebody in EVERYBODY),
    STRANGER.account,
    "personne",
)
FIELDS = tuple(i.name for i in items())
CODES = tuple(code for i in items() for code, _ in i.asked.choices)
WORDS = (
    "", " ", ";", ",", "|", "=", "a=b|c=d", "{ref} {0} %s", "\0", "\n\n", "²", "x" * 5000, "x" * 25_000, "à", "autre", "autre : halle",
    "retour", "passer", "tout", "résumé", "garder", "remplacer", "plus tard", "c'est tout", "aide", "/atelier", "Saint-Denis", "Bar-le-Duc",
    "PETR , ", "PETR Pays, 200068930", "(93)", "12 octobre 2026", "demain", "0/0/0000", "mars 2027 à mai 2027", "1", "99", "989", "Var",
    "Maire", "copie", "Inès Moreau", "@ddt45", "@personne", "COLL", "PVD", "favorable", "service_collectivite", LONG, *REFS,
)  # fmt: skip
GOOD: dict[str, str | tuple[str, ...]] = {
    **ANSWERS, "dynamiques_territoire": LONG, "conception": LONG, "motif": LONG, "texte": LONG, "note": "Voilà.", "champs": ("objectifs",),
    "sens": "favorable", "adequation_dispositif": LONG, "adequation_competences": LONG, "outil": "PVD", "role": "COLL",
    "destinataires": "service_collectivite", "personne": "Inès Moreau", "nom": "Yann", "fonction": "agent", "service": "DDT", "departement": "57",
    **dict.fromkeys(("acte", "moyen", "preuve", "equipe", "motif_contrat", "justificatif", "uo", "chorus", "ej", "contenu", "animation", "observations", "document", "visite", "seance", "parcours", "acteurs", "compte_rendu", "partenaires", "relais", "suites", "bilan", "renonce_argent", "renonce_territoire", "saisie", "valeur"), LONG),
    **dict.fromkeys(("jour", "a_partir_du", "premier_jour", "dernier_jour", "service_fait", "mise_en_demeure", "jusqu_au", "cause"), "12/11/2026"),
    **dict.fromkeys(("ae", "cp", "montant", "montant_ttc", "penalites"), "8 000 €"), **dict.fromkeys(("delai", "delai_restitution"), "1 mois"),
    **dict.fromkeys(("charge_jours", "jours_sur_site", "version", "participants", "commande"), "2"), "accord_cadre": "demonstration",
    "objet": "appropriation", "forme": "esquisse", "visite_tenue": "oui", "seance_tenue": "oui", "reponse": "accordee", "mois": "6",
    "pour_faute": "non",
}  # fmt: skip
ACTS = tuple(
    sorted({*Do, *intake.ACTS, *helping.HELP, *commands.SIMPLE, "acces", access.ACCEPT, access.DECLINE, "danser"})
)
EVENTS = 30
CONTENTS = (b"", letter("Fictif"), b"MZ\x90", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"<html>")

words = st.sampled_from(WORDS) | st.text(max_size=40)
args = st.one_of(
    words, st.sampled_from((*FIELDS, *Do)), st.builds(lambda f, v: f"{f}={v}", st.sampled_from(FIELDS), st.sampled_from(CODES) | words)
)  # fmt: skip
refs = st.sampled_from((*REFS * 6, REFS[0].lower(), "ADT-2026-9999", "", "x" * 300, "\0"))
invented = st.builds(
    Token, act=st.sampled_from((*ACTS, *sorted(intake.ACTS) * 3, *sorted(steps.ACTS), "d\0")), ref=refs, version=st.integers(-1, 6), arg=args,
    who=st.sampled_from(("", "", "", "", "", CAMILLE.account, "personne")),
)  # fmt: skip
answers = words | st.lists(words, max_size=3).map(tuple) | st.sampled_from(CODES)
filled = st.dictionaries(st.sampled_from((*GOOD, *FIELDS, "thematiques_autre")), answers, max_size=6)
uploads = st.builds(Upload, name=words | st.just("a.pdf"), content=st.sampled_from(CONTENTS))
typed = st.deferred(lambda: TYPED)  # its name is short: Hypothesis would write all of it out
TYPED = st.one_of(
    st.builds(lambda v, r, w: f"{v} {r} {w}", st.sampled_from((*ACTS, *sorted(intake.ACTS))), refs, args),
    st.builds(lambda v, r: f"{v} {r} " + _typed(v), st.sampled_from(sorted(steps.ACTS)), st.sampled_from(REFS)),
    st.builds(lambda r, a: f"confirmer {r} {a}", st.sampled_from(REFS), st.sampled_from(sorted(steps.ACTS))),
    words,
)


def _typed(act: str) -> str:
    fields = commands.step_of(Do(act)).asks
    named = {name: GOOD[name] for name in (fields.model_fields if fields else {})}
    return " | ".join(f"{name} = {v if isinstance(v, str) else ', '.join(v)}" for name, v in named.items())


@dataclass
class Tried:
    """One bot being tried: what is on its screens gives real buttons and forms to spoil."""

    town: Town
    number: int = 0

    def draw(self, data: st.DataObject) -> AnyEvent:
        self.number += 1
        account = data.draw(st.sampled_from(ACCOUNTS))
        direct = data.draw(st.sampled_from((True, True, True, False)))
        place = f"dm:{account}" if direct else REVIEW.id
        me, there = (Address(platform="sandbox", id=id_) for id_ in (account, place))
        who = {"sender": me, "place": there, "id": f"essai{self.number}", "direct": direct}
        posts = [p for p in self.town.world.posts.values() if p.place == place][-20:]
        threads = st.sampled_from(("", "p0", *(p.thread or p.id for p in posts)))
        match data.draw(st.sampled_from((Pressed, Pressed, Filled, Filled, Asked, Asked, Said, Attached))).__name__:
            case "Pressed":
                return Pressed(**who, token=self._token(data, [t for p in posts for t in p.shown]))
            case "Filled":
                form = self.town.world.forms.get(account)
                token = self._token(data, [form.form.token] if form else [])
                good = {n: GOOD[n] for n in data.draw(st.lists(st.sampled_from(sorted(GOOD)), max_size=14))}
                return Filled(**who, token=token, given=good | data.draw(filled))
            case "Asked":
                return Asked(**who, text=data.draw(typed))
            case "Said":
                return Said(**who, text=data.draw(words), thread=data.draw(threads))
            case _:
                files = tuple(data.draw(st.lists(uploads, max_size=2)))
                return Attached(**who, files=files, text=data.draw(words), thread=data.draw(threads))

    def _token(self, data: st.DataObject, shown: list[Token]) -> Token:
        token = data.draw(st.sampled_from(shown) | invented if shown else invented)
        return token.model_copy(update={"arg": data.draw(args)}) if data.draw(st.booleans()) else token

    def dossiers(self) -> list[Dossier]:
        return self.town.local.app.writer.call(
            lambda unit: [d for n in range(1, 9) if (d := _found(unit, f"ADT-2026-{n:04d}"))]
        )


def _found(unit, ref: str) -> Dossier | None:
    try:
        return unit.dossiers.get(Reference(ref))
    except NotFound:
        return None


async def _prepared(folder: Path) -> None:
    """A request under review, and a draft whose question waits."""
    with opened(folder) as local:
        town = Town(local)
        await town.examined()
        await town.player.command(CAMILLE, "demande")
        await town.player.command(CAMILLE, "tout ADT-2026-0002")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    structlog.configure(processors=[_silent])
    folder = tmp_path_factory.mktemp("essais")
    asyncio.run(_prepared(folder))
    yield folder
    structlog.reset_defaults()


def _silent(*_: object) -> dict[str, object]:
    raise structlog.DropEvent


async def _try(town: Town, data: st.DataObject) -> None:
    tried = Tried(town)
    for number in range(EVENTS):
        event = tried.draw(data)
        before = tried.dossiers()
        answer = await asyncio.wait_for(town.local.app.receive(event), 10)
        assert answer.outcome != "broken", event
        if answer.outcome != "done":
            assert tried.dossiers() == before, (answer.outcome, event)
        if number % 4 == 0:
            await town.local.app.settle()
    await town.local.app.settle()
    assert town.local.app.writer.call(lambda unit: unit.journal.verify()) is None


@settings(
    max_examples=20, derandomize=True, phases=(Phase.generate,), database=None, deadline=None, print_blob=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(data=st.data())
def test_any_event_whatever_is_answered_and_what_is_refused_changes_nothing(prepared: Path, data) -> None:
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "essai"
        shutil.copytree(prepared, copy)
        with opened(copy) as local:
            local.sandbox.world.file = None
            asyncio.run(_try(Town(local), data))
