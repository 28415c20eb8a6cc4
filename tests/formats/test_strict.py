"""Strict Open XML (ISO/IEC 29500 Strict) is read as Transitional is: the same document, the same answer."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evibrief.formats.carried import carried_files
from evibrief.formats.docx.package import open_package
from evibrief.formats.docx.properties import properties_of
from evibrief.problems import Problems
from evibrief.review.gather import gather
from evibrief.review.listing import is_our_question
from evibrief.review.read import control_texts, read_reviewed
from evibrief.review_copies import sent_for_review
from shared import Shared
from wordfile import (
    bookmark,
    comment,
    commented,
    control,
    extended,
    last_paragraph,
    paragraph,
    point,
    run,
    tracked,
    word_file,
    zipped,
)

ROOT = Path(__file__).parents[2]
SECOND = ROOT / "tests" / "briefs" / "blue-glass"
SPACES = (
    ("http://schemas.openxmlformats.org/wordprocessingml/2006/main", "wordprocessingml/main"),
    ("http://schemas.openxmlformats.org/officeDocument/2006/relationships/extended-properties",
     "officeDocument/relationships/extendedProperties"),
    ("http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties",
     "officeDocument/relationships/customProperties"),
    ("http://schemas.openxmlformats.org/officeDocument/2006/relationships", "officeDocument/relationships"),
    ("http://schemas.openxmlformats.org/officeDocument/2006/custom-properties", "officeDocument/customProperties"),
    ("http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes", "officeDocument/docPropsVTypes"),
    ("http://schemas.openxmlformats.org/officeDocument/2006/extended-properties", "officeDocument/extendedProperties"),
    ("http://schemas.openxmlformats.org/officeDocument/2006/customXml", "officeDocument/customXml"),
    ("http://schemas.openxmlformats.org/officeDocument/2006/math", "officeDocument/math"),
    ("http://schemas.openxmlformats.org/drawingml/2006/main", "drawingml/main"),
    ("http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing", "drawingml/wordprocessingDrawing"),
    ("http://schemas.openxmlformats.org/drawingml/2006/picture", "drawingml/picture"),
)  # fmt: skip
"""Transitional and Strict, ISO/IEC 29500-1 annex A and 29500-4 annex A."""


def strict(data: bytes, encoding: str = "") -> bytes:
    """The same document as Strict: names of elements, attributes and relationships, and nothing else."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith((".xml", ".rels")):
                for transitional, ending in SPACES:
                    part = part.replace(f'"{transitional}'.encode(), f'"http://purl.oclc.org/ooxml/{ending}'.encode())
                if encoding and name.startswith("word/"):
                    text = part.decode().replace('encoding="UTF-8"', f'encoding="{encoding}"', 1)
                    part = text.replace("encoding='UTF-8'", f'encoding="{encoding}"', 1).encode(encoding)
            new.writestr(name, part)
    return written.getvalue()


words = st.text("abc de", min_size=1, max_size=8)
KINDS = ["ins", "del", "moveFrom", "moveTo", "comment", "point", "control", "bookmark", "table", "reply"]
inside = st.recursive(
    st.tuples(st.just("run"), words),
    lambda inner: st.tuples(st.sampled_from(KINDS), st.lists(inner, max_size=3)),
    max_leaves=8,
)


def built(paragraphs: list[list[tuple[str, object]]]) -> bytes:
    notes: list[str] = []
    threads: list[tuple[str, str, bool]] = []

    def made(node: tuple[str, object], within: bool = False) -> str:
        kind, inner = node
        if kind == "run":
            return run(str(inner))
        tracks = kind in ("ins", "del", "moveFrom", "moveTo")
        text = "".join(made(child, within or tracks) for child in inner)  # type: ignore[attr-defined]
        if tracks:
            return text if within else tracked(kind, text or run("x"))
        if kind in ("comment", "point", "reply"):
            number = len(notes)
            notes.append(comment(number, f"note {number}\nhttp://purl.oclc.org/ooxml/wordprocessingml/main"))
            parent = threads[-1][0] if kind == "reply" and threads else ""
            threads.append((last_paragraph(number, 2), parent, number % 2 == 1))
            return text + point(number) if kind == "point" else commented(number, text)
        if kind == "table":
            return text
        return control("c1", text) if kind == "control" else bookmark(f"c{len(text)}", len(text), text)

    body = "".join(
        f"<w:tbl><w:tr><w:tc>{made_paragraph}</w:tc></w:tr></w:tbl>" if any(kind == "table" for kind, _ in nodes)
        else made_paragraph
        for nodes in paragraphs for made_paragraph in [paragraph(*(made(node) for node in nodes))]
    )  # fmt: skip
    others = {"footnotes": f'<w:footnote w:id="2">{paragraph(tracked("ins", run("note")))}</w:footnote>'}
    return word_file(body, notes, extended(*threads), others)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(inside, max_size=4), min_size=1, max_size=4), st.sampled_from(["", "UTF-16"]))
def test_a_strict_file_says_what_the_same_file_says_in_transitional(
    paragraphs: list[list[tuple[str, object]]], encoding: str
) -> None:
    data = built(paragraphs)
    other = strict(data, encoding)
    assert b"schemas.openxmlformats.org/wordprocessingml" not in zipfile.ZipFile(io.BytesIO(other)).read(
        "word/document.xml"
    )
    assert read_reviewed(other, "x") == read_reviewed(data, "x")
    assert read_reviewed(data, "x").counted > 0
    assert control_texts(other, "x") == control_texts(data, "x")


@pytest.fixture(scope="module")
def copy(shared: Shared) -> bytes:
    return shared.review_copy()


def test_a_review_copy_saved_as_strict_gives_the_same_list(copy: bytes, tmp_path: Path) -> None:
    (tmp_path / "same.docx").write_bytes(copy)
    before, _ = gather([tmp_path / "same.docx"], SECOND)
    (tmp_path / "same.docx").write_bytes(strict(copy))
    after, _ = gather([tmp_path / "same.docx"], SECOND)
    assert after == before
    assert after.files[0].recipient == "r1"
    assert [one for one in after.remarks if not is_our_question(one)] == []
    assert dict(carried_files(strict(copy), "x")) == dict(carried_files(copy, "x"))
    assert sent_for_review(strict(copy), "x") == sent_for_review(copy, "x")
    assert properties_of(open_package(strict(copy), "x")) == properties_of(open_package(copy, "x"))


def test_a_form_that_nobody_reads_is_refused_and_never_half_read() -> None:
    data = word_file(paragraph(control("c1", run("words"))), [comment(0, "a")])
    for space in ("http://example.org/word", "http://purl.oclc.org/ooxml/wordprocessingml/main/2"):
        body = f'<w:document xmlns:w="{space}"><w:body/></w:document>'.encode()
        with pytest.raises(Problems, match=r"save it as \.docx") as caught:
            read_reviewed(zipped(data, {"word/document.xml": body}), "x.docx")
        assert "not a form of Word document" in str(caught.value)
