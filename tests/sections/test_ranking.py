"""What is said of a tier beside the stated one, and of statements and chains that no instrument rated."""

from functools import cache
from pathlib import Path

import pytest

from evibrief.checks.load import load
from evibrief.evidence.brief import Brief
from evibrief.evidence.vocabulary import Tier
from evibrief.labels.languages import english
from evibrief.rating.findings import Findings, derive
from evibrief.sections.mechanisms import _weakest
from evibrief.sections.ranking import _steps, _unrated_row

SECOND = Path(__file__).parents[1] / "briefs" / "blue-glass"


@cache
def unrated() -> tuple[Brief, Findings]:
    brief = load(SECOND).brief.model_copy(update={"instrument": None})
    return brief, derive(brief)


@pytest.mark.parametrize(
    ("stated", "computed", "told"),
    [
        ("medium", "medium", "as stated"),
        ("strong", "medium", "one step below the stated tier"),
        ("strong", "gap", "three steps below the stated tier"),
        ("weak", "medium", "one step above the stated tier"),
        ("gap", "medium", "two steps above the stated tier"),
    ],
)
def test_the_distance_from_the_stated_tier_has_its_direction(stated: Tier, computed: Tier, told: str) -> None:
    assert _steps(stated, computed, english()) == told


def test_the_links_of_an_unrated_chain_are_counted_by_what_is_there() -> None:
    """Of the first chain two links have a study for them, and one of these has one against it; the second has none."""
    brief, findings = unrated()
    told = [_weakest(mechanism, findings).replace("\u00a0", " ") for mechanism in brief.mechanisms]
    assert told == [
        "Of 4 links in this chain, 2 are without any study that supports them; "
        "1 is contradicted by at least one study.",
        "Of 2 links in this chain, 2 are without any study that supports them; no study contradicts one.",
    ]


def test_what_a_person_decided_is_said_where_nothing_was_rated() -> None:
    brief, findings = unrated()
    cells = [_unrated_row(one, findings).cells[1].lines for one in brief.ranking.statements]
    finals = [[line.text for line in lines if line.text.startswith("Final")] for lines in cells]
    assert finals == [["Final: Weak."], ["Final: not signed."], ["Final: not signed."]]
