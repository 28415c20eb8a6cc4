"""What is compared before a verdict: every forgery is found and named, every honest document is not."""

import io
import random
import re
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, String

from evibrief import resources
from evibrief.build import build
from evibrief.evidence.places import MANIFEST
from evibrief.formats.difference import MOST_NAMED, Difference, Found, without_tools
from evibrief.formats.docx.differences import word_differences
from evibrief.formats.history import how_it_is_closed, what_happened, who_wrote_it
from evibrief.formats.pdf import objects
from evibrief.formats.pdf.differences import pdf_differences
from evibrief.problems import plain
from forging import PDF_FORGERIES, WORD_FORGERIES, appended, lying, named, packed, unpacked

ROOT = Path(__file__).parents[2]
BRIEF = ROOT / "tests" / "briefs" / "blue-glass"


@cache
def documents() -> dict[str, bytes]:
    """The first pages of the invented brief, as PDF and DOCX. Not a fixture: Hypothesis prints what it is given."""
    with tempfile.TemporaryDirectory() as output:
        written = build(BRIEF, Path(output), ["pdf", "docx"], layer="summary")
        return {document.path.suffix[1:]: document.path.read_bytes() for document in written}


@pytest.fixture
def honest() -> dict[str, bytes]:
    return documents()


@pytest.fixture
def pdf() -> bytes:
    return documents()["pdf"]


@pytest.fixture
def word() -> bytes:
    return documents()["docx"]


def saved(data: bytes, **how: object) -> bytes:
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(written, **how)  # type: ignore[arg-type]
    return written.getvalue()


def stored(data: bytes) -> bytes:
    """A DOCX with the same parts in another order, not compressed, of another day."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as package:
        for name, part in reversed(unpacked(data).items()):
            package.writestr(name, part)
    return written.getvalue()


def kinds(differences: tuple[Difference, ...]) -> set[str]:
    return {one.what for one in differences}


# Forgeries


def test_the_kit_is_large_enough() -> None:
    assert len(PDF_FORGERIES) >= 40
    assert len(WORD_FORGERIES) >= 40


@pytest.mark.slow
@pytest.mark.parametrize("lie", [False, True], ids=["", "lying"])
@pytest.mark.parametrize("name", named(PDF_FORGERIES))
def test_a_forged_pdf_is_found(name: str, lie: bool, pdf: bytes) -> None:
    forgery = PDF_FORGERIES[name]
    found = pdf_differences(forgery.forge(lying(pdf) if lie else pdf), pdf)
    assert kinds(found) & forgery.what, found
    # What is told is text, on one line, and not much of it.
    assert len(found) <= MOST_NAMED
    assert all(one.message.isprintable() and len(one.message) < 300 for one in found)


@pytest.mark.parametrize("lie", [False, True], ids=["", "lying"])
@pytest.mark.parametrize("name", named(WORD_FORGERIES))
def test_a_forged_docx_is_found(name: str, lie: bool, word: bytes) -> None:
    forgery = WORD_FORGERIES[name]
    found = word_differences(forgery.forge(lying(word) if lie else word), word)
    assert kinds(found) & forgery.what, found
    assert len(found) <= MOST_NAMED
    assert all(one.message.isprintable() and len(one.message) < 400 for one in found)


def test_it_is_said_what_was_added_and_where(pdf: bytes, word: bytes) -> None:
    def told(name: str, kind: str) -> list[str]:
        forgeries, compare, data = (
            (PDF_FORGERIES, pdf_differences, pdf) if kind == "pdf" else (WORD_FORGERIES, word_differences, word)
        )
        return [str(one) for one in compare(forgeries[name].forge(data), data)]

    assert "page 1: an annotation was added: “take 50 mg”" in told("text_on_the_page", "pdf")
    assert "page 1: the page looks different: 4 % of it, in the top third" in told("white_box", "pdf")
    assert told("address_changed", "pdf") == [
        "page 2: the address is “https://example.com/buy”, and the evidence gives “https://doi.org/10.0000/example.1”"
    ]
    assert "document: a file was added: “extra.pdf”" in told("file_added", "pdf")
    heading = "document: in the outline the title is “Blue glass is proven”, and the evidence gives"
    assert told("heading_in_the_outline", "pdf") == [f"{heading} “Blue glass and hay fever”"]
    assert told("header_changed", "docx")[0].startswith("word/header1.xml: paragraph 1: reads “Blue glass is proven")
    assert any("outside of the document" in one and "a.dotm" in one for one in told("remote_template", "docx"))


def test_a_script_for_the_whole_document_is_called_one(pdf: bytes) -> None:
    def scripted(opened: pikepdf.Pdf) -> None:
        opened.Root.Names.JavaScript = Dictionary(Names=Array([]))

    assert kinds(pdf_differences(edited(pdf, scripted), pdf)) == {"script"}


# Honest documents


@pytest.mark.slow
def test_a_document_built_again_does_not_differ(honest: dict[str, bytes], tmp_path: Path) -> None:
    written = build(BRIEF, tmp_path, ["pdf", "docx"], layer="summary")
    again = {document.path.suffix[1:]: document.path.read_bytes() for document in written}
    assert pdf_differences(again["pdf"], honest["pdf"]) == ()
    assert word_differences(again["docx"], honest["docx"]) == ()


@pytest.mark.slow
def test_other_versions_of_tools_are_no_difference(
    honest: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = resources.engine_versions()
    monkeypatch.setattr(resources, "engine_versions", lambda: ("weasyprint 69.0", *versions[1:]))
    older = {
        document.path.suffix[1:]: document.path.read_bytes()
        for document in build(BRIEF, tmp_path, ["pdf", "docx"], layer="summary")
    }
    assert older["pdf"] != honest["pdf"]
    assert older["docx"] != honest["docx"]
    assert pdf_differences(older["pdf"], honest["pdf"]) == ()
    assert word_differences(older["docx"], honest["docx"]) == ()


def test_the_version_of_the_writer_is_no_difference(pdf: bytes) -> None:
    """As an older engine writes it, in both places; anything else there is one."""
    for producer, same in (("WeasyPrint 69.1", True), ("WeasyPrint 69.1 (proven)", False), ("Word 2019", False)):
        written = io.BytesIO()
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            opened.trailer.Info.Producer = String(producer)
            old = opened.Root.Metadata.read_bytes()
            opened.Root.Metadata.write(old.replace(b"WeasyPrint 70.0", producer.encode()))
            opened.save(written)
        assert (pdf_differences(written.getvalue(), pdf) == ()) is same, producer


def test_a_lie_alone_changes_no_meaning(pdf: bytes, word: bytes) -> None:
    assert lying(pdf) != pdf
    assert pdf_differences(lying(pdf), pdf) == ()
    assert lying(word) != word
    assert word_differences(lying(word), word) == ()


@pytest.mark.parametrize("how", [
    {}, {"linearize": True}, {"object_stream_mode": pikepdf.ObjectStreamMode.disable},
    {"compress_streams": False, "stream_decode_level": pikepdf.StreamDecodeLevel.generalized},
])  # fmt: skip
def test_a_pdf_that_is_only_packed_otherwise_agrees(how: dict[str, object], pdf: bytes) -> None:
    assert saved(pdf, **how) != pdf
    assert pdf_differences(saved(pdf, **how), pdf) == ()


def test_a_docx_that_is_only_packed_otherwise_agrees(word: bytes) -> None:
    assert stored(word) != word
    assert word_differences(stored(word), word) == ()
    parts = unpacked(word)
    # Quotation marks and the order of attributes mean nothing in XML.
    style = b'<w:pStyle w:val="Title"/>'
    turned = parts["word/document.xml"].replace(style, b"<w:pStyle  w:val = 'Title' ></w:pStyle>")
    assert turned != parts["word/document.xml"]
    assert word_differences(packed({**parts, "word/document.xml": turned}), word) == ()


def test_spaces_between_operators_are_no_difference_and_garbage_is_one(pdf: bytes) -> None:
    def drawn(change: bytes) -> tuple[Difference, ...]:
        written = io.BytesIO()
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            page = opened.pages[0]
            page.contents_coalesce()
            old = page.obj.Contents.read_bytes()
            page.obj.Contents = opened.make_stream(old.replace(b"\n", b"  \n") + change)
            opened.save(written)
        return pdf_differences(written.getvalue(), pdf)

    assert drawn(b"") == ()
    # A reader that gives up at faults does not see what comes after them.
    assert drawn(b"\n" + b") > ]\n" * 40 + b"1 1 1 rg 0 0 600 800 re f") != ()
    assert drawn(b"\n1 1 1 rg 0 0 1 1 re f") != ()


# The carried manifest


def test_only_the_list_of_tools_may_differ_in_the_manifest(word: bytes) -> None:
    record = b'{"id": "a", "tools": ["x 1"]}'
    assert without_tools(record) == without_tools(b'{"tools": [], "id": "a"}')
    assert without_tools(record) != without_tools(b'{"id": "b", "tools": ["x 1"]}')
    assert without_tools(b'{"a": 1}') != without_tools(b'{"a": true}')
    for wrong in (b"[]", b"{", b'{"id": "a", "id": "b"}', b"[" * 100_000):
        with pytest.raises(ValueError, match=r".+"):
            without_tools(wrong)


def test_another_fact_in_the_manifest_is_a_difference(pdf: bytes) -> None:
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        stream = next(one for one in opened.Root.AF if str(one.Desc) == MANIFEST).EF.F
        stream.write(stream.read_bytes().replace(b'"layer": "summary"', b'"layer": "page"'))
        opened.save(written)
    assert kinds(pdf_differences(written.getvalue(), pdf)) == {"attachment"}


# Bounds


def edited(data: bytes, edit: object) -> bytes:
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as opened:
        edit(opened)  # type: ignore[operator]
        opened.save(written)
    return written.getvalue()


def test_a_stream_that_unpacks_without_end_is_not_unpacked(pdf: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "LARGEST_STREAM", 1024 * 1024)

    def fill(opened: pikepdf.Pdf) -> None:
        opened.pages[0].obj.Contents.write(b" " * 20_000_000)

    assert "not compared" in kinds(pdf_differences(edited(pdf, fill), pdf))


def test_a_page_as_large_as_a_field_is_not_drawn(pdf: bytes) -> None:
    def stretch(opened: pikepdf.Pdf) -> None:
        opened.pages[0].obj.MediaBox = Array([0, 0, 1_000_000, 1_000_000])

    assert "box" in kinds(pdf_differences(edited(pdf, stretch), pdf))
    # Even where both are that large.
    large = edited(pdf, stretch)
    found = pdf_differences(large, saved(large, linearize=True))
    assert [one.what for one in found] == ["not compared"]


@pytest.mark.slow
def test_objects_without_end_and_deep_ones_end(pdf: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "MOST_OBJECTS", 1_000)
    assert "not compared" in kinds(pdf_differences(lying(pdf), pdf))
    monkeypatch.undo()

    def deepen(opened: pikepdf.Pdf) -> None:
        below = opened.make_indirect(Dictionary(End=True))
        for _ in range(20_000):
            below = opened.make_indirect(Dictionary(Next=below))
        opened.Root.Deep = below

    deep = edited(pdf, deepen)
    assert kinds(pdf_differences(deep, pdf)) == {"setting"}
    assert pdf_differences(deep, saved(deep, linearize=True)) == ()


def test_a_page_tree_in_circles_ends(pdf: bytes) -> None:
    def circle(opened: pikepdf.Pdf) -> None:
        opened.Root.Pages.Kids.append(opened.Root.Pages)

    assert pdf_differences(edited(pdf, circle), pdf) != ()


def test_what_would_be_drawn_without_end_is_not_drawn(pdf: bytes) -> None:
    """Twelve forms, each of which draws the next one ten times; a pattern of tiny tiles; a form that draws itself."""

    def forms(opened: pikepdf.Pdf) -> None:
        below = opened.make_stream(b"0 0 1 1 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
        for _ in range(12):
            inside = Dictionary(XObject=Dictionary(N=below))
            below = opened.make_stream(b"/N Do " * 10, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9],
                                       Resources=inside)  # fmt: skip
        opened.pages[0].obj.Resources.XObject["/Many"] = below
        opened.pages[0].contents_add(b"/Many Do")

    def tiles(opened: pikepdf.Pdf) -> None:
        tile = opened.make_stream(b"0 0 1 1 re f", PatternType=1, PaintType=1, TilingType=1, BBox=[0, 0, 1, 1])
        tile.XStep = tile.YStep = 0.0001
        opened.pages[0].obj.Resources.Pattern = Dictionary(P=tile)
        opened.pages[0].contents_add(b"/Pattern cs /P scn 0 0 600 800 re f")

    def circle(opened: pikepdf.Pdf) -> None:
        forms = opened.pages[0].obj.Resources.XObject
        form = forms[sorted(forms.keys())[0]]
        form.Resources = Dictionary(XObject=Dictionary(Self=form))
        form.write(b"/Self Do /Self Do")

    for edit in (forms, tiles, circle):
        told = [one.message for one in pdf_differences(edited(pdf, edit), pdf)]
        assert "not compared as a picture: it may take too long to draw" in told
        assert len(told) > 1


def test_two_layers_that_look_alike_are_two(pdf: bytes) -> None:
    """One is on and one is off: which of them hides the page decides what is seen."""

    def layered(hidden: int) -> bytes:
        def edit(opened: pikepdf.Pdf) -> None:
            groups = [opened.make_indirect(Dictionary(Type=Name.OCG, Name=String("Layer"))) for _ in range(2)]
            opened.Root.OCProperties = Dictionary(OCGs=Array(groups), D=Dictionary(OFF=[groups[0]]))
            opened.pages[0].obj.Resources.Properties = Dictionary(Hidden=groups[hidden])

        return edited(pdf, edit)

    assert pdf_differences(saved(layered(0), linearize=True), layered(0)) == ()
    assert kinds(pdf_differences(layered(1), layered(0))) == {"layer"}


def test_a_packed_word_file_that_unpacks_without_end_is_not_unpacked(word: bytes) -> None:
    parts = unpacked(word)
    large = packed({**parts, "word/header1.xml": b" " * 100_000_000 + parts["word/header1.xml"]})
    assert len(large) < 1_000_000
    assert [(one.what, one.where) for one in word_differences(large, word)] == [("not compared", "word/header1.xml")]
    entity = b'<!DOCTYPE x [<!ENTITY a "b">]><w:hdr xmlns:w="x">&a;</w:hdr>'
    found = word_differences(packed({**parts, "word/header1.xml": entity}), word)
    assert [(one.what, one.where) for one in found] == [("not compared", "word/header1.xml")]
    assert "entities" in found[0].message


def test_a_relationship_inside_of_another_one_is_none(word: bytes) -> None:
    parts = unpacked(word)
    path = "word/_rels/document.xml.rels"
    flat = re.sub(rb"\s*/>", b"/>", parts[path])
    nested = re.sub(rb"(<Relationship [^>]*)/>(<Relationship [^>]*/>)", rb"\1>\2</Relationship>", flat, count=1)
    assert nested != flat
    assert word_differences(packed({**parts, path: flat}), word) == ()
    assert "relationship" in kinds(word_differences(packed({**parts, path: nested}), word))


def test_differences_are_kept_few_and_on_one_line() -> None:
    found = Found()
    for number in range(1_000):
        found.add("text", f"page {number}", f"says \x1b[2J{number}\nidentical")
        found.add("text", "page 1", f"and {number}")
    assert len(found.all()) == MOST_NAMED
    first = [one.message for one in found.all() if one.where == "page 1"]
    assert first == ["and 0", plain("says \x1b[2J1\nidentical"), "and 1", "and more of this kind"]
    assert all(one.message.isprintable() for one in found.all())


# What became of it


def test_a_signed_pdf_begins_with_ours(pdf: bytes) -> None:
    told = what_happened(PDF_FORGERIES["appended_signature"].forge(pdf), pdf)
    assert told.startswith(f"its first {len(pdf):,} bytes are ours, unaltered")
    assert "signed (it says by “Erika Example” on 2026-06-01, for “I approve”; not checked)" in told


def test_what_was_added_to_ours_is_named(pdf: bytes) -> None:
    told = what_happened(PDF_FORGERIES["appended_note"].forge(pdf), pdf)
    assert "are ours, unaltered" in told
    assert "an annotation was added: “take 50 mg”" in told
    # Our bytes are the beginning, and yet the page is another: that is said as well.
    told = what_happened(PDF_FORGERIES["appended_contents"].forge(pdf), pdf)
    assert "the page looks different" in told
    assert "only blank bytes follow" in what_happened(pdf + b"\n\n", pdf)


def test_a_signature_does_not_hide_what_else_was_added(pdf: bytes) -> None:
    signed = PDF_FORGERIES["appended_signature"].forge(pdf)
    with pikepdf.open(io.BytesIO(signed)) as opened:
        opened.trailer.Info.Title = String("Blue glass is proven")
        number, info = opened.trailer.Info.objgen[0], opened.trailer.Info.unparse(resolved=True)
    told = what_happened(appended(signed, {number: info}), pdf)
    assert "signed (" in told
    assert "Blue glass is proven" in told


def test_an_encrypted_pdf_is_called_so(pdf: bytes) -> None:
    for user, words in (("secret", "opens with a password only"), ("", "opens without a password")):
        closed = saved(pdf, encryption=pikepdf.Encryption(owner="owner", user=user))
        assert words in how_it_is_closed(closed)
        assert words in what_happened(closed, pdf)
        assert pdf_differences(closed, pdf) != ()
    assert how_it_is_closed(pdf) == ""
    # The words alone do not make it so.
    assert how_it_is_closed(pdf + b"\n% /Encrypt 5 0 R") == ""


def test_a_locked_word_file_is_called_so(word: bytes) -> None:
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(100)
    assert "encrypted with a password" in how_it_is_closed(ole + "EncryptedPackage".encode("utf-16-le"))
    assert "old .doc" in how_it_is_closed(ole)
    assert how_it_is_closed(word) == ""


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_a_document_that_broke_off_is_called_so(kind: str, honest: dict[str, bytes]) -> None:
    data = honest[kind]
    told = what_happened(data[: len(data) // 2], data)
    assert told == f"it is ours, and breaks off after {len(data) // 2:,} of {len(data):,} bytes: fetch it again"
    compare = pdf_differences if kind == "pdf" else word_differences
    assert kinds(compare(data[: len(data) // 2], data)) == {"not compared"}
    changed = data[:30] + bytes([data[30] ^ 1]) + data[31 : len(data) // 2]
    assert "its end is missing" in what_happened(changed, data)


def test_a_document_packed_anew_is_called_so(pdf: bytes, word: bytes) -> None:
    assert "packed anew" in what_happened(saved(pdf, linearize=True), pdf)
    assert "packed anew" in what_happened(stored(word), word)


def test_a_printed_pdf_is_called_so(pdf: bytes) -> None:
    def print_(opened: pikepdf.Pdf) -> None:
        opened.trailer.Info.Producer = String("Skia/PDF m120")
        del opened.Root.AF
        del opened.Root.Names

    printed = edited(pdf, print_)
    assert "printed to a PDF" in what_happened(printed, pdf)
    assert "Skia/PDF m120" in who_wrote_it(printed)

    def save(opened: pikepdf.Pdf) -> None:
        opened.trailer.Info.Producer = String("Acrobat Pro\x1b[2J")

    assert what_happened(edited(pdf, save), pdf).startswith("it was saved anew by “Acrobat Pro")
    assert "\x1b" not in what_happened(edited(pdf, save), pdf)


@pytest.mark.parametrize(("application", "name"), [
    ("LibreOffice/7.4.7.2$Linux_X86_64", "LibreOffice"), ("Microsoft Office Word", "Word"), ("Pages", "“Pages”"),
])  # fmt: skip
def test_a_word_file_saved_by_another_program_is_called_so(application: str, name: str, word: bytes) -> None:
    parts = unpacked(word)
    parts["docProps/app.xml"] = parts["docProps/app.xml"].replace(b"evibrief", application.encode())
    assert what_happened(packed(parts), word) == f"it was saved anew by {name}"


def test_a_reviewers_file_is_called_so(word: bytes) -> None:
    told = what_happened(WORD_FORGERIES["comment_added"].forge(WORD_FORGERIES["tracked_insertion"].forge(word)), word)
    assert told == "a reviewer's file: it has 1 tracked change and 1 comment by “WHO”"


# Fuzz: no traceback, and an end


QUICK = settings(max_examples=40, deadline=20_000, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.slow
@QUICK
@given(places=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_bytes_changed_anywhere_end_in_an_answer(places: list[tuple[float, int]]) -> None:
    for data, compare in ((documents()["pdf"], pdf_differences), (documents()["docx"], word_differences)):
        changed = bytearray(data)
        for part, byte in places:
            changed[int(part * (len(data) - 1))] = byte
        what_happened(bytes(changed), data, compare(bytes(changed), data))
        how_it_is_closed(bytes(changed))


@pytest.mark.slow
@QUICK
@given(seed=st.integers(0, 2**32))
def test_objects_put_in_each_others_place_end_in_an_answer(seed: int) -> None:
    """Whatever is where something else should be: a page for a font, a number for a dictionary, a circle."""
    pdf = documents()["pdf"]
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        shuffle(opened, random.Random(seed))
        opened.save(written, fix_metadata_version=False)
    changed = written.getvalue()
    what_happened(changed, pdf, pdf_differences(changed, pdf))


def shuffle(opened: pikepdf.Pdf, chance: random.Random) -> None:
    objects = [one for one in opened.objects if isinstance(one, pikepdf.Object)]
    owners = [one for one in objects if isinstance(one, pikepdf.Dictionary | pikepdf.Stream) and len(one.keys()) > 0]
    for _ in range(3):
        owner = chance.choice(owners)
        key = chance.choice(sorted(set(owner.keys()) - {"/Length"}) or ["/X"])
        values = [chance.choice(objects), -1, True, String("x"), Array([]), Name.X]
        owner[key] = chance.choice(values)


@pytest.mark.slow
@QUICK
@given(seed=st.integers(0, 2**32))
def test_xml_cut_and_turned_ends_in_an_answer(seed: int) -> None:
    word = documents()["docx"]
    chance = random.Random(seed)
    parts = unpacked(word)
    name = chance.choice(sorted(parts))
    data = parts[name]
    places = sorted(chance.randrange(len(data)) for _ in range(3))
    if tags := [one.span() for one in re.finditer(rb"<[^>]+>", data)]:
        places = sorted({*chance.choice(tags), *chance.choice(tags), len(data)})[:3]
    start, middle, stop = places if len(places) == 3 else (0, 0, 1)
    parts[name] = data[:start] + data[middle:stop] + data[start:middle] + data[stop:]
    what_happened(packed(parts), word, word_differences(packed(parts), word))


@pytest.mark.slow
def test_no_object_is_left_out(pdf: bytes) -> None:
    """A key that nobody knows, in any object that can be reached, is found."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        numbers = [one.objgen[0] for one in opened.objects if isinstance(one, pikepdf.Dictionary | pikepdf.Stream)]
    found = 0
    for number in random.Random(1).sample(numbers, 40):
        changed = edited(pdf, lambda opened, number=number: opened.get_object(number, 0).__setitem__("/Forged", True))
        if is_marked(changed):
            assert pdf_differences(changed, pdf) != (), number
            found += 1
    assert found > 25


def is_marked(data: bytes) -> bool:
    with pikepdf.open(io.BytesIO(data)) as opened:
        dictionaries = [one for one in opened.objects if isinstance(one, pikepdf.Dictionary | pikepdf.Stream)]
        return any("/Forged" in one for one in dictionaries)
