"""What became of a document after it was made, in one sentence, whichever its format is.

In: bytes. Out: a sentence for people, without its first letter's capital; empty when nothing tells.
"""

from evibrief.formats.difference import Difference
from evibrief.formats.registry import carrier_of, carriers
from evibrief.problems import plain


def how_it_is_closed(data: bytes) -> str:
    """Says that a document is encrypted or locked; empty when it is not. To be asked before anything else."""
    return next((said for one in carriers() if (said := one.closed(data))), "")


def what_happened(found: bytes, expected: bytes, differences: tuple[Difference, ...] | None = None) -> str:
    """Says what was done to a document since it was made; it never says that nothing was.

    `differences` are those of the two documents, where somebody has compared them already. Raises `ValueError` where
    neither of the two is a document that can carry evidence.
    """
    format = carrier_of(found) or carrier_of(expected)
    if format is None:
        raise ValueError("no document of ours")
    if differences is None:
        differences = format.differences(found, expected)
    return plain(format.history(found, expected, differences))


def who_wrote_it(data: bytes) -> str:
    """The program that a document says it was last written by: for one that carries no evidence any more."""
    format = carrier_of(data)
    return plain(format.producer(data)) if format else ""
