"""Whatever comes in: a build, or problems with places. Never a traceback, never a partly written output."""

import json
import shutil
import string
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from evibrief.build import build
from evibrief.problems import Problem, Problems
from evibrief.sections.blocks import Layer
from fuzz import FILES, GOOD, LINES, NASTY, mutate

WORDS = some.one_of(some.sampled_from(NASTY), some.text(string.printable, max_size=40), some.text(max_size=20))


@some.composite
def mutations(draw: some.DrawFn) -> tuple[Path, str, int, str]:
    """One mutation: a file, what is done, the line where, and the words for it."""
    path = draw(some.sampled_from(FILES))
    kinds = ("drop", "double", "replace value", "insert", "cut", "indent", "swap", "append", "remove file")
    return path, draw(some.sampled_from(kinds)), draw(some.integers(0, LINES[path] - 1)), draw(WORDS)


def outcome(folder: Path, output: Path, formats: tuple[str, ...], layer: Layer = "full") -> str:
    """`built` or `problems`; anything else is raised. What stands in the output is looked at."""
    before = {path.name: path.read_bytes() for path in output.iterdir()}
    problems: tuple[Problem, ...] = ()
    try:
        written = build(folder, output, formats, layer=layer)
    except Problems as wrong:
        problems = wrong.problems
        written = []
    if not written:
        assert problems
        assert all(problem.message and problem.rule and problem.place.path for problem in problems)
        assert {path.name: path.read_bytes() for path in output.iterdir()} == before
        return "problems"
    assert [document.path.is_file() for document in written] == [True] * len(formats)
    assert not list(output.glob(".writing-*"))
    return "built"


def run(mutated: list[tuple[Path, str, int, str]], formats: tuple[str, ...]) -> str:
    with TemporaryDirectory() as temporary:
        folder, output = Path(temporary, "blue-glass"), Path(temporary, "out")
        shutil.copytree(GOOD, folder)
        output.mkdir()
        (output / "yours.txt").write_text("not ours")
        for mutation in mutated:
            mutate(folder, mutation)
        return outcome(folder, output, formats)


def test_an_unmutated_brief_builds() -> None:
    assert len(FILES) > 12
    assert run([], ("html",)) == "built"


@settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(some.lists(mutations(), min_size=1, max_size=3))
def test_whatever_comes_in_there_is_a_page_or_there_are_problems(mutated: list[tuple[Path, str, int, str]]) -> None:
    assert run(mutated, ("html",)) in ("built", "problems")


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(some.text(min_size=1, max_size=120))
def test_whatever_text_comes_in_all_documents_are_built_or_none(words: str) -> None:
    """Texts that the model takes go through pandoc, WeasyPrint and Word's format as well; on page one, soon printed."""
    with TemporaryDirectory() as temporary:
        folder, output = Path(temporary, "blue-glass"), Path(temporary, "out")
        shutil.copytree(GOOD, folder)
        output.mkdir()
        quoted = json.dumps(words.encode("utf-8", "replace").decode("utf-8"))
        text = (folder / "brief.yaml").read_text()
        assert text.count("  - Rats sneeze.\n") == 1
        (folder / "brief.yaml").write_text(text.replace("Rats sneeze.", quoted), encoding="utf-8")
        assert outcome(folder, output, ("pdf", "docx", "html"), "page") in ("built", "problems")


def test_the_mutations_reach_both_outcomes() -> None:
    """A fuzz that only ever meets one outcome tests nothing of the other."""
    remark = FILES.index(Path("ranking.yaml"))
    assert run([(FILES[remark], "append", 3, "  ")], ("html",)) == "built"
    assert run([(FILES[remark], "cut", 5, "")], ("html",)) == "problems"


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_file_of_nonsense_is_a_problem(file: Path) -> None:
    with TemporaryDirectory() as temporary:
        folder, output = Path(temporary, "blue-glass"), Path(temporary, "out")
        shutil.copytree(GOOD, folder)
        output.mkdir()
        (folder / file).write_bytes(bytes(range(256)) * 3)
        assert outcome(folder, output, ("html",)) == "problems"
