"""Appraisals: each judgement is drawn and told as it was made, by instruments that are whole, and nobody rates by them.

`EVIBRIEF_ROBVIS` may name a folder with the data of the program robvis (`data_raw` of mcguinlu/robvis, MIT); the tests
on tables of other people then read each of them. Without it they read an invented table of the same form.
"""

import csv
import io
import os
import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from evibrief import resources
from evibrief.archive.verify import _own_instruments
from evibrief.build import build
from evibrief.checks.appraisals import appraisal_domain, appraisal_instrument, appraisal_too_good
from evibrief.checks.load import load
from evibrief.checks.rule import Context
from evibrief.evidence.appraisals import Appraisal, AppraisalInstrument
from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Ranking
from evibrief.evidence.places import belongs
from evibrief.evidence.read_folder import read_one
from evibrief.evidence.source import SourceTree
from evibrief.exports.gather import exported_of
from evibrief.formats.manifest import carried
from evibrief.formats.registry import format_named
from evibrief.labels.languages import english
from evibrief.problems import Problems
from evibrief.rating.diff import compare
from evibrief.rating.findings import derive
from evibrief.rating.sides import Side
from evibrief.sections.appraisals import appraisals
from evibrief.sections.blocks import Figure, Table
from evibrief.sections.compose import compose_view
from evibrief.sections.figures.inline import Lettering, Mark
from evibrief.sections.figures.traffic_light import AppraisedRow, Light, LightTable, draw_lights, in_pages
from shared import ROOT, SECOND, Shared

EXAMPLE = ROOT / "docs" / "example"
PACKS = sorted((ROOT / "data" / "instruments" / "appraisals").glob("*.yaml"))
WORDS = english()


def instrument(name: str) -> AppraisalInstrument:
    path = ROOT / "data" / "instruments" / "appraisals" / f"{name}.yaml"
    source, problems = read_one(path, "one")
    assert problems == []
    return AppraisalInstrument.model_validate(source.tree["one"])


@cache
def example_brief() -> Brief:
    return load(EXAMPLE).brief


def example(folder: Path) -> Path:
    return shutil.copytree(EXAMPLE, folder / "example")


def edited(path: Path, was: str, now: str) -> int:
    """Put other words into a file; the number of the line where they begin."""
    text = path.read_text()
    assert was in text
    path.write_text(text.replace(was, now, 1))
    return text[: text.index(was)].count("\n") + 1


def problems_of(folder: Path) -> list[tuple[str, int, str, str]]:
    with pytest.raises(Problems) as caught:
        load(folder)
    return [(Path(one.place.path).name, one.place.line, one.rule, one.message) for one in caught.value.problems]


# The instruments that come with the program


def test_there_are_instruments_for_trials_cohorts_animals_reviews_and_bodies_of_evidence() -> None:
    assert [path.stem for path in PACKS] == [
        "amstar-2@2017", "grade@2011", "rob-2@2019", "robins-e@2024", "robins-i@2016", "robins-i@2025-draft",
        "syrcle@2014",
    ]  # fmt: skip
    counts = {path.stem: len(instrument(path.stem).domains) for path in PACKS}
    assert list(counts.values()) == [16, 8, 5, 7, 7, 6, 10]


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_a_shipped_instrument_is_whole_and_says_where_it_is_from(path: Path) -> None:
    one = instrument(path.stem)
    assert one.name == path.stem
    assert re.fullmatch(r"unknown|10\.\d{4,9}/\S+", one.doi)
    assert len(one.source) > 30
    assert len(one.seen) > 80
    assert "?" not in re.sub('sign: "[?]"', "", path.read_text()), "no question of an instrument is in it"
    made = Appraisal.model_validate({"instrument": one.name, "domains": [{"domain": "x", "level": "unknown"}]})
    brief = example_brief()
    study = brief.studies[0].model_copy(update={"appraisals": (made,)})
    brief = brief.model_copy(update={"studies": (study,), "appraisal_instruments": (one,)})
    brief = brief.model_copy(update={"ranking": Ranking(corrections=())})
    case = Context(brief, SourceTree({}, {}, {}, {}), frozenset())
    assert list(appraisal_instrument(case)) == []
    assert len(list(appraisal_domain(case))) == 1


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_levels_are_told_apart_without_their_colour(path: Path) -> None:
    one = instrument(path.stem)
    columns = [one.levels_of(domain) for domain in one.domains] + [one.overall]
    for names in columns:
        signs = [level.sign for level in one.levels if level.id in names]
        assert len(set(signs)) == len(signs) == len(names)


def test_what_a_domain_allows_is_what_the_instrument_says() -> None:
    rob, robins, amstar, grade = map(instrument, ("rob-2@2019", "robins-i@2016", "amstar-2@2017", "grade@2011"))
    assert [rob.best_with("measurement", level) for level in ("low", "some-concerns", "high")] == [0, 1, 2]
    assert robins.best_with("confounding", "critical") == robins.place("critical") == 3
    assert (robins.best_with("confounding", "no-information"), robins.place("no-information")) == (2, None)
    assert amstar.best_with("search", "not-met") == amstar.place("low")
    assert amstar.best_with("pico", "not-met") is None
    assert grade.best_with("imprecision", "very-serious") == grade.place("low")
    assert grade.best_with("large-effect", "raised") is None


# An instrument of one's own, and what is wrong with it


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("id: example", "id: exampel", "the file is called `example@1`, but by its id and version it is `exampel@1`"),
        ("id: blinding, name", "id: allocation, name", "`allocation` is listed twice"),
        ("id: doubtful, word", "id: sound, word", "`sound` is listed twice"),
        ("id: doubtful, word", "id: unknown, word", "`unknown` means that nobody judged"),
        ("overall: [sound, doubtful", "overall: [sound, dubtful", "there is no `dubtful`"),
        ("levels: [sound, flawed", "levels: [sound, broken", "there is no `broken`"),
        ("{level: not-reported, dom", "{level: not-told, dom", "there is no `not-told`"),
        ("at_best: doubtful", "at_best: not-reported", "there is no `not-reported`"),
        ("domains: [blinding]", "domains: [blindness]", "there is no `blindness`"),
    ],
)
def test_a_fault_in_an_instrument_has_its_place(was: str, now: str, told: str, tmp_path: Path) -> None:
    folder = example(tmp_path)
    line = edited(folder / "instruments" / "appraisals" / "example@1.yaml", was, now)
    assert ("example@1.yaml", line, "appraisal-instrument", told) in problems_of(folder)


def test_an_instrument_that_is_not_there_is_told_with_the_nearest(tmp_path: Path) -> None:
    folder = example(tmp_path)
    line = edited(folder / "ranking.yaml", "grade@2011", "grade@2012")
    with pytest.raises(Problems) as caught:
        load(folder)
    (problem,) = caught.value.problems
    assert (problem.rule, problem.place.line, problem.hint) == (
        "unknown-instrument", line, "did you mean `grade@2011`?"
    )  # fmt: skip


def test_an_instrument_that_sums_nothing_up_gets_no_overall_judgement_and_no_outcome(tmp_path: Path) -> None:
    folder = example(tmp_path)
    judged = "".join(f"\n        - {{domain: {one.id}, level: unclear}}" for one in instrument("syrcle@2014").domains)
    made = f"  appraisals:\n    - instrument: syrcle@2014\n      domains:{judged}\n"
    studies = folder / "studies.yaml"
    edited(studies, "  cohort: rats_of_2018", f"{made}  cohort: rats_of_2018")
    assert load(folder).warnings == ()
    edited(studies, f"{made}", f"{made}      overall: low\n      outcome: sneezing\n")
    rules = {rule: message for _, _, rule, message in problems_of(folder)}
    assert rules == {
        "appraisal-level": "`syrcle@2014` has no overall judgement",
        "appraisal-outcome": "`syrcle@2014` judges a whole study, not an outcome",
    }


def test_a_signed_exception_lets_a_study_pass(tmp_path: Path) -> None:
    folder = example(tmp_path)
    edited(folder / "studies.yaml", "design: randomised-trial", "design: cohort")
    assert {rule for _, _, rule, _ in problems_of(folder)} == {"appraisal-design"}
    signed = "{rule: appraisal-design, reason: It was a trial by its registry., by: Max Muster, date: 2026-11-19}"
    edited(folder / "studies.yaml", "  note: The only trial.", f"  note: The only trial.\n  overrides: [{signed}]")
    assert load(folder).warnings == ()


# What is printed


@pytest.fixture(scope="module")
def printed() -> tuple[Any, ...]:
    loaded = load(EXAMPLE)
    return tuple(appraisals(loaded.brief, loaded.findings))


def words_of(table: Table) -> list[str]:
    """The words of each row."""
    rows = (row for record in table.records for row in record.rows)
    return [" ".join(line.text or line.prose for cell in row.cells for line in cell.lines) for row in rows]


def test_there_is_a_figure_and_a_table_for_each_instrument(printed: tuple[Any, ...]) -> None:
    assert [type(block).__name__ for block in printed] == [
        "Paragraph", *("Heading", "Paragraph", "Figure", "Table"), *("Heading", "Paragraph", "Figure", "Table")
    ]  # fmt: skip
    assert "No rating in this brief is computed" in printed[0].prose
    first, second = (block for block in printed if isinstance(block, Figure))
    assert first.drawing.alternative == (
        "2 appraisals by An invented tool, version 1. Overall: 1 doubtful and 1 flawed. The table below the figure has "
        "each judgement in words."
    )
    assert second.drawing.alternative.startswith("1 appraisal by GRADE")


def test_two_appraisers_that_differ_are_both_told(printed: tuple[Any, ...]) -> None:
    first, second = words_of(next(block for block in printed if isinstance(block, Table)))
    for told, overall, by in ((first, "Doubtful", "Max Muster, 18"), (second, "Flawed", "second appraiser, date")):
        assert f"Overall: {overall}." in told
        assert by.lower() in told.replace("\u00a0", " ").lower()
        assert "Another appraiser differs on: overall." in told
        assert "1 Allocation: Sound. " in told
    assert "draft" not in first.lower()
    assert "Draft, not verified." in second
    assert "Better than the worst domain allows, by a signed decision. Sneezing was counted by" in first


def test_what_nobody_judged_yet_is_printed(printed: tuple[Any, ...]) -> None:
    (told,) = words_of([block for block in printed if isinstance(block, Table)][1])
    assert "8 Plausible confounding against the effect: Not judged yet." in told
    assert "Somebody unknown, date unknown. Draft, not verified." in told


def test_a_brief_without_appraisals_has_nothing_of_them(shared: Shared) -> None:
    loaded = load(SECOND)
    assert loaded.brief.appraisal_instruments == ()
    assert "appraisal-instruments" not in loaded.source.tree
    view = compose_view(loaded.brief, loaded.findings, "0" * 64)
    assert "appraisals" not in [section.kind for section in view.sections]
    page = shared.documents(SECOND)["html"].read_text()
    assert "--sound" not in page
    assert "appraisal" not in page.lower().replace("not appraised", "").replace("appraisal:", "")


def test_an_unlisted_section_is_before_the_evidence_tables(tmp_path: Path) -> None:
    folder = example(tmp_path)
    edited(folder / "brief.yaml", "  - {kind: appraisals, title: Appraisals}\n", "")
    loaded = load(folder)
    kinds = [one.kind for one in compose_view(loaded.brief, loaded.findings, "0" * 64).sections]
    assert kinds.index("appraisals") < kinds.index("evidence")


@pytest.mark.slow
def test_the_words_are_in_all_three_documents_and_the_sign_on_the_web_page(shared: Shared) -> None:
    documents = shared.documents(EXAMPLE)
    for kind in ("html", "docx", "pdf"):
        told = re.sub(r"\s+", " ", format_named(kind).text(documents[kind].read_bytes())).replace("\u00ad", "")
        assert "Another appraiser differs on: overall" in told, kind
        assert "4 Imprecision: Very serious. 24 people" in told, kind
    page = documents["html"].read_text()
    drawn = page[page.index('id="figure_appraisals_1"') : page.index("</figure>", page.index("figure_appraisals_1"))]
    assert 'aria-label="2 appraisals by An invented tool, version 1.' in drawn
    assert re.findall(r'class="paper"[^<>]*>([^<]+)<', drawn.partition("</svg>")[0])[:3] == ["+", "×", "−"]
    assert page.count("--sound: ") == 3
    with zipfile.ZipFile(documents["docx"]) as package:
        assert "2 appraisals by An invented tool, version 1." in package.read("word/document.xml").decode()


# What a document carries, and what a comparison tells


def test_a_document_carries_the_instruments_that_its_appraisals_name() -> None:
    files = carried(load(EXAMPLE))
    shipped = (ROOT / "data" / "instruments" / "appraisals" / "grade@2011.yaml").read_bytes()
    assert files["instruments/appraisals/grade@2011.yaml"] == shipped
    assert "instruments/appraisals/example@1.yaml" in files
    assert "instruments/appraisals/rob-2@2019.yaml" not in files
    assert all(map(belongs, (name for name in files if name != "manifest.json")))
    assert not belongs("instruments/appraisals/more/x.yaml")


def test_an_export_has_them_as_well() -> None:
    assert "evidence/instruments/appraisals/grade@2011.yaml" in exported_of(str(EXAMPLE)).files


def test_an_instrument_under_the_name_of_a_shipped_one_is_named() -> None:
    name = "instruments/appraisals/grade@2011.yaml"
    data = (resources.instruments() / "appraisals" / "grade@2011.yaml").read_bytes()
    assert _own_instruments({name: data}) == []
    assert _own_instruments({name: data.replace(b"Very serious", b"Not serious")}) == [name]


def side(folder: Path) -> Side:
    loaded = load(folder)
    return Side(loaded.brief, loaded.findings)


def test_another_level_is_told_by_study_instrument_outcome_and_person(tmp_path: Path) -> None:
    folder = example(tmp_path)
    edited(folder / "studies.yaml", "allocation, level: sound, support", "allocation, level: doubtful, support")
    told = compare(side(EXAMPLE), side(folder))
    where = "muster2019, appraisals example@1 days with sneezing Max Muster domains allocation level"
    assert [(one.weight, one.kind, one.record, one.was, one.now) for one in told] == [
        ("minor", "value changed", where, "sound", "doubtful")
    ]


def test_an_outcome_with_commas_and_a_changed_instrument_are_told(tmp_path: Path) -> None:
    folder = example(tmp_path)
    edited(folder / "studies.yaml", "outcome: days with sneezing\n", "outcome: days, with, sneezing\n")
    edited(folder / "instruments" / "appraisals" / "example@1.yaml", "word: Doubtful", "word: Dubious")
    told = [str(one) for one in compare(side(EXAMPLE), side(folder))]
    assert any("days with sneezing" in one for one in told)
    assert any(one.startswith("example@1, levels: value changed") and "Dubious" in one for one in told)


def test_nothing_of_an_appraisal_changes_in_silence() -> None:
    from test_diff import variants

    brief = example_brief()
    old, (study, *others) = Side(brief, derive(brief)), brief.studies
    changed = list(variants(study.appraisals))
    assert len(changed) > 12
    for made in changed:
        studies = (study.model_copy(update={"appraisals": made}), *others)
        new = Side(brief.model_copy(update={"studies": studies}), old.findings)
        assert compare(old, new), made


# The page of the documentation


def test_the_appraisals_that_the_page_shows_fit_the_example(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "appraisals.md").read_text()
    (shown,) = re.findall(r"^```yaml\n(appraisals:\n.*?)^```$", text, re.MULTILINE | re.DOTALL)
    folder = example(tmp_path)
    studies = folder / "studies.yaml"
    before, rest = studies.read_text().split("  appraisals:", 1)
    after = rest[rest.index("- reference: muster2020") :]
    studies.write_text(before + "".join(f"  {line}\n" for line in shown.splitlines()) + after)
    assert load(folder).warnings == ()


def test_the_page_lists_the_instruments() -> None:
    page = (ROOT / "docs" / "appraisals.md").read_text()
    rows = re.findall(r"^\| `([^`]+@[^`]+)` \| .* \| (yes|no) \| (yes|no) \|$", page, re.MULTILINE)
    found = {name: (outcome, overall) for name, outcome, overall in rows}
    listed = {path.stem: instrument(path.stem) for path in PACKS}
    assert found == {
        name: ("yes" if one.outcome == "needed" else "no", "yes" if one.overall else "no")
        for name, one in listed.items()
    }


# Tables of other people


INVENTED = """\
Study,D1,D2,D3,D4,D5,Overall
Study 1,Low,Low,Low,Low,Low,Low
Study 2,Some concerns,Low,No information,Low,Low,Some concerns
Study 3,Low,High,Low,Some concerns,Low,Some concerns
Study 4,High,High,Low,Low,Some concerns,High
"""
"""In the form in which robvis takes appraisals; the third is better than its worst domain."""

SHIPPED = {"data_rob2": "rob-2@2019", "data_robins_i": "robins-i@2016", "data_robins_e": "robins-e@2024"}
ORDER = ("low", "some concerns", "unclear", "moderate", "high", "serious", "very high", "critical")


def tables() -> dict[str, list[list[str]]]:
    """The tables by name, each with its head: study, domains, overall."""
    if not (folder := os.environ.get("EVIBRIEF_ROBVIS")):
        return {"data_rob2": list(csv.reader(io.StringIO(INVENTED)))}
    paths = sorted(Path(folder).glob("*.csv"))
    found = {path.stem: list(csv.reader(path.read_text().splitlines())) for path in paths}
    if "bias_direction" in found:  # a judgement, a kind and a direction for each domain
        head, *rows = found["bias_direction"]
        columns = [head.index("study"), *(head.index(f"d{number}j") for number in range(1, 8)), head.index("overall")]
        found["bias_direction"] = [[row[at] for at in columns] for row in (head, *rows)]
    return found


TABLES = tables()


def own_instrument(name: str, table: list[list[str]]) -> AppraisalInstrument:
    """The instrument of a table, for those that do not come with the program."""
    words = sorted({cell for row in table[1:] for cell in row[1:]} - {"NA"}, key=lambda one: (
        ORDER.index(one.lower()) if one.lower() in ORDER else 99))  # fmt: skip
    concerns = {"low": "none", "high": "serious", "serious": "serious", "critical": "critical", "very high": "critical",
                "no information": "unclear", "not applicable": "not-applicable"}  # fmt: skip
    levels = [{"id": word.lower().replace(" ", "-"), "word": word, "sign": f"{number}",
               "concern": concerns.get(word.lower(), "some")} for number, word in enumerate(words, 1)]  # fmt: skip
    made = {
        "id": "own", "version": "1", "title": name, "source": "a table", "doi": "unknown", "seen": "in the table",
        "appraises": "study", "outcome": "needed", "levels": levels, "overall": [one["id"] for one in levels],
        "domains": [{"id": f"d{number}", "name": head} for number, head in enumerate(table[0][1:-1], 1)],
    }  # fmt: skip
    return AppraisalInstrument.model_validate(made)


def instrument_of(name: str, table: list[list[str]]) -> AppraisalInstrument:
    return instrument(SHIPPED[name]) if name in SHIPPED else own_instrument(name, table)


def level_in(one: AppraisalInstrument, word: str) -> str:
    """The id of a level by its word. RoB 2 has no `No information`: that is what nobody judged."""
    named = {level.word.lower().removesuffix(" risk"): level.id for level in one.levels}
    return named.get(word.lower(), "unknown")


def appraised(table: list[list[str]], one: AppraisalInstrument) -> Brief:
    """A brief whose studies have the appraisals of a table."""
    brief = example_brief()
    study, reference = brief.studies[0], brief.references[0]
    studies, references = [], []
    for number, (name, *cells) in enumerate(table[1:], 1):
        levels = [level_in(one, cell) for cell in cells]
        judged = [{"domain": domain.id, "level": level} for domain, level in zip(one.domains, levels, strict=False)]
        made = {"instrument": one.name, "outcome": "pain", "domains": judged, "overall": levels[-1]}
        key = f"study{number}"
        studies.append(study.model_copy(update={"reference": key, "appraisals": (Appraisal.model_validate(made),)}))
        references.append(reference.model_copy(update={"id": key, "author": ({"family": name},)}))
    return brief.model_copy(update={
        "studies": (*brief.studies[1:], *studies), "references": (*brief.references, *references),
        "ranking": brief.ranking.model_copy(update={"statements": ()}), "appraisal_instruments": (one,),
    })  # fmt: skip


def counted(table: list[list[str]], one: AppraisalInstrument) -> list[Mapping[str, int]]:
    """How many studies have which level, column by column, as the table says it."""
    columns = zip(*(row[1:] for row in table[1:]), strict=True)
    return [Counter(level_in(one, cell) for cell in column) for column in columns]


def drawn(brief: Brief, one: AppraisalInstrument) -> Iterator[Mapping[str, int]]:
    """The same, as the figure shows it: by the signs in each column, above the key."""
    signs = {level.sign: level.id for level in one.levels} | {"…": "unknown"}
    figures = [block for block in appraisals(brief, derive(brief)) if isinstance(block, Figure)]
    assert figures
    found: dict[float, Counter[str]] = {}
    for figure in figures:
        shapes = figure.drawing.draw("wide").shapes  # type: ignore[attr-defined]
        heads = [shape for shape in shapes if isinstance(shape, Lettering) and shape.y == 4.0]
        end = max(max(y for _, y in shape.points) for shape in shapes if hasattr(shape, "points"))
        for head in heads:
            inside = (shape.text for shape in shapes if isinstance(shape, Lettering) and shape.x == head.x
                      and head.y < shape.y < end)  # fmt: skip
            found.setdefault(head.x, Counter()).update(signs[text] for text in inside)
    yield from (found[x] for x in sorted(found))


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_others_is_drawn_and_told_with_its_own_counts(name: str) -> None:
    table = TABLES[name]
    one = instrument_of(name, table)
    brief = appraised(table, one)
    wanted = counted(table, one)
    assert sum(sum(column.values()) for column in wanted) == (len(table) - 1) * (len(one.domains) + 1)
    assert list(drawn(brief, one)) == wanted
    told = Counter[str]()
    words = {level.word: level.id for level in one.levels} | {WORDS.appraisals.not_judged: "unknown"}
    for block in appraisals(brief, derive(brief)):
        for row in words_of(block) if isinstance(block, Table) else ():
            for domain in one.domains:
                (level,) = re.findall(rf"\b{re.escape(domain.name)}: ({'|'.join(map(re.escape, words))})\.", row)
                told[f"{domain.id} {words[level]}"] += 1
    assert told == {
        f"{domain.id} {level}": number for domain, column in zip(one.domains, wanted, strict=False)
        for level, number in column.items()
    }  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_in_a_table_of_others_what_is_too_good_is_found(name: str) -> None:
    table = TABLES[name]
    one = instrument_of(name, table)
    case = Context(appraised(table, one), SourceTree({}, {}, {}, {}), frozenset())
    others = len(case.brief.studies) - (len(table) - 1)
    found = [int(finding.location[1]) - others + 1 for finding in appraisal_too_good(case)]
    unordered = [level.id for level in one.levels if level.concern in ("unclear", "not-applicable")]
    wanted = []
    for number, row in enumerate(table[1:], 1):
        *domains, overall = (level_in(one, cell) for cell in row[1:])
        worst = max(one.overall.index(level) for level in domains if level in one.overall and level not in unordered)
        unread = one.name == "robins-i@2016" and "no-information" in domains
        worst = max(worst, one.overall.index("serious")) if unread else worst
        if overall in one.overall and one.overall.index(overall) < worst:
            wanted.append(number)
    assert found == wanted


# The figure


def a_table(rows: int) -> LightTable:
    one = instrument("robins-i@2016")
    levels = tuple(Light(level.word, level.sign, level.concern) for level in one.levels)
    row = AppraisedRow("Muster 2019", "pain; somebody", tuple((levels * 2)[: len(one.domains) + 1]))
    return LightTable(one.title, levels, tuple(domain.name for domain in one.domains), (row,) * rows, True)


def test_each_concern_has_a_shape_of_its_own() -> None:
    shapes = draw_lights(a_table(1), WORDS).draw("wide").shapes  # type: ignore[attr-defined]
    marks = {(shape.shape, shape.filled) for shape in shapes if isinstance(shape, Mark)}
    assert marks == {("o", True), ("D", True), ("s", True), ("8", True), ("o", False)}


def test_a_figure_of_many_appraisals_goes_on_on_the_next_page() -> None:
    parts = list(in_pages(a_table(70)))
    assert len(parts) > 2
    assert [row for part in parts for row in part.rows] == list(a_table(70).rows)
    assert 150 < draw_lights(parts[0], WORDS).height < 230


@pytest.mark.parametrize("form", ["wide", "narrow"])
@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_nothing_of_a_figure_is_off_the_sheet_or_over_its_neighbour(path: Path, form: Any) -> None:
    one = instrument(path.stem)
    levels = tuple(Light(level.word, level.sign, level.concern) for level in one.levels)
    lights = (levels * 4)[: len(one.domains) + bool(one.overall)]
    long = "A trial with a name that goes on and on, as names of trials do when nobody stops them in time"
    table = LightTable(one.title, levels, tuple(domain.name for domain in one.domains),
                       (AppraisedRow(long, long, lights),), bool(one.overall))  # fmt: skip
    sheet = draw_lights(table, WORDS).draw(form)
    marks = sorted((shape.x, shape.size * 0.3528 / 2 * (1.414 if shape.shape == "D" else 1), shape.y)
                   for shape in sheet.shapes if isinstance(shape, Mark))  # type: ignore[attr-defined]  # fmt: skip
    row = [mark for mark in marks if mark[2] == min(y for _, _, y in marks)]
    assert len(row) > 4
    assert all(x - half > -0.3 and x + half < sheet.width + 0.3 for x, half, _ in marks)
    assert all(after[0] - before[0] > before[1] for before, after in pairwise(row))
    assert max(y for _, _, y in marks) < sheet.height
    texts = [shape for shape in sheet.shapes if isinstance(shape, Lettering)]  # type: ignore[attr-defined]
    assert all(0 < shape.y < sheet.height for shape in texts)


@pytest.mark.slow
def test_a_half_written_appraisal_is_printed_in_a_draft(tmp_path: Path) -> None:
    from evibrief.drafts import build_draft

    folder = example(tmp_path)
    edited(folder / "studies.yaml", "        - {domain: blinding, level: flawed, support: Glass has a colour.}\n", "")
    with pytest.raises(Problems):
        build(folder, tmp_path / "out", ["html"])
    (draft,), problems = build_draft(folder, tmp_path / "draft", ["html"])
    assert "Blinding: Not judged yet" in re.sub("<[^>]+>", "", draft.path.read_text())
    assert "appraisal-incomplete" in {one.rule for one in problems}


