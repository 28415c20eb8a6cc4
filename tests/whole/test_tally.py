"""Shown is what is counted: every output has the studies and the numbers of the one tally of a statement or link."""

import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
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
from evibrief.labels import markdown
from evibrief.mailing.letters import Enclosed, Sent, brief_letter
from evibrief.mailing.recipients import Recipient, Sender
from evibrief.rating.findings import Findings, derive
from evibrief.rating.ratings import Tally
from evibrief.rating.tally import StudyColumn
from shared import Shared

BRIEFS = {name: Path(__file__).parents[1] / "briefs" / name for name in ("blue-glass", "ldn")}
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NUMBERS = r"(\d+) for, (\d+) against, (\d+) inconclusive"


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


def three(cells: list[Any], name: str, findings: Findings) -> list[Any]:
    """The cells of the three columns; a statement has two columns before them that a link has not."""
    assert len(cells) == 6
    return cells[3:] if name in findings.statements else cells[2:5]


def test_the_page_lists_what_is_counted(folder: Path, findings: Findings, shared: Shared) -> None:
    page = lxml.html.fromstring(shared.documents(folder)["html"].read_bytes())
    for name in rated(findings):
        (row,) = page.xpath(f"//*[@id='{name}']/ancestor::tr[1]")
        cells = three(list(row), name, findings)
        for cell, column in zip(cells, columns(findings.tally(name)), strict=True):
            lines = [line for line in cell.iter("p") if "muted" not in line.get("class", "")]
            cited = [[one.get("data-cites") for one in line.xpath(".//*[@data-cites]")] for line in lines]
            assert cited == [list(item) for item in column.items], name


def test_the_word_document_lists_as_many(folder: Path, findings: Findings, shared: Shared) -> None:
    with zipfile.ZipFile(shared.documents(folder)["docx"]) as package:
        body = etree.fromstring(package.read("word/document.xml"))
    for name in rated(findings):
        marks = [mark for mark in body.iter(f"{WORD}bookmarkStart") if mark.get(f"{WORD}name") == name]
        (row,) = {next(mark.iterancestors(f"{WORD}tr")) for mark in marks}
        cells = three(list(row.iter(f"{WORD}tc")), name, findings)
        for cell, column in zip(cells, columns(findings.tally(name)), strict=True):
            assert len(list(plain_lines(cell))) == column.number, name


def plain_lines(cell: Any) -> Iterator[str]:
    """The lines of a cell of a Word table that are not muted."""
    for paragraph in cell.iter(f"{WORD}p"):
        runs = [run for run in paragraph.iter(f"{WORD}r") if "".join(run.itertext()).strip()]
        styles = {style.get(f"{WORD}val") for run in runs for style in run.iter(f"{WORD}rStyle")}
        if runs and not any("Muted" in (style or "") for style in styles):
            yield "".join(paragraph.itertext())


def test_the_figures_have_the_numbers(folder: Path, findings: Findings, shared: Shared) -> None:
    text = shared.documents(folder)["html"].read_text()
    told = [found for found in re.findall(r'alt="([^"]*)"', text) if "inconclusive" in found]
    reasons = [name for name in rated(findings) if name in findings.statements]
    for said in (one for one in told if re.search(NUMBERS, one)):
        numbers = [tuple(map(int, found)) for found in re.findall(NUMBERS, said)]
        assert numbers == [counted(findings.tally(name)) for name in reasons]


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
    for text in (page_one, " ".join(evidence_in_words(side.brief))):
        (said,) = re.findall(r"computed: of (\d+).statements?, ([^;.]*)", text)
        assert int(said[0]) == tiers.total()
        for tier, number in tiers.items():
            assert re.search(rf"\b{number} (?:is |are )?{names[tier]}\b", said[1])


def test_the_map_of_links_counts_the_same(folder: Path, findings: Findings, shared: Shared) -> None:
    assert findings.ratings
    text = shared.documents(folder)["html"].read_text()
    (told,) = [found for found in re.findall(r'alt="([^"]*)"', text) if found.startswith("Studies on each link")]
    marks = Counter[str]()
    for number, said in re.findall(r"(\d+) \([^()]*\) (support it|contradict it|are inconclusive)", told):
        marks[said] += int(number)
    every = [findings.tally(name) for name in findings.ratings.links]
    assert marks["support it"] == sum(tally.supporting.number for tally in every) > 0
    assert marks["contradict it"] == sum(tally.against.number for tally in every)
    assert marks["are inconclusive"] == sum(tally.inconclusive.number for tally in every)


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
