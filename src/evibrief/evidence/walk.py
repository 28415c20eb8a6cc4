"""Finds records in a tree that nobody has checked yet.

In: a tree of mappings, lists and texts, which may hold anything anywhere. Out: records with their locations.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from evibrief.evidence.source import Location

NOT_EVIDENCE = (
    "references", "instrument", "appraisal-instruments", "since", "retractions", "quotes", "news", "reviews",
)  # fmt: skip
"""Files without evidence: a program writes them, or they have words of their own."""


def at(tree: Any, *way: str) -> Any:
    """What is at the end of a way of keys; None if the way does not exist."""
    for step in way:
        tree = tree.get(step) if isinstance(tree, Mapping) else None
    return tree


def entries(records: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """The records in a list, with their positions."""
    if isinstance(records, list):
        yield from ((index, record) for index, record in enumerate(records) if isinstance(record, dict))


def claims_of(tree: Mapping[str, Any]) -> Iterator[tuple[Location, dict[str, Any]]]:
    """Every claim."""
    for number, group in entries(tree.get("claims")):
        for index, claim in entries(group.get("claims")):
            yield ("claims", number, "claims", index), claim


def evidence_in(tree: Mapping[str, Any]) -> Iterator[tuple[Location, dict[str, Any]]]:
    """Every piece of evidence, in whatever kind of record."""
    for name, part in tree.items():
        if name not in NOT_EVIDENCE:
            for location, record in records(part, (name,)):
                pieces = entries(record.get("evidence"))
                yield from (((*location, "evidence", index), entry) for index, entry in pieces)


def records(node: Any, location: Location = ()) -> Iterator[tuple[Location, dict[str, Any]]]:
    """Every record at or below a location."""
    if isinstance(node, dict):
        yield location, node
        for key, child in node.items():
            yield from records(child, (*location, key))
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from records(child, (*location, index))
