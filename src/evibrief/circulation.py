"""Who is sent a brief, and who holds which version: recipients, and the register of what went out.

In: `circulation.yaml` as read, and the lines of a register. Out: recipients, entries, holdings. Addresses stand in
`circulation.yaml` alone, which git ignores; the register is part of the repository and has ids and roles.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from evibrief.chain import START, hash_of_line
from evibrief.fields import Identifier, Record, Text
from evibrief.manifest import is_text
from evibrief.problems import Place, Problem, Problems
from evibrief.source import Source

Event = Literal["intended", "delivered", "refused", "failed", "returned"]
Letter = Literal["brief", "review", "recall"]
_ADDRESS = r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9-]+)+$"
"""An address as mail servers take it everywhere (RFC 5321, 4.1.2, without quoted and without non-ASCII local parts)."""

Address = Annotated[Text, Field(pattern=_ADDRESS, description="such as somebody@example.org")]


class Sender(Record):
    """Who sends, and to whom answers go."""

    name: Text
    address: Address


class Recipient(Record):
    """Somebody who is sent the brief. Only the id and the role are ever written elsewhere."""

    id: Identifier
    role: Text = Field(description="such as `general practitioner`; goes into the register")
    name: Text | None = None
    address: Address
    language: Text = Field(default="en", description="letters exist in English; others get a line that says so")
    wants: tuple[Literal["pdf", "docx"], ...] = Field(default=("pdf",), min_length=1)
    kind: Literal["reader", "reviewer"] = "reader"


class Circulation(Record):
    """`circulation.yaml`."""

    sender: Sender
    recipients: tuple[Recipient, ...] = Field(min_length=1)


ROOT = "circulation"
"""The name under which `circulation.yaml` stands in its tree."""


def circulation_of(source: Source) -> Circulation:
    """The recipients out of a file as it was read. Raises `Problems` with their places; never with an address."""
    try:
        read = Circulation.model_validate(source.tree.get(ROOT))
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        problems = [_problem(detail["loc"], detail["type"], detail["msg"], source) for detail in details]
        raise Problems(problems) from error
    ids = [one.id for one in read.recipients]
    twice = [at for at, name in enumerate(ids) if name in ids[:at]]
    if twice:
        places = ((source.place((ROOT, "recipients", at, "id")), ids[at]) for at in twice)
        raise Problems(
            [Problem(place, ROOT, f"the id `{name}` is there twice", "one id, one person") for place, name in places]
        )
    return read


def _problem(location: Sequence[int | str], kind: str, message: str, source: Source) -> Problem:
    where = ", ".join(str(part + 1 if isinstance(part, int) else part) for part in location) or "the file"
    way = (ROOT, *location)
    place = source.place_of_key(way) if kind == "extra_forbidden" else source.place(way)
    return Problem(place, ROOT, f"{where}: {_SAID.get(kind, message)}", "see circulation.example.yaml")


def sharing(circulation: Circulation) -> Iterator[tuple[str, ...]]:
    """Ids that have one address between them: whoever reads it gets a letter for each."""
    by_address: dict[str, list[str]] = {}
    for one in circulation.recipients:
        by_address.setdefault(one.address.casefold(), []).append(one.id)
    yield from (tuple(ids) for ids in by_address.values() if len(ids) > 1)


_SAID = {
    "string_pattern_mismatch": "this is not an address as mail servers take it",
    "missing": "this is missing",
    "extra_forbidden": "there is no such field",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the register. `at` is a moment in UTC; `message` the message's id."""

    at: str
    event: Event
    letter: Letter
    version: str
    evidence: str
    recipient: str
    role: str
    message: str
    before: str = ""
    """SHA-256 of the line before, without its end; lines of before 0.3.0 have none."""


def read_register(text: str, path: str) -> tuple[Entry, ...]:
    """The lines of a register. A last line that a kill cut off is no line: what it was to say did not happen.

    Raises `Problems` for any other line that is damaged, or does not follow from the line before, with its number.
    """
    entries: list[Entry] = []
    head = START
    for number, line in enumerate(text.split("\n")[:-1], 1):
        try:
            entry = Entry(**json.loads(line))
            if not all(map(is_text, asdict(entry).values())):
                raise ValueError("a field in it is no text")
        except (ValueError, TypeError, RecursionError) as error:
            raise _broken(path, number, "this line of the register is damaged") from error
        if entry.before != head and (entry.before or (entries and entries[-1].before)):
            raise _broken(path, number, "a line of the register before this one was changed, added or taken away")
        entries.append(entry)
        head = hash_of_line(line.encode("utf-8", "replace"))
    return tuple(entries)


def _broken(path: str, number: int, message: str) -> Problems:
    hint = "take it from the git history; the register is only ever added to"
    return Problems([Problem(Place(path, number, 1), "register", message, hint)])


def line_of(entry: Entry) -> str:
    """An entry as the line that is added."""
    record = {name: text for name, text in asdict(entry).items() if text or name != "before"}
    return json.dumps(record, ensure_ascii=False) + "\n"


def chained(entries: Iterable[Entry], head: str) -> str:
    """Entries as the lines that follow a line with this hash."""
    lines = []
    for entry in entries:
        lines.append(line_of(replace(entry, before=head)))
        head = hash_of_line(lines[-1].removesuffix("\n").encode())
    return "".join(lines)


def outcome(entries: Iterable[Entry], letter: Letter, version: str, recipient: str) -> Event | None:
    """What became of a letter: `intended` means that nobody knows whether it went out."""
    wanted = (letter, version, recipient)
    events = [one.event for one in entries if (one.letter, one.version, one.recipient) == wanted]
    return next((event for event in reversed(events) if event != "returned"), None)


def holders(entries: Iterable[Entry]) -> Mapping[str, tuple[str, ...]]:
    """For each recipient the versions that they hold, in the order in which they got them."""
    held: dict[str, dict[str, None]] = {}
    for one in entries:
        if one.event == "delivered" and one.letter != "recall":
            held.setdefault(one.recipient, {})[one.version] = None
    return {recipient: tuple(found) for recipient, found in held.items()}


def unanswered(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Copies for review that went out, and have not come back."""
    back = {(one.recipient, one.evidence) for one in entries if one.event == "returned"}
    for one in entries:
        if one.letter == "review" and one.event == "delivered" and (one.recipient, one.evidence) not in back:
            yield one


def status_text(entries: Sequence[Entry], states: Mapping[str, str]) -> str:
    """Who holds what, who holds what is no longer current, who has not answered; by id and role.

    `states` says of each version whether it is current, superseded or withdrawn.
    """
    roles = {one.recipient: one.role for one in entries}
    lines = []
    for recipient, held in sorted(holders(entries).items()):
        told = (f"{version} ({states.get(version, 'not in the archive')})" for version in held)
        newest = states.get(held[-1], "")
        note = "" if newest == "current" else f"  <- holds no current version, newest is {newest or 'unknown'}"
        lines.append(f"{recipient} ({roles[recipient]}): {', '.join(told)}{note}")
    warned = {(one.recipient, one.version) for one in entries if one.letter == "recall" and one.event == "delivered"}
    for recipient, held in sorted(holders(entries).items()):
        for version in held:
            if states.get(version) == "withdrawn" and (recipient, version) not in warned:
                lines.append(f"{recipient}: holds {version}, which is withdrawn, and has not been told")
    for one in unanswered(entries):
        asked = f"was asked for comments on {one.version} on {one.at[:10]}"
        lines.append(f"{one.recipient} ({one.role}): {asked}, no answer")
    for one in entries:
        if one.event == "intended" and outcome(entries, one.letter, one.version, one.recipient) == "intended":
            what = f"{one.letter} of {one.version}"
            lines.append(f"{one.recipient}: nobody knows whether the {what} went out on {one.at[:10]}; ask, or --again")
    return "\n".join(lines or ["nothing was sent yet"]) + "\n"


def safe_line(text: str) -> str:
    """A text fit for a header of a mail: one line, without control characters (RFC 5322, 2.2)."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\u2028\u2029]", " ", text).split())
