"""ClinicalTrials.gov by its API, version 2: the status of a trial, its results, and what was published of it.

In: the number of a trial. Out: what its entry says today. (https://clinicaltrials.gov/data-api/api)
"""

import datetime
from dataclasses import dataclass
from urllib.parse import quote

from evibrief.evidence.fields import Unknown
from evibrief.evidence.identifiers import normalise_pmid
from evibrief.lookups.contract import Asks, Lookup, lookup_problem
from evibrief.lookups.pieces import AnswerPiece, whole_of

TRIALS = "https://clinicaltrials.gov/api/v2/studies"
_FIELDS = "NCTId,OverallStatus,LastUpdatePostDate,ResultsFirstPostDate,HasResults,ReferencePMID,ReferenceType"
_OF_THE_TRIAL = ("RESULT", "DERIVED")
"""References that report the trial; the others are its background."""


@dataclass(frozen=True, slots=True)
class Trial:
    """The entry of a trial. `results` is the day on which results were posted, None if none were.

    `pmids` are publications of the trial, as far as the registry knows.
    """

    on: datetime.date
    status: str
    results: datetime.date | Unknown | None
    updated: datetime.date | Unknown
    pmids: tuple[str, ...]


def trial(asks: Asks, number: str) -> Trial:
    """What the registry says of a trial. Raises `Problems` if it has none with this number, or an answer is none."""
    question = Lookup(f"{TRIALS}/{quote(number)}?format=json&fields={_FIELDS}")
    answer = asks.ask(question)
    if answer.status == 404:
        message = f"ClinicalTrials.gov has no trial with the number {number}"
        raise lookup_problem(question.address, message, "correct the number in brief.yaml")
    whole = whole_of(answer)
    entry = whole.at("protocolSection")
    entry.at("identificationModule", "nctId").text()  # another number than was asked for is one that it was joined to
    status = entry.at("statusModule")
    return Trial(
        answer.on, status.at("overallStatus").text(), _results(whole, status),
        status.at("lastUpdatePostDateStruct", "date").day(), tuple(_publications(entry)),
    )  # fmt: skip


def _results(whole: AnswerPiece, status: AnswerPiece) -> datetime.date | Unknown | None:
    has = whole.at("hasResults").value
    if not isinstance(has, bool):
        raise whole.unlike("`hasResults` is neither true nor false")
    posted = status.find("resultsFirstPostDateStruct")
    return (posted.at("date").day() if posted else "unknown") if has else None


def _publications(entry: AnswerPiece) -> list[str]:
    module = entry.find("referencesModule")
    listed = module.entries_at("references") if module else ()
    named = (one.text_at("pmid") for one in listed if one.text_at("type") in _OF_THE_TRIAL)
    return [pmid for one in named if (pmid := normalise_pmid(one))]
