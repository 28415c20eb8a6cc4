"""Every way of writing something wrong that the tool knows: the file says itself what is expected, and where."""

import ast
import datetime
import json
import re
import tempfile
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, get_origin

import pytest

from evibrief import resources
from evibrief.checks.load import load
from evibrief.checks.registry import RULES
from evibrief.evidence import records
from evibrief.evidence.starter import new_brief_texts
from evibrief.evidence.vocabulary import MEASURES
from evibrief.problems import NEAR_ID, Problem, Problems, suggest

BAD = sorted((Path(__file__).parents[1] / "bad").glob("*.yaml"))
PLACES: Mapping[str, str] = {"claims": "claims/01-glass.yaml", "instrument": "../instruments/plausibility-1.yaml",
                             "reviews": "reviews/2026-03.yaml", "time": "time-course.yaml"}  # fmt: skip
EXPECTED = re.compile(r"# (?:error|warning)\[([\w-]+)\](?: in (\S+):(\d+))?$")
"""The rule, and the place when it is in another file than the bad one."""
ELSEWHERE: Mapping[str, str] = {
    "too-large": "test_source",
    "encoding": "test_source",
    "json": "test_source",
    "unreadable": "test_source",
    "two-places": "test_source",
    "unknown-file": "test_source",
    "no-file": "test_source",
    "no-folder": "test_source",
    "unused-reference": "below: it takes two files",
    "no-harms": "test_rules",
    "heavy-study": "test_rules",
    "hidden-contrary": "test_rules",
    "not-appraised": "test_rules",
    "quote-not-found": "test_quotes: it takes two files",
    "reference-field": "test_references",
    "same-publication": "test_references",
    "same-title": "test_references",
    "asymmetric-roles": "test_counting",
    "unstudied-requirement": "test_counting",
    "unread-source": "test_counting",
    "review-beside-trials": "test_counting",
    "not-searched": "test_counting",
    "amount-differs": "test_amounts",
    "events-differ": "test_amounts",
    "outside-interval": "test_amounts",
    "typed-plausibility": "test_judgements",
    "typed-certainty": "test_judgements",
    "known-without-study": "test_judgements",
    "appraisal-instrument": "test_appraisals",
    "id-of-the-page": "test_page_names",
    "ids-alike": "test_page_names",
}
TODAY = datetime.date(2026, 4, 1)
# Sections that only bad files fill: the starter has none of them.
SECTIONS = "".join(f"  - {{kind: {kind}, title: {kind}}}\n" for kind in ("ranking", "doses", "harms", "time-course"))
# A population that only one bad file needs; the starter has none that is neither the target nor close.
SAILORS = "  - {id: sailors, label: Sailors, relation: other, species: human}\n"


def good_brief(folder: Path) -> Path:
    for path, text in new_brief_texts("blue", datetime.date(2026, 3, 1), resources.starter_texts()).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    brief = folder / "brief.yaml"
    text = re.sub(r"  negative_searches:.*\n.*\n", "", brief.read_text())
    text = text.replace("instrument: plausibility-2", "instrument: plausibility-1")
    text = re.sub(r"(populations:.*\n)", rf"\1{SAILORS}", text, count=1)
    brief.write_text(re.sub(r"(sections:.*\n)", rf"\1{SECTIONS}", text, count=1))
    return folder


def problems_in(folder: Path) -> tuple[Problem, ...]:
    try:
        return load(folder, TODAY).warnings
    except Problems as wrong:
        return wrong.problems


def problems_of(folder: Path) -> list[tuple[str, int, str]]:
    return [(Path(p.place.path).name, p.place.line, p.rule) for p in problems_in(folder)]


def test_the_good_brief_is_good(tmp_path: Path) -> None:
    assert problems_of(good_brief(tmp_path)) == []


def test_there_are_bad_files() -> None:
    assert len(BAD) > 80


@pytest.mark.parametrize("bad", BAD, ids=lambda path: path.stem)
def test_a_bad_file_has_just_its_problems(bad: Path) -> None:
    expected = expected_of(target_of(bad).name, bad.read_text())
    assert expected
    assert sorted((Path(p.place.path).name, p.place.line, p.rule) for p in problems_with(bad)) == expected


@cache
def problems_with(bad: Path) -> tuple[Problem, ...]:
    """What is found in the good brief with a bad file in it."""
    with tempfile.TemporaryDirectory() as place:
        folder = good_brief(Path(place) / "blue")
        put(bad, folder)
        return problems_in(folder)


def target_of(bad: Path) -> Path:
    """Which file of the good brief a bad one takes the place of."""
    stem = bad.stem.partition("-")[0]
    return Path(PLACES.get(stem, f"{stem}.yaml"))


def put(bad: Path, folder: Path) -> Path:
    """Put a bad file in the place of the good one."""
    target = folder / target_of(bad)
    target.parent.mkdir(exist_ok=True)
    target.write_text(bad.read_text())
    if bad.read_text().startswith("# With a source document"):
        name_document(folder)
    return target


def name_document(folder: Path) -> None:
    """Let the brief examine a source document, so that what is about one may be said."""
    brief = folder / "brief.yaml"
    document = "{title: On glass, stated_sources: none, author: unknown, date: unknown, grading_method: none}"
    brief.write_text(brief.read_text().replace("bottom_line:", f"source_document: {document}\nbottom_line:", 1))


def expected_of(name: str, text: str) -> list[tuple[str, int, str]]:
    found = ((number, EXPECTED.search(line)) for number, line in enumerate(text.split("\n"), 1))
    return sorted((one[2] or name, int(one[3] or number), one[1]) for number, one in found if one)


def rules_in(module: str) -> set[str]:
    """The ids of the rules that a module can break, read out of its calls."""
    place = {"Problem": 1, "problem": 1, "_report_at": 1, "_report": 2, "refused": 0}
    tree = ast.parse(Path(str(find_spec(f"evibrief.{module}").origin)).read_text())  # type: ignore[union-attr]
    rules: set[str] = set()
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        rule = call.args[place[name]] if name in place and len(call.args) > place[name] else None
        if isinstance(rule, ast.Constant) and isinstance(rule.value, str):
            rules.add(rule.value)
        singular = call.args[1] if name == "_names" else None
        if isinstance(singular, ast.Constant) and isinstance(singular.value, str):
            rules.add(f"unknown-{singular.value}")
    return rules


def test_every_rule_has_a_bad_file_or_a_test_elsewhere() -> None:
    rules = set().union(*map(rules_in, (
        "evidence.read_folder", "evidence.read_references", "evidence.read_yaml", "evidence.fields",
        "evidence.validate", "evidence.instrument", "evidence.brief", "evidence.claims", "evidence.records",
        "checks.run",
    )))
    rules |= {rule.name for rule in RULES}
    assert len(rules) > 65
    covered = {rule for bad in BAD for _, _, rule in expected_of(bad.name, bad.read_text())}
    assert covered - rules == set()
    assert rules - covered == set(ELSEWHERE)
    tests = (Path(__file__).parents[1] / "evidence" / "test_source.py").read_text()
    assert [rule for rule, where in ELSEWHERE.items() if where == "test_source" and f'"{rule}"' not in tests] == []


def test_a_reference_that_nothing_cites_is_found(tmp_path: Path) -> None:
    folder = good_brief(tmp_path)
    references = json.loads((folder / "references.json").read_text())
    spare = {"id": "spare1999", "type": "book", "title": "Spare"}
    (folder / "references.json").write_text(json.dumps([*references, spare], indent=1))
    studies = (folder / "studies.yaml").read_text()
    (folder / "studies.yaml").write_text(studies + studies.replace("example2020", "spare1999"))
    lines = (folder / "references.json").read_text().split("\n")
    # The entry begins one line above its key.
    line = next(number for number, words in enumerate(lines) if "spare1999" in words)
    assert problems_of(folder) == [("references.json", line, "unused-reference")]


HINTS = {
    "brief-unknown-key": "did you mean `audience`?",
    "brief-wrong-word": "did you mean `draft`?",
    "claims-unknown-reference": "did you mean `example2020`?",
    "claims-unknown-population": "did you mean `asthma`?",
    "mechanisms-unknown-claim": "did you mean `c1_",
    "models-unknown-mechanism": "did you mean `m_glass`?",
}


@pytest.mark.parametrize("name", sorted(HINTS))
def test_a_misspelling_suggests_the_nearest(name: str, tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    put(BAD[0].parent / f"{name}.yaml", folder)
    with pytest.raises(Problems) as caught:
        load(folder)
    assert any(problem.hint.startswith(HINTS[name]) for problem in caught.value.problems)


NOT_YAML = [
    ("text: Blue glass might", "text: 'Blue glass's light' might", "an apostrophe ends a text in single quotes"),
    ("    status: unsupported", "   status: unsupported", "begin all lines of one record in the same column"),
    ("evidence:\n", "evidence: [{source: example2020,\n", "close each `{` and `[`, and quote text"),
    ("text: Blue glass might", "text: Glass: it might", "quote text that has `: `"),
]


@pytest.mark.parametrize(("old", "new", "hint"), NOT_YAML, ids=[one[2] for one in NOT_YAML])
def test_what_is_not_yaml_has_a_hint_for_what_was_typed(old: str, new: str, hint: str, tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    claims = folder / "claims" / "01-glass.yaml"
    assert old in claims.read_text()
    claims.write_text(claims.read_text().replace(old, new))
    (problem,) = problems_in(folder)
    assert (problem.rule, problem.hint.startswith(hint)) == ("yaml", True)


SPLIT = [("finding: Sleep, mood and pain", "`, ` in braces"), ("He said: no", "`: `")]


@pytest.mark.parametrize(("typed", "sign"), SPLIT)
def test_a_sentence_that_yaml_split_is_told_with_the_sign_at_which_it_was_split(
    typed: str, sign: str, tmp_path: Path
) -> None:
    folder = good_brief(tmp_path / "blue")
    claims = folder / "claims" / "01-glass.yaml"
    text = claims.read_text()
    whole = text[text.index("      - source:") : text.index("  - id: c1_2")]
    entry = f"      - {{source: example2020, role: supports, locator: p. 2, {typed}}}\n"
    claims.write_text(text.replace(whole, entry))
    (hint,) = (one.hint for one in problems_in(folder) if one.rule == "unknown-key")
    assert hint.endswith(f"YAML splits it at {sign}")


OPEN_FIELDS = [
    ("doses-unknown-unit", "unit: grain", "unit: TODO", False),
    ("doses-unknown-unit", ", unit: grain", "", False),
    ("doses-unknown-unit", "  duration: ", "  # duration: ", True),
    ("brief-glyph", "version: ", "# version: ", False),
    ("brief-glyph", "funding: ", "# funding: ", True),
    ("claims-hyphen", "    about: direct\n", "", False),
    ("studies-negative", "n: -3", "# n: -3", True),
]


@pytest.mark.parametrize(("bad", "old", "new", "taken"), OPEN_FIELDS, ids=[f"{one[1]}-{one[2]}" for one in OPEN_FIELDS])
def test_unknown_is_offered_only_where_the_field_takes_it(
    bad: str, old: str, new: str, taken: bool, tmp_path: Path
) -> None:
    folder = good_brief(tmp_path / "blue")
    target = put(BAD[0].parent / f"{bad}.yaml", folder)
    assert old in target.read_text()
    target.write_text(target.read_text().replace(old, new, 1))
    hints = [one.hint for one in problems_in(folder) if one.rule in ("missing", "to-be-filled-in")]
    assert len(hints) == 1
    assert ("`unknown`" in hints[0]) == taken


def test_what_is_still_open_is_named_with_the_words_that_its_field_takes() -> None:
    found = problems_with(BAD[0].parent / "studies-to-be-filled-in.yaml")
    assert [(one.message, one.hint) for one in found] == [
        ("`species` is still open: it says `to be filled in`", "write it: human, rat, mouse, animal, cells or none"),
        ("`population` is still open: it says `TBD`", "write it"),
        ("`where` is still open: it says `TODO`", "write it; if it is not known, write `unknown`"),
        ("`checked` is still open: it says `to be filled in`", "write it; if it is not known, write `unknown`"),
    ]


def test_no_unit_of_time_is_named_for_one_that_is_open(tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    target = put(BAD[0].parent / "time-course-out-of-order.yaml", folder)
    target.write_text(target.read_text().replace("unit: days", "unit: to be filled in"))
    assert [(one.message, one.hint) for one in problems_in(folder)] == [
        ("`unit` is still open: it says `to be filled in`", "write it")
    ]


def test_every_problem_has_words_and_most_have_a_hint() -> None:
    hints = 0
    for bad in BAD:
        for problem in problems_with(bad):
            assert problem.message
            assert re.fullmatch(r".+:\d+:\d+: (?:error|warning)\[[\w-]+\]: [^\n]+(\n  hint: [^\n]+)?", str(problem))
            hints += bool(problem.hint)
    assert hints > len(BAD) - 5


def test_a_citation_inside_a_block_of_text_is_found_on_its_own_line(tmp_path: Path) -> None:
    folder = good_brief(tmp_path)
    brief = folder / "brief.yaml"
    text = brief.read_text().replace(
        "    One small example", "    One line first.\n\n    Then [@exampel2020] and one small example"
    )
    brief.write_text(text)
    line = next(number for number, words in enumerate(text.split("\n"), 1) if "exampel2020" in words)
    assert problems_of(folder) == [("brief.yaml", line, "unknown-reference")]


def test_everything_is_reported_at_once(tmp_path: Path) -> None:
    folder = good_brief(tmp_path)
    brief, claims = folder / "brief.yaml", folder / "claims" / "01-glass.yaml"
    brief.write_text(brief.read_text().replace("status: draft", "status: drafty").replace("audience:", "audiense:"))
    claims.write_text(claims.read_text().replace("source: example2020", "source: exampel2020"))
    (folder / "studies.yaml").write_text("- reference: [\n")
    found = problems_of(folder)
    assert {(name, rule) for name, _, rule in found} == {
        ("01-glass.yaml", "unknown-reference"),
        ("brief.yaml", "missing"),
        ("brief.yaml", "unknown-key"),
        ("brief.yaml", "word"),
        ("studies.yaml", "yaml"),
    }
    with pytest.raises(Problems) as caught:
        load(folder)
    assert list(caught.value.problems) == sorted(caught.value.problems)


NEGATIVE = "n: -3  # error[number]"
TYPED = [
    ("doses-unknown-unit", "low: 1,", "low: 0,5,", "decimal-comma", "write a decimal with a point"),
    ("doses-unknown-unit", "low: 1,", "low: 1,250,", "decimal-comma", "write a decimal with a point"),
    ("doses-unknown-unit", "low: 1,", "low: '0,5',", "number", "write a decimal with a point"),
    ("doses-unknown-unit", "low: 1,", "low: 5 mg,", "number", "write digits alone"),
    ("studies-negative", NEGATIVE, "n: 12 people", "number", "write a whole number of at least 1, in digits alone"),
    ("studies-negative", NEGATIVE, "n: 1,200", "number", "write a whole number of at least 1, in digits alone"),
    ("studies-negative", NEGATIVE, "n: twelve", "number", "write a whole number of at least 1, in digits alone"),
]


@pytest.mark.parametrize(("bad", "old", "new", "rule", "hint"), TYPED, ids=[one[2] for one in TYPED])
def test_a_number_typed_otherwise_is_one_problem_without_another_number(
    bad: str, old: str, new: str, rule: str, hint: str, tmp_path: Path
) -> None:
    target = put(BAD[0].parent / f"{bad}.yaml", good_brief(tmp_path / "blue"))
    assert old in target.read_text()
    target.write_text(target.read_text().replace(old, new).replace("unit: grain", "unit: mg"))
    (problem,) = problems_in(tmp_path / "blue")
    assert (problem.rule, problem.hint.startswith(hint)) == (rule, True)
    typed = new.partition(": ")[2].strip(",'")
    assert f"`{typed}`" in problem.message
    assert not re.search(r"\d", problem.hint.replace("at least 1", ""))  # beside a dose, an example is another dose
    line = target.read_text().split("\n")[problem.place.line - 1]
    assert line[problem.place.column - 1 :].strip("'").startswith(typed)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("{s1.final}", [("shape", 'put it in quotes: "{s1.final}"')]),
        ('"{s1.final}"', []),
        ('"{s1.tier}"', [("unknown-value", "`s1` has `s1.computed`, `s1.final`")]),
        ('"{s9.final}"', [("unknown-value", "did you mean `s1.final`?")]),
        ('"{x.y}"', [("unknown-value", "before the point goes the id of a record, or the key of a publication")]),
    ],
)
def test_a_value_that_is_not_there_is_one_problem_that_says_what_there_is(
    typed: str, told: list[tuple[str, str]], tmp_path: Path
) -> None:
    folder = good_brief(tmp_path / "blue")
    (folder / "ranking.yaml").write_text("statements:\n  - {id: s1, text: It may help., claims: [c1_1]}\n")
    brief = folder / "brief.yaml"
    brief.write_text(brief.read_text().replace("plausibility: not rated", f"plausibility: {typed}"))
    assert [(one.rule, one.hint) for one in problems_in(folder) if one.severity == "error"] == told
    brief.write_text(re.sub(r"  instrument: .*\n", "", brief.read_text()))
    hints = [one.hint for one in problems_in(folder) if one.rule == "unknown-value" and "s1" in typed]
    assert set(hints) <= {"nothing is rated without an `instrument` under `methods` in brief.yaml"}
    assert len(hints) == (typed in ('"{s1.final}"', '"{s1.tier}"'))


FAR = {"h_sleep": "", "s2": "", "sample2019": "", "exampel2020": "example2020", "example2021": "example2020"}


@pytest.mark.parametrize("typed", FAR)
def test_an_id_is_suggested_for_a_slip_alone(typed: str) -> None:
    near = suggest(typed, ["c1_1", "c1_2", "s1", "example2020"], NEAR_ID)
    assert near == (f"did you mean `{FAR[typed]}`?" if FAR[typed] else "known: c1_1, c1_2, example2020, s1")


def test_ids_in_files_are_suggested_for_a_slip_alone(tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    claims = folder / "claims" / "01-glass.yaml"
    claims.write_text(claims.read_text().replace("source: example2020", "source: sample2019"))
    brief = folder / "brief.yaml"
    brief.write_text(brief.read_text().replace("Nothing follows from it.", "Nothing follows [@sample2019]."))
    hints = [one.hint for one in problems_in(folder) if one.rule == "unknown-reference"]
    assert hints == ["known: example2020; for the sign itself write `\\@sample2019`", "known: example2020"]


@pytest.mark.parametrize(("typed", "ours"), [("mcg", "µg"), ("ug/kg/h", "µg/kg/h"), ("mL", "ml"), ("mcg/m²", "")])
def test_of_units_only_the_very_same_is_named_in_its_other_spelling(typed: str, ours: str, tmp_path: Path) -> None:
    target = put(BAD[0].parent / "doses-unknown-unit.yaml", good_brief(tmp_path / "blue"))
    target.write_text(target.read_text().replace("unit: grain", f"unit: {typed}"))
    (problem,) = problems_in(tmp_path / "blue")
    named = re.findall("`([^`]+)`", problem.hint)
    assert named == ([ours, typed] if ours else ["units"])


UNITS = ["ug", "mcg", "gram", "µg/l/h", "mgs", "mg/kg/d", "MG", "cc", "iu", "miligram"]


@pytest.mark.parametrize("unit", UNITS)
def test_no_other_unit_is_suggested(unit: str, tmp_path: Path) -> None:
    bad = next(path for path in BAD if path.stem == "doses-unknown-unit")
    target = put(bad, good_brief(tmp_path / "blue"))
    target.write_text(target.read_text().replace("unit: grain", f"unit: {unit}"))
    (problem,) = problems_in(tmp_path / "blue")
    assert (problem.rule, problem.hint.partition(";")[0]) == ("word", "write what the source says")


@pytest.mark.parametrize("route", ["intravenos", "intra-nasal", "iv", "sublingually"])
def test_no_other_route_is_suggested(route: str, tmp_path: Path) -> None:
    bad = next(path for path in BAD if path.stem == "doses-unknown-unit")
    target = put(bad, good_brief(tmp_path / "blue"))
    target.write_text(target.read_text().replace("unit: grain", "unit: mg").replace("route: oral", f"route: {route}"))
    (problem,) = problems_in(tmp_path / "blue")
    assert (problem.rule, problem.hint.partition(";")[0]) == ("word", "write what the source says")


def test_every_measure_is_one_of_which_none_is_suggested() -> None:
    """A list of units that is added has to be among them; units of amounts and routes are tested above."""
    fields = {(name, annotation) for record in vars(records).values() if isinstance(record, type)
              for name, annotation in getattr(record, "__annotations__", {}).items() if name in ("unit", "route")}
    lists = {annotation for _, annotation in fields if get_origin(annotation) is Literal}
    assert len(lists) >= 1
    assert lists == set(MEASURES)
