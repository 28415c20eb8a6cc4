"""From a `Source` to a `Brief`: what the model refuses becomes problems with places.

In: a `Source`. Out: the `Brief`, when there is one, and every problem that the model finds, over all files at once.
The ids that exist are gathered from the tree before the model looks at it, so that a reference to a record which is
itself wrong in some other field is not reported as missing.
"""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from evibrief.fields import Record
from evibrief.model import Brief
from evibrief.problems import Hints, Problem
from evibrief.source import Location, Source

_FILES_OF_KINDS = {
    "claims": "claims",
    "references": "references",
    "populations": "brief",
    "corrections": "limitations",
    "mechanisms": "mechanisms",
}
_SHAPES = {
    "tuple_type": ("a list is wanted here", "write one `- ` line for each entry"),
    "model_type": ("a record is wanted here", "write `key: value` lines"),
    "dict_type": ("a record is wanted here", "write `key: value` lines"),
    "string_type": ("text is wanted here", "write it in quotes"),
    "mapping_type": ("a record is wanted here", "write `key: value` lines"),
    "too_short": ("this list is too short", "add what belongs here"),
}


def read_records(source: Source) -> tuple[Brief | None, list[Problem]]:
    """Check every record of a brief against the model; None when one of them is refused."""
    ids = list(_ids(source.tree))
    problems = list(_duplicates(source, ids))
    hints = Hints()
    known = {kind: _known(kind, file, ids, source) for kind, file in _FILES_OF_KINDS.items()}
    try:
        return Brief.model_validate(dict(source.tree), context={**known, "hints": hints}), problems
    except ValidationError as error:
        details = (detail for detail in error.errors(include_url=False) if _is_news(source, detail))
        return None, problems + [_problem(source, detail, hints) for detail in details]


def _ids(tree: Mapping[str, Any]) -> Iterator[tuple[str, str, Location]]:
    """Every id in the tree, with the kind of its record and its location."""
    groups = tree.get("claims")
    for index, group in _entries(groups):
        yield from _ids_of("claims", group.get("claims"), ("claims", index, "claims"))
        yield from _ids_of("groups", [group], ("claims",), index)
    for kind, *way in (
        ("references", "references"),
        ("populations", "brief", "populations"),
        ("corrections", "limitations", "corrections"),
        ("lacks", "limitations", "lacks"),
        ("unknowns", "limitations", "unknowns"),
        ("gaps", "limitations", "gaps"),
        ("statements", "ranking", "statements"),
        ("doses", "doses", "people"),
        ("exposures", "doses", "other"),
        ("mechanisms", "mechanisms"),
        ("time-course", "time-course"),
        ("harms", "harms"),
        ("phases", "phases"),
        ("comparators", "comparators"),
        ("models", "models"),
    ):
        yield from _ids_of(kind, _at(tree, way), tuple(way))
    for index, mechanism in _entries(tree.get("mechanisms")):
        yield from _ids_of("links", mechanism.get("links"), ("mechanisms", index, "links"))


def _ids_of(kind: str, records: Any, way: Location, first: int = 0) -> Iterator[tuple[str, str, Location]]:
    for index, record in _entries(records):
        if isinstance(identifier := record.get("id"), str):
            yield kind, str(identifier), (*way, first + index, "id")


def _entries(records: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if isinstance(records, list):
        yield from ((index, record) for index, record in enumerate(records) if isinstance(record, Mapping))


def _at(tree: Any, way: list[str]) -> Any:
    for step in way:
        tree = tree.get(step) if isinstance(tree, Mapping) else None
    return tree


def _duplicates(source: Source, ids: list[tuple[str, str, Location]]) -> Iterator[Problem]:
    """One id, one record: links and bookmarks share one space, whatever the kind of the record."""
    first: dict[str, Location] = {}
    for _, identifier, location in ids:
        if identifier in first:
            message = f"the id `{identifier}` is taken: {source.place(first[identifier])}"
            yield Problem(source.place(location), "duplicate-id", message, "give this record another id")
        first.setdefault(identifier, location)


def _known(kind: str, file: str, ids: list[tuple[str, str, Location]], source: Source) -> frozenset[str] | None:
    """The ids of a kind, or None when a file that may hold more of them could not be read."""
    if any(root[:1] in ((), (file,)) for root in source.unread):
        return None
    return frozenset(identifier for of_kind, identifier, _ in ids if of_kind == kind)


def _is_news(source: Source, detail: ErrorDetails) -> bool:
    """Leave out what only follows from something that is reported anyway.

    A file that is missing or unreadable was reported once; what its records lack is no news. Nor is it that a list is
    too short because one of its entries was refused.
    """
    if any(detail["loc"][: len(root)] == root for root in source.unread):
        return False
    return detail["type"] != "too_short" or len(detail["input"]) < detail["ctx"]["min_length"]


def _problem(source: Source, detail: ErrorDetails, hints: Hints) -> Problem:
    location, context = detail["loc"], detail.get("ctx", {})
    place = source.place_of_text(location, context["within"]) if "within" in context else source.place(location)
    match detail["type"]:
        case "extra_forbidden":
            hint = hints.suggest(str(location[-1]), _field_names(location[:-1]))
            message = f"no field is called `{location[-1]}`"
            return Problem(source.place_of_key(location), "unknown-key", message, hint)
        case "missing":
            message = f"`{location[-1]}` is missing"
            return Problem(place, "missing", message, "write it; what nobody knows is `unknown`")
        case "literal_error":
            words = [word.strip("'\" ") for word in context["expected"].replace(" or ", ", ").split(",")]
            message = f"`{detail['input']}` is not one of: {', '.join(words)}"
            return Problem(place, "word", message, hints.suggest(str(detail["input"]), words))
        case "string_pattern_mismatch":
            message = f"`{detail['input']}` is not written as it should be"
            return Problem(place, "pattern", message, f"the pattern is {context['pattern']}")
        case shape if shape in _SHAPES:
            return Problem(place, "shape", *_SHAPES[shape])
        case rule:
            hint = context.get("hint", "").replace("{word}", str(context.get("word", "")))
            return Problem(place, rule, detail["msg"], hint)


def _field_names(location: Location) -> list[str]:
    """The names of the fields that the record at a location may have."""
    record: Any = Brief
    for step in location:
        if isinstance(step, str) and record is not None:
            fields = {field.alias or name: field.annotation for name, field in record.model_fields.items()}
            record = _record_in(fields.get(step))
    return [field.alias or name for name, field in record.model_fields.items()] if record else []


def _record_in(annotation: Any) -> type[Record] | None:
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return annotation
    return next(filter(None, map(_record_in, get_args(annotation))), None)
