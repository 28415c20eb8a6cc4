"""Rules that take more than one file to break, overrides, values in prose, and the printing for people and machines."""

import datetime
import json
import re
from pathlib import Path

import pytest

from command import run_here as evibrief
from evibrief.build import build
from evibrief.checks.catalogue import rules_in_words
from evibrief.checks.load import load
from evibrief.checks.reader_messages import DESCRIPTIONS
from evibrief.checks.registry import RULES
from evibrief.problems import Problem, Problems
from test_bad import SECTIONS, good_brief, name_document, problems_in, rules_in

ROOT = Path(__file__).parents[2]
CLAIMS = "claims/01-glass.yaml"
DOSE = """people:
  - id: d1
    label: Glass
    amount: {low: 1.5, unit: mg}
    route: oral
    duration: unknown
    regimen: once
    purpose: sneezing
    population: asthma
    evidence:
      - {source: example2020, role: supports, locator: p. 1, finding: It was given.}
"""
RANKING = """statements:
  - id: s1
    text: Blue glass may help people with hay fever.
    claims: [c1_1, c1_2]
"""


def names(problems: tuple[Problem, ...]) -> list[str]:
    return sorted(problem.rule for problem in problems)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1, (path, old, text.count(old))
    path.write_text(text.replace(old, new))


def test_doses_without_a_section_on_harms(tmp_path: Path) -> None:
    folder = good_brief(tmp_path)
    (folder / "doses.yaml").write_text(DOSE)
    assert names(problems_in(folder)) == []
    change(folder / "brief.yaml", "  - {kind: harms, title: harms}\n", "")
    assert names(problems_in(folder)) == ["no-harms"]


def test_evidence_that_says_all_itself_still_needs_an_appraisal(tmp_path: Path) -> None:
    folder = good_brief(tmp_path)
    (folder / "studies.yaml").write_text("[]\n")
    said = "        population: asthma\n        exposure: intervention\n        role: supports "
    change(folder / CLAIMS, "        role: supports ", said)
    (problem,) = problems_in(folder)
    assert (problem.rule, Path(problem.place.path).name, problem.place.line) == ("not-appraised", "references.json", 2)


def test_one_study_for_many_claims(tmp_path: Path) -> None:
    folder = good_brief(tmp_path)
    claims = (folder / CLAIMS).read_text()
    one = claims[claims.index("  - id: c1_1") : claims.index("  - id: c1_2")]
    more = "".join(one.replace("c1_1", f"c1_{number}") for number in range(3, 8))
    (folder / CLAIMS).write_text(claims.rstrip("\n") + "\n" + more)
    change(folder / "mechanisms.yaml", "claims: [c1_1]", "claims: [c1_1, c1_3, c1_4, c1_5, c1_6, c1_7]")
    assert names(problems_in(folder)) == ["heavy-study"]


def test_a_contrary_study_that_is_shown_beside_one_claim_and_not_beside_the_other(tmp_path: Path) -> None:
    folder = good_brief(tmp_path)
    change(folder / CLAIMS, "        role: supports ", "        basis: candidate\n        role: contradicts ")
    name_document(folder)
    for status in ("    status: contested", "    status: unsupported"):
        change(folder / CLAIMS, status, f"    corrections: [E1]\n{status}")
    (folder / "limitations.yaml").write_text(
        "corrections:\n  - {id: E1, kind: contested, lines: '3', says: It is., right: It is not., sure: high,\n"
        "     sources: [example2020]}\n"
    )
    problems = problems_in(folder)
    assert names(problems) == ["hidden-contrary"]
    assert "`c1_2` does not list it" in problems[0].message


@pytest.mark.parametrize(("role", "found"), [("contradicts", ["flat-wording"]), ("supports", [])])
def test_an_upheld_claim_on_which_studies_conflict_is_flat(role: str, found: list[str], tmp_path: Path) -> None:
    folder = good_brief(tmp_path)
    studies = (folder / "studies.yaml").read_text()
    (folder / "studies.yaml").write_text(studies + studies.replace("example2020", "spare1999"))
    references = json.loads((folder / "references.json").read_text())
    spare = {**references[0], "id": "spare1999", "title": "Spare", "DOI": "10.0000/spare"}
    (folder / "references.json").write_text(json.dumps([*references, spare]))
    claims = (folder / CLAIMS).read_text()
    entry = claims[claims.index("      - source: example2020") : claims.index("  - id: c1_2")]
    more = entry.replace("example2020", "spare1999").replace("role: supports ", f"role: {role} ")
    change(folder / CLAIMS, entry, entry + more)
    change(folder / CLAIMS, "status: contested ", "status: upheld ")
    assert [name for name in names(problems_in(folder)) if name == "flat-wording"] == found


def test_a_reference_of_a_later_year_is_found(tmp_path: Path) -> None:
    folder = good_brief(tmp_path)

    text = (folder / "references.json").read_text()
    (folder / "references.json").write_text(re.sub(r'("date-parts": \[\[)\d{4}', r"\g<1>2027", text))
    assert names(problems_in(folder)) == ["dates"]


def test_an_override_lets_one_rule_pass_for_its_record_and_is_printed(tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    (folder / "ranking.yaml").write_text(RANKING)
    assert names(problems_in(folder)) == ["one-study", "uncertain-sources", "uncontrolled-tier"]
    signed = "    overrides:\n      - {rule: one-study, reason: All there is., by: the author, date: 2026-02-01}\n"
    (folder / "ranking.yaml").write_text(RANKING + signed)
    assert names(problems_in(folder)) == ["uncertain-sources", "uncontrolled-tier"]
    html = build(folder, tmp_path / "out", ["html"])[0].path.read_text()
    assert "All there is." in html
    assert "the author, 2026-02-01" in html


def test_an_override_of_an_outer_record_holds_inside_it_and_nowhere_else(tmp_path: Path) -> None:
    folder = good_brief(tmp_path)
    text = (folder / CLAIMS).read_text()
    (folder / CLAIMS).write_text(text.replace("Sneezing fell in 7 of 12 people.", "It fell (n = 21)."))
    assert names(problems_in(folder)) == ["number-differs"]
    override = "    overrides:\n      - {rule: number-differs, reason: A subgroup., by: me, date: 2026-02-01}\n"
    (folder / CLAIMS).write_text((folder / CLAIMS).read_text().replace("    evidence:\n", override + "    evidence:\n"))
    assert names(problems_in(folder)) == []


def test_an_override_beside_another_record_lets_nothing_pass(tmp_path: Path) -> None:
    folder = good_brief(tmp_path)
    text = (folder / CLAIMS).read_text().replace("Sneezing fell in 7 of 12 people.", "It fell (n = 21).")
    override = "    overrides:\n      - {rule: number-differs, reason: A subgroup., by: me, date: 2026-02-01}\n"
    (folder / CLAIMS).write_text(text.rstrip("\n") + "\n" + override)
    assert names(problems_in(folder)) == ["idle-override", "number-differs"]


def test_values_in_prose_are_printed_and_have_to_exist(tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    (folder / "doses.yaml").write_text(DOSE)
    (folder / "ranking.yaml").write_text(RANKING)
    change(
        folder / "brief.yaml",
        "Nothing follows from it.",
        "It had {example2020.n} people, {d1.amount}, {s1.final} and {s1.computed}, {l_glass_1.judgement}, "
        "{m_glass.certainty}, {counts.claims} claims.",
    )
    html = build(folder, tmp_path / "out", ["html"])[0].path.read_text()
    assert "It had 12 people, 1.5\u00a0mg, medium and medium, limited, very low, 2 claims." in html
    change(folder / "brief.yaml", "{example2020.n}", "{exampel2020.n}")
    with pytest.raises(Problems) as caught:
        load(folder)
    wrong = [problem for problem in caught.value.problems if problem.rule == "unknown-value"]
    assert [problem.hint for problem in wrong] == ["did you mean `example2020.n`?"]
    line = (folder / "brief.yaml").read_text().split("\n")[wrong[0].place.line - 1]
    assert line[wrong[0].place.column - 1 :].startswith("{exampel2020.n}")


def test_a_faulty_text_with_a_value_is_reported_where_it_stands(tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    change(folder / "brief.yaml", "Nothing follows from it.", "# {example2020.n} people")
    change(folder / "brief.yaml", "text: >-\n    One small", "text: |\n    # One {example2020.n} small")
    with pytest.raises(Problems) as caught:
        build(folder, tmp_path / "out", ["html"])
    lines = (folder / "brief.yaml").read_text().split("\n")
    assert all("text: |" in lines[problem.place.line - 1] for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The study had 12 participants [@example2020].", False),
        ("The study had 13 participants [@example2020].", True),
        ("In 9 patients and 10 controls [@example2020].", True),
        ("In 7 patients and 5 controls [@example2020].", False),
        ("Of 12 people, n = 12 [@example2020].", False),
        ("It had 1,200 patients [@example2020].", True),
        ("In SARS-CoV-2 patients [@example2020].", False),
        ("It had 13 participants.", False),
    ],
)
def test_numbers_of_participants(text: str, found: bool, tmp_path: Path) -> None:
    folder = good_brief(tmp_path)
    change(folder / "brief.yaml", "This is an example without any evidence in it.", f'"{text}"')
    assert ("number-differs" in names(problems_in(folder))) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Blue glass improves sleep.", True),
        ("Blue glass may improve sleep.", False),
        ("Whether blue glass improves sleep is unknown.", False),
        ("Blue glass does not improve sleep; it improves hearing.", True),
        ("It improves sleep [@example2020].", False),
        ("Sleep is improved.", False),
        ("BLUE GLASS PROVES IT.", True),
    ],
)
def test_verbs_are_measured_against_their_level(text: str, found: bool, tmp_path: Path) -> None:
    folder = good_brief(tmp_path)
    change(folder / "brief.yaml", "Nothing follows from it.", text)
    assert ("strong-wording" in names(problems_in(folder))) is found


def test_every_rule_describes_itself_on_a_page(tmp_path: Path) -> None:
    text = rules_in_words()
    assert (ROOT / "docs" / "rules.md").read_text() == text
    assert len(RULES) > 30
    for rule in RULES:
        assert rule.description.split("\n\n")[0].endswith("."), rule.name
        assert len(rule.description) > 60, rule.name
        assert f"### {rule.name}\n" in text
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_the_reader_s_refusals_are_all_described() -> None:
    named = set().union(*map(rules_in, (
        "evidence.read_folder", "evidence.read_references", "evidence.read_yaml", "evidence.fields",
        "evidence.validate", "evidence.instrument", "evidence.brief", "evidence.claims", "evidence.records", "build",
        "formats.theme", "importers.retraction_watch",
    )))
    assert len(named) > 25
    assert named == set(DESCRIPTIONS)


def test_one_rule_is_explained(tmp_path: Path) -> None:
    assert "rests on one study" in evibrief("rules", "one-study").stdout
    assert evibrief("rules", "one-studdy").returncode == 2


def test_check_prints_for_machines(tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    (folder / "ranking.yaml").write_text(RANKING + "    final: {tier: strong}\n")
    run = evibrief("check", folder, "--format", "json")
    assert run.returncode == 1
    problems = json.loads(run.stdout)["problems"]
    found = next(problem for problem in problems if problem["rule"] == "unsigned-tier")
    assert found["severity"] == "error"
    assert (found["line"], found["column"]) == (5, 12)
    run = evibrief("check", folder, "--format", "github")
    assert run.returncode == 1
    pattern = r"::(error|warning) file=[^,]+,line=\d+,col=\d+,title=[\w-]+::[^\n]+"
    lines = run.stdout.strip().split("\n")
    assert len(lines) >= 3
    assert all(re.fullmatch(pattern, line) for line in lines)


def test_an_annotation_escapes_what_would_break_it() -> None:
    from evibrief.problems import Place, as_annotation

    problem = Problem(Place("a,b:c.yaml", 3, 4), "quotation", "50 %\nof it", "do: this, or that")
    assert as_annotation(problem) == (
        "::error file=a%2Cb%3Ac.yaml,line=3,col=4,title=quotation::50 %25%0Aof it%0Ado: this, or that"
    )


def test_the_day_matters_to_the_check_and_not_to_the_build(tmp_path: Path) -> None:
    folder = good_brief(tmp_path)
    assert load(folder, datetime.date(2030, 1, 1)).warnings[0].rule == "review-overdue"
    assert load(folder).warnings == ()


def test_the_sections_of_the_test_are_in_the_good_brief(tmp_path: Path) -> None:
    assert SECTIONS in (good_brief(tmp_path) / "brief.yaml").read_text()
