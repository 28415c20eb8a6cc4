"""The points of a brief that a reviewer should look at, as questions: what is contested, fragile, waived or guessed.

In: a brief and its findings. Out: questions, each about one record, in the words of that record's own data.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from evibrief.evidence.brief import Brief
from evibrief.labels import markdown, phrases
from evibrief.rating.findings import Findings


@dataclass(frozen=True, slots=True)
class Question:
    """A question to a reviewer. `anchor` is the bookmark of the record that it is about."""

    anchor: str
    text: str


def questions(brief: Brief, findings: Findings) -> tuple[Question, ...]:
    """One for each contested claim, fragile statement, waived rule and candidate source."""
    return (*_fragile(brief, findings), *_waived(findings), *_contested(brief), *_candidates(brief, findings))


def _contested(brief: Brief) -> Iterator[Question]:
    for claim in brief.all_claims:
        if claim.status == "contested":
            why = markdown.without_marks(claim.status_note or "no reason is written down.")
            sources = phrases.listed(entry.source for entry in claim.evidence)
            yield Question(
                claim.id,
                f"We call this claim contested: {why} Listed for or against it: {sources}. Do you agree? "
                "Which study decides it, and is one missing?",
            )


def _fragile(brief: Brief, findings: Findings) -> Iterator[Question]:
    ratings = findings.ratings
    if ratings is None:
        return
    names = {level.id: level.word.lower() for level in ratings.instrument.tier.levels}
    for statement in brief.ranking.statements:
        rating = ratings.statements[statement.id]
        if change := next((one for one in rating.fragility if one.study == rating.rests_on), None):
            study = phrases.short_name(findings.references[change.study])
            yield Question(
                statement.id,
                f"The computed tier of this statement, {names[rating.computed]}, rests on one study, {study} "
                f"({change.study}); without it the tier would be {names[change.level]}. Is that study strong enough to "
                "carry it? Do you know of another?",
            )


def _waived(findings: Findings) -> Iterator[Question]:
    for record, rule, reason, signature in findings.overrides:
        said = markdown.without_marks(reason)
        yield Question(
            record, f"The rule “{rule}” was let pass here by {signature}: {said} Is that reason good enough?"
        )


def _candidates(brief: Brief, findings: Findings) -> Iterator[Question]:
    """One for each source of which nobody knows whether the source document meant it."""
    claims: dict[str, list[str]] = {}
    for claim in brief.all_claims:
        for entry in claim.evidence:
            if entry.basis == "candidate":
                claims.setdefault(entry.source, []).append(claim.id)
    for source, names in claims.items():
        where = phrases.listed(dict.fromkeys(names))
        name = phrases.short_name(findings.references[source])
        yield Question(
            f"ref-{source}",
            f"We found {name} ({source}) ourselves for {where}; the source document does not name it. Does it say what "
            "we take from it? Is there a better source?",
        )
