"""Formatting that says something, and moves told by marks alone: remarks like any other, each counted once."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from command import run_here as evibrief
from evibrief.build import build
from evibrief.evidence.review_ledger import ReviewComment
from evibrief.evidence.write_yaml import read_yaml
from evibrief.labels.languages import english
from evibrief.labels.remarks import said
from evibrief.review.gather import gather
from evibrief.review.ledger import new_entries, write_ledger
from evibrief.review.listing import is_our_question
from evibrief.review.printing import PRINTERS, remarks_as_text
from evibrief.review.read import Remark, Reviewed, read_reviewed
from evibrief.review_copies import review_copy
from office import WORD, converted
from shared import Shared
from test_comments import C3
from test_comments import brief as brief
from test_strict import strict
from wordfile import comment, commented, control, paragraph, run, tracked, word_file, zipped

ROOT = Path(__file__).parents[2]
SECOND = ROOT / "tests" / "briefs" / "blue-glass"
BY = 'w:id="7" w:author="Rita Review" w:date="2026-03-02T10:30:00Z"'


def read(data: bytes) -> Reviewed:
    reviewed = read_reviewed(data, "x.docx")
    assert sum(remark.elements for remark in reviewed.remarks) == reviewed.counted
    assert len({remark.key for remark in reviewed.remarks}) == len(reviewed.remarks)
    assert read_reviewed(strict(data), "x.docx") == reviewed
    return reviewed


def looking(text: str, properties: str) -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def was(kind: str, old: str = "", by: str = BY) -> str:
    """A tracked change of formatting."""
    inner = kind.removesuffix("Change")
    return f"<w:{kind} {by}><w:{inner}>{old}</w:{inner}></w:{kind}>"


MANUAL = {
    "strike": ("<w:strike/>", "strikethrough", "struck through"),
    "strike on": ('<w:strike w:val="on"/>', "strikethrough", "struck through"),
    "double": ('<w:dstrike w:val="1"/>', "strikethrough", "struck through twice"),
    "highlight": ('<w:highlight w:val="yellow"/>', "formatting", "highlighted yellow"),
    "shading": ('<w:shd w:val="clear" w:color="auto" w:fill="FFFF00"/>', "formatting", "shaded FFFF00"),
    "hidden": ("<w:vanish/>", "formatting", "hidden"),
    "colour": ('<w:color w:val="FF0000"/>', "formatting", "coloured FF0000"),
    "both": ('<w:strike/><w:color w:val="FF0000"/>', "strikethrough", "struck through"),
}


@pytest.mark.parametrize("name", MANUAL)
def test_formatting_by_hand_that_means_something_is_a_remark(name: str) -> None:
    properties, kind, text = MANUAL[name]
    words = (looking("low", properties), looking("ers", properties))
    body = paragraph(control("c1", run("Blue glass "), *words, run(".")))
    (one,) = read(word_file(body)).remarks
    assert (one.kind, one.author, one.date, one.quoted) == (kind, "", "", "lowers")
    assert text in one.text
    assert (one.records, one.anchor, one.elements) == (("c1",), "content control", 0)
    assert one.around == "Blue glass lowers."
    assert (one.removed, one.added) == ("", "")


@pytest.mark.parametrize("properties", [
    '<w:strike w:val="0"/>', '<w:dstrike w:val="false"/><w:strike w:val="off"/>', '<w:highlight w:val="none"/>',
    '<w:shd w:val="clear" w:color="auto" w:fill="auto"/>', '<w:shd w:val="nil"/>', '<w:vanish w:val="false"/>',
    '<w:color w:val="auto"/>', "<w:b/><w:i/>", '<w:lang w:val="de-DE"/>',
])  # fmt: skip
def test_formatting_that_says_nothing_is_no_remark(properties: str) -> None:
    assert read(word_file(paragraph(control("c1", looking("words", properties))))).remarks == ()


def with_styles(data: bytes, styles: str) -> bytes:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    relation = ('<Relationship Id="rs" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"'
                ' Target="styles.xml"/></Relationships>')  # fmt: skip
    relations = zipfile.ZipFile(io.BytesIO(data)).read("word/_rels/document.xml.rels")
    return zipped(data, {
        "word/styles.xml": f"<w:styles {space}>{styles}</w:styles>".encode(),
        "word/_rels/document.xml.rels": relations.replace(b"</Relationships>", relation.encode()),
    })  # fmt: skip


def test_what_a_style_gives_anyhow_is_no_remark_but_a_style_that_strikes_is_one() -> None:
    styles = (
        '<w:style w:styleId="Base"><w:rPr><w:color w:val="AA0000"/></w:rPr></w:style>'
        '<w:style w:styleId="Warn"><w:basedOn w:val="Base"/><w:rPr><w:shd w:fill="EEEEEE"/></w:rPr></w:style>'
        '<w:style w:styleId="Gone"><w:basedOn w:val="Gone2"/></w:style>'
        '<w:style w:styleId="Gone2"><w:basedOn w:val="Gone"/><w:rPr><w:strike/></w:rPr></w:style>'
    )
    plain = looking("a", '<w:color w:val="AA0000"/><w:shd w:fill="EEEEEE"/>') + looking("b", '<w:rStyle w:val="Warn"/>')
    assert read(with_styles(word_file(paragraph(plain, style="Warn")), styles)).remarks == ()
    gone = paragraph(looking("c", '<w:rStyle w:val="Gone"/>'), looking("d", '<w:color w:val="00AA00"/>'), style="Warn")
    first, second = read(with_styles(word_file(gone), styles)).remarks
    assert (first.kind, first.quoted, second.kind, second.quoted) == ("strikethrough", "c", "formatting", "d")
    undone = paragraph(looking("c", '<w:rStyle w:val="Gone"/><w:strike w:val="0"/>'))
    assert read(with_styles(word_file(undone), styles)).remarks == ()


def test_shaded_paragraphs_and_cells_are_remarks() -> None:
    shade = '<w:shd w:val="clear" w:fill="FFFF00"/>'
    cell = f"<w:tbl><w:tr><w:tc><w:tcPr>{shade}</w:tcPr>{paragraph(run('cell'))}</w:tc></w:tr></w:tbl>"
    body = cell + f"<w:p><w:pPr>{shade}</w:pPr>{run('whole')}</w:p>" + paragraph(run("plain"))
    assert [(one.kind, one.quoted) for one in read(word_file(body)).remarks] == [
        ("formatting", "cell"), ("formatting", "whole"),
    ]  # fmt: skip


TRACKED = {
    "strike": (f"<w:strike/>{was('rPrChange')}", "strikethrough", "struck through"),
    "no strike": (was("rPrChange", "<w:strike/>"), "formatting", "no longer struck through"),
    "bold": (f"<w:b/>{was('rPrChange')}", "formatting", "bold"),
    "highlight": (f'<w:highlight w:val="red"/>{was("rPrChange")}', "formatting", "highlighted red"),
    "no formatting": (was("rPrChange"), "formatting", "formatting"),
    "raised": (f'<w:vertAlign w:val="superscript"/>{was("rPrChange")}', "formatting", "vertAlign superscript"),
}


@pytest.mark.parametrize("name", TRACKED)
def test_tracked_formatting_is_a_remark_with_its_author(name: str) -> None:
    properties, kind, text = TRACKED[name]
    body = paragraph(control("c1", run("Blue "), looking("gl", properties), looking("ass", properties), run(".")))
    (one,) = read(word_file(body)).remarks
    assert (one.kind, one.author, one.date, one.quoted) == (kind, "Rita Review", "2026-03-02T10:30:00Z", "glass")
    assert text in one.text
    assert (one.records, one.elements) == (("c1",), 2)


def test_what_was_tracked_is_not_told_again_as_done_by_hand() -> None:
    both = looking("x", f"<w:strike/><w:b/>{was('rPrChange', '<w:strike/>')}")
    first, second = read(word_file(paragraph(control("c1", both)))).remarks
    assert (first.kind, first.author, first.text) == ("formatting", "Rita Review", "bold")
    assert (second.kind, second.author) == ("strikethrough", "")


def test_formatting_of_paragraphs_tables_rows_cells_and_sections_is_counted_and_placed() -> None:
    number = '<w:numPr><w:numberingChange w:id="1" w:author="Rita Review" w:original="1"/></w:numPr>'
    changed = f"<w:p><w:pPr>{number}<w:rPr>{was('rPrChange')}</w:rPr>{was('pPrChange')}</w:pPr>{run('end')}</w:p>"
    row = f"<w:tr><w:tblPrEx>{was('tblPrExChange')}</w:tblPrEx><w:trPr>{was('trPrChange')}</w:trPr>"
    cell = f"<w:tc><w:tcPr>{was('tcPrChange')}</w:tcPr>{paragraph(control('c2', run('cell')))}</w:tc></w:tr>"
    grid = '<w:tblGrid><w:tblGridChange w:id="1"><w:tblGrid/></w:tblGridChange></w:tblGrid>'
    table = f"<w:tbl><w:tblPr>{was('tblPrChange')}</w:tblPr>{grid}{row}{cell}</w:tbl>"
    body = paragraph(control("c1", run("first"))) + table + changed + f"<w:sectPr>{was('sectPrChange')}</w:sectPr>"
    reviewed = read(word_file(body))
    assert reviewed.counted == 9
    assert {one.kind for one in reviewed.remarks} == {"formatting"}
    about_cell = [one for one in reviewed.remarks if one.records == ("c2",) and one.anchor == "content control"]
    assert sum(one.elements for one in about_cell) == 5
    assert {one.quoted for one in reviewed.remarks} == {"cell", "end"}


def test_a_strike_over_a_comment_an_insertion_and_a_deletion_is_told_once_each() -> None:
    struck = f"<w:strike/>{was('rPrChange')}"
    body = paragraph(control("c1", commented(0, looking("one ", struck)), tracked("ins", looking("two ", struck)),
                             tracked("del", looking("three", "<w:strike/>"))))  # fmt: skip
    remarks = read(word_file(body, [comment(0, "Why?")])).remarks
    told = [(one.kind, one.quoted or one.text, one.elements) for one in remarks]
    assert told == [("comment", "one", 1), ("replacement", "two", 2), ("strikethrough", "one two", 2),
                    ("strikethrough", "three", 0)]  # fmt: skip


@pytest.fixture(scope="module")
def copy(shared: Shared) -> bytes:
    return shared.review_copy()


def struck(document: bytes, properties: str) -> bytes:
    text = zipfile.ZipFile(io.BytesIO(document)).read("word/document.xml").decode()
    old = f'<w:r><w:t xml:space="preserve">{C3}</w:t></w:r>'
    assert text.count(old) == 1
    return zipped(document, {"word/document.xml": text.replace(old, looking(C3, properties)).encode()})


@pytest.mark.slow
@pytest.mark.parametrize(("properties", "author"), [
    ('<w:strike/><w:color w:val="FF0000"/>', "unknown"), (f"<w:strike/>{was('rPrChange')}", "Rita Review"),
])  # fmt: skip
def test_a_sentence_struck_through_in_a_copy_is_listed_with_its_record_and_proposes_nothing_in_silence(
    properties: str, author: str, copy: bytes, brief: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.docx").write_bytes(struck(copy, properties))
    found, _ = gather([tmp_path / "a.docx"], brief)
    (one,) = (one.placed for one in found.remarks if not is_our_question(one))
    assert (one.remark.kind, one.records, one.remark.quoted) == ("strikethrough", ("c3",), C3)
    assert one.place is not None
    assert Path(one.place.path).name == "01-light.yaml"
    assert found.proposals == ()
    assert found.warnings == ()
    for form in PRINTERS.values():
        assert "struck through" in form(found)
    assert f"strikethrough by {author}" in remarks_as_text(found)
    assert f"1\u00a0remark of reviewers by {author}" in remarks_as_text(found)
    write_ledger(found, brief / "reviews" / "2026-12.yaml")
    (entry,) = read_yaml((brief / "reviews" / "2026-12.yaml").read_text())["comments"]
    assert entry["reviewer"] == ("unknown" if author == "unknown" else "r1")
    assert "struck through" in said(ReviewComment.model_validate(entry), english())
    assert new_entries(found, {})[1][0]["kind"] == "strikethrough"
    assert evibrief("check", brief).returncode == 0


@pytest.mark.slow
def test_a_copy_that_nobody_touched_gives_no_remark_and_tildes_strike_nothing(
    copy: bytes, brief: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.docx").write_bytes(copy)
    assert [one for one in gather([tmp_path / "a.docx"], SECOND)[0].remarks if not is_our_question(one)] == []
    text = zipfile.ZipFile(io.BytesIO(copy)).read("word/document.xml").decode()
    assert "TOC " in text
    assert "dirty" not in text  # Word would fill the contents, and track that as the reviewer's change
    claims = brief / "claims" / "01-light.yaml"
    claims.write_text(claims.read_text().replace(C3, "Sailors ~~wear~~ wore blue glass against the sun."))
    own = review_copy(brief, "r1")
    assert [one.kind for one in read_reviewed(own, "x").remarks if one.author != "evibrief"] == []
    (tmp_path / "a.docx").write_bytes(own)
    assert [one for one in gather([tmp_path / "a.docx"], brief)[0].remarks if not is_our_question(one)] == []


def test_a_copy_that_libreoffice_saved_anew_gives_no_remark(
    copy: bytes, tmp_path: Path, program: Callable[..., str]
) -> None:
    (tmp_path / "a.docx").write_bytes(copy)
    (saved,) = converted([tmp_path / "a.docx"], WORD, tmp_path, program)
    remarks = read_reviewed(saved.read_bytes(), "x").remarks
    assert [one for one in remarks if one.author != "evibrief"] == []
    assert build(SECOND, tmp_path / "built", ["docx"])[0].path.is_file()


# Moves.


def between(kind: str, inside: str, name: str = "move1", number: int = 5, author: str = "Rita Review") -> str:
    start = f'<w:{kind}RangeStart w:id="{number}" w:name="{name}" w:author="{author}" w:date="2026-03-02T10:30:00Z"/>'
    return f'{start}{inside}<w:{kind}RangeEnd w:id="{number}"/>'


def moved(data: bytes) -> Remark:
    (one,) = read(data).remarks
    assert one.kind == "move"
    return one


@pytest.mark.parametrize("wrapped", [(True, True), (True, False), (False, True), (False, False)])
def test_a_move_by_range_marks_is_one_remark_with_both_ends(wrapped: tuple[bool, bool]) -> None:
    away, here = (tracked(kind, run("two")) if one else run("two")
                  for kind, one in zip(("moveFrom", "moveTo"), wrapped, strict=True))  # fmt: skip
    body = paragraph(control("c1", run("one "), between("moveFrom", away)))
    body += paragraph(control("c2", between("moveTo", here, number=6), run(" three")))
    one = moved(word_file(body))
    assert (one.removed, one.added, one.author, one.elements) == ("two", "two", "Rita Review", 2)
    assert one.records == ("c1", "c2")
    assert (one.before, one.after) == ("one two … three", "one … two three")


def test_a_move_over_paragraphs_is_one() -> None:
    mark = tracked("moveFrom")
    bare = between("moveFrom", paragraph(control("c1", run("one."))) + paragraph(control("c2", run("two."))))
    whole = between("moveTo", paragraph(tracked("moveTo", run("one.")), mark=tracked("moveTo"))
                    + paragraph(tracked("moveTo", run("two."))), number=6)  # fmt: skip
    one = moved(word_file(bare + paragraph(control("c3", run("three."))) + whole))
    assert (one.removed, one.added, one.elements) == ("one.two.", "one.two.", 4)
    assert one.records == ("c1", "c2", "c3") or one.records == ("c1", "c2")
    inside = paragraph(between("moveFrom", tracked("moveFrom", run("all"))), mark=mark)
    there = paragraph(between("moveTo", tracked("moveTo", run("all")), number=6), mark=tracked("moveTo"))
    assert moved(word_file(inside + paragraph(run("x")) + there)).elements == 4


@pytest.mark.parametrize("kind", ["moveFrom", "moveTo"])
@pytest.mark.parametrize("inside", [run("two"), tracked("ins", "").replace("w:ins", "w:X"), ""])
def test_a_move_with_one_end_is_a_move(kind: str, inside: str) -> None:
    inside = tracked(kind, run("two")) if "w:X" in inside else inside
    one = moved(word_file(paragraph(control("c1", run("one "), between(kind, inside), run(" three")))))
    assert (one.records, one.elements) == (("c1",), 1)
    wanted = ("two", "") if kind == "moveFrom" else ("", "two")
    assert (one.removed, one.added) == (wanted if inside else ("", ""))


def test_moves_are_told_apart_by_name_and_without_one_by_their_words() -> None:
    named = between("moveFrom", run("a"), "m1", 1) + run("-") + between("moveFrom", run("b"), "m2", 2)
    ends = between("moveTo", run("b"), "m2", 3) + run("-") + between("moveTo", run("a"), "m1", 4)
    remarks = read(word_file(paragraph(named) + paragraph(ends))).remarks
    assert [(one.kind, one.removed, one.added) for one in remarks] == [("move", "a", "a"), ("move", "b", "b")]
    loose = paragraph(tracked("moveFrom", run("a b")), run("-")) + paragraph(tracked("moveTo", run("a b")))
    assert moved(word_file(loose)).elements == 2


def test_a_range_without_an_end_reaches_over_nothing() -> None:
    start = '<w:moveFromRangeStart w:id="5" w:name="m" w:author="Rita Review"/>'
    one = moved(word_file(paragraph(control("c1", start, run("one"))) + paragraph(run("two"))))
    assert (one.removed, one.added, one.records) == ("", "", ("c1",))
