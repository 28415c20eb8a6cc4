"""The register of letters: one line per event of a letter, each with the hash of the line before.

It is part of the archive and has ids and roles, but no names or addresses.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Literal

from evibrief.archive.log import START, hash_of_line
from evibrief.files import is_text
from evibrief.problems import Place, Problem, Problems

Event = Literal["intended", "delivered", "refused", "failed", "returned"]
LetterKind = Literal["brief", "review", "recall"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the register. `at` is a time in UTC; `message` is the Message-ID."""

    at: str
    event: Event
    letter: LetterKind
    version: str
    evidence: str
    recipient: str
    role: str
    message: str
    before: str = ""
    """SHA-256 of the line before, without its line end; empty in lines from before 0.3.0."""


def read_register(text: str, path: str) -> tuple[Entry, ...]:
    """The entries of a register. A last line cut off by a kill is ignored: its event did not happen.

    Raises `Problems`, with the line number, for any other line that is damaged or does not follow from the line before.
    """
    entries: list[Entry] = []
    head = START
    for number, line in enumerate(text.split("\n")[:-1], 1):
        try:
            entry = Entry(**json.loads(line))
            if not all(map(is_text, asdict(entry).values())):
                raise ValueError("a field in it is not text")
        except (ValueError, TypeError, RecursionError) as error:
            raise _broken(path, number, "this line of the register is damaged") from error
        if entry.before != head and (entry.before or (entries and entries[-1].before)):
            raise _broken(path, number, "a line of the register before this one was changed, added or removed")
        entries.append(entry)
        head = hash_of_line(line.encode("utf-8", "replace"))
    return tuple(entries)


def _broken(path: str, number: int, message: str) -> Problems:
    hint = "restore it from the git history; lines are only ever added to the register"
    return Problems([Problem(Place(path, number, 1), "register", message, hint)])


def line_of(entry: Entry) -> str:
    """An entry as a line of the register."""
    record = {name: text for name, text in asdict(entry).items() if text or name != "before"}
    return json.dumps(record, ensure_ascii=False) + "\n"


def chained(entries: Iterable[Entry], head: str) -> str:
    """Entries as lines to append after a line with this hash."""
    lines = []
    for entry in entries:
        lines.append(line_of(replace(entry, before=head)))
        head = hash_of_line(lines[-1].removesuffix("\n").encode())
    return "".join(lines)
