"""What became of a document after it was made, in one sentence, whichever kind of document it is.

In: bytes. Out: a sentence for people, without its first letter's capital; empty when nothing tells.
"""

from evibrief.pdfhistory import pdf_history, pdf_is_closed, pdf_producer
from evibrief.problems import plain
from evibrief.wordhistory import word_application, word_history, word_is_closed


def how_it_is_closed(data: bytes) -> str:
    """Says that a document is encrypted or locked; empty when it is not. To be asked before anything else."""
    return pdf_is_closed(data) if data.startswith(b"%PDF") else word_is_closed(data)


def what_happened(found: bytes, expected: bytes) -> str:
    """Says what was done to a document since it was made; it never says that nothing was."""
    return plain(pdf_history(found, expected) if found.startswith(b"%PDF") else word_history(found, expected))


def who_wrote_it(data: bytes) -> str:
    """The program that a document says it was last written by: for one that carries no evidence any more."""
    return plain(pdf_producer(data) if data.startswith(b"%PDF") else word_application(data))
