"""Whatever is wrong with a template, a citation style, a logo or a Word file is a problem at its place."""

import io
import os
import re
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from evibrief.build import build
from evibrief.files import Unreadable, inside, read_inside
from evibrief.formats.docx.package import pack, unpack
from evibrief.formats.html import citations, render
from evibrief.formats.html.csl import BadStyle, parent_of
from evibrief.formats.html.filling import fill_page
from evibrief.formats.html.picture import fault_of
from evibrief.problems import Problems

ROOT = Path(__file__).parents[2]
PLAIN = ROOT / "tests" / "briefs" / "blue-glass"
REFERENCE = (ROOT / "templates" / "reference.docx").read_bytes()
EXTENDS = '{% extends "brief.html.jinja" %}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "blue-glass"
    shutil.copytree(PLAIN, folder)
    (folder / "theme").mkdir()
    return folder


def told(folder: Path, format: str = "html") -> str:
    """What a build says when it is refused; nothing is written then."""
    output = folder.parent / "out"
    with pytest.raises(Problems) as caught:
        build(folder, output, [format])
    assert not [path for path in output.rglob("*") if path.suffix in (".html", ".pdf", ".docx")]
    return str(caught.value)


def block(text: str, name: str = "title_block") -> str:
    return f"{EXTENDS}\n{{% block {name} %}}\n{text}\n{{% endblock %}}\n"


# Templates. Every text stands on line 4.

TEMPLATES = {
    "a syntax error": ("{% if %}", 4, "Expected an expression"),
    "an unknown tag": ("{% foo %}", 4, "unknown tag"),
    "what the page does not have": ("{{ view.nonsense }}", 4, "nonsense"),
    "an unknown name": ("{{ nonsense }}", 4, "nonsense"),
    "an unknown filter": ("{{ 1 | nonsense }}", 4, "nonsense"),
    "a division by zero": ("{{ 1 // 0 }}", 4, "by zero"),
    "words and numbers": ("{{ 'a' + 1 }}", 4, "can only concatenate"),
    "a huge text": ("{{ 'x' * 10**10 }}", 4, "too much memory"),
    "a huge page": ("{% for a in range(99999) %}{{ 'x' * 10**4 }}{% endfor %}", 0, "too much memory"),
    "a huge range": ("{{ range(10**9) | list }}", 4, "Range too big"),
    "a huge width": ("{{ '%999999999999d' | format(1) }}", 4, ""),
    "a doubling text": ("{% set n = namespace(a='x' * 999) %}{% for i in range(60) %}{% set n.a = n.a ~ n.a %}"
                        "{% endfor %}", 4, "too much memory"),
    "a macro that calls itself": ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", 4, "calls itself"),
    "an include of itself": ('{% include "page.html.jinja" %}', 1, "calls itself"),
    "a reach into the program": ("{{ ''.__class__.__mro__[1].__subclasses__() }}", 4, "unsafe"),
    "a reach by a format": ("{{ '{0.__class__}'.format(view) }}", 4, ""),
    "an import of what is not there": ('{% import "nothing.jinja" as x %}', 4, "no template `nothing.jinja`"),
    "an include of what is not there": ('{% include "nothing.jinja" %}', 4, "no template `nothing.jinja`"),
    "an include of a path": ('{% include "../../../etc/passwd" %}', 4, "no template `../../../etc/passwd`"),
    "an include of an absolute path": ('{% include "/etc/passwd" %}', 4, "no template `/etc/passwd`"),
    "an include of a number": ("{% include 7 %}", 4, ""),
    "a text that is none": ("{{ 7 | prose }}", 4, "only a text"),
    "a text of its own": ("{{ ('<b>' | safe) | prose }}", 4, "only a text"),
    "chance": ("{{ [1, 2, 3] | random }}", 4, "random"),
    "half a character": ("{{ '\\ud800' }}", 0, ""),
}  # fmt: skip


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_that_cannot_be_filled_is_named_with_its_line(name: str, folder: Path) -> None:
    text, line, words = TEMPLATES[name]
    (folder / "theme" / "page.html.jinja").write_text(block(text))
    said = told(folder)
    place = rf"page\.html\.jinja{f':{line}:1' if line else '(:4:1)?'}: error\[theme\]: "
    found = re.match(rf".*?{place}(.*)\n  hint: .", said)
    assert found, said
    assert words in said


MANY = "{% for a in range(99999) %}"


@pytest.mark.parametrize("text", [MANY * 4 + "{% endfor %}" * 4, "{{ 10 ** (10 ** 10) }}"])
def test_a_template_without_end_is_ended(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evibrief.formats.html.filling.SECONDS", 2)
    (folder / "theme" / "page.html.jinja").write_text(block(text))
    assert "it takes longer than" in told(folder)


def test_a_template_that_extends_what_is_not_there_is_named(folder: Path) -> None:
    (folder / "theme" / "page.html.jinja").write_text('{% extends "nothing.jinja" %}\n')
    said = told(folder)
    assert "page.html.jinja:1:1: error[theme]: there is no template `nothing.jinja`" in said


PRINTED = {
    "a script": "<script>alert(1)</script>",
    "a script in capitals": "<ScRiPt src=x></sCrIpT>",
    "a script in a comment that a browser ends early": "<!--><script>x</script>-->",
    "a handler": '<p onclick="x()">a</p>',
    "a handler after a slash": "<p/onmouseover=x()>a</p>",
    "a frame": "<iframe src=x></iframe>",
    "an object": "<object data=x></object>",
    "an embedded thing": "<embed src=x>",
    "a link": '<link rel="stylesheet" href="x">',
    "a base": '<base href="http://127.0.0.1/">',
    "a refresh": '<meta http-equiv="refresh" content="0; url=http://127.0.0.1/">',
    "a policy of its own": '<meta http-equiv="Content-Security-Policy" content="default-src *">',
    "a form": '<form action="http://127.0.0.1/"></form>',
    "a button": "<button>x</button>",
    "a link that runs": '<a href="javascript:alert(1)">x</a>',
    "a link that runs, with a line break": '<a href=" java\nscript:alert(1)">x</a>',
    "a link that is a page": '<a href="data:text/html,x">x</a>',
    "a link to a file": '<a href="file:///etc/passwd">x</a>',
    "a picture from outside": '<img src="http://127.0.0.1/x.png" alt="">',
    "a picture beside the page": '<img src="x.png" alt="">',
    "a drawing of its own": '<img src="data:image/svg+xml;base64,PHN2Zy8+" alt="">',
    "pictures to choose from": '<img srcset="http://127.0.0.1/x.png 1x" alt="">',
    "a background": '<table background="http://127.0.0.1/x"></table>',
    "a drawing": '<svg><image href="http://127.0.0.1/x"/></svg>',
    "a film": '<video src="http://127.0.0.1/x"></video>',
    "a style": '<p style="background: url(http://127.0.0.1/x)">a</p>',
    "a style sheet": "<style>p { background: url(http://127.0.0.1/x) }</style>",
    "a ping": '<a href="#main" ping="http://127.0.0.1/x">a</a>',
    "a template": "<template><p>x</p></template>",
    "a declaration": "<!ENTITY x>",
    "a comment": "<!-- x -->",
    "the id of a record": '<p id="c1">x</p>',
    "the id of a part of the page": '<p id="section_harms">x</p>',
    "an attachment": '<a rel="attachment" href="#main">x</a>',
}  # fmt: skip


@pytest.mark.parametrize("name", PRINTED)
def test_what_no_page_may_hold_is_refused_at_the_template(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was printed is looked at in this process. One page is filled in a process of its own, as those above are."""
    if name != "a script":
        monkeypatch.setattr(render, "fill_apart", fill_page)
    (folder / "theme" / "page.html.jinja").write_text(block(PRINTED[name]))
    assert re.search(r"page\.html\.jinja:4:1: error\[theme\]: .*\n  hint: .", told(folder)), told(folder)


def test_a_page_that_begins_otherwise_is_refused(folder: Path) -> None:
    (folder / "theme" / "page.html.jinja").write_text("<!DOCTYPE html>\n<html><body>{{ bibliography }}</body></html>")
    assert "page.html.jinja:1:1: error[theme]: the page does not begin as every page of ours does" in told(folder)


# Files of the theme that are none.

KINDS: dict[str, Callable[[Path], object]] = {
    "a folder": os.mkdir,
    "a pipe": os.mkfifo,
    "a link out": lambda path: path.symlink_to("/etc/passwd"),
    "a link to nothing": lambda path: path.symlink_to("nothing"),
    "a link to itself": lambda path: path.symlink_to(path),
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "not UTF-8, or no such file": lambda path: path.write_bytes(b"a\n b\xff{}"),
    "huge": lambda path: path.write_bytes(b" " * 600_000),
    "a control character": lambda path: path.write_bytes(b"\0\0\0"),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["custom.css", "page.html.jinja", "reference.docx"])
def test_a_file_of_the_theme_that_is_none_is_named(name: str, kind: str, folder: Path) -> None:
    KINDS[kind](folder / "theme" / name)
    said = told(folder)
    assert re.search(rf"theme/{re.escape(name)}(:2:3|:1:1)?: error\[", said), said


def test_a_theme_that_is_a_link_out_is_refused(folder: Path) -> None:
    (folder / "theme").rmdir()
    (folder.parent / "house").mkdir()
    (folder.parent / "house" / "custom.css").write_text("p{margin:0}")
    (folder / "theme").symlink_to(folder.parent / "house")
    assert "leads out of the brief's folder" in told(folder)


@pytest.mark.parametrize("name", ["../x.css", "/etc/passwd", "", ".", "a\0b", "..\\x", "a/../../x", "link/x", "loop"])
def test_one_function_decides_what_is_inside(name: str, tmp_path: Path) -> None:
    root = tmp_path / "brief"
    root.mkdir()
    (tmp_path / "x").write_text("x")
    (root / "link").symlink_to(tmp_path)
    (root / "loop").symlink_to("loop")
    if name != "loop":  # it is inside, and no file
        with pytest.raises(Unreadable):
            inside(root, name)
    with pytest.raises(Unreadable):
        read_inside(root, name, 10)


# Citation styles.

HEAD = '<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">\n<info><title>t</title></info>\n'
TAIL = '<citation><layout><text macro="a"/></layout></citation>\n</style>'
TWICE = '<macro name="m{}"><text macro="m{}"/><text macro="m{}"/></macro>'
CALLS = "".join(TWICE.format(i, i + 1, i + 1) for i in range(40))
ALIAS = b'<style><info><link rel="independent-parent" href="%s"/></info></style>'
STYLES = {
    "empty": (b"", ":1: "),
    "no XML": (b"not a style", ":1: "),
    "a page": (b"<html>\n</html>", ":1: .*`html`"),
    "no namespace": (b"<style><citation/></style>", ":1: .*namespace"),
    "not UTF-8": (b"\xff\xfe\0", ":1: "),
    "unclosed": (f"{HEAD}<macro name='a'>".encode(), ":3: "),
    "a macro that calls itself": (f'{HEAD}<macro name="a">\n<text macro="a"/></macro>{TAIL}'.encode(), ":4: .*itself"),
    "a circle": (f'{HEAD}<macro name="a"><text macro="b"/></macro>\n<macro name="b"><text macro="a"/></macro>{TAIL}'
                 .encode(), ":4: .*itself"),
    "an unknown macro": (f"{HEAD}{TAIL}".encode(), ":3: .*`a`, and has none"),
    "steps without end": (f'{HEAD}<macro name="a"><text macro="m0"/></macro>{CALLS}<macro name="m40"/>{TAIL}'.encode(),
                          ":3: .*steps"),
    "nested": ((HEAD + "<group>" * 5000).encode(), ":3: .*nested"),
    "no citation": (f"{HEAD}</style>".encode(), "no `citation`"),
    "entities": (f'<!DOCTYPE style [<!ENTITY a "b">]>{HEAD}{TAIL}'.encode(), ":1: .*document type"),
    "an outside entity": (f'<!DOCTYPE style SYSTEM "file:///etc/passwd">{HEAD}{TAIL}'.encode(), ":1: .*document type"),
    "huge": (HEAD.encode() + b" " * 2_000_000, "more than"),
    "a parent that is not there": (ALIAS % b"http://x/nothing", "no citation style `nothing`, on which"),
    "a parent that is a path": (ALIAS % b"/../../etc/passwd", "no citation style `passwd`"),
    "a parent without a name": (ALIAS % b"///", "on which one"),
    "a parent with an odd name": (ALIAS % b"x/..%2f&#10;", "no citation style"),
    "nothing printed": (f'{HEAD}<macro name="a"/>{TAIL}'.encode(), "no printed form"),
    "unknown names": (f'{HEAD}<macro name="a"><text variable="x"/><date variable="y"/></macro>{TAIL}'.encode(),
                      "no printed form"),
}  # fmt: skip


def with_style(folder: Path, name: str) -> int:
    """The brief with another citation style, and the line that names it."""
    brief = folder / "brief.yaml"
    brief.write_text(re.sub(r"citation_style: .*", f'citation_style: "{name}"', brief.read_text()))
    return next(n for n, line in enumerate(brief.read_text().split("\n"), 1) if line.startswith("citation_style"))


@pytest.mark.parametrize("name", STYLES)
def test_a_style_that_cannot_be_used_is_named_where_the_brief_names_it(name: str, folder: Path) -> None:
    data, words = STYLES[name]
    (folder / "house.csl").write_bytes(data)
    line = with_style(folder, "house.csl")
    said = told(folder)
    assert re.search(rf"brief\.yaml:{line}:\d+: error\[citation-style\]: .*{words}", said), said


@pytest.mark.parametrize("name", ["../x.csl", "/tmp/x.csl", "link.csl", "pipe.csl", "folder.csl", "a/../../x.csl"])
def test_a_style_stays_inside_the_brief(name: str, folder: Path) -> None:
    good = citations.citation_style("american-medical-association", folder)
    (folder.parent / "x.csl").write_bytes(good)
    (folder / "link.csl").symlink_to(folder.parent / "x.csl")
    os.mkfifo(folder / "pipe.csl")
    (folder / "folder.csl").mkdir()
    line = with_style(folder, name)
    assert re.search(rf"brief\.yaml:{line}:\d+: error\[citation-style\]: `{re.escape(name)}` ", told(folder))


def test_a_style_inside_works_also_by_a_link_inside(folder: Path) -> None:
    (folder / "styles").mkdir()
    good = citations.citation_style("american-medical-association", folder)
    (folder / "styles" / "house.csl").write_bytes(good)
    (folder / "near.csl").symlink_to("styles/house.csl")
    assert citations.citation_style("styles/house.csl", folder) == citations.citation_style("near.csl", folder) == good


def test_every_style_of_the_collection_passes() -> None:
    styles = [path for name, path in sorted(citations.collected().items())][::25]
    assert len(styles) > 300
    for path in styles:
        parent_of(path.read_bytes())


def test_a_deep_chain_of_macros_is_followed_without_recursion() -> None:
    calls = "".join(f'<macro name="m{i}"><text macro="m{i + 1}"/></macro>' for i in range(9000))
    start = '<macro name="a"><text macro="m0"/></macro><macro name="m9000"/>'
    assert parent_of(f"{HEAD}{start}{calls}{TAIL}".encode()) == ""
    circle = start.replace("m9000", "z") + '<macro name="m9000"><text macro="a"/></macro>'
    with pytest.raises(BadStyle, match="itself"):
        parent_of(f"{HEAD}{circle}{calls}{TAIL}".encode())


@pytest.mark.parametrize("name", ["../plausibility-1", "/etc/passwd", "../../x", "a/b"])
def test_an_instrument_is_named_and_no_path(name: str, folder: Path) -> None:
    brief = folder / "brief.yaml"
    brief.write_text(re.sub(r"instrument: .*", f"instrument: {name}", brief.read_text()))
    assert re.search(r"brief\.yaml:\d+:\d+: error\[unknown-instrument\]", told(folder))


# Logos.


def png(width: int = 90, height: int = 40) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (width, height), "#5b2a6e").save(stream, "PNG")
    return stream.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def moving() -> bytes:
    stream = io.BytesIO()
    frames = [Image.new("RGB", (90, 40), colour) for colour in ("red", "blue")]
    frames[0].save(stream, "PNG", save_all=True, append_images=frames[1:])
    return stream.getvalue()


SIGNATURE = b"\x89PNG\r\n\x1a\n"
LOGOS = {
    "empty": b"",
    "a JPEG": b"\xff\xd8\xff\xe0" + b"\0" * 100,
    "a drawing": b"<svg xmlns='http://www.w3.org/2000/svg'><image href='http://127.0.0.1/x'/></svg>",
    "a page": b"<html><script>x</script></html>",
    "the signature alone": SIGNATURE,
    "cut in its head": png()[:20],
    "cut in its picture": png()[:-30],
    "without its end": png()[:-12],
    "with something behind": png() + b"PK\x03\x04",
    "a flipped bit": png()[:45] + bytes([png()[45] ^ 1]) + png()[46:],
    "no width": SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", 0, 40, 8, 2, 0, 0, 0)) + png()[33:],
    "half its rows": SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", 90, 400, 8, 2, 0, 0, 0)) + png()[33:],
    "another kind of colour": SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", 90, 40, 8, 5, 0, 0, 0)) + png()[33:],
    "far more than it says": SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", 90, 40, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0" * 50_000_000)) + chunk(b"IEND", b""),
    "a huge picture": SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b""),
    "tiny": png(2, 2),
    "a line": png(3000, 10),
    "huge": png() + b"\0" * 3_000_000,
    "moving": moving(),
}  # fmt: skip


@pytest.mark.parametrize("name", LOGOS)
def test_a_logo_that_cannot_be_shown_is_named_where_the_brief_names_it(name: str, folder: Path) -> None:
    (folder / "theme" / "logo.png").write_bytes(LOGOS[name])
    brief = folder / "brief.yaml"
    theme = "theme:\n  logo: theme/logo.png\n  logo_alternative: A house\ncitation_style:"
    brief.write_text(brief.read_text().replace("citation_style:", theme))
    assert re.search(r"brief\.yaml:\d+:9: error\[theme\]: .*theme/logo\.png", told(folder)), told(folder)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("size", [(90, 40), (8, 8), (45, 300), (4000, 300)])
def test_every_ordinary_png_is_a_logo(mode: str, size: tuple[int, int]) -> None:
    stream = io.BytesIO()
    Image.new(mode, size).save(stream, "PNG")
    assert fault_of(stream.getvalue()) == ""


@pytest.mark.parametrize("logo", ["../../etc/passwd", "/etc/passwd", "theme/../x.png", "theme/a/b.png", "theme/x.svg"])
def test_a_logo_is_a_png_of_the_theme(logo: str, folder: Path) -> None:
    brief = folder / "brief.yaml"
    theme = f"theme:\n  logo: {logo}\n  logo_alternative: A house\ncitation_style:"
    brief.write_text(brief.read_text().replace("citation_style:", theme))
    assert re.search(r"brief\.yaml:\d+:9: error\[", told(folder))


# The Word file.


def changed(name: str, old: bytes, new: bytes, more: dict[str, bytes] | None = None) -> bytes:
    parts = unpack(REFERENCE)
    assert old in parts[name], name
    return pack({**parts, name: parts[name].replace(old, new, 1), **(more or {})})


def without(name: str) -> bytes:
    return pack({path: data for path, data in unpack(REFERENCE).items() if path != name})


OUTSIDE = b'<Relationship Id="rIdX" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" ' \
    b'Target="http://127.0.0.1/x" TargetMode="External"/></Relationships>'
RELATIONS = "word/_rels/document.xml.rels"
END = b"</Relationships>"


def bomb() -> bytes:
    stream = io.BytesIO(REFERENCE)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/header9.xml", b" " * 60_000_000)
    return stream.getvalue()


WORDS: dict[str, Callable[[], bytes]] = {
    "no package": lambda: b"PK\x03\x04 nothing",
    "a PDF": lambda: b"%PDF-1.7",
    "an old document": lambda: bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600,
    "cut": lambda: REFERENCE[: len(REFERENCE) // 2],
    "no styles": lambda: without("word/styles.xml"),
    "no settings": lambda: without("word/settings.xml"),
    "no document": lambda: without("word/document.xml"),
    "no header": lambda: changed("word/header1.xml", b"Running title", b"Our house"),
    "no style of a table": lambda: changed("word/styles.xml", b'w:styleId="EvidenceTable"', b'w:styleId="Other"'),
    "a template from outside": lambda: changed(RELATIONS, END, OUTSIDE % b"attachedTemplate"),
    "a picture from outside": lambda: changed(RELATIONS, END, OUTSIDE % b"image"),
    "a part from outside": lambda: changed(RELATIONS, END, OUTSIDE % b"aFChunk"),
    "a template of the settings": lambda: changed("_rels/.rels", END, END, {
        "word/_rels/settings.xml.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        b'relationships">' + OUTSIDE % b"attachedTemplate"}),
    "macros": lambda: changed("_rels/.rels", END, END, {"word/vbaProject.bin": b"x"}),
    "an object": lambda: changed("_rels/.rels", END, END, {"word/embeddings/oleObject1.bin": b"x"}),
    "a field that fetches": lambda: changed("word/header1.xml", b"<w:r><w:t>Running title", b"<w:r><w:instrText>"
        b'INCLUDEPICTURE "http://127.0.0.1/x"</w:instrText></w:r><w:r><w:t>Running title'),
    "a simple field that fetches": lambda: changed("word/footer1.xml", b"<w:p>", b'<w:p><w:fldSimple w:instr="DDEAUTO '
        b'c x"/>') if b"<w:p>" in unpack(REFERENCE)["word/footer1.xml"] else changed("word/footer1.xml", b"</w:p>",
        b'<w:fldSimple w:instr="DDEAUTO c x"/></w:p>'),
    "entities": lambda: changed("word/settings.xml", b"<w:settings", b'<!DOCTYPE x [<!ENTITY a "b">]><w:settings'),
    "unclosed": lambda: changed("word/settings.xml", b"</w:settings>", b""),
    "a bomb": bomb,
    "no page size": lambda: changed("word/document.xml", b"<w:pgSz", b"<w:other"),
}  # fmt: skip


@pytest.mark.parametrize("name", WORDS)
def test_a_reference_that_cannot_be_used_is_named(name: str, folder: Path) -> None:
    (folder / "theme" / "reference.docx").write_bytes(WORDS[name]())
    said = told(folder, "docx")
    assert re.search(r"theme/reference\.docx: error\[[a-z-]+\]: .*\n  hint: .", said), said


# Style sheets: what the PDF engine cannot follow is told at its line of the author's sheet.


@pytest.mark.parametrize("accent", ["", 'theme:\n  accent: "#5b2a6e"\n'])
def test_a_warning_of_the_pdf_engine_has_its_line(accent: str, folder: Path) -> None:
    brief = folder / "brief.yaml"
    brief.write_text(brief.read_text().replace("citation_style:", f"{accent}citation_style:"))
    (folder / "theme" / "custom.css").write_text("/* a\n b */\np {\n  nonsense: 1;\n}\nq { color: quite-red }\n")
    said = told(folder, "pdf")
    assert "custom.css:4:3: error[theme]: the PDF engine cannot follow this" in said
    assert "custom.css:6:5: error[theme]" in said
    assert "PDF: error" not in said


def test_a_style_without_a_list_of_references_is_refused() -> None:
    """It would print citations as footnotes, and what is known of a publication nowhere."""
    with pytest.raises(BadStyle, match="no list of references"):
        citations.citation_style("chicago-notes", Path())
    assert citations.citation_style("chicago-notes-bibliography", Path())
