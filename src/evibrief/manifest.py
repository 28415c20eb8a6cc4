"""What a document stands on, as hashes: the evidence whatever its formatting, and every file to the byte.

In: the tree of a `Source`, files by path, versions of engines. Out: hashes and the manifest that documents carry.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from evibrief.model import Brief
from evibrief.places import is_safe_path, own_look

SHORT = 12
"""Letters of the content hash that page one prints: enough to tell two versions apart, few enough to read aloud."""


def evidence_hash(tree: Mapping[str, Any]) -> str:
    """SHA-256 of what the evidence says: the same whatever the formatting, the order of keys and the comments.

    The order of lists counts: it is the order of the page. What only follows from a comparison is no
    evidence, and what reviewers say becomes evidence where somebody acts on it.
    """
    return _hash({name: part for name, part in tree.items() if name not in ("since", "reviews")})


def content_hash(tree: Mapping[str, Any], files: Mapping[str, bytes]) -> str:
    """SHA-256 over all that decides what a reader sees, apart from the program and the layer.

    That is the evidence with its instrument, the reviews, what changed since the last version, and, of the `files` of
    the brief's folder, its theme, logo and citation style.
    """
    looks = {path: hashlib.sha256(files[path]).hexdigest() for path in own_look(files)}
    return _hash({"tree": tree, "looks": looks})


def _hash(record: Mapping[str, Any]) -> str:
    """Of one record there is one text: keys sorted, no spaces."""
    canonical = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def manifest(
    brief: Brief, tree: Mapping[str, Any], files: Mapping[str, bytes], tools: Iterable[str], layer: str
) -> bytes:
    """The manifest of a document as JSON: which brief, which evidence, made from which files by which tools."""
    record = {
        "id": brief.brief.id,
        "title": brief.brief.title,
        "version": brief.brief.version,
        "date": brief.brief.date.isoformat(),
        "layer": layer,
        "evidence_sha256": evidence_hash(tree),
        "content_sha256": content_hash(tree, files),
        "instrument": brief.instrument.name if brief.instrument else None,
        "files": {path: hashlib.sha256(data).hexdigest() for path, data in sorted(files.items())},
        "tools": sorted(tools),
    }
    return (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode()


def checked_manifest(data: bytes, lists: Iterable[str] = ("files",)) -> dict[str, Any]:
    """A manifest that anybody may have written, believed only where it has the shape of one.

    `lists` are its lists of hashes by path. Raises `ValueError` that says what is wrong with it.
    """
    try:
        record = json.loads(data)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(record, dict):
        raise ValueError("it holds no record")
    faults = [name for name, is_right in _SHAPE.items() if not is_right(record.get(name))]
    faults += [name for name in lists if not _is_list_of_hashes(record.get(name))]
    faults += ["content_sha256"] * ("content_sha256" in record and not _is_hash(record["content_sha256"]))
    faults += ["changed"] * (not is_text(record.get("changed", "")))
    if faults:
        raise ValueError(f"`{faults[0]}` in it is missing or is not what a manifest has")
    date.fromisoformat(record["date"])
    return record


def is_text(node: object) -> bool:
    """Whether this can be printed and stand in XML: no control characters, no halves of characters."""
    return isinstance(node, str) and _NO_TEXT.search(node) is None


_NO_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _reads(pattern: str) -> Callable[[object], bool]:
    return lambda node: isinstance(node, str) and re.fullmatch(pattern, node, re.ASCII) is not None


_is_hash = _reads("[0-9a-f]{64}")


def _is_list_of_hashes(node: object) -> bool:
    return isinstance(node, dict) and all(is_safe_path(name) and _is_hash(digest) for name, digest in node.items())


def _is_list_of_tools(node: object) -> bool:
    return isinstance(node, list) and len(node) <= MOST_TOOLS and all(map(_is_tool, node))


MOST_TOOLS = 50
_is_tool = _reads(r"[A-Za-z0-9_.-]{1,40} [A-Za-z0-9_.+~:-]{1,40}")


_SHAPE: Mapping[str, Callable[[object], bool]] = {
    "id": _reads("[a-z0-9]+(-[a-z0-9]+)*"),
    "version": _reads(r"\d{1,9}\.\d{1,9}\.\d{1,9}"),
    "date": _reads(r"\d{4}-\d{2}-\d{2}"),
    "evidence_sha256": _is_hash,
    "title": lambda node: bool(node) and is_text(node),
    "tools": _is_list_of_tools,
    "layer": _reads("page|summary|full"),
}
