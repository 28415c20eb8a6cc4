"""Reads one YAML file into a tree with the place of every value and key; the only reader of authors' YAML.

In: the text of a file. Out: its tree; places and problems go to a `Recorder`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from evibrief.evidence.fields import Cut, Plain, hint_for_unknown
from evibrief.evidence.source import Location, Span
from evibrief.files import NOT_TEXT
from evibrief.problems import Place, Problem

DEEPEST_NESTING = 40
LONGEST_KEY = 200
"""In characters; the longest key of a brief has about a tenth of that."""

FAST_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FAST_BASE_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_NO_VALUE = re.compile(r":[ \t]+[?-]+[ \t]*(?:[,}#]|$)")
"""A sign in place of a value, which YAML takes for the beginning of a key or a list."""

_APOSTROPHE = re.compile(r"(?:^|[:,{\[-])[ \t]*'[^'\"]*\w'\w")
"""A text that begins with a single quote, with an apostrophe in it."""

_QUOTE = "quote text that has `: ` or `#`, or begins with `[`, `{`, `*`, `&`, `!`, `%`, `@` or a backtick"

_VALUE = re.compile(r"[A-Za-z][\w:-]*\.[A-Za-z_]+")
"""The name of a value, such as `s1.final`; no field is called so. `{s1.final}` without quotes is a record in YAML."""

_COMMENT = re.compile(r"[ \t]*(\n?)([ \t]*)(?<=[ \t\n])#([^\n]*)")


class Recorder:
    """What reading gives in addition to the tree: the places of values and keys, and the problems."""

    def __init__(self) -> None:
        self.spans: dict[Location, Span] = {}
        self.keys: dict[Location, Span] = {}
        self.problems: list[Problem] = []


@dataclass(frozen=True)
class Composed:
    """One file as read: its tree, which is None if it cannot be read, the places in it, and its problems."""

    tree: Any
    spans: Mapping[Location, Span]
    keys: Mapping[Location, Span]
    problems: tuple[Problem, ...]


_OPEN_QUOTE = "the text that begins with this quotation mark has no end"
_CLOSE_IT = "close it with the same mark; if it is closed, one further up is not"


@lru_cache(maxsize=512)
def composed(path: str, text: str, location: Location) -> Composed:
    """The file with this text, whose tree belongs at a location. A file is read once: whoever changes it, copies it."""
    recorder = Recorder()
    tree = Composer(recorder, path, text, location).compose()
    return Composed(tree, recorder.spans, recorder.keys, tuple(recorder.problems))


class Composer:
    """Builds the tree of one YAML file from its events."""

    def __init__(self, recorder: Recorder, path: str, text: str, location: Location) -> None:
        self.recorder, self.path, self.text, self.root = recorder, path, text, location

    def compose(self) -> Any:
        """The tree of the file, or None if it cannot be read."""
        if match := NOT_TEXT.search(self.text):
            line = self.text.count("\n", 0, match.start()) + 1
            column = match.start() - self.text.rfind("\n", 0, match.start())
            message = f"the character U+{ord(match[0]):04X} is not allowed in YAML"
            self._report(line, column, "yaml", message, "remove it")
            return None
        try:
            return self._document()
        except yaml.MarkedYAMLError as error:
            if error.context_mark and "quoted scalar" in str(error.context) and "end of stream" in str(error.problem):
                line, column = error.context_mark.line + 1, error.context_mark.column + 1
                self._report(line, column, "yaml", f"this is not YAML: {_OPEN_QUOTE}", _CLOSE_IT)
                return None
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            words = " ".join(filter(None, (error.context, error.problem)))
            self._report(line, column, "yaml", f"this is not YAML: {words}", self._syntax_hint(line, words))
        except yaml.YAMLError as error:
            self._report(1, 1, "yaml", f"this is not YAML: {error}")
        return None

    def _syntax_hint(self, line: int, words: str) -> str:
        """What to look for, by the lines around the fault and by what the parser says of it."""
        written = self.text.split("\n")
        around = written[max(0, line - 2) : line]
        if any("\t" in text[: len(text) - len(text.lstrip())] for text in around):
            return "indent with spaces: YAML allows no tabs"
        if any(_NO_VALUE.search(text) for text in around):
            return hint_for_unknown(())
        if any(_APOSTROPHE.search(text) for text in around):
            return "an apostrophe ends a text in single quotes: put the text in double quotes"
        if "'-' indicator" in words:
            return "begin all lines of one record in the same column"
        return f"close each `{{` and `[`, and {_QUOTE}" if "flow" in words else _QUOTE

    def _document(self) -> Any:
        events = (event for event in yaml.parse(self.text, Loader=FAST_LOADER) if type(event) not in _AROUND)
        first = next(events, None)
        if first is None:
            self._report(1, 1, "empty-file", "this file is empty", "remove it, or write its records", unfinished=True)
            return None
        value = self._node(first, events, self.root, 0)
        if (more := next(events, None)) is not None:
            self._report_at(more, "yaml", "a second document begins here", "remove the line `---` above")
            return None
        if isinstance(value, str):
            self._report(1, 1, "shape", "this file holds one text, not records", "write `key: value` lines or a list")
            return None
        return value

    def _node(self, event: Any, events: Iterator[Any], location: Location, depth: int) -> Any:
        self._note(location, event)
        if depth > DEEPEST_NESTING:
            raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            self._report_at(event, "alias", f"`*{event.anchor}` is an alias", "write the value out here")
            return ""
        self._refuse_ornaments(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, location, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, location, depth)
        return self._scalar(event)

    def _refuse_ornaments(self, event: Any) -> None:
        if event.anchor:
            self._report_at(event, "alias", f"`&{event.anchor}` is an anchor", "write the value out where it is used")
        if event.tag is not None and event.tag != "!":
            self._report_at(event, "tag", f"the tag `{event.tag}` is not allowed", "remove the tag")

    def _sequence(self, events: Iterator[Any], location: Location, depth: int) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                self._close(location, event)
                return items
            items.append(self._node(event, events, (*location, len(items)), depth + 1))
        return items

    def _mapping(self, events: Iterator[Any], location: Location, depth: int) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                self._close(location, event)
                return entries
            key = self._key(event, events, entries, depth)
            self.recorder.keys.setdefault((*location, key), self._span(event))
            of_key = next(events)
            last = next(reversed(entries), None) if _is_rest_of_number(key, of_key) else None
            if last and isinstance(entries[last], str):
                entries[last] = _with_comma(entries[last], key)
                continue
            is_value = _is_nothing(of_key) and _VALUE.fullmatch(key)  # the field that takes it says what to do
            entries.setdefault(key, "" if is_value else self._node(of_key, events, (*location, key), depth + 1))
        return entries

    def _key(self, event: Any, events: Iterator[Any], entries: dict[str, Any], depth: int) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._report_at(event, "key", "a key is one word, not a list or a mapping", "write `key: value`")
            self._node(event, events, ("",), depth + 1)
            return ""
        self._refuse_ornaments(event)
        key: str = event.value
        if len(key) > LONGEST_KEY:
            self._report_at(event, "key", f"this key has {len(key)} characters", f"the limit is {LONGEST_KEY}")
            return key[:LONGEST_KEY]
        if key == "<<":
            self._report_at(event, "merge-key", "`<<` merges records and hides what it overwrites", "write them out")
        elif key in entries:
            self._report_at(event, "duplicate-key", f"`{key}` occurs twice in this record", "keep one of the two")
        return key

    def _scalar(self, event: Any) -> str:
        if not event.implicit[0] or event.style not in ("", None):
            return str(event.value)
        if event.value == "":
            if lost := _LOST.match(self.text, event.end_mark.index):
                message = f"this has no value: YAML takes `{lost[1]:.40}` for a comment"
                hint = "put the text in quotes; write a comment with a space after its `#`"
                self._report_at(event, "cut-text", message, hint)
                return ""
            hint = "write one, write `unknown`, or leave the key out"
            self._report_at(event, "empty", "this has no value", hint, unfinished=True)
            return ""
        tag = _RESOLVER.resolve(yaml.ScalarNode, event.value, (True, False))
        if tag == "tag:yaml.org,2002:str":
            return self._whole(event)
        plain = Plain(event.value)
        plain.kind = tag.rpartition(":")[2]
        return plain

    def _whole(self, event: Any) -> str:
        """A plain scalar; a `Cut` if a comment follows it where the text could go on."""
        start, column = event.start_mark.index, event.start_mark.column
        end = start + len(self.text[start : event.end_mark.index].rstrip())
        found = _COMMENT.match(self.text, end)
        if not found or self._is_remark(event.value, found, self.text[start - column : start]):
            return str(event.value)
        cut = Cut(event.value)
        cut.rest = found[3]
        return cut

    @staticmethod
    def _is_remark(value: str, comment: re.Match[str], before: str) -> bool:
        """Whether a comment is plainly none of the text: set off by two spaces behind one word, or on its own line.

        A comment in the next line could be the text's next line if it is further to the right than the key.
        """
        new_line, gap, rest = comment.groups()
        if not new_line:
            return " " not in value and comment.start(3) - comment.start() > 2 and rest.startswith(" ")
        key = len(before) - len(before.lstrip(" -"))
        return len(gap) <= key if before.strip(" -") else len(gap) < key or rest.startswith(" ")

    def _span(self, event: Any) -> Span:
        mark, end = event.start_mark, event.end_mark
        return Span(self.path, mark.line + 1, mark.column + 1, mark.index, end.index)

    def _note(self, location: Location, event: Any) -> None:
        self.recorder.spans.setdefault(location, self._span(event))

    def _close(self, location: Location, event: Any) -> None:
        opened = self.recorder.spans[location]
        self.recorder.spans[location] = Span(self.path, opened.line, opened.column, opened.start, event.end_mark.index)

    def _report_at(self, event: Any, rule: str, message: str, hint: str = "", unfinished: bool = False) -> None:
        self._report(event.start_mark.line + 1, event.start_mark.column + 1, rule, message, hint, unfinished)

    def _report(
        self, line: int, column: int, rule: str, message: str, hint: str = "", unfinished: bool = False
    ) -> None:
        place = Place(self.path, line, column)
        self.recorder.problems.append(Problem(place, rule, message, hint, unfinished=unfinished))


_AROUND = {yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentStartEvent, yaml.DocumentEndEvent}
"""Events that belong to the file and not to what is written in it."""
_LOST = re.compile(r"[ \t]*(#[^\s#].*)")
"""A text that begins with `#`: nobody writes a comment so."""
_RESOLVER: Any = yaml.SafeLoader("")


def _is_rest_of_number(key: str, value: Any) -> bool:
    """Whether what looks like a key is what follows a decimal comma: `{low: 0,5}` reads as 0, and a key 5."""
    return key.isdecimal() and _is_nothing(value)


def _is_nothing(value: Any) -> bool:
    """Whether there is nothing where a value would be, not even quotes."""
    return isinstance(value, yaml.ScalarEvent) and value.value == "" and value.implicit[0]


def _with_comma(before: str, after: str) -> Plain:
    """A value that a decimal comma has cut in two, as it was typed. Every field refuses it."""
    whole = Plain(f"{before},{after}")
    whole.kind = "comma"
    return whole
