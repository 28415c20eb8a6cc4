"""Questions to a reviewer about the weak points of a brief: contested claims, fragile tiers, overrides, candidates.

In: a brief and its findings. Out: questions, each about one record, with that record's own data.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from evibrief.evidence.brief import Brief
from evibrief.labels import markdown, phrases
from evibrief.labels.words import Words
from evibrief.rating.findings import Findings


@dataclass(frozen=True, slots=True)
class ReviewQuestion:
    """A question to a reviewer. `anchor` is the bookmark of the record it is about."""

    anchor: str
    text: str


def questions(brief: Brief, findings: Findings) -> tuple[ReviewQuestion, ...]:
    """One question for each fragile statement, overridden rule, contested claim and candidate source."""
    contested = _contested(brief, findings.words)
    return (*_fragile(brief, findings), *_waived(findings), *contested, *_candidates(brief, findings))


def _contested(brief: Brief, words: Words) -> Iterator[ReviewQuestion]:
    for claim in brief.all_claims:
        if claim.status == "contested":
            why = markdown.without_marks(claim.status_note or words.questions.contested_without_reason)
            sources = phrases.all_of((entry.source for entry in claim.evidence), words)
            yield ReviewQuestion(claim.id, words.questions.contested(why=why, sources=sources))


def _fragile(brief: Brief, findings: Findings) -> Iterator[ReviewQuestion]:
    ratings = findings.ratings
    if ratings is None:
        return
    names = {level.id: level.word.lower() for level in ratings.instrument.tier.levels}
    for statement in brief.ranking.statements:
        rating = ratings.statements[statement.id]
        if rating.rests_on:
            (fall,) = rating.falls
            study = phrases.short_name(findings.references[fall.without])
            asked = findings.words.questions.fragile(
                tier=names[rating.computed], study=study, key=fall.without, without=names[fall.level]
            )
            yield ReviewQuestion(statement.id, asked)


def _waived(findings: Findings) -> Iterator[ReviewQuestion]:
    for record, rule, reason, signature in findings.overrides:
        said = markdown.without_marks(reason)
        asked = findings.words.questions.waived(rule=rule, signature=signature, reason=said)
        yield ReviewQuestion(record, asked)


def _candidates(brief: Brief, findings: Findings) -> Iterator[ReviewQuestion]:
    """One question for each candidate source, because the source document may have used another."""
    claims: dict[str, list[str]] = {}
    for claim in brief.all_claims:
        for entry in claim.evidence:
            if entry.basis == "candidate":
                claims.setdefault(entry.source, []).append(claim.id)
    for source, names in claims.items():
        where = phrases.all_of(dict.fromkeys(names), findings.words)
        name = phrases.short_name(findings.references[source])
        asked = findings.words.questions.candidate(study=name, key=source, claims=where)
        yield ReviewQuestion(f"ref-{source}", asked)
