"""A run of the tests that passes midnight says the same as any other."""

import ast
import datetime
import re
from pathlib import Path

import pytest

from days import LONGEST_TEST, to_wait

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("clock", "seconds"),
    [("00:00:00", 0), ("12:30:00", 0), ("23:58:00", 0), ("23:58:01", 119), ("23:59:59", 1)],
)
def test_no_test_begins_when_it_could_end_on_another_day(clock: str, seconds: float) -> None:
    assert to_wait(datetime.datetime.fromisoformat(f"2026-11-30T{clock}")) == seconds
    assert LONGEST_TEST >= 120


def asked_when_imported(node: ast.AST) -> list[int]:
    """The lines outside functions, and outside what only a program runs, that ask for the day or the time."""
    found = [node.lineno] if isinstance(node, ast.Attribute) and node.attr in {"today", "now", "utcnow"} else []
    later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or (
        isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"
    )
    inside = () if later else ast.iter_child_nodes(node)
    return found + [line for child in inside for line in asked_when_imported(child)]


def test_no_file_of_tests_asks_for_the_day_when_it_is_imported() -> None:
    files = {path.name: path.read_text() for path in sorted(TESTS.rglob("*.py"))}
    asking = {name: ast.parse(text) for name, text in files.items() if re.search(r"\.(today|now|utcnow)\b", text)}
    assert {"days.py", "test_retractions.py"} < {*asking}
    assert asked_when_imported(ast.parse("import datetime\nDAY = datetime.date.today()\n")) == [2]
    assert {name: lines for name, tree in asking.items() if (lines := asked_when_imported(tree))} == {}
