"""Our sentences' light marks (**gras**) as Slack's mrkdwn; nothing people wrote is ever a mark, a mention or a link.

People's words go through `quiet` when a sentence is read (it is the `escape` of `Languages.say`): their asterisks
become private characters of the same length. Slack has no escape for * _ ~ ` : those that could open or close a mark
are drawn as their look-alikes, as jsx-slack does in links (its docs/about-escape-and-exact-mode.md); between two letters
or digits they do nothing and stay, so that addresses and references can still be copied. A leading > gets a soft hyphen.
"""

from __future__ import annotations

import re
from unicodedata import category

from chat.language import TURNING

_ASLEEP = chr(0xF0000 + ord("*"))
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_ALIKE = str.maketrans({
    _ASLEEP: "\N{ASTERISK OPERATOR}", "*": "\N{ASTERISK OPERATOR}", "_": "\N{MODIFIER LETTER LOW MACRON}",
    "~": "\N{TILDE OPERATOR}", "`": "\N{MODIFIER LETTER GRAVE ACCENT}", "＊": "\N{SMALL ASTERISK}",
    "＿": "\N{PARAGRAPHOS}", "｀": "\N{MODIFIER LETTER GRAVE ACCENT}", "～": "\N{TILDE OPERATOR}",
})  # fmt: skip
_AWAKE = re.compile(rf"[`＊＿｀～]|(?<![A-Za-z0-9])[*_~{_ASLEEP}]|[*_~{_ASLEEP}](?![A-Za-z0-9])")
_QUOTE = re.compile(r"^(\s*)(&gt;|＞)", re.MULTILINE)
_ANY = re.compile(rf"[*_~`&<>＞＊＿｀～{_ASLEEP}]")
"""What mrkdwn may read as more than itself."""
_SOFT_HYPHEN = "\N{SOFT HYPHEN}"


def quiet(words: str) -> str:
    """People's words, their asterisks put to sleep, their control characters and what turns the text taken out."""
    if words.isprintable():  # as nearly all are
        return words.replace("*", _ASLEEP)
    kept = "".join(c for c in words if c in "\n\t" or (category(c) not in {"Cc", "Cs"} and c not in TURNING))
    return kept.replace("*", _ASLEEP)


def marked(text: str) -> bool:
    """True when the sentence has marks of ours."""
    return _BOLD.search(text) is not None


def plain(text: str) -> str:
    """A sentence without its marks, for plain text objects: labels, titles, and words alone."""
    return _BOLD.sub(r"\1", text).replace("**", "").replace(_ASLEEP, "*")


def mrkdwn(text: str) -> str:
    """A sentence as mrkdwn: control characters escaped, foreign marks asleep, **gras** as *gras*."""
    if not _ANY.search(text):  # as most are
        return text
    drawn, at = "", 0
    for bold in _BOLD.finditer(text):
        drawn += f"{_inert(text[at : bold.start()])}*{_inert(bold[1])}*"
        at = bold.end()
    return _QUOTE.sub(rf"\1{_SOFT_HYPHEN}\2", drawn + _inert(text[at:]))


def _inert(text: str) -> str:
    escaped = text.replace("**", "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _AWAKE.sub(lambda mark: mark[0].translate(_ALIKE), escaped).replace(_ASLEEP, "*")
