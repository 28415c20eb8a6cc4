"""The results of a retraction check: written by the tool, read back like an author's file.

In: `retractions.yaml` as read by `read_folder`. Out: a `RetractionReport`, part of a `Brief`.
"""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from evibrief.evidence.fields import Count, Date, DateOrUnknown, Record, Text
from evibrief.evidence.fields import Source as SourceKey

NoticeKind = Literal["retraction", "concern", "correction", "reinstatement"]
RetractionState = Literal["none-found", "correction", "reinstated", "concern", "retracted", "no-identifier"]


class RetractionNotice(Record):
    """One notice about a publication, as given in the list of notices."""

    kind: NoticeKind
    date: DateOrUnknown
    doi: Text | None = Field(default=None, description="DOI of the notice itself, not of the publication")
    record: Text = Field(description="the number of the row in the list, its `Record ID`")
    matched_by: Literal["doi", "pmid"]
    reason: Text | None = Field(default=None, description="as given in the list")


class RetractionResult(Record):
    """What a list of notices says about one reference. The notices are in date order."""

    reference: SourceKey
    state: RetractionState = Field(description="derived from the notices; `no-identifier`: no DOI or PMID to look up")
    searched: tuple[Text, ...] = Field(default=(), description="what was looked up: `doi:10.5555/a`, `pmid:12`")
    notices: tuple[RetractionNotice, ...] = ()


class RetractionReport(Record):
    """`retractions.yaml`: one comparison of the references with a list of retraction notices, written by `check`.

    A reference without a result here was not checked, and is printed as not checked.
    """

    checked: Date
    source: Text = Field(description="the name of the file of notices")
    sha256: Annotated[Text, Field(pattern=r"^[0-9a-f]{64}$")] = Field(description="SHA-256 of that file")
    rows: Count = Field(description="the number of notices in that file")
    results: tuple[RetractionResult, ...] = ()


def state_of_notices(notices: Iterable[RetractionNotice]) -> RetractionState:
    """The state of a publication according to its notices: the worst one that still applies.

    A reinstatement lifts only the retractions dated before it. If a date is unknown, or both dates are the same, the
    retraction applies: the order is not known, and this is the safe side to be wrong on.
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
