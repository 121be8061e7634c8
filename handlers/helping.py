"""« aide »: every command, its other names, what a gesture asks and where it comes from."""

from __future__ import annotations

import unicodedata

from pydantic.fields import FieldInfo

from atelier.decide import step_of
from atelier.grammar import Step
from atelier.words import Do
from chat.cards import Card, Fact, Message
from chat.talk import Answer, Say
from chat.text import Text, joined, raw, tr
from handlers.here import Here, answer
from handlers.stepforms import line_of
from handlers.steps import ACTS

ALIASES = {
    "help": "aide", "?": "aide", "request": "demande", "nouvelle": "demande", "queue": "file", "list": "liste",
    "show": "voir", "see": "voir", "deadlines": "echeances", "why": "pourquoi", "log": "journal", "continue": "reprendre",
    "validate": "valider", "approve": "valider", "refuse": "refuser", "withdraw": "retirer", "submit": "transmettre",
    "take": "prendre", "invite": "inviter", "uninvite": "retirer_personne", "write": "ecrire", "confirm": "confirmer", "redirect": "reorienter",
    "opinion": "avis", "complement": "completer", "answer": "repondre", "close": "classer", "home": "accueil", "preference": "preferences", "snooze": "rappel", "away": "absence", "absences": "absence", "transfer": "transferer", "calendar": "agenda", "timeline": "frise", "settings": "preferences",
    "compute": "calculer", "calculate": "calculer", "link": "lier", "unlink": "delier",
}  # fmt: skip
HELP = {
    "accueil": tr("ce qui vous attend, vos demandes, les prochaines dates"),
    "aide": tr("cette page ; « aide valider » explique un geste"),
    "demande": tr("ouvrir une demande d'atelier flash"),
    "reprendre": tr("reprendre la fiche d'une demande"),
    "liste": tr("vos demandes ; « liste 55 » ou « liste transmise » pour filtrer, « liste page 2 » pour la suite"),
    "file": tr("la file d'attente, dans l'ordre d'arrivée"),
    "voir": tr("la fiche et les gestes possibles : « voir ADT-2026-0007 »"),
    "echeances": tr("les échéances en cours"),
    "calculer": tr("une échéance et son calcul : « calculer 15 jours depuis le 2 mars 2026 dans le 55 »"),
    "pourquoi": tr(
        "comment une échéance est calculée : « pourquoi ADT-2026-0007 », « pourquoi ADT-2026-0007 décision »"
    ),
    "rappel": tr("reporter votre prochain rappel, une fois : « rappel ADT-2026-0007 3 jours »"),
    "absence": tr("déclarer votre absence : « absence du 3 au 14 août Prénom Nom », « absence fin »"),
    "transferer": tr(
        "confier vos messages et la préparation à un ou une collègue : « transférer ADT-2026-0007 @camille »"
    ),
    "agenda": tr("vos dates dans un fichier d'agenda ; « agenda ADT-2026-0007 » pour un dossier"),
    "frise": tr("la frise de vos ateliers, en image et en texte ; « frise ADT-2026-0007 » pour un dossier"),
    "journal": tr("l'histoire d'une demande"),
    "pv": tr("le procès-verbal de désignation (bureau AD1)"),
    "resume": tr("la fiche telle qu'elle est, et ce qui manque"),
    "tout": tr("toute la fiche en un formulaire"),
    "modifier_reponse": tr("changer une réponse : « modifier_reponse ADT-2026-0007 objet »"),
    "ranger": tr("dire ce qu'est un fichier déposé : « ranger ADT-2026-0007 1 note »"),
    "retirer_fichier": tr("retirer un fichier que vous avez déposé : « retirer_fichier ADT-2026-0007 3 », ou son nom"),
    "corriger": tr("revenir à la saisie d'un aperçu : « corriger ADT-2026-0007 valider »"),
    "preferences": tr(
        "votre langue et vos comptes : « préférences anglais », « préférences ici » pour que j'écrive ici"
    ),
    "lier": tr("relier un autre compte à vous, d'une messagerie ou d'une autre : « lier », puis « lier CODE » là-bas"),
    "delier": tr("retirer ce compte de ceux qui sont reliés à vous"),
    "signer": tr("signer ce que le service a préparé : « signer ADT-2026-0007 commande »"),
    "pour": tr("saisir un geste pour une personne sans compte : « pour ADT-2026-0007 »"),
    "confirmer": tr("confirmer un aperçu : « confirmer ADT-2026-0007 valider »"),
}


def plain(word: str) -> str:
    """A word without accents, in lower case."""
    return "".join(c for c in unicodedata.normalize("NFD", word.casefold()) if not unicodedata.combining(c))


def page(here: Here, subject: str) -> Answer:
    """« aide [sujet] »: where to begin and the commands of this person's roles; « aide complète »: all; or one gesture."""
    wanted = plain(subject.strip())
    wanted = ALIASES.get(wanted, wanted)
    if wanted in ACTS:
        return _step(here, step_of(Do(wanted)))
    if wanted in HELP:
        text = tr("« /atelier {verb} » : {said}.", verb=wanted, said=HELP[wanted])
        return answer(here, Say(message=Message(text=text)))
    steps = _steps(here, everything=wanted == ALL)
    facts = [Fact(name=raw(f"/atelier {verb}"), value=said) for verb, said in HELP.items()]
    facts += [Fact(name=raw(f"/atelier {s.act} REF"), value=tr(s.label)) for s in steps]
    lines = (
        tr(
            "Par où commencer : « /atelier » seul montre ce qui vous attend ; « /atelier voir REF » montre un dossier et vos boutons."
        ),
        tr("REF est la référence du dossier, par exemple ADT-2026-0007. « /atelier aide valider » explique un geste."),
        tr("Voici les gestes de votre rôle ; « /atelier aide complète » montre ceux de tous."),
    )
    card = Card(title=tr("Les commandes du robot"), facts=tuple(facts), paragraphs=lines[: 2 if wanted == ALL else 3])
    text = tr("Les commandes s'écrivent avec ou sans accents. Dans notre conversation, « /atelier » est facultatif.")
    return answer(here, Say(message=Message(text=text, card=card)))


ALL = "complete"
"""« aide complète »: the gestures of every role."""


def _steps(here: Here, *, everything: bool) -> list[Step]:
    """The gestures of this person's roles; all of them for who has none of their own: a dossier gives them theirs."""
    steps = [step_of(d) for d in Do if d in ACTS]
    held = {h.role for h in here.person.holdings}
    if everything or not held:
        return steps
    return [s for s in steps if held & {*s.by, *s.prepares, *s.records}]


def _step(here: Here, step: Step) -> Answer:
    fields = step.asks.model_fields.items() if step.asks else ()
    facts = [Fact(name=raw(name), value=_asked(name, info)) for name, info in fields]
    typed = " | ".join(f"{name} = …" for name, _ in fields)
    lines = (tr("Source : {source}.", source=tr(step.paragraph)), raw(f"/atelier {step.act} ADT-2026-0007 {typed}"))
    card = Card(title=tr(step.label), facts=tuple(facts), paragraphs=lines)
    return answer(here, Say(message=Message(text=tr("Le geste « {label} ».", label=tr(step.label)), card=card)))


def _asked(name: str, info: FieldInfo) -> Text:
    """The question, and the answers there are when they are always the same: whoever types has no list in front of them."""
    choices = joined((tr(label) for _, label in line_of(info).choices), " | ")
    question = tr(info.title or name)
    return joined((question, choices), " ") if choices.args else question
