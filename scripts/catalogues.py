"""Keep chat/catalogues up to date with the sentences marked `fr("…")` and `tr("…")` in the code.

    python scripts/catalogues.py            # update fr.po and en.po: newcomers are empty in en.po, what is gone is dropped
    python scripts/catalogues.py --check    # change nothing; list what is wrong and exit 1

French is the source: in fr.po every sentence is its own translation. English is written by hand in en.po.
The same code gives the same files, byte for byte: entries sorted, file names without line numbers, no date.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
CATALOGUES = ROOT / "chat" / "catalogues"
ROOMS = ("atelier", "chat", "documents", "storage", "handlers", "scheduler", "bot")
MARKS = ("fr", "tr")
SOURCE, TRANSLATED = "fr", "en"
HEADER = """\
msgid ""
msgstr ""
"Project-Id-Version: atelier-bot\\n"
"Language: {lang}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
BLANK = re.compile(r"\{([A-Za-z_]\w*)\}")
"""The only blank a sentence may have; `chat.language` fills no other."""

Sentences = dict[str, set[str]]
"""Sentence → the files that say it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a catalogue: what it says, and the notes a translator left above it."""

    said: str
    notes: tuple[str, ...] = ()


def found(root: Path = ROOT) -> Sentences:
    """Every sentence marked in the rooms, as Babel reads them (strings put side by side are one sentence)."""
    sentences: Sentences = {}
    for room in ROOMS:
        marked = extract_from_dir(root / room, [("**.py", "python")], keywords=dict.fromkeys(MARKS))
        for name, _, sentence, _, _ in marked:
            if isinstance(sentence, str) and sentence:
                sentences.setdefault(sentence, set()).add(f"{room}/{Path(name).as_posix()}")
    return sentences


def kept(lang: str, folder: Path = CATALOGUES) -> dict[str, Entry]:
    """What a catalogue already says; nothing when there is none yet. A guess (« fuzzy ») is never shown: it counts as empty."""
    path = folder / f"{lang}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        entries = list(read_po(file, locale=lang))
    return {str(m.id): Entry("" if m.fuzzy else str(m.string), tuple(m.user_comments)) for m in entries if m.id}


def drawn(lang: str, sentences: Sentences, before: Mapping[str, Entry]) -> bytes:
    """A catalogue of exactly these sentences, with what was already translated."""
    catalogue = Catalog()
    for sentence, files in sentences.items():
        old = before.get(sentence, Entry(""))
        said = sentence if lang == SOURCE else old.said
        where = [(file, 0) for file in sorted(files)]
        message = catalogue.add(sentence, said, locations=where, user_comments=old.notes)
        message.flags.discard("python-format")  # « 80 % de » is no blank
    body = BytesIO()
    write_po(body, catalogue, width=0, omit_header=True, sort_output=True, include_lineno=False)
    return HEADER.format(lang=lang).encode() + body.getvalue().strip() + b"\n"


def update(root: Path = ROOT, folder: Path = CATALOGUES) -> int:
    """Write both catalogues; gives how many sentences still wait for their English."""
    sentences = found(root)
    folder.mkdir(exist_ok=True)
    for lang in (SOURCE, TRANSLATED):
        (folder / f"{lang}.po").write_bytes(drawn(lang, sentences, kept(lang, folder)))
    return sum(not entry.said for entry in kept(TRANSLATED, folder).values())


def problems(root: Path = ROOT, folder: Path = CATALOGUES) -> list[str]:
    """What keeps the catalogues from being complete and right, one line each."""
    sentences = found(root)
    lines = [f"{where}: a sentence must be written whole, not put together" for where in _put_together(root)]
    lines += [f"{_files(f)}: braces hold a name and nothing else: {s!r}" for s, f in sentences.items() if _stray(s)]
    for lang in (SOURCE, TRANSLATED):
        lines += _wrong(lang, sentences, kept(lang, folder))
    return sorted(lines)


def _wrong(lang: str, sentences: Sentences, entries: Mapping[str, Entry]) -> Iterator[str]:
    for sentence, files in sentences.items():
        entry = entries.get(sentence)
        if entry is None:
            yield f"{lang}.po: missing ({_files(files)}): {sentence!r}"
        elif not entry.said:
            yield f"{lang}.po: empty ({_files(files)}): {sentence!r}"
        elif blanks(entry.said) != blanks(sentence) or _stray(entry.said):
            yield f"{lang}.po: other placeholders ({_files(files)}): {sentence!r} / {entry.said!r}"
        elif lang == SOURCE and entry.said != sentence:
            yield f"{lang}.po: not the sentence itself ({_files(files)}): {sentence!r}"


def blanks(sentence: str) -> set[str]:
    """The names in braces."""
    return set(BLANK.findall(sentence))


def _stray(sentence: str) -> bool:
    return bool(set("{}") & set(BLANK.sub("", sentence)))


def _files(files: set[str]) -> str:
    return ", ".join(sorted(files))


def calls(root: Path = ROOT) -> Iterator[tuple[str, ast.Call]]:
    """Every call of `fr` and `tr` with a first argument, and where it is."""
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id in MARKS
                    and node.args
                ):
                    yield f"{path.relative_to(root).as_posix()}:{node.lineno}", node


def _put_together(root: Path) -> Iterator[str]:
    """Where a sentence is an f-string, a sum, a choice of two: no catalogue can find it.

    A variable is right: it says again a sentence marked where it was written.
    """
    for where, call in calls(root):
        if isinstance(call.args[0], ast.JoinedStr | ast.BinOp | ast.IfExp):
            yield where


def main() -> None:
    """Update, or with --check only look."""
    match sys.argv[1:]:
        case []:
            waiting = update()
            print(f"{len(kept(SOURCE))} sentences, {waiting} without their English")
        case ["--check"]:
            wrong = problems()
            print(*wrong, sep="\n")
            sys.exit(1 if wrong else 0)
        case _:
            sys.exit("usage: python scripts/catalogues.py [--check]")


if __name__ == "__main__":
    main()
