"""A brief as it would be with some of its files changed, without a file being written.

In: a brief as it was read, and new texts of its files. Out: the brief with these texts, and what the record types
refuse that they did not refuse before.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic_core import ErrorDetails

from evibrief.evidence.read_yaml import composed
from evibrief.evidence.source import Location, SourceTree
from evibrief.evidence.upgrade import upgraded
from evibrief.evidence.validate import refusals


def changed_source(source: SourceTree, texts: Mapping[str, str]) -> SourceTree:
    """The brief with new texts of some files, by path. They have to be YAML."""
    tree = dict(source.as_typed)
    spans, keys = dict(source.spans), dict(source.keys)
    for path, text in texts.items():
        root = root_of_file(source, path)
        read = composed(path, text, root)
        for places, new in ((spans, read.spans), (keys, read.keys)):
            for gone in [location for location in places if location[: len(root)] == root]:
                del places[gone]
            places.update(new)
        _put(tree, root, read.tree)
    return upgraded(replace(source, tree=tree, spans=spans, keys=keys, texts={**source.texts, **texts}, typed=None))


def root_of_file(source: SourceTree, path: str) -> Location:
    """Where the tree of a file is in the whole tree: the first place that is in this file."""
    return min((way for way, span in source.spans.items() if span.path == path), key=len)


def _put(tree: dict[str, Any], root: Location, value: Any) -> None:
    if len(root) == 1:
        tree[str(root[0])] = value
    else:  # one file of many in a folder
        entries = list(tree[str(root[0])])
        entries[int(root[1])] = value
        tree[str(root[0])] = entries


def new_refusals(before: SourceTree, after: SourceTree) -> Iterator[ErrorDetails]:
    """What the record types refuse in one tree and did not refuse in the other."""
    known = set(map(_refused, refusals(before)[1]))
    yield from (detail for detail in refusals(after)[1] if _refused(detail) not in known)


def _refused(detail: ErrorDetails) -> tuple[Any, ...]:
    value = detail["input"] if isinstance(detail["input"], str) else ""
    return detail["loc"], detail["type"], value
