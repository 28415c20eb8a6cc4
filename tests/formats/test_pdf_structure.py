"""What no validator sees: that the tags of the PDF say what the page says, that what is attached is what was read."""

import datetime
import io
import re
import zlib
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import page
import pikepdf
import pytest

from evibrief import resources
from evibrief.checks.load import load
from evibrief.formats.manifest import carried, evidence_files
from evibrief.formats.pdf.write import Attached, write_pdf
from evibrief.problems import Problems
from shared import Shared

ROOT = Path(__file__).parents[2]
BRIEFS = {"first": ROOT / "data" / "ketamine-mecfs", "second": ROOT / "tests" / "briefs" / "blue-glass"}
DAY = datetime.date(2026, 3, 1)
SMALL = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Small</title>
<style>body {{ font-family: "Source Sans Pro" }}</style></head><body><h1>Small</h1>{}</body></html>"""


@pytest.fixture(scope="module", params=sorted(BRIEFS))
def built(request: pytest.FixtureRequest, shared: Shared) -> tuple[Path, Path, str]:
    """The folder of a brief, its PDF, and its HTML."""
    folder = BRIEFS[request.param]
    documents = shared.documents(folder)
    return folder, documents["pdf"], documents["html"].read_text()


def small(body: str, *attached: Attached) -> bytes:
    return write_pdf(SMALL.format(body), resources.fonts(), attached, DAY).data


def elements(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every structure element, in the order of reading."""
    waiting = [pdf.Root.StructTreeRoot]
    while waiting:
        element = waiting.pop(0)
        if "/S" in element:
            yield element
        waiting = [kid for kid in kids(element) if isinstance(kid, pikepdf.Dictionary)] + waiting


def kids(element: Any) -> list[Any]:
    inside = element.get("/K")
    return [] if inside is None else list(inside) if isinstance(inside, pikepdf.Array) else [inside]


def named(pdf: pikepdf.Pdf, *names: str) -> list[Any]:
    return [element for element in elements(pdf) if str(element["/S"]) in names]


@pytest.mark.parametrize("profile", ["3a", "ua1"])
def test_the_documents_conform(built: tuple[Path, Path, str], profile: str) -> None:
    report = page.validate_pdf(str(built[1]), profile=profile)
    assert report.rules.total > 100
    assert [failure.message for failure in report.failures] == []
    assert report.is_compliant


def test_the_validator_refuses_a_broken_copy(built: tuple[Path, Path, str], tmp_path: Path) -> None:
    with pikepdf.open(built[1]) as pdf:
        del pdf.Root["/Lang"]
        del pdf.Root["/Metadata"]
        pdf.save(tmp_path / "broken.pdf")
    for profile in ("3a", "ua1"):
        assert not page.validate_pdf(str(tmp_path / "broken.pdf"), profile=profile).is_compliant


def test_every_table_has_header_cells_that_say_what_they_head(built: tuple[Path, Path, str]) -> None:
    with pikepdf.open(built[1]) as pdf:
        tables = named(pdf, "/Table")
        assert len(tables) > 5
        heads = {"/Column": 0, "/Row": 0}
        for table in tables:
            cells = [cell for part in kids(table) for row in [part, *kids(part)] for cell in kids(row)
                     if isinstance(cell, pikepdf.Dictionary) and cell.get("/S") == "/TH"]  # fmt: skip
            assert cells
        assert [cell for cell in named(pdf, "/TH", "/TD") if "/Headers" in cell.get("/A", {})] == []
        for cell in named(pdf, "/TH"):
            heads[str(cell["/A"]["/Scope"])] += 1
        assert min(heads.values()) > 5


def test_items_of_lists_hold_labels_and_bodies(built: tuple[Path, Path, str]) -> None:
    with pikepdf.open(built[1]) as pdf:
        items = named(pdf, "/LI")
        assert len(items) > 10
        for item in items:
            assert {str(kid["/S"]) for kid in kids(item)} <= {"/Lbl", "/LBody"}
            for kid in kids(item):
                assert kid["/P"].objgen == item.objgen


def test_every_link_s_annotation_hangs_on_the_link(built: tuple[Path, Path, str]) -> None:
    with pikepdf.open(built[1]) as pdf:
        numbers = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
        parents = {int(numbers[index]): numbers[index + 1] for index in range(0, len(numbers), 2)}
        links = [one for sheet in pdf.pages for one in sheet.get("/Annots", []) if one["/Subtype"] == "/Link"]
        assert len(links) > 50
        assert {str(parents[int(link["/StructParent"])]["/S"]) for link in links} == {"/Link"}


class Headings(HTMLParser):
    """The levels and texts of the headings of a page, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if self.inside is False and re.fullmatch(r"h[1-6]", tag):
            self.inside = True
            self.found.append((int(tag[1]), ""))

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and not re.fullmatch(r"h[1-6]", tag)

    def handle_data(self, data: str) -> None:
        if self.inside:
            level, text = self.found[-1]
            self.found[-1] = level, text + data


def test_headings_stand_in_the_order_of_the_page_and_skip_no_level(built: tuple[Path, Path, str]) -> None:
    page_headings = Headings()
    page_headings.feed(built[2])
    with pikepdf.open(built[1]) as pdf:
        levels = [int(str(one["/S"])[2]) for one in named(pdf, "/H1", "/H2", "/H3", "/H4")]
    # On paper the contents stand before the summary, with a heading; on the web page they are at the side. The page
    # alone has what records were in the version before.
    found = [(level, text) for level, text in page_headings.found if not text.startswith("Each changed statement")]
    on_page = [level for level, _ in found]
    summary = [text for _, text in found].index("Summary")
    assert levels == [*on_page[:summary], 2, *on_page[summary:]]
    assert len(levels) > 15
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_language_title_and_order_of_tabs(built: tuple[Path, Path, str]) -> None:
    with pikepdf.open(built[1]) as pdf:
        assert str(pdf.Root["/Lang"]) == "en-GB"
        assert pdf.Root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert {str(sheet.get("/Tabs", "/S")) for sheet in pdf.pages} == {"/S"}


def test_a_picture_has_an_alternative_that_says_something() -> None:
    svg = '<svg role="img" width="9" height="9"><title>{}</title><rect width="9" height="9"/></svg>'
    with pikepdf.open(io.BytesIO(small(svg.format("A black square, nine points wide")))) as pdf:
        figures = named(pdf, "/Figure")
        assert [str(figure["/Alt"]) for figure in figures] == ["A black square, nine points wide"]
    with pytest.raises(Problems):
        small('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">')


def test_what_was_read_is_attached_once_with_its_relationship(built: tuple[Path, Path, str]) -> None:
    folder, path, _ = built
    loaded = load(folder)
    wanted = carried(loaded)
    assert wanted.items() >= evidence_files(folder).items()
    assert f"instruments/{loaded.brief.brief.methods.instrument}.yaml" in wanted
    assert len(wanted) > 10
    with pikepdf.open(path) as pdf:
        files = list(pdf.Root["/AF"])
        found = {str(one["/Desc"]): one["/EF"]["/F"].read_bytes() for one in files}
        assert len(files) == len(wanted)
        assert found == wanted
        relations = {str(one["/Desc"]): str(one["/AFRelationship"]) for one in files}
        assert relations == {path: "/Supplement" if path == "manifest.json" else "/Data" for path in wanted}
        assert {str(one["/UF"]) for one in files} == {name.replace("/", "~") for name in wanted}
        kinds = {str(one["/EF"]["/F"]["/Subtype"]) for one in files}
        assert kinds == {"/application/yaml", "/application/json"}


def test_addresses_of_people_are_never_attached(tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "blue-glass"
    shutil.copytree(BRIEFS["second"], folder)
    (folder / "circulation.yaml").write_text("- {id: a, address: a@example.org}\n")
    assert "circulation.yaml" not in evidence_files(folder)
    assert evidence_files(folder) == evidence_files(BRIEFS["second"])


def test_the_day_of_the_brief_is_the_only_day_in_the_file() -> None:
    data = small("<p>x</p>", Attached("a/b.yaml", b"x: 1\n", "application/yaml", "Data"))
    assert data == small("<p>x</p>", Attached("a/b.yaml", b"x: 1\n", "application/yaml", "Data"))
    assert set(re.findall(rb"D:(\d{8})", data)) == {b"20260301"}


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n", b"\n\r", b"~"])
def test_a_stream_that_ends_in_a_line_break_is_whole(end: bytes) -> None:
    """Compressed bytes are what they are; whatever they end in, the file keeps to its lengths."""
    # They end in a checksum, whose last two bytes are one more than the sum of what was compressed (RFC 1950).
    full, rest = divmod(int.from_bytes(end) - 1, 255)
    attached = bytes([255] * full + [rest])
    assert zlib.compress(attached).endswith(end)
    data = small("<p>x</p>", Attached("a.yaml", attached, "application/yaml", "Data"))
    assert page.validate_pdf_bytes(data, profile="3a").is_compliant
    with pikepdf.open(io.BytesIO(data)) as pdf:
        stream = pdf.Root["/AF"][0]["/EF"]["/F"]
        assert stream.read_bytes() == attached
        assert stream.read_raw_bytes().endswith(end) is not end.endswith(b"\r")


def test_a_table_without_a_caption_is_no_part_of_the_one_before_if_only_one_of_them_has_a_head() -> None:
    facts = "<table><tbody><tr><th>Certainty</th><td>low</td></tr></tbody></table>"
    known = "<table><thead><tr><th>Known</th></tr></thead><tbody><tr><td>Nothing</td></tr></tbody></table>"
    pdf = pikepdf.open(io.BytesIO(small(f'{facts}<div class="new">{known}</div>'.replace(
        "<div class", "<style>.new { break-before: page }</style><div class"))))  # fmt: skip
    tables = [element for element in elements(pdf) if element.get("/S") == "/Table"]
    assert [[str(kid.S) for kid in table.K] for table in tables] == [["/TBody"], ["/THead", "/TBody"]]
