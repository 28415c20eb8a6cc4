"""Rules on what counts, in a brief with an instrument by legs: roles, requirements, designs, reviews, searches."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from evibrief.problems import Problem
from test_bad import good_brief, problems_in

CLAIMS, STUDIES, LINKS, RANKING = "claims/01-glass.yaml", "studies.yaml", "mechanisms.yaml", "ranking.yaml"
ABOUT_NOSES = """id: glass
title: Blue glass
claims:
"""


def claim(name: str, about: str, evidence: Sequence[str]) -> str:
    """A claim with its evidence: the source, its role and, if it is not page 1, the locator."""
    lines = [f"  - id: {name}", "    text: In hay fever the nose may be inflamed.", f"    about: {about}",
             "    direction: supports", "    population: hay_fever", "    status: contested"]  # fmt: skip
    lines += ["    evidence:"] if evidence else []
    for words in evidence:
        source, role, *rest = words.split(maxsplit=2)
        locator = rest[0] if rest else "p. 1"
        lines.append(f"      - {{source: {source}, role: {role}, locator: {locator}, finding: It was seen.}}")
    return "".join(f"{line}\n" for line in lines)


def study(name: str, design: str = "case-control", exposure: str = "none", more: str = "") -> str:
    return (
        f"- {{reference: {name}, design: {design}, n: 20, species: human, population: hay_fever, exposure: {exposure},"
        f" verification: {{state: verified, where: nowhere, when: unknown}}{more}}}\n"
    )


def world(folder: Path, claims: Mapping[str, str], studies: Mapping[str, str], links: str = "", ranking: str = "",
          years: Mapping[str, int] = {}) -> Path:  # fmt: skip
    """A brief of these records: a link and a bridge with all claims, and with `ranking` a statement with some of them.

    `links` is what else is said of the bridge.
    """
    good_brief(folder)
    (folder / CLAIMS).write_text(ABOUT_NOSES + "".join(claims.values()))
    (folder / STUDIES).write_text("".join(studies.values()))
    entries = {name: {"id": name, "type": "article-journal", "title": name} for name in studies}
    dated = [{**entry, "issued": {"date-parts": [[years.get(name, 2019)]]}} for name, entry in entries.items()]
    (folder / "references.json").write_text(json.dumps(dated))
    named = ", ".join(claims)
    (folder / LINKS).write_text(
        "- id: m_nose\n  title: The nose\n  summary: It is a nose.\n  links:\n"
        f"    - {{id: l_1, kind: condition, text: The nose may be inflamed., claims: [{named}]}}\n"
        f"    - {{id: l_2, kind: bridge, text: Blue glass might calm it., claims: [{named}]{links}}}\n"
    )
    if ranking:
        (folder / RANKING).write_text(f"statements:\n  - {{id: s1, text: Blue glass may help., claims: [{ranking}]}}\n")
    brief = (folder / "brief.yaml").read_text()
    (folder / "brief.yaml").write_text(brief.replace("instrument: plausibility-1", "instrument: plausibility-2"))
    return folder


def found(folder: Path, rule: str) -> list[tuple[str, int, str]]:
    """The file, line and message of each problem of a rule; every other problem that stops a build is one, too."""
    problems = problems_in(folder)
    assert [one for one in problems if one.severity == "error" and one.rule != rule] == []
    return [(Path(one.place.path).name, one.place.line, one.message) for one in problems if one.rule == rule]


def line_of(folder: Path, file: str, words: str, after: str = "") -> int:
    lines = (folder / file).read_text().split("\n")
    start = next(at for at, line in enumerate(lines) if after in line)
    return next(at for at, line in enumerate(lines) if at >= start and words in line) + 1


TWO = {"ames2018": study("ames2018"), "bell2019": study("bell2019")}
PREMISE = claim("c1", "condition", ["ames2018 supports", "bell2019 contradicts"])


@pytest.mark.parametrize(
    ("about", "evidence", "said"),
    [
        ("condition", ["ames2018 context", "bell2019 contradicts"], "`bell2019` contradicts and `ames2018` is context"),
        ("bridge", ["ames2018 context", "bell2019 contradicts"], "`bell2019` contradicts and `ames2018` is context"),
        ("condition", ["ames2018 supports", "bell2019 context"], "`ames2018` supports and `bell2019` is context"),
        ("direct", ["ames2018 context", "bell2019 inconclusive"], "`bell2019` is inconclusive and `ames2018` is"),
        ("bridge", ["bell2019 contradicts"], "`bell2019` contradicts and `ames2018` is missing"),
        ("condition", ["bell2019 contradicts"], ""),  # it may have asked something else
        ("condition", ["ames2018 context", "bell2019 context"], ""),
        ("condition", ["ames2018 supports", "bell2019 contradicts"], ""),
        ("bridge", ["ames2018 context"], ""),
        ("background", ["ames2018 context", "bell2019 contradicts"], ""),
    ],
)
def test_two_studies_that_disagree_have_the_same_kind_of_role_elsewhere(
    about: str, evidence: list[str], said: str, tmp_path: Path
) -> None:
    folder = world(tmp_path, {"c1": PREMISE, "c2": claim("c2", about, evidence)}, TWO)
    problems = found(folder, "asymmetric-roles")
    assert [message.startswith(f"on `c2`, {said}") for _, _, message in problems] == [True] * bool(said)
    if said:
        file, line, message = problems[0]
        assert message.endswith("they disagree on `c1`")
        of = next((one.split()[0] for one in evidence if "context" in one), "bell2019")
        assert (file, line) == ("01-glass.yaml", line_of(folder, CLAIMS, f"source: {of}", after="id: c2"))


def test_studies_that_agree_may_have_any_roles(tmp_path: Path) -> None:
    agreed = claim("c1", "condition", ["ames2018 supports", "bell2019 supports"])
    other = claim("c2", "condition", ["ames2018 context", "bell2019 contradicts"])
    assert found(world(tmp_path, {"c1": agreed, "c2": other}, TWO), "asymmetric-roles") == []


def test_a_resolved_contradiction_is_no_dispute(tmp_path: Path) -> None:
    folder = world(
        tmp_path, {"c1": PREMISE, "c2": claim("c2", "condition", ["ames2018 context", "bell2019 contradicts"])}, TWO
    )
    assert len(found(folder, "asymmetric-roles")) == 1
    text = (folder / CLAIMS).read_text()
    old = "{source: bell2019, role: contradicts, locator: p. 1,"
    (folder / CLAIMS).write_text(text.replace(old, f"{old} resolved: It was a slip.,", 1))
    assert found(folder, "asymmetric-roles") == []


def test_two_reports_of_one_study_are_one_side(tmp_path: Path) -> None:
    reports = {name: study(name, more=", report_of: ames") for name in ("ames2018", "ames2020")}
    other = claim("c2", "condition", ["ames2020 context", "bell2019 contradicts"])
    folder = world(tmp_path, {"c1": PREMISE, "c2": other}, {**reports, "bell2019": study("bell2019")})
    assert [message[:44] for _, _, message in found(folder, "asymmetric-roles")] == [
        "on `c2`, `bell2019` contradicts and `ames201"
    ]


@pytest.mark.parametrize(
    ("about", "evidence", "said"),
    [
        ("condition", [], "which no study is recorded for"),
        ("condition", ["ames2018 context"], "which no study is recorded for"),
        ("gap", ["ames2018 supports"], "which records a gap"),
        ("background", ["ames2018 supports"], "which is background"),
        ("condition", ["ames2018 supports"], ""),
        ("condition", ["ames2018 contradicts"], ""),
    ],
)
def test_a_required_claim_can_count(about: str, evidence: list[str], said: str, tmp_path: Path) -> None:
    claims = {"c1": claim("c1", "condition", ["bell2019 supports"]), "c2": claim("c2", about, evidence)}
    studies = TWO if evidence else {"bell2019": TWO["bell2019"]}
    folder = world(tmp_path, claims, studies, links=", requires: [c1, c2]")
    problems = found(folder, "unstudied-requirement")
    assert len(problems) == bool(said)
    for file, line, message in problems:
        assert (file, line) == (LINKS, line_of(folder, LINKS, "id: l_2"))
        assert message.startswith(f"`l_2` requires `c2`, {said}")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("ames2018 supports introduction", "only `introduction` was seen of it"),
        ("ames2018 contradicts 'introduction, paragraph 2'", "only `introduction, paragraph 2` was seen of it"),
        ("ames2018 inconclusive title", "only `title` was seen of it"),
        ("ames2018 supports 'p. 3, seen: record'", ""),
        ("ames2018 supports p. 3, seen: record", "only the record was seen of it"),
        ("ames2018 context introduction", ""),
        ("ames2018 supports abstract", ""),
        ("ames2018 supports introduction and table 2", ""),
    ],
)
def test_what_was_only_seen_in_an_introduction_is_not_counted(words: str, said: str, tmp_path: Path) -> None:
    folder = world(tmp_path, {"c1": claim("c1", "condition", [words])}, {"ames2018": TWO["ames2018"]})
    problems = found(folder, "unread-source")
    told = [f"`ames2018` is not counted for or against `c1`: {said}"]
    assert [message for _, _, message in problems] == told * bool(said)
    assert all(line == line_of(folder, CLAIMS, "ames2018") for _, line, _ in problems)


@pytest.mark.parametrize(
    ("designs", "said"),
    [
        (("uncontrolled-trial",), "`ames2018` (uncontrolled-trial)"),
        (("uncontrolled-trial", "case-series"), "`ames2018` (uncontrolled-trial), `bell2019` (case-series)"),
        (("uncontrolled-trial", "randomised-trial"), ""),
        (("narrative-review",), ""),  # it carries no tier
    ],
)
def test_a_tier_from_studies_without_a_control_group(designs: tuple[str, ...], said: str, tmp_path: Path) -> None:
    studies = {name: study(name, design, "intervention") for name, design in zip(TWO, designs, strict=False)}
    claims = {"c1": claim("c1", "direct", [f"{name} supports" for name in studies])}
    folder = world(tmp_path, claims, studies, ranking="c1")
    problems = found(folder, "uncontrolled-tier")
    told = f"`s1` is weak by studies without a control group alone: {said}"
    assert problems == ([(RANKING, 2, told)] if said else [])


@pytest.mark.parametrize(
    ("more", "year", "side", "is_found"),
    [
        ("", 2017, "supports", True),
        ("", 2021, "supports", False),  # a trial of a later year is not in it
        ("", 2017, "contradicts", False),
        (", includes: [ames2018]", 2017, "supports", False),  # counted once by the instrument
        (", includes: [cole2016], pooled: 1", 2017, "supports", False),
        (", includes: [cole2016], pooled: 2", 2017, "supports", True),
        (", includes: [bell2019], pooled: 2", 2017, "supports", False),  # it counts through the trial in it
    ],
)
def test_a_review_beside_a_trial_that_may_be_in_it(
    more: str, year: int, side: str, is_found: bool, tmp_path: Path
) -> None:
    names = {"ames2018": year, "bell2019": year, "cole2016": 2016, "dunn2020": 2020}
    studies = {name: study(name, "randomised-trial", "intervention") for name in ("ames2018", "bell2019", "cole2016")}
    studies["dunn2020"] = study("dunn2020", "meta-analysis", "intervention", more)
    other = "supports" if "bell2019" in more else "context"
    evidence = ["dunn2020 supports", f"ames2018 {side}", f"bell2019 {other}", "cole2016 context"]
    folder = world(tmp_path, {"c1": claim("c1", "direct", evidence)}, studies, ranking="c1", years=names)
    problems = found(folder, "review-beside-trials")
    message = "the review `dunn2020` is counted beside `ames2018`, which may be in it"
    assert problems == ([(STUDIES, 4, message)] if is_found else [])


def test_an_instrument_that_knows_no_contents_of_reviews_counts_them_twice(tmp_path: Path) -> None:
    studies = {"ames2018": study("ames2018", "randomised-trial", "intervention"),
               "dunn2020": study("dunn2020", "meta-analysis", "intervention", ", includes: [ames2018]")}  # fmt: skip
    claims = {"c1": claim("c1", "direct", [f"{name} supports" for name in studies])}
    folder = world(tmp_path, claims, studies, ranking="c1", years={"ames2018": 2018, "dunn2020": 2020})
    assert found(folder, "review-beside-trials") == []
    brief = (folder / "brief.yaml").read_text()
    (folder / "brief.yaml").write_text(brief.replace("instrument: plausibility-2", "instrument: plausibility-1"))
    assert len(found(folder, "review-beside-trials")) == 1


def test_what_nobody_searched_is_said_to_be_not_searched(tmp_path: Path) -> None:
    claims = {"c1": claim("c1", "condition", ["ames2018 context"]), "c2": claim("c2", "direct", [])}
    folder = world(tmp_path, claims, {"ames2018": TWO["ames2018"]}, ranking="c1, c2")
    problems = found(folder, "not-searched")
    told = "was not searched: no study counts for or against it, and no search is named"
    assert problems == [(LINKS, 5, f"`l_1` {told}"), (LINKS, 6, f"`l_2` {told}"), (RANKING, 2, f"`s1` {told}")]
    assert not any("none found" in str(one) for one in problems_in(folder))
    search = "  negative_searches:\n    - {what: Noses, where: an index, date: unknown, found: Nothing., links: [%s]}\n"
    brief = (folder / "brief.yaml").read_text()
    (folder / "brief.yaml").write_text(brief.replace("methods:\n", "methods:\n" + search % "l_1"))
    assert [message[:5] for _, _, message in found(folder, "not-searched")] == ["`l_2`"]


@pytest.mark.parametrize(
    ("status", "evidence", "search", "is_found"),
    [
        ("upheld", [], "", True),
        ("unexamined", [], "", False),
        ("upheld", ["ames2018 supports"], "", False),  # somebody says that there is nothing
        ("upheld", [], "claims: [c2]", False),
        ("upheld", [], "claims: [c1]", True),
        ("upheld", [], "links: [l_1]", False),  # the link names the gap among its claims
    ],
)
def test_an_upheld_gap_has_a_source_or_a_search(
    status: str, evidence: list[str], search: str, is_found: bool, tmp_path: Path
) -> None:
    gap = claim("c2", "gap", evidence).replace("status: contested", f"status: {status}")
    claims = {"c1": claim("c1", "condition", ["ames2018 supports"]), "c2": gap}
    folder = world(tmp_path, claims, {"ames2018": TWO["ames2018"]})
    if search:
        one = f"{{what: Noses, where: an index, date: unknown, found: Nothing., {search}}}"
        named = f"  negative_searches:\n    - {one}\n"
        brief = (folder / "brief.yaml").read_text()
        (folder / "brief.yaml").write_text(brief.replace("methods:\n", "methods:\n" + named))
    said = "`c2` is upheld as a gap, and nobody is said to have looked: it has no source, and no search is named"
    told = [one for one in found(folder, "not-searched") if "`c2`" in one[2]]
    line = line_of(folder, CLAIMS, "status:", after="id: c2")
    assert told == ([("01-glass.yaml", line, said)] if is_found else [])


def test_a_study_against_is_a_study(tmp_path: Path) -> None:
    claims = {"c1": claim("c1", "condition", ["ames2018 contradicts"])}
    folder = world(tmp_path, claims, {"ames2018": TWO["ames2018"]}, ranking="c1")
    assert [message[:5] for _, _, message in found(folder, "not-searched")] == ["`l_2`"]


def test_every_finding_says_what_to_do(tmp_path: Path) -> None:
    rules = ("asymmetric-roles", "unstudied-requirement", "unread-source", "not-searched", "gap-link", "gap-wording")
    claims = {"c1": PREMISE, "c2": claim("c2", "bridge", ["ames2018 context", "bell2019 contradicts introduction"]),
              "c3": claim("c3", "condition", [])}  # fmt: skip
    folder = world(tmp_path, claims, TWO, links=", requires: [c3]", ranking="c3")
    text = (folder / CLAIMS).read_text()
    (folder / CLAIMS).write_text(text.replace("In hay fever the nose may be inflamed", "Nobody has looked", 1))
    links = (folder / LINKS).read_text()
    (folder / LINKS).write_text(links.replace("Blue glass might calm it", "Whether it calms it is unknown"))
    problems: tuple[Problem, ...] = problems_in(folder)
    assert {one.rule for one in problems} >= set(rules)
    assert all(one.hint and one.place.line for one in problems if one.rule in rules)


def test_a_tier_that_rests_on_one_study_is_told_in_the_words_of_the_page(tmp_path: Path) -> None:
    studies = {"ames2018": study("ames2018", "uncontrolled-trial", "intervention")}
    folder = world(tmp_path, {"c1": claim("c1", "direct", ["ames2018 supports"])}, studies, ranking="c1")
    assert [message for _, _, message in found(folder, "one-study")] == ["`s1`: weak; without `ames2018`: no tier"]
