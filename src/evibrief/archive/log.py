"""The log of an archive: one line per event, each with the hash of the line before.

In: the bytes of a log, an event. Out: the events, the content of the archive according to them, the next line. No line
can be changed or removed without replacing all lines after it; a signature or time stamp of the last hash fixes them
all.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from evibrief.files import is_text
from evibrief.formats.manifest import SHAPE, fits, is_hash
from evibrief.problems import Place, Problem, Problems

START = "0" * 64
"""The previous hash in the first line."""

VersionKey = tuple[str, str]
"""A brief's id and a version."""


@dataclass(frozen=True)
class Chain:
    """The complete lines of a log: events and SHA-256 hashes. `cut`: an incomplete line follows the last."""

    events: tuple[Mapping[str, Any], ...] = ()
    hashes: tuple[str, ...] = ()
    cut: bool = False

    @property
    def head(self) -> str:
        """The hash of the last line, which covers all lines."""
        return self.hashes[-1] if self.hashes else START

    def until(self, lines: int) -> "Chain":
        """The log as it was after this many lines."""
        return Chain(self.events[:lines], self.hashes[:lines])


@dataclass(frozen=True)
class Told:
    """The content of an archive according to its log.

    Versions with the SHA-256 of their manifests; withdrawals with date and reason; registers with the number of lines
    and their SHA-256; signatures and time stamps by path, with the SHA-256 of each file. `found` lists versions from
    before the log began, which may have changed until then.
    """

    versions: dict[VersionKey, str] = field(default_factory=dict)
    withdrawn: dict[VersionKey, tuple[str, str]] = field(default_factory=dict)
    registers: dict[str, tuple[int, str]] = field(default_factory=dict)
    anchors: dict[str, str] = field(default_factory=dict)
    found: set[VersionKey] = field(default_factory=set)
    lines: dict[VersionKey, int] = field(default_factory=dict)


def read_chain(data: bytes, path: str) -> Chain:
    """The lines of a log. A last line cut off by a kill is ignored.

    Raises `Problems`, with the line number, for the first line that is damaged or does not follow from the line before.
    """
    whole, end, rest = data.rpartition(b"\n")
    events: list[Mapping[str, Any]] = []
    hashes: list[str] = []
    seen: set[tuple[str, ...]] = set()
    for number, line in enumerate(whole.split(b"\n") if end else (), 1):
        event = _event(line)
        if event is None:
            raise _broken(path, number, "this line of the log is damaged")
        if event["before"] != (hashes[-1] if hashes else START):
            raise _broken(path, number, "a line before this one was changed, added or removed")
        if (event["event"] == "began") != (number == 1):
            raise _broken(path, number, "a log begins exactly once, with its first line")
        if twice := seen.intersection(subjects := _subjects(event)):
            raise _broken(path, number, f"{' '.join(min(twice))} is in the log twice, but can happen only once")
        seen.update(subjects)
        events.append(event)
        hashes.append(hash_of_line(line))
    return Chain(tuple(events), tuple(hashes), bool(rest))


def _subjects(event: Mapping[str, Any]) -> set[tuple[str, ...]]:
    """What an event is about, if it can happen only once: a version archived or withdrawn, a signature added."""
    kind = event["event"]
    if kind == "began":
        return {(name, one["id"], one["version"]) for name in ("versions", "withdrawn") for one in event[name]}
    if kind in ("archived", "withdrawn"):
        return {("versions" if kind == "archived" else kind, event["id"], event["version"])}
    return set() if kind == "register" else {(event["file"],)}


def _broken(path: str, number: int, message: str) -> Problems:
    hint = "restore the log from the archive's git history or another copy; lines are only ever added to it"
    return Problems([Problem(Place(path, number, 1), "log", message, hint)])


def hash_of_line(line: bytes) -> str:
    """SHA-256 of a line without its line end."""
    return hashlib.sha256(line).hexdigest()


def lines_of(events: Iterable[Mapping[str, Any]], head: str) -> str:
    """Events as lines to append to a log with this head."""
    lines = []
    for event in events:
        line = json.dumps({**event, "before": head}, ensure_ascii=False)
        head = hash_of_line(line.encode())
        lines.append(line + "\n")
    return "".join(lines)


def began(
    versions: Mapping[VersionKey, str],
    withdrawn: Mapping[VersionKey, tuple[str, str]],
    registers: Mapping[str, tuple[int, str]],
) -> dict[str, Any]:
    """The first event of a log: what the archive already contains."""
    return {
        "event": "began",
        "versions": [_version(key, manifest) for key, manifest in versions.items()],
        "withdrawn": [_withdrawal(key, *entry) for key, entry in withdrawn.items()],
        "registers": [_register(brief, *entry) for brief, entry in registers.items()],
    }


def archived(key: VersionKey, manifest: str) -> dict[str, Any]:
    """The event that a version was archived, with the SHA-256 of its manifest."""
    return {"event": "archived", **_version(key, manifest)}


def withdrawn(key: VersionKey, day: str, reason: str) -> dict[str, Any]:
    """The event that a version was withdrawn."""
    return {"event": "withdrawn", **_withdrawal(key, day, reason)}


def register_grew(brief: str, lines: int, digest: str) -> dict[str, Any]:
    """The event that lines were added to a register: their number now, and the SHA-256 of all of them."""
    return {"event": "register", **_register(brief, lines, digest)}


def anchored(path: str, digest: str) -> dict[str, Any]:
    """The event that a signature or time stamp was added, with its path in the archive."""
    return {"event": "signed" if path.endswith(".sig") else "timestamped", "file": path, "sha256": digest}


def _version(key: VersionKey, manifest: str) -> dict[str, Any]:
    return {"id": key[0], "version": key[1], "manifest": manifest}


def _withdrawal(key: VersionKey, day: str, reason: str) -> dict[str, Any]:
    return {"id": key[0], "version": key[1], "date": day, "reason": reason}


def _register(brief: str, lines: int, digest: str) -> dict[str, Any]:
    return {"id": brief, "lines": lines, "sha256": digest}


def told_by(chain: Chain) -> Told:
    """The content of the archive according to its log. A later line about the same thing replaces an earlier one."""
    told = Told()
    for number, event in enumerate(chain.events, 1):
        if event["event"] == "began":
            for name in ("versions", "withdrawn", "registers"):
                for record in event[name]:
                    _note(told, name, record, number)
            told.found.update(told.versions)
        else:
            _note(told, event["event"], event, number)
    return told


def _note(told: Told, kind: str, record: Mapping[str, Any], number: int) -> None:
    if kind in ("versions", "archived"):
        key = (record["id"], record["version"])
        told.versions[key], told.lines[key] = record["manifest"], number
    elif kind == "withdrawn":
        told.withdrawn[record["id"], record["version"]] = record["date"], record["reason"]
    elif kind in ("registers", "register"):
        told.registers[record["id"]] = record["lines"], record["sha256"]
    else:
        told.anchors[record["file"]] = record["sha256"]


def _event(line: bytes) -> dict[str, Any] | None:
    """The event of a line; None if it is not a valid event."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict) or not isinstance(record.get("event"), str):
        return None
    kind = record["event"]
    if kind == "began":
        lists = all(
            isinstance(record.get(name), list) and all(_has_shape(one, name) for one in record[name])
            for name in ("versions", "withdrawn", "registers")
        )
        return record if lists and is_hash(record.get("before")) else None
    return record if _has_shape(record, kind) and is_hash(record.get("before")) else None


def _has_shape(record: object, kind: str) -> bool:
    shape = _SHAPES.get(kind, ())
    return bool(shape) and isinstance(record, dict) and all(is_right(record.get(name)) for name, is_right in shape)


_ID = ("id", SHAPE["id"])
_NUMBER = ("version", SHAPE["version"])
_VERSION = (_ID, _NUMBER, ("manifest", is_hash))
_WITHDRAWAL = (_ID, _NUMBER, ("date", is_text), ("reason", is_text))
_REGISTER = (_ID, ("lines", lambda node: type(node) is int and 0 <= node < 10**9), ("sha256", is_hash))
_ANCHOR = (("file", fits(r"([a-z0-9-]+/)?signatures/[A-Za-z0-9._-]{1,120}\.(sig|tsr)")), ("sha256", is_hash))
_SHAPES: Mapping[str, tuple[tuple[str, Callable[[object], bool]], ...]] = {
    "versions": _VERSION, "archived": _VERSION, "withdrawn": _WITHDRAWAL, "registers": _REGISTER,
    "register": _REGISTER, "signed": _ANCHOR, "timestamped": _ANCHOR,
}  # fmt: skip
