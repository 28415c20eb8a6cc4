"""What each statement, link and claim was in the version before: as `since.yaml` records it, in the page's words."""

from functools import cache

import pytest

from evibrief.checks.load import load
from evibrief.evidence.brief import Brief
from evibrief.evidence.records import Since, SinceChange
from evibrief.rating.findings import derive
from evibrief.sections.blocks import Compared, ComparedPart
from evibrief.sections.compared import compared
from shared import SECOND


@cache
def brief() -> Brief:
    return load(SECOND).brief


def beside(*changes: tuple[str, str, str, str]) -> Compared | None:
    """The comparison for a `since.yaml` with these changes: kind, record, what it was and is."""
    told = tuple(SinceChange(weight="minor", kind=kind, record=record, was=was, now=now)
                 for kind, record, was, now in changes)  # fmt: skip
    record = {"version": "1.1.0", "date": "2026-02-01", "evidence": "0" * 64, "summary": "Some.", "changes": told}
    since = Since.model_validate(record)
    changed = brief().model_copy(update={"since": since})
    return compared(changed, derive(changed))


PARTS = {
    "a status": (("claim changed", "c3", "upheld", "contested"), ComparedPart("Status", "Upheld", "Contested")),
    "a direction": (
        ("claim changed", "c3, direction", "supports", "neutral"), ComparedPart("Direction", "For", "Neither"),
    ),
    "whom it is about": (
        ("claim changed", "c3, population", "long_ago", "sailors"), ComparedPart("In whom", "long_ago", "Sailors"),
    ),
    "a study that came": (
        ("evidence added", "c3", "", "glassbook context (sailors)"),
        ComparedPart("Study", "not there", "The book of glass 2001: Context (Sailors)"),
    ),
    "a study that the page no longer has": (
        ("evidence removed", "c3", "gone1999 supports (sailors)", ""),
        ComparedPart("Study", "gone1999 supports (sailors)", "not there"),
    ),
    "a tier": (("tier", "s1, final", "medium", "not rated"), ComparedPart("Tier", "Fair", "not rated")),
    "a place in the order": (("rank moved", "s1", "2", "1"), ComparedPart("Rank moved", "2", "1")),
    "a note that names a record": (
        ("wording", "c3, status_note", "See [c1](#c1).", "It *stands*."),
        ComparedPart("Reason", "See claim 1.", "It stands."),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PARTS)
def test_a_change_is_told_in_the_words_of_the_page(name: str) -> None:
    change, part = PARTS[name]
    told = beside(change)
    assert told is not None
    (record,) = told.records
    assert record.anchor == change[1].partition(",")[0]
    assert record.parts == (part,)
    assert record.text != ""


def test_what_it_said_stands_beside_what_it_says_and_not_a_third_time() -> None:
    told = beside(("claim reworded", "c3, text", "It was so.", "It is so."))
    assert told is not None
    assert [(one.anchor, one.text, one.parts) for one in told.records] == [
        ("c3", "", (ComparedPart("Wording", "It was so.", "It is so."),))
    ]


def test_a_claim_that_is_gone_is_told_without_a_link() -> None:
    told = beside(("claim removed", "c99", "Glass is *warm*.", ""), ("claim added", "c3", "", "As typed."))
    assert told is not None
    added, gone = told.records
    assert (gone.anchor, gone.parts) == ("", (ComparedPart("Wording", "Glass is warm.", "not there"),))
    assert added.parts[0].was == "not there"
    assert added.parts[0].now == next(one.text for one in brief().all_claims if one.id == "c3")


def test_how_a_study_is_described_is_left_to_the_data() -> None:
    assert beside(("wording", "c3, evidence glassbook finding", "It shines.", "It shone.")) is None
    assert beside(("value changed", "c3, verification when", "unknown", "2026-01-01")) is None
    assert compared(brief(), derive(brief())) is None


def test_equal_changes_of_a_computed_and_a_final_tier_are_one() -> None:
    told = beside(("tier", "s1, final", "medium", "weak"), ("tier", "s1, computed", "medium", "weak"))
    assert told is not None
    assert [one.parts for one in told.records] == [(ComparedPart("Tier", "Fair", "Thin"),)]
