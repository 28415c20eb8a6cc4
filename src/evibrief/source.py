"""YAML and JSON with places: the only module that reads what authors write, and the only owner of `yaml`.

In: a folder. Out: a `Source`, one tree of plain dicts, lists and text for the whole brief, in which every scalar
is still the text that the author typed, and in which every node knows its file, line and column.

YAML is read event by event rather than composed, for three reasons: duplicate keys, aliases and empty values are
seen before anything swallows them; all of them are reported, not only the first; and an alias bomb never expands.
"""

import json
import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from evibrief import resources
from evibrief.problems import Place, Problem, suggest

Location = tuple[str | int, ...]
"""The way from the root of the tree to a node: keys and indices."""

LARGEST_FILE = 8 * 1024 * 1024
"""In bytes. An evidence base of a thousand claims takes about one million; more than this is a mistake or an attack."""

DEEPEST_NESTING = 40
LONGEST_KEY = 200
"""Letters of a key; the longest that a brief has takes a tenth of it."""

LIST_FILES = ("studies", "mechanisms", "time-course", "harms", "phases", "comparators", "models", "changes")
MAPPING_FILES = ("brief", "ranking", "doses", "limitations")
OPTIONAL_FILES = ("retractions", "since")
CIRCULATION = ("circulation.yaml", "circulation.example.yaml")
"""To whom a brief is sent: no part of it, and never carried by a document."""

REQUIRED_FILES = ("brief", "claims", "studies")

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOT_PRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Plain(str):
    """A scalar without quotes that YAML 1.1 would not read as text: `NO`, `1.10`, `12:30`, `2026-11-23`, `~`.

    `kind` says what YAML 1.1 would make of it. A field that wants a number or a date takes it by its own rules;
    a field that wants text refuses it, because two YAML readers would disagree on what it says.
    """

    __slots__ = ("kind",)
    kind: str


@dataclass(frozen=True, slots=True)
class Span:
    """Where a node stands: file, place of its first character, and its extent in the text of the file."""

    path: str
    line: int
    column: int
    start: int
    end: int


@dataclass(frozen=True)
class Source:
    """The whole brief as its author typed it.

    `tree` has one entry per file stem (`brief`, `claims`, …, `references`); `spans` has the place of every node and
    `keys` that of every key; `texts` has the text of every file by its path as printed.
    """

    tree: Mapping[str, Any]
    spans: Mapping[Location, Span]
    keys: Mapping[Location, Span]
    texts: Mapping[str, str] = field(repr=False)
    unread: frozenset[Location] = frozenset()
    """The roots of files that are missing or could not be read: what they hold is not known, rather than empty."""
    saved: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The text of those files that are saved with other ends of lines, or a mark at their beginning, with these."""

    def place(self, location: Location) -> Place:
        """The place of a node, or of the nearest node around it when that one does not exist."""
        for length in range(len(location), 0, -1):
            if span := self.spans.get(location[:length]):
                return Place(span.path, span.line, span.column)
        return Place(next(iter(self.texts), "."))

    def place_of_key(self, location: Location) -> Place:
        """The place of a record's key, for what is wrong with the key itself."""
        span = self.keys.get(location)
        return Place(span.path, span.line, span.column) if span else self.place(location)

    def place_of_text(self, location: Location, text: str) -> Place:
        """The place of a piece of text inside a scalar, or of the scalar when it cannot be told apart."""
        span = self.spans.get(location)
        if span is None:
            return self.place(location)
        written = self.texts[span.path]
        offset = written.find(text, span.start, span.end)
        if offset < 0:
            return self.place(location)
        return Place(span.path, written.count("\n", 0, offset) + 1, offset - written.rfind("\n", 0, offset))

    def scalars(self) -> Iterator[tuple[Location, str]]:
        """Every text in the tree with its location, in the order of the files."""
        yield from _scalars((), self.tree)


def _scalars(location: Location, node: Any) -> Iterator[tuple[Location, str]]:
    if isinstance(node, str):
        yield location, node
        return
    for key, child in node.items() if isinstance(node, Mapping) else enumerate(node) if isinstance(node, list) else ():
        yield from _scalars((*location, key), child)


def read_brief(folder: Path, without: Container[str] = ()) -> tuple[Source, list[Problem]]:
    """Read a brief's folder whole, whatever is wrong with parts of it, and without the optional files named.

    Problems cover what YAML and JSON themselves say; what the fields mean is `model`'s business.
    """
    if not folder.is_dir():
        problem = Problem(Place(str(folder)), "no-folder", "there is no such folder", _nearest_folder(folder))
        return Source({}, {}, {}, {}, frozenset({()})), [problem]
    reader = _Reader(folder)
    for stem in (*MAPPING_FILES, *LIST_FILES):
        reader.read_yaml(folder / f"{stem}.yaml", (stem,), [] if stem in LIST_FILES else {})
    for stem in OPTIONAL_FILES:
        if stem not in without:
            reader.read_yaml(folder / f"{stem}.yaml", (stem,), None)
    reader.read_claims()
    reader.read_reviews()
    reader.read_references()
    reader.read_instrument()
    reader.report_missing()
    reader.report_strangers()
    unread = frozenset(reader.unread)
    return Source(reader.tree, reader.spans, reader.keys, reader.texts, unread, reader.saved), reader.problems


def read_one(path: Path, name: str) -> tuple[Source, list[Problem]]:
    """One YAML file that is no part of a brief, as the entry `name` of a tree, with what is wrong with its YAML."""
    reader = _Reader(path.parent)
    reader.read_yaml(path, (name,), None)
    return Source(reader.tree, reader.spans, reader.keys, reader.texts, frozenset(reader.unread)), reader.problems


def instrument_folders(folder: Path) -> tuple[Path, ...]:
    """Where a brief's instrument is looked for: shipped, beside the brief, in its folder; the nearest wins."""
    return resources.instruments(), folder.resolve().parent / "instruments", folder / "instruments"


def _nearest_folder(folder: Path) -> str:
    parent = folder.parent
    names = [entry.name for entry in parent.iterdir() if entry.is_dir()] if parent.is_dir() else []
    return suggest(folder.name, names) or "start one with `evibrief new FOLDER`"


class Recorder:
    """What reading leaves beside a tree: where each value and each key stands, and what is wrong."""

    def __init__(self) -> None:
        self.spans: dict[Location, Span] = {}
        self.keys: dict[Location, Span] = {}
        self.problems: list[Problem] = []


class _Reader(Recorder):
    """Gathers the tree, the places and the problems of one folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.tree: dict[str, Any] = {}
        self.texts: dict[str, str] = {}
        self.saved: dict[str, str] = {}
        self.unread: set[Location] = set()

    def read_yaml(self, path: Path, location: Location, empty: Any) -> Any:
        """Read one file into `tree` (for a location of one step); a missing or unreadable file gives `empty`."""
        value = empty
        if path.exists() or path.is_symlink():
            text = self._text(path)
            value = None if text is None else _Composer(self, str(path), text, location).compose()
            if value is None:
                self.unread.add(location)
                value = empty
        if len(location) == 1:
            self.tree[str(location[0])] = value
        return value

    def read_claims(self) -> None:
        """Claims stand in `claims.yaml`, a list of groups, or in `claims/`, one group to a file, in order of name."""
        folder, single = self.folder / "claims", self.folder / "claims.yaml"
        if not folder.is_dir():
            self.read_yaml(single, ("claims",), [])
            return
        if single.exists():
            message = "claims stand here and in the folder `claims/` as well"
            self.problems.append(Problem(Place(str(single)), "two-places", message, "keep one of the two"))
        files = _yaml_files(folder)
        groups = [self.read_yaml(path, ("claims", index), {}) for index, path in enumerate(files)]
        self.tree["claims"] = groups

    def read_reviews(self) -> None:
        """Ledgers of reviews stand in `reviews/`, one to a round, in order of name."""
        files = _yaml_files(self.folder / "reviews")
        self.tree["reviews"] = [self.read_yaml(path, ("reviews", index), {}) for index, path in enumerate(files)]

    def read_references(self) -> None:
        """References stand in `references.json`; what it holds is the model's business, even when it is `null`."""
        path = self.folder / "references.json"
        self.tree["references"] = []
        if path.exists():
            text = self._text(path)
            if text is None or not self._parse_references(str(path), text):
                self.unread.add(("references",))

    def read_instrument(self) -> None:
        """The instrument that the brief names: the nearest of that name."""
        methods = self.tree["brief"].get("methods") if isinstance(self.tree["brief"], dict) else None
        name = methods.get("instrument") if isinstance(methods, dict) else None
        if not isinstance(name, str):
            return
        found = {path.stem: path for folder in instrument_folders(self.folder) for path in folder.glob("*.yaml")}
        if name in found:
            self.read_yaml(found[name], ("instrument",), None)
            return
        span = self.spans[("brief", "methods", "instrument")]
        message = f"there is no instrument `{name}`"
        place = Place(span.path, span.line, span.column)
        self.problems.append(Problem(place, "unknown-instrument", message, suggest(name, found)))
        self.unread.add(("instrument",))

    def _parse_references(self, path: str, text: str) -> bool:
        """Whether the text is JSON; its places and its value are kept, or it is reported."""
        self.spans[("references",)] = Span(path, 1, 1, 0, len(text))
        try:
            entries = json.loads(text)
        except (ValueError, RecursionError) as error:
            line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
            words = getattr(error, "msg", "nested too deeply, or a number too long")
            hint = "export the references again, as CSL-JSON"
            self.problems.append(Problem(Place(path, line, column), "json", f"this is not JSON: {words}", hint))
            return False
        self.tree["references"] = entries
        for index, span in enumerate(_json_entries(path, text, entries)):
            self.spans[("references", index)] = span
        return True

    def _text(self, path: Path) -> str | None:
        """The text of a file, or None and a problem."""
        name = str(path)
        if path.is_symlink() and not _stays_near(path, self.folder):
            message = "this link leads out of the brief's folder"
            self.problems.append(Problem(Place(name), "unreadable", message, "put the file itself here"))
            return None
        if not path.is_file():  # a pipe would never end, and nor would a device; a link may lead nowhere
            message = "this is no file, or a link that leads nowhere"
            self.problems.append(Problem(Place(name), "unreadable", message, "put the file itself here"))
            return None
        try:
            data = path.read_bytes() if path.stat().st_size <= LARGEST_FILE else None
        except OSError as error:
            self.problems.append(Problem(Place(name), "unreadable", f"cannot be read: {error.strerror}"))
            return None
        if data is None:
            message = f"is {path.stat().st_size / 1e6:.0f} MB; at most {LARGEST_FILE / 1e6:.0f} MB are read"
            self.problems.append(Problem(Place(name), "too-large", message, "split it, or look at what fills it"))
            return None
        return self._decoded(name, data)

    def _decoded(self, name: str, data: bytes) -> str | None:
        try:
            text = data.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            column = error.start - data.rfind(b"\n", 0, error.start)
            message = f"this is not UTF-8: byte 0x{data[error.start]:02x}"
            self.problems.append(Problem(Place(name, line, column), "encoding", message, "save the file as UTF-8"))
            return None
        self.texts[name] = text
        if (saved := data.decode("utf-8")) != text:
            self.saved[name] = saved
        return text

    def report_missing(self) -> None:
        for stem in REQUIRED_FILES:
            if not (self.folder / f"{stem}.yaml").exists() and not (stem == "claims" and (self.folder / stem).is_dir()):
                place = Place(str(self.folder / f"{stem}.yaml"))
                self.unread.add((stem,))
                self.problems.append(Problem(place, "no-file", "this file is missing", "a brief needs it"))

    def report_strangers(self) -> None:
        """A misspelt file name must not be silence, and nor must a file of claims that is not read."""
        known = [f"{stem}.yaml" for stem in (*MAPPING_FILES, *LIST_FILES, *OPTIONAL_FILES, "claims")]
        for path in sorted(self.folder.glob("*.y*ml")):
            if path.name not in known and path.name not in CIRCULATION:
                self._report_stranger(path, suggest(path.name, known))
        for path in sorted(self.folder.glob("*.json")):
            if path.name != "references.json" and not path.name.startswith("."):
                self._report_stranger(path, suggest(path.name, ["references.json"]))
        for path in sorted((self.folder / "claims").rglob("*.y*ml")):
            if path.suffix != ".yaml" or path.parent != self.folder / "claims":
                self._report_stranger(path, "files of claims end in `.yaml` and stand in `claims/` itself")

    def _report_stranger(self, path: Path, hint: str) -> None:
        message = "no part of a brief has this file name"
        self.problems.append(Problem(Place(str(path)), "unknown-file", message, hint))


def _stays_near(path: Path, folder: Path) -> bool:
    """Whether a link leads to a file of the brief, or of the folder of briefs that it lies in."""
    return path.resolve().is_relative_to(folder.resolve().parent)


def _yaml_files(folder: Path) -> list[Path]:
    """The files of a folder that are read, in order of name. Hidden ones are an editor's."""
    return sorted(path for path in folder.glob("*.yaml") if not path.name.startswith("."))


def _json_entries(path: str, text: str, entries: Any) -> Iterator[Span]:
    """The extents of a JSON list's entries, found by decoding it one entry at a time."""
    if not isinstance(entries, list):
        return
    decoder, offset = json.JSONDecoder(), text.index("[") + 1
    for _ in entries:
        while text[offset] in " \t\n\r,":
            offset += 1
        _, end = decoder.raw_decode(text, offset)
        yield Span(path, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset), offset, end)
        offset = end


class _Composer:
    """Builds the tree of one YAML file out of its events."""

    def __init__(self, recorder: Recorder, path: str, text: str, location: Location) -> None:
        self.recorder, self.path, self.text, self.root = recorder, path, text, location

    def compose(self) -> Any:
        """The tree of the file, or None when it cannot be told what the file says."""
        if match := _NOT_PRINTABLE.search(self.text):
            line = self.text.count("\n", 0, match.start()) + 1
            column = match.start() - self.text.rfind("\n", 0, match.start())
            message = f"the character U+{ord(match[0]):04X} may not stand in YAML"
            self._report(line, column, "yaml", message, "remove it")
            return None
        try:
            return self._document()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            words = " ".join(filter(None, (error.context, error.problem)))
            self._report(line, column, "yaml", f"this is not YAML: {words}", self._syntax_hint(line))
        except yaml.YAMLError as error:
            self._report(1, 1, "yaml", f"this is not YAML: {error}")
        return None

    def _syntax_hint(self, line: int) -> str:
        written = self.text.split("\n")
        around = written[max(0, line - 2) : line]
        if any("\t" in text[: len(text) - len(text.lstrip())] for text in around):
            return "indent with spaces: YAML allows no tabs"
        return "text with `: `, `#`, or a leading `[`, `{`, `*`, `&`, `!`, `%`, `@` or backtick needs quotes"

    def _document(self) -> Any:
        events = (event for event in yaml.parse(self.text, Loader=_Loader) if not _is_stream_event(event))
        first = next(events, None)
        if first is None:
            self._report(1, 1, "empty-file", "this file is empty", "remove it, or write its records")
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
            self._report_at(event, "alias", f"`*{event.anchor}` is an alias", "write the value out: each has its place")
            return ""
        self._refuse_ornaments(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, events, location, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, events, location, depth)
        return self._scalar(event)

    def _refuse_ornaments(self, event: Any) -> None:
        if event.anchor:
            self._report_at(event, "alias", f"`&{event.anchor}` is an anchor", "write the value out where it is used")
        if event.tag is not None and event.tag != "!":
            self._report_at(event, "tag", f"the tag `{event.tag}` is not read here", "remove the tag")

    def _sequence(self, start: Any, events: Iterator[Any], location: Location, depth: int) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                self._close(location, event)
                return items
            items.append(self._node(event, events, (*location, len(items)), depth + 1))
        return items

    def _mapping(self, start: Any, events: Iterator[Any], location: Location, depth: int) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                self._close(location, event)
                return entries
            key = self._key(event, events, entries, depth)
            self.recorder.keys.setdefault((*location, key), self._span(event))
            value = self._node(next(events), events, (*location, key), depth + 1)
            entries.setdefault(key, value)
        return entries

    def _key(self, event: Any, events: Iterator[Any], entries: dict[str, Any], depth: int) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._report_at(event, "key", "a key is one word, not a list or a mapping", "write `key: value`")
            self._node(event, events, ("",), depth + 1)
            return ""
        self._refuse_ornaments(event)
        key: str = event.value
        if len(key) > LONGEST_KEY:
            self._report_at(event, "key", f"this key has {len(key)} letters", f"at most {LONGEST_KEY} are read")
            return key[:LONGEST_KEY]
        if key == "<<":
            self._report_at(event, "merge-key", "`<<` merges records and hides what it overwrites", "write them out")
        elif key in entries:
            self._report_at(event, "duplicate-key", f"`{key}` stands in this record twice", "keep one of the two")
        return key

    def _scalar(self, event: Any) -> str:
        if not event.implicit[0] or event.style not in ("", None):
            return str(event.value)
        if event.value == "":
            self._report_at(event, "empty", "this has no value", "write one, write `unknown`, or leave the key out")
            return ""
        tag = _RESOLVER.resolve(yaml.ScalarNode, event.value, (True, False))
        if tag == "tag:yaml.org,2002:str":
            return str(event.value)
        plain = Plain(event.value)
        plain.kind = tag.rpartition(":")[2]
        return plain

    def _span(self, event: Any) -> Span:
        mark, end = event.start_mark, event.end_mark
        return Span(self.path, mark.line + 1, mark.column + 1, mark.index, end.index)

    def _note(self, location: Location, event: Any) -> None:
        self.recorder.spans.setdefault(location, self._span(event))

    def _close(self, location: Location, event: Any) -> None:
        opened = self.recorder.spans[location]
        self.recorder.spans[location] = Span(self.path, opened.line, opened.column, opened.start, event.end_mark.index)

    def _report_at(self, event: Any, rule: str, message: str, hint: str = "") -> None:
        self._report(event.start_mark.line + 1, event.start_mark.column + 1, rule, message, hint)

    def _report(self, line: int, column: int, rule: str, message: str, hint: str = "") -> None:
        self.recorder.problems.append(Problem(Place(self.path, line, column), rule, message, hint))


_RESOLVER: Any = yaml.SafeLoader("")


def _is_stream_event(event: Any) -> bool:
    around = (yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentStartEvent, yaml.DocumentEndEvent)
    return isinstance(event, around)
