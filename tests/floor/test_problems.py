"""What is printed of a stranger's words cannot act on a terminal, nor pass for a line of ours."""

import itertools
import json

import pytest

from evibrief.problems import Place, Problem, Problems, plain

ACTIVE = {
    "escape": "\x1b", "line break": "\n", "return": "\r", "backspace": "\b", "delete": "\x7f", "one of C1": "\x9b",
    "right to left": "\u202e", "zero width": "\u200b", "isolate": "\u2067", "half a pair": "\ud800",
    "line separator": "\u2028", "paragraph separator": "\u2029", "language tag": "\U000e0041",
}  # fmt: skip


@pytest.mark.parametrize("letter", ACTIVE.values(), ids=ACTIVE)
def test_what_acts_on_a_terminal_becomes_an_escape_that_json_reads_back(letter: str) -> None:
    shown = plain(f"a{letter}b")
    assert letter not in shown
    assert shown.isascii()
    assert json.loads(f'"{shown}"') == f"a{letter}b"


@pytest.mark.parametrize("text", ["é", "−5 µg", "a\u00adb", "\u00a0", "中", "🧪", "e\u0301"])
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


def test_a_problem_is_printed_without_what_acts_wherever_it_came_from() -> None:
    printed = str(Problem(Place("a\x1b[2J.yaml", 1, 1), "rule", "b\u202ec", "d\ne"))
    assert printed.splitlines() == [r"a\u001b[2J.yaml:1:1: error[rule]: b\u202ec", r"  hint: d\ne"]


def test_problems_are_in_the_order_of_their_values() -> None:
    """By path, line and column first: as they are compared one by one."""
    numbers, words, severities = (1, 2, 10), ("a", "b"), ("error", "warning")
    made = [
        Problem(Place(path, line, column), rule, message, hint, severity)  # type: ignore[arg-type]
        for path, line, column, rule, message, hint, severity in itertools.product(
            words, numbers, numbers, words, words, words, severities)
    ]  # fmt: skip
    assert len(set(made)) == 288
    assert Problems(reversed(made)).problems == tuple(sorted(made))
