"""BibTeX and BibLaTeX, through pandoc.

In: the bytes of a file. Out: its references as CSL-JSON, with the keys of the file as ids. Entries are counted here,
because pandoc keeps one entry of two with the same key, and says nothing.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from evibrief import pandoc
from evibrief.importers.contract import FoundReference
from evibrief.importers.texts import LARGEST_LIST, beginning_of, text_of
from evibrief.problems import Place, Problem, Problems

_ENTRY = re.compile(r"^[ \t]*@[ \t]*([A-Za-z]+)\s*[{(]\s*([^\s,{}()\"=]+)\s*,", re.MULTILINE)
_ENTRY_BEGINS = re.compile(r"^[ \t]*@[ \t]*([A-Za-z]+)\s*[{(]", re.MULTILINE)
_NO_ENTRIES = frozenset(("comment", "string", "preamble", "xdata"))
_OF_BIBLATEX = re.compile(
    r"^\s*(?:journaltitle|date|location|eventtitle|eprinttype|shortjournal|langid|urldate|xdata)\s*="
    r"|^\s*@(?:online|thesis|report|dataset|software|collection|mvbook|inreference|periodical|xdata)\b",
    re.MULTILINE | re.IGNORECASE,
)
_PLACE = re.compile(r"\(line (\d+), column (\d+)\):?")


class _Bib:
    """What BibTeX and BibLaTeX have in common."""

    name: str
    largest = LARGEST_LIST

    def references(self, data: bytes, path: Path) -> tuple[FoundReference, ...]:
        """All references. Raises `Problems` with pandoc's words and place, or with the entries that it lost."""
        text = text_of(data, path)
        lines = dict(_keys(text))
        if problems := list(_without_key(text, str(path))) + list(_twice(text, str(path))):
            raise Problems(problems)
        done = pandoc.convert(text.encode(), self.name, "csljson")
        if done.failed:
            raise Problems([_complaint(done.complaints, str(path))])
        entries = {str(entry["id"]): entry for entry in json.loads(done.output or b"[]")}
        if missing := [key for key in lines if key not in entries]:
            raise Problems(_lost(key, lines[key], str(path)) for key in missing)
        return tuple(FoundReference(entries[key], line) for key, line in lines.items())


class Bibtex(_Bib):
    """BibTeX as an importer of references."""

    name = "bibtex"
    label = "BibTeX"

    def recognises(self, data: bytes) -> bool:
        """Whether a line begins an entry."""
        return any(found[1].lower() not in _NO_ENTRIES for found in _ENTRY_BEGINS.finditer(beginning_of(data)))


class Biblatex(Bibtex):
    """BibLaTeX as an importer of references."""

    name = "biblatex"
    label = "BibLaTeX"

    def recognises(self, data: bytes) -> bool:
        """Whether a line begins an entry, and a field or a type is one that BibTeX does not have."""
        return super().recognises(data) and _OF_BIBLATEX.search(beginning_of(data)) is not None


def _keys(text: str) -> Iterator[tuple[str, int]]:
    """The key and the line of each entry."""
    for found in _ENTRY.finditer(text):
        if found[1].lower() not in _NO_ENTRIES:
            yield found[2], text.count("\n", 0, found.start()) + 1


def _without_key(text: str, path: str) -> Iterator[Problem]:
    """Entries that have no key: pandoc gives them none, and they could not be told apart."""
    named = {found.start() for found in _ENTRY.finditer(text)}
    for found in _ENTRY_BEGINS.finditer(text):
        if found.start() not in named and found[1].lower() not in _NO_ENTRIES:
            line = text.count("\n", 0, found.start()) + 1
            hint = f"write one behind the bracket: `@{found[1]}{{smith2016, …`"
            yield Problem(Place(path, line, 1), "import", "this entry has no key", hint)


def _twice(text: str, path: str) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for key, line in _keys(text):
        if key in seen:
            message, hint = f"the key `{key}` is also on line {seen[key]}", "give one of the two another key"
            yield Problem(Place(path, line, 1), "import", message, hint)
        seen.setdefault(key, line)


def _lost(key: str, line: int, path: str) -> Problem:
    message, hint = f"the entry `{key}` was not read", "see whether the entry before it is closed: `}`"
    return Problem(Place(path, line, 1), "import", message, hint)


def _complaint(words: str, path: str) -> Problem:
    """Pandoc's complaint, at its place."""
    found = _PLACE.search(words)
    place = Place(path, int(found[1]), int(found[2])) if found else Place(path)
    said = " ".join(words[found.end() :].split() if found else words.split())
    return Problem(place, "import", f"this entry cannot be read: {said:.300}", "see whether a bracket is missing there")
