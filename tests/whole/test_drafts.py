"""`build --draft`: a half-written brief is shown with marks, nothing is made up, and nobody can take it for a brief."""

import re
import shutil
import zipfile
from collections.abc import Callable, Mapping
from html import unescape
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command import run_here as evibrief
from evibrief.build import build, compose
from evibrief.checks.draft import load_draft
from evibrief.checks.load import Loaded, load
from evibrief.drafts import DRAFT, build_draft, named_draft
from evibrief.evidence.unfinished import MARK
from evibrief.formats.carried import carried_files
from evibrief.formats.registry import format_named, names
from evibrief.problems import Problems
from office import converted
from shared import SECOND, Shared
from test_bad import good_brief, problems_in, put

BAD = Path(__file__).parents[1] / "bad"
DOSE = """\
people:
  - {id: d1, label: glass, amount: {low: 1, unit: mg}, route: oral, duration: a day, regimen: once, purpose: none,
     population: asthma, evidence: [{source: example2020, role: supports, locator: p. 1, finding: It was given.}]}
"""


def half_written(folder: Path) -> Path:
    """A brief with a question, a bottom line and six claims; nothing is appraised and one mechanism is empty."""
    good_brief(folder)
    (folder / "studies.yaml").write_text("# nothing yet\n")
    with (folder / "claims" / "01-glass.yaml").open("a") as claims:
        claims.write(
            "    evidence:\n"
            "      - {source: smith2020, role: contradicts, locator: p. 3, finding: \"It rose [@jones2011].\"}\n"
            "  - {id: c1_3, text: A third claim., population: hay_fever}\n"
            "  - {id: c1_4, text: TBD, about: condition, direction: supports, population: hay_fever, status: upheld}\n"
            "  - {id: c1_5, text: \"A fifth claim [unfinished: R&D].\", about: bridge, direction: opposes,\n"
            "     population: asthma}\n"
            "  - id: c1_6\n"
        )
    with (folder / "mechanisms.yaml").open("a") as mechanisms:
        mechanisms.write("- id: m_empty\n  title: Nothing yet\n  links: []\n")
    (folder / "doses.yaml").write_text(DOSE.replace("amount: {low: 1, unit: mg}, ", ""))
    return folder


@pytest.fixture(scope="module")
def half(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return half_written(tmp_path_factory.mktemp("half") / "blue")


@pytest.fixture(scope="module")
def documents(half: Path) -> Mapping[str, Path]:
    written, problems = build_draft(half, half.parent / "out")
    assert len(problems) > 20
    assert all(one.severity == "warning" for one in problems)
    return {one.path.suffix[1:]: one.path for one in written}


def text_of(documents: Mapping[str, Path], name: str) -> str:
    """The words of a document, on one line."""
    return " ".join(format_named(name).text(documents[name].read_bytes()).split())


@pytest.mark.parametrize("name", names())
def test_each_place_is_marked_where_it_is_and_listed_in_front(documents: Mapping[str, Path], name: str) -> None:
    text = re.sub("\u00ad|(?<=-) ", "", text_of(documents, name))
    for words in (
        "It rose", "no reference smith2020 yet", "meant as contradicts", "no appraisal of example2020 yet",
        "A third claim. [unfinished: about is missing; direction is missing; status is missing]",
        "[unfinished: text is missing]", "[unfinished: summary is missing", "[unfinished: too few links]",
        "d1 left out (amount is missing", "no reference jones2011 yet",
    ):  # fmt: skip
        assert words in text, words
    title = text.index("DRAFT: Example", text.index("What is unfinished"))
    for line in ("01-glass.yaml, line 26: no reference has the key jones2011", "mechanisms.yaml, line 9: summary"):
        assert line in text[:title], line


def test_the_marks_stand_out(documents: Mapping[str, Path]) -> None:
    html = documents["html"].read_text()
    page = html[html.index("<body") :]
    found = MARK.findall(re.sub(r"<[^>]*>", "\n", page))
    assert len(found) > 20
    assert len(re.findall(rf'<mark class="unfinished">{MARK.pattern}</mark>', page)) == len(found)
    assert re.search(r'<a href="#ref-jones2011"[^>]*><mark class="unfinished">\d+</mark></a>', page)
    with zipfile.ZipFile(documents["docx"]) as package:
        body = package.read("word/document.xml").decode()
    runs = [run for run in re.findall(r"<w:r>.*?</w:r>", body, re.DOTALL) if MARK.search(run)]
    words = [run for run in runs if "<w:drawing>" not in run]  # a figure has its marks in its picture
    assert len(words) > 20
    assert all('<w:highlight w:val="yellow"/>' in run for run in words)


def test_draft_is_across_every_page_of_the_pdf_as_an_artifact(documents: Mapping[str, Path]) -> None:
    with pikepdf.open(documents["pdf"]) as pdf:
        assert len(pdf.pages) > 5
        for page in pdf.pages:
            page.contents_coalesce()
            drawn = re.findall(rb"/Artifact\s+BMC(?:(?!EMC).)*?/(x\d+) Do", page.Contents.read_bytes(), re.DOTALL)
            turned = [form for form in (page.Resources.XObject[f"/{name.decode()}"] for name in drawn)
                      if b"0.766044 -0.642788" in form.read_bytes()]  # fmt: skip
            (word,) = (inner for form in turned for inner in form.Resources.XObject.values())
            assert b"TJ" in word.read_bytes()
        assert str(pdf.docinfo["/Title"]).startswith("DRAFT: ")


def test_draft_is_in_every_header_of_the_docx_and_in_all_titles(documents: Mapping[str, Path]) -> None:
    with zipfile.ZipFile(documents["docx"]) as package:
        headers = [package.read(name).decode() for name in package.namelist() if "header" in name]
        shown = [one for one in headers if "<w:t" in one]
        assert shown
        assert all(">DRAFT: " in one for one in shown)
        assert "<dc:title>DRAFT: " in package.read("docProps/core.xml").decode()
        assert "sha256" not in package.read("docProps/custom.xml").decode()
    html = documents["html"].read_text()
    assert "<title>DRAFT: " in html
    assert '<section class="draft"' in html
    assert "body::before" in html
    assert [path.stem.endswith("-draft") for path in documents.values()] == [True] * 3


def test_nothing_in_a_draft_can_be_confirmed(documents: Mapping[str, Path], half: Path, tmp_path: Path) -> None:
    for name in ("pdf", "docx"):
        told = evibrief("verify", documents[name])
        assert told.returncode == 5
        assert re.fullmatch(r"NOT CONFIRMED: \S+: this is a draft: [^.\n]*\.\n", told.stdout)
        assert not told.stderr
        format = format_named(name)
        assert [*format.extract(documents[name].read_bytes(), name)] == ["manifest.json"]  # type: ignore[attr-defined]
        assert not re.search("[0-9a-f]{64}", text_of(documents, name))
    for command in (
        ("extract", documents["pdf"], "--output", tmp_path / "taken"),
        ("diff", documents["docx"], SECOND),
        ("comments", documents["docx"], "--brief", SECOND),
    ):
        told = evibrief(*command)
        assert told.returncode == 1
        assert "this is a draft" in told.stderr
        assert "Traceback" not in told.stderr
    assert not (tmp_path / "taken").exists()


def test_what_works_from_the_folder_refuses_a_brief_with_errors(half: Path, tmp_path: Path) -> None:
    for command in (
        ("archive", half, "--archive", tmp_path / "archive"),
        ("review-copy", half, "--output", tmp_path / "copies"),
        ("build", half, "--output", tmp_path / "build"),
    ):
        told = evibrief(*command)
        assert told.returncode == 1
        assert "nothing was written" in told.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_what_is_unfinished_and_succeeds(half: Path, tmp_path: Path) -> None:
    told = evibrief("build", half, "--draft", "--format", "html", "--output", tmp_path)
    assert told.returncode == 0
    assert "-draft.html" in told.stdout
    assert "warning[not-appraised]" in told.stderr
    assert "error" not in told.stderr.replace("errors", "")


def test_real_builds_and_drafts_leave_each_other_alone(tmp_path: Path) -> None:
    folder, output = good_brief(tmp_path / "blue"), tmp_path / "out"
    real = build(folder, output, ["html"])
    before = {path.name: path.read_bytes() for path in output.iterdir()}
    assert len(before) == 2
    (draft,), _ = build_draft(folder, output, ["html"])
    assert draft.path != real[0].path
    assert {path.name: path.read_bytes() for path in output.iterdir() if path != draft.path} == before
    assert [one.fresh for one in build(folder, output, ["html"])] == [False]
    (folder / "brief.yaml").write_text((folder / "brief.yaml").read_text().replace("clinicians", "nurses"))
    assert [one.fresh for one in build(folder, output, ["html"])] == [True]
    assert draft.path.exists()


def test_a_template_and_styles_of_its_own_cannot_leave_the_stamp_out(tmp_path: Path) -> None:
    folder = half_written(tmp_path / "blue")
    (folder / "theme").mkdir()
    own = '{% extends "brief.html.jinja" %}{% block title_block %}{% endblock %}'
    (folder / "theme" / "page.html.jinja").write_text(own)
    (folder / "theme" / "custom.css").write_text(".draft, body::before { display: none }")
    (page,), _ = build_draft(folder, tmp_path / "out", ["html"])
    html = page.path.read_text()
    assert '<section class="draft"' in html
    assert html.index("display: none") < html.index("section.draft { display: block !important")


# What may never be made up.


def written(folder: Path, **files: str) -> Path:
    good_brief(folder)
    for stem, text in files.items():
        put_text(folder, stem, text)
    return folder


def put_text(folder: Path, stem: str, text: str) -> None:
    (folder / ("claims/01-glass.yaml" if stem == "claims" else f"{stem}.yaml")).write_text(text)


@pytest.mark.parametrize(
    "hole", ["low: 1", "unit: mg", "route: oral, ", "population: asthma, ", "source: example2020, "]
)
def test_a_dose_is_printed_whole_or_not_at_all(tmp_path: Path, hole: str) -> None:
    assert hole in DOSE
    assert len(load_draft(written(tmp_path / "whole", doses=DOSE)).brief.doses.people) == 1
    field = hole.partition(":")[0]
    for number, left in enumerate(("", f"{field}: TODO{', ' * hole.endswith(', ')}")):
        text = DOSE.replace(hole, left).replace("{, ", "{").replace(", }", "}")
        loaded = load_draft(written(tmp_path / str(number), doses=text))
        assert loaded.brief.doses.people == ()
        assert any(one.unfinished for one in loaded.warnings)


def test_half_a_range_is_no_dose(tmp_path: Path) -> None:
    text = DOSE.replace("low: 1", "low: 1, high: TODO")
    assert load_draft(written(tmp_path, doses=text)).brief.doses.people == ()


def test_half_a_comparison_is_not_printed(tmp_path: Path) -> None:
    arms = "finding: It fell., estimate: {effect: less, arms: [{label: blue, n: 9, events: 1}, {label: clear, n: TBD}]}"
    loaded = load_draft(written(tmp_path, doses=DOSE.replace("finding: It was given.", arms)))
    (evidence,) = loaded.brief.doses.people[0].evidence
    assert evidence.estimate
    assert evidence.estimate.arms == ()
    assert "arms left out" in evidence.finding


def test_an_unfinished_study_counts_for_nothing(tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    assert load(folder).findings.tally("l_glass_1").supporting.number == 1
    study = (folder / "studies.yaml").read_text()
    for open_study in ("# nothing yet\n", study.replace("n: 12", "n: TODO"), study + "  note: TBD\n"):
        (folder / "studies.yaml").write_text(open_study)
        loaded = load_draft(folder)
        assert loaded.findings.tally("l_glass_1").supporting.number == 0
        (entry,) = loaded.brief.all_claims[0].evidence
        assert entry.role == "context"
        assert "meant as supports" in entry.finding


def ldn_with(tmp_path: Path, file: str, old: str, new: str) -> Loaded:
    folder = shutil.copytree(SECOND.parent / "ldn", tmp_path / "ldn")
    text = (folder / file).read_text()
    assert text.count(old) == 1
    (folder / file).write_text(text.replace(old, new))
    return load_draft(folder)


NOT_FINAL = "[unfinished: the rating may change, not all evidence is finished]"
NO_TIER = "[unfinished: no tier yet, evidence that may be against it is not finished]"


def test_no_tier_is_printed_where_evidence_against_is_unfinished(tmp_path: Path) -> None:
    whole = load(SECOND.parent / "ldn").findings
    assert whole.ratings
    loaded = ldn_with(tmp_path, "studies.yaml", "  n: 99\n", "  n: TODO\n")
    assert (whole.tally("s1").against.number, loaded.findings.tally("s1").against.number) == (1, 0)
    statements = {one.id: one.text for one in loaded.brief.ranking.statements}
    assert {name: text.endswith(NO_TIER) for name, text in statements.items()} == {
        "s1": True, "s2": False, "s3": False, "s4": False,
    }  # fmt: skip
    assert statements["s2"].endswith(NOT_FINAL)
    links = {link.id: link.text.endswith(NOT_FINAL) for one in loaded.brief.mechanisms for link in one.links}
    assert [name for name, marked in links.items() if marked] == ["l_tlr4_bridge"]
    assert loaded.findings.ratings
    rated = loaded.findings.ratings.statements
    assert (whole.ratings.statements["s1"].final, rated["s1"].computed, rated["s1"].final) == ("medium", "gap", "gap")
    assert "not finished" in rated["s1"].reason
    assert rated["s3"] == whole.ratings.statements["s3"]
    (page,) = compose(named_draft(loaded), ["html"], edition=DRAFT).documents
    html = " ".join(page.data.decode().replace("\u00a0", " ").split())
    assert "computed: of 3 statements, 1 is weak and 2 no tier; none is strong" in html
    assert "evidence that may be against it is not finished, so it is not rated yet" in html


BRUUN = "      - source: bruun2024\n        role: contradicts\n"


@pytest.mark.parametrize(
    ("old", "new", "is_withheld"),
    [
        ("role: contradicts", "role: TODO", True),
        ("source: bruun2024", "source: TODO", True),
        ("source: bruun2024", "source: nobody2030", True),
        ("role: contradicts", "role: supports\n        quote: TODO", False),
        ("role: contradicts", "role: context\n        quote: TODO", False),
    ],
)
def test_a_tier_is_withheld_for_what_may_be_against_it_alone(
    old: str, new: str, is_withheld: bool, tmp_path: Path
) -> None:
    claims = next(path for path in (SECOND.parent / "ldn" / "claims").glob("*.yaml") if BRUUN in path.read_text())
    loaded = ldn_with(tmp_path, f"claims/{claims.name}", BRUUN, BRUUN.replace(old, new))
    assert loaded.findings.ratings
    assert (loaded.findings.ratings.statements["s1"].final == "gap") == is_withheld
    assert any(one.unfinished for one in loaded.warnings)


def test_a_claim_that_is_not_written_yet_may_be_against(tmp_path: Path) -> None:
    loaded = ldn_with(tmp_path, "ranking.yaml", "claims: [t4]", "claims: [t4, t99]")
    assert loaded.findings.ratings
    assert loaded.findings.ratings.statements["s2"].final == "gap"
    assert loaded.findings.ratings.statements["s1"].final != "gap"


def test_a_brief_without_a_claim_is_told_what_is_missing(tmp_path: Path) -> None:
    shutil.rmtree(good_brief(tmp_path / "blue") / "claims")
    with pytest.raises(Problems) as refused:
        load_draft(tmp_path / "blue")
    assert any("`claims.yaml` is missing" in one.message for one in refused.value.problems)


def test_no_link_looks_better_than_it_is(tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    brief = folder / "brief.yaml"
    brief.write_text(brief.read_text().replace("plausibility-1", "plausibility-2"))
    chain = (folder / "mechanisms.yaml").read_text()
    judgements = []
    for claims in ("claims: [c1_1]", "requires: [c1_1]", "requires: [c1_1, c9]"):
        (folder / "mechanisms.yaml").write_text(chain.replace("claims: [c1_1]", claims))
        loaded = load_draft(folder)
        assert loaded.findings.ratings
        judgements.append(loaded.findings.ratings.links["l_glass_1"].judgement)
    assert judgements[0] == judgements[1] != "absent"
    assert judgements[2] == "unsearched"
    assert "no claim c9 yet" in loaded.findings.claims["c9"].text


@pytest.mark.parametrize(
    "bad", ["ranking-without-source", "ranking-unsigned", "mechanisms-certain-without-source", "mechanisms-too-certain"]
)
def test_no_grade_without_source_and_signature(bad: str, tmp_path: Path) -> None:
    put(BAD / f"{bad}.yaml", good_brief(tmp_path / "blue"))
    brief = load_draft(tmp_path / "blue").brief
    grades = [*(one.final for one in brief.ranking.statements), *(one.certainty for one in brief.mechanisms)]
    assert grades
    assert set(grades) == {None}
    texts = [*(one.text for one in brief.ranking.statements), *(one.summary for one in brief.mechanisms)]
    assert any("no source or no signature yet" in text for text in texts)


# What is wrong stays an error.

WRONG = (
    "brief-alias", "brief-duplicate-key", "brief-glyph", "brief-norway", "brief-second-document", "brief-tab",
    "brief-unknown-key", "brief-wrong-word", "claims-cut-text", "claims-not-in-condition", "claims-number-differs",
    "doses-decimal-comma", "doses-of-people-among-animals", "doses-range-turned", "doses-unknown-unit",
    "harms-more-than-all", "mechanisms-open-citation", "mechanisms-taken-by-a-claim", "ranking-signed-later",
    "ranking-wrong-tier", "retractions-wrong-state", "since-by-hand", "studies-half", "studies-retracted",
    "studies-twice-appraised", "time-course-out-of-order",
)  # fmt: skip


@pytest.mark.parametrize("bad", WRONG)
def test_what_is_wrong_is_refused_as_a_draft_too(bad: str, tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    put(BAD / f"{bad}.yaml", folder)
    as_brief = {(one.place, one.rule) for one in problems_in(folder) if one.severity == "error" and not one.unfinished}
    assert as_brief
    with pytest.raises(Problems) as refused:
        build_draft(folder, tmp_path / "out", ["html"])
    told = refused.value.problems
    assert {(one.place, one.rule) for one in told if one.severity == "error"} == as_brief
    assert not (tmp_path / "out").exists()


def test_a_draft_that_is_refused_tells_what_is_wrong_from_what_is_missing(tmp_path: Path) -> None:
    put(BAD / "studies-nothing-said-once.yaml", good_brief(tmp_path / "blue"))
    told = evibrief("build", tmp_path / "blue", "--draft", "--output", tmp_path / "out")
    assert told.returncode == 1
    assert "error[word]" in told.stderr
    assert "warning[missing]" in told.stderr
    assert "1 error, 1 warning; nothing was written" in told.stderr


def test_what_is_only_doubtful_stops_neither_a_draft_nor_stubs(tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    references = folder / "references.json"
    doubtful = '"id": "example2020", "DOI": "10.5555/ex ample.1"'
    references.write_text(references.read_text().replace('"id": "example2020"', doubtful))
    put_text(folder, "brief", (folder / "brief.yaml").read_text().replace("funding: unknown", "funding: TODO"))
    _, problems = build_draft(folder, tmp_path / "out", ["html"])
    assert {one.severity for one in problems} == {"warning"}
    assert any("funding" in one.message or "TODO" in one.message for one in problems)
    (folder / "studies.yaml").unlink()
    assert evibrief("studies", folder, "--stub").returncode == 0
    assert "example2020" in (folder / "studies.yaml").read_text()


def test_what_a_program_writes_is_whole_or_wrong(tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    (folder / "reviews").mkdir()
    (folder / "reviews" / "2026-03.yaml").write_text("evidence: unknown\n")
    with pytest.raises(Problems) as refused:
        load_draft(folder)
    assert [(one.rule, one.severity) for one in refused.value.problems] == [("missing", "error")]


# Whatever an author has written so far.


def cut(brief: Path, file: Path, lines: int, folder: Path) -> Loaded | None:
    """The draft of a brief one of whose files ends after some lines; None if it is refused with plain errors."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(brief, folder)
    (folder / file).write_text("".join((brief / file).read_text().splitlines(keepends=True)[:lines]))
    try:
        return load_draft(folder)
    except Problems:
        return None


def files_of(brief: Path) -> list[Path]:
    return sorted(path.relative_to(brief) for path in brief.rglob("*.yaml") if "instruments" not in path.parts)


def test_the_starter_cut_off_at_any_line_is_a_draft_or_has_plain_errors(tmp_path: Path) -> None:
    brief = good_brief(tmp_path / "blue")
    made = {}
    for file in files_of(brief):
        for lines in range(len((brief / file).read_text().splitlines())):
            made[file.name, lines] = loaded = cut(brief, file, lines, tmp_path / "cut")
            if loaded and lines % 10 == 0:
                compose(named_draft(loaded), ["html"], edition=DRAFT)
    assert len(made) > 80
    refused = {name for (name, _), loaded in made.items() if loaded is None}
    assert refused == {"brief.yaml"}  # without id, version and dates it has no name
    assert sum(loaded is None for loaded in made.values()) < 20


LINES = [(file, line) for file in files_of(SECOND) for line in range(len((SECOND / file).read_text().splitlines()))]


@given(st.sampled_from(LINES), st.booleans())
@settings(max_examples=25, deadline=None)
def test_a_large_brief_cut_off_at_any_line_is_a_draft_or_has_plain_errors(
    tmp_path_factory: pytest.TempPathFactory, where: tuple[Path, int], is_printed: bool
) -> None:
    file, lines = where
    loaded = cut(SECOND, file, lines, tmp_path_factory.mktemp("cut") / "blue")
    if loaded and is_printed:
        assert compose(named_draft(loaded), ["html"], edition=DRAFT).documents


def test_a_finished_brief_is_a_draft_without_marks(tmp_path: Path, shared: Shared) -> None:
    (page,), problems = build_draft(good_brief(tmp_path / "blue"), tmp_path / "out", ["html"])
    html = unescape(page.path.read_text())
    assert not any(one.unfinished for one in problems)
    assert "Nothing was found that is unfinished." in html
    assert not MARK.search(html[html.index("<body") :])
    assert "DRAFT: " in html


def test_the_documents_of_a_brief_are_no_drafts(shared: Shared) -> None:
    for name in ("pdf", "docx"):
        assert len(carried_files(shared.documents(SECOND)[name].read_bytes(), name)) > 5
    assert "DRAFT" not in shared.documents(SECOND)["html"].read_text()


def test_office_shows_the_draft(documents: Mapping[str, Path], program: Callable[..., str], tmp_path: Path) -> None:
    """LibreOffice turns the DOCX into pages, each with DRAFT in its header."""
    (printed,) = converted([documents["docx"]], "pdf", tmp_path, program)
    pages = format_named("pdf").text(printed.read_bytes())
    with pikepdf.open(printed) as pdf:
        assert len(pdf.pages) > 5
        assert pages.count("DRAFT: Example") >= len(pdf.pages)
