"""What reference managers read in the head of the page, and how a brief says that it is to be cited."""

import datetime
import json
import re
import shutil
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from evibrief.checks.load import load
from evibrief.evidence.brief import BriefRecord, Person
from evibrief.evidence.load import read_evidence
from evibrief.formats.html.cited import with_citation
from evibrief.formats.html.policy import own_contents, policy
from evibrief.sections.first_page import page_one
from shared import SECOND, Shared

HEAD = '<head>\n<title>x</title>\n<meta name="generator" content="evibrief">\n<style>p {}</style></head>'
HOSTILE = '</script><script>alert(1)</script><!-- <script> "\' &amp; \u2028 ]]>'


class Read(HTMLParser):
    """The tags with a name, in order, and the data in the page, as a browser reads them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.named: list[tuple[str, str]] = []
        self.scripts: list[str] = []
        self._inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        if tag == "meta" and "name" in found:
            self.named.append((str(found["name"]), str(found["content"])))
        if tag == "script":
            assert found == {"type": "application/ld+json"}
            self.scripts.append("")
        self._inside = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts[-1] += data

    @property
    def data(self) -> Mapping[str, Any]:
        (one,) = self.scripts
        return dict(json.loads(one))


@pytest.fixture(scope="module")
def record() -> BriefRecord:
    brief, _, _ = read_evidence(SECOND)
    assert brief is not None
    return brief.brief


def test_the_page_says_what_it_is(record: BriefRecord) -> None:
    read = Read(with_citation(HEAD, record.model_copy(update={"doi": "10.5555/blue.1"})))
    assert read.named == [
        ("generator", "evibrief"), ("dc.type", "report"), ("citation_title", "Blue glass and hay fever"),
        ("citation_author", "Erika Example"), ("citation_publication_date", "2026/03/01"),
        ("citation_technical_report_number", "1.2.0"), ("citation_language", "en-GB"),
        ("citation_doi", "10.5555/blue.1"),
    ]  # fmt: skip
    assert read.data["@type"] == "ScholarlyArticle"
    assert read.data["@id"] == read.data["sameAs"] == "https://doi.org/10.5555/blue.1"
    assert (read.data["datePublished"], read.data["expires"]) == ("2026-03-01", "2026-09-01")
    assert read.data["author"] == [
        {"@type": "Person", "name": "Erika Example",
         "affiliation": {"@type": "Organization", "name": "House of Examples"}}
    ]  # fmt: skip


def test_what_is_not_known_is_not_said(record: BriefRecord) -> None:
    read = Read(with_citation(HEAD, record.model_copy(update={"authors": ()})))
    assert {"citation_author", "citation_doi", "citation_pdf_url"} & {name for name, _ in read.named} == set()
    assert {"author", "@id", "identifier"} & set(read.data) == set()


def test_no_text_leaves_its_place(record: BriefRecord) -> None:
    person = Person.model_construct(name=HOSTILE, role="x", affiliation=HOSTILE)
    question = record.question.model_copy(update={"text": HOSTILE})
    hostile = record.model_copy(update={"title": HOSTILE, "authors": (person,), "question": question})
    html = with_citation(HEAD, hostile)
    read = Read(html)
    told = dict(read.named)
    assert told["citation_title"] == told["citation_author"] == HOSTILE
    assert read.data["headline"] == read.data["author"][0]["affiliation"]["name"] == HOSTILE
    assert html.count("</script>") == 1
    assert "<!--" not in html.partition("ld+json")[2]
    assert policy(own_contents(html)) == policy(own_contents(HEAD))


def test_a_page_as_it_is_built_has_both(shared: Shared) -> None:
    html = shared.documents(SECOND)["html"].read_text()
    head = html.partition("</head>")[0]
    assert head.count('<meta name="citation_title" content="Blue glass and hay fever">') == 1
    assert json.loads(re.findall('<script type="application/ld.json">(.*?)</script>', head)[0])["version"] == "1.2.0"
    assert 'id="cite"' not in html  # there is no DOI


def with_doi(place: Path, written: str) -> Path:
    """The second brief with a DOI, as it is written."""
    folder = place / "blue"
    shutil.copytree(SECOND, folder)
    text = (folder / "brief.yaml").read_text()
    (folder / "brief.yaml").write_text(text.replace("review_by:", f"doi: {written}\nreview_by:", 1))
    return folder


@pytest.mark.parametrize("written", [
    "10.5555/Blue.1", "https://doi.org/10.5555/Blue.1", "doi:10.5555/Blue.1", "http://dx.doi.org/10.5555/Blue.1",
])  # fmt: skip
def test_page_one_says_how_to_cite_it(written: str, tmp_path: Path) -> None:
    folder = with_doi(tmp_path, written)
    loaded = load(folder, datetime.date(2026, 3, 2))
    cite = page_one(loaded.brief, loaded.findings).cite
    assert cite is not None
    assert cite.address == "https://doi.org/10.5555/Blue.1"
    assert cite.sentence == "Erika Example. Blue glass and hay fever (version 1.2.0, 1\xa0March\xa02026)."
    nobody = loaded.brief.brief.model_copy(update={"authors": ()})
    alone = page_one(loaded.brief.model_copy(update={"brief": nobody}), loaded.findings).cite
    assert alone is not None
    assert alone.sentence == "Blue glass and hay fever (version 1.2.0, 1\xa0March\xa02026)."


@pytest.mark.parametrize("written", ["unknown", "10.5555", "https://example.org/10.5555/x", '"10.5555/a b c d"'])
def test_what_is_no_doi_is_an_error_at_its_place(written: str, tmp_path: Path) -> None:
    _, _, problems = read_evidence(with_doi(tmp_path, written))
    (wrong,) = [one for one in problems if one.severity == "error"]
    line = (SECOND / "brief.yaml").read_text().partition("review_by:")[0].count("\n") + 1
    assert (wrong.rule, wrong.place.line, wrong.place.column) == ("doi", line, 6)
    assert "is no DOI" in wrong.message
