"""What the program computes of a record, as columns of its table.

In: a record and the findings. Out: cells. The counts are those of the one tally that the pages print.
"""

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from evibrief.evidence.brief import BriefRecord
from evibrief.evidence.claims import Claim, Link, Mechanism, Statement, Study
from evibrief.evidence.fields import Record
from evibrief.evidence.records import Correction, Reference
from evibrief.rating.findings import Findings
from evibrief.rating.ratings import Tally
from evibrief.rating.tally import StudyColumn

DataCell = str | int | Decimal | datetime.date | None


@dataclass(frozen=True)
class Computed:
    """The computed columns of a record type: each name with its meaning, and how their cells are made."""

    names: Mapping[str, str]
    make: Callable[[Any, Findings], Iterable[DataCell]]

    def cells(self, record: Record, findings: Findings) -> tuple[DataCell, ...]:
        """The cells of one record, in the order of the names."""
        made = tuple(self.make(record, findings))
        assert len(made) == len(self.names)
        return made


_STUDIES = "one study is named by the key of its first publication; reviews that count as one are joined by +"
_TALLY = {
    "for": "how many studies count for it",
    "against": "how many count against it",
    "inconclusive": "how many have no clear result",
    "studies_for": f"those that are for it; {_STUDIES}",
    "studies_against": "those against it",
    "studies_inconclusive": "those without a clear result",
    "context": "studies that are shown and not counted, each with the reason",
}


def tally_cells(tally: Tally) -> Iterator[DataCell]:
    """The counts of a tally, and its studies."""
    columns = (tally.supporting, tally.against, tally.inconclusive)
    yield from (column.number for column in columns)
    yield from (_studies(column) for column in columns)
    yield "; ".join(f"{one.unit} ({', '.join(one.reasons)})" if one.reasons else one.unit for one in tally.context)


def _studies(column: StudyColumn) -> str:
    items = ["+".join(item) for item in column.items]
    return "; ".join((*items, *(f"{unit} (through its studies)" for unit in column.through)))


def _of_statement(statement: Statement, findings: Findings) -> Iterator[DataCell]:
    rating = findings.ratings.statements.get(statement.id) if findings.ratings else None
    yield rating.computed if rating and rating.is_reason else None
    yield rating.final if rating and rating.is_reason else None
    yield "; ".join(f"{leg}: {word}" for leg, word in rating.legs.items()) if rating else None
    yield "; ".join(f"{one.level} without {one.without}" for one in rating.falls) if rating else None
    yield from tally_cells(findings.tally(statement.id))


def _of_link(link: Link, findings: Findings) -> Iterator[DataCell]:
    rating = findings.ratings.links.get(link.id) if findings.ratings else None
    yield rating.judgement if rating else None
    yield "; ".join(f"{one.level} without {one.without}" for one in rating.falls) if rating else None
    yield from tally_cells(findings.tally(link.id))


def _of_mechanism(mechanism: Mechanism, findings: Findings) -> Iterator[DataCell]:
    chain = findings.ratings.chains.get(mechanism.id) if findings.ratings else None
    yield from (chain.computed, chain.final, "; ".join(chain.weakest)) if chain else (None, None, None)


def _of_claim(claim: Claim, findings: Findings) -> Iterator[DataCell]:
    yield findings.called(claim.id)
    yield findings.subjects[claim.id]
    yield findings.ratings.claims.get(claim.id) if findings.ratings else None
    yield len(claim.evidence)


def _of_study(study: Study, findings: Findings) -> Iterator[DataCell]:
    yield findings.standings[study.reference]
    yield "; ".join(findings.claims_of_study.get(study.reference, ()))


def _of_reference(reference: Reference, findings: Findings) -> Iterator[DataCell]:
    yield findings.standings.get(reference.id)


def _of_correction(correction: Correction, findings: Findings) -> Iterator[DataCell]:
    yield findings.called(correction.id)
    yield "; ".join(findings.claims_of_correction.get(correction.id, ()))


def _of_brief(record: BriefRecord, findings: Findings) -> Iterator[DataCell]:
    counts = findings.counts
    yield from (counts.stated + counts.added, counts.direct, counts.unsourced, counts.studies)


NOTHING_COMPUTED = Computed({}, lambda record, findings: ())
_STANDING = "the worse of its appraisal and the check for retractions"
COMPUTED: Mapping[type[Record], Computed] = {
    BriefRecord: Computed({
        "claims": "how many claims there are", "direct": "how many have evidence from people with the condition who "
        "received the intervention", "unsourced": "how many have no source", "studies": "how many studies there are",
    }, _of_brief),
    Study: Computed({"standing": _STANDING, "claims": "the claims that have it as evidence"}, _of_study),
    Reference: Computed({"standing": f"{_STANDING}; empty for a publication without an appraisal"}, _of_reference),
    Claim: Computed({
        "called": "what the page calls it", "about": "what it is printed as being about",
        "level": "how well it alone is supported", "evidence": "how many publications it names",
    }, _of_claim),
    Mechanism: Computed({
        "level": "its support or certainty, by the instrument", "final": "the same, unless a person decided otherwise",
        "weakest": "the links that decide it",
    }, _of_mechanism),
    Link: Computed({"judgement": "by the instrument", "falls": "what it would be without one study", **_TALLY},
                   _of_link),
    Statement: Computed({
        "tier": "by the instrument; empty for what is no reason to expect a benefit",
        "final": "the same, unless a person decided otherwise", "legs": "the word of each leg",
        "falls": "what it would be without one study", **_TALLY,
    }, _of_statement),
    Correction: Computed({"called": "what the page calls it", "claims": "the claims that it is about"}, _of_correction),
}  # fmt: skip
