"""Where the cursor is in a file that is being written, and so is seldom YAML.

In: the text of a file and an offset in it. Out: the location in the tree, and what is typed there. Only the lines
around the cursor are looked at, by their indentation: what is broken elsewhere does not matter. Indices in the location
are 0.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from evibrief.evidence.source import Location


@dataclass(frozen=True)
class Spot:
    """What is written at the cursor.

    `location` is that of the value, or of the record whose key is written. `typed` is what is before the cursor, from
    `start` on; `keys` are those that the record has already. `is_text` means a text that goes on over several lines.
    """

    location: Location
    is_key: bool
    typed: str
    start: int
    keys: frozenset[str] = frozenset()
    is_text: bool = False


class _Opener(NamedTuple):
    """What a line opens: a dash (`key` is None) or a key, at a column; `rest` is the column behind it."""

    column: int
    key: str | None
    rest: int


_DASH = re.compile(r" *-(?= |$)")
_KEY = re.compile(r""" *("[^"\n]*"|'[^'\n]*'|[^\s#&*!|>%@`"'\[\]{},-][^:#\n]*?|-[^\s:#][^:#\n]*?) *:(?= |$)""")
_NOTHING = re.compile(r"\s*(#.*)?")


def spot_at(text: str, offset: int, root: Location) -> Spot | None:
    """What is written at an offset of a file whose tree is at the location `root`; None in a comment."""
    begin = text.rfind("\n", 0, offset) + 1
    before, lines = text[begin:offset], text[:begin].split("\n")[:-1]
    if re.match(r"\s*#", before):
        return None
    openers = list(_openers(before))
    first = openers[0].column if openers else len(before) - len(before.lstrip(" "))
    parent, steps = _above(lines, first, bool(openers) and openers[0].key is None)
    if not openers and parent is not None and not _NOTHING.fullmatch(parent.text[parent.opener.rest :]):
        return _continued(text, offset, parent, (*root, *steps))
    location = (*root, *steps, *(0 if one.key is None else one.key for one in openers))
    behind = openers[-1].rest if openers else 0
    spaces = len(before[behind:]) - len(before[behind:].lstrip(" "))
    start = begin + behind + spaces
    if text[start : start + 1] in ("{", "[") and start < offset:
        return _in_flow(text, start, offset, location)
    is_key = not openers or openers[-1].key is None
    keys = _siblings(text, begin, first if not openers else openers[-1].rest + spaces) if is_key else ()
    mark = 1 if text[start : start + 1] in ("'", '"') and start < offset else 0
    return Spot(location, is_key, text[start + mark : offset], start + mark, frozenset(keys))


def _openers(line: str) -> Iterator[_Opener]:
    """What a line opens, from the left."""
    at = 0
    while found := _DASH.match(line, at):
        yield _Opener(found.end() - 1, None, found.end())
        at = found.end()
    if found := _KEY.match(line, at):
        yield _Opener(found.start(1), found[1].strip("'\""), found.end())


class _Parent(NamedTuple):
    """The line around the cursor's, and what on it."""

    number: int
    text: str
    opener: _Opener


def _above(lines: Sequence[str], bound: int, is_dash: bool) -> tuple[_Parent | None, Location]:
    """The nearest line that holds what begins at column `bound`, and the steps that lead there from the file's top.

    A list may begin in the column of its key.
    """
    steps: list[str | int] = []
    nearest: _Parent | None = None
    for number in range(len(lines) - 1, -1, -1):
        if bound == 0 and not is_dash:
            break
        if _NOTHING.fullmatch(lines[number]):
            continue
        for opener in reversed([*_openers(lines[number])]):
            if opener.column < bound or (is_dash and opener.key is not None and opener.column == bound):
                is_last = opener == [*_openers(lines[number])][-1]
                nearest = nearest or _Parent(number, lines[number] if is_last else "", opener)
                steps.append(0 if opener.key is None else opener.key)
                bound, is_dash = opener.column, opener.key is None
    return nearest, tuple(reversed(steps))


def _continued(text: str, offset: int, parent: _Parent, location: Location) -> Spot | None:
    """The spot in a value that began on a line above."""
    begin = len("\n".join(text.split("\n")[: parent.number])) + (parent.number > 0)
    value = parent.text[parent.opener.rest :]
    start = begin + parent.opener.rest + len(value) - len(value.lstrip(" "))
    if text[start] in "{[":
        return _in_flow(text, start, offset, location)
    return Spot(location, False, text[start:offset], start, is_text=True)


@dataclass
class _Level:
    """An open brace or bracket: the key whose value is written, where what is written begins, the keys so far."""

    sign: str
    start: int
    key: str | None = None
    keys: list[str] = field(default_factory=list)


_FLOW = re.compile(r""""(?:[^"\\]|\\.)*("|$)|'(?:[^']|'')*('|$)|[\[\]{},]|:(?=[ \n]|$)|(?<=[ \n])#[^\n]*""", re.DOTALL)


def _in_flow(text: str, start: int, offset: int, location: Location) -> Spot | None:
    """The spot inside of braces and brackets that begin at `start`."""
    levels: list[_Level] = []
    for found in _FLOW.finditer(text, start, offset):
        sign = found[0]
        if sign in ("{", "["):
            levels.append(_Level(sign, found.end()))
        elif sign in ("}", "]"):
            del levels[-1:]
            if not levels:
                return None
        elif sign == "," and levels:
            levels[-1].key, levels[-1].start = None, found.end()
        elif sign == ":" and levels[-1].sign == "{" and levels[-1].key is None:
            levels[-1].key = text[levels[-1].start : found.start()].strip().strip("'\"")
            levels[-1].keys.append(levels[-1].key)
            levels[-1].start = found.end()
    if not levels:
        return None
    inner = levels[-1]
    steps: list[str | int] = []
    for one in levels:
        steps += [0] if one.sign == "[" else [] if one.key is None else [one.key]
    written = text[inner.start : offset]
    begin = offset - len(written.lstrip())
    mark = 1 if text[begin:offset][:1] in ("'", '"') else 0
    is_key = inner.sign == "{" and inner.key is None
    return Spot((*location, *steps), is_key, text[begin + mark : offset], begin + mark, frozenset(inner.keys))


def _siblings(text: str, begin: int, column: int) -> Iterator[str]:
    """The keys of the record around a line, in the column where one of them would begin."""
    above, below = text[:begin].split("\n")[:-1], text[begin:].split("\n")
    first = next(_openers(below[0]), None)
    is_first = first is not None and first.key is None
    for lines in ([] if is_first else above[::-1], below[1:]):
        for line in lines:
            openers = [*_openers(line)]
            yield from (one.key for one in openers if one.key is not None and one.column == column)
            if any(one.column < column for one in openers):
                break
