"""YAML read safely, by node, as texts, lists and fields that know their line: a mistake can name its place.

No value is guessed: « 0100 », « non » or « 2025-09-01 » stay what was typed. Anchors, tags, repeated fields and several
documents are refused: a file that a person checks line by line needs none, and a small one with anchors can be huge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from atelier.tables import Mistake, Wrong
from atelier.words import Refused, fr

MOST_BYTES = 64_000
DEEPEST = 12
SHOWN = 60
NOTHING = "tag:yaml.org,2002:null"

Plain = str | list["Plain"] | dict[str, "Plain"] | None
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """What a file says, and the line of each of its places; lines are counted from 1."""

    value: Plain
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """The line of a place, or of what should hold it when it is not there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def mistake(self, path: Path, refused: Refused) -> Mistake:
        """A mistake at this place."""
        return Mistake(self.line(path), named(path), refused)


def named(path: Path) -> str:
    """A place as people say it: « groupements 2 › rang »."""
    words: list[str] = []
    for part in path:
        if isinstance(part, int) and words:
            words[-1] = f"{words[-1]} {part + 1}"
        else:
            words.append(str(part)[:SHOWN])
    return " › ".join(words)


def read(content: bytes) -> Marked:
    """The content of a YAML file in UTF-8. Raises Wrong: what is wrong, on which line, what to do."""
    text = _text(content)
    try:
        _harmless(text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        raise _wrong(mark.line if mark else 0, Refused(UNREADABLE)) from broken
    except yaml.reader.ReaderError as broken:
        before = text.count("\n", 0, broken.position)
        raise _wrong(before, Refused(fr("Cette ligne contient un signe illisible : réécrivez-la."))) from broken
    if root is None or root.tag == NOTHING:
        raise _wrong(
            0, Refused(fr("Ce fichier est vide. « atelier accord-cadre modele » en donne un exemple complet."))
        )
    reader = _Reader({(): root.start_mark.line + 1}, [])
    value = reader.plain(root, ())
    if reader.mistakes:
        raise Wrong(tuple(reader.mistakes))
    return Marked(value, reader.lines)


UNREADABLE = fr(
    "Ce n'est pas du YAML à partir d'ici. Vérifiez le retrait (des espaces, jamais de tabulation), l'espace après chaque "
    "« : » et chaque tiret, et mettez entre guillemets un texte qui contient « : » ou « # »."
)


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        most = MOST_BYTES // 1000
        raise _wrong(0, Refused(fr("Ce fichier dépasse {most} ko : ce n'est pas celui d'un accord-cadre."), most=most))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        refused = Refused(fr("Ce fichier n'est pas en UTF-8. Enregistrez-le dans cet encodage, puis recommencez."))
        raise _wrong(content.count(b"\n", 0, broken.start), refused) from broken


def _harmless(text: str) -> None:
    """Refuse what could grow or run deep before any of it is built."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if refused := _harm(event, depth, documents):
            raise _wrong(event.start_mark.line if event.start_mark else 0, refused)


def _harm(event: yaml.Event, depth: int, documents: int) -> Refused | None:
    if documents > 1:
        return Refused(fr("Ce fichier contient plusieurs documents (« --- ») : faites un fichier par accord-cadre."))
    if depth > DEEPEST:
        return Refused(fr("Trop de niveaux s'emboîtent ici : vérifiez les retraits, les crochets et les accolades."))
    if isinstance(event, yaml.NodeEvent) and event.anchor:
        return Refused(fr("Les renvois (« & » et « * ») ne sont pas lus : écrivez la valeur en entier."))
    if getattr(event, "tag", None):
        return Refused(fr("Les étiquettes de type (« ! ») ne sont pas lues : écrivez la valeur seule."))
    return None


def _wrong(line: int, refused: Refused) -> Wrong:
    return Wrong((Mistake(line + 1, "", refused),))


@dataclass(slots=True)
class _Reader:
    lines: dict[Path, int]
    mistakes: list[Mistake]

    def plain(self, node: yaml.Node, path: Path) -> Plain:
        match node:
            case yaml.MappingNode():
                return {name: self.plain(held, (*path, name)) for name, held in self._fields(node, path)}
            case yaml.SequenceNode():
                for number, held in enumerate(node.value):
                    self.lines[*path, number] = held.start_mark.line + 1
                return [self.plain(held, (*path, number)) for number, held in enumerate(node.value)]
            case _:
                return None if node.tag == NOTHING else str(node.value).strip()

    def _fields(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, yaml.Node]]:
        for key, held in node.value:
            line = key.start_mark.line + 1
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            if not name:
                refused = Refused(
                    fr("Un champ s'écrit avec son nom, « : » et sa valeur, et ce nom est un texte simple.")
                )
                self.mistakes.append(Mistake(line, named(path), refused))
            elif (*path, name) in self.lines:
                first = self.lines[*path, name]
                refused = Refused(fr("Ce champ est déjà donné ligne {first} : gardez-en un seul."), first=first)
                self.mistakes.append(Mistake(line, named((*path, name)), refused))
            else:
                self.lines[*path, name] = line
                yield name, held
