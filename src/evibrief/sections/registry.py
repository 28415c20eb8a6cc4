"""The kinds of section that a brief may have, and the function that builds each."""

from collections.abc import Callable, Iterator, Mapping

from evibrief.evidence.brief import Brief
from evibrief.rating.findings import Findings
from evibrief.sections import (
    appraisals,
    changes,
    comparators,
    corrections,
    doses,
    evidence_tables,
    harms,
    limitations,
    mechanisms,
    methods,
    models,
    phases,
    ranking,
    references,
    review,
    time_course,
    verification,
)
from evibrief.sections.blocks import Block

Builder = Callable[[Brief, Findings], Iterator[Block]]

BUILDERS: Mapping[str, Builder] = {
    "mechanisms": mechanisms.mechanisms,
    "ranking": ranking.ranking,
    "doses": doses.doses,
    "exposures": doses.exposures,
    "harms": harms.harms,
    "time-course": time_course.time_course,
    "phases": phases.phases,
    "comparators": comparators.comparators,
    "models": models.models,
    "methods": methods.methods,
    "limitations": limitations.limitations,
    "corrections": corrections.corrections,
    "appraisals": appraisals.appraisals,
    "verification": verification.verification,
    "evidence": evidence_tables.evidence,
    "references": references.references,
    "changes": changes.changes,
    "review": review.review,
}
CORE = frozenset(("mechanisms", "ranking", "doses", "harms", "limitations"))
"""The sections that can be sent alone, after page one and the summary; they come first, the others are annexes."""
