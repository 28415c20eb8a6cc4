"""A kit for forging briefs: each function changes what a reader sees, or what a viewer does, in one way.

In: the bytes of a PDF or a DOCX. Out: the bytes of a forgery. `PDF_FORGERIES` and `WORD_FORGERIES` list them by name,
each with the kinds of difference of which one at least has to be found. `lying` changes a tool's version in the
manifest that a document carries, as a forger would who wants a weaker comparison.
"""

import base64
import copy
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pikepdf
from lxml import etree
from pikepdf import Array, Dictionary, Name, String

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    f'xmlns:r="{OFFICE}" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)


@dataclass(frozen=True)
class Forgery:
    """A way to forge, and the kinds of difference that it makes."""

    what: frozenset[str]
    forge: Callable[[bytes], bytes]


PDF_FORGERIES: dict[str, Forgery] = {}
WORD_FORGERIES: dict[str, Forgery] = {}


# PDF


def pdf_forgery(*what: str) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Register a function that edits an open PDF."""

    def register(edit: Callable[[Any], None]) -> Callable[[Any], None]:
        def forge(data: bytes) -> bytes:
            written = io.BytesIO()
            with pikepdf.open(io.BytesIO(data)) as pdf:
                edit(pdf)
                pdf.save(written)
            return written.getvalue()

        PDF_FORGERIES[edit.__name__] = Forgery(frozenset(what), forge)
        return edit

    return register


def pdf_bytes_forgery(*what: str) -> Callable[[Callable[[bytes], bytes]], Callable[[bytes], bytes]]:
    """Register a function that adds to the bytes of a PDF."""

    def register(forge: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
        PDF_FORGERIES[forge.__name__] = Forgery(frozenset(what), forge)
        return forge

    return register


def _page(pdf: Any, number: int = 0) -> Any:
    return pdf.pages[number].obj


def _draw(pdf: Any, operators: bytes, number: int = 0) -> None:
    """Draw on top of a page, in its own coordinates."""
    pdf.pages[number].contents_coalesce()
    old = _page(pdf, number).Contents.read_bytes()
    _page(pdf, number).Contents = pdf.make_stream(b"q\n" + old + b"\nQ\n" + operators)


def _annotate(pdf: Any, number: int = 0, **fields: Any) -> Any:
    """Add an annotation, with the appearance that a viewer draws."""
    look = pdf.make_stream(b"1 1 0 rg 0 0 200 40 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 200, 40])
    given = {"Type": Name.Annot, "Rect": [100, 500, 300, 540], "F": 4, "AP": Dictionary(N=look), **fields}
    annotation = pdf.make_indirect(Dictionary({f"/{name}": value for name, value in given.items()}))
    page = _page(pdf, number)
    page.Annots = Array([*page.get("/Annots", []), annotation])
    return annotation


def _links(pdf: Any, key: str) -> list[Any]:
    every = [one for page in pdf.pages for one in page.obj.get("/Annots", [])]
    found = [one for one in every if key in one]
    assert found, key
    return found


def _structure(pdf: Any, kind: str) -> Any:
    return next(
        one for one in pdf.objects
        if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == Name.StructElem and str(one.get("/S")) == kind
    )  # fmt: skip


def _fonts(pdf: Any) -> list[Any]:
    fonts = _page(pdf).Resources.Font
    assert len(fonts) > 1
    return [fonts[name] for name in sorted(fonts.keys())]


@pdf_forgery("page")
def white_box(pdf: Any) -> None:
    _draw(pdf, b"1 1 1 rg 60 600 400 120 re f")


@pdf_forgery("picture", "page")
def image_over(pdf: Any) -> None:
    picture = pdf.make_stream(
        b"\xff\x00\x00" * 4, Type=Name.XObject, Subtype=Name.Image, Width=2, Height=2, BitsPerComponent=8,
        ColorSpace=Name.DeviceRGB,
    )  # fmt: skip
    _page(pdf).Resources.XObject["/Over"] = picture
    _draw(pdf, b"q 200 0 0 60 100 300 cm /Over Do Q")


@pdf_forgery("picture", "page")
def form_over(pdf: Any) -> None:
    form = pdf.make_stream(b"1 1 1 rg 0 0 300 80 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 300, 80])
    _page(pdf).Resources.XObject["/Over"] = form
    _draw(pdf, b"q 1 0 0 1 80 400 cm /Over Do Q")


@pdf_forgery("annotation")
def text_on_the_page(pdf: Any) -> None:
    _annotate(pdf, Subtype=Name.FreeText, Contents=String("take 50 mg"), DA=String("/Helv 12 Tf"))


@pdf_forgery("annotation")
def stamp(pdf: Any) -> None:
    _annotate(pdf, Subtype=Name.Stamp, Name=Name.Approved, Contents=String("APPROVED"))


@pdf_forgery("annotation")
def note(pdf: Any) -> None:
    _annotate(pdf, Subtype=Name.Text, Contents=String("Recommended: give 100 mg daily"), Open=True)


@pdf_forgery("annotation")
def attached_to_the_page(pdf: Any) -> None:
    embedded = Dictionary(F=pdf.make_stream(b"MZ", Type=Name.EmbeddedFile))
    file = Dictionary(Type=Name.Filespec, F="read.exe", UF="read.exe", EF=embedded)
    _annotate(pdf, Subtype=Name.FileAttachment, FS=file, Contents=String("the data"))


@pdf_forgery("link")
def link_leads_elsewhere(pdf: Any) -> None:
    links = _links(pdf, "/Dest")
    names = sorted({str(one.Dest) for one in links})
    links[0].Dest = String(next(name for name in names if name != str(links[0].Dest)))


@pdf_forgery("link")
def address_changed(pdf: Any) -> None:
    _links(pdf, "/A")[0].A.URI = String("https://example.com/buy")


@pdf_forgery("link", "script")
def link_runs_something(pdf: Any) -> None:
    _links(pdf, "/A")[0].A = Dictionary(S=Name.Launch, F=String("/bin/sh"))


@pdf_forgery("link")
def link_added(pdf: Any) -> None:
    _annotate(pdf, Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String("https://example.com/buy")))


@pdf_forgery("link")
def base_address(pdf: Any) -> None:
    pdf.Root.URI = Dictionary(Base=String("https://example.com/"))


@pdf_forgery("page")
def extra_page(pdf: Any) -> None:
    pdf.add_blank_page(page_size=(595, 842))
    _page(pdf, -1).Contents = pdf.make_stream(b"0 0 1 rg 100 100 200 200 re f")


@pdf_forgery("page")
def page_removed(pdf: Any) -> None:
    del pdf.pages[1]


@pdf_forgery("page")
def pages_swapped(pdf: Any) -> None:
    one, other = pdf.pages[0].obj, pdf.pages[1].obj
    pdf.Root.Pages.Kids = Array([other, one, *[page.obj for page in list(pdf.pages)[2:]]])


@pdf_forgery("page")
def page_twice(pdf: Any) -> None:
    pdf.pages[1] = pdf.pages[0]


@pdf_forgery("box")
def page_rotated(pdf: Any) -> None:
    _page(pdf).Rotate = 180


@pdf_forgery("box")
def cropped(pdf: Any) -> None:
    _page(pdf).CropBox = Array([0, 0, 595, 500])


@pdf_forgery("box")
def page_enlarged(pdf: Any) -> None:
    _page(pdf).UserUnit = 10


def _hide(pdf: Any) -> Any:
    group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Layer")))
    pdf.Root.OCProperties = Dictionary(OCGs=[group], D=Dictionary(OFF=[group], Order=[group]))
    _page(pdf).Resources.Properties = Dictionary(Hidden=group)
    pdf.pages[0].contents_coalesce()
    inside = _page(pdf).Contents.read_bytes()
    _page(pdf).Contents = pdf.make_stream(b"/OC /Hidden BDC\n" + inside + b"\nEMC")
    return group


@pdf_forgery("layer")
def layer_hides_the_page(pdf: Any) -> None:
    _hide(pdf)


@pdf_forgery("layer")
def layer_that_only_prints(pdf: Any) -> None:
    group = _hide(pdf)
    usage = Dictionary(Print=Dictionary(PrintState=Name.OFF), View=Dictionary(ViewState=Name.ON))
    group.Usage = usage
    pdf.Root.OCProperties.D.OFF = Array([])
    pdf.Root.OCProperties.D.AS = Array([Dictionary(Event=Name.Print, Category=[Name.Print], OCGs=[group])])


@pdf_forgery("script", "layer")
def script_shows_a_layer(pdf: Any) -> None:
    _hide(pdf)
    script = Dictionary(S=Name.JavaScript, JS=String("this.getOCGs()[0].state = true"))
    pdf.Root.Names.JavaScript = Dictionary(Names=[String("a"), script])


@pdf_forgery("script")
def script_of_a_page(pdf: Any) -> None:
    _page(pdf).AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS=String("app.alert('take it')")))


@pdf_forgery("script")
def opens_an_address(pdf: Any) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.URI, URI=String("https://example.com/"))


@pdf_forgery("text", "page")
def words_edited(pdf: Any) -> None:
    """The first and the last glyph of a text change places, as in 0.5 and 5.0."""
    pdf.pages[0].contents_coalesce()
    instructions: list[Any] = list(pikepdf.parse_content_stream(pdf.pages[0]))
    for index, instruction in enumerate(instructions):
        if str(instruction.operator) == "TJ":
            shown = list(instruction.operands[0])
            glyphs = [at for at, one in enumerate(shown) if isinstance(one, pikepdf.String)]
            first, last = glyphs[0], glyphs[-1]
            if bytes(shown[first]) != bytes(shown[last]):
                shown[first], shown[last] = shown[last], shown[first]
                instructions[index] = pikepdf.ContentStreamInstruction([Array(shown)], instruction.operator)
                break
    else:
        raise AssertionError("no text")
    _page(pdf).Contents = pdf.make_stream(pikepdf.unparse_content_stream(instructions))


@pdf_forgery("font")
def letters_read_otherwise(pdf: Any) -> None:
    """What is copied, searched and read aloud is not what is seen."""
    one, other = _fonts(pdf)[:2]
    one.ToUnicode, other.ToUnicode = other.ToUnicode, one.ToUnicode


@pdf_forgery("font")
def font_swapped(pdf: Any) -> None:
    one, other = (font.DescendantFonts[0].FontDescriptor for font in _fonts(pdf)[:2])
    one.FontFile2, other.FontFile2 = other.FontFile2, one.FontFile2


@pdf_forgery("font")
def letters_on_top_of_each_other(pdf: Any) -> None:
    _fonts(pdf)[0].DescendantFonts[0].DW = 1
    del _fonts(pdf)[0].DescendantFonts[0]["/W"]


@pdf_forgery("picture", "page")
def figure_replaced(pdf: Any) -> None:
    forms = _page(pdf).Resources.XObject
    forms[sorted(forms.keys())[0]].write(b"1 0 0 rg 0 0 1000 1000 re f")


@pdf_forgery("page")
def text_made_transparent(pdf: Any) -> None:
    for state in _page(pdf).Resources.ExtGState.values():
        state.ca = 0


@pdf_forgery("metadata")
def title_of_the_metadata(pdf: Any) -> None:
    old = pdf.Root.Metadata.read_bytes()
    assert b"Blue glass and hay fever" in old
    pdf.Root.Metadata.write(old.replace(b"Blue glass and hay fever", b"Blue glass is proven"))


@pdf_forgery("metadata")
def conformance_claim(pdf: Any) -> None:
    old = pdf.Root.Metadata.read_bytes()
    assert b'conformance="A"' in old
    pdf.Root.Metadata.write(old.replace(b'conformance="A"', b'conformance="B"'))


@pdf_forgery("metadata")
def title(pdf: Any) -> None:
    pdf.trailer.Info.Title = String("Blue glass is proven")


@pdf_forgery("metadata")
def author(pdf: Any) -> None:
    pdf.trailer.Info.Author = String("World Health Organization")


@pdf_forgery("metadata")
def producer(pdf: Any) -> None:
    pdf.trailer.Info.Producer = String("WeasyPrint 70.0, checked by the ministry")


@pdf_forgery("outline")
def heading_in_the_outline(pdf: Any) -> None:
    pdf.Root.Outlines.First.Title = String("Blue glass is proven")


@pdf_forgery("outline")
def outline_leads_elsewhere(pdf: Any) -> None:
    pdf.Root.Outlines.First.Dest[0] = _page(pdf, 1)


@pdf_forgery("link")
def destination_moved(pdf: Any) -> None:
    names = pdf.Root.Names.Dests.Names
    names[1][0] = next(page.obj for page in pdf.pages if page.obj.objgen != names[1][0].objgen)


@pdf_forgery("tag")
def alternative_text(pdf: Any) -> None:
    _structure(pdf, "/Figure").Alt = String("It works in everybody.")


@pdf_forgery("tag")
def replacement_text(pdf: Any) -> None:
    _structure(pdf, "/H1").ActualText = String("Blue glass is proven")


@pdf_forgery("tag")
def heading_untagged(pdf: Any) -> None:
    _structure(pdf, "/H2").S = Name.Artifact


@pdf_forgery("tag")
def language(pdf: Any) -> None:
    pdf.Root.Lang = String("tr")


@pdf_forgery("form")
def field_over_the_text(pdf: Any) -> None:
    field = _annotate(pdf, Subtype=Name.Widget, FT=Name.Tx, T=String("dose"), V=String("50 mg"),
                      DA=String("/Helv 12 Tf 0 g"))  # fmt: skip
    pdf.Root.AcroForm = Dictionary(Fields=[field], NeedAppearances=True)


@pdf_forgery("attachment")
def file_added(pdf: Any) -> None:
    pdf.attachments["extra.pdf"] = b"%PDF-1.7"


@pdf_forgery("attachment")
def file_renamed(pdf: Any) -> None:
    pdf.Root.AF[0].UF = String("recommendation.yaml")
    pdf.Root.AF[0].F = String("recommendation.yaml")


@pdf_forgery("attachment")
def file_changed(pdf: Any) -> None:
    file = next(one for one in pdf.Root.AF if str(one.Desc) == "ranking.yaml")
    file.EF.F.write(file.EF.F.read_bytes() + b"\n# proven\n")


@pdf_forgery("page")
def page_numbers(pdf: Any) -> None:
    pdf.Root.PageLabels = Dictionary(Nums=[0, Dictionary(S=Name.D, St=100)])


@pdf_forgery("setting")
def viewer_without_bars(pdf: Any) -> None:
    pdf.Root.ViewerPreferences.HideToolbar = True
    pdf.Root.ViewerPreferences.HideMenubar = True


@pdf_forgery("setting")
def full_screen(pdf: Any) -> None:
    pdf.Root.PageMode = Name.FullScreen


@pdf_forgery("setting")
def requirement(pdf: Any) -> None:
    pdf.Root.Requirements = Array([Dictionary(Type=Name.Requirement, S=Name.EnableJavaScripts)])


@pdf_forgery("attachment")
def portfolio(pdf: Any) -> None:
    """The viewer opens an attached file in place of the document."""
    pdf.Root.Collection = Dictionary(Type=Name.Collection, View=Name.H, D=String("brief.yaml"))


def appended(data: bytes, objects: Mapping[int, bytes]) -> bytes:
    """A PDF with an incremental update (ISO 32000-1, 7.5.6): new objects by number after the bytes of the old."""
    previous = int(data[: data.rindex(b"%%EOF")].split()[-1])
    with pikepdf.open(io.BytesIO(data)) as pdf:
        size = int(pdf.trailer.Size)
        root, info = (pdf.trailer[key].objgen[0] for key in ("/Root", "/Info"))
    number = max(size, *(one + 1 for one in objects))
    body, places = bytearray(data), {}
    for one, text in sorted(objects.items()):
        places[one] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (one, text)
    places[number] = start = len(body)
    rows = b"".join(b"\1" + place.to_bytes(4, "big") + b"\0\0" for _, place in sorted(places.items()))
    index = b" ".join(b"%d 1" % one for one in sorted(places))
    body += b"%d 0 obj\n<< /Type /XRef /Size %d /Index [%s] /W [1 4 2] " % (number, number + 1, index)
    body += b"/Root %d 0 R /Info %d 0 R /Prev %d /Length %d >>\nstream\n" % (root, info, previous, len(rows))
    return bytes(body + rows + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start)


def _dictionary(data: bytes, page: int = 0) -> tuple[int, int, dict[str, bytes], dict[str, bytes]]:
    """The first free number, a page's number, and page and root as raw entries by key."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        obj = pdf.pages[page].obj
        return int(pdf.trailer.Size), obj.objgen[0], _entries(obj), _entries(pdf.Root)


def _entries(obj: Any) -> dict[str, bytes]:
    return {key: one.unparse() if hasattr(one, "unparse") else str(one).encode() for key, one in obj.items()}


def _written(entries: Mapping[str, bytes]) -> bytes:
    return b"<< " + b" ".join(key.encode() + b" " + value for key, value in entries.items()) + b" >>"


@pdf_bytes_forgery("annotation", "part")
def appended_note(data: bytes) -> bytes:
    free, number, page, _ = _dictionary(data)
    note = b"<< /Type /Annot /Subtype /FreeText /Rect [100 500 300 540] /F 4 /DA (/Helv 12 Tf) "
    note += b"/Contents (take 50 mg) >>"
    added = b"[" + page["/Annots"].strip().removeprefix(b"[").removesuffix(b"]") + b" %d 0 R]" % free
    return appended(data, {free: note, number: _written({**page, "/Annots": added})})


@pdf_bytes_forgery("page", "part")
def appended_contents(data: bytes) -> bytes:
    free, number, page, _ = _dictionary(data)
    drawing = b"1 0 0 rg 100 100 300 300 re f"
    stream = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing)
    return appended(data, {free: stream, number: _written({**page, "/Contents": b"%d 0 R" % free})})


@pdf_bytes_forgery("form", "signature", "part")
def appended_signature(data: bytes) -> bytes:
    """As an ordinary program signs: our bytes are its exact beginning."""
    free, number, page, root = _dictionary(data)
    signature = b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /Name (Erika Example) "
    signature += b"/M (D:20260601120000Z) /Reason (I approve) /ByteRange [0 10 20 10] /Contents <00> >>"
    field = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Signature1) /V %d 0 R /Rect [0 0 0 0] /F 132 >>" % free
    with pikepdf.open(io.BytesIO(data)) as pdf:
        top = pdf.trailer.Root.objgen[0]
    added = b"[" + page["/Annots"].strip().removeprefix(b"[").removesuffix(b"]") + b" %d 0 R]" % (free + 1)
    form = b"<< /Fields [%d 0 R] /SigFlags 3 >>" % (free + 1)
    return appended(data, {
        free: signature, free + 1: field, number: _written({**page, "/Annots": added}),
        top: _written({**root, "/AcroForm": form}),
    })  # fmt: skip


@pdf_bytes_forgery("part")
def bytes_after_the_end(data: bytes) -> bytes:
    return data + b"<html><script>alert(1)</script></html>"


# Word


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(parts: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return written.getvalue()


Parts = dict[str, bytes]


def word_forgery(*what: str) -> Callable[[Callable[[Parts], None]], Callable[[Parts], None]]:
    """Register a function that edits the parts of a DOCX."""

    def register(edit: Callable[[Parts], None]) -> Callable[[Parts], None]:
        def forge(data: bytes) -> bytes:
            parts = unpacked(data)
            edit(parts)
            return packed(parts)

        WORD_FORGERIES[edit.__name__] = Forgery(frozenset(what), forge)
        return edit

    return register


def word_bytes_forgery(*what: str) -> Callable[[Callable[[bytes], bytes]], Callable[[bytes], bytes]]:
    """Register a function that edits the package of a DOCX."""

    def register(forge: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
        WORD_FORGERIES[forge.__name__] = Forgery(frozenset(what), forge)
        return forge

    return register


BODY = "word/document.xml"


def _replace(parts: Parts, name: str, old: str | bytes, new: str) -> None:
    """Put one text in place of another in a part; the old one has to be there."""
    old = old.encode() if isinstance(old, str) else old
    assert old in parts[name], (name, old)
    parts[name] = parts[name].replace(old, new.encode(), 1)


def _body(parts: Parts, edit: Callable[[Any], None], name: str = BODY) -> None:
    root = etree.fromstring(parts[name])
    edit(root)
    parts[name] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _runs(root: Any) -> list[Any]:
    """The runs with words, after the title's."""
    runs = [run for run in root.iter(f"{W}r") if len("".join(run.itertext()).strip()) > 20]
    assert len(runs) > 5
    return runs[2:]


def _xml(text: str) -> Any:
    root = etree.fromstring(f"<x {SPACES}>{text}</x>")
    return root[0]


def _mark_run(parts: Parts, properties: str) -> None:
    """Give a run of the body these properties."""

    def edit(root: Any) -> None:
        run = _runs(root)[0]
        for old in run.findall(f"{W}rPr"):
            run.remove(old)
        run.insert(0, _xml(f"<w:rPr>{properties}</w:rPr>"))

    _body(parts, edit)


def _insert(parts: Parts, text: str) -> None:
    """Put an element after a run of the body."""
    _body(parts, lambda root: _runs(root)[0].addnext(_xml(text)))


def _relate(parts: Parts, of: str, kind: str, target: str, mode: str = "") -> str:
    """Add a relationship to a part, and give its id."""
    folder, _, name = of.rpartition("/")
    path = f"{folder}/_rels/{name}.rels"
    parts.setdefault(path, f'<Relationships xmlns="{PACKAGE}"></Relationships>'.encode())
    outside = f' TargetMode="{mode}"' if mode else ""
    kind = kind if "/" in kind else f"{OFFICE}/{kind}"
    own = f'<Relationship Id="rIdForged" Type="{kind}" Target="{target}"{outside}/></Relationships>'
    _replace(parts, path, "</Relationships>", own)
    return "rIdForged"


def _type(parts: Parts, extension: str, kind: str) -> None:
    default = f'<Default Extension="{extension}" ContentType="{kind}"/></Types>'
    _replace(parts, "[Content_Types].xml", "</Types>", default)


@word_forgery("text")
def word_changed(parts: Parts) -> None:
    _replace(parts, BODY, "hay fever found less", "everybody found much less")


@word_forgery("text")
def number_changed(parts: Parts) -> None:
    found = re.search(rb">[^<]*?(\d)[^<]*</w:t>", parts[BODY])
    assert found
    at = found.start(1)
    other = b"%d" % ((int(found[1]) + 5) % 10)
    parts[BODY] = parts[BODY][:at] + other + parts[BODY][at + 1 :]


@word_forgery("text")
def paragraph_removed(parts: Parts) -> None:
    def edit(root: Any) -> None:
        paragraph = next(_runs(root)[0].iterancestors(f"{W}p"))
        paragraph.getparent().remove(paragraph)

    _body(parts, edit)


@word_forgery("text")
def paragraphs_swapped(parts: Parts) -> None:
    def edit(root: Any) -> None:
        first = root.find(f"{W}body/{W}p")
        first.addprevious(first.getnext())

    _body(parts, edit)


@word_forgery("hidden text")
def text_hidden(parts: Parts) -> None:
    _mark_run(parts, "<w:vanish/>")


@word_forgery("hidden text")
def text_white(parts: Parts) -> None:
    _mark_run(parts, '<w:color w:val="FFFFFF"/>')


@word_forgery("hidden text")
def text_tiny(parts: Parts) -> None:
    _mark_run(parts, '<w:sz w:val="2"/>')


@word_forgery("style")
def text_struck(parts: Parts) -> None:
    _mark_run(parts, "<w:strike/>")


@word_forgery("text")
def symbols_for_text(parts: Parts) -> None:
    _insert(parts, '<w:r><w:sym w:font="Arial" w:char="0035"/><w:sym w:font="Arial" w:char="0030"/></w:r>')


@word_forgery("header")
def header_changed(parts: Parts) -> None:
    _replace(parts, "word/header1.xml", "Blue glass and hay fever", "Blue glass is proven")


@word_forgery("footer")
def footer_changed(parts: Parts) -> None:
    _replace(parts, "word/footer1.xml", "Not a recommendation to treat", "Recommended")


@word_forgery("footnote")
def footnote_added(parts: Parts) -> None:
    note = '<w:footnote w:id="77"><w:p><w:r><w:t>Proven in 2025.</w:t></w:r></w:p></w:footnote></w:footnotes>'
    _replace(parts, "word/footnotes.xml", "</w:footnotes>", note)
    _insert(parts, '<w:r><w:footnoteReference w:id="77"/></w:r>')


@word_forgery("annotation")
def comment_added(parts: Parts) -> None:
    root = etree.fromstring(parts["word/comments.xml"])
    root.append(_xml('<w:comment w:id="9" w:author="WHO"><w:p><w:r><w:t>Proven.</w:t></w:r></w:p></w:comment>'))
    parts["word/comments.xml"] = etree.tostring(root)
    _insert(parts, '<w:r><w:commentReference w:id="9"/></w:r>')


@word_forgery("part")
def document_inside(parts: Parts) -> None:
    parts["word/other.html"] = b"<p>Blue glass is proven.</p>"
    _type(parts, "html", "text/html")
    own = _relate(parts, BODY, "aFChunk", "other.html")
    _body(parts, lambda root: root[0].insert(3, _xml(f'<w:altChunk r:id="{own}"/>')))


@word_forgery("relationship", "setting")
def remote_template(parts: Parts) -> None:
    own = _relate(parts, "word/settings.xml", "attachedTemplate", "https://example.com/a.dotm", "External")
    _body(parts, lambda root: root.append(_xml(f'<w:attachedTemplate r:id="{own}"/>')), "word/settings.xml")


@word_forgery("relationship")
def remote_frame(parts: Parts) -> None:
    _relate(parts, "word/webSettings.xml", "frame", "https://example.com/frame.docx", "External")


@word_forgery("field")
def field_for_text(parts: Parts) -> None:
    _insert(parts, '<w:fldSimple w:instr=" QUOTE &quot;take 50 mg&quot; "><w:r><w:t></w:t></w:r></w:fldSimple>')


@word_forgery("field")
def field_that_loads(parts: Parts) -> None:
    code = '<w:instrText> INCLUDETEXT "https://example.com/a.docx" </w:instrText>'
    _insert(parts, f'<w:r><w:fldChar w:fldCharType="begin"/>{code}<w:fldChar w:fldCharType="end"/></w:r>')


@word_forgery("picture")
def picture_replaced(parts: Parts) -> None:
    name = next(name for name in sorted(parts) if name.endswith(".png"))
    parts[name] = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
    )


@word_forgery("picture")
def drawing_replaced(parts: Parts) -> None:
    name = next(name for name in sorted(parts) if name.endswith(".svg"))
    parts[name] = b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9" fill="green"/></svg>'


@word_forgery("picture")
def picture_described_otherwise(parts: Parts) -> None:
    def edit(root: Any) -> None:
        next(root.iter("{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr")).set(
            "descr", "It works in everybody."
        )

    _body(parts, edit)


@word_forgery("relationship")
def picture_from_outside(parts: Parts) -> None:
    path = "word/_rels/document.xml.rels"
    _replace(parts, path, 'Target="media/rId22.png"', 'Target="https://example.com/x.png" TargetMode="External"')


@word_forgery("picture", "text")
def another_choice(parts: Parts) -> None:
    """One program shows the choice, another one the fallback."""
    text = "<w:r><w:t>{}</w:t></w:r>"
    choice = f'<mc:Choice Requires="w14">{text.format("take 50 mg")}</mc:Choice>'
    fallback = f"<mc:Fallback>{text.format('take none')}</mc:Fallback>"
    _insert(parts, f"<mc:AlternateContent>{choice}{fallback}</mc:AlternateContent>")


@word_forgery("picture")
def text_box(parts: Parts) -> None:
    inside = "<w:txbxContent><w:p><w:r><w:t>take 50 mg</w:t></w:r></w:p></w:txbxContent>"
    shape = f'<v:shape style="position:absolute;width:300pt;height:90pt"><v:textbox>{inside}</v:textbox></v:shape>'
    _insert(parts, f"<w:r><w:pict>{shape}</w:pict></w:r>")


@word_forgery("style")
def style_hides(parts: Parts) -> None:
    def edit(root: Any) -> None:
        style = next(one for one in root.iter(f"{W}style") if one.get(f"{W}styleId") == "PageOneText")
        style.append(_xml("<w:rPr><w:vanish/></w:rPr>"))

    _body(parts, edit, "word/styles.xml")


@word_forgery("style")
def numbers_of_lists(parts: Parts) -> None:
    _replace(parts, "word/numbering.xml", 'w:lvlText w:val="', 'w:lvlText w:val="not ')


@word_forgery("style")
def theme_font(parts: Parts) -> None:
    found = re.search(rb'<a:latin typeface="[^"]+"', parts["word/theme/theme1.xml"])
    assert found
    _replace(parts, "word/theme/theme1.xml", found[0], '<a:latin typeface="Wingdings"')


@word_forgery("font")
def font_stands_for_another(parts: Parts) -> None:
    _replace(parts, "word/fontTable.xml", 'w:altName w:val="Carlito"', 'w:altName w:val="Wingdings"')


@word_forgery("link")
def address_of_a_link(parts: Parts) -> None:
    path = "word/_rels/document.xml.rels"
    _replace(parts, path, "https://doi.org/10.0000/example.1", "https://example.com/buy")


@word_forgery("link")
def anchor_of_a_link(parts: Parts) -> None:
    _replace(parts, BODY, 'w:hyperlink w:anchor="ref-muster2019"', 'w:hyperlink w:anchor="ref-retracted2021"')


@word_forgery("link", "text")
def bookmark_moved(parts: Parts) -> None:
    def edit(root: Any) -> None:
        marks = {one.get(f"{W}name"): one for one in root.iter(f"{W}bookmarkStart")}
        one, other = marks["ref-muster2019"], marks["ref-retracted2021"]
        one.set(f"{W}name", "ref-retracted2021")
        other.set(f"{W}name", "ref-muster2019")

    _body(parts, edit)


@word_forgery("setting")
def protected(parts: Parts) -> None:
    text = '<w:documentProtection w:edit="readOnly" w:enforcement="1"/>'
    _body(parts, lambda root: root.append(_xml(text)), "word/settings.xml")


@word_forgery("setting")
def fields_on_opening(parts: Parts) -> None:
    _body(parts, lambda root: root.append(_xml('<w:updateFields w:val="true"/>')), "word/settings.xml")


@word_forgery("setting")
def variables(parts: Parts) -> None:
    text = '<w:docVars><w:docVar w:name="dose" w:val="50 mg"/></w:docVars>'
    _body(parts, lambda root: root.append(_xml(text)), "word/settings.xml")


@word_forgery("property")
def custom_property(parts: Parts) -> None:
    _replace(parts, "docProps/custom.xml", "1.2.0", "9.9.9")


@word_forgery("property")
def core_title(parts: Parts) -> None:
    _replace(parts, "docProps/core.xml", "Blue glass and hay fever", "Blue glass is proven")


@word_forgery("property")
def core_author(parts: Parts) -> None:
    _replace(parts, "docProps/core.xml", "Erika Example", "World Health Organization")


@word_forgery("page")
def section_without_header(parts: Parts) -> None:
    def edit(root: Any) -> None:
        section = root[0].find(f"{W}sectPr")
        section.append(_xml("<w:titlePg/>"))
        for one in section.findall(f"{W}headerReference"):
            section.remove(one)

    _body(parts, edit)


@word_forgery("page")
def page_size(parts: Parts) -> None:
    def edit(root: Any) -> None:
        size = next(root.iter(f"{W}pgSz"))
        size.set(f"{W}h", "3000")

    _body(parts, edit)


@word_forgery("page")
def background(parts: Parts) -> None:
    _body(parts, lambda root: root.insert(0, _xml('<w:background w:color="1C1F24"/>')))
    _body(parts, lambda root: root.append(_xml("<w:displayBackgroundShape/>")), "word/settings.xml")


@word_forgery("picture", "relationship")
def embedded_object(parts: Parts) -> None:
    parts["word/embeddings/oleObject1.bin"] = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(100)
    _type(parts, "bin", "application/vnd.openxmlformats-officedocument.oleObject")
    own = _relate(parts, BODY, "oleObject", "embeddings/oleObject1.bin")
    _insert(parts, f'<w:r><w:object><o:OLEObject Type="Embed" ProgID="Package" r:id="{own}"/></w:object></w:r>')


@word_forgery("script", "relationship")
def macros(parts: Parts) -> None:
    parts["word/vbaProject.bin"] = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(100)
    _type(parts, "bin", "application/vnd.ms-office.vbaProject")
    _relate(parts, BODY, "http://schemas.microsoft.com/office/2006/relationships/vbaProject", "vbaProject.bin")


@word_forgery("text")
def tracked_insertion(parts: Parts) -> None:
    _insert(parts, '<w:ins w:id="900" w:author="WHO"><w:r><w:t>, and it works</w:t></w:r></w:ins>')


@word_forgery("text")
def tracked_deletion(parts: Parts) -> None:
    def edit(root: Any) -> None:
        run = _runs(root)[0]
        deleted = _xml('<w:del w:id="901" w:author="WHO"></w:del>')
        run.addprevious(deleted)
        taken = copy.deepcopy(run)
        run.getparent().remove(run)
        for text in taken.iter(f"{W}t"):
            text.tag = f"{W}delText"
        deleted.append(taken)

    _body(parts, edit)


@word_forgery("attachment")
def carried_file_added(parts: Parts) -> None:
    text = base64.b64encode(b"proven").decode()
    _replace(parts, "customXml/item1.xml", "</evidence>", f'<file path="extra.yaml">{text}</file></evidence>')


@word_forgery("attachment", "part")
def other_data(parts: Parts) -> None:
    parts["customXml/item2.xml"] = b"<dose>50 mg</dose>"


@word_bytes_forgery("part")
def part_twice(data: bytes) -> bytes:
    """One program takes the first, another one the last."""
    parts = unpacked(data)
    written = io.BytesIO(packed({**parts, "word/documenT.xml": parts[BODY].replace(b"fever", b"fevers")}))
    return written.getvalue()


@word_bytes_forgery("part", "not compared")
def bytes_before_the_package(data: bytes) -> bytes:
    return b"PK\3\4" + bytes(60) + data


@word_bytes_forgery("part")
def comment_of_the_package(data: bytes) -> bytes:
    written = io.BytesIO(data)
    with zipfile.ZipFile(written, "a") as package:
        package.comment = b"proven"
    return written.getvalue()


@word_bytes_forgery("not compared")
def two_names_for_one_part(data: bytes) -> bytes:
    """The part's own header names another part than the list at the end."""
    assert data.count(b"word/header1.xml") == 2
    return data.replace(b"word/header1.xml", b"word/footer9.xml", 1)


# Both


def lying(data: bytes) -> bytes:
    """The same document with another version of one tool in the manifest that it carries, and nothing else."""
    return _lying_pdf(data) if data.startswith(b"%PDF") else _lying_word(data)


def _older(manifest: bytes) -> bytes:
    record = json.loads(manifest)
    tools = [re.sub(r"^weasyprint .*", "weasyprint 69.0", one) for one in record["tools"]]
    assert tools != record["tools"]
    return (json.dumps({**record, "tools": tools}, indent=1, ensure_ascii=False) + "\n").encode()


def _lying_pdf(data: bytes) -> bytes:
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        stream = next(one for one in pdf.Root.AF if str(one.Desc) == "manifest.json").EF.F
        older = _older(stream.read_bytes())
        stream.write(older)
        stream.Params.Size = len(older)
        stream.Params.CheckSum = String(hashlib.md5(older, usedforsecurity=False).digest())
        pdf.save(written)
    return written.getvalue()


def _lying_word(data: bytes) -> bytes:
    parts = unpacked(data)
    found = re.search(rb'path="manifest.json">([^<]*)<', parts["customXml/item1.xml"])
    assert found
    older = base64.b64encode(_older(base64.b64decode(found[1])))
    parts["customXml/item1.xml"] = parts["customXml/item1.xml"].replace(found[1], older)
    return packed(parts)


def named(forgeries: Mapping[str, Forgery]) -> Iterable[str]:
    """The names of all forgeries, for `parametrize`."""
    return sorted(forgeries)
