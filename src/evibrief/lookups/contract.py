"""A question to a service, its answer, and what can be asked: the network, or the answers that were kept."""

import datetime
import json
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from evibrief.problems import Problems, one_problem

LARGEST_LOOKUP = 4_000_000
"""In bytes: the most that is read of an answer. A record with a thousand authors has a tenth of this."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """What is asked: a public address with `https`, and the kind of answer that is wanted."""

    address: str
    accept: str = "application/json"
    most: int = LARGEST_LOOKUP

    @property
    def host(self) -> str:
        """The host that is asked."""
        return urlsplit(self.address).hostname or ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered, and when.

    `status` is 200, or one of `network.REFUSALS` when the service says that it has no such thing. `by` is the address
    that answered, which is another one than was asked after a redirect.
    """

    question: Lookup
    on: datetime.date
    status: int
    kind: str
    by: str
    body: bytes

    @property
    def host(self) -> str:
        """The host that answered."""
        return urlsplit(self.by).hostname or ""

    def json(self) -> Any:
        """The answer as JSON. Raises `Problems` for a web page, and for what is cut off or is no JSON."""
        if self.body.lstrip()[:1] == b"<":
            raise lookup_problem(self.question.address, f"{self.host} answered with a page, not with data", TRY_LATER)
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            message = f"the answer of {self.host} is not JSON: {getattr(error, 'msg', 'it cannot be read')}"
            raise lookup_problem(self.question.address, message, TRY_LATER) from None


class Asks(Protocol):
    """What can be asked."""

    def ask(self, question: Lookup) -> Answer:
        """The answer. Raises `Problems` if there is none."""


TRY_LATER = "nothing was written; try again later"


def lookup_problem(address: str, message: str, hint: str) -> Problems:
    """A problem with what was asked at an address, ready to raise."""
    return one_problem(address, "lookup", message, hint)
