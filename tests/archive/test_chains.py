"""The log of an archive and the register of letters: a line that was changed, taken out or put in is named."""

from collections.abc import Callable

import pytest

from evibrief.archive.log import START, archived, began, lines_of, read_chain
from evibrief.archive.register import Entry, chained, read_register
from evibrief.problems import Problems

ENTRY = Entry("2026-03-02T10:00:00+00:00", "delivered", "brief", "1.2.0", "0" * 64, "a", "botanist", "<x@y>")
LOG = lines_of([began({}, {}, {}), *(archived(("blue", f"1.{one}.0"), "0" * 64) for one in range(3))], START)
REGISTER = chained([ENTRY] * 4, START)
WORDS = {"log": '"1.1.0"', "register": '"botanist"'}


def read(kind: str, lines: list[str]) -> int:
    """How many lines are read."""
    text = "".join(lines)
    return len(read_chain(text.encode(), "x").events if kind == "log" else read_register(text, "x"))


def another_word(lines: list[str], word: str) -> None:
    at = next(at for at, line in enumerate(lines) if word in line)
    lines[at] = lines[at].replace(word, word.replace("1.1", "1.7").replace("bot", "zo"))


CHANGES: dict[str, Callable[[list[str], str], object]] = {
    "a changed word": another_word,
    "a line taken out": lambda lines, _: lines.pop(1),
    "the first line taken out": lambda lines, _: lines.pop(0),
    "two lines in another order": lambda lines, _: lines.insert(1, lines.pop(2)),
    "a line that is no line": lambda lines, _: lines.insert(1, "{\n"),
}


@pytest.mark.parametrize("kind", WORDS)
def test_whole_lines_are_read_and_one_that_was_cut_off_is_not(kind: str) -> None:
    lines = (LOG if kind == "log" else REGISTER).splitlines(keepends=True)
    assert read(kind, lines) == 4
    assert read(kind, [*lines, '{"cut']) == 4


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("kind", WORDS)
def test_a_touched_line_is_a_problem_with_the_number_of_a_line(kind: str, change: str) -> None:
    lines = (LOG if kind == "log" else REGISTER).splitlines(keepends=True)
    CHANGES[change](lines, WORDS[kind])
    with pytest.raises(Problems, match=rf"^x:\d:1: error\[{kind}\]: "):
        read(kind, lines)
