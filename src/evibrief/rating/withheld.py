"""Withholds tiers in a draft: where evidence that may be against a statement is unfinished, a tier would be too good.

In: findings, and the ids of the statements. Out: the same findings, in which these statements have no tier, with the
reason.
"""

from collections.abc import Container
from dataclasses import replace

from evibrief.rating.findings import Findings
from evibrief.rating.ratings import StatementRating


def without_tiers(findings: Findings, withheld: Container[str]) -> Findings:
    """The findings, in which the statements with these ids have no tier. One that a person signed stays."""
    if not (ratings := findings.ratings):
        return findings
    reason = findings.words.draft.no_tier
    statements = {
        name: _without_tier(one, reason) if name in withheld else one for name, one in ratings.statements.items()
    }
    return replace(findings, ratings=replace(ratings, statements=statements))


def _without_tier(rating: StatementRating, reason: str) -> StatementRating:
    final = "gap" if rating.final == rating.computed else rating.final
    return replace(rating, computed="gap", final=final, reason=reason, falls=(), ways_up=())
