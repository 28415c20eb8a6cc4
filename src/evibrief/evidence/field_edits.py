"""Changes fields and adds records in an author's YAML files; everything else stays as it is typed.

In: a brief as it was read, and what is to change. Out: the new text of each file, and the changes that cannot be made
in place. Each new text is read back, and counts only if it says exactly what was asked for.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evibrief.evidence.changed_source import root_of_file
from evibrief.evidence.read_yaml import Composer, Recorder
from evibrief.evidence.source import Location, SourceTree, Span
from evibrief.evidence.tables import value_at
from evibrief.evidence.write_yaml import Patch, no_key, patched, with_scalar, written_scalar

Value = str | list[str] | None
"""Of a field: a text as typed, the entries of a list, or nothing."""


@dataclass(frozen=True)
class FieldEdit:
    """A new value for the field at a location. `is_plain`: a number or a date, which is never in quotes."""

    location: Location
    value: Value
    is_plain: bool = False


@dataclass(frozen=True)
class NewEntry:
    """A new record at the end of the list at a location: its values by key, in order. A value may be a record, too.

    `plain` has the ways to the numbers and dates in it.
    """

    location: Location
    record: Mapping[str, Any]
    plain: frozenset[tuple[str, ...]] = frozenset()


Asked = FieldEdit | NewEntry


@dataclass(frozen=True)
class EditedFiles:
    """The new texts by path, as printed in places, and what could not be done, each with the reason."""

    texts: Mapping[str, str]
    left: tuple[tuple[Asked, str], ...]


BY_HAND = "the YAML here could not be changed in place; change it by hand"
NO_LIST = "it needs a new file; write that by hand"
OLD_FORMAT = "this file has an older format; run `evibrief upgrade` first"


def edit_files(source: SourceTree, asked: Iterable[Asked]) -> EditedFiles:
    """All edits together: the new text of each file. Those that cannot be made are left out."""
    editor = _Editor(source)
    asked = [part for one in asked for part in editor.parts_of(one)]
    editor.gone = {one.location for one in asked if isinstance(one, FieldEdit) and one.value is None}
    left: list[tuple[Asked, str]] = []
    groups: dict[tuple[object, ...], list[Asked]] = {}
    for one in asked:
        if why := editor.reason_against(one):
            left.append((one, why))
        else:
            groups.setdefault(editor.group_of(one), []).append(one)
    by_path: dict[str, list[tuple[Patch, list[Asked]]]] = {}
    for group in groups.values():
        if (made := editor.patch_for(group)) is None:
            left += ((one, BY_HAND) for one in group)
        else:
            by_path.setdefault(made[0], []).append((made[1], group))
    texts: dict[str, str] = {}
    for path, patches in by_path.items():
        text, undone = editor.together(path, patches)
        left += ((one, BY_HAND) for one in undone)
        if text != source.texts[path]:
            texts[path] = text
    return EditedFiles(texts, tuple(left))


class _Editor:
    """Makes the pieces of text that change. Every piece is for the text as it is in the file."""

    def __init__(self, source: SourceTree) -> None:
        self.source = source
        self.tree = source.as_typed
        self.roots: dict[str, Location] = {}
        self.gone: set[Location] = set()

    def parts_of(self, one: Asked) -> Iterator[Asked]:
        """A list of as many entries as before is changed entry by entry, so that each stays as it is typed."""
        before = _at(self.tree, one.location)
        values = one.value if isinstance(one, FieldEdit) else None
        if isinstance(before, list) and isinstance(values, list) and len(before) == len(values):
            pairs = enumerate(zip(before, values, strict=True))
            yield from (FieldEdit((*one.location, at), now) for at, (was, now) in pairs if was != now)
        else:
            yield one

    def reason_against(self, one: Asked) -> str:
        """Why an edit cannot be made at all; empty if it may be."""
        root = self._file_of(one.location)
        if root is None:
            return NO_LIST
        if isinstance(one, FieldEdit) and self._is_upgraded(one.location):
            return OLD_FORMAT
        return ""

    def _is_upgraded(self, location: Location) -> bool:
        """Whether an older format is typed here than the value that was read."""
        return bool(_at(self.tree, location) != _at(self.source.tree, location))

    def _file_of(self, location: Location) -> Span | None:
        """The span of the nearest node around a location that is in a file of this brief."""
        for length in range(len(location), 0, -1):
            if span := self.source.spans.get(location[:length]):
                return span
        return None

    def group_of(self, one: Asked) -> tuple[object, ...]:
        """Edits that make one piece of text: new keys of one record, new entries of one list."""
        if isinstance(one, NewEntry):
            return ("entries", one.location)
        if _at(self.tree, one.location) is None:
            return ("keys", self._around(one.location))
        return ("value", one.location)

    def _around(self, location: Location) -> Location:
        """The nearest record around a location that is there."""
        length = len(location) - 1
        while _at(self.tree, location[:length]) is None:
            length -= 1
        return location[:length]

    def patch_for(self, group: Sequence[Asked]) -> tuple[str, Patch] | None:
        """The piece of text for a group, with the path of its file; None if it cannot be made in place."""
        first = group[0]
        span = self._file_of(first.location)
        assert span is not None
        for patch in self._candidates(group):
            text = self.source.texts[span.path]
            is_text = isinstance(first, FieldEdit) and isinstance(first.value, str) and not first.is_plain
            is_checked = is_text and _at(self.tree, first.location) is not None
            if is_checked or self._reads_back(span.path, patched(text, [patch]), group):
                return span.path, patch
        return None

    def _candidates(self, group: Sequence[Asked]) -> Iterator[Patch]:
        match group[0]:
            case NewEntry():
                yield from self._new_entries([one for one in group if isinstance(one, NewEntry)])
            case FieldEdit() if _at(self.tree, group[0].location) is None:
                yield from self._new_keys([one for one in group if isinstance(one, FieldEdit)])
            case FieldEdit(location, None):
                yield self._no_key(location)
            case FieldEdit(location, list(entries)):
                yield from self._new_list(location, entries)
            case FieldEdit(location, str(value), is_plain):
                yield from self._new_scalar(location, value, is_plain)

    # One value

    def _new_scalar(self, location: Location, value: str, is_plain: bool) -> Iterator[Patch]:
        span = self.source.spans[location]
        text = self.source.texts[span.path]
        end = self._end(location)
        if is_plain:
            yield Patch(span.start, end, _plain(value))
            return
        typed = text[span.start : span.end]
        for written in (_with_words(typed, str(_at(self.tree, location)), value), _in_its_style(typed, span, value)):
            if written is not None and (changed := with_scalar(text, span, value, written)) is not None:
                yield Patch(span.start, span.end, changed[span.start : len(changed) - len(text) + span.end])
        quoted = with_scalar(text, span, value, None)
        if quoted is not None:
            yield Patch(span.start, span.end, quoted[span.start : len(quoted) - len(text) + span.end])

    def _new_list(self, location: Location, entries: Sequence[str]) -> Iterator[Patch]:
        span = self.source.spans[location]
        text = self.source.texts[span.path]
        before = [str(entry) for entry in _at(self.tree, location)]
        own = dict(zip(before, self._typed_entries(location), strict=True))
        written = [own.get(entry) or written_scalar(entry) for entry in entries]
        if text[span.start] == "[":
            if "#" not in re.sub(r"\"[^\"]*\"|'[^']*'", "", text[span.start : span.end]):
                yield Patch(span.start, span.end, f"[{', '.join(written)}]")
            return
        indent = " " * (span.column - 1)
        lines = f"\n{indent}".join(f"- {entry}" for entry in written)
        yield Patch(span.start, self._end(location), lines)

    def _typed_entries(self, location: Location) -> Iterator[str]:
        """The entries of a list as they are typed, with the comments behind them in a block."""
        spans = [self.source.spans[(*location, index)] for index in range(len(_at(self.tree, location)))]
        text = self.source.texts[self.source.spans[location].path]
        is_flow = text[self.source.spans[location].start] == "["
        for index, span in enumerate(spans):
            end = self._end((*location, index))
            if not is_flow and index + 1 < len(spans):
                end = text.rfind("-", end, spans[index + 1].start)
            yield text[span.start : end].rstrip()

    def _no_key(self, location: Location) -> Patch:
        record, key, value = location[:-1], self.source.keys[location], self.source.spans[location]
        text = self.source.texts[value.path]
        return no_key(text, self.source.spans[record], key, value._replace(end=self._end(location)))

    # New keys and records

    def _new_keys(self, edits: Sequence[FieldEdit]) -> Iterator[Patch]:
        record = self._around(edits[0].location)
        added: dict[str, Any] = {}
        plain: set[tuple[str, ...]] = set()
        for edit in edits:
            way = tuple(str(step) for step in edit.location[len(record) :])
            _put(added, way, edit.value)
            plain |= {way} if edit.is_plain else set()
        yield from self._added_to(record, added, frozenset(plain))

    def _added_to(
        self, record: Location, added: Mapping[str, Any], plain: frozenset[tuple[str, ...]]
    ) -> Iterator[Patch]:
        """New keys of a record that is there: behind its last field or, failing that, behind one of its lists."""
        span, there = self.source.spans[record], _at(self.tree, record)
        text = self.source.texts[span.path]
        flow = "".join(f", {key}: {_flow(value, (key,), plain)}" for key, value in added.items())
        block = [line for key, value in added.items() for line in _block(key, value, (key,), plain)]
        stays = [key for key in reversed(list(there)) if (*record, key) not in self.gone]
        for last in sorted(stays, key=lambda key: _has_records(there[key])):
            end = self._end((*record, last))
            if text[span.start] == "{":
                yield Patch(end, end, flow)
            elif (line := _end_of_line(text, end)) is not None:
                indent = " " * (self.source.keys[(*record, next(iter(there)))].column - 1)
                yield Patch(line, line, "".join(f"\n{indent}{one}" for one in block))

    def _new_entries(self, entries: Sequence[NewEntry]) -> Iterator[Patch]:
        location = entries[0].location
        there = _at(self.tree, location)
        flow = [_flow(entry.record, (), entry.plain) for entry in entries]
        if there is None:
            record = self._around(location)
            way = tuple(str(step) for step in location[len(record) :])
            added: dict[str, Any] = {}
            _put(added, way, [dict(entry.record) for entry in entries])
            plain = frozenset((*way, *one) for entry in entries for one in entry.plain)
            yield from self._added_to(record, added, plain)
            return
        span = self.source.spans[location]
        text = self.source.texts[span.path]
        if not there:
            yield Patch(span.start, span.end, f"[{', '.join(flow)}]")
        elif text[span.start] == "[":
            end = self._end((*location, len(there) - 1))
            yield Patch(end, end, "".join(f", {entry}" for entry in flow))
        elif (line := _end_of_line(text, self._end(location))) is not None:
            indent = " " * (span.column - 1)
            blocks = (_entry(entry.record, entry.plain) for entry in entries)
            yield Patch(line, line, "".join(f"\n{indent}{one}" for block in blocks for one in block))

    def _end(self, location: Location) -> int:
        """Where the text of a value ends: that of a block is said to end where the next one begins."""
        span, node = self.source.spans[location], _at(self.tree, location)
        text = self.source.texts[span.path]
        if node and isinstance(node, dict | list) and text[span.start] not in "[{":
            last = list(node)[-1] if isinstance(node, dict) else len(node) - 1
            return self._end((*location, last))
        return span.start + len(text[span.start : span.end].rstrip())

    # Reading back

    def together(self, path: str, patches: Sequence[tuple[Patch, list[Asked]]]) -> tuple[str, list[Asked]]:
        """The text of a file with all pieces that go together, and the edits of the others."""
        text = self.source.texts[path]
        everything = [one for _, group in patches for one in group]
        changed = patched(text, [patch for patch, _ in patches])
        if self._reads_back(path, changed, everything):
            return changed, []
        kept: list[tuple[Patch, list[Asked]]] = []
        undone: list[Asked] = []
        for one in patches:
            tried = [*kept, one]
            asked = [edit for _, group in tried for edit in group]
            if self._reads_back(path, patched(text, [patch for patch, _ in tried]), asked):
                kept = tried
            else:
                undone += one[1]
        return patched(text, [patch for patch, _ in kept]), undone

    def _reads_back(self, path: str, text: str, asked: Iterable[Asked]) -> bool:
        """Whether a new text of a file says what is asked for, and nothing else is new."""
        if path not in self.roots:
            self.roots[path] = root_of_file(self.source, path)
        root = self.roots[path]
        recorder = Recorder()
        read = Composer(recorder, path, text, root).compose()
        wanted = edited_tree(value_at(root, self.tree), [(one, one.location[len(root) :]) for one in asked])
        return not recorder.problems and bool(read == wanted)


def edited_tree(tree: Any, asked: Iterable[tuple[Asked, Location]]) -> Any:
    """A copy of a tree with edits made, each with its location in it."""
    copy = _copied(tree)
    for one, location in asked:
        if isinstance(one, NewEntry):
            _list_at(copy, location).append(_copied(one.record))
        elif one.value is None:
            del value_at(location[:-1], copy)[location[-1]]
        else:
            _put(copy, location, one.value)
    return copy


def _list_at(tree: Any, location: Location) -> list[Any]:
    if _at(tree, location) is None:
        _put(tree, location, [])
    found: list[Any] = value_at(location, tree)
    return found


def _put(tree: Any, way: Sequence[str | int], value: Any) -> None:
    """Put a value into a tree, with the records around it that are not there yet."""
    for step in way[:-1]:
        tree = tree[step] if isinstance(step, int) else tree.setdefault(step, {})
    tree[way[-1]] = value


def _copied(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {key: _copied(child) for key, child in node.items()}
    return [_copied(child) for child in node] if isinstance(node, list) else node


def _at(tree: Any, location: Location) -> Any:
    """What is at a location of a tree; None if nothing is."""
    for step in location:
        try:
            tree = tree[step]
        except (KeyError, IndexError, TypeError):
            return None
    return tree


def _has_records(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(entry, Mapping) for entry in value)


def _end_of_line(text: str, end: int) -> int | None:
    """The end of the line in which a value ends; None if something else follows in it."""
    stop = text.find("\n", end)
    stop = len(text) if stop < 0 else stop
    rest = text[end:stop].strip()
    return stop if not rest or rest.startswith("#") else None


# How values are written


def _with_words(typed: str, before: str, now: str) -> str | None:
    """The typed text with the words changed that differ, so that its lines stay; None if it has other words."""
    mark = typed[0] if typed[:1] in ("'", '"') else ""
    start = len(mark) or ((found.end()) if (found := re.match(r"[>|][^\n]*\n", typed)) else 0)
    end = len(typed.rstrip()) - len(mark)
    pieces = list(re.finditer(r"\S+", typed[start:end]))
    old, new = before.split(), now.split()
    if [piece[0] for piece in pieces] != [_in_quotes(word, mark) for word in old] or not old:
        return None
    first = _shared(old, new)
    same = min(_shared(old[::-1], new[::-1]), len(old) - first, len(new) - first)
    added = [_in_quotes(word, mark) for word in new[first : len(new) - same]]
    places = [(start + piece.start(), start + piece.end()) for piece in pieces]
    gone = places[first : len(old) - same]
    if gone and added:
        return typed[: gone[0][0]] + " ".join(added) + typed[gone[-1][1] :]
    if added:
        if first == len(old):
            return typed[: places[-1][1]] + " " + " ".join(added) + typed[places[-1][1] :]
        return typed[: places[first][0]] + " ".join(added) + " " + typed[places[first][0] :]
    if not gone:
        return None
    if len(old) - same < len(places):
        return typed[: gone[0][0]] + typed[places[len(old) - same][0] :]
    return typed[: places[first - 1][1]] + typed[gone[-1][1] :] if first else None


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words two texts share at their beginning."""
    differs = (at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1])
    return next(differs, min(len(one), len(other)))


def _in_quotes(word: str, mark: str) -> str:
    """A word as it is typed inside of these quotation marks."""
    if mark == "'":
        return word.replace("'", "''")
    return word.replace("\\", "\\\\").replace('"', '\\"') if mark else word


def _in_its_style(typed: str, span: Span, value: str) -> str | None:
    """A new text as a folded block, where the old one is one; None for another style."""
    found = re.match(r"(>[^\n]*\n)([ ]+)(?=\S)", typed)
    if not found or "\n" in value.strip("\n"):
        return None
    width = max(60, max(len(line) for line in typed.split("\n")))
    lines, line = [], ""
    for word in value.split():
        if line and len(found[2]) + len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    body = "".join(f"{found[2]}{one}\n" for one in (*lines, line))
    return found[1] + (body if typed.endswith("\n") else body.rstrip("\n"))


def _flow(value: Any, way: tuple[str, ...], plain: frozenset[tuple[str, ...]]) -> str:
    """A value in one line."""
    if isinstance(value, Mapping):
        inside = ", ".join(f"{key}: {_flow(child, (*way, key), plain)}" for key, child in value.items())
        return f"{{{inside}}}"
    if isinstance(value, list):
        return f"[{', '.join(_flow(child, way, plain) for child in value)}]"
    return _plain(str(value)) if way in plain else written_scalar(str(value))


def _plain(value: str) -> str:
    """A number, a date or `unknown` without quotes; what is none of these is a text that the field will refuse."""
    return value if re.fullmatch(r"[\w.-]+", value) else written_scalar(value)


def _block(key: str, value: Any, way: tuple[str, ...], plain: frozenset[tuple[str, ...]]) -> Iterator[str]:
    """A key with its value in lines: a list of records has an entry for each."""
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        yield f"{key}:"
        yield from (f"  - {_flow(entry, way, plain)}" for entry in value)
    else:
        yield f"{key}: {_flow(value, way, plain)}"


def _entry(record: Mapping[str, Any], plain: frozenset[tuple[str, ...]]) -> Iterator[str]:
    """A record as an entry of a list, in lines."""
    lines = [line for key, value in record.items() for line in _block(key, value, (key,), plain)]
    yield from (f"{'  ' if number else '- '}{line}" for number, line in enumerate(lines))
