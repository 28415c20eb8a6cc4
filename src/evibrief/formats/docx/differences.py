"""Differences between a received DOCX and one rebuilt here from the evidence in it.

In: the bytes of both. Out: every difference in a part, its type or its relationships. Only the list of tools in the
embedded manifest may differ; what the document says about its tools is not trusted. How and in which order the package
is packed does not matter; data in the file outside all parts are a difference.
"""

import base64
import binascii
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from evibrief.evidence.places import MANIFEST
from evibrief.formats.canonical_xml import canonical, parse
from evibrief.formats.difference import NOT_COMPARED, Difference, Found, quoted, without_tools
from evibrief.formats.docx.names import CONTENT_TYPES, PACKAGE
from evibrief.formats.docx.part_names import part_kind, tree_differences
from evibrief.formats.docx.zip import ZipFault, read_parts, zip_differences

_NO_RELATIONS = f'<Relationships xmlns="{PACKAGE}/relationships"/>'.encode()


def word_differences(found: bytes, expected: bytes) -> tuple[Difference, ...]:
    """The differences; empty means that both have the same meaning, not the same bytes."""
    kept = Found()
    if found == expected:
        return ()
    try:
        wanted = read_parts(expected, {})
        kept.add_all(zip_differences(found))
        parts = read_parts(found, {name: len(data or b"") for name, data in wanted.items()})
    except ZipFault as fault:
        kept.add(NOT_COMPARED, "document", f"not compared: {fault}")
        return kept.all()
    for name in sorted(set(parts) | set(wanted), key=_importance):
        kept.add_all(_part(name, parts, wanted))
    return kept.all()


def _importance(name: str) -> tuple[int, str]:
    """A sort key that puts text parts first, because only a limited number of differences is listed."""
    first = ("word/document.xml", "word/header", "word/footer", "word/footnotes", "word/comments", "word/media")
    return next((index for index, start in enumerate(first) if name.startswith(start)), len(first)), name


def _part(name: str, parts: Mapping[str, bytes | None], wanted: Mapping[str, bytes | None]) -> Iterator[Difference]:
    data, other = parts.get(name), wanted.get(name)
    if name not in wanted and name.endswith(".rels") and data:
        yield from _xml(name, data, _NO_RELATIONS)
    elif name not in wanted:
        yield Difference(part_kind(name), name, f"this part was added: {_described(name)}")
    elif name not in parts:
        yield Difference(part_kind(name), name, f"this part was removed: {_described(name)}")
    elif data is None or other is None:
        yield Difference(NOT_COMPARED, name, "not compared: it unpacks to much more than the evidence gives")
    elif data != other and not name.endswith((".xml", ".rels")):
        yield Difference(part_kind(name), name, f"{_described(name)} is another than the evidence gives")
    elif data != other:
        yield from _xml(name, data, other)


def _described(name: str) -> str:
    kinds = {"picture": "a picture", "script": "a program (macros)", "header": "a header", "footer": "a footer"}
    return kinds.get(part_kind(name), quoted(name.rpartition("/")[2]))


def _xml(name: str, data: bytes, other: bytes) -> Iterator[Difference]:
    """Compare two XML parts; the expected one is known to be readable."""
    try:
        root, wanted = parse(data), parse(other)
    except ValueError as error:
        yield Difference(NOT_COMPARED, name, f"not compared: {error}")
        return
    if name == CONTENT_TYPES or name.endswith(".rels"):
        yield from _as_set(name, root, wanted)
    elif wanted.tag.endswith("}evidence") and root.tag == wanted.tag:
        yield from _evidence(name, root, wanted)
    elif canonical(root, whole=True) != canonical(wanted, whole=True):
        yield from tree_differences(name, root, wanted)


def _as_set(name: str, root: Any, wanted: Any) -> Iterator[Difference]:
    """Compare relationships or content types, whose order has no meaning."""
    here, there = (Counter(_entries(tree)) for tree in (root, wanted))
    for verb, extra in (("was added", here - there), ("was removed", there - here)):
        for entry in extra:
            yield _entry_difference(name, dict(entry[2]), verb)


def _entry_difference(name: str, said: Mapping[str, str], verb: str) -> Difference:
    kind = said.get("Type", "").rpartition("/")[2]
    target = said.get("Target") or said.get("PartName") or said.get("Extension") or said.get("", "")
    outside = ", which is outside of the document" if said.get("TargetMode") == "External" else ""
    what = "link" if kind == "hyperlink" else "part" if name == CONTENT_TYPES else "relationship"
    label = "a type of content" if name == CONTENT_TYPES else f"a relationship ({kind or 'unknown'})"
    return Difference(what, name, f"{label} {verb}: {quoted(target)}{outside}")


def _entries(root: Any) -> Iterator[tuple[str, str, tuple[tuple[str, str], ...]]]:
    """Each element of such a part with its parent, because a relationship inside another one has no effect."""
    for one in root.getroottree().iter():
        above = one.getparent()
        text = "".join(part for part in (one.text, one.tail) if part).strip()
        said = (*sorted(one.attrib.items()), *([("", text)] if text else []))
        yield str(one.tag), "" if above is None else str(above.tag), said


def _evidence(name: str, root: Any, wanted: Any) -> Iterator[Difference]:
    """Compare the embedded files byte for byte, except that the manifest's list of tools may differ."""
    try:
        files, expected = _files(root), _files(wanted)
    except ValueError as error:
        yield Difference(NOT_COMPARED, name, f"not compared: what it carries is damaged ({error})")
        return
    for path in sorted(set(files) | set(expected)):
        if path not in expected or path not in files:
            verb = "was removed" if path in expected else "was added"
            yield Difference("attachment", name, f"a carried file {verb}: {quoted(path)}")
        elif files[path] != expected[path] and not (path == MANIFEST and _same_record(files[path], expected[path])):
            yield Difference("attachment", name, f"the carried file {quoted(path)} is another")


def _files(root: Any) -> dict[str, bytes]:
    """The files embedded in a part. Raises `ValueError` if it contains anything but files with unique names."""
    if root.attrib or (root.text or "").strip() or len(list(root.getroottree().iter())) != len(root) + 1:
        raise ValueError("it holds more than files")
    files: dict[str, bytes] = {}
    tag = root.tag.replace("}evidence", "}file")
    for one in root:
        path = str(one.attrib.get("path"))
        if one.tag != tag or set(one.attrib) != {"path"} or one.tail or path in files:
            raise ValueError("it holds more than files")
        files[path] = _decoded(one.text or "")
    return files


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error


def _same_record(data: bytes, other: bytes) -> bool:
    try:
        return bool(without_tools(data) == without_tools(other))
    except ValueError:
        return False
