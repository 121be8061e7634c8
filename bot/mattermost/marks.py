r"""Our sentences' light marks (**gras**) as Mattermost's Markdown; nothing people wrote is ever a mark or a mention.

People's words go through `quiet` when a sentence is read (it is the `escape` of `Languages.say`): what could be a mark
becomes a private character of the same length, drawn later behind a backslash. A backslash does not stop a mention:
the server looks for « @all » in the raw text, so an invisible WORD JOINER follows every @ that no letter precedes
(« camille@exemple.fr » stays as it is, and can be copied).
"""

from __future__ import annotations

import re
from unicodedata import category

from chat.language import TURNING

JOINER = "\N{WORD JOINER}"
_MARKS = "\\`*_~|[]#>+-="
_SLEEP = {ord(mark): 0xF0000 + ord(mark) for mark in _MARKS}
_WAKE = {private: chr(mark) for mark, private in _SLEEP.items()}
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_MENTION = re.compile(r"(?<![A-Za-z0-9])@")
_ASLEEP = re.compile(f"[{''.join(map(chr, _WAKE))}]")
_INDENT = re.compile(r"^[ \t]{3,}", re.MULTILINE)
_NUMBER = re.compile(r"^([ \t]*\d+)\.(?=\s)", re.MULTILINE)
_ALWAYS = frozenset("\\`*~|[]")
_AT_START = frozenset("#>+-")


def quiet(words: str) -> str:
    """People's words, their marks put to sleep, their control characters and what turns the text taken out."""
    kept = "".join(c for c in words if c in "\n\t" or (category(c) not in {"Cc", "Cs"} and c not in TURNING))
    return kept.translate(_SLEEP)


def plain(text: str) -> str:
    """A sentence without its marks, for labels, titles and dialogs."""
    return _BOLD.sub(r"\1", text).replace("**", "").translate(_WAKE)


def unmentioned(text: str) -> str:
    """The text, in which nobody is named."""
    return _MENTION.sub(f"@{JOINER}", text)


def markdown(text: str) -> str:
    """A sentence as Markdown: **gras** stays, other asterisks in pairs go, sleeping marks are escaped."""
    drawn, at = "", 0
    for bold in _BOLD.finditer(text):
        drawn += f"{text[at : bold.start()].replace('**', '')}**{bold[1]}**"
        at = bold.end()
    whole = unmentioned(_INDENT.sub("  ", drawn + text[at:].replace("**", "")))
    return _ASLEEP.sub(_escaped, _NUMBER.sub(r"\1\\.", whole))


def _escaped(found: re.Match[str]) -> str:
    mark, text = found[0].translate(_WAKE), found.string
    at, after = found.start(), text[found.end() : found.end() + 1]
    starts = not text[text.rfind("\n", 0, at) + 1 : at].strip()
    if mark == "_" and _letter(text[at - 1 : at]) and _letter(after):
        return mark
    if mark in _ALWAYS or mark == "_" or (mark in _AT_START and starts):
        return f"\\{mark}"
    return f"{JOINER}=" if mark == "=" and starts else mark


def _letter(character: str) -> bool:
    return character.isascii() and character.isalnum()
