"""What an author may write at the cursor: ids of records, words of a list, keys of a record, values in a text.

In: a text with an offset, and the brief around it. Out: offers, in the order in which they are to be shown. Units,
routes and times are never offered: another one would be another dose.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from evibrief import resources
from evibrief.checks.catalogue import described_rules
from evibrief.checks.load import Loaded
from evibrief.editor.desk import Snapshot
from evibrief.editor.occurrences import kinds_at
from evibrief.editor.outline import Spot, spot_at
from evibrief.editor.positions import TextRange
from evibrief.editor.words import in_a_line
from evibrief.evidence.appraisals import APPRAISAL_INSTRUMENTS
from evibrief.evidence.brief import type_of
from evibrief.evidence.field_types import field_at, is_asked, record_type_at, takes_unknown, unwrapped, words_allowed
from evibrief.evidence.fields import Record, Takes
from evibrief.evidence.files import section_kinds
from evibrief.evidence.meanings import MEANINGS
from evibrief.evidence.places import appraisal_folders, instrument_folders
from evibrief.evidence.source import Location
from evibrief.evidence.vocabulary import MEASURES
from evibrief.evidence.walk import entries
from evibrief.rating.values import values_of

OfferKind = Literal["record", "word", "key", "value"]


@dataclass(frozen=True)
class Offer:
    """What may be written in the place of a stretch: `insert`, shown as `label` with a few words beside it."""

    label: str
    kind: OfferKind
    insert: str
    detail: str
    replaces: TextRange


def offers_at(
    text: str, offset: int, root: Location, snapshot: Snapshot, loaded: Loaded | None = None
) -> tuple[Offer, ...]:
    """What may be written at an offset of a file whose tree is at `root`."""
    if root[0] == "references":
        return ()
    spot = spot_at(text, offset, root)
    if spot is None:
        return ()
    if (in_text := _in_text(text, offset, snapshot, loaded)) is not None and not spot.is_key:
        return tuple(in_text)
    if spot.is_text:
        return ()
    replaced = TextRange(spot.start, offset + len(_REST.match(text, offset)[0]))  # type: ignore[index]
    ending = "" if _COLON.match(text, replaced.end) else ": "
    is_key = spot.is_key and not _is_item(spot)
    return tuple(_keys(spot, replaced, ending) if is_key else _values(spot, replaced, snapshot))


_REST = re.compile(r"[\w-]*")
_COLON = re.compile(" *:")


def _is_item(spot: Spot) -> bool:
    """Whether what looks like a key is an entry of a list of words or ids."""
    return kinds_at(spot.location) is not None or bool(_words_at(spot.location))


# In a text


_CITED = re.compile(r"(?<![\w@\\])@\{?([\w:.#$%&+?<>~/-]*)$")
_LINKED = re.compile(r"\]\(#(\w*)$")
_VALUED = re.compile(r"\{([A-Za-z][\w:-]*(?:\.[A-Za-z_]*)?|)$")


def _in_text(text: str, offset: int, snapshot: Snapshot, loaded: Loaded | None) -> Iterator[Offer] | None:
    """Citations behind `@`, links behind `](#`, values behind `{`; None if none of them is being written."""
    before = text[text.rfind("\n", 0, offset) + 1 : offset]
    if found := _CITED.search(before):
        return _records(snapshot, ("references",), _around(text, offset, found[1], r"[\w:.#$%&+?<>~/-]*"))
    if found := _LINKED.search(before):
        return _records(snapshot, (), _around(text, offset, found[1], r"\w*"))
    if loaded and (found := _VALUED.search(before)):
        return _values_of_data(loaded, _around(text, offset, found[1], r"[\w:.-]*"))
    return None


def _around(text: str, offset: int, typed: str, more: str) -> TextRange:
    rest = re.compile(more).match(text, offset)
    return TextRange(offset - len(typed), rest.end() if rest else offset)


def _records(snapshot: Snapshot, kinds: Iterable[str], replaced: TextRange) -> Iterator[Offer]:
    for name in snapshot.names(kinds):
        yield Offer(name, "record", name, in_a_line(snapshot, name), replaced)


def _values_of_data(loaded: Loaded, replaced: TextRange) -> Iterator[Offer]:
    for name, value in values_of(loaded.brief, loaded.findings).items():
        yield Offer(name, "value", name, value, replaced)


# Keys


def _keys(spot: Spot, replaced: TextRange, ending: str) -> Iterator[Offer]:
    """The fields of a record that it does not have yet, those that are needed first."""
    fields = {name: field for kind in _record_types(spot.location) for name, field in _fields(kind)}
    for name, field in sorted(fields.items(), key=lambda one: not is_asked(one[1])):
        if name not in spot.keys:
            needed = "needed; " if is_asked(field) else ""
            yield Offer(name, "key", name + ending, f"{needed}{field.description or words_taken(field)}", replaced)


def _fields(kind: type[Record]) -> Iterator[tuple[str, FieldInfo]]:
    return ((field.alias or name, field) for name, field in kind.model_fields.items())


def _record_types(location: Location) -> Iterator[type[Record]]:
    """The types of a record; there are two for an instrument."""
    if (kind := record_type_at(location)) is not None:
        yield kind
    elif location == ("instrument",):
        yield from _records_in(type_of("instrument"))


def _records_in(kind: Any) -> Iterator[type[Record]]:
    if isinstance(kind, type) and issubclass(kind, Record):
        yield kind
    yield from (record for one in get_args(kind) for record in _records_in(one))


def words_taken(field: FieldInfo) -> str:
    """What a field takes, in a few words."""
    kind, metadata = unwrapped(field.annotation, tuple(field.metadata))
    said = [one.words for one in metadata if isinstance(one, Takes)]
    words = words_allowed(kind)
    return said[-1].partition(":")[0] if said else ", ".join(words) if words else ""


# Values


def _values(spot: Spot, replaced: TextRange, snapshot: Snapshot) -> Iterator[Offer]:
    location = spot.location
    kinds = kinds_at(location)
    kinds = kinds_at((*location, 0)) if kinds is None else kinds
    if kinds is not None:
        yield from _records(snapshot, kinds, replaced)
        return
    for word, meaning in _words_at(location) or _words_at((*location, 0)):
        yield Offer(word, "word", word, meaning, replaced)
    for word, meaning in _listed(location, snapshot):
        yield Offer(word, "word", word, meaning, replaced)


def _words_at(location: Location) -> list[tuple[str, str]]:
    """The words that the field at a location takes from a list, each with its meaning."""
    field = field_at(location)
    if field is None:
        return []
    kind, _ = unwrapped(field.annotation, tuple(field.metadata))
    told = [pair for one in _literals(kind) for pair in _with_meanings(one)]
    told += [("unknown", "what nobody knows")] if takes_unknown(field) and "unknown" not in dict(told) else []
    return told


def _literals(kind: Any) -> Iterator[Any]:
    if get_origin(kind) is Literal:
        yield kind
    elif get_origin(kind) is not tuple:
        yield from (one for inside in get_args(kind) for one in _literals(inside))


def _with_meanings(kind: Any) -> Iterator[tuple[str, str]]:
    if kind not in MEASURES:
        yield from ((word, MEANINGS.get(kind, {}).get(word, "")) for word in get_args(kind))


def _files_in(folders: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """The names of YAML files, each once."""
    paths = (path for folder in folders for path in sorted(folder.glob("*.yaml")))
    yield from ((name, "") for name in dict.fromkeys(path.stem for path in paths))


def _of_appraisal(location: Location, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """The instruments of appraisals; the domains and the levels of those that the brief names already."""
    read = [one for one in snapshot.source.tree.get(APPRAISAL_INSTRUMENTS, []) if isinstance(one, dict)]
    named = {"domain": ("domains", "name"), "level": ("levels", "word"), "overall": ("levels", "word")}
    if location[-1] == "instrument":
        yield from _files_in(appraisal_folders(snapshot.folder))
    elif location[-1] in named:
        part, words = named[str(location[-1])]
        listed = (one for instrument in read for _, one in entries(instrument.get(part)))
        yield from {str(one.get("id")): str(one.get(words)) for one in listed}.items()


def _listed(location: Location, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """The words of fields whose lists are files or rules."""
    if location == ("brief", "methods", "instrument"):
        yield from _files_in(instrument_folders(snapshot.folder))
    elif "appraisals" in location[:-1]:
        yield from _of_appraisal(location, snapshot)
    elif location == ("brief", "sections", 0, "kind"):
        yield from ((name, "") for name in section_kinds())
    elif location == ("brief", "language"):
        yield from ((name, "") for name in resources.languages())
    elif location[-3:] == ("overrides", 0, "rule"):
        yield from ((name, words.partition("\n")[0]) for name, _, words in described_rules())
