"""The light marks of our own sentences (**gras**, line breaks, lists) as HTML; nothing people wrote is ever a mark.

People's words go through `quiet` when a sentence is read (it is the `escape` of `Languages.say`): each character that
could be a mark becomes a private one of the same length, given back once the marks are drawn.
"""

from __future__ import annotations

import re
from unicodedata import category

from markupsafe import Markup, escape

from chat.language import TURNING

_MARKS = "*-•"
_PRIVATE = {ord(mark): 0xF0000 + ord(mark) for mark in _MARKS}
_BACK = {private: mark for mark, private in _PRIVATE.items()}
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_ITEM = re.compile(r"[ \t]*[-•] +(.*)")


def quiet(words: str) -> str:
    """People's words, their marks put to sleep and their control characters (terminal escapes) and what turns the text taken out."""
    return "".join(c for c in words if c in "\n\t" or (category(c) != "Cc" and c not in TURNING)).translate(_PRIVATE)


def loud(text: str) -> str:
    """Give sleeping marks back."""
    return text.translate(_BACK)


def plain(text: str) -> str:
    """A sentence without its marks, for labels, titles and the terminal."""
    return loud(_BOLD.sub(r"\1", text))


def html(text: str) -> Markup:
    """A sentence as HTML: everything is escaped first, then our marks are drawn."""
    parts: list[str] = []
    items: list[str] = []
    lines: list[str] = []
    for line in text.split("\n"):
        item = _ITEM.fullmatch(line)
        if item:
            _flush(parts, lines, "<br>", "", "")
            items.append(_inline(item[1]))
        else:
            _flush(parts, items, "</li><li>", "<ul><li>", "</li></ul>")
            lines.append(_inline(line))
    _flush(parts, lines, "<br>", "", "")
    _flush(parts, items, "</li><li>", "<ul><li>", "</li></ul>")
    return Markup("".join(parts))  # noqa: S704 - every line went through `escape`


def _flush(parts: list[str], held: list[str], between: str, before: str, after: str) -> None:
    if held:
        parts.append(f"{before}{between.join(held)}{after}")
        held.clear()


def _inline(line: str) -> str:
    return loud(_BOLD.sub(r"<strong>\1</strong>", str(escape(line))))
