"""The vocabulary of the procedure: who acts, what they do, where a request stands.

Values that travel (database, buttons, commands) are stable codes; what people read is in `labels.py`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

PersonId = NewType("PersonId", str)
Reference = NewType("Reference", str)


def fr(sentence: str) -> str:
    """Mark a French sentence for the catalogues and return it unchanged."""
    return sentence


class Labels(tuple[str, ...]):
    """Sentences of the catalogues that fill one blank of another: each is read in the reader's language, then joined."""

    __slots__ = ()

    def __str__(self) -> str:
        return ", ".join(self)


class Refused(Exception):
    """The procedure, or a check of what was given, says no.

    The sentence is for the person who tried: it says what is wrong and what to do. Placeholders in braces are
    filled from `args_` when the sentence is shown, in the reader's language.
    """

    def __init__(self, sentence: str, **args: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.args_ = args

    def __str__(self) -> str:
        return self.sentence.format(**self.args_)


class Role(StrEnum):
    """Who acts on a dossier."""

    SVC = "SVC"
    SVC_SIGN = "SVC_SIGN"
    COLL = "COLL"
    COLL_SIGN = "COLL_SIGN"
    DREAL = "DREAL"
    CAUE = "CAUE"
    PREF = "PREF"
    AD1I = "AD1I"
    AD1V = "AD1V"
    AD1B = "AD1B"
    MAND = "MAND"
    ADMIN = "ADMIN"


class State(StrEnum):
    """Where a request stands (rows D1 to D11)."""

    BROUILLON = "brouillon"
    TRANSMISE = "transmise"
    EN_ECHANGE = "en_echange"
    A_COMPLETER = "a_completer"
    VALIDEE = "validee"
    REFUSEE = "refusee"
    REORIENTEE = "reorientee"
    RETIREE = "retiree"
    SANS_SUITE = "sans_suite"


class Do(StrEnum):
    """The gestures of the table; also the verb of the text command."""

    OUVRIR = "demande"
    TRANSMETTRE = "transmettre"
    PRENDRE_EN_CHARGE = "prendre"
    DEMANDER_COMPLEMENT = "completer"
    REPONDRE_COMPLEMENT = "repondre"
    RETIRER_COMPLEMENT = "lever"
    DONNER_AVIS = "avis"
    VALIDER = "valider"
    REFUSER = "refuser"
    REORIENTER = "reorienter"
    RETIRER = "retirer"
    CLASSER = "classer"
    ECRIRE = "ecrire"
    INVITER = "inviter"


class RuleId(StrEnum):
    """The deadlines a request knows (service targets, without legal effect)."""

    RELANCE_BROUILLON = "RELANCE_BROUILLON"
    CIBLE_PRISE_EN_CHARGE = "CIBLE_PRISE_EN_CHARGE"
    CIBLE_INSTRUCTION = "CIBLE_INSTRUCTION"
    CIBLE_COMPLEMENT = "CIBLE_COMPLEMENT"
    CIBLE_SUITE = "CIBLE_SUITE"
