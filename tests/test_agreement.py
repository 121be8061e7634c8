"""What is told of none, of one and of two: the words around a number agree with it, in French and in English."""

from __future__ import annotations

import re

import pytest

from chat.language import LANGUAGES, load
from chat.text import tr
from scripts import catalogues

WORDS = load()
COUNTS = ("count", "days", "done", "going", "grown", "late", "more", "same", "total")
"""The blanks that hold how many there are of something."""
PLURAL = re.compile(r"\b1 (?!(?:mois|refus|processus|process|ms|plus)\b)[^\W\d_]+(?:s|x|ent)\b")
VERB = re.compile(r"\b1 [^.,:;!?]*\b(?:sont|ont|attendent|arrivent|manquent|are|were|have|do|wait|await)\b")
NEVER_ONE = frozenset({
    "ATELIER_SECRET_KEY manque ou est trop courte : donnez au moins {count} caractères tirés au hasard.",
    "Ce message est trop long pour être lu : {count} caractères. Coupez-le en plusieurs, ou déposez-le dans un fichier.",
    "Ce texte a {count} signes, {most} au plus : raccourcissez-le.",
    "Le robot a exactement les {count} droits Slack du manifeste.",
    "Plus de {count} demandes.",
    "Plus de {count} échéances en cours.",
    "Vos {count} absences sont effacées : vos rappels vous reviennent.",
    "Vous suivez plus de {count} demandes en cours.",
    "n° {number} — {rank}ᵉ dans la file ({total} demandes)",
    "{count} lignes au journal de {ref} ; voici les {shown} dernières.",
    "{count} processus se partagent une base SQLite : {list}.",
    "{name}, {count} échéances vous attendent.",
})  # fmt: skip
"""A limit, a rank after the first, what is told otherwise when it is alone: never one of them."""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_tells_of_one_thing_as_of_several(lang: str) -> None:
    say = WORDS.say(lang)
    told = {
        sentence: say(tr(sentence, **dict.fromkeys(catalogues.blanks(sentence) & {*COUNTS}, 1)))
        for sentence in catalogues.found()
    }
    assert told.keys() >= NEVER_ONE
    wrong = {s for s, said in told.items() if PLURAL.search(said) or VERB.search(said)}
    assert {told[s] for s in wrong - NEVER_ONE} == set()


@pytest.mark.parametrize(
    "said", ["1 messages y attend", "1 message y attendent", "1 espace Slack ne sont plus servis", "1 workspace are"]
)
def test_a_plural_of_one_is_seen(said: str) -> None:
    assert PLURAL.search(said) or VERB.search(said)


TABLE: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = [
    (
        "Le robot ne sert plus {count} espace(s) Slack installé(s) par invitation.",
        ("plus 0 espace Slack installé par", "plus 1 espace Slack installé par", "plus 2 espaces Slack installés par"),
        ("serves 0 Slack workspaces", "serves 1 Slack workspace installed", "serves 2 Slack workspaces"),
    ),
    (
        "« {name} » ({platform}) n'a plus le robot depuis {gone} ({why}) : {count} message(s) y attend(ent).",
        (": 0 message y attend.", ": 1 message y attend.", ": 2 messages y attendent."),
        (": 0 messages waiting for it.", ": 1 message waiting for it.", ": 2 messages waiting for it."),
    ),
    (
        "{count} message(s) attend(ent) « {platform} », que le robot ne sert pas.",
        ("0 message attend « ", "1 message attend « ", "2 messages attendent « "),
        ("0 messages waiting", "1 message waiting", "2 messages waiting"),
    ),
    (
        "{count} processus arrêté(s) sans le dire depuis une heure : {list}.",
        ("0 processus arrêté sans", "1 processus arrêté sans", "2 processus arrêtés sans"),
        ("0 processes ended", "1 process ended", "2 processes ended"),
    ),
    (
        "{count} secret(s) : aucun ne sert deux fois, aucun n'est un exemple.",
        ("0 secret :", "1 secret :", "2 secrets :"),
        ("0 secrets:", "1 secret:", "2 secrets:"),
    ),
    (
        "{name} n'a que {count} caractère(s) : il est sans doute tronqué.",
        ("que 0 caractère :", "que 1 caractère :", "que 2 caractères :"),
        ("only 0 characters long", "only 1 character long", "only 2 characters long"),
    ),
    (
        "{days}, tenue, {count} participant(s)",
        ("0 participant", "1 participant", "2 participants"),
        ("0 participants", "1 participant", "2 participants"),
    ),
    (
        "{done} réponse(s) sur {total}.",
        ("0 réponse sur", "1 réponse sur", "2 réponses sur"),
        ("0 answers out", "1 answer out", "2 answers out"),
    ),
    (
        "… et {count} autre(s) élément(s) : un message n'en contient pas plus.",
        ("et 0 autre élément :", "et 1 autre élément :", "et 2 autres éléments :"),
        ("and 0 more items:", "and 1 more item:", "and 2 more items:"),
    ),
    ("{count} refus à la porte.", ("0 refus", "1 refus", "2 refus"), ("0 refusals", "1 refusal at", "2 refusals")),
]


@pytest.mark.parametrize(
    ("sentence", "lang", "wanted"),
    [(sentence, lang, wanted) for sentence, *told in TABLE for lang, wanted in zip(LANGUAGES, told, strict=True)],
)
@pytest.mark.parametrize("count", [0, 1, 2])
def test_none_one_and_two_are_told_as_such(sentence: str, lang: str, wanted: tuple[str, ...], count: int) -> None:
    blanks = catalogues.blanks(sentence)
    text = tr(sentence, **{name: count if name in {"count", "done"} else f"<{name}>" for name in blanks})
    said = WORDS.say(lang)(text)
    assert wanted[count] in said
    assert not said.endswith(wanted[count] + "s")
