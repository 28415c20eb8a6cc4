"""A brief that names an instrument of the second form: it is read, its tables are checked, its faults have a place."""

import shutil
from pathlib import Path

import pytest

from evibrief.checks.load import load
from evibrief.evidence.instrument import Instrument, LegInstrument
from evibrief.evidence.load import read_evidence
from evibrief.problems import Problem, Problems
from evidence_worlds import INSTRUMENT, ROOT

BRIEF = ROOT / "tests" / "briefs" / "blue-glass"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A brief with a copy of plausibility-2 of its own."""
    copy = Path(shutil.copytree(BRIEF, tmp_path / "blue-glass"))
    text = (copy / "brief.yaml").read_text()
    assert text.count("instrument: invented-1") == 1
    (copy / "brief.yaml").write_text(text.replace("instrument: invented-1", "instrument: plausibility-2"))
    shutil.copy(INSTRUMENT, copy / "instruments")
    return copy


def problems_with(folder: Path, old: str, new: str) -> list[Problem]:
    """What `check` says of the instrument with one text in the place of another."""
    path = folder / "instruments" / INSTRUMENT.name
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    with pytest.raises(Problems) as caught:
        load(folder)
    return [problem for problem in caught.value.problems if problem.place.path == str(path)]


def line_of(text: str) -> int:
    return INSTRUMENT.read_text().split(text)[0].count("\n") + 1


def test_a_brief_may_name_either_form(folder: Path) -> None:
    brief, _, problems = read_evidence(folder)
    assert problems == []
    assert brief is not None
    assert isinstance(brief.instrument, LegInstrument)
    first, _, _ = read_evidence(BRIEF)
    assert first is not None
    assert isinstance(first.instrument, Instrument)


def test_a_misspelt_key_is_reported_where_it_is(folder: Path) -> None:
    found = problems_with(folder, "  uncounted: [", "  uncoutned: [")
    assert {(one.rule, one.place.line, one.hint) for one in found if one.rule == "unknown-key"} == {
        ("unknown-key", line_of("  uncounted: ["), "did you mean `uncounted`?")
    }
    assert {one.rule for one in found} == {"unknown-key", "missing"}


def test_a_misspelt_key_at_the_top_is_reported_too(folder: Path) -> None:
    found = problems_with(folder, "\nsupport: ", "\nsuport: ")
    assert ("unknown-key", "did you mean `support`?") in {(one.rule, one.hint) for one in found}


def test_a_gap_in_a_table_is_reported_where_it_is(folder: Path) -> None:
    found = problems_with(folder, "{against: 0, controlled: 1}]", "{against: 0, controlled: 1, agreeing: 0}]")
    assert [(one.rule, one.place.line) for one in found] == [("instrument-table", line_of("    - level: replicated"))]
    assert "no rule applies to: controlled 1" in found[0].message


def test_a_design_in_two_lists_is_reported_at_the_second(folder: Path) -> None:
    found = problems_with(folder, "uncontrolled: [", "uncontrolled: [cohort, ")
    assert [(one.rule, one.place.line) for one in found] == [("instrument-table", line_of("  uncontrolled: ["))]
