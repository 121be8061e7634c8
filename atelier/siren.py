"""The SIREN: nine digits, the last of which is a key (INSEE, répertoire Sirene)."""

from __future__ import annotations

from stdnum.exceptions import InvalidChecksum
from stdnum.fr import siren

from atelier.words import Refused, fr

LENGTH = 9
EXAMPLE = "200 068 930"
NOT_DIGITS = fr("Un SIREN ne contient que des chiffres, or « {given} » contient autre chose. Exemple : {example}.")
WRONG_LENGTH = fr(
    "Un SIREN a 9 chiffres, or « {given} » en a {count}. Recopiez les 9 chiffres, par exemple {example} ; "
    "d'un SIRET (14 chiffres), gardez les 9 premiers."
)
WRONG_KEY = fr(
    "Le SIREN « {given} » n'existe pas : son dernier chiffre ne correspond pas aux autres. "
    "Vérifiez qu'aucun chiffre n'est inversé ou oublié. Exemple : {example}."
)


def check_siren(text: str) -> str:
    """Give the nine digits of a SIREN typed by a person; spaces of any kind, dots and hyphens are forgiven.

    Raises Refused, with a sentence for each case: other characters, wrong length, wrong key.
    """
    digits = "".join(text.split()).replace(".", "").replace("-", "")
    # str.isdigit() alone also accepts « ² » and the digits of other scripts, which are no SIREN.
    if digits and not (digits.isascii() and digits.isdigit()):
        raise Refused(NOT_DIGITS, given=text.strip(), example=EXAMPLE)
    if len(digits) != LENGTH:
        raise Refused(WRONG_LENGTH, given=text.strip(), count=len(digits), example=EXAMPLE)
    try:
        return str(siren.validate(digits))
    except InvalidChecksum:
        raise Refused(WRONG_KEY, given=text.strip(), example=EXAMPLE) from None
