"""Shown is what is counted: every output has the studies and the numbers of the one tally of a statement or link."""

import json
import re
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import lxml.html
import pypdfium2  # type: ignore[import-untyped]  # it ships no types
import pytest
from lxml import etree

from evibrief.archive.evidence_words import evidence_in_words
from evibrief.archive.opened import side_of
from evibrief.checks.load import load
from evibrief.cli.main import main
from evibrief.formats.registry import format_named
from evibrief.labels import markdown
from evibrief.mailing.letters import Enclosed, Sent, brief_letter
from evibrief.mailing.recipients import Recipient, Sender
from evibrief.rating.findings import Findings, derive
from evibrief.rating.ratings import Tally
from evibrief.rating.tally import StudyColumn
from shared import Shared

BRIEFS = {name: Path(__file__).parents[1] / "briefs" / name for name in ("blue-glass", "ldn")}
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(params=sorted(BRIEFS))
def folder(request: pytest.FixtureRequest) -> Path:
    return BRIEFS[request.param]


@pytest.fixture
def findings(folder: Path) -> Findings:
    return derive(load(folder).brief)


def rated(findings: Findings) -> list[str]:
    """Every statement that is a reason, and every link, by id."""
    assert findings.ratings
    reasons = [name for name, one in findings.ratings.statements.items() if one.is_reason]
    assert reasons
    assert len(findings.ratings.links) > 3
    return [*reasons, *findings.ratings.links]


def columns(tally: Tally) -> tuple[StudyColumn, StudyColumn, StudyColumn]:
    return tally.supporting, tally.against, tally.inconclusive


def counted(tally: Tally) -> tuple[int, ...]:
    return tuple(column.number for column in columns(tally))


def told_sides(row: Any, findings: Findings) -> Any:
    """The paragraph of a row that tells the sides."""
    (found,) = [one for one in row.xpath(".//p[strong]") if sides_in(one, findings)]
    return found


def sides_in(paragraph: Any, findings: Findings) -> dict[str, list[list[str]]]:
    """The studies of each side that a paragraph names, in groups that count as one: a semicolon ends a group."""
    names = findings.words.columns
    headings = {f"{name}:": name for name in (names.studies_for, names.against, names.inconclusive)}
    found: dict[str, list[list[str]]] = {}
    side, begins = "", True
    for part in paragraph:
        if part.tag == "strong" and part.text in headings:
            side, begins = headings[part.text], True
            found[side] = []
        elif side and part.get("data-cites"):
            if begins:
                found[side].append([])
            found[side][-1].append(part.get("data-cites"))
            begins = ";" in (part.tail or "")
        elif part.get("class") == "muted":
            side = ""
    return found


def wanted_sides(tally: Tally, findings: Findings) -> dict[str, list[list[str]]]:
    """The same from the tally: what counts as one together, then the reviews that count through their trials."""
    names = findings.words.columns
    every = dict(zip((names.studies_for, names.against, names.inconclusive), columns(tally), strict=True))
    return {
        name: [list(map(str, item)) for item in (*column.items, *([column.through] if column.through else []))]
        for name, column in every.items() if name != names.inconclusive or column.studies
    }  # fmt: skip


def test_the_page_lists_what_is_counted(folder: Path, findings: Findings, shared: Shared) -> None:
    page = lxml.html.fromstring(shared.documents(folder)["html"].read_bytes())
    for name in rated(findings):
        (row,) = page.xpath(f"//*[@id='{name}']/ancestor::tr[1]")
        assert sides_in(told_sides(row, findings), findings) == wanted_sides(findings.tally(name), findings), name


def squeezed(element: Any) -> str:
    return "".join("".join(element.itertext()).split())


def test_the_word_document_lists_the_same(folder: Path, findings: Findings, shared: Shared) -> None:
    page = lxml.html.fromstring(shared.documents(folder)["html"].read_bytes())
    with zipfile.ZipFile(shared.documents(folder)["docx"]) as package:
        body = etree.fromstring(package.read("word/document.xml"))
    for name in rated(findings):
        (row,) = page.xpath(f"//*[@id='{name}']/ancestor::tr[1]")
        marks = [mark for mark in body.iter(f"{WORD}bookmarkStart") if mark.get(f"{WORD}name") == name]
        (in_word,) = {next(mark.iterancestors(f"{WORD}tr")) for mark in marks}
        assert squeezed(told_sides(row, findings)) in squeezed(in_word), name


def test_the_pdf_lists_the_same_behind_each_statement_and_link(
    folder: Path, findings: Findings, shared: Shared
) -> None:
    page = lxml.html.fromstring(shared.documents(folder)["html"].read_bytes())
    told = plain(format_named("pdf").text(shared.documents(folder)["pdf"].read_bytes()))
    texts = {name: plain("".join(page.get_element_by_id(name).itertext())) for name in rated(findings)}
    starts = {name: [found.start() for found in re.finditer(re.escape(text), told)] for name, text in texts.items()}
    every = sorted(at for places in starts.values() for at in places)
    for name, places in starts.items():
        (row,) = page.xpath(f"//*[@id='{name}']/ancestor::tr[1]")
        sides = plain("".join(told_sides(row, findings).itertext()))
        assert sides.startswith(plain(f"{findings.words.columns.studies_for}:"))
        ends = [next((later for later in every if later > at), len(told)) for at in places]
        assert any(sides in told[at:end] for at, end in zip(places, ends, strict=True)), (name, sides)


def plain(text: str) -> str:
    """A text as it is compared with a PDF's: without spaces, and without what a line may break at."""
    return re.sub(r"[\s\u00ad\u200b\u2060]", "", text).replace("\ufffe", "-")


def test_the_figure_of_page_one_has_the_numbers(folder: Path, findings: Findings, shared: Shared) -> None:
    page = lxml.html.fromstring(shared.documents(folder)["html"].read_bytes())
    (figure,) = page.xpath("//figure[@id='figure_ranking']")
    reasons = [name for name in rated(findings) if name in findings.statements]
    counts = [str(number) for name in reasons for number in counted(findings.tally(name))]
    drawings = list(figure.iter("svg"))
    assert len(drawings) == 2
    for drawing in drawings:
        assert [text.text for text in drawing.iter("text") if (text.text or "").isdigit()] == counts


def test_page_one_of_the_pdf_has_the_numbers(folder: Path, findings: Findings, shared: Shared) -> None:
    with pypdfium2.PdfDocument(shared.documents(folder, "page")["pdf"]) as pdf:
        text = " ".join(pdf[0].get_textpage().get_text_bounded().split())
    brief = load(folder).brief
    for statement in (one for one in brief.ranking.statements if one.kind == "reason"):
        words = re.escape(" ".join(markdown.without_marks(statement.text).split()[:4]))
        found = re.search(rf"{words}.*?(?<!\d)(\d+) (\d+) (\d+)(?!\d)", text)
        assert found, statement.id
        assert tuple(map(int, found.groups())) == counted(findings.tally(statement.id))


def test_letters_and_plain_words_count_the_tiers(folder: Path, findings: Findings) -> None:
    assert findings.ratings
    tiers = Counter(one.final for one in findings.ratings.statements.values() if one.is_reason)
    names = {level.id: level.word.lower() for level in findings.ratings.instrument.tier.levels}
    side = side_of(folder)
    someone = Recipient(id="a", role="botanist", address="a@example.org")
    sender = Sender(name="Max", address="max@example.org")
    letter = brief_letter(Sent(side), Enclosed({}), sender, someone, (), None, date(2026, 12, 1))
    page_one = " ".join(line for part in letter.parts for line in (*part.paragraphs, *part.items))
    more = len(side.brief.harms) - len(side.brief.brief.safety)
    assert re.findall(r"(\d+)\s(?:more\s)?harms? (?:is|are) recorded", page_one) == ([str(more)] if more else [])
    for text in (page_one, " ".join(evidence_in_words(side.brief))):
        (said,) = re.findall(r"computed: of (\d+).statements?, ([^;.]*)", text)
        assert int(said[0]) == tiers.total()
        for tier, number in tiers.items():
            assert re.search(rf"\b{number} (?:is |are )?{names[tier]}\b", said[1])


def test_the_json_of_check_has_every_count_and_level(folder: Path, findings: Findings, capsys: Any) -> None:
    assert findings.ratings
    assert main(["check", str(folder), "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)["ratings"]
    every = {**told["statements"], **told["links"]}
    assert list(every) == [*findings.ratings.statements, *findings.ratings.links]
    for name, one in every.items():
        sides = [one[side] for side in ("for", "against", "inconclusive")]
        assert tuple(column["number"] for column in sides) == counted(findings.tally(name))
        assert all(column["number"] == len(column["studies"]) for column in sides)
    assert {name: one["final"] for name, one in told["statements"].items()} == {
        name: one.final for name, one in findings.ratings.statements.items()
    }
    assert list(told["chains"]) == list(findings.ratings.chains)
