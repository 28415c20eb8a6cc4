"""The verdict on a comparison: nothing is called unaltered that was not compared, or that more than tools explain."""

from itertools import product

import pytest

from evibrief.archive.verdict import MOST_DIFFERENCES, Comparison, Verdict, judge
from evibrief.formats.difference import Difference

NOTHING_YET = Verdict("undecided", "blue-glass", "Blue glass", "1.0.0", "2026-03-01", "e", "c", "d")
OWN = Verdict("undecided", "blue-glass", "Blue glass", "1.0.0", "2026-03-01", "e", "c", "d", looks=("custom.css",))
DIFFERS = Difference("text", "page 1", "another number")
TOOLS = ("weasyprint 69.0 then, 70.0 now",)


@pytest.mark.parametrize(
    ("compared", "tools", "state"),
    [
        (Comparison(same=True), (), "identical"),
        (Comparison(same=True), TOOLS, "identical"),
        (Comparison(differences=(DIFFERS,)), (), "altered"),
        (Comparison(differences=(DIFFERS,)), TOOLS, "undecided"),
        (Comparison(), (), "altered"),  # all that was compared agrees, and the bytes differ
        (Comparison(), TOOLS, "other tools"),
        (Comparison(failed="it cannot be built"), (), "altered"),
        (Comparison(failed="it cannot be built"), TOOLS, "undecided"),
        (Comparison(failed="it took too long", ended=True), (), "undecided"),
        (Comparison(failed="it took too long", ended=True), TOOLS, "undecided"),
    ],
)
def test_each_comparison_has_its_verdict(compared: Comparison, tools: tuple[str, ...], state: str) -> None:
    assert judge(NOTHING_YET, compared, tools).state == state
    own = judge(OWN, compared, tools).state
    assert own == ("own look" if state in ("identical", "other tools") else state)


def test_what_differs_is_said_unless_it_is_confirmed() -> None:
    for tools, failed, ended in product(((), TOOLS), ("", "it failed"), (False, True)):
        told = judge(NOTHING_YET, Comparison(differences=(DIFFERS,), failed=failed, ended=ended), tools)
        assert "page 1: another number (text)" in told.details
        assert told.state in ("altered", "undecided")
        assert told.ended == (ended and told.state == "undecided")
    assert "saved again" in judge(NOTHING_YET, Comparison(), ()).details[0]
    assert judge(NOTHING_YET, Comparison(), TOOLS).details == TOOLS


def test_of_many_differences_the_number_of_the_others_is_said() -> None:
    for number in (MOST_DIFFERENCES, MOST_DIFFERENCES + 2):
        lines = Comparison(differences=(DIFFERS,) * number).lines
        assert len(lines) == min(number, MOST_DIFFERENCES + 1)
        assert ("and 2 more differences" in lines) == (number > MOST_DIFFERENCES)
