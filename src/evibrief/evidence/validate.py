"""Turns a `SourceTree` into a `Brief`; what the model refuses becomes problems with places.

In: a `SourceTree`. Out: the `Brief`, if it is valid, and every problem that the model finds in all files. The ids that
exist are collected before validation, so a reference to a record with an error in another field is not reported as
missing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import GenericAlias
from typing import Any, Literal, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from evibrief.evidence import files
from evibrief.evidence.brief import Brief, More, type_of
from evibrief.evidence.field_types import field_at, takes_unknown, unwrapped
from evibrief.evidence.fields import (
    HINT,
    MESSAGE,
    STILL_OPEN,
    WITHIN,
    Record,
    hint_for_unknown,
    is_still_open,
    says_not_known,
    to_be_filled_in,
)
from evibrief.evidence.instrument import BY_LEGS, BY_SORTS
from evibrief.evidence.said_once import fill_in
from evibrief.evidence.source import Location, SourceTree
from evibrief.evidence.upgrade import format_of, has_document
from evibrief.evidence.vocabulary import MEANT, MEASURES
from evibrief.evidence.walk import NOT_EVIDENCE, at
from evibrief.evidence.written import with_places
from evibrief.problems import Hints, Problem

_FILES_OF_KINDS = {
    "claims": "claims",
    "references": "references",
    "populations": "brief",
    "corrections": "limitations",
    "harms": "harms",
    "mechanisms": "mechanisms",
}
_SHAPES = {
    "tuple_type": ("expected a list", "write one `- ` line for each entry"),
    "model_type": ("expected a record", "write `key: value` lines"),
    "dict_type": ("expected a record", "write `key: value` lines"),
    "string_type": ("expected text", "write it in quotes"),
    "mapping_type": ("expected a record", "write `key: value` lines"),
    "too_short": ("this list is too short", "add the missing entries"),
    "too_long": ("this is too long", "shorten it, or leave out what matters least"),
}


_SPLIT = "if this is a part of a sentence, put the whole sentence in quotes: YAML splits it at {}"

MOST_WORDS_NAMED = 8
"""Words that a hint names; a longer list is not read."""

_NEVER_ANOTHER = "write what the source says, and never convert"


def read_records(source: SourceTree) -> tuple[Brief | None, list[Problem]]:
    """Validate every record of a brief against the model; the brief is None if any record is refused."""
    ids = list(ids_in(source.tree))
    problems = list(_duplicates(source, ids))
    hints = Hints()
    brief, details = refusals(source, ids, hints)
    later = [detail for detail in details if detail["type"] == "unknown-format"]
    if later:  # what a later format means is not known, so nothing else about it is
        return None, [problem_of_refusal(source, detail, hints) for detail in later]
    return brief, problems + [problem_of_refusal(source, detail, hints) for detail in details]


def refusals(
    source: SourceTree, ids: list[tuple[str, str, Location]] | None = None, hints: Hints | None = None
) -> tuple[Brief | None, list[ErrorDetails]]:
    """What the model refuses, as it says it, without what merely follows from another problem."""
    ids = list(ids_in(source.tree)) if ids is None else ids
    known = {kind: _known(kind, file, ids, source) for kind, file in _FILES_OF_KINDS.items()}
    tree = with_places(source.tree)
    filled = fill_in(tree, known["references"], source.unread)
    brief, details = _validated(tree, {**known, **_of_brief(source), "hints": hints or Hints()})
    return brief, [detail for detail in details if _is_news(source, detail, filled)]


def is_unfinished(detail: ErrorDetails) -> bool:
    """Whether the model refuses something only because it is still to be written.

    What a program writes, and the instrument, are whole or wrong.
    """
    if detail["loc"][0] in NOT_EVIDENCE:
        return False
    open_value = detail["type"] in ("missing", "too_short") or is_still_open(detail["input"])
    return open_value or STILL_OPEN in detail.get("ctx", {})


def _of_brief(source: SourceTree) -> Mapping[str, Any]:
    """What brief.yaml decides for the other files."""
    added = {kind: at(source.tree, "brief", kind) for kind in ("units", "routes")}
    return {"document": _document(source)} | {kind: words for kind, words in added.items() if isinstance(words, list)}


def _document(source: SourceTree) -> bool | None:
    """Whether the brief has a source document; None if that decides nothing.

    Format 1 had fields about a document in every brief. Those that an author filled in stay readable.
    """
    if has_document(source.tree):
        return True
    is_open = ("brief",) in source.unread or () in source.unread or format_of(source.tree) == 1
    return None if is_open else False


def _validated(tree: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Brief | None, list[ErrorDetails]]:
    """The records of all files: those that are fields of `Brief`, and those of files with a type of their own."""
    alone: dict[str, Any] = {file.stem: file.records() for file in files.FILES if file.records}
    more: list[More] = []
    details: list[ErrorDetails] = []
    for stem, record in alone.items():
        try:
            shape: Any = GenericAlias(tuple, (record, ...))
            records = TypeAdapter(shape).validate_python(tree.get(stem, ()), context=dict(context))
            more.append(More(stem=stem, records=records))
        except ValidationError as error:
            details += [{**one, "loc": (stem, *one["loc"])} for one in error.errors(include_url=False)]
    try:
        own = {name: part for name, part in tree.items() if name not in alone}
        brief = Brief.model_validate({**own, "more": tuple(more)}, context=dict(context))
    except ValidationError as error:
        return None, [*map(_as_typed, error.errors(include_url=False)), *details]
    return None if details else brief, details


def _as_typed(detail: ErrorDetails) -> ErrorDetails:
    """An error without the names that pydantic puts into its location for the forms of an instrument."""
    typed = detail.copy()
    typed["loc"] = tuple(step for step in detail["loc"] if step not in (BY_SORTS, BY_LEGS))
    return typed


def ids_in(tree: Mapping[str, Any]) -> Iterator[tuple[str, str, Location]]:
    """Every id in the tree, with the kind of its record and its location."""
    groups = tree.get("claims")
    for index, group in _entries(groups):
        yield from _ids_of("claims", group.get("claims"), ("claims", index, "claims"))
        yield from _ids_of("groups", [group], ("claims",), index)
    for kind, way in (("references", ("references",)), *(one for file in files.FILES for one in file.ids)):
        yield from _ids_of(kind, files.at_way(tree, way), way)
    for index, mechanism in _entries(tree.get("mechanisms")):
        yield from _ids_of("links", mechanism.get("links"), ("mechanisms", index, "links"))


def _ids_of(kind: str, records: Any, way: Location, first: int = 0) -> Iterator[tuple[str, str, Location]]:
    for index, record in _entries(records):
        if isinstance(identifier := record.get("id"), str):
            yield kind, str(identifier), (*way, first + index, "id")


def _entries(records: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if isinstance(records, list):
        yield from ((index, record) for index, record in enumerate(records) if isinstance(record, Mapping))


def _duplicates(source: SourceTree, ids: list[tuple[str, str, Location]]) -> Iterator[Problem]:
    """Report ids used twice: links and bookmarks of all kinds of record share one namespace."""
    first: dict[str, Location] = {}
    for _, identifier, location in ids:
        if identifier in first:
            message = f"the id `{identifier}` is already used at {source.place(first[identifier])}"
            yield Problem(source.place(location), "duplicate-id", message, "give this record another id")
        first.setdefault(identifier, location)


def _known(kind: str, file: str, ids: list[tuple[str, str, Location]], source: SourceTree) -> frozenset[str] | None:
    """The ids of a kind, or None if a file that may hold more of them could not be read."""
    if any(root[:1] in ((), (file,)) for root in source.unread):
        return None
    return frozenset(identifier for of_kind, identifier, _ in ids if of_kind == kind)


def _is_news(source: SourceTree, detail: ErrorDetails, filled: frozenset[Location]) -> bool:
    """Whether a problem does not merely follow from another one that is reported anyway.

    A missing or unreadable file was already reported, so its missing records are not. Nor is a list reported as too
    short because one of its entries was refused. What was filled in from another record is reported there.
    """
    if any(detail["loc"][: len(place)] == place for place in filled):
        return False
    if any(detail["loc"][: len(root)] == root for root in source.unread):
        return False
    return detail["type"] != "too_short" or len(detail["input"]) < detail["ctx"]["min_length"]


def problem_of_refusal(source: SourceTree, detail: ErrorDetails, hints: Hints) -> Problem:
    """A refusal of the model as a problem at the place where the author wrote it."""
    return replace(_problem(source, detail, hints), unfinished=is_unfinished(detail))


def _problem(source: SourceTree, detail: ErrorDetails, hints: Hints) -> Problem:
    location, context = detail["loc"], detail.get("ctx", {})
    place = source.place_of_text(location, context[WITHIN]) if WITHIN in context else source.place(location)
    match detail["type"]:
        case "extra_forbidden":
            hint = hints.suggest(str(location[-1]), _field_names(location[:-1]))
            message = f"there is no field `{location[-1]}`"
            if " " in str(location[-1]):
                hint = _SPLIT.format("`: `" if detail["input"] else "`, ` in braces")
            return Problem(source.place_of_key(location), "unknown-key", message, hint)
        case "missing":
            message = f"`{location[-1]}` is missing"
            return Problem(place, "missing", message, context.get(HINT) or _hint_to_write("add it", location))
        case "no-document":
            return Problem(source.place_of_key(location), "no-document", detail["msg"], context[HINT])
        case kind if kind == "to-be-filled-in" or _has_no_better_hint(detail["input"]):
            field = next(step for step in reversed(location) if isinstance(step, str))
            told = to_be_filled_in(detail["input"], f"`{field}`").context or {}
            return Problem(place, "to-be-filled-in", told[MESSAGE], _hint_to_write("write it", location))
        case "literal_error":
            words = [word.strip("'\" ") for word in context["expected"].replace(" or ", ", ").split(",")]
            message = f"`{detail['input']}` is not one of: {', '.join(words)}"
            is_measure = any(words == list(get_args(measure)) for measure in MEASURES)
            hint = _NEVER_ANOTHER if is_measure else _meant(str(detail["input"]), words, hints)
            return Problem(place, "word", message, hint)
        case "string_pattern_mismatch":
            message = f"`{detail['input']}` does not have the required form"
            return Problem(place, "pattern", message, f"the pattern is {context['pattern']}")
        case shape if shape in _SHAPES:
            return Problem(place, "shape", *_SHAPES[shape])
        case rule:
            return Problem(place, rule, detail["msg"], context.get(HINT, ""))


def _hint_to_write(what: str, location: Location) -> str:
    """What to do about a value that is not there: the words of a short list, and `unknown` where the field takes it."""
    field = field_at(location)
    if field is None:
        return what
    kind, _ = unwrapped(field.annotation, ())
    words = [word for word in get_args(kind) if word != "unknown"] if get_origin(kind) is Literal else []
    if 1 < len(words) <= MOST_WORDS_NAMED and kind not in MEASURES:
        what += f": {', '.join(words[:-1])} or {words[-1]}"
    return f"{what}; if it is not known, write `unknown`" if takes_unknown(field) else what


def _has_no_better_hint(value: Any) -> bool:
    """Whether a value was left open, in other words than those that have a hint of their own."""
    return bool(value) and is_still_open(value) and not says_not_known(value)


def _meant(word: str, known: list[str], hints: Hints) -> str:
    """The word that is usually meant by another one, such as `randomised-trial` by `RCT`; else the nearest spelling."""
    if "unknown" in known and says_not_known(word):
        return hint_for_unknown(known)
    if word == "unknown" or says_not_known(word):  # `none` says that there is nothing, not that nobody knows
        return "choose one of these; `evibrief build --draft` shows a brief in which it is still open"
    meant = MEANT.get(word.strip().lower().replace(" ", "-").replace("_", "-"))
    return f"did you mean `{meant}`?" if meant in known else hints.suggest(word, known)


def _field_names(location: Location) -> Iterator[str]:
    """The names of the fields that the record at a location may have; of both forms of an instrument.

    They are looked up when the first is asked for: after a few hundred hints, none is.
    """
    found: list[type[Record]] = [Brief] if not location else list(_records_in(type_of(str(location[0]))))
    for step in location[1:]:
        if isinstance(step, str):
            found = [inside for record in found for inside in _records_in(_fields_of(record).get(step))]
    yield from dict.fromkeys(name for record in found for name in _fields_of(record))


def _fields_of(record: type[Record]) -> Mapping[str, Any]:
    return {field.alias or name: field.annotation for name, field in record.model_fields.items()}


def _records_in(annotation: Any) -> Iterator[type[Record]]:
    """The record types in a type."""
    if isinstance(annotation, type) and issubclass(annotation, Record):
        yield annotation
    yield from (record for one in get_args(annotation) for record in _records_in(one))
