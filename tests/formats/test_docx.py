"""The Word document: the XML that Word reads, and the pages that LibreOffice makes of it."""

import base64
import datetime
import io
import os
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import docx
import pikepdf
import pytest
from docx.shared import Pt, RGBColor
from lxml import etree

from evibrief.formats.docx.names import DOCUMENT_RELATIONS
from evibrief.formats.docx.package import unpack
from evibrief.formats.docx.pictures import named_address
from evibrief.formats.docx.properties import custom_properties
from evibrief.formats.docx.reference import CHARACTERS, PARAGRAPHS, TABLES, build_reference
from evibrief.formats.docx.write import WordProperties, bookmark_names, write_docx
from evibrief.problems import Problems
from evibrief.sections.figures.picture import Drawing, Form
from office import converted, open_xml_errors

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "templates" / "reference.docx").read_bytes()
FILTER = (ROOT / "templates" / "word.lua").read_text(encoding="utf-8")
SPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
}
W = f"{{{SPACES['w']}}}"
A4 = (11906, 16838)
MARGIN = 907
TEXT_WIDTH = {"portrait": 11906 - 2 * MARGIN, "landscape": 16838 - 2 * MARGIN}
DOT = "data:image/png;base64," + (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PROPERTIES = WordProperties(
    title="Magnesium for leg cramps at night",
    subject="Do adults with nocturnal leg cramps have fewer cramps on oral magnesium?",
    description="Draft: not yet reviewed clinically",
    version="0.3.0",
    date=datetime.date(2026, 11, 23),
    language="en-GB",
    author="",
    keywords=("magnesium", "cramps"),
    running_title="Magnesium for leg cramps at night · version 0.3.0 · 23 November 2026 · draft",
)
TRIALS = ("Aldous 2012", "Brandt 2017", "Castellanos 2009", "Dunmore 2021", "Eriksen 1999")
FINDINGS = (
    "Cramps a week fell by 1.2 more than on placebo (95% CI −2.6 to 0.2); the trial stopped early.",
    "No difference at four weeks. Diarrhoea led 6 of 46 people on magnesium to stop, and 2 of 48 on placebo.",
    "Leg cramps in pregnancy: fewer painful nights, in an open trial of 80 women.",
    "Serum magnesium did not follow the number of cramps.",
)


def page(body: str) -> str:
    return f"""<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><meta name="generator" content="a maker">
<title>Not this title</title><style>p {{ hidden: style-of-head }}</style></head><body>
<a class="skip not-in-word" href="#main">Skip to the text</a><nav><a href="#results">nav-words</a></nav>
<main id="main"><script>script_words()</script><style>p {{ hidden: style-of-body }}</style>
{body}</main></body></html>"""


def record(number: int, sources: int) -> str:
    """One claim in a table body of its own: three cells that run over the rows of its sources."""
    claim = f"Claim {number}: magnesium reduces the number of cramps in group {number}"
    head = f"""<th scope="rowgroup" rowspan="{sources}"><div id="c1_{number}"><p>{claim}.</p></div>
<p><span data-custom-style="Record Id">c1_{number}</span></p></th>
<td rowspan="{sources}"><p><span data-custom-style="Tag">Contested</span></p></td>"""
    rows = []
    for index in range(sources):
        trial, finding = TRIALS[(number + index) % 5], FINDINGS[(number + index) % 4]
        cells = f"""<td><p>{trial}<sup><a href="#ref-aldous2012">1</a></sup></p></td><td>
<p>R{number}.{index} {finding}</p><p><span data-custom-style="Muted">page {index + 3}, verified</span></p></td>
<td><p>n = {20 + number}</p></td>"""
        tail = f'<td rowspan="{sources}"><p>Low</p><p>End of record {number}</p></td>' if index == 0 else ""
        rows.append(f"<tr>{head if index == 0 else ''}{cells}{tail}</tr>")
    return f"<tbody>{''.join(rows)}</tbody>"


def evidence_table(records: int, number: int = 2) -> str:
    bodies = "".join(record(index, 1 + index % 4) for index in range(1, records + 1))
    columns = "".join(f'<col style="width: {share}%">' for share in (24, 10, 14, 32, 8, 12))
    return f"""<div class="table" tabindex="0" role="region"><table data-custom-style="Evidence Table">
<caption>Table {number}. What each claim rests on</caption><colgroup>{columns}</colgroup><thead>
<tr><th scope="col" rowspan="2">Statement</th><th scope="col" rowspan="2">Status</th>
<th scope="colgroup" colspan="3">Evidence in people</th><th scope="col" rowspan="2">Certainty</th></tr>
<tr><th scope="col">Source of it</th><th scope="col">Finding</th><th scope="col">Size</th></tr></thead>
{bodies}</table></div>"""


def small_table(number: int) -> str:
    return f"""<table data-custom-style="Evidence Table"><caption>Table {number}. Doses</caption><colgroup>
<col style="width: 30%"><col style="width: 70%"></colgroup><thead><tr><th scope="col">Dose</th><th scope="col">Note</th>
</tr></thead><tbody><tr><td><p>300 mg</p></td><td><ul><li>as citrate</li><li>at bedtime</li></ul></td></tr>
<tr><td>520 mg</td><td>as oxide</td></tr></tbody></table>"""


WORDS = " ".join(["Cramps come and go by themselves, so a trial without a control group says little."] * 5)
HEADINGS = [
    (1, "results", "Results"), (2, "effect", "Effect on cramps"), (3, "pregnancy", "In pregnancy"),
    (2, "harms", "Harms & side effects"), (1, "evidence", "Evidence tables"), (1, "limits", "Limitations"),
    *((2, f"limit_{index}", f"Limitation {index}") for index in range(1, 9)), (1, "references", "References"),
]  # fmt: skip
SAMPLE = page(
    f"""<header><h1 class="title" id="title">{PROPERTIES.title}</h1>
<div data-custom-style="Subtitle"><p>What trials show, and in whom</p></div>
<div data-custom-style="Warning"><p><strong>Draft: not yet reviewed clinically</strong></p></div>
<div data-custom-style="Title Block"><p>Version 0.3.0 · 23 November 2026</p></div></header>
<section><h2 id="bottom_line">Bottom line</h2><div data-custom-style="Callout"><p>In older adults magnesium is
<strong>unlikely</strong> to prevent cramps<sup><a href="#ref-aldous2012">1</a></sup>.</p><p>In pregnancy the trials
<em>conflict</em>; Mg<sup>2+</sup> and H<sub>2</sub>O.</p></div>
<table data-custom-style="Facts Table"><colgroup><col style="width: 26%"><col style="width: 74%"></colgroup><tbody>
<tr><th scope="row">For</th><td>general practitioners</td></tr><tr><th scope="row">Funding</th><td>none</td></tr>
</tbody></table><table data-custom-style="Facts Table"><colgroup><col style="width: 26%"><col style="width: 74%">
</colgroup><tbody><tr><th scope="row">Population</th><td>adults</td></tr></tbody></table></section>
<div class="contents" role="navigation"><h2 id="contents">Contents</h2><ul><li><a href="#results">web-contents</a></li>
</ul></div>
<section><h2 id="results">Results</h2><p>{WORDS}</p><ul><li>short</li><li>list, with <code>code</code></li></ul>
<h3 id="effect">Effect on cramps</h3><div data-custom-style="Claim"><div id="c2_1"><p>Magnesium does not prevent cramps
in older adults; see <a href="#c1_1">c1_1</a>.</p></div></div><p>{WORDS}</p>
<h4 id="pregnancy">In pregnancy</h4><ul><li><p>loose one, <span id="c2_2">a claim in a list</span></p></li>
<li><p>loose two</p></li></ul><p class="only not-in-word">left-out-paragraph <b>bold</b></p>
{small_table(1)}<div data-custom-style="Table Note"><p>A note under the table.</p></div>
<h3 id="harms">Harms &amp; side effects</h3><p>{WORDS}</p><p><img src="{DOT}" alt="a dot"><img src="{
        DOT
    }" alt="another">
</p><div data-custom-style="Small"><p>Small print.</p></div></section>
<div class="landscape"><section><h2 id="evidence">Evidence tables</h2><p>Every claim with all that it rests on.</p>
{evidence_table(24)}</section></div>
<section><h2 id="limits">Limitations</h2>
{
        "".join(
            f'<h3 id="limit_{index}">Limitation {index}</h3><div data-custom-style="Callout"><p>{WORDS}</p></div>'
            f"{small_table(index + 2)}<p>{WORDS}</p>"
            for index in range(1, 9)
        )
    }
<div class="web not-in-word"><div>left-out-inner</div> left-out-outer</div></section>
<section><h2 id="references">References</h2><div id="refs" class="references csl-bib-body" role="list">
<div id="ref-aldous2012" class="csl-entry" role="listitem"><div class="csl-left-margin">1. </div>
<div class="csl-right-inline">Aldous B. Magnesium for cramps: a randomised trial in older adults with a title that is
long enough to run over a line. <em>Journal of Legs</em>. 2012;3:4-5.
<a href="https://doi.org/10.1000/182">doi:10.1000/182</a></div></div>
<div id="ref-brandt2017" class="csl-entry" role="listitem"><div class="csl-left-margin">2. </div>
<div class="csl-right-inline">Brandt A. <em>Another trial</em>. 2017.</div></div></div></section>"""
)
ANCHORS = frozenset(("c2_1", "c2_2", *(f"c1_{number}" for number in range(1, 25))))


def write(html: str = SAMPLE, anchors: frozenset[str] = frozenset(), properties: WordProperties = PROPERTIES) -> bytes:
    return write_docx(html, properties, anchors, REFERENCE, FILTER)


@dataclass(frozen=True)
class Word:
    """A document taken apart."""

    data: bytes

    @property
    def parts(self) -> Mapping[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(self.data)) as package:
            return {name: package.read(name) for name in package.namelist()}

    def tree(self, name: str) -> Any:
        return etree.fromstring(self.parts[f"word/{name}.xml"])


@pytest.fixture(scope="module")
def word() -> Word:
    return Word(write(anchors=ANCHORS))


@pytest.fixture(scope="module")
def body(word: Word) -> Any:
    return word.tree("document")


@pytest.fixture(scope="module")
def styles(word: Word) -> Mapping[str, Any]:
    return {style.get(f"{W}styleId"): style for style in word.tree("styles").iter(f"{W}style")}


@pytest.fixture(scope="module")
def printed(word: Word, program: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return convert(word.data, program, tmp_path_factory.mktemp("printed"))


@pytest.fixture(scope="module")
def pages(printed: Path, program: Callable[..., str]) -> list[str]:
    return texts_of_pages(printed, program)


def convert(data: bytes, program: Callable[..., str], folder: Path) -> Path:
    """The document as LibreOffice prints it."""
    (folder / "sample.docx").write_bytes(data)
    (printed,) = converted([folder / "sample.docx"], "pdf", folder, program)
    return printed


def texts_of_pages(path: Path, program: Callable[..., str]) -> list[str]:
    command = [program("pdftotext"), "-layout", str(path), "-"]
    text = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    return text.rstrip("\f").split("\f")


def find(element: Any, path: str) -> list[Any]:
    found: list[Any] = element.xpath(path, namespaces=SPACES)
    return found


def text_of(element: Any) -> str:
    return "".join(text.text or "" for text in element.iter(f"{W}t"))


def style_of(paragraph: Any) -> str:
    return "".join(find(paragraph, "w:pPr/w:pStyle/@w:val"))


def resolved(styles: Mapping[str, Any], name: str, path: str) -> Any:
    """What a style says, or the one that it is based on; None if none of them does."""
    while name:
        if found := find(styles[name], path):
            return found[0]
        name = "".join(find(styles[name], "w:basedOn/@w:val"))
    return None


def keeps_with_next(paragraph: Any, styles: Mapping[str, Any]) -> bool:
    own = find(paragraph, "w:pPr/w:keepNext")
    kept = own[0] if own else resolved(styles, style_of(paragraph), "w:pPr/w:keepNext")
    return kept is not None and kept.get(f"{W}val") != "0"


def rows_of(table: Any) -> list[Any]:
    return find(table, "w:tr")


def is_header(row: Any) -> bool:
    return bool(find(row, "w:trPr/w:tblHeader"))


def continues(row: Any) -> bool:
    return bool(find(row, "w:tc/w:tcPr/w:vMerge[not(@w:val='restart')]"))


def groups_of(table: Any) -> Iterator[list[Any]]:
    """The rows of each record: a row and those whose cells run on from it."""
    group: list[Any] = []
    for row in rows_of(table):
        if is_header(row):
            continue
        if group and not continues(row):
            yield group
            group = []
        group.append(row)
    yield group


def long_table(body: Any) -> Any:
    return max(find(body, "//w:tbl"), key=lambda table: len(rows_of(table)))


# Tables


def test_header_rows_repeat(body: Any, pages: list[str]) -> None:
    counts = [sum(map(is_header, rows_of(table))) for table in find(body, "//w:tbl")]
    assert counts == [0, 0, 1, 2, *[1] * 8]
    for table in find(body, "//w:tbl"):
        flags = [is_header(row) for row in rows_of(table)]
        assert flags == sorted(flags, reverse=True)
    holding = [page for page in pages if "End of record" in page]
    assert len(holding) > 3
    assert all("Evidence in people" in page and "Source of it" in page for page in holding)


def test_every_header_row_looks_like_one(body: Any) -> None:
    headers = [row for row in find(body, "//w:tr") if is_header(row)]
    assert len(headers) == 11
    for row in headers:
        assert find(row, "w:trPr/w:cnfStyle/@w:val") == ["100000000000"]
        assert {style_of(paragraph) for paragraph in row.iter(f"{W}p")} == {"TableHeading"}


def test_no_row_splits(body: Any) -> None:
    rows = find(body, "//w:tr")
    assert len(rows) > 70
    assert all(len(find(row, "w:trPr/w:cantSplit")) == 1 for row in rows)


def test_a_record_stays_together(body: Any, styles: Mapping[str, Any], pages: list[str]) -> None:
    groups = list(groups_of(long_table(body)))
    assert [len(group) for group in groups] == [1 + number % 4 for number in range(1, 25)]
    for group in groups:
        for row in group:
            paragraphs = list(row.iter(f"{W}p"))
            assert paragraphs
            assert {keeps_with_next(paragraph, styles) for paragraph in paragraphs} == {row is not group[-1]}
    for number, group in enumerate(groups, 1):
        holding = [page for page in pages if re.search(rf"\bR{number}\.\d ", page)]
        assert len(holding) == 1, number
        assert len(re.findall(rf"\bR{number}\.\d ", holding[0])) == len(group)


def rows_without_spans(count: int) -> str:
    rows = "".join(f"<tr><td></td><td>row {number} of {count}</td></tr>" for number in range(1, count + 1))
    return f"<tbody>{rows}</tbody>"


def test_a_record_stays_together_without_cells_that_run_over_its_rows(styles: Mapping[str, Any]) -> None:
    band = '<tbody><tr><th colspan="2">A claim</th></tr><tr><td>a study</td><td>for</td></tr></tbody>'
    table = f"<table><tr><td>alone</td></tr></table><table>{band}{rows_without_spans(9)}{rows_without_spans(1)}</table>"
    tree = Word(write(page(table))).tree("document")
    assert "evibrief" not in text_of(tree)
    assert find(tree, "//w:tc[not(w:p)]") == []
    kept = {text_of(row): {keeps_with_next(one, styles) for one in row.iter(f"{W}p")} for row in find(tree, "//w:tr")}
    assert [words for words, keeps in kept.items() if keeps == {True}] == ["A claim", "row 1 of 9", "row 8 of 9"]
    assert len(kept) == 13
    assert all(len(keeps) == 1 for keeps in kept.values())


def test_a_sentence_between_heading_and_table_stays_with_both(body: Any, styles: Mapping[str, Any]) -> None:
    (between,) = (one for one in find(body, "//w:body/w:p") if text_of(one) == "Every claim with all that it rests on.")
    assert keeps_with_next(between, styles)
    others = [one for one in find(body, "//w:body/w:p") if text_of(one).startswith(WORDS[:20])]
    assert not all(keeps_with_next(one, styles) for one in others)


def test_header_rows_stay_with_the_first_record(body: Any, styles: Mapping[str, Any]) -> None:
    headers = [row for row in find(body, "//w:tr") if is_header(row)]
    assert headers
    assert all(keeps_with_next(paragraph, styles) for row in headers for paragraph in row.iter(f"{W}p"))


def test_columns_keep_their_shares_and_fill_the_page(body: Any) -> None:
    expected = {6: (24, 10, 14, 32, 8, 12), 2: (30, 70)}
    tables = [table for table in find(body, "//w:tbl") if "Facts" not in find(table, "w:tblPr/w:tblStyle/@w:val")[0]]
    assert len(tables) == 10
    for table in tables:
        widths = [int(width) for width in find(table, "w:tblGrid/w:gridCol/@w:w")]
        room = TEXT_WIDTH["landscape" if len(widths) == 6 else "portrait"]
        assert sum(widths) == room
        assert [round(100 * width / room) for width in widths] == list(expected[len(widths)])
        assert find(table, "w:tblPr/w:tblLayout/@w:type") == ["fixed"]
        assert find(table, "w:tblPr/w:tblW/@w:w") == [str(room)]
        assert find(table, "w:tblPr/w:tblW/@w:type") == ["dxa"]


def test_cells_are_as_wide_as_their_columns(body: Any) -> None:
    for table in find(body, "//w:tbl"):
        grid = [int(width) for width in find(table, "w:tblGrid/w:gridCol/@w:w")]
        for row in rows_of(table):
            start = 0
            for cell in find(row, "w:tc"):
                end = start + int("".join(find(cell, "w:tcPr/w:gridSpan/@w:val")) or 1)
                assert find(cell, "w:tcPr/w:tcW/@w:w") == [str(sum(grid[start:end]))]
                start = end
            assert start == len(grid)


def test_the_first_column_stands_out_only_where_it_heads_rows(body: Any) -> None:
    looks = [
        ("".join(find(table, "w:tblPr/w:tblStyle/@w:val")), "".join(find(table, "w:tblPr/w:tblLook/@w:firstColumn")),
         "".join(find(table, "w:tblPr/w:tblLook/@w:firstRow")), "".join(find(table, "w:tblPr/w:tblLook/@w:val")))
        for table in find(body, "//w:tbl")
    ]  # fmt: skip
    facts, plain, records = ("FactsTable", "1", "0", "0680"), ("EvidenceTable", "0", "1", "0620"), "06A0"
    assert looks == [facts, facts, plain, ("EvidenceTable", "1", "1", records), *[plain] * 8]


def test_tables_are_formatted_by_their_style(body: Any, styles: Mapping[str, Any]) -> None:
    assert find(body, "//w:tcPr/*[not(self::w:tcW or self::w:gridSpan or self::w:vMerge)]") == []
    assert find(body, "//w:tblPr/w:tblBorders | //w:tblPr/w:jc | //w:tbl//w:pPr/w:jc") == []
    for name in ("EvidenceTable", "FactsTable"):
        assert styles[name].get(f"{W}type") == "table"
        assert find(styles[name], "w:tblStylePr/@w:type") == ["firstRow", "firstCol"]
    assert [
        name for name, style in styles.items() if style.get(f"{W}type") == "table" and style.get(f"{W}default")
    ] == ["TableNormal"]
    inside = {style_of(paragraph) for paragraph in find(body, "//w:tbl//w:p")}
    assert inside == {"TableText", "TableTextKept", "TableHeading"}


def test_merged_cells_run_on_from_one_above(body: Any) -> None:
    continued = 0
    for table in find(body, "//w:tbl"):
        above: dict[int, bool] = {}
        for row in rows_of(table):
            merged: dict[int, bool] = {}
            column = 0
            for cell in find(row, "w:tc"):
                merge = find(cell, "w:tcPr/w:vMerge")
                merged[column] = bool(merge)
                if merge and merge[0].get(f"{W}val") != "restart":
                    continued += 1
                    assert above[column]
                    assert text_of(cell) == ""
                column += int("".join(find(cell, "w:tcPr/w:gridSpan/@w:val")) or 1)
            above = merged
    assert continued == 3 + 3 * sum(number % 4 for number in range(1, 25))


def test_a_caption_stands_above_its_table_and_stays_with_it(
    body: Any, styles: Mapping[str, Any], pages: list[str]
) -> None:
    captions = [paragraph for paragraph in find(body, "//w:body/w:p") if style_of(paragraph) == "TableCaption"]
    assert [text_of(caption).split(".")[0] for caption in captions] == [f"Table {index}" for index in range(1, 11)]
    assert all(caption.getnext().tag == f"{W}tbl" for caption in captions)
    assert all(keeps_with_next(caption, styles) for caption in captions)
    for caption in map(text_of, captions):
        after = [page for page in pages if caption in page][-1].rpartition(caption)[2]  # the contents list it before
        assert re.match(r"\s*(Dose +Note|Statement|.*Evidence in people)", after.lstrip("\n"))


def test_nothing_is_cut_off_in_a_cell(body: Any, pages: list[str]) -> None:
    rows = [
        f"R{number}.{index} "
        for number, group in enumerate(groups_of(long_table(body)), 1)
        for index in range(len(group))
    ]
    text = re.sub(r"\s+", " ", " ".join(pages))
    assert len(rows) > 50
    assert [row for row in rows if text.count(row) != 1] == []
    assert [number for number in range(1, 25) if text.count(f"End of record {number} ") != 1] == []


# Bookmarks


def test_every_anchor_is_one_bookmark(body: Any) -> None:
    names = bookmark_names(body)
    assert len(names) == len(set(names))
    assert names
    assert set(names) >= ANCHORS
    assert not {"main", "refs-main"} & set(names)


def test_bookmarks_open_and_close_once(body: Any) -> None:
    starts, ends = find(body, "//w:bookmarkStart/@w:id"), find(body, "//w:bookmarkEnd/@w:id")
    assert len(starts) == len(set(starts)) > 40
    assert sorted(starts) == sorted(ends)


def test_a_claims_bookmark_holds_its_text(body: Any) -> None:
    start = find(body, "//w:bookmarkStart[@w:name='c1_7']")[0]
    assert text_of(start.getnext()).startswith("Claim 7: ")
    assert find(body, "//w:bookmarkStart[@w:name='c2_2']")[0].getparent().tag == f"{W}p"


def test_a_records_text_is_in_a_control_that_can_be_written_in_but_not_deleted(body: Any) -> None:
    records = find(body, "//w:sdt/w:sdtPr[w:tag]")
    assert {"".join(find(one, "w:tag/@w:val")) for one in records} == {"c2_2"}
    for one in records:
        assert [etree.QName(part).localname for part in one] == ["alias", "tag", "id", "lock"]
        assert find(one, "w:lock/@w:val") == ["sdtLocked"]
    assert find(body, "//w:sdt[w:sdtPr/w:docPartObj]//w:lock") == []


def test_links_lead_to_bookmarks(body: Any) -> None:
    anchors = set(find(body, "//w:hyperlink/@w:anchor"))
    assert {"c1_1", "ref-aldous2012", "results"} <= anchors
    assert anchors <= set(bookmark_names(body))


def test_a_heading_that_is_a_claim_keeps_the_range_of_its_bookmark() -> None:
    html = page('<h2 id="c9_1">A claim</h2><p>with text</p><h2 id="plain">Not a claim</h2><p>text</p>')
    tree = Word(write(html, frozenset({"c9_1"}))).tree("document")
    assert find(tree, "//w:bookmarkStart[@w:name='c9_1']")[0].getparent().tag == f"{W}body"
    assert find(tree, "//w:bookmarkStart[@w:name='plain']")[0].getparent().tag == f"{W}p"


def test_an_id_used_twice_is_one_bookmark() -> None:
    html = page('<div id="c1_1"><p>one</p></div><div id="c1_1"><p>two</p></div><p><a href="#c1_1">go</a></p>')
    tree = Word(write(html, frozenset({"c1_1"}))).tree("document")
    assert bookmark_names(tree).count("c1_1") == 1
    assert len(find(tree, "//w:bookmarkStart")) == len(find(tree, "//w:bookmarkEnd"))


@pytest.mark.parametrize(
    ("markup", "name"),
    [
        ('<p id="c1_1">an id that pandoc forgets</p>', "c1_1"),
        ("<p>nowhere</p>", "c1_2"),
        (f'<div id="{"a" * 41}"><p>an id too long for Word</p></div>', "a" * 41),
        ('<div id="1c"><p>an id that starts with a digit</p></div>', "1c"),
    ],
)
def test_an_anchor_without_bookmark_is_a_problem(markup: str, name: str) -> None:
    with pytest.raises(Problems, match=rf"DOCX: error\[bookmark\]: `{name}` has no bookmark"):
        write(page(markup), frozenset({name}))


def test_a_link_to_nowhere_is_a_problem() -> None:
    with pytest.raises(Problems, match=r"error\[link\]: a link leads to `nowhere`"):
        write(page('<p><a href="#nowhere">go</a></p>'))


@pytest.mark.parametrize("tag", ["div", "span"])
def test_a_style_that_nobody_made_is_a_problem(tag: str) -> None:
    with pytest.raises(Problems, match=r"error\[style\]: the style `CaloutBox` is not in the reference document"):
        write(page(f'<div><p>x</p></div><{tag} data-custom-style="CaloutBox">text</{tag}>'))


def test_a_warning_of_pandoc_is_a_problem() -> None:
    with pytest.raises(Problems, match=r"DOCX: error\[pandoc\]: .*missing\.png"):
        write(page('<p><img src="missing.png" alt="not there"></p>'))


# Pages


def orientations(tree: Any) -> list[str]:
    return ["".join(find(size, "@w:orient")) or "portrait" for size in find(tree, "//w:sectPr/w:pgSz")]


def test_sections_turn_the_page_and_turn_it_back(body: Any) -> None:
    assert orientations(body) == ["portrait", "portrait", "portrait", "landscape", "portrait"]
    sections = find(body, "//w:sectPr")
    assert ["".join(find(section, "w:cols/@w:num")) for section in sections] == ["", "2", "", "", ""]
    assert ["".join(find(section, "w:type/@w:val")) for section in sections] == ["", "continuous", "continuous", "", ""]
    for section, orientation in zip(find(body, "//w:sectPr"), orientations(body), strict=True):
        size = tuple(int(find(section, f"w:pgSz/@w:{side}")[0]) for side in "wh")
        assert size == (A4 if orientation == "portrait" else A4[::-1])
        margins = {name: int(find(section, f"w:pgMar/@w:{name}")[0]) for name in ("left", "right", "top", "bottom")}
        assert set(margins.values()) == {MARGIN}
        assert find(section, "w:headerReference/@r:id")
        assert find(section, "w:footerReference/@r:id")
    last = find(body, "//w:sectPr")[-1]
    assert last.getparent().tag == f"{W}body"


def test_the_printed_pages_turn(printed: Path) -> None:
    with pikepdf.open(printed) as pdf:
        wide = [page.mediabox[2] > page.mediabox[3] for page in pdf.pages]
        sizes = {tuple(sorted((round(float(page.mediabox[2])), round(float(page.mediabox[3]))))) for page in pdf.pages}
    changes = [wide[0], *(after for before, after in pairwise(wide) if after != before)]
    assert changes == [False, True, False]
    assert sizes == {(595, 842)}


def test_every_printed_page_says_what_it_is(pages: list[str]) -> None:
    assert len(pages) > 8
    for number, text in enumerate(pages, 1):
        assert PROPERTIES.running_title in text
        assert f"Page {number} of {len(pages)}" in text
        assert len(text.split()) > 40, f"page {number} is all but empty"


def test_no_heading_stands_alone_at_the_foot_of_a_page(pages: list[str]) -> None:
    titles = {text for _, _, text in HEADINGS}
    for text in pages:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        assert lines[-2] not in titles
        assert not lines[-2].startswith("Table ")


WIDE = '<div class="landscape"><h2 id="{0}">Wide {0}</h2><p>wide</p></div>'


TURNS = {
    "first": (WIDE.format("a") + "<p>tall</p>", ["landscape", "portrait"]),
    "last": ("<p>tall</p>" + WIDE.format("a"), ["portrait", "landscape"]),
    "alone": (WIDE.format("a"), ["landscape"]),
    "two": (WIDE.format("a") + WIDE.format("b") + "<p>tall</p>", ["landscape", "landscape", "portrait"]),
    "between tables": (f"<p>tall</p>{small_table(1)}" + WIDE.format("a") + small_table(2),
                       ["portrait", "landscape", "portrait"]),
    "last with a table": (f'<p>tall</p><div class="landscape">{small_table(1)}</div>', ["portrait", "landscape"]),
    "none": ("<p>tall</p>", ["portrait"]),
}  # fmt: skip


@pytest.fixture(scope="module")
def turned(program: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[bytes, Path]]:
    """Each document with turned pages, and how LibreOffice prints it."""
    folder = tmp_path_factory.mktemp("turned")
    made = {name: write(page(markup)) for name, (markup, _) in TURNS.items()}
    for name, data in made.items():
        (folder / f"{name}.docx").write_bytes(data)
    printed = converted((folder / f"{name}.docx" for name in made), "pdf", folder, program)
    return {name: (data, path) for (name, data), path in zip(made.items(), printed, strict=True)}


@pytest.mark.parametrize("name", TURNS)
def test_no_turn_leaves_an_empty_page(
    name: str, turned: Mapping[str, tuple[bytes, Path]], program: Callable[..., str]
) -> None:
    _, expected = TURNS[name]
    data, printed = turned[name]
    assert orientations(Word(data).tree("document")) == expected
    assert_valid(data)
    with pikepdf.open(printed) as pdf:
        wide = [page.mediabox[2] > page.mediabox[3] for page in pdf.pages]
    assert wide == [orientation == "landscape" for orientation in expected]
    assert all(re.search(r"tall|wide|Dose", text) for text in texts_of_pages(printed, program))


def test_header_and_footer(word: Word) -> None:
    header, footer = word.tree("header1"), word.tree("footer1")
    assert text_of(header) == PROPERTIES.running_title
    assert re.search(r"Page 1 of 1$", text_of(footer))
    assert [instruction.strip() for instruction in find(footer, "//w:fldSimple/@w:instr")] == ["PAGE", "NUMPAGES"]
    assert [style_of(paragraph) for paragraph in (*header, *footer)] == ["Header", "Footer"]


def test_a_header_that_word_split_is_still_found(word: Word) -> None:
    parts = dict(Word(REFERENCE).parts)
    header = parts["word/header1.xml"].decode()
    assert header.count("<w:t>Running title</w:t>") == 1
    split = header.replace("<w:t>Running title</w:t>", "<w:t>Runn</w:t></w:r><w:r><w:t>ing title</w:t>")
    written = write_docx(SAMPLE, PROPERTIES, ANCHORS, zipped({**parts, "word/header1.xml": split.encode()}), FILTER)
    assert text_of(Word(written).tree("header1")) == PROPERTIES.running_title
    gone = header.replace("Running title", "Our hospital")
    with pytest.raises(Problems, match=r"error\[header\]"):
        write_docx(SAMPLE, PROPERTIES, ANCHORS, zipped({**parts, "word/header1.xml": gone.encode()}), FILTER)


def zipped(parts: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return written.getvalue()


# Contents


LISTED = [one for one in HEADINGS if one[0] < 3]
"""The contents go as deep as those of the PDF."""


def contents_of(tree: Any) -> list[Any]:
    (block,) = find(tree, "//w:sdt[w:sdtPr/w:docPartObj/w:docPartGallery/@w:val='Table of Contents']")
    return find(block, "w:sdtContent/w:p")


def test_contents_are_filled_in(body: Any) -> None:
    lines = contents_of(body)
    names = [find(line, "w:hyperlink/@w:anchor")[0] for line in lines]
    listed = [(int(style_of(line)[-1]), name, text_of(line)) for line, name in zip(lines, names, strict=True)]
    assert listed == LISTED
    heading = find(body, "//w:sdt[w:sdtPr/w:docPartObj]")[0].getprevious()
    assert (style_of(heading), text_of(heading)) == ("ContentsHeading", "Contents")


def test_each_line_of_the_contents_has_its_page_and_none_that_nobody_computed(body: Any) -> None:
    for line in contents_of(body):
        (name,) = find(line, "w:hyperlink/@w:anchor")
        assert find(line, ".//w:instrText[contains(., 'PAGEREF')]/text()") == [rf" PAGEREF {name} \h "]
        kinds = find(line, "w:hyperlink/w:r/w:fldChar/@w:fldCharType")
        assert kinds == ["begin", "separate", "end"]
        assert len(find(line, "w:hyperlink/w:r[w:tab]")) == 1
        assert find(line, "w:hyperlink/w:r[w:fldChar/@w:fldCharType='separate']")[0].getnext()[0].tag == f"{W}fldChar"


def outer_fields(tree: Any) -> list[str]:
    """The instructions of the fields that only Word sees."""
    return [text.strip() for text in find(tree, "//*[local-name()='Choice'][@Requires='w15']/w:instrText/text()")]


def test_contents_are_a_field_that_word_updates_as_it_opens_them(body: Any) -> None:
    assert outer_fields(body)[0] == r'TOC \o "1-2" \h \z \b _Listed'
    ends = find(body, "//*[local-name()='Choice']/w:fldChar")
    assert [end.get(f"{W}fldCharType") for end in ends] == ["begin", "separate", "end"] * 2
    assert {end.get(f"{W}dirty") for end in ends if end.get(f"{W}fldCharType") == "begin"} == {"true"}
    assert find(body, "//w:r/w:fldChar/@w:dirty") == []  # Word computes those before it knows pages
    start = find(body, "//w:bookmarkStart[@w:name='_Listed']")[0]
    assert start.getparent().tag == f"{W}body"
    inside = [element for element in start.itersiblings() if style_of(element).startswith("Heading")]
    assert [text_of(element) for element in inside] == [text for _, _, text in HEADINGS]
    end = find(body, f"//w:bookmarkEnd[@w:id='{start.get(f'{W}id')}']")[0]
    assert end.getnext().tag == f"{W}sectPr"


def test_contents_before_all_headings_need_no_range() -> None:
    contents = '<div class="contents"><h2 id="contents">Inhalt</h2><ul><li>x</li></ul></div>'
    tree = Word(write(page(f'<h1 class="title">T</h1>{contents}<h2 id="a">First</h2><p>x</p>'))).tree("document")
    assert outer_fields(tree) == [r'TOC \o "1-2" \h \z']
    assert find(tree, "//w:bookmarkStart[@w:name='_Listed']") == []
    assert [text_of(line) for line in contents_of(tree)] == ["First"]
    assert "Inhalt" in text_of(tree)


def test_contents_begin_with_the_first_heading_after_the_summary() -> None:
    contents = '<div class="contents"><h2 id="contents">Contents</h2></div>'
    summary = '<section class="summary"><h2 id="summary">Summary</h2><h3 id="harms">Harms</h3><p>x</p></section>'
    tree = Word(write(page(f'{contents}{summary}<h2 id="a">First</h2><p>x</p>'))).tree("document")
    assert [text_of(line) for line in contents_of(tree)] == ["First"]
    assert outer_fields(tree) == [r'TOC \o "1-2" \h \z \b _Listed']
    (start,) = find(tree, "//w:bookmarkStart[@w:name='_Listed']")
    assert text_of(start.getnext()) == "First"


def test_contents_of_nothing_leave_nothing() -> None:
    tree = Word(write(page('<div class="contents"><ul><li>x</li></ul></div><p>text</p>'))).tree("document")
    assert text_of(tree) == "text"
    assert len(find(tree, "//w:sectPr")) == 1


def test_contents_are_printed_with_the_pages_that_they_name(pages: list[str]) -> None:
    holding = next(text for text in pages if re.search(r"^\s*Contents\b", text, re.MULTILINE))
    assert "Bottom line" not in holding
    named = {text: int(found[1]) for _, _, text in LISTED
             if (found := re.search(rf"{re.escape(text)}\.+ ?(\d+)", holding))}  # fmt: skip
    assert set(named) == {text for _, _, text in LISTED}
    for text, number in named.items():
        assert re.search(rf"^\s*{re.escape(text)}$", pages[number - 1], re.MULTILINE), text


# Captions


def fields_in(element: Any) -> list[tuple[str, str]]:
    """The instruction and the stored result of each field; none of these is inside another."""
    found: list[tuple[str, str]] = []
    state, words = "", ["", ""]
    for one in element.iter(f"{W}fldChar", f"{W}instrText", f"{W}t"):
        if one.tag == f"{W}fldChar":
            state = one.get(f"{W}fldCharType")
            if state == "end":
                found.append((words[0].strip(), words[1]))
                words = ["", ""]
        elif state in ("begin", "separate"):
            words[state == "separate"] += one.text or ""
    return found


def test_captions_have_numbers_that_word_counts(body: Any) -> None:
    captions = [one for one in find(body, "//w:body/w:p") if style_of(one) == "TableCaption"]
    assert [fields_in(one) for one in captions] == [[(r"SEQ Table \* ARABIC", str(at))] for at in range(1, 11)]
    for number, caption in enumerate(captions, 1):
        (start,) = find(caption, "w:bookmarkStart")
        (end,) = find(caption, "w:bookmarkEnd")
        inside = [one for one in start.itersiblings() if one in list(end.itersiblings(preceding=True))]
        assert start.get(f"{W}name") == f"_Ref_Table_{number}"
        assert "".join(map(text_of, inside)) == f"Table {number}"
    assert text_of(captions[1]) == "Table 2. What each claim rests on"


def captioned(number: int) -> str:
    picture = f'<figure id="dot{number}"><img src="{DOT}" alt="a dot"><figcaption>Figure {number}. A dot</figcaption>'
    links = f'See <a href="#dot{number}">Figure {number}</a>, <a href="#dot{number}">this one</a>'
    return f"{picture}</figure><p>{links} and Table 2 of the paper.</p>"


def fields_of(*numbers: int) -> list[tuple[str, str]]:
    return fields_in(Word(write(page("".join(map(captioned, numbers))))).tree("document"))


def test_a_link_that_says_the_number_of_a_figure_is_a_reference_to_it() -> None:
    word = Word(write(page(captioned(1))))
    tree = word.tree("document")
    assert fields_in(tree) == [(r"SEQ Figure \* ARABIC", "1"), (r"REF _Ref_Figure_1 \h", "Figure 1")]
    assert [text_of(link) for link in find(tree, "//w:hyperlink")] == ["this one"]
    assert text_of(tree).endswith("See Figure 1, this one and Table 2 of the paper.")
    assert_valid(word.data)


@pytest.mark.parametrize("target", ["row", "results", "other"])
def test_a_link_that_leads_elsewhere_is_no_reference_whatever_it_says(target: str) -> None:
    """`Table 1` may be a table of a publication, and the link lead to the claim that it is about."""
    table = small_table(1).replace("300 mg", '<span id="row">300 mg</span>')
    table = f'<div id="own">{table}</div><div id="other"><p>x</p></div>'
    links = f'<p><a href="#{target}">Table 1</a> and <a href="#own">Table 1</a></p>'
    tree = Word(write(page(f'<h2 id="results">Results</h2>{table}{links}'))).tree("document")
    assert fields_in(tree) == [(r"SEQ Table \* ARABIC", "1"), (r"REF _Ref_Table_1 \h", "Table 1")]
    assert [(find(link, "@w:anchor"), text_of(link)) for link in find(tree, "//w:hyperlink")] == [([target], "Table 1")]


def test_a_number_that_is_not_the_next_one_is_set_and_not_counted() -> None:
    counted = [field for field, _ in fields_of(1, 4, 5) if field.startswith("SEQ")]
    assert counted == [r"SEQ Figure \* ARABIC", r"SEQ Figure \* ARABIC \r 4", r"SEQ Figure \* ARABIC"]


@pytest.mark.parametrize("caption", ["Doses at a glance", "3 doses", "", "<em>Table</em> of 12 doses"])
def test_a_caption_without_a_number_is_left_as_it_is(caption: str) -> None:
    table = f"<table><caption>{caption}</caption><tr><td>x</td></tr></table>"
    tree = Word(write(page(table))).tree("document")
    assert find(tree, "//w:instrText") == []
    assert text_of(tree) == f"{re.sub('<.*?>', '', caption)}x"


def test_tables_are_listed_below_the_contents(body: Any, pages: list[str]) -> None:
    lines = [one for one in find(body, "//w:body/w:p") if style_of(one) == "TableofFigures"]
    captions = [text_of(one) for one in find(body, "//w:body/w:p") if style_of(one) == "TableCaption"]
    assert [text_of(line) for line in lines] == captions
    assert [find(line, "w:hyperlink/@w:anchor") for line in lines] == [[f"_Ref_Table_{at}"] for at in range(1, 11)]
    assert outer_fields(body)[1:] == [r'TOC \h \z \c "Table"']
    holding = next(text for text in pages if re.search(r"^\s*Contents\b", text, re.MULTILINE))
    number = re.search(r"Table 2\. What each claim rests on\.+ ?(\d+)", holding)
    assert number
    assert "Table 2. What each claim rests on" in pages[int(number[1]) - 1]


def test_one_figure_is_no_list() -> None:
    contents = '<div class="contents"><h2 id="contents">Contents</h2></div><h2 id="a">First</h2>'
    one, two = (
        Word(write(page(contents + "".join(map(small_table, range(1, count + 1)))))).tree("document")
        for count in (1, 2)
    )
    assert [len(outer_fields(tree)) for tree in (one, two)] == [1, 2]


# Text and styles


def test_what_is_for_screens_stays_out(body: Any) -> None:
    text = text_of(body)
    assert "Small print." in text
    outside = "style-of|script_words|nav-words|web-contents|left-out|Skip to|Not this title|evibrief:|a maker"
    assert re.findall(outside, text) == []


def test_an_unclosed_element_that_is_left_out_is_a_problem() -> None:
    with pytest.raises(Problems, match=r"error\[not-in-word\]"):
        write('<div class="not-in-word"><div>never closed</div>')


def test_headings_move_up_and_the_title_is_the_title(body: Any) -> None:
    paragraphs = find(body, "//w:body/w:p")
    assert [text_of(p) for p in paragraphs if style_of(p) == "Title"] == [PROPERTIES.title]
    headings = [(int(style_of(p)[-1]), text_of(p)) for p in paragraphs if style_of(p).startswith("Heading")]
    assert headings == [(1, "Bottom line"), *((level, text) for level, _, text in HEADINGS)]


def test_styles_come_from_the_page(body: Any) -> None:
    used = {style_of(paragraph) for paragraph in find(body, "//w:body/w:p")}
    assert used >= {
        "Subtitle",
        "Warning",
        "TitleBlock",
        "Callout",
        "Claim",
        "TableNote",
        "Small",
        "Bibliography",
        "Compact",
    }
    assert "" not in used
    assert set(find(body, "//w:rStyle/@w:val")) == {
        "RecordId", "Tag", "Muted", "Hyperlink", "VerbatimChar", "Citation", "TableCitation", "Strong", "Emphasis",
        "Superscript", "Subscript",
    }  # fmt: skip


def test_runs_and_paragraphs_are_formatted_by_styles_alone(body: Any) -> None:
    assert {element.tag for element in find(body, "//w:r/w:rPr/*")} == {f"{W}rStyle"}
    assert {element.tag for element in find(body, "//w:pPr/*")} == {
        f"{W}{name}" for name in ("pStyle", "numPr", "sectPr")
    }


def test_a_bold_style_is_not_made_light_by_bold_words() -> None:
    warning = '<div data-custom-style="Warning"><p><strong>Draft</strong></p></div>'
    tree = Word(write(page(f"{warning}<p>a <strong>bold</strong> word</p>"))).tree("document")
    assert {text_of(run): find(run, "w:rPr/w:rStyle/@w:val") for run in find(tree, "//w:r[w:t]")} == {
        "Draft": [], "a": [], " ": [], "bold": ["Strong"], "word": [],
    }  # fmt: skip


def test_a_run_with_two_formats_keeps_both() -> None:
    tree = Word(write(page('<p><strong><em>both</em></strong> <a href="https://x.org"><strong>link</strong></a></p>')))
    runs = {text_of(run): sorted(etree.QName(one).localname for one in find(run, "w:rPr/*"))
            for run in find(tree.tree("document"), "//w:r[w:t]")}  # fmt: skip
    assert runs == {"both": ["i", "iCs", "rStyle"], " ": [], "link": ["b", "bCs", "rStyle"]}


def test_a_raised_word_is_raised_by_its_style_whatever_is_around_it() -> None:
    tree = Word(write(page('<p><span data-custom-style="Muted">Xu<sup>,</sup></span></p>'))).tree("document")
    styled = {text_of(run): find(run, "w:rPr/*/@w:val") for run in find(tree, "//w:r[w:t]")}
    assert styled == {"Xu": ["Muted"], ",": ["Superscript"]}


def test_citations_lead_to_the_reference_list(body: Any, styles: Mapping[str, Any]) -> None:
    links = find(body, "//w:hyperlink[@w:anchor='ref-aldous2012']")
    assert len(links) > 50
    assert {"".join(find(link, "w:r/w:rPr/w:rStyle/@w:val")) for link in links} == {"Citation", "TableCitation"}
    for name in ("Citation", "TableCitation"):
        assert resolved(styles, name, "w:rPr/w:vertAlign/@w:val") == "superscript"


def test_references_are_a_number_a_tab_and_a_text(body: Any, styles: Mapping[str, Any], pages: list[str]) -> None:
    entries = [p for p in find(body, "//w:body/w:p") if style_of(p) == "Bibliography"]
    assert [len(find(entry, "w:r/w:tab")) for entry in entries] == [1, 1]
    assert [text_of(entry).split("A")[0] for entry in entries] == ["1.", "2.Brandt "]
    assert text_of(entries[0]).startswith("1.Aldous B.")
    indent = find(styles["Bibliography"], "w:pPr/w:ind")[0]
    assert indent.get(f"{W}left") == indent.get(f"{W}hanging") == "397"
    assert re.search(r"^ *1\. +Aldous B\. Magnesium", pages[-1], re.MULTILINE)


def test_what_is_said_of_a_publication_is_a_line_of_its_entry() -> None:
    note = '<div class="about-reference"><p>Verified.</p></div>'
    number = '<div class="csl-left-margin">1. </div><div class="csl-right-inline">Xu A.</div>'
    html = page(f'<div id="refs"><div id="ref-x" class="csl-entry">{number}{note}</div></div>')
    (entry,) = [p for p in find(Word(write(html)).tree("document"), "//w:p") if style_of(p) == "Bibliography"]
    told = [one.text or etree.QName(one).localname for one in find(entry, "w:r/*[not(self::w:rPr)]")]
    assert [one for one in told if one.strip()] == ["1.", "tab", "Xu A.", "br", "Verified."]


def test_an_entry_without_a_number_is_one_paragraph() -> None:
    html = page('<div id="refs"><div id="ref-x" class="csl-entry">Xu A. (2001). <em>Title</em>.</div></div>')
    entries = [p for p in find(Word(write(html)).tree("document"), "//w:p") if style_of(p) == "Bibliography"]
    assert [text_of(entry) for entry in entries] == ["Xu A. (2001). Title."]
    assert find(entries[0], "w:r/w:tab") == []


def test_pictures_have_numbers_and_descriptions(body: Any) -> None:
    pictures = find(body, "//wp:docPr")
    assert [picture.get("descr") for picture in pictures] == ["a dot", "another"]
    numbers = find(body, "//wp:docPr/@id")
    assert len(numbers) == len(set(numbers)) == 2
    assert b"data:image" not in etree.tostring(body)
    around = [inline.get(f"dist{side}") for inline in find(body, "//wp:inline") for side in "TBLR"]
    assert around == ["0"] * 8


@dataclass
class Painted:
    """A sheet whose SVG says its name, with these pixels."""

    name: str
    pixels: bytes
    width: float = 1
    height: float = 1

    def inline(self, form: Form, told: str) -> str:
        return f"<svg class=\"{form}\">{told}</svg>"

    def svg(self, letters: Literal["outlines", "text"]) -> str:
        return f"<svg>{self.name}</svg>"

    def png(self) -> bytes:
        return self.pixels


def painting(name: str, pixels: bytes) -> Callable[[Form], Painted]:
    return lambda form: Painted(name, pixels)


def test_a_figure_has_its_own_vector_even_where_its_pixels_are_those_of_another() -> None:
    pixels = base64.b64decode(DOT.partition(",")[2])
    drawings = {name: Drawing(painting(name, pixels), 1, name) for name in ("figure_one", "figure_two")}
    pictures = [DOT, *(named_address(name, one) for name, one in drawings.items()), f"{DOT}#figure_three"]
    html = page("".join(f'<p><img src="{address}" alt="A dot"></p>' for address in pictures))
    parts = unpack(write_docx(html, PROPERTIES, frozenset(), REFERENCE, FILTER, drawings))
    targets = {one.get("Id"): f"word/{one.get('Target')}" for one in etree.fromstring(parts[DOCUMENT_RELATIONS])}
    document = etree.fromstring(parts["word/document.xml"])
    vectors = [blip.find(".//{*}svgBlip") for blip in document.iter("{*}blip")]
    shown = [None if one is None else parts[targets[one.get(f"{{{SPACES['r']}}}embed")]].decode() for one in vectors]
    assert shown == [None, "<svg>figure_one</svg>", "<svg>figure_two</svg>", None]
    assert [one.get("descr") for one in document.iter("{*}cNvPr")] == [""] * 4
    # Without this Word says that the file is damaged.
    types = etree.fromstring(parts["[Content_Types].xml"])
    assert [one.get("ContentType") for one in types if one.get("Extension") == "svg"] == ["image/svg+xml"]


def test_text_keeps_its_distance_from_a_table(body: Any) -> None:
    after = [style_of(table.getnext()) for table in find(body, "//w:body/w:tbl")]
    assert after == ["Spacer", "ContentsHeading", "TableNote", "Spacer", *["AfterTable"] * 8]
    empty = [style_of(paragraph) for paragraph in find(body, "//w:body/w:p[not(w:r) and not(w:hyperlink)]")]
    assert set(empty) == {"Spacer"}


def test_lists_have_a_style_and_stand_in_a_little(body: Any, word: Word) -> None:
    styles = {style_of(p) for p in find(body, "//w:p[w:pPr/w:numPr]")}
    assert styles == {"Compact", "TableTextKept"}
    assert {int(left) for left in find(word.tree("numbering"), "//w:lvl[@w:ilvl='0']/w:pPr/w:ind/@w:left")} == {357}


def brightness(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    shares = [int(colour[index : index + 2], 16) / 255 for index in (0, 2, 4)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_colour_can_be_read_on_every_ground(styles: Mapping[str, Any]) -> None:
    ours = {name.replace(" ", "") for name in (*PARAGRAPHS, *CHARACTERS)}
    colours = {
        colour for name, style in styles.items() if name in ours for colour in find(style, "w:rPr/w:color/@w:val")
    }
    grounds = {ground for style in styles.values() for ground in find(style, ".//w:shd/@w:fill")} | {"FFFFFF"}
    (dark_ground,) = find(styles["BottomLine"], "w:pPr/w:shd/@w:fill")
    pairs = [(colour, ground) for colour in colours - {"FFFFFF"} for ground in grounds - {dark_ground}]
    assert len(pairs) == 8
    for colour, ground in [*pairs, ("FFFFFF", dark_ground)]:
        dark, light = sorted((brightness(colour), brightness(ground)))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (colour, ground)


def test_words_on_the_dark_ground_are_light(styles: Mapping[str, Any]) -> None:
    words = '<p>No<sup><a href="#a">1</a></sup>, see <a href="#a">there</a>.</p><div id="a"><p>x</p></div>'
    tree = Word(write(page(f'<div data-custom-style="Bottom Line">{words}</div>'))).tree("document")
    assert find(tree, "//w:p[w:pPr/w:pStyle/@w:val='BottomLine']//w:rStyle/@w:val") == [
        "BottomLineCitation", "BottomLineLink",
    ]  # fmt: skip
    for name in ("BottomLine", "BottomLineCitation", "BottomLineLink"):
        assert resolved(styles, name, "w:rPr/w:color/@w:val") == "FFFFFF"


def test_page_one_has_styles_of_its_own_and_its_warning_a_frame() -> None:
    safety = '<div class="safety"><h2 id="safety">Safety</h2><ul><li><p>one harm</p></li><li>another</li></ul></div>'
    text = '<p>words</p><div class="web"><p id="x">more</p></div><ul><li><p>loose</p></li><li>tight</li></ul>'
    html = page(f'<section class="first-page"><h2 id="q">Question</h2>{text}{safety}</section><p>after</p>')
    shown = [(style_of(one), text_of(one)) for one in find(Word(write(html)).tree("document"), "//w:body/w:p")]
    assert shown == [
        ("PageOneHeading", "Question"), ("PageOneText", "words"), ("PageOneText", "more"), ("PageOneText", "loose"),
        ("PageOneText", "tight"), ("SafetyHeading", "Safety"), ("Safety", "one harm"), ("Safety", "another"),
        ("BodyText", "after"),
    ]  # fmt: skip


def test_a_frame_goes_around_its_heading_too(styles: Mapping[str, Any]) -> None:
    frames = [etree.tostring(find(styles[name], f"w:pPr/w:{part}")[0]) for name in ("Safety", "SafetyHeading")
              for part in ("pBdr", "ind")]  # fmt: skip
    assert frames[:2] == frames[2:]


KINDS = """<table><tbody><tr class="part"><th colspan="2">What is shown</th></tr></tbody>
<tbody><tr class="band"><th><p>A claim <span data-custom-style="Strong Word">firm</span></p></th><td>Upheld</td></tr>
<tr class="entry"><td><p>For: Xu 2001</p></td><td>yes</td></tr>
<tr class="entry"><td>Against: Yi 2002</td><td>no</td></tr></tbody>
<tbody><tr class="band"><th>A claim alone</th><td>Contested</td></tr></tbody></table>"""


def test_rows_look_like_what_they_are() -> None:
    tree = Word(write(page(KINDS))).tree("document")
    assert [(style_of(one), text_of(one)) for one in find(tree, "//w:tbl//w:p")] == [
        ("TablePart", "What is shown"), ("TableBandKept", "A claim firm"), ("TableTextKept", "Upheld"),
        ("TableEntryKept", "For: Xu 2001"), ("TableTextKept", "yes"), ("TableEntry", "Against: Yi 2002"),
        ("TableText", "no"), ("TableBand", "A claim alone"), ("TableText", "Contested"),
    ]  # fmt: skip
    assert find(tree, "//w:rStyle") == []  # two bold styles would cancel each other


JUDGED = {
    "supported": "JudgedSupported", "one": "JudgedThin", "limited": "JudgedThin", "conflicting": "JudgedConflicting",
    "contradicted": "JudgedContradicted", "unsearched": "JudgedAbsent", "empty": "JudgedAbsent",
    "absent": "JudgedAbsent", "inconclusive": "Judged",
}  # fmt: skip


def test_a_link_of_a_chain_has_the_rule_of_its_judgement(styles: Mapping[str, Any]) -> None:
    rows = "".join(
        f'<tbody><tr class="judged {name}"><th scope="row"><p>Link</p><p>{name}</p></th><td>x</td></tr></tbody>'
        for name in JUDGED
    )
    tree = Word(write(page(f"<table>{rows}</table>"))).tree("document")
    cells = [find(row, "w:tc[1]/w:p") for row in find(tree, "//w:tr")]
    assert [[(style_of(one), text_of(one)) for one in cell] for cell in cells] == [
        [(style, "Link"), (style, name)] for name, style in JUDGED.items()
    ]
    sheet = (ROOT / "templates" / "style.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--([a-z]+): #([0-9a-f]{6});", sheet))
    rule = r"^(\.judged[^{]*) \{ border-left(?:-color)?: (?:(\d)px solid )?var\(--([a-z]+)\); \}"
    drawn = {name: (width or "3", colours[colour]) for where, width, colour in re.findall(rule, sheet, re.MULTILINE)
             for name in re.findall(r"\.judged\.([a-z]+)", where)}  # fmt: skip
    assert drawn.keys() == JUDGED.keys() - {"inconclusive"}
    for name, (width, colour) in {**drawn, "inconclusive": ("3", colours["line"])}.items():
        (side,) = find(styles[JUDGED[name]], "w:pPr/w:pBdr/*")
        assert (int(side.get(f"{W}sz")) / 6, side.get(f"{W}color").lower()) == (int(width), colour), name


BOX = '<div data-custom-style="Callout"><p>box</p></div>'
NOTE = '<div data-custom-style="Table Note"><p>note</p></div>'
ENTRY = '<div class="csl-entry"><div class="csl-left-margin">1. </div><div class="csl-right-inline">A.</div></div>'


@pytest.mark.parametrize(
    ("markup", "kept"),
    [
        (f"<p>lead</p>{BOX}{small_table(1)}", ["lead", "box"]),
        (f"<p>lead</p>{BOX}{BOX}<p>text</p>", ["lead", "box"]),
        (f"<p>lead</p>{BOX}<h3>Next</h3>", ["lead"]),
        (f"<p>lead</p><p>more</p>{small_table(1)}", []),
        (f'{NOTE}<div id="refs" class="references csl-bib-body">{ENTRY}{ENTRY}</div>', ["note"]),
        (f"{NOTE}<h3>Next</h3>", ["note"]),
        ("<p>lead</p><h3>Next</h3>", []),
    ],
)
def test_what_introduces_a_table_a_box_or_a_list_stays_with_it(
    markup: str, kept: list[str], styles: Mapping[str, Any]
) -> None:
    tree = Word(write(page(f"<h2>Heading</h2>{markup}"))).tree("document")
    assert find(tree, "//w:keepNext") == []
    own = [one for one in find(tree, "//w:body/w:p") if text_of(one) in ("lead", "more", "box", "note")]
    assert [text_of(one) for one in own if keeps_with_next(one, styles)] == kept


def test_boxes_are_as_wide_as_tables(styles: Mapping[str, Any]) -> None:
    """The ground ends at its border: its distance and width, in points, make up for the indent, in twentieths."""
    for name in ("Callout", "BottomLine", "Safety", "SafetyHeading"):
        (indent,), (side,) = find(styles[name], "w:pPr/w:ind/@w:right"), find(styles[name], "w:pPr/w:pBdr/w:right")
        assert abs(int(indent) / 20 - int(side.get(f"{W}space")) - int(side.get(f"{W}sz")) / 8) <= 1, name


def test_a_list_below_a_table_has_space_above() -> None:
    html = f"{small_table(1)}<ul><li>one</li><li>two</li></ul>"
    shown = [(style_of(one), text_of(one)) for one in find(Word(write(page(html))).tree("document"), "//w:body/w:p")]
    assert shown[1:] == [("CompactAfterTable", "one"), ("Compact", "two")]


def test_words_below_a_table_of_page_one_have_space_above() -> None:
    html = f'<section class="first-page">{small_table(1)}<p>below</p><p>more</p></section>'
    shown = [(style_of(one), text_of(one)) for one in find(Word(write(page(html))).tree("document"), "//w:body/w:p")]
    assert shown[1:] == [("PageOneAfterTable", "below"), ("PageOneText", "more")]


def test_styles_are_all_there_and_can_be_read(styles: Mapping[str, Any]) -> None:
    names = {"".join(find(style, "w:name/@w:val")).lower() for style in styles.values()}
    assert {name.lower() for name in (*PARAGRAPHS, *CHARACTERS, *TABLES)} <= names
    sizes = {name: int(resolved(styles, name, "w:rPr/w:sz/@w:val")) / 2 for name in ("BodyText", "TableText")}
    assert all(int(size) >= 16 for name, style in styles.items() for size in find(style, "w:rPr/w:sz/@w:val")
               if name != "Spacer")
    assert 9.5 <= sizes["BodyText"] <= 11
    assert 8.5 <= sizes["TableText"] <= 9
    for name in ("Heading1", "Heading2", "Heading3", "TableCaption", "SummaryHeading", "PageOneHeading"):
        assert resolved(styles, name, "w:pPr/w:keepNext").get(f"{W}val") != "0"
    for style in styles.values():
        parents = find(style, "w:basedOn/@w:val")
        assert all(parent in styles for parent in parents)


def test_one_font_with_a_stand_in(
    word: Word, styles: Mapping[str, Any], printed: Path, program: Callable[..., str]
) -> None:
    theme = word.parts["word/theme/theme1.xml"].decode()
    assert re.findall(r'<a:latin typeface="(\w[^"]*)"', theme) == ["Calibri", "Calibri"]
    fonts = word.tree("fontTable")
    assert find(fonts, "//w:font[@w:name='Calibri']/w:altName/@w:val") == ["Carlito"]
    assert find(fonts, "//w:font[starts-with(@w:name, 'Aptos')]") == []
    ours = {name.replace(" ", "") for name in PARAGRAPHS}
    assert [name for name in ours if name in styles and find(styles[name], "w:rPr/w:rFonts")] == []
    command = [program("pdffonts"), str(printed)]
    listed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    assert re.search(r"\+(Calibri|Carlito)", listed)


# Restyling


def restyled(data: bytes) -> bytes:
    """The document after a designer changed four of Word's own styles in it, and nothing else."""
    document = docx.Document(io.BytesIO(data))
    for name, colour in (("Heading 1", "AA0001"), ("Caption", "AA0002"), ("Strong", "AA0003")):
        document.styles[name].font.color.rgb = RGBColor.from_string(colour)
    document.styles["Caption"].font.size = Pt(13)
    document.styles["toc 1"].font.color.rgb = RGBColor.from_string("AA0004")
    for side in document.styles["Table Grid"].element.iter(f"{W}top", f"{W}bottom", f"{W}insideH"):
        if side.getparent().tag == f"{W}tblBorders":
            side.set(f"{W}color", "AA0005")
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def test_restyling_the_styles_of_word_restyles_everything(word: Word) -> None:
    tree = Word(restyled(word.data)).tree("styles")
    changed = {style.get(f"{W}styleId"): style for style in tree.iter(f"{W}style")}
    colours = {name: resolved(changed, name, "w:rPr/w:color/@w:val") for name in changed}
    for colour, names in {
        "AA0001": ("Heading1", "SummaryHeading", "ContentsHeading", "TOCHeading", "PageOneHeading"),
        "AA0002": ("Caption", "TableCaption", "ImageCaption"),
        "AA0003": ("Strong", "StrongWord"),
    }.items():
        assert {name: colours[name] for name in names} == dict.fromkeys(names, colour)
    assert {resolved(changed, name, "w:rPr/w:sz/@w:val") for name in ("TableCaption", "ImageCaption")} == {"26"}
    path = "w:tblPr/w:tblBorders/w:insideH/@w:color"
    assert {resolved(changed, name, path) for name in ("EvidenceTable", "FactsTable")} == {"AA0005"}


def test_restyling_is_seen_on_the_printed_pages(word: Word, program: Callable[..., str], tmp_path: Path) -> None:
    printed = convert(restyled(word.data), program, tmp_path)
    command = [program("pdftohtml"), "-xml", "-i", "-stdout", str(printed)]
    shown = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    colours = dict(re.findall(r'<fontspec id="(\d+)"[^>]* color="#(\w+)"', shown))
    texts = {re.sub("<.*?>", "", text).strip(): colours[font] for font, text in
             re.findall(r'<text [^>]*font="(\d+)">(.*?)</text>', shown)}  # fmt: skip
    assert {texts["Results"], texts["Contents"]} == {"aa0001"}
    assert {colour for text, colour in texts.items() if re.fullmatch(r"Table \d\. Doses", text)} == {"aa0002"}
    assert {colour for text, colour in texts.items() if text.startswith("References...")} == {"aa0004"}


# Properties


def test_properties(word: Word) -> None:
    core = etree.fromstring(word.parts["docProps/core.xml"])
    values = {etree.QName(element).localname: element.text or "" for element in core}
    assert values == {
        "title": PROPERTIES.title, "subject": PROPERTIES.subject, "creator": "", "keywords": "magnesium, cramps",
        "description": PROPERTIES.description, "lastModifiedBy": "evibrief", "revision": "1", "language": "en-GB",
        "version": "0.3.0", "created": "2026-11-23T00:00:00Z", "modified": "2026-11-23T00:00:00Z",
    }  # fmt: skip
    assert "docProps/custom.xml" not in word.parts
    assert b"custom" not in word.parts["[Content_Types].xml"] + word.parts["_rels/.rels"]


def test_custom_properties_are_added_to_those_that_are_there() -> None:
    """A designer's reference document may have some of its own."""
    parts = {name: data for name, data in unpack(REFERENCE).items() if name != "docProps/custom.xml"}
    for name in ("[Content_Types].xml", "_rels/.rels"):
        parts[name] = re.sub(rb"<[^<>]*custom[^<>]*/>", b"", parts[name])
    parts |= custom_properties(parts, {"House": "of Examples"})
    parts |= custom_properties(parts, {"evibrief-version": "1.0.0", "evibrief-evidence": ""})
    found = list(etree.fromstring(parts["docProps/custom.xml"]))
    told = {one.get("name"): "".join(one.itertext()) for one in found}
    assert told == {"House": "of Examples", "evibrief-version": "1.0.0"}
    assert [one.get("pid") for one in found] == ["2", "3"]
    assert parts["[Content_Types].xml"].count(b"/docProps/custom.xml") == 1
    assert parts["_rels/.rels"].count(b"docProps/custom.xml") == 1


def test_author_and_awkward_characters() -> None:
    properties = replace(PROPERTIES, author="Ann & Bob <ab>", title="A < B & C", running_title="A < B & C · draft")
    parts = Word(write(page("<p>x</p>"), properties=properties)).parts
    core = etree.fromstring(parts["docProps/core.xml"])
    values = {etree.QName(element).localname: element.text for element in core}
    assert (values["creator"], values["title"]) == ("Ann & Bob <ab>", "A < B & C")
    assert text_of(etree.fromstring(parts["word/header1.xml"])) == "A < B & C · draft"


def test_language(word: Word) -> None:
    assert find(word.tree("styles"), "//w:docDefaults//w:lang/@w:val") == ["en-GB"]
    assert find(word.tree("settings"), "//w:themeFontLang/@w:val") == ["en-GB"]
    german = Word(write(page("<p>x</p>"), properties=replace(PROPERTIES, language="de-CH")))
    assert find(german.tree("styles"), "//w:docDefaults//w:lang/@w:val") == ["de-CH"]
    assert find(german.tree("settings"), "//w:themeFontLang/@w:val") == ["de-CH"]


def test_word_opens_it_without_compatibility_mode(word: Word) -> None:
    settings = word.tree("settings")
    assert find(settings, "//w:compatSetting[@w:name='compatibilityMode']/@w:val") == ["15"]
    assert find(settings, "//w:updateFields") == []


# The whole


def errors_in(data: bytes) -> list[str]:
    """What the validator says; it reads files alone."""
    with tempfile.NamedTemporaryFile(suffix=".docx") as file:
        file.write(data)
        file.flush()
        return open_xml_errors(Path(file.name))


def assert_valid(data: bytes) -> None:
    assert errors_in(data) == []


def test_the_document_is_valid(word: Word) -> None:
    assert_valid(word.data)


def test_the_validator_finds_what_is_wrong(word: Word) -> None:
    parts = dict(word.parts)
    broken = parts["word/document.xml"].replace(b'<w:tblStyle w:val="EvidenceTable"', b'<w:tblStyle w:val="Nowhere"')
    broken = broken.replace(b"<w:cantSplit/>", b"<w:cantSplitt/>", 1)
    assert len(errors_in(zipped({**parts, "word/document.xml": broken}))) >= 2


def test_the_reference_document_is_valid_and_complete() -> None:
    for data in (REFERENCE, build_reference()):
        assert_valid(data)
        names = {name.lower() for name in find(Word(data).tree("styles"), "//w:style/w:name/@w:val")}
        assert {name.lower() for name in (*PARAGRAPHS, *CHARACTERS, *TABLES)} <= names
    assert build_reference() == build_reference()


@pytest.mark.slow
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_same_bytes_at_another_time_in_another_zone(word: Word, zone: str, tmp_path: Path) -> None:
    time.sleep(2.1)  # a zip file counts in steps of two seconds
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]; import test_docx;"
        "sys.stdout.buffer.write(test_docx.write(anchors=test_docx.ANCHORS))"
    )
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "TZ": zone,
        "SOURCE_DATE_EPOCH": "1",
        "PYTHONHASHSEED": "7",
        "LC_ALL": "C",
    }
    command = [sys.executable, "-c", code, str(Path(__file__).parent), str(ROOT / "tests" / "helpers")]
    run = subprocess.run(command, capture_output=True, check=True, env=environment, cwd=tmp_path)
    assert run.stdout == word.data


def test_pandoc_reads_nothing_and_knows_the_briefs_date(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[list[str], Mapping[str, str]]] = []
    run = subprocess.run

    def listen(command: list[str], **settings: Any) -> Any:
        calls.append((command, settings["env"]))
        return run(command, **settings)

    monkeypatch.setattr("evibrief.formats.docx.converting.subprocess.run", listen)
    write(page("<p>x</p>"))
    (command, environment), *others = [call for call in calls if "--to=docx" in call[0]]
    assert others == []
    assert "--sandbox" in command
    assert environment.keys() == {"SOURCE_DATE_EPOCH", "HOME"}
    day = datetime.datetime.fromtimestamp(int(environment["SOURCE_DATE_EPOCH"]), datetime.UTC)
    assert day.isoformat() == "2026-11-23T00:00:00+00:00"


def test_entries_of_the_package_have_one_date_and_one_order(word: Word) -> None:
    with zipfile.ZipFile(io.BytesIO(word.data)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        names = package.namelist()
    assert names[0] == "[Content_Types].xml"
    assert names[1:] == sorted(names[1:])


def html_of(records: int) -> str:
    return page(evidence_table(records).replace("ref-aldous2012", "c1_1"))


def seconds_for(html: str) -> float:
    """Our own time without pandoc's, which is another process."""
    started = time.process_time()
    write(html)
    return time.process_time() - started


@pytest.mark.slow
def test_long_tables_are_quick_and_the_cost_grows_as_they_do() -> None:
    few, many = html_of(160), html_of(640)
    assert few.count("<tr>") > 380
    short, long = min(seconds_for(few) for _ in range(3)), seconds_for(many)
    assert short < 2
    assert long < 8 * short
