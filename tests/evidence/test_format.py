"""Records of format 2: what is said once, what only a brief with a source document says, and words that are meant."""

import datetime
import re
from pathlib import Path

import pytest

from evibrief import resources
from evibrief.checks.load import load
from evibrief.evidence.brief import Brief
from evibrief.evidence.load import read_evidence
from evibrief.evidence.starter import new_brief_texts
from evibrief.problems import Problem

CLAIMS, STUDIES, BRIEF = "claims/01-glass.yaml", "studies.yaml", "brief.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The starter brief."""
    for path, text in new_brief_texts("blue", datetime.date(2026, 3, 1), resources.starter_texts()).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def change(folder: Path, name: str, old: str, new: str) -> int:
    """Change a text that occurs once. Returns the line where it begins."""
    text = (folder / name).read_text()
    assert text.count(old) == 1, (name, old, text.count(old))
    (folder / name).write_text(text.replace(old, new))
    return text[: text.index(old)].count("\n") + 1


def brief_of(folder: Path) -> Brief:
    brief, _, problems = read_evidence(folder)
    assert problems == []
    assert brief is not None
    return brief


def problem_of(folder: Path) -> Problem:
    """The only problem, counted as the command prints it: once for each place and message."""
    (problem,) = set(read_evidence(folder)[2])
    return problem


def place(problem: Problem) -> tuple[str, int]:
    return Path(problem.place.path).name, problem.place.line


def test_the_starter_is_in_format_2_and_needs_no_upgrade(folder: Path) -> None:
    brief, source, _ = read_evidence(folder)
    assert brief is not None
    assert brief.brief.format == 2
    assert source.tree == source.as_typed


def test_an_old_instrument_has_old_words_and_is_never_edited(folder: Path) -> None:
    change(folder, BRIEF, "instrument: plausibility-2", "instrument: plausibility-1")
    _, source, _ = read_evidence(folder)
    assert {name for name in source.tree if source.tree[name] != source.as_typed[name]} == {"instrument"}


def test_evidence_has_the_population_and_exposure_of_its_study(folder: Path) -> None:
    (entry,) = brief_of(folder).all_claims[0].evidence
    assert (entry.population, entry.exposure) == ("asthma", "intervention")
    change(folder, CLAIMS, "        locator: p. 2\n", "        locator: p. 2\n        population: nobody\n")
    (entry,) = brief_of(folder).all_claims[0].evidence
    assert (entry.population, entry.exposure) == ("nobody", "intervention")


@pytest.mark.parametrize(
    ("typed", "seen"),
    [("locator: abstract", "abstract"), ("locator: title", "record"), ("locator: p. 2", "unknown"),
     ("locator: abstract\n        seen: full-text", "full-text")],
)  # fmt: skip
def test_a_locator_can_say_what_was_read(typed: str, seen: str, folder: Path) -> None:
    text = (folder / CLAIMS).read_text()
    (folder / CLAIMS).write_text(re.sub(r"locator: p. 2\n +seen: .*", typed, text))
    (entry,) = brief_of(folder).all_claims[0].evidence
    assert entry.seen == seen


def test_neither_evidence_nor_study_says_who_received_what(folder: Path) -> None:
    text = (folder / STUDIES).read_text()
    (folder / STUDIES).write_text(re.sub(r"  exposure: .*\n", "", text))
    problem = problem_of(folder)
    assert (problem.rule, problem.message) == ("missing", "`exposure` is missing")
    assert "in the appraisal of the publication" in problem.hint


def test_a_study_with_an_unknown_population_is_one_problem_at_the_study(folder: Path) -> None:
    line = change(folder, STUDIES, "population: asthma", "population: astma")
    problem = problem_of(folder)
    assert (problem.rule, *place(problem)) == ("unknown-population", STUDIES, line)
    assert problem.hint == "did you mean `asthma`?"


def test_evidence_of_an_unknown_reference_is_one_problem(folder: Path) -> None:
    line = change(folder, CLAIMS, "source: example2020", "source: exampel2020")
    problem = problem_of(folder)
    assert (problem.rule, *place(problem)) == ("unknown-reference", Path(CLAIMS).name, line)


def test_defaults_hold_where_a_study_says_nothing_and_key_by_key(folder: Path) -> None:
    change(folder, BRIEF, "defaults:", "defaults:\n  verification: {state: partly, when: 2026-02-01}")
    change(folder, STUDIES, "{state: unverified, where: nowhere, when: unknown, note", "{where: a shelf, note")
    (study,) = brief_of(folder).studies
    assert (study.integrity.state, study.integrity.checked) == ("not-checked", "unknown")
    found = study.verification
    assert (found.state, found.where, str(found.when)) == ("partly", "a shelf", "2026-02-01")


def test_a_wrong_default_is_one_problem_where_it_is_typed(folder: Path) -> None:
    line = change(folder, BRIEF, "{state: not-checked, checked", "{state: not-cheked, checked")
    problem = problem_of(folder)
    assert (problem.rule, *place(problem)) == ("word", BRIEF, line)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (CLAIMS, "    status: contested ", "    stated: {line: 3, attribution: a, study_type: b}\n    status: x "),
        (CLAIMS, "        locator: p. 2\n", "        locator: p. 2\n        basis: cited\n"),
        (CLAIMS, "    status: contested ", "    corrections: [E1]\n    status: contested "),
    ],
)
def test_what_is_about_a_document_is_refused_at_its_key(name: str, old: str, new: str, folder: Path) -> None:
    change(folder, name, old, new.replace("status: x", "status: contested"))
    problems = [one for one in read_evidence(folder)[2] if one.rule != "unknown-correction"]
    assert [one.rule for one in problems] == ["no-document"]
    (problem,) = problems
    line = (folder / name).read_text().split("\n")[problem.place.line - 1]
    assert re.match(r"stated|basis|corrections", line[problem.place.column - 1 :])


def test_with_a_document_all_of_it_is_asked_for_at_once(folder: Path) -> None:
    document = "source_document: {title: T, stated_sources: none, author: unknown, date: unknown, grading_method: none}"
    change(folder, BRIEF, "bottom_line:", f"{document}\nbottom_line:")
    (folder / "ranking.yaml").write_text("statements:\n  - {id: s1, text: It may help., claims: [c1_1]}\n")
    (folder / "comparators.yaml").write_text("- {id: x1, name: Red glass, known: Nothing.}\n")
    (folder / "time-course.yaml").write_text("- {id: t1, effect: Sneezing, population: asthma}\n")
    found = {(Path(one.place.path).name, one.rule, one.message) for one in read_evidence(folder)[2]}
    assert found == {
        ("01-glass.yaml", "missing", "`basis` is missing"),
        ("comparators.yaml", "missing", "`stated` is missing"),
        ("ranking.yaml", "missing", "`stated` is missing"),
        ("time-course.yaml", "missing", "`stated` is missing"),
    }


@pytest.mark.parametrize(
    ("name", "old", "word", "meant"),
    [
        (STUDIES, "design: uncontrolled-trial", "RCT", "randomised-trial"),
        (STUDIES, "design: uncontrolled-trial", "Randomized controlled trial", "randomised-trial"),
        (STUDIES, "design: uncontrolled-trial", "SR", "systematic-review"),
        (STUDIES, "design: uncontrolled-trial", "open_label", "uncontrolled-trial"),
        (STUDIES, "design: uncontrolled-trial", "metanalysis", "meta-analysis"),
        (CLAIMS, "about: direct", "drug", "intervention"),
        (CLAIMS, "role: supports", "mixed", "inconclusive"),
        (CLAIMS, "status: contested", "stands", "upheld"),
        ("mechanisms.yaml", "kind: intervention", "drug", "intervention"),
    ],
)
def test_the_word_that_is_meant_is_offered(name: str, old: str, word: str, meant: str, folder: Path) -> None:
    line = change(folder, name, old, f"{old.partition(':')[0]}: {word}")
    problem = problem_of(folder)
    assert (problem.rule, *place(problem)) == ("word", Path(name).name, line)
    assert problem.hint == f"did you mean `{meant}`?"


DOSE = """people:
  - id: d1
    label: Glass
    amount: {low: 2, unit: panes}
    salt: leaded
    doubtful: The table has another number.
    route: through the eyes
    duration: unknown
    regimen: once
    purpose: sneezing
    population: asthma
    evidence: [{source: example2020, role: supports, locator: p. 1, finding: It was given.}]
"""


def test_a_brief_adds_units_and_routes_and_none_is_offered_for_another(folder: Path) -> None:
    (folder / "doses.yaml").write_text(DOSE)
    found = read_evidence(folder)[2]
    assert [(one.rule, one.message.partition(" is")[0]) for one in found] == [
        ("word", "`panes`"), ("word", "`through the eyes`")
    ]  # fmt: skip
    assert [one.hint for one in found if "did you mean" in one.hint or not one.hint.startswith("write what")] == []
    change(folder, BRIEF, "defaults:", "units: [panes]\nroutes: [through the eyes]\ndefaults:")
    (dose,) = brief_of(folder).doses.people
    assert (dose.amount.unit, dose.route, dose.salt) == ("panes", "through the eyes", "leaded")
    change(folder, "doses.yaml", "unit: panes", "unit: pane")
    assert "did you mean" not in problem_of(folder).hint


def test_every_unit_and_route_that_is_shipped_is_read(folder: Path) -> None:
    assert len(resources.units()) > 20
    assert len(resources.routes()) > 6
    change(folder, BRIEF, "defaults:", "routes: [through the eyes]\ndefaults:")
    for unit in resources.units():
        (folder / "doses.yaml").write_text(DOSE.replace("panes", f'"{unit}"'))
        assert brief_of(folder).doses.people[0].amount.unit == unit


def test_a_later_format_is_refused(folder: Path) -> None:
    line = change(folder, BRIEF, "format: 2", "format: 3")
    change(folder, CLAIMS, "about: direct ", "regarding: whatever ")
    problem = problem_of(folder)
    assert (problem.rule, *place(problem)) == ("unknown-format", BRIEF, line)
    assert problem.hint == "take a newer version of evibrief"


def test_what_a_link_requires_is_used_and_counted(folder: Path) -> None:
    change(folder, "mechanisms.yaml", "claims: [c1_1]}", "claims: [], requires: [c1_1]}")
    loaded = load(folder)
    assert loaded.findings.links["l_glass_1"].supporting == ("example2020",)
    assert loaded.findings.ratings is not None
    assert loaded.findings.ratings.links["l_glass_1"].judgement == "inconclusive"


def test_background_and_context_rate_nothing(folder: Path) -> None:
    change(folder, CLAIMS, "about: direct ", "about: background ")
    findings = load(folder).findings
    assert findings.ratings is not None
    assert findings.ratings.links["l_glass_1"].judgement == "unsearched"


@pytest.mark.parametrize(("design", "level"), [("meta-analysis", "limited"), ("guideline", "absent")])
def test_an_older_instrument_takes_a_newer_design_for_the_nearest_it_knows(
    design: str, level: str, folder: Path
) -> None:
    change(folder, BRIEF, "instrument: plausibility-2", "instrument: plausibility-1")
    change(folder, STUDIES, "design: uncontrolled-trial", f"design: {design}")
    ratings = load(folder).findings.ratings
    assert ratings is not None
    assert ratings.links["l_glass_1"].judgement == level


def test_more_people_than_there_were_and_a_long_quotation_are_refused(folder: Path) -> None:
    estimate = "        estimate: {effect: RR 2, arms: [{label: glass, n: 12, events: 13}]}\n"
    change(folder, CLAIMS, "        locator: p. 2\n", f"        locator: p. 2\n{estimate}")
    assert problem_of(folder).rule == "arm"
    change(folder, CLAIMS, "events: 13", "events: 0")
    (arm,) = brief_of(folder).all_claims[0].evidence[0].estimate.arms  # type: ignore[union-attr]
    assert (arm.n, arm.events) == (12, 0)
    change(folder, CLAIMS, "        locator: p. 2\n", f"        locator: p. 2\n        quote: {'so it is ' * 40}\n")
    problem = problem_of(folder)
    assert (problem.rule, problem.message) == ("shape", "this is too long")
