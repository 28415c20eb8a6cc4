"""Adds to the text of a `references.json`: what is there stays as it is, to the byte.

In: the text of the file, and new entries of CSL-JSON, or new fields of entries. Out: the new text. What is new is set
as the file sets its own: on a line each, or indented as they are.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evibrief.evidence.read_references import References, read_references
from evibrief.evidence.rewrite import as_saved, is_uniform
from evibrief.evidence.source import Span
from evibrief.problems import one_problem

CslEntry = Mapping[str, Any]


def with_references(text: str, saved: str, path: str, added: Sequence[CslEntry]) -> str:
    """The text of the file, as it is saved, with new entries at its end.

    `text` has line feeds alone, `saved` is what is on the disk if that differs. Raises `Problems` if the list cannot be
    changed in place.
    """
    if not added:
        return saved or text
    before = read_references(path, text) if text.strip() else None
    spans = [] if before is None else [before.spans[("references", at)] for at in range(len(before.entries))]
    new = _behind(text, spans, added) if spans else _list_of(added)
    after = read_references(path, new)
    there = before.entries if before else []
    if after.problems != (before.problems if before else []) or after.entries != [*there, *added] \
            or not is_uniform(saved) or (before is not None and not spans and not _is_empty(text)):  # fmt: skip
        raise one_problem(path, "rewrite", "nothing can be added to this list", "write it as one list: `[{…}, {…}]`")
    return as_saved(new, saved)


def _is_empty(text: str) -> bool:
    """Whether a file is an empty list and nothing else."""
    return re.fullmatch(r"\s*\[\s*\]\s*", text) is not None


def _list_of(entries: Sequence[CslEntry]) -> str:
    """A new list: a line for each field."""
    set_out = (_fields_on_lines(entry, "    ", "  ", ensure_ascii=False) for entry in entries)
    return "[\n  " + ",\n  ".join(set_out) + "\n]\n"


def _fields_on_lines(entry: CslEntry, indent: str, outer: str, ensure_ascii: bool) -> str:
    """An entry with a line for each field, and what is in a field on this line."""
    fields = (f'{indent}"{name}": {json.dumps(value, ensure_ascii=ensure_ascii)}' for name, value in entry.items())
    return "{\n" + ",\n".join(fields) + f"\n{outer}}}"


def _behind(text: str, spans: Sequence[Span], added: Sequence[CslEntry]) -> str:
    """The text with the entries behind the last one, set as the last one is."""
    last = spans[-1]
    between = _between(text, spans)
    set_alike = "".join(f",{between}{_set(entry, text, last, between)}" for entry in added)
    return text[: last.end] + set_alike + text[last.end :]


def _between(text: str, spans: Sequence[Span]) -> str:
    """The white space in front of the last entry, if it begins a line there; otherwise a space."""
    before = text[: spans[-1].start]
    space = before[len(before.rstrip(" \t\n")) :]
    return space if "\n" in space else " "


def _set(entry: CslEntry, text: str, like: Span, between: str) -> str:
    """An entry as JSON, on as many lines as another entry of the file, and with its indent."""
    own = text[like.start : like.end]
    plain = own.isascii() and "\\u" in own
    if "\n" not in own:
        return json.dumps(entry, ensure_ascii=plain)
    outer = between.rpartition("\n")[2]
    field = re.match(r"\{\s*\n([ \t]*)", own)
    indent = field[1] if field else f"{outer}  "
    if not re.search(r'": [\[{]\n', own):
        return _fields_on_lines(entry, indent, outer, plain)
    step = indent.removeprefix(outer)
    return json.dumps(entry, indent=step or "  ", ensure_ascii=plain).replace("\n", f"\n{outer}")


def with_fields(text: str, saved: str, path: str, added: Mapping[int, CslEntry]) -> str:
    """The text of the file, as it is saved, with fields at the end of entries, by the number of the entry.

    Raises `Problems` if the list cannot be changed in place.
    """
    there, new = read_references(path, text), text
    wanted = list(there.entries)
    for index in sorted(added, reverse=True):
        spans = _fields(there, index)
        before = _before_key(text, spans[0])
        lines = (f",{before}{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}"
                 for name, value in added[index].items())  # fmt: skip
        end = max(span.end for span in spans)
        new = new[:end] + "".join(lines) + new[end:]
        wanted[index] = {**wanted[index], **added[index]}
    if read_references(path, new).entries != wanted or not is_uniform(saved):
        raise one_problem(path, "rewrite", "nothing can be added to this list", "write it as one list: `[{…}, {…}]`")
    return as_saved(new, saved)


def _fields(there: References, index: int) -> list[Span]:
    """The values of an entry, in the order of the file."""
    found = (span for way, span in there.spans.items() if way[:2] == ("references", index) and len(way) == 3)
    return sorted(found, key=lambda span: span.start)


def _before_key(text: str, value: Span) -> str:
    """What is in front of the key of a value: a line end with spaces, or a space if others share its line."""
    start = text.rfind("\n", 0, value.start)
    line = text[start + 1 : value.start]
    space = line[: len(line) - len(line.lstrip())]
    return f"\n{space}" if start >= 0 and line.lstrip().startswith('"') else " "


def in_order(entry: CslEntry) -> Iterator[tuple[str, Any]]:
    """The fields of a reference, what people look for first."""
    yield from ((name, entry[name]) for name in _FIRST if name in entry)
    yield from ((name, entry[name]) for name in sorted(entry) if name not in _FIRST)


_FIRST = (
    "id", "type", "title", "author", "issued", "container-title", "volume", "issue", "page", "DOI", "PMID", "PMCID",
)  # fmt: skip
