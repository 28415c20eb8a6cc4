"""Writes YAML: records as text, and single changes in an author's file.

In: plain values, or the text of a file. Out: text that `read_yaml` reads back. Comments, order and style of everything
else stay as they are.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import yaml

from evibrief.evidence.read_yaml import FAST_BASE_LOADER, FAST_LOADER
from evibrief.evidence.source import Span


class _Quoted(str):
    """Text to be written in quotes, so that no reader reads it as a number, date or truth value."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        """Always true: write repeated values out in full, because the reader refuses aliases."""
        return True


_Dumper.add_representer(
    _Quoted, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style='"')
)


def yaml_text(record: Mapping[str, Any] | Sequence[Any], remarks: tuple[str, ...] = ()) -> str:
    """A record as YAML that `read_brief` reads back: text in quotes, dates and numbers plain, order kept.

    Remarks become comments above it, one line each. The same record always gives the same text.
    """
    comments = "".join(f"# {' '.join(remark.split())}\n" for remark in remarks)
    dumped = yaml.dump(_quoted(record), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**6)
    return comments + str(dumped)


def with_appended(text: str, entries: Mapping[str, Sequence[Any]]) -> str:
    """The text of a YAML file with entries appended to its lists; comments and everything else stay as they are.

    The lists must be top-level keys in block style, one line per field. Raises `ValueError` if they are not.
    """
    old = read_yaml(text)
    lines = text.splitlines()
    for key, added in entries.items():
        if added and f"{key}:" not in (line.rstrip() for line in lines):
            raise ValueError(f"`{key}:` is not on its own line")
        start = next((at for at, line in enumerate(lines) if line.rstrip() == f"{key}:"), 0)
        inside = (at for at, line in enumerate(lines[start + 1 :], start + 1) if re.match(r"[^\s#-]", line))
        end = next(inside, len(lines))
        indent = next((line[: len(line) - len(line.lstrip())] for line in lines[start + 1 : end] if line.strip()), "")
        made = yaml_text({key: list(added)}).splitlines()[1:] if added else []
        lines[end:end] = [indent + line for line in made]
    changed = "\n".join(lines) + "\n"
    if any(len(read_yaml(changed)[key]) != len(old.get(key) or ()) + len(added) for key, added in entries.items()):
        raise ValueError("its lists are not written with one line per field")
    return changed


def read_yaml(text: str) -> Any:
    """The content of a small YAML file that we wrote ourselves. Raises `ValueError` if it is not YAML."""
    try:
        return yaml.load(text, yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def with_scalar(text: str, span: Span, wanted: str, written: str | None) -> str | None:
    """The text of a YAML file with one scalar changed to `wanted` and everything else unchanged.

    `written` is the new scalar in the style of the old one; if it does not read as `wanted`, double quotes are used.
    None if neither changes only that scalar.
    """
    tail = "\n" if text[span.start : span.end].endswith("\n") else ""
    quoted = str(yaml.dump(_Quoted(wanted), Dumper=_Dumper, allow_unicode=True, width=10**6)).rstrip("\n") + tail
    for scalar in (written, quoted):
        changed = text[: span.start] + scalar + text[span.end :] if scalar is not None else text
        new = [now for _, now in _changes_in(_loaded_file(text), _loaded_file(changed))]
        if new == [wanted] and _same_kind(text, changed):
            return changed
    return None


def written_scalar(value: str) -> str:
    """A text as a scalar in one line: without quotes where every reader then reads this text, in a list or a record."""
    places = (f"- {value}\n", f"[{value}]\n", f"{{k: {value}}}\n")
    wanted = ([value], [value], {"k": value})
    if "\n" not in value and [_loaded(place, FAST_LOADER) for place in places] == list(wanted):
        return value
    return str(yaml.dump(_Quoted(value), Dumper=_Dumper, allow_unicode=True, width=10**6)).rstrip("\n")


class Patch(NamedTuple):
    """A piece of a text, from `start` to `end`, and what comes in its place."""

    start: int
    end: int
    words: str


def patched(text: str, patches: Iterable[Patch]) -> str:
    """A text with some pieces of it replaced; they do not overlap."""
    for patch in sorted(patches, reverse=True):
        text = text[: patch.start] + patch.words + text[patch.end :]
    return text


def new_word(text: str, span: Span, word: str) -> Patch:
    """Another word in the place of a scalar, in the same quotation marks."""
    mark = text[span.start] if text[span.start] in "\"'" else ""
    return Patch(span.start, span.end, f"{mark}{word}{mark}")


def new_key(text: str, record: Span, first: Span, line: str) -> Patch:
    """A `key: value` before the first key of a record."""
    is_flow = text[record.start] == "{"
    return Patch(first.start, first.start, f"{line}, " if is_flow else f"{line}\n{' ' * (first.column - 1)}")


def no_key(text: str, record: Span, key: Span, value: Span) -> Patch:
    """A key with its value taken out of a record, with the comma or the line that it leaves behind."""
    end = value.start + len(text[value.start : value.end].rstrip())
    if text[record.start] == "{":
        if comma := re.compile(r"\s*,[ \t]*(?:\n\s*(?!\s*#))?").match(text, end):
            return Patch(key.start, comma.end(), "")
        # The last key. A comma on the line above may stay: it may end a record, and a comment may follow it.
        before = re.compile(r",[ \t]*\Z").search(text, 0, key.start)
        return Patch(before.start() if before else key.start, end, "")
    line = text.rfind("\n", 0, key.start) + 1
    after = text.find("\n", end) + 1 or len(text)
    if text[line : key.start].strip():  # the first key of an entry of a list: what follows moves up beside the dash
        following = re.compile(r"\s*").match(text, after)
        return Patch(key.start, following.end() if following else after, "")
    return Patch(line, after, "")


def _same_kind(text: str, changed: str) -> bool:
    """Whether the changed value keeps its type, so that text does not become a number or a date."""
    changes = _changes_in(_loaded_file(text, FAST_LOADER), _loaded_file(changed, FAST_LOADER))
    return all(type(old) is type(new) for old, new in changes)


def _loaded(text: str, loader: Any = FAST_BASE_LOADER) -> Any:
    try:
        return yaml.load(text, loader)
    except (yaml.YAMLError, ValueError):  # an impossible date such as 2026-02-30 is a `ValueError`
        return None


_loaded_file = lru_cache(maxsize=8)(_loaded)
"""For a file in which many things change: it is read once."""


def _changes_in(old: Any, new: Any) -> Iterator[tuple[Any, Any]]:
    """Pairs of old and new values at each place where two trees differ."""
    if isinstance(old, dict) and isinstance(new, dict) and list(old) == list(new):
        for key in old:
            yield from _changes_in(old[key], new[key])
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for one, other in zip(old, new, strict=True):
            yield from _changes_in(one, other)
    elif old != new:
        yield old, new


def _quoted(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {key: _quoted(child) for key, child in node.items()}
    if isinstance(node, list | tuple):
        return [_quoted(child) for child in node]
    return _Quoted(node) if isinstance(node, str) else node
