"""BibTeX and BibLaTeX, through pandoc.

In: the bytes of a file. Out: its references as CSL-JSON, with the keys of the file as ids. Entries are counted here,
because pandoc says nothing of an entry that it does not read, and keeps one entry of two with the same key.
"""

import json
import re
from collections.abc import Container
from pathlib import Path
from typing import Any, NamedTuple

from evibrief import pandoc
from evibrief.importers.contract import FoundReference
from evibrief.importers.tex import formulas_in, unknown_commands, with_letters
from evibrief.importers.texts import LARGEST_IMPORT, beginning_of, text_of
from evibrief.problems import Place, Problem, Problems

_ENTRY = re.compile(r"^[ \t]*@[ \t]*([A-Za-z]+)\s*[{(]\s*(?:([^\s,{}()\"=]*)\s*(,))?", re.MULTILINE)
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
    largest = LARGEST_IMPORT

    def references(self, data: bytes, path: Path) -> tuple[FoundReference, ...]:
        """All references. Raises `Problems` with pandoc's words and place, or with the entries that it lost."""
        text = with_letters(text_of(data, path))
        keyed, entries = _with_keys(text)
        done = pandoc.convert(keyed.encode(), self.name, "csljson")
        if done.failed:
            raise Problems([_complaint(done.complaints, str(path), {one.line for one in entries})])
        read = {str(one["id"]): one for one in json.loads(done.output or b"[]")}
        if missing := [one for one in entries if one.key not in read]:
            raise Problems(_lost(one, str(path)) for one in missing)
        if hidden := read.keys() - {one.key for one in entries}:
            raise Problems(_hidden(key, text, str(path)) for key in sorted(hidden))
        wrong = [one for entry in entries for one in formulas_in(read[entry.key], entry.line, str(path))]
        if wrong := [*unknown_commands(text, str(path)), *wrong]:
            raise Problems(wrong)
        return tuple(FoundReference(_put_right(read[one.key], one.typed), one.line) for one in entries)


class Bibtex(_Bib):
    """BibTeX as an importer of references."""

    name = "bibtex"
    label = "BibTeX"

    def recognises(self, data: bytes) -> bool:
        """Whether a line begins an entry."""
        return any(found[1].lower() not in _NO_ENTRIES for found in _ENTRY.finditer(beginning_of(data)))


class Biblatex(Bibtex):
    """BibLaTeX as an importer of references."""

    name = "biblatex"
    label = "BibLaTeX"

    def recognises(self, data: bytes) -> bool:
        """Whether a line begins an entry, and a field or a type is one that BibTeX does not have."""
        return super().recognises(data) and _OF_BIBLATEX.search(beginning_of(data)) is not None


class _Entry(NamedTuple):
    """An entry of the file: the key that pandoc sees, the key that the file has, and its line."""

    key: str
    typed: str
    line: int


_AS_TYPED = " langid = {mul},"
"""Put into each entry, or pandoc writes the words of an English title small: `Parkinson` as `parkinson`."""


def _with_keys(text: str) -> tuple[str, list[_Entry]]:
    """The text with a key of its own for each entry that has none or that of another, and the entries."""
    entries: dict[str, _Entry] = {}
    pieces, end = list[str](), 0
    for found in _ENTRY.finditer(text):
        if found[1].lower() not in _NO_ENTRIES:
            typed = found[2] or ""
            key = typed if typed and typed not in entries else f"{typed}-entry-{len(entries) + 1}"
            entries[key] = _Entry(key, typed, text.count("\n", 0, found.start()) + 1)
            pieces += (text[end : found.start(2) if found[3] else found.end()], f"{key},{_AS_TYPED}")
            end = found.end()
    return "".join((*pieces, text[end:])), list(entries.values())


def _put_right(csl: dict[str, Any], typed: str) -> dict[str, Any]:
    """A reference as pandoc gives it, with the key of the file. Pandoc gives no type to what BibTeX calls `misc`."""
    doi = str(csl.get("DOI") or "").strip("{} ")
    csl = {name: value for name, value in csl.items() if (name, value) != ("language", "mul")}
    return {**csl, "id": typed, "type": csl.get("type") or "document", "DOI": doi}


def _lost(entry: _Entry, path: str) -> Problem:
    message, hint = f"the entry `{entry.typed}` was not read", "see whether the entry before it is closed: `}`"
    return Problem(Place(path, entry.line, 1), "import", message, hint)


def _hidden(key: str, text: str, path: str) -> Problem:
    """An entry behind another on its line: pandoc reads it, and it is in no count."""
    found = re.search(rf"@\s*\w+\s*\{{\s*{re.escape(key)}\s*,", text)
    line = text.count("\n", 0, found.start()) + 1 if found else 1
    message = f"the entry `{key:.60}` does not begin a line"
    return Problem(Place(path, line, 1), "import", message, "put it on a line of its own")


def _complaint(words: str, path: str, first_lines: Container[int]) -> Problem:
    """Pandoc's complaint, at its place; in the first line of an entry, at the beginning of the line."""
    found = _PLACE.search(words)
    line, column = (int(found[1]), int(found[2])) if found else (0, 0)
    said = " ".join(words[found.end() if found else 0 :].splitlines()[:2]).strip().rstrip(":")
    message = f"this entry cannot be read: {said:.200}"
    hint = "see whether a brace or a comma is missing there; entries are in braces, `@article{…}`"
    return Problem(Place(path, line, 1 if line in first_lines else column), "import", message, hint)
