"""The results of looking quotations up: written by the tool, read back like an author's file.

In: `quotes.yaml` as read by `read_folder`. Out: a `QuoteReport`, part of a `Brief`. It holds hashes and places, and
none of the words of a publication.
"""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from evibrief.evidence.fields import Date, Record, Text

QuoteState = Literal["found", "not-found"]
_Hash = Annotated[Text, Field(pattern=r"^[0-9a-f]{64}$")]


class QuoteResult(Record):
    """Whether one quotation is in the text of its publication."""

    source: Text = Field(description="the id of the publication")
    quote: _Hash = Field(description="SHA-256 of the quotation: if it is changed, it is not checked any more")
    state: QuoteState
    file: Text = Field(description="the name of the file that was read")
    sha256: _Hash = Field(description="SHA-256 of that file")
    place: Text | None = Field(default=None, description="where it is: `page 3`, `line 120`")
    checked: Date


class QuoteReport(Record):
    """`quotes.yaml`: which quotations are in the texts of their publications, written by `check --quotes`.

    A quotation without a result here was not checked, and is printed as not checked.
    """

    results: tuple[QuoteResult, ...] = ()


def hash_of_quote(quote: str) -> str:
    """SHA-256 of a quotation. Line breaks and the number of spaces do not count."""
    return hashlib.sha256(" ".join(quote.split()).encode()).hexdigest()


def result_of_quote(results: Mapping[tuple[str, str], QuoteResult], source: str, quote: str) -> QuoteResult | None:
    """The result for a quotation as it is now; None if it was not checked, or was changed after the check."""
    return results.get((source, hash_of_quote(quote)))


def results_by_quote(report: QuoteReport | None) -> Mapping[tuple[str, str], QuoteResult]:
    """The results by the id of the publication and the hash of the quotation."""
    return {(one.source, one.quote): one for one in (report.results if report else ())}
