"""A correction said in a message, on platforms whose window is closed or never was."""

from __future__ import annotations

from chat.cards import Card, Message
from chat.talk import Correct
from chat.text import Text, raw, tr


def problems(correct: Correct) -> Message:
    """A correction where there is no window to correct in: the sentences, each after its field."""
    told = [_problem(name, text) for name, text in correct.problems.items()]
    if len(told) == 1:
        return Message(text=told[0])
    text = tr("Rien n'est changé : corrigez et recommencez.")
    return Message(text=text, card=Card(title=text, paragraphs=tuple(told)))


def _problem(name: str, problem: Text) -> Text:
    return tr("{field} : {problem}", field=raw(name), problem=problem) if name else problem
