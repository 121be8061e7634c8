"""What an accord-cadre's file may hold, field by field: each value is read from its text, or refused with a sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from atelier.amounts import parse_amount
from atelier.contracts import CCAG
from atelier.dates import parse_day
from atelier.deadlines import Delay
from atelier.rules import RULES
from atelier.words import Refused, RuleId, fr

CODE = re.compile(r"[a-z0-9][a-z0-9_-]*")
CONTRACT_CODE, OTHER_CODE, TEXT, MOST = 40, 35, 300, 100
"""Lengths: « grp:CONTRAT/GROUPEMENT » must hold in the 80 characters of a role's scope."""
RANK = re.compile(r"[1-9]\d?")
YES, NO = frozenset({"oui", "vrai", "true", "yes"}), frozenset({"non", "faux", "false", "no"})
EXAMPLE = date(2025, 9, 1)
OWN = tuple(r.id for r in RULES if r.nature == "contractuel" and r.id is not RuleId.CASCADE_REPONSE)
"""The delays a contract may fix under « delais »."""

SHAPES = {
    "missing": fr("Ce champ est obligatoire : donnez-lui une valeur."),
    "model_type": fr(
        "Il faut ici un groupe de champs, un par ligne (son nom, « : », sa valeur), et non une liste ni un texte."
    ),
    "dict_type": fr(
        "Il faut ici un groupe de champs, un par ligne (son nom, « : », sa valeur), et non une liste ni un texte."
    ),
    "tuple_type": fr("Il faut ici une liste : un élément par ligne, chacun précédé d'un tiret."),
    "too_short": fr("Cette liste est vide : donnez au moins un élément."),
    "too_long": fr("Cette liste a plus de {max_length} éléments : vérifiez-la."),
}
"""One sentence for each constraint of pydantic's own that the models use; values have theirs where they are read."""


class Unfit(ValueError):
    """A value that is refused, in a form pydantic gathers with the others."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(str(refused))
        self.refused = refused


def _from(read: Callable[[str], object]) -> BeforeValidator:
    """A value read from its text by `read`, which raises Refused."""

    def check(given: object) -> object:
        if not isinstance(given, str):
            raise Unfit(Refused(fr("Il faut ici une seule valeur sur la ligne, et non une liste ni d'autres champs.")))
        try:
            return read(given)
        except Refused as refused:
            raise Unfit(refused) from refused

    return BeforeValidator(check)


def _text(given: str) -> str:
    text = " ".join(given.split("\n"))
    if not text:
        raise Refused(fr("Ce texte est vide : écrivez-le, ou supprimez la ligne."))
    if len(text) > TEXT:
        raise Refused(fr("Ce texte a {count} signes, {most} au plus : raccourcissez-le."), count=len(text), most=TEXT)
    if any(unicodedata.category(sign) in {"Cc", "Cs", "Cn", "Co"} for sign in text):
        raise Refused(fr("Ce texte contient des signes illisibles : réécrivez-le sans eux."))
    return text


def _code(most: int) -> BeforeValidator:
    def read(given: str) -> str:
        if not CODE.fullmatch(given) or len(given) > most:
            raise Refused(
                fr(
                    "« {given} » n'est pas un code : écrivez des minuscules sans accent, des chiffres, « - » ou « _ », "
                    "{most} signes au plus, par exemple adt-flash-2021."
                ),
                given=given[:60],
                most=most,
            )
        return given

    return _from(read)


def _choice(*names: str) -> BeforeValidator:
    def read(given: str) -> str:
        if given not in names:
            raise Refused(
                fr("« {given} » n'est pas reconnu ici. Les valeurs possibles sont : {names}."),
                given=given[:60],
                names=", ".join(names),
            )
        return given

    return _from(read)


def _rank(given: str) -> int:
    if not RANK.fullmatch(given):
        raise Refused(fr("« {given} » n'est pas un rang : écrivez 1, 2, 3…"), given=given[:40])
    return int(given)


def _day(given: str) -> date:
    if not any(sign.isdigit() for sign in given):  # « hier » moves: a contract's dates do not
        raise Refused(
            fr("Je ne lis pas de date dans « {text} ». Écrivez le jour, le mois et l'année, par exemple {example}."),
            text=given[:60],
            example=f"{EXAMPLE:%d/%m/%Y}",
        )
    return parse_day(given, EXAMPLE)


def _amount(given: str) -> Decimal:
    if given.startswith(("-", "−")):
        raise Refused(fr("Un montant n'est pas négatif. Écrivez par exemple « 800 000 € »."))
    return parse_amount(given)


def _positive(given: str) -> Decimal:
    amount = _amount(given)
    if not amount:
        raise Refused(
            fr("Un maximum de 0 € interdit toute commande. Supprimez la ligne s'il est inconnu, ou donnez le montant.")
        )
    return amount


def _yes(given: str) -> bool:
    if given.casefold() not in YES | NO:
        raise Refused(fr("« {given} » : écrivez oui ou non."), given=given[:40])
    return given.casefold() in YES


def _delay(given: str) -> str:
    return str(Delay.parse(given))


Text = Annotated[str, _from(_text)]
Code = Annotated[str, _code(OTHER_CODE)]
Amount = Annotated[Decimal, _from(_amount)]
Day = Annotated[date, _from(_day)]
Yes = Annotated[bool, _from(_yes)]
Delai = Annotated[str, _from(_delay)]


class Fields(BaseModel):
    """A group of fields of the file. An empty field is one that is not there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _given(cls, fields: Any) -> Any:
        if not isinstance(fields, dict):
            return fields
        return {name: value for name, value in fields.items() if value is not None or name not in cls.model_fields}


class MembreFields(Fields):
    """A firm, described once; several groupements may name it."""

    code: Code
    nom: Text
    competences: tuple[Text, ...] = Field(default=(), max_length=MOST)


class PartFields(Fields):
    """A member's place in a groupement, by its code."""

    membre: Text
    role: Annotated[Literal["mandataire", "cotraitant"], _choice("mandataire", "cotraitant")]


class GroupementFields(Fields):
    """A holder of the contract."""

    code: Code
    nom: Text
    rang: Annotated[int, _from(_rank)] | None = None
    preuve_du_rang: Text = ""
    canal: Text = ""
    representants: tuple[Text, ...] = Field(default=(), max_length=MOST)
    membres: tuple[PartFields, ...] = Field(min_length=1, max_length=MOST)


class MotifFields(Fields):
    """A reason for which a rank may be set aside."""

    code: Code
    libelle: Text
    apres: Annotated[Literal["reponse", "delai", "toujours"], _choice("reponse", "delai", "toujours")]


class DelaiFields(Fields):
    """A delay the contract fixes."""

    delai: Delai
    source: Text


class ContractFields(Fields):
    """The whole file."""

    code: Annotated[str, _code(CONTRACT_CODE)]
    nom: Text
    ccag: Annotated[CCAG, _choice("CCAG-PI 2009", "CCAG-PI 2021")]
    date_notification: Day | None = None
    date_fin_validite: Day | None = None
    montant_maximum_ht: Annotated[Decimal, _from(_positive)] | None = None
    sans_maximum: Yes = False
    solde_ouverture_ht: Amount = Decimal(0)
    delai_reponse_cascade: Delai | None = None
    motifs_ecart: tuple[MotifFields, ...] = Field(default=(), max_length=MOST)
    delais: dict[Annotated[RuleId, _choice(*OWN)], DelaiFields] = Field(default={})
    membres: tuple[MembreFields, ...] = Field(default=(), max_length=MOST)
    groupements: tuple[GroupementFields, ...] = Field(default=(), max_length=MOST)
    fictif: Yes = False


GROUPS: dict[tuple[str, ...], type[Fields]] = {
    (): ContractFields,
    ("motifs_ecart",): MotifFields,
    ("delais",): DelaiFields,
    ("membres",): MembreFields,
    ("groupements",): GroupementFields,
    ("groupements", "membres"): PartFields,
}
"""The fields of each group, by where it stands in the file."""


def refusal(error: Any) -> Refused:
    """The sentence for one of pydantic's errors. Raises KeyError for a constraint without one: tests try them all."""
    if error["type"] == "value_error" and isinstance(error["ctx"]["error"], Unfit):
        unfit: Unfit = error["ctx"]["error"]
        return unfit.refused
    if error["type"] == "extra_forbidden":
        return _unknown(error["loc"])
    return Refused(SHAPES[error["type"]], **error.get("ctx", {}))


def _unknown(place: tuple[str | int, ...]) -> Refused:
    *within, given = (part for part in place if isinstance(part, str))
    group = GROUPS[("delais",) if within[:1] == ["delais"] else tuple(within)]
    if near := get_close_matches(given, group.model_fields, 1):
        return Refused(fr("Champ inconnu. Vouliez-vous écrire « {near} » ?"), near=near[0])
    return Refused(fr("Champ inconnu. Les champs possibles ici sont : {names}."), names=", ".join(group.model_fields))
