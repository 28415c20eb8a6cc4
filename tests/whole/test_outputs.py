"""The artefacts themselves, opened: what a brief says is the same in all three, complete, tagged and reproducible."""

import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pikepdf
import pytest
from lxml import etree

from evibrief.build import build
from evibrief.checks.load import load
from evibrief.evidence.brief import Brief
from evibrief.formats.docx.write import bookmark_names
from evibrief.formats.html import citations
from evibrief.labels import markdown, phrases
from evibrief.labels.languages import english
from evibrief.sections.first_page import with_unlisted
from office import converted, open_xml_errors
from shared import Shared

ROOT = Path(__file__).parents[2]
BRIEFS = {"first": ROOT / "data" / "ketamine-mecfs", "second": ROOT / "tests" / "briefs" / "blue-glass"}
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True)
class Artefacts:
    folder: Path
    brief: Brief = field(hash=False)
    pdf: Path
    docx: Path
    html: Path


@pytest.fixture(scope="module", params=sorted(BRIEFS))
def artefacts(request: pytest.FixtureRequest, shared: Shared) -> Artefacts:
    folder = BRIEFS[request.param]
    return Artefacts(folder, load(folder).brief, **shared.documents(folder))


class Visible(HTMLParser):
    """The text of a page without styles, and every id, link and tag in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.sources: list[str] = []
        self.headings: list[int] = []
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        self._hidden += tag in ("style", "title")
        self.ids += [values["id"]] if "id" in values else []
        self.links += [values["href"]] if "href" in values else []
        self.sources += [values[name] for name in ("src", "srcset", "data") if name in values]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "title")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def squeeze(text: str) -> str:
    """Letters and digits alone: line breaks, hyphens and spaces differ between the outputs and mean nothing."""
    return re.sub(r"[\W_]+", "", text)


def document_xml(path: Path) -> etree._Element:
    with zipfile.ZipFile(path) as package:
        return etree.fromstring(package.read("word/document.xml"))


@cache
def pdf_text(path: Path, program: Callable[..., str]) -> str:
    command = [program("pdftotext"), "-raw", str(path), "-"]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


COMPARISON = re.compile(r'<table class="compared">.*?</table>', re.DOTALL)
"""What records were in the version before: the page alone has it."""


@cache
def texts_of(artefacts: Artefacts, program: Callable[..., str]) -> dict[str, str]:
    runs = document_xml(artefacts.docx).iter(f"{WORD}t")
    texts = {
        "html": "".join(Visible(COMPARISON.sub("", artefacts.html.read_text())).parts),
        "docx": "".join(run.text or "" for run in runs),
        "pdf": pdf_text(artefacts.pdf, program),
    }
    return {name: squeeze(text) for name, text in texts.items()}


def plain(prose: str) -> str:
    """The longest stretch of a Markdown text that is the same in every output: no markup, no citation."""
    pieces = re.split(r"\[[^\]]*\](?:\([^)]*\))?|[*_`^~<>&\\\"']", prose)
    return squeeze(max(pieces, key=len))


def test_every_claim_stands_in_all_three(artefacts: Artefacts, program: Callable[..., str]) -> None:
    texts = texts_of(artefacts, program)
    claims = artefacts.brief.all_claims
    assert len(claims) > 10
    for name in ("html", "docx"):
        assert [claim.id for claim in claims if plain(claim.text) not in texts[name]] == [], name
    # A cell that runs in columns is read line by line in a PDF: every word of the claim is there, in order.
    assert [claim.id for claim in claims if squeeze(claim.id) not in texts["pdf"]] == []
    first_words = {claim.id: squeeze(" ".join(re.split(r"[\[*_^~]", claim.text)[0].split()[:2])) for claim in claims}
    assert [name for name, start in first_words.items() if start not in texts["pdf"]] == []


def test_tiers_numbers_and_statuses_agree(artefacts: Artefacts, program: Callable[..., str]) -> None:
    texts = texts_of(artefacts, program)
    brief = artefacts.brief
    tiers = [f"{number.id.lstrip('s')}{squeeze(plain(number.text))}" for number in brief.ranking.statements]
    assert tiers
    for name in ("html", "docx"):
        assert [tier for tier in tiers if tier not in texts[name]] == []
    used = {english().tier[statement.stated] for statement in brief.ranking.statements if statement.stated}
    used |= {english().status[claim.status] for claim in brief.all_claims}
    for text in texts.values():
        assert [word for word in used if squeeze(word) not in text] == []
    counts = {name: [text.count(squeeze(word)) for word in ("Unsupported", "Contested", "Corrected")]
              for name, text in texts.items() if name != "pdf"}  # fmt: skip
    assert counts["html"] == counts["docx"]
    assert sum(counts["html"]) > 0


def test_every_reference_is_listed_in_all_three(artefacts: Artefacts, program: Callable[..., str]) -> None:
    texts = texts_of(artefacts, program)
    titles = [squeeze(reference.title or "") for reference in artefacts.brief.references]
    assert titles
    for name in ("html", "docx"):
        missing = [title for title in titles if title[:40].lower() not in texts[name].lower()]
        assert missing == [], name


def test_doses_agree(artefacts: Artefacts, program: Callable[..., str]) -> None:
    amounts = [squeeze(phrases.amount(dose.amount)) for dose in artefacts.brief.doses.people]
    assert amounts
    for text in texts_of(artefacts, program).values():
        assert [amount for amount in amounts if amount not in text] == []


def test_every_claim_is_a_target_and_every_link_has_one(artefacts: Artefacts) -> None:
    page = Visible(artefacts.html.read_text())
    assert len(page.ids) == len(set(page.ids))
    assert {claim.id for claim in artefacts.brief.all_claims} <= set(page.ids)
    inner = {link[1:] for link in page.links if link.startswith("#")}
    assert inner
    assert inner - set(page.ids) == set()


def test_the_page_is_self_contained(artefacts: Artefacts) -> None:
    html = artefacts.html.read_text()
    page = Visible(html)
    # Figures are in the page itself, as elements of it; only the fonts are data.
    assert page.sources == []
    pictures = re.findall(r"<svg .*?</svg>", html, re.DOTALL)
    assert len(pictures) == 2 * len(figures_of(artefacts))  # each drawn for a wide screen and for a narrow one
    assert [name for svg in pictures for name in re.findall(r'href="([^"]*)"', svg) if not name.startswith("#")] == []
    assert not any("<script" in svg or "<image" in svg for svg in pictures)
    addresses = re.findall(r"url\(([^)]{0,40})", html)
    assert addresses
    assert [address for address in addresses if not address.startswith("data:font/woff2;base64,")] == []
    assert [link for link in page.links if not link.startswith(("#", "http", "mailto:"))] == []
    assert all(after - before <= 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    assert page.headings[0] == 1


def test_bookmarks_of_the_word_document(artefacts: Artefacts) -> None:
    names = bookmark_names(document_xml(artefacts.docx))
    assert len(names) == len(set(names))
    assert {claim.id for claim in artefacts.brief.all_claims} <= set(names)
    anchors = {link.get(f"{WORD}anchor") for link in document_xml(artefacts.docx).iter(f"{WORD}hyperlink")} - {None}
    assert anchors
    assert anchors - set(names) == set()


def test_every_claim_link_and_statement_is_a_control_that_keeps_its_id(artefacts: Artefacts) -> None:
    controls = list(document_xml(artefacts.docx).iter(f"{WORD}sdt"))
    tagged = [control for control in controls if control.find(f"{WORD}sdtPr/{WORD}tag") is not None]
    names = [control.find(f"{WORD}sdtPr/{WORD}tag").get(f"{WORD}val") for control in tagged]
    brief = artefacts.brief
    texts = {claim.id: claim.text for claim in brief.all_claims}
    texts |= {link.id: link.text for mechanism in brief.mechanisms for link in mechanism.links}
    texts |= {statement.id: statement.text for statement in brief.ranking.statements}
    assert sorted(names) == sorted(texts)
    numbers = [control.find(f"{WORD}sdtPr/{WORD}id").get(f"{WORD}val") for control in tagged]
    assert len(set(numbers)) == len(numbers)
    for name, control in zip(names, tagged, strict=True):
        held = "".join(text.text or "" for text in control.iter(f"{WORD}t")).replace("\N{NO-BREAK SPACE}", " ")
        said = markdown.without_marks(texts[name])
        assert held[:12] == said[:12], name


def test_tables_of_the_word_document(artefacts: Artefacts) -> None:
    tables = list(document_xml(artefacts.docx).iter(f"{WORD}tbl"))
    assert len(tables) > 10
    for table in tables:
        rows = table.findall(f"{WORD}tr")
        assert all(row.find(f"{WORD}trPr/{WORD}cantSplit") is not None for row in rows)
        if table.find(f"{WORD}tblPr/{WORD}tblStyle").get(f"{WORD}val") == "EvidenceTable":
            assert rows[0].find(f"{WORD}trPr/{WORD}tblHeader") is not None
        widths = [int(column.get(f"{WORD}w")) for column in table.iter(f"{WORD}gridCol")]
        assert 9000 < sum(widths) < 15000


def test_sections_of_the_word_document(artefacts: Artefacts) -> None:
    sections = list(document_xml(artefacts.docx).iter(f"{WORD}sectPr"))
    turned = [section.find(f"{WORD}pgSz").get(f"{WORD}orient") == "landscape" for section in sections]
    # The contents, in two columns, have a section of their own.
    assert turned == [False, False, False]
    columns = [section.find(f"{WORD}cols") for section in sections]
    assert [None if one is None else one.get(f"{WORD}num") for one in columns].count("2") == 1
    assert all(section.find(f"{WORD}headerReference") is not None for section in sections)
    assert all(section.find(f"{WORD}footerReference") is not None for section in sections)


def test_properties_and_contents_of_the_word_document(artefacts: Artefacts) -> None:
    record = artefacts.brief.brief
    with zipfile.ZipFile(artefacts.docx) as package:
        core = package.read("docProps/core.xml").decode()
        head = "".join(package.read(name).decode() for name in package.namelist() if "header" in name)
        assert f'w:val="{record.language}"' in package.read("word/styles.xml").decode()
    assert f"<cp:version>{record.version}</cp:version>" in core
    assert record.date.isoformat() in core
    assert f"version {record.version}" in head
    styles = [style.get(f"{WORD}val") for style in document_xml(artefacts.docx).iter(f"{WORD}pStyle")]
    # What has to be printed is printed also where the author gave it no section.
    sections = list(with_unlisted(artefacts.brief, english()))
    assert len(sections) > len(record.sections)
    assert styles.count("TOC1") == len(sections)
    assert styles.count("TOC2") > len(record.sections)


def test_the_word_document_is_valid(artefacts: Artefacts) -> None:
    assert open_xml_errors(artefacts.docx) == []


def figures_of(artefacts: Artefacts) -> dict[str, str]:
    """The anchor of each figure on the page → what is said of it."""
    found = re.findall(
        r'<figure id="([^"]*)"[^>]*>.*?<svg [^>]*aria-label="([^"]*)".*?<figcaption>(.*?)</figcaption>',
        artefacts.html.read_text(), re.DOTALL,
    )  # fmt: skip
    numbers = [int(re.match(r"Figure (\d+)\. ", caption)[1]) for _, _, caption in found]  # type: ignore[index]
    assert numbers == list(range(1, len(found) + 1))
    return {anchor: unescape(alternative) for anchor, alternative, _ in found}


def test_figures_of_the_pdf_are_lines_with_a_description(artefacts: Artefacts) -> None:
    said = set(figures_of(artefacts).values())
    with pikepdf.open(artefacts.pdf) as pdf:
        kinds = [stream.get("/Subtype") for stream in pdf.objects if isinstance(stream, pikepdf.Stream)]
        elements = [element for element in pdf.objects if isinstance(element, pikepdf.Dictionary)]
        tagged = {str(element.get("/Alt")) for element in elements if element.get("/S") == "/Figure"}
    assert "/Image" not in kinds
    assert len(said) == 2
    assert said <= tagged


def test_figures_of_the_word_document(artefacts: Artefacts) -> None:
    figures = figures_of(artefacts)
    tree = document_xml(artefacts.docx)
    spaces = {
        "w": WORD[1:-1], "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "asvg": "http://schemas.microsoft.com/office/drawing/2016/SVG/main",
    }  # fmt: skip
    with zipfile.ZipFile(artefacts.docx) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    relations = {item.get("Id"): f"word/{item.get('Target')}"
                 for item in etree.fromstring(parts["word/_rels/document.xml.rels"])}  # fmt: skip
    # Without these Word says that the file is damaged.
    types = {item.get("ContentType") for item in etree.fromstring(parts["[Content_Types].xml"])}
    assert {"image/png", "image/svg+xml"} <= types
    pictures = tree.findall(".//w:drawing/wp:inline", spaces)
    assert len(pictures) == len(figures) == 2
    for picture, (anchor, alternative) in zip(pictures, figures.items(), strict=True):
        assert picture.find("wp:docPr", spaces).get("descr") == alternative
        blip = picture.find(".//a:blip", spaces)
        assert parts[relations[blip.get(f"{{{spaces['r']}}}embed")]].startswith(b"\x89PNG")
        vector = blip.find(".//asvg:svgBlip", spaces).get(f"{{{spaces['r']}}}embed")
        assert b"<svg" in parts[relations[vector]]
        assert 100 * 36000 < int(picture.find("wp:extent", spaces).get("cx")) <= 178 * 36000
        paragraph = next(element for element in picture.iterancestors() if element.tag == f"{WORD}p")
        following = next(element for element in paragraph.itersiblings() if element.tag == f"{WORD}p")
        assert "".join(text.text or "" for text in following.iter(f"{WORD}t")).startswith("Figure ")
        assert following.find("w:pPr/w:pStyle", spaces).get(f"{WORD}val") == "ImageCaption"
        style = paragraph.find("w:pPr/w:pStyle", spaces).get(f"{WORD}val")
        styles = etree.fromstring(parts["word/styles.xml"])
        own = next(one for one in styles.iter(f"{WORD}style") if one.get(f"{WORD}styleId") == style)
        assert own.find("w:pPr/w:keepNext", spaces) is not None
        assert anchor in bookmark_names(tree)


def outline(items: list[pikepdf.OutlineItem]) -> Iterator[str]:
    for item in items:
        yield item.title
        yield from outline(list(item.children))


def test_the_pdf_is_tagged_and_has_an_outline(artefacts: Artefacts) -> None:
    with pikepdf.open(artefacts.pdf) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == artefacts.brief.brief.language
        assert artefacts.brief.brief.version in str(pdf.docinfo["/Title"])
        with pdf.open_outline() as contents:
            titles = list(outline(list(contents.root)))
        sizes = {(round(float(page.mediabox[2])), round(float(page.mediabox[3]))) for page in pdf.pages}
    assert [section.title for section in artefacts.brief.brief.sections if section.title not in titles] == []
    assert sizes == {(595, 842)}


def test_every_page_says_what_it_is(artefacts: Artefacts, program: Callable[..., str]) -> None:
    pages = pdf_text(artefacts.pdf, program).rstrip("\f").split("\f")
    assert len(pages) > 5
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert f"version {artefacts.brief.brief.version}" in page


def test_pages_in_the_contents_are_right(artefacts: Artefacts, program: Callable[..., str]) -> None:
    pages = pdf_text(artefacts.pdf, program).rstrip("\f").split("\f")
    # A line of the contents is its title, dots, and the page.
    numbers = dict(re.findall(r"^(\S.*?)(?:[ \n]\.){3,}[ \n]?(\d+)$", pages[1], re.MULTILINE))
    for section in artefacts.brief.brief.sections:
        assert squeeze(section.title) in squeeze(pages[int(numbers[section.title]) - 1]), section.title


def test_no_recommendation_to_treat(artefacts: Artefacts, program: Callable[..., str]) -> None:
    pages = pdf_text(artefacts.pdf, program).rstrip("\f").split("\f")
    assert all("Not a recommendation to treat" in page for page in pages)
    text = "".join(Visible(COMPARISON.sub("", artefacts.html.read_text())).parts).lower()
    assert "we recommend" not in text
    assert "should be given" not in text


def test_the_order_of_keys_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "blue-glass"
    shutil.copytree(BRIEFS["second"], folder)
    changes = folder / "changes.yaml"
    before = {path.suffix: path.read_bytes() for path in (d.path for d in build(folder, tmp_path / "a", ["html"]))}
    changes.write_text("# a comment\n" + changes.read_text())
    after = {path.suffix: path.read_bytes() for path in (d.path for d in build(folder, tmp_path / "b", ["html"]))}
    assert before == after


def test_libreoffice_opens_the_word_document(artefacts: Artefacts, program: Callable[..., str], tmp_path: Path) -> None:
    (printed,) = converted([artefacts.docx], "pdf", tmp_path, program)
    text = squeeze(pdf_text(printed, program))
    assert [claim.id for claim in artefacts.brief.all_claims if squeeze(claim.id) not in text] == []


def test_a_picture_is_not_allowed_in_a_text() -> None:
    from evibrief.formats.html.markdown import typeset

    style = citations.citation_style("american-medical-association", Path())
    hostile = [
        "![x](file:///etc/passwd)",
        "[x](javascript:alert)",
        "<script>x</script> & <b>bold</b>",
        "```\nopen",
        "fine",
    ]
    result = typeset(hostile, [], style, "en-GB")
    wrong = {complaint.index for complaint in result.complaints}
    assert {0, 1} <= wrong
    assert 4 not in wrong
    assert "<script" not in result.fragments[2]
    assert "&lt;b&gt;bold" in result.fragments[2]


def test_citations_are_numbered_in_the_order_of_reading(artefacts: Artefacts) -> None:
    html = artefacts.html.read_text()
    cited = [key for keys in re.findall(r'data-cites="([^"]*)"', html) for key in keys.split()]
    listed = re.findall(r'id="ref-([^"]*)"', html)
    assert listed
    if "american-medical" in artefacts.brief.brief.citation_style:
        assert listed == list(dict.fromkeys(cited))
    else:  # a style of names lists them in the order of the alphabet
        assert sorted(listed) == sorted(set(cited))


def test_the_reference_list_has_no_line_with_one_word(artefacts: Artefacts, program: Callable[..., str]) -> None:
    command = [program("pdftotext"), "-layout", str(artefacts.pdf), "-"]
    laid_out = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    first_lines = re.findall(r"^ *\d{1,2}\. +(\S.*)$", laid_out, re.MULTILINE)
    if "american-medical" in artefacts.brief.brief.citation_style:
        assert len(first_lines) >= len(artefacts.brief.references)
    assert [line for line in first_lines if len(line.split()) < 2] == []


def test_italics_are_italic(artefacts: Artefacts, program: Callable[..., str]) -> None:
    fonts = subprocess.run([program("pdffonts"), str(artefacts.pdf)], capture_output=True, check=True, text=True).stdout
    assert "Source-Sans-Pro-Italic" in fonts
    assert [line for line in fonts.split("\n")[2:] if line and "Source" not in line] == []


def test_a_claim_stands_on_one_page_with_its_first_study(artefacts: Artefacts, shared: Shared) -> None:
    records = shared.records(artefacts.folder)
    assert len(records) == len(artefacts.brief.all_claims)
    for words, (band, *entries) in records:
        assert len(set(band)) == 1, words
        assert not entries or entries[0][0] == band[0], words
