"""What is wrong with an answer, in French: one sentence for each constraint the forms use."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from atelier.words import Refused, fr

DAY = fr("Écrivez un jour, par exemple « 24/11/2026 ».")
NUMBER = fr("Écrivez un nombre entier, par exemple 3.")
AMOUNT = fr("Écrivez un montant, par exemple « 8 000 € ».")

SENTENCES = {
    "string_too_short": fr("Il faut au moins {min_length} caractères ; vous en avez écrit {given}. Développez un peu."),
    "string_too_long": fr("Il faut au plus {max_length} caractères ; vous en avez écrit {given}. Raccourcissez."),
    "too_short": fr("Choisissez au moins une ligne de la liste."),
    "too_long": fr("C'est trop : {max_length} au plus."),
    "missing": fr("Cette réponse est obligatoire."),
    "greater_than": fr("Il faut plus que {gt}."),
    "greater_than_equal": fr("Il faut au moins {ge}."),
    "less_than_equal": fr("Il faut au plus {le}."),
    "decimal_max_places": fr("Un montant va jusqu'au centime : « 8500,50 »."),
    "int_type": NUMBER,
    "int_parsing": NUMBER,
    "int_parsing_size": NUMBER,
    "int_from_float": NUMBER,
    "finite_number": fr("Écrivez un nombre."),
    "decimal_type": AMOUNT,
    "decimal_parsing": AMOUNT,
    "date_type": DAY,
    "date_from_datetime_parsing": DAY,
    "date_from_datetime_inexact": DAY,
    "literal_error": fr("Choisissez une ligne de la liste."),
    "string_type": fr("Écrivez un texte."),
    "string_unicode": fr("Ce texte contient des signes illisibles : réécrivez-le sans eux."),
    "tuple_type": fr("Choisissez une ou plusieurs lignes de la liste."),
    "model_type": fr("Cette réponse n'a pas la forme attendue : recommencez depuis le formulaire."),
    "extra_forbidden": fr("Cette question n'existe pas dans ce formulaire."),
}


def problems(error: ValidationError) -> dict[str, Refused]:
    """One refusal for each field at fault, by field name; the empty name is the form as a whole.

    Raises KeyError for a constraint without a sentence: a test walks the forms so that none is missing.
    """
    return {_field(e): _refused(e) for e in reversed(error.errors())}


def _field(error: Mapping[str, object]) -> str:
    where = error["loc"]
    return str(where[0]) if isinstance(where, tuple) and where else ""


def _refused(error: Mapping[str, object]) -> Refused:
    found = error.get("ctx")
    context = dict(found) if isinstance(found, dict) else {}
    given = error.get("input")
    context["given"] = len(given.strip()) if isinstance(given, str) else 0
    empty = error["type"] == "string_too_short" and not context["given"]
    return Refused(SENTENCES["missing" if empty else str(error["type"])], **context)
