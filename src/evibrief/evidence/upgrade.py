"""Upgrades evidence of an older format to the newest, so that all other code knows only the newest.

In: the tree of a brief as its author typed it. Out: the tree in the newest format. A value keeps its location, so every
problem still names the file, line and column that the author typed. `rewrite` makes the same changes in the files.

Older evidence is read for ever: an archived version is compared, verified and taken out with this module.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from evibrief.evidence.source import Location, SourceTree
from evibrief.evidence.walk import at, claims_of, entries, evidence_in, records

NEWEST = 2
"""The format that records have in memory. A brief says in `format` which one its files have; without it: 1."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: another word in the place of a word, or a key that goes (`word` is None), and why."""

    location: Location
    word: str | None
    why: str


def format_of(tree: Mapping[str, Any]) -> int | None:
    """The format of a brief; None if it is none that this program reads."""
    typed = str(at(tree, "brief", "format") or "1")
    return int(typed) if typed in map(str, range(1, NEWEST + 1)) else None


def upgraded(source: SourceTree) -> SourceTree:
    """The same evidence in the newest format. What was typed stays in `typed`, because hashes are of that."""
    found = [*edits(source.tree), *instrument_edits(source.tree)]
    return replace(source, tree=edited(source.tree, found), typed=source.tree) if found else source


def edited(tree: Mapping[str, Any], found: Iterable[Edit]) -> dict[str, Any]:
    """A copy of a tree with some changes."""
    copy: dict[str, Any] = _copied(tree)
    for edit in found:
        _apply(copy, edit)
    return copy


def edits(tree: Mapping[str, Any]) -> Iterator[Edit]:
    """What has to change in the files of a brief."""
    if format_of(tree) != 1:
        return
    yield from _claims(tree)
    yield from _roles(tree)
    yield from _links(tree)
    if not has_document(tree):
        yield from _of_no_document(tree)


def instrument_edits(tree: Mapping[str, Any]) -> Iterator[Edit]:
    """What has to change in the instrument. An instrument is never edited, so its old words are read for ever."""
    for location, record in records(tree.get("instrument"), ("instrument",)):
        kinds = record.get("kind")
        if kinds == "drug":
            yield Edit((*location, "kind"), "intervention", NEW_WORD)
        for index, kind in enumerate(kinds) if isinstance(kinds, list) else ():
            if kind == "drug":
                yield Edit((*location, "kind", index), "intervention", NEW_WORD)


def has_document(tree: Mapping[str, Any]) -> bool:
    """Whether the brief names a source document."""
    return at(tree, "brief", "source_document") is not None


NEW_WORD = "the same, in the words of format 2"
DIRECT = "its evidence is the intervention in people with the condition or a close one"
NO_DOCUMENT = "there is no source document"


def _claims(tree: Mapping[str, Any]) -> Iterator[Edit]:
    near = near_people(tree)
    for location, claim in claims_of(tree):
        if claim.get("status") == "stands":
            yield Edit((*location, "status"), "upheld", NEW_WORD)
        about = claim.get("about")
        if about in ("drug", "condition") and str(claim.get("population")) in near and any(tested(claim, near)):
            yield Edit((*location, "about"), "direct", DIRECT)
        elif about == "drug":
            yield Edit((*location, "about"), "intervention", NEW_WORD)


def near_people(tree: Mapping[str, Any]) -> frozenset[str]:
    """The populations of people with the condition or a close one, by id."""
    people = (one for _, one in entries(at(tree, "brief", "populations")) if one.get("species") == "human")
    return frozenset(str(one.get("id")) for one in people if one.get("relation") in ("target", "close"))


def tested(claim: Mapping[str, Any], near: frozenset[str]) -> Iterator[bool]:
    """For each piece of evidence that counts for a claim: whether such people received the intervention."""
    for _, entry in entries(claim.get("evidence")):
        if entry.get("role") != "context":
            yield entry.get("exposure") == "intervention" and str(entry.get("population")) in near


def _roles(tree: Mapping[str, Any]) -> Iterator[Edit]:
    for location, entry in evidence_in(tree):
        if entry.get("role") == "mixed":
            yield Edit((*location, "role"), "inconclusive", NEW_WORD)


def _links(tree: Mapping[str, Any]) -> Iterator[Edit]:
    for at_mechanism, mechanism in entries(tree.get("mechanisms")):
        for index, link in entries(mechanism.get("links")):
            if link.get("kind") == "drug":
                yield Edit(("mechanisms", at_mechanism, "links", index, "kind"), "intervention", NEW_WORD)


def _of_no_document(tree: Mapping[str, Any]) -> Iterator[Edit]:
    """Fields that format 1 demanded of every brief, although they are about a source document."""
    for location, entry in evidence_in(tree):
        if "basis" in entry:
            yield Edit((*location, "basis"), None, NO_DOCUMENT)
    for way in (("ranking", "statements"), ("time-course",), ("comparators",)):
        for index, record in entries(at(tree, *way)):
            if "stated" in record:
                yield Edit((*way, index, "stated"), None, NO_DOCUMENT)


def _copied(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {key: _copied(child) for key, child in node.items()}
    return [_copied(child) for child in node] if isinstance(node, list) else node


def _apply(tree: Any, edit: Edit) -> None:
    *way, last = edit.location
    for step in way:
        tree = tree[step]
    if edit.word is None:
        del tree[last]
    else:
        tree[last] = edit.word
