"""What became of a document after it was made, in one sentence, whichever kind of document it is.

In: bytes. Out: a sentence for people, without its first letter's capital; empty when nothing tells.
"""

from evibrief.formats.difference import Difference
from evibrief.formats.docx.differences import word_differences
from evibrief.formats.docx.history import word_application, word_history, word_is_closed
from evibrief.formats.pdf.differences import pdf_differences
from evibrief.formats.pdf.history import pdf_history, pdf_is_closed, pdf_producer
from evibrief.problems import plain


def how_it_is_closed(data: bytes) -> str:
    """Says that a document is encrypted or locked; empty when it is not. To be asked before anything else."""
    return pdf_is_closed(data) if data.startswith(b"%PDF") else word_is_closed(data)


def what_happened(found: bytes, expected: bytes, differences: tuple[Difference, ...] | None = None) -> str:
    """Says what was done to a document since it was made; it never says that nothing was.

    `differences` are those of the two documents, where somebody has compared them already.
    """
    is_pdf = found.startswith(b"%PDF")
    if differences is None:
        differences = (pdf_differences if is_pdf else word_differences)(found, expected)
    return plain((pdf_history if is_pdf else word_history)(found, expected, differences))


def who_wrote_it(data: bytes) -> str:
    """The program that a document says it was last written by: for one that carries no evidence any more."""
    return plain(pdf_producer(data) if data.startswith(b"%PDF") else word_application(data))
