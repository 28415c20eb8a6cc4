"""Who receives a brief: the types of `circulation.yaml`.

Names and addresses are only in that file, and git ignores it.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from evibrief.evidence.fields import Identifier, Record, Text, one_of
from evibrief.evidence.source import SourceTree
from evibrief.formats.registry import names
from evibrief.problems import Problem, Problems

_ADDRESS = r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9-]+)+$"
"""An address that every mail server accepts (RFC 5321, 4.1.2, without quoted or non-ASCII local parts)."""

Address = Annotated[Text, Field(pattern=_ADDRESS, description="such as somebody@example.org")]


FormatName = Annotated[str, one_of(names), Field(json_schema_extra={"enum": list(names())})]


class Sender(Record):
    """The sender, who also receives the answers."""

    name: Text
    address: Address


class Recipient(Record):
    """A person who receives the brief. Only the id and role are ever written elsewhere."""

    id: Identifier
    role: Text = Field(description="such as `general practitioner`; written to the register")
    name: Text | None = Field(default=None, description="the letter greets by it")
    address: Address
    language: Text = Field(default="en", description="if the brief has another language, a line in the letter says so")
    wants: tuple[FormatName, ...] = Field(default=("pdf",), min_length=1)
    kind: Literal["reader", "reviewer"] = "reader"


class Circulation(Record):
    """`circulation.yaml`: who sends a brief, and who gets it. Names and addresses are in this file alone."""

    sender: Sender
    recipients: tuple[Recipient, ...] = Field(min_length=1)


CIRCULATION_ROOT = "circulation"
"""The key of `circulation.yaml` in its tree."""


def circulation_of(source: SourceTree) -> Circulation:
    """The recipients from a file as read. Raises `Problems` with places, but never with an address."""
    try:
        read = Circulation.model_validate(source.tree.get(CIRCULATION_ROOT))
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        problems = [_problem(detail["loc"], detail["type"], detail["msg"], source) for detail in details]
        raise Problems(problems) from error
    ids = [one.id for one in read.recipients]
    twice = [at for at, name in enumerate(ids) if name in ids[:at]]
    if twice:
        places = ((source.place((CIRCULATION_ROOT, "recipients", at, "id")), ids[at]) for at in twice)
        hint = "give each person their own id"
        raise Problems(
            Problem(place, CIRCULATION_ROOT, f"the id `{name}` is used twice", hint) for place, name in places
        )
    return read


def _problem(location: Sequence[int | str], kind: str, message: str, source: SourceTree) -> Problem:
    where = ", ".join(str(part + 1 if isinstance(part, int) else part) for part in location) or "the file"
    way = (CIRCULATION_ROOT, *location)
    place = source.place_of_key(way) if kind == "extra_forbidden" else source.place(way)
    return Problem(place, CIRCULATION_ROOT, f"{where}: {_SAID.get(kind, message)}", "see circulation.example.yaml")


def sharing(circulation: Circulation) -> Iterator[tuple[str, ...]]:
    """Groups of ids that share one address, which gets a letter for each."""
    by_address: dict[str, list[str]] = {}
    for one in circulation.recipients:
        by_address.setdefault(one.address.casefold(), []).append(one.id)
    yield from (tuple(ids) for ids in by_address.values() if len(ids) > 1)


_SAID = {
    "string_pattern_mismatch": "this is not an address that mail servers accept",
    "missing": "this is missing",
    "extra_forbidden": "there is no such field",
}
