"""References as reference managers, Crossref and PubMed write them: read, or one problem at the field."""

import html
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evibrief.build import build, checked, compose
from evibrief.checks.load import load
from evibrief.evidence import csl_json
from evibrief.evidence.identifiers import bare_doi, normalise_doi, normalise_pmcid, normalise_pmid
from evibrief.evidence.read_references import read_references
from evibrief.problems import Problem, Problems
from test_bad import good_brief, problems_in

HALF: str = "\ud800"
NONE: object = "the field is left out"


def entry(**fields: Any) -> dict[str, Any]:
    """The reference of the starter, with these fields; a `_` in a name is a hyphen, and `NONE` leaves one out."""
    base = {
        "id": "example2020", "type": "article-journal", "title": "An invented study", "container-title": "Journal",
        "author": [{"family": "Example", "given": "Erika"}], "issued": {"date-parts": [[2020]]}, "volume": "1",
    }  # fmt: skip
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    return {name: value for name, value in {**base, **named}.items() if value is not NONE}


def with_references(folder: Path, content: Any) -> Path:
    good_brief(folder)
    text = content if isinstance(content, str) else json.dumps(content, indent=1)
    (folder / "references.json").write_text(text)
    return folder


def field_at(folder: Path, problem: Problem) -> str:
    """The name in front of a problem's place; empty for the place of a whole reference."""
    line = (folder / "references.json").read_text().split("\n")[problem.place.line - 1]
    named = re.fullmatch(r'\s*"([^"]+)": ', line[: problem.place.column - 1])
    return named[1] if named else ""


def about(**fields: Any) -> Any:
    return pytest.param(fields, id=repr(fields)[:60].encode("ascii", "backslashreplace").decode())


BROKEN = [
    about(issued={"date-parts": [["in press"]]}), about(issued={"date-parts": 1.5}),
    about(issued={"date-parts": {"raw": "x"}}), about(issued={"date-parts": [[float("inf")]]}),
    about(issued={"date-parts": [[float("nan")]]}), about(issued={"date-parts": [[2020, 13]]}),
    about(issued={"date-parts": [[2020, 0]]}), about(issued={"date-parts": [[2021, 2, 29]]}),
    about(issued={"date-parts": [[2020, 1, 1, 1]]}), about(issued={"date-parts": [[20200]]}),
    about(issued={"date-parts": [[True]]}), about(issued={"date-parts": [[2020.5]]}),
    about(issued={"date-parts": [[{}]]}), about(issued={"date-parts": [[2021], [2020]]}),
    about(issued={"date-parts": [[2020], [2021], [2022]]}), about(issued={"date-parts": [2020]}),
    about(issued={"date-parts": [["20 20"]]}), about(issued={"date-parts": [[HALF]]}),
    about(issued={"date-parts": [[0]]}), about(issued=2020), about(issued=True), about(issued=[[2020]]),
    about(issued={"literal": 5}), about(issued={"raw": []}), about(accessed={"date-parts": [["soon"]]}),
    about(volume={"a": 1}), about(volume=float("inf")), about(volume=True), about(volume=HALF),
    about(volume=[{"a": 1}]), about(page={"first": 1}), about(title=5), about(title={"en": "x"}), about(title=NONE),
    about(title=None), about(title=[]), about(title=["", None]), about(title=f"a {HALF}"), about(title="<i>x"),
    about(title="x</i>"), about(title="<i>x</b></i>"), about(title="<mml:math>x</mml:math>"),
    about(title="<jats:list-item>x</jats:list-item>"), about(title="&nosuchname; x"), about(title="<script>x</script>"),
    about(container_title="<u>Journal</u>"), about(type="artical-journal"), about(type=NONE), about(type=5),
    about(type=None), about(type={"x": 1}), about(DOI="n/a"), about(DOI="in press"), about(DOI="19453963"),
    about(DOI={"a": 1}), about(DOI=10.5), about(PMID="PMC2891387"), about(PMID="pmc123"), about(PMID="unknown"),
    about(PMID=1.5), about(PMID=True), about(PMID="1234567890"), about(PMCID="19x"),
    about(PMCID="10.1000/x"), about(URL="javascript:alert(1)"), about(URL="see the library"), about(author=5),
    about(author=[5]), about(author=[{"family": 5}]), about(author=[{"ORCID": "x"}]), about(author=[{"family": HALF}]),
    about(author=[{"family": "A", "given": {}, "suffix": 3}]), about(editor=[[]]), about(score=float("inf")),
    about(custom={"deep": [{"deeper": HALF}]}), about(id=NONE), about(id=None), about(id=""), about(id=1.5),
    about(id=True), about(id={}), about(id=["a"]), about(id=HALF), about(id="  "),
]  # fmt: skip


@pytest.mark.parametrize("fields", BROKEN)
def test_a_broken_field_is_one_problem_at_its_place(fields: Mapping[str, Any], tmp_path: Path) -> None:
    folder = with_references(tmp_path / "blue", [entry(**fields)])
    (problem,) = problems_in(folder)
    (name,) = fields
    field = name.replace("_", "-")
    assert (Path(problem.place.path).name, problem.rule, problem.severity) == (
        "references.json", "reference-field", "error",
    )  # fmt: skip
    assert field_at(folder, problem) == (field if field in entry(**fields) else "")
    assert problem.hint
    for do in (checked, lambda one: build(one, tmp_path / "out", ["html"])):
        with pytest.raises(Problems) as caught:
            do(folder)
        assert caught.value.problems == (problem,)


ODD = [
    about(issued={"date-parts": [[None]]}), about(issued={"date-parts": [[]]}), about(issued={"date-parts": []}),
    about(issued={"date-parts": [[None, None, None]]}), about(issued={"date-parts": [[""]]}),
    about(issued={"date-parts": [["2020"]], "season": "in press"}), about(type="journalArticle"),
    about(type="journal-article"), about(type="bookSection"), about(type="posted-content"),
    about(DOI="10.5555/ab .c"), about(DOI="10.5555/ab (accessed 3 May)"),
]  # fmt: skip


@pytest.mark.parametrize("fields", ODD)
def test_an_odd_field_is_one_warning_and_a_page(fields: Mapping[str, Any], tmp_path: Path) -> None:
    folder = with_references(tmp_path / "blue", [entry(**fields)])
    (problem,) = problems_in(folder)
    assert (problem.rule, problem.severity, field_at(folder, problem)) == ("reference-field", "warning", *fields)
    assert checked(folder).warnings


GOOD = [
    (about(volume=None), "online 2020"), (about(volume=7), "7"), (about(volume=["7"]), "2020;7"),
    (about(issue=None), "Journal"),
    (about(title=["An array of words"]), "An array of words"), (about(container_title=["The long name"]), "long name"),
    (about(issued={"date-parts": [["2019", "5"]]}), "2019"), (about(issued="2019-05-01"), "2019"),
    (about(issued={"raw": "2019/5"}), "2019"), (about(issued={"literal": "in press"}), "in press"),
    (about(issued={"date-parts": [[2019, 5, None]]}), "2019"), (about(issued=None), "An invented study"),
    (about(issued={"date-time": "2019-05-01T00:00:00Z", "date-parts": [[2019, 5, 1]], "timestamp": 1}), "2019"),
    (about(title="Salt &amp; light"), "Salt & light"), (about(title="Salt &amp;amp; light"), "Salt & light"),
    (about(title="&#946;-glass &lt;5 mm"), "β-glass <5 mm"),
    (about(title="On <jats:italic>E. coli</jats:italic>"), "<em>E. coli</em>"),
    (about(title="On <i>E. coli</i>"), "<em>E. coli</em>"),
    (about(title="H<jats:sub>2</jats:sub>O and <scp>d</scp>-glass"), "H<sub>2</sub>O"),
    (about(author=[{"name": "The Glass Group", "sequence": "first", "affiliation": []}]), "The Glass Group"),
    (about(author="The Glass Group"), "The Glass Group"), (about(author=[None, {"family": "Muster"}]), "Muster"),
    (about(DOI="https://doi.org/10.5555/Ab.c"), "https://doi.org/10.5555/Ab.c"),
    (about(DOI="doi:https://doi.org/10.5555/Ab.c"), "https://doi.org/10.5555/Ab.c"),
    (about(DOI="https://dx.doi.org/doi:10.5555/Ab.c"), "https://doi.org/10.5555/Ab.c"),
    (about(DOI="doi: 10.5555/Ab.c."), "https://doi.org/10.5555/Ab.c"), (about(PMID=12345), "An invented study"),
    (about(PMID="https://pubmed.ncbi.nlm.nih.gov/12345/"), "An invented study"),
    (about(PMCID="2891387"), "An invented study"), (about(license=[{"URL": 5}], relation={"x": []}), "An invented"),
    (about(abstract="<jats:p>n < 5 <b>n</b>"), "An invented study"), (about(note="PMID: 1 <x>"), "An invented study"),
    (about(shortTitle="Invented"), "<em>Journal</em>"), (about(shortTitle="Invented", title_short="x"), "Journal"),
    (about(journalAbbreviation="J Ex"), "<em>J Ex</em>"), (about(short_container_title=["J Ex"]), "<em>J Ex</em>"),
    (about(container_title=NONE, shortTitle="Short words"), "An invented study"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "printed"), [(one.values[0], text) for one, text in GOOD])
def test_what_managers_write_is_read_and_printed(fields: Mapping[str, Any], printed: str, tmp_path: Path) -> None:
    folder = with_references(tmp_path / "blue", [entry(**fields)])
    assert problems_in(folder) == ()
    page = html.unescape(compose(load(folder), ["html"]).documents[0].data.decode())
    listed = re.sub(r"<span[^>]*>|</span>", "", page[page.index('id="refs"') : page.index("<script>")])
    assert printed in listed
    assert not re.search(r"Short words|Invented\b(?! study)|&amp;|jats|https?://doi\.org/(doi|http)", listed)


@pytest.mark.parametrize(
    "content",
    [
        {"items": [entry()]},
        entry(),
        {"status": "ok", "message-type": "work", "message": entry(title=["An invented study"], type="article-journal")},
        {"status": "ok", "message": {"total-results": 1, "items": [entry()]}},
        [entry(id="example2020"), ] ,
    ],
)  # fmt: skip
def test_a_list_may_be_wrapped(content: Any, tmp_path: Path) -> None:
    folder = with_references(tmp_path / "blue", content)
    assert problems_in(folder) == ()
    assert load(folder).source.place(("references", 0, "title")).line > 1


def as_exported(**more: Any) -> dict[str, Any]:
    """A reference with the fields and the types of values that Zotero 7 and Better BibTeX write."""
    return entry(**{
        "abstract": "Aim: …\nMethods: <b>n</b> = …", "journalAbbreviation": "J Ex", "container-title-short": "J Ex",
        "DOI": "10.5555/j.1526.x", "ISSN": "1526-2375, 1526-4637", "issue": "4", "language": "eng", "source": "PubMed",
        "note": "PMID: 123\nPMCID: PMC456", "page": "663-672", "title-short": "An invented", "keyword": "Glass, Noses",
        "URL": "https://doi.org/10.5555/j.1526.x", "accessed": {"date-parts": [["2026", 11, 20]]},
        "issued": {"date-parts": [["2009", 5]]}, "custom": {"tldr": "x"}, **more,
    })  # fmt: skip


@pytest.mark.parametrize("name", ["example2020", "http://zotero.org/users/4711/items/AB12CD34"],
                         ids=["Better BibTeX", "Zotero"])  # fmt: skip
def test_what_reference_managers_export_is_read_as_it_is(name: str, tmp_path: Path) -> None:
    """Better BibTeX exports keys as ids, Zotero alone addresses."""
    folder = with_references(tmp_path / "blue", [as_exported(**{"id": name, "citation-key": "example2020"})])
    for path in (folder / "claims" / "01-glass.yaml", folder / "studies.yaml", folder / "mechanisms.yaml"):
        path.write_text(path.read_text().replace("example2020", name))
    assert problems_in(folder) == ()
    (reference,) = load(folder).brief.references
    assert (reference.id, reference.year) == (name, 2009)
    page = html.unescape(compose(load(folder), ["html"]).documents[0].data.decode())
    listed = page[page.index('id="refs"') : page.index("<script>")]
    assert "<em>J Ex</em>" in listed
    assert "Aim:" not in listed


@pytest.mark.parametrize("content", [None, 5, "x", {}, {"x": 1}, {"items": 5}, {"message": None}, {"id": "x"}, True])
def test_what_is_no_list_of_references_is_one_problem(content: Any, tmp_path: Path) -> None:
    folder = with_references(tmp_path / "blue", json.dumps(content))
    (problem,) = problems_in(folder)
    assert (Path(problem.place.path).name, problem.rule) == ("references.json", "shape")


def test_one_entry_of_many_is_named(tmp_path: Path) -> None:
    for wrong in (5, "x", None, [entry()]):
        folder = with_references(tmp_path / repr(type(wrong))[8:-2], [entry(), wrong])
        (problem,) = problems_in(folder)
        assert (Path(problem.place.path).name, problem.rule) == ("references.json", "shape")


def test_a_field_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    for twice in ('"id": "x", "id": "example2020"', '"id": "example2020", "title": "b", "title": "a"'):
        text = f'[{{{twice}, "type": "book"' + (', "title": "c"}]' if "title" not in twice else "}]")
        (problem,) = problems_in(with_references(tmp_path / str(len(twice)) / "blue", text))
        assert (problem.rule, "occurs twice" in problem.message) == ("reference-field", True)


FIELDS = ["id", "type", "title", "issued", "author", "volume", "DOI", "PMID", "URL", "note", "x"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=6)
    | st.sampled_from(["2020", "10.5555/a", "PMC1", "<i>", "&amp;", "date-parts", "raw"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["date-parts", "raw", "literal", "season", "family", "x"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(FIELDS), json_values)
def test_no_value_breaks_the_reader(field: str, value: Any) -> None:
    text = json.dumps([entry(), {**entry(id="b"), field: value}])
    read = read_references("references.json", text)
    assert len({one.place for one in read.problems}) <= 1
    assert read.complete == (len(read.entries) == 2)
    for one in read.entries:
        assert set(one) <= csl_json.TEXTS | csl_json.NAMES | csl_json.DATES | {"id", "type"}
        json.dumps(one, ensure_ascii=False, allow_nan=False).encode()


def two(tmp_path: Path, first: Mapping[str, Any], second: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The rules on two references that are found, with their field."""
    other = {"id": "other2021", "title": "Something else", **second}
    folder = with_references(tmp_path / "blue", [entry(**first), entry(**other)])
    studies = folder / "studies.yaml"
    appraised = studies.read_text() + studies.read_text().partition("answers.\n")[2].replace("example2020", "other2021")
    studies.write_text(appraised.replace("  verification:", "  note: Kept.\n  verification:"))
    found = [one for one in problems_in(folder) if one.rule != "unused-reference"]
    return [(one.rule, field_at(folder, one)) for one in found]


SAME = [
    ({"DOI": "10.5555/Ab"}, {"DOI": "https://doi.org/10.5555/aB"}, "DOI"), ({"PMID": "12"}, {"PMID": 12}, "PMID"),
    ({"PMCID": "PMC77"}, {"PMCID": "77"}, "PMCID"), ({"PMID": "12"}, {"note": "PMID: 12"}, ""),
    ({"DOI": "10.5555/ab"}, {"URL": "https://doi.org/10.5555/ab"}, ""),
    ({"note": "PMCID: PMC77"}, {"PMCID": "PMC77.1"}, "PMCID"),
    ({"URL": "https://pmc.ncbi.nlm.nih.gov/articles/PMC77/"}, {"PMCID": "PMC77"}, "PMCID"),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "field"), SAME)
def test_one_publication_under_two_ids_is_an_error(
    first: Mapping[str, Any], second: Mapping[str, Any], field: str, tmp_path: Path
) -> None:
    assert two(tmp_path, first, second) == [("same-publication", field)]


@pytest.mark.parametrize(
    ("second", "found"),
    [
        ({"title": "An Invented Study."}, [("same-title", "title")]),
        ({"title": "An <i>invented</i> study", "DOI": "10.5555/other"}, [("same-title", "title")]),
        ({"title": "An invented study", "issued": {"date-parts": [[2019]]}}, []),
        ({"note": "This corrects the paper with the PMID: 12"}, []),
        ({}, []),
    ],
)
def test_the_same_title_and_year_is_a_warning(
    second: Mapping[str, Any], found: list[tuple[str, str]], tmp_path: Path
) -> None:
    assert two(tmp_path, {"PMID": "12"}, second) == found


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("references.bib", "evibrief import"), ("My Library.bib", "My Library.bib --into"),
        ("export.ris", "evibrief import"),
        ("pubmed.nbib", "evibrief import"), ("references.yaml", "CSL-JSON"), ("references.yml", "CSL-JSON"),
        ("Exported Items.json", "rename it"), ("reference.json", "rename it"), ("References.bibtex", "evibrief import"),
        (None, "CSL-JSON"), ("old.enl", "CSL-JSON"),
    ],
)  # fmt: skip
def test_a_missing_list_is_one_problem_that_names_what_is_there(name: str | None, hint: str, tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    (folder / "references.json").unlink()
    if name:
        (folder / name).write_text("@article{x}")
    (problem,) = problems_in(folder)
    assert (problem.rule, Path(problem.place.path).name) == ("no-file", "references.json")
    assert (name or "missing") in problem.message
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("typed", "doi"),
    [
        ("10.5555/Ab", "10.5555/Ab"), ("doi:10.5555/Ab", "10.5555/Ab"), ("DOI 10.5555/Ab", "10.5555/Ab"),
        ("doi:https://doi.org/10.5555/Ab", "10.5555/Ab"), ("http://dx.doi.org/10.5555/Ab?x=1", "10.5555/Ab"),
        ("doi.org/10.5555/Ab#top", "10.5555/Ab"), ("10.5555\u20102/x", ""), ("10.5555/a\u2010b", "10.5555/a-b"),
        ("https://doi.org/10.5555%2Fab", "10.5555/ab"), ("n/a", ""), ("", ""), ("doi", ""),
    ],
)  # fmt: skip
def test_a_doi_is_found_in_what_is_typed(typed: str, doi: str) -> None:
    assert bare_doi(typed) == doi
    assert normalise_doi(typed) == doi.lower()


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("10.5555ab.c", "a DOI has a `/` behind `10.5555`: is it `10.5555/ab.c`?"),
        ("doi:10.5555:ab.c", "a DOI has a `/` behind `10.5555`: is it `10.5555/ab.c`?"),
        ("10.5555", "a DOI has a `/` behind `10.5555`: is it `10.5555/…`?"),
        ("doi=10.5555/ab.c", "write the DOI alone: `10.5555/ab.c`"),
        ("28283340", 'if it is a PMID, write `"PMID": "28283340"`'),
        ("PMC2891387", 'it is a number of PubMed Central: write `"PMCID": "PMC2891387"`'),
        ("https://example.org/a/b", 'write an address as `"URL"`; a DOI begins with `10.` and has a `/`'),
        ("1O.5555/ab", "it begins with the digits `10` and a point; look it up, and copy it"),
        ("10,5555/ab", "it begins with the digits `10` and a point; look it up, and copy it"),
        ("10.5555/ab; 10.5555/cd", "keep the one of this publication"),
        ("n/a", "a DOI begins with `10.` and has a `/`; leave the field out where there is none, or nobody knows it"),
    ],
)
def test_a_mistyped_doi_has_a_hint(typed: str, hint: str, tmp_path: Path) -> None:
    folder = with_references(tmp_path / "blue", [entry(DOI=typed)])
    (problem,) = problems_in(folder)
    assert (problem.severity, field_at(folder, problem), problem.hint) == ("error", "DOI", hint)


def test_a_doi_with_a_space_is_read_without_it(tmp_path: Path) -> None:
    folder = with_references(tmp_path / "blue", [entry(DOI="10.5555/ab .c")])
    (problem,) = problems_in(folder)
    assert problem.message == "this DOI has a space in it; it is read as `10.5555/ab.c`"


def test_numbers_of_pubmed_are_told_apart() -> None:
    assert [normalise_pmid(one) for one in ("12", "PMID: 012", "PMC12", "0", "")] == ["12", "12", "", "", ""]
    assert [normalise_pmcid(one) for one in ("PMC12", "pmc12.2", "12", "x", "")] == ["PMC12", "PMC12", "PMC12", "", ""]


STYLES = ["vancouver", "apaa", "../x.csl", "/etc/passwd.csl", "nowhere.csl", "theme/", "http://x.example/a.csl"]


@pytest.mark.parametrize("style", STYLES)
def test_a_style_that_a_build_refuses_is_refused_by_check(style: str, tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    brief = folder / "brief.yaml"
    brief.write_text(re.sub("citation_style: .*", f"citation_style: {style}", brief.read_text()))
    (tmp_path / "x.csl").write_text("<style/>")
    told = []
    for do in (checked, lambda one: build(one, tmp_path / "out")):
        with pytest.raises(Problems) as caught:
            do(folder)
        told.append([one for one in caught.value.problems if one.severity == "error"])
    assert told[0] == told[1]
    assert [one.rule for one in told[0]] == ["citation-style"]
