"""Numbers that are in the data and also in the words of a finding: what differs is found, and nothing else."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from evibrief import resources
from evibrief.checks.amounts import RULES, is_outside
from evibrief.evidence.amounts_in_text import amounts_in, are_equal
from evibrief.evidence.claims import Estimate
from evibrief.problems import Problem
from test_bad import good_brief, problems_in

NAMES = {rule.name for rule in RULES}
AGAIN = "one of the two is wrong: read the source again"
EVIDENCE = "{source: example2020, role: supports, locator: p. 1, finding: %s}"


def found(folder: Path) -> list[Problem]:
    problems = problems_in(folder)
    assert [one for one in problems if one.severity == "error"] == []
    return [one for one in problems if one.rule in NAMES]


def with_doses(folder: Path, cases: Sequence[tuple[str, Sequence[str]]], kind: str = "people") -> Path:
    """A brief with these amounts and their findings, given to people or to others: `d0`, `d1`, one for each case."""
    good_brief(folder)
    people = "    duration: unknown\n    regimen: once\n    purpose: sneezing\n    population: asthma\n"
    records = [
        f"  - id: d{index}\n    label: Glass\n    amount: {{{amount}}}\n    route: oral\n"
        f"{people if kind == 'people' else '    population: nobody' + chr(10)}    evidence:\n"
        + "".join(f"      - {EVIDENCE % repr(words)}\n" for words in findings)
        for index, (amount, findings) in enumerate(cases)
    ]
    (folder / "doses.yaml").write_text(f"{kind}:\n" + "".join(records))
    return folder


DIFFERENT = (
    ("low: 500, unit: mg", "0.5 mg was given for 8 weeks."),
    ("low: 0.5, unit: mg", "0.5 µg was given."),
    ("low: 0.5, unit: mg", "0.5 mcg was given."),
    ("low: 0.5, unit: mg", "0.5 μg was given."),
    ("low: 0.5, unit: mg", "0.5 mg/kg was given."),
    ("low: 0.5, unit: mg/kg", "0.5 mg was given."),
    ("low: 4, high: 8, unit: mg", "From 5 to 9 mg was given."),
    ("low: 45, unit: mg/day", "4.5 mg once a day."),
    ("low: 10, unit: µM", "10 mM lowered it."),
    ("low: 1.2, unit: mg", "1,250 mg was given."),
    ("low: 20, unit: g", "Given at a 50-mg dose."),
)


@pytest.mark.parametrize("kind", ["people", "other"])
def test_an_amount_that_its_finding_does_not_name(tmp_path: Path, kind: str) -> None:
    folder = with_doses(tmp_path, [(amount, [finding]) for amount, finding in DIFFERENT], kind)
    problems, lines = found(folder), (folder / "doses.yaml").read_text().split("\n")
    assert len(problems) == len(DIFFERENT)
    for index, problem in enumerate(problems):
        assert (problem.rule, problem.severity, problem.hint) == ("amount-differs", "warning", AGAIN)
        assert f"`d{index}`" in problem.message
        line = lines[problem.place.line - 1]
        assert DIFFERENT[index][1] in line
        assert line[problem.place.column - 1].isdigit()


def test_an_amount_that_its_finding_names_or_cannot_contradict(tmp_path: Path) -> None:
    cases = (
        ("low: 500, unit: mg", ["It was given."]),
        ("low: 500, unit: mg", ["8 weeks; it fell by 30%."]),
        ("low: 500, unit: mg", ["0.5 mg, then 500 mg, was given."]),
        ("low: 500, unit: mg", ["0.5 g was given."]),
        ("low: 500, unit: mg", ["5 mg was given.", "500 mg was given."]),
        ("low: 500, unit: mg", ["The level was 120 ng/ml."]),
        ("low: 500, unit: mg", ["5 mg per visit.", "5 mg/week.", "5 mg kg^−1^", "5 mgs", "0.5 ml of it"]),
        ("low: 4.5, unit: mg/day", ["4.5 mg once a day."]),
        ("low: 9, unit: mg/day", ["4.5 mg twice a day."]),
        ("low: 4, high: 8, unit: mg", ["4–8 mg was given."]),
        ("low: 4, high: 8, unit: mg", ["Doses of 2, 4 and 6 mg."]),
        ("low: 10, unit: µg/kg", ["10 mcg per kg was given."]),
        ("low: 1200, unit: mg", ["1,200 mg was given."]),
        ("low: 0.5, unit: mg", ["0,5 mg was given."]),
        ("low: 75, unit: mg/m²", ["75 mg/m^2^ was given."]),
        ("low: 2, unit: '%'", ["It fell by 30%."]),
        ("low: 50, unit: µM", ["50 μM and 0.05 mM"]),
        ("low: 0.5, unit: mg/kg/h", ["0.5 mg/kg over one hour"]),
    )
    assert [str(one) for one in found(with_doses(tmp_path, cases))] == []


def test_a_unit_of_the_brief_is_read_and_no_unit_is_offered(tmp_path: Path) -> None:
    folder = with_doses(tmp_path, [("low: 20, unit: lux", ["2 lux was given."])])
    brief = (folder / "brief.yaml").read_text()
    (folder / "brief.yaml").write_text(brief.replace("\nsections:", "\nunits: [lux]\nsections:", 1))
    (problem,) = found(folder)
    assert problem.message == "the finding says “2 lux”, and the amount of `d0` is 20\u00a0lux"
    assert problem.hint == AGAIN


def test_every_shipped_unit_is_read_and_is_equal_to_itself_alone() -> None:
    units = resources.units()
    assert len(units) > 30
    for unit in units:
        (named,) = amounts_in(f"It was 0.7 {unit}, once.", units)
        assert (named.unit, named.numbers) == (unit, frozenset({Decimal("0.7")}))
        same = {other for other in units if are_equal(Decimal(3), unit, Decimal(3), other)}
        a_day = {f"{unit}/day", unit.removesuffix("/day")}
        assert unit in same
        assert same <= {unit, *a_day} | {"mM", "mmol/l", "g/l", "mg/ml", "mg/l", "µg/ml", "ng/ml", "µg/l"}


COUNTED = (
    ("12 2, 12 0", "3 of 12 were cut.", "3 of 12"),
    ("20 3", "13 of 20 were cut.", "13 of 20"),
    ("20 13", "Three of 20 were cut.", "Three of 20"),
    ("20 13, 20 6", "13 of 20 against 5 of 20.", "5 of 20"),
    ("12 1", "None of the twelve was cut.", "None of the twelve"),
    ("20 13", "13 of 20 were cut.", None),
    ("20 13", "thirteen of 21 were cut; 3 of 21.", None),
    ("20 13, 20 5", "13 of 20 against five of 20; 2 of 20 left.", None),
    ("20 3", "For 13 of 20 weeks.", None),
    ("20 3", "It fell by 13 of 20.5 and 1.3 of 20.", None),
    ("20 3, 20 -", "13 of 20 were cut.", None),
)


def test_people_counted_in_a_harm_and_in_its_finding(tmp_path: Path) -> None:
    records = [
        f"- id: h{index}\n  effect: Cuts\n  population: asthma\n  arms: {listed(arms)}\n"
        f"  evidence:\n    - {EVIDENCE % repr(finding)}\n"
        for index, (arms, finding, _) in enumerate(COUNTED)
    ]
    (good_brief(tmp_path) / "harms.yaml").write_text("".join(records))
    problems = found(tmp_path)
    assert [(one.rule, one.hint) for one in problems] == [("events-differ", AGAIN)] * 5
    told = [words for _, _, words in COUNTED if words]
    assert [one.message.partition("”")[0] for one in problems] == [f"the finding says “{words}" for words in told]


@pytest.mark.parametrize(("arms", "finding", "told"), [COUNTED[1], COUNTED[5]])
def test_people_counted_in_an_effect_and_in_its_finding(
    tmp_path: Path, arms: str, finding: str, told: str | None
) -> None:
    folder = with_estimate(good_brief(tmp_path), f"effect: risk ratio 2, arms: {listed(arms)}", finding)
    assert [(one.rule, one.hint) for one in found(folder)] == [("events-differ", AGAIN)] * bool(told)


def listed(arms: str) -> str:
    """`20 13, 20 -`: the size and the events of each arm, as YAML."""
    pairs = [pair.split() for pair in arms.split(", ")]
    told = (f"{{label: a, n: {n}{'' if events == '-' else f', events: {events}'}}}" for n, events in pairs)
    return f"[{', '.join(told)}]"


def with_estimate(folder: Path, estimate: str, finding: str = "It fell.") -> Path:
    claims = folder / "claims" / "01-glass.yaml"
    text = claims.read_text()
    before, key, rest = text.partition("        finding: ")
    assert key
    _, _, after = rest.partition("\n")
    claims.write_text(f"{before}{key}{finding!r}\n        estimate: {{{estimate}}}\n{after}")
    return folder


EFFECTS = (
    ("mean difference 0.34 points", "95% CI -0.95 to 0.27", True),
    ("risk ratio 23", "95% CI 0.8 to 6.9", True),
    ("risk ratio 2,3", "0,8–1,9", True),
    ("difference −3.4 at 12 weeks", "[−0.95; 0.27]", True),
    ("SMD 1.4", "95% CI: 0.2-0.9", True),
    ("50%", "95% CI 10% to 20%", True),
    ("mean difference -0.34 points", "95% CI -0.95 to 0.27", False),
    ("risk ratio 2.3", "95% CI 0.8 to 6.9", False),
    ("difference −0.34", "95% confidence interval −0.95 to 0.27", False),
    ("difference −0.34", "(−0.95, 0.27)", False),
    ("fell by 0.34 points", "-0.95 to -0.27", False),
    ("IL-6 1.5 pg/ml", "1.1 to 1.9", False),
    ("difference 2 at 12 weeks", "1 to 3", False),
    ("28% lower odds", "0.5 to 0.9", False),
    ("risk ratio 23", "SE 0.3", False),
    ("risk ratio 23", "above 0.8", False),
    ("unknown", "0.8 to 6.9", False),
    ("1,300 steps", "1,200 to 1,500", False),
    ("risk ratio 2.3", "6.9 to 0.8", False),
)


def test_an_effect_and_its_interval() -> None:
    for effect, interval, outside in EFFECTS:
        assert is_outside(Estimate(effect=effect, interval=interval)) is outside, (effect, interval)


@pytest.mark.parametrize("row", [EFFECTS[0], EFFECTS[6]])
def test_an_effect_outside_its_interval_is_found(tmp_path: Path, row: tuple[str, str, bool]) -> None:
    effect, interval, outside = row
    folder = with_estimate(good_brief(tmp_path), f"effect: {effect!r}, interval: {interval!r}")
    assert [(one.rule, one.hint) for one in found(folder)] == [("outside-interval", AGAIN)] * outside


def test_the_briefs_of_this_repository_say_the_same_in_words_and_in_data() -> None:
    root = Path(__file__).parents[2]
    folders = [*(root / "tests" / "briefs").iterdir(), root / "data" / "ketamine-mecfs"]
    assert len(folders) > 2
    told = [one.message for folder in folders for one in problems_in(folder) if one.rule in NAMES]
    assert told == []
