"""What is named at the cursor, and where it is written.

In: the text and offset at the cursor, the brief around it. Out: the record, its place, what to show of it.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from evibrief.checks.load import Loaded
from evibrief.editor.completion import words_taken
from evibrief.editor.desk import Snapshot
from evibrief.editor.occurrences import Occurrence, at_offset
from evibrief.editor.outline import spot_at
from evibrief.editor.positions import TextRange
from evibrief.editor.words import about
from evibrief.evidence.field_types import field_at
from evibrief.evidence.source import Location
from evibrief.rating.values import VALUE_REFERENCE, values_of

DOCUMENTS = ("source-document.md", "source-document.txt")
"""The names of the source document, if it is kept in the folder of a brief."""


@dataclass(frozen=True)
class Cursor:
    """A file, its text as the editor has it, the offset in it, and where its tree is."""

    path: Path
    text: str
    offset: int
    root: Location


@dataclass(frozen=True)
class Target:
    """A stretch in a file; or a whole line, counted from 0, of a file that is no part of the brief's data."""

    path: Path
    stretch: TextRange | None
    line: int = 0


def named_at(cursor: Cursor, snapshot: Snapshot) -> Occurrence | None:
    """The record that is named at the cursor. In a file that is broken now, an id alone is looked for."""
    if str(cursor.path) not in snapshot.stale:
        found = at_offset(snapshot.occurrences, str(cursor.path), cursor.offset)
        return found if found and found.name in snapshot.definitions else None
    for word in _WORD.finditer(cursor.text):
        if word.start() <= cursor.offset <= word.end() and (name := word[0].rstrip(".:-")) in snapshot.definitions:
            stretch = TextRange(word.start(), word.start() + len(name))
            return Occurrence(name, "field", str(cursor.path), stretch, ())
    return None


_WORD = re.compile(r"[A-Za-z0-9_][\w:.-]*")


def definition_of(name: str, snapshot: Snapshot) -> Target | None:
    """Where a record is written."""
    found = next((one for one in snapshot.occurrences if one.name == name and one.how == "definition"), None)
    return Target(Path(found.path), found.stretch) if found else None


def line_of_document(cursor: Cursor, snapshot: Snapshot) -> Target | None:
    """The line of the source document that is named at the cursor, if the document is kept with the brief."""
    spot = spot_at(cursor.text, cursor.offset, cursor.root)
    if spot is None or spot.is_key or spot.location[-1] not in ("line", "lines"):
        return None
    line = cursor.text[cursor.text.rfind("\n", 0, cursor.offset) + 1 :].partition("\n")[0]
    number = re.search(r"\blines?: *[\"']?(\d{1,6})", line)
    document = next((path for name in DOCUMENTS if (path := snapshot.folder / name).is_file()), None)
    return Target(document, None, int(number[1]) - 1) if number and document else None


def references_to(name: str, snapshot: Snapshot, with_definition: bool) -> list[Target]:
    """Every place that names a record."""
    found = (one for one in snapshot.occurrences if one.name == name)
    return [Target(Path(one.path), one.stretch) for one in found if with_definition or one.how != "definition"]


def shown_at(
    cursor: Cursor, snapshot: Snapshot, loaded: Loaded | None, is_old: bool
) -> tuple[str, TextRange | None] | None:
    """What to show at the cursor, in Markdown: the record named there, the value, or what the key is for."""
    if value := _value_at(cursor, loaded):
        return value
    if named := named_at(cursor, snapshot):
        return about(snapshot, named.name, loaded, is_old), named.stretch
    return _key_at(cursor)


def _value_at(cursor: Cursor, loaded: Loaded | None) -> tuple[str, TextRange | None] | None:
    begin, end = cursor.text.rfind("\n", 0, cursor.offset) + 1, cursor.text.find("\n", cursor.offset)
    for found in VALUE_REFERENCE.finditer(cursor.text, begin, len(cursor.text) if end < 0 else end):
        if loaded and found.start() <= cursor.offset <= found.end():
            value = values_of(loaded.brief, loaded.findings).get(found[1])
            return (f"`{found[0]}` is printed as **{value}**", TextRange(*found.span())) if value else None
    return None


_KEY_HERE = re.compile(r"[\w-]+(?=\s*:(?:\s|$))")


def _key_at(cursor: Cursor) -> tuple[str, TextRange | None] | None:
    """What a field is for, if the cursor is on its key."""
    begin = cursor.text.rfind("\n", 0, cursor.offset) + 1
    end = cursor.text.find("\n", cursor.offset)
    for found in _KEY_HERE.finditer(cursor.text, begin, len(cursor.text) if end < 0 else end):
        if found.start() <= cursor.offset <= found.end():
            spot = spot_at(cursor.text, found.start(), cursor.root)
            field = field_at((*spot.location, found[0])) if spot and spot.is_key else None
            words = filter(None, (f"**{found[0]}**", field.description, words_taken(field))) if field else ()
            return (" · ".join(words), TextRange(*found.span())) if field else None
    return None
