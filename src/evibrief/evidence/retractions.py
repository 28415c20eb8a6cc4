"""What a retraction check records about the references: written by the tool, read back like what an author writes.

In: what `read_folder` read from `retractions.yaml`. Out: a `RetractionReport`, part of a `Brief`.
"""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from evibrief.evidence.fields import Count, Date, DateOrUnknown, Record, Text
from evibrief.evidence.fields import Source as SourceKey

NoticeKind = Literal["retraction", "concern", "correction", "reinstatement"]
RetractionState = Literal["none-found", "correction", "reinstated", "concern", "retracted", "no-identifier"]


class RetractionNotice(Record):
    """One notice about a publication, as the list of notices has it."""

    kind: NoticeKind
    date: DateOrUnknown
    doi: Text | None = Field(default=None, description="of the notice itself, not of the publication")
    record: Text = Field(description="the number of the row in the list, its `Record ID`")
    matched_by: Literal["doi", "pmid"]
    reason: Text | None = Field(default=None, description="as the list gives it")


class RetractionResult(Record):
    """What a list of notices says about one reference. The notices are in the order of their dates."""

    reference: SourceKey
    state: RetractionState = Field(description="follows from the notices; `no-identifier`: neither a DOI nor a PMID")
    searched: tuple[Text, ...] = Field(default=(), description="what was looked up: `doi:10.5555/a`, `pmid:12`")
    notices: tuple[RetractionNotice, ...] = ()


class RetractionReport(Record):
    """`retractions.yaml`: one comparison of the references with a list of retraction notices, written by `check`.

    A reference that has no result here was not checked, and is printed as not checked.
    """

    checked: Date
    source: Text = Field(description="the name of the file with the notices")
    sha256: Annotated[Text, Field(pattern=r"^[0-9a-f]{64}$")] = Field(description="of that file")
    rows: Count = Field(description="how many notices the file holds")
    results: tuple[RetractionResult, ...] = ()


def state_of(notices: Iterable[RetractionNotice]) -> RetractionState:
    """The state that follows from the notices about one publication: the worst that still stands.

    A reinstatement lifts the retractions dated before it and nothing else. Where a date is unknown, or both are of
    one day, the retraction stands: the order is not known, and the mistake on this side harms nobody.
    """
    told = tuple(notices)
    lifts = [notice.date for notice in told if notice.kind == "reinstatement" and notice.date != "unknown"]
    kinds = {notice.kind for notice in told}
    for notice in told:
        lifted = notice.date != "unknown" and any(day > notice.date for day in lifts)
        if notice.kind == "retraction" and not lifted:
            return "retracted"
    if "concern" in kinds:
        return "concern"
    if "reinstatement" in kinds:
        return "reinstated"
    return "correction" if kinds else "none-found"
