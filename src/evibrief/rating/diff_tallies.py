"""The counts of each statement and link in two briefs, beside its level.

In: the findings of two briefs. Out: a `TallyChange` for each statement and link of which the level or a count changed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypedDict

from evibrief.rating.findings import Findings

LevelAndCounts = TypedDict("LevelAndCounts", {"level": str | None, "for": int, "against": int, "inconclusive": int})
"""The level, if there is an instrument, and the number of studies in each column of the tally."""


@dataclass(frozen=True, slots=True)
class TallyChange:
    """The level and the counts of a statement or link before and after; None where one brief does not have it."""

    record: str
    was: LevelAndCounts | None
    now: LevelAndCounts | None


def changed_tallies(old: Findings, new: Findings) -> tuple[TallyChange, ...]:
    """What changed: first in the statements, then in the links, in the order of the new brief."""
    before, after = dict(_counted(old)), dict(_counted(new))
    found = (TallyChange(name, before.get(name), after.get(name)) for name in dict.fromkeys((*after, *before)))
    return tuple(one for one in found if one.was != one.now)


def _counted(findings: Findings) -> Iterator[tuple[str, LevelAndCounts]]:
    levels: dict[str, str] = {}
    if ratings := findings.ratings:
        levels |= {name: rating.final for name, rating in ratings.statements.items()}
        levels |= {name: rating.judgement for name, rating in ratings.links.items()}
    for name in (*findings.statements, *findings.links):
        tally = findings.tally(name)
        yield name, {
            "level": levels.get(name), "for": tally.supporting.number, "against": tally.against.number,
            "inconclusive": tally.inconclusive.number,
        }  # fmt: skip
