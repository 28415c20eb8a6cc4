"""What happened to a document after it was made, in one sentence, whatever its format.

In: bytes. Out: a sentence for people, beginning in lower case; empty if there is no trace of it.
"""

from evibrief.formats.difference import Difference
from evibrief.formats.registry import carrier_of, carriers
from evibrief.problems import plain


def how_it_is_closed(data: bytes) -> str:
    """A sentence saying that a document is encrypted or locked; empty if it is not. Call this first."""
    return next((said for one in carriers() if (said := one.closed(data))), "")


def what_happened(found: bytes, expected: bytes, differences: tuple[Difference, ...] | None = None) -> str:
    """What was done to a document since it was made; never claims that nothing was done.

    `differences` are those between the two documents, if the caller has already compared them. Raises `ValueError` if
    neither of them is a document that can carry evidence.
    """
    format = carrier_of(found) or carrier_of(expected)
    if format is None:
        raise ValueError("no document of ours")
    if differences is None:
        differences = format.differences(found, expected)
    return plain(format.history(found, expected, differences))


def who_wrote_it(data: bytes) -> str:
    """The program that last wrote a document, by its own account; used for documents that have lost their evidence."""
    format = carrier_of(data)
    return plain(format.producer(data)) if format else ""
