"""Builds `reference.docx`, the Word styles of a brief, which a designer can change in Word.

In: pandoc's own reference document. Out: the same with our page setup, fonts, paragraph, character and table styles,
header and footer; the same bytes every time. It is kept in `templates/` and may be edited by hand.
"""

import io
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import docx
import pypandoc
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from evibrief.formats.docx.package import pack, unpack

RUNNING_TITLE = "Running title"
FOOT = ("Not a recommendation to treat · Page ", " of ")
"""What the footer of the reference document says before each of its numbers; a build puts the brief's words there."""

"""The text in the reference document's header that each build replaces."""

_ACCENT = b"1F4E79"
"""The accent colour of our own reference document."""


def recoloured(reference: bytes, accent: str | None) -> bytes:
    """A reference document with another accent colour, given as `#1f4e79`; unchanged without one."""
    if accent is None:
        return reference
    parts = unpack(reference)
    styles = parts["word/styles.xml"].replace(_ACCENT, accent.removeprefix("#").upper().encode())
    return pack({**parts, "word/styles.xml": styles})


INK, QUIET, ACCENT, ALARM = "1C1F24", "555B66", "1F4E79", "8A1C1C"
TINT, HEAD_TINT, LINE = "EEF2F7", "DFE7F1", "C5CAD3"
WORD_FONT, STAND_IN = "Calibri", "Carlito"
"""The font, and the one with the same widths that replaces it if it is not installed."""
MARGIN = 20
"""The margin on every side, in millimetres."""


@dataclass(frozen=True)
class ParagraphStyle:
    """A paragraph style. Sizes and spaces are in points, indents in millimetres."""

    based_on: str = "Normal"
    size: float = 10.5
    colour: str = INK
    bold: bool = False
    before: float = 0
    after: float = 0
    left: float = 0
    hanging: float = 0
    with_next: bool = False
    whole: bool = False
    bar: str = ""
    """The colour of a bar on the left; a paragraph with a bar is also shaded."""


PARAGRAPHS: Mapping[str, ParagraphStyle] = {
    "Normal": ParagraphStyle(""),
    "Body Text": ParagraphStyle(after=6),
    "First Paragraph": ParagraphStyle("Body Text", after=6),
    "After Table": ParagraphStyle("Body Text", before=8, after=6),
    "Compact": ParagraphStyle(after=3),
    "Small": ParagraphStyle(size=9, colour=QUIET, after=3),
    "Claim": ParagraphStyle("Body Text", after=6, left=5, whole=True),
    "Title": ParagraphStyle(size=20, bold=True, after=2, with_next=True, whole=True),
    "Subtitle": ParagraphStyle(size=12, colour=QUIET, after=2),
    "Title Block": ParagraphStyle(colour=QUIET, after=3),
    "Heading 1": ParagraphStyle(size=15, colour=ACCENT, bold=True, before=16, after=4, with_next=True, whole=True),
    "Heading 2": ParagraphStyle(size=12, bold=True, before=12, after=3, with_next=True, whole=True),
    "Heading 3": ParagraphStyle(size=11, bold=True, before=9, after=2, with_next=True, whole=True),
    "Heading 4": ParagraphStyle(size=10.5, colour=QUIET, bold=True, before=8, after=2, with_next=True, whole=True),
    "Callout": ParagraphStyle(size=10, before=3, after=4, left=3, with_next=True, whole=True, bar=ACCENT),
    "Warning": ParagraphStyle(size=11, colour=ALARM, bold=True, before=2, after=6, whole=True),
    "Table Caption": ParagraphStyle(size=9.5, bold=True, before=10, after=3, with_next=True, whole=True),
    "Table Text": ParagraphStyle(size=8.5, after=2),
    "Table Heading": ParagraphStyle("Table Text", size=8.5, bold=True, after=2),
    "Table Note": ParagraphStyle(size=9, colour=QUIET, before=3, after=6),
    "Bibliography": ParagraphStyle(size=9.5, after=3, left=9, hanging=9, whole=True),
    "Page One Heading": ParagraphStyle(
        size=11, colour=ACCENT, bold=True, before=2, after=1, with_next=True, whole=True
    ),
    "Page One Text": ParagraphStyle(size=9, after=1),
    "Summary Heading": ParagraphStyle(size=15, colour=ACCENT, bold=True, after=4, with_next=True, whole=True),
    "Image Caption": ParagraphStyle(size=9, bold=True, before=2, after=6, whole=True),
    "Captioned Figure": ParagraphStyle(before=4, after=0, with_next=True),
    "Contents Heading": ParagraphStyle(size=15, colour=ACCENT, bold=True, after=5, with_next=True),
    "toc 1": ParagraphStyle(bold=True, before=3, after=1),
    "toc 2": ParagraphStyle(size=10, left=6, after=1),
    "toc 3": ParagraphStyle(size=10, colour=QUIET, left=12, after=1),
    "Header": ParagraphStyle(size=8.5, colour=QUIET),
    "Footer": ParagraphStyle(size=8.5, colour=QUIET),
    "Spacer": ParagraphStyle(size=2, after=3),
}
CHARACTERS: Mapping[str, tuple[str, bool]] = {
    # name: (colour, bold)
    "Record Id": (ACCENT, False),
    "Tag": (ACCENT, True),
    "Muted": (QUIET, False),
    "Strong Word": (INK, True),
    "Hyperlink": (ACCENT, False),
}
TABLES: Mapping[str, str] = {
    # name: the format of the first column if its cells are row headers
    "Evidence Table": f'<w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="{TINT}"/></w:tcPr>',
    "Facts Table": "<w:rPr><w:b/></w:rPr>",
}
_BUILT_IN = {"Header": "Header", "Footer": "Footer", "toc 1": "TOC1", "toc 2": "TOC2", "toc 3": "TOC3"}
"""Styles that Word knows but pandoc's reference document lacks, with Word's ids for them."""


def build_reference() -> bytes:
    """The reference document as DOCX bytes."""
    command = [pypandoc.get_pandoc_path(), "--print-default-data-file=reference.docx"]
    document = docx.Document(io.BytesIO(subprocess.run(command, capture_output=True, check=True).stdout))
    _set_page(document)
    _set_defaults(document)
    for name, look in PARAGRAPHS.items():
        _shape_paragraph(_style(document, name, WD_STYLE_TYPE.PARAGRAPH), look, document)
    for name, (colour, bold) in CHARACTERS.items():
        style = _style(document, name, WD_STYLE_TYPE.CHARACTER)
        style.font.color.rgb, style.font.bold = RGBColor.from_string(colour), bold or None
    _refine(document)
    _add_table_styles(document)
    _fill_header_and_footer(document)
    written = io.BytesIO()
    document.save(written)
    return pack(_with_our_fonts(unpack(written.getvalue())))


def _set_page(document: Document) -> None:
    """Set paper size (A4) and margins."""
    section = document.sections[0]
    section.page_width, section.page_height, section.gutter = Mm(210), Mm(297), Mm(0)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(MARGIN)
    section.header_distance = section.footer_distance = Mm(10)


def _set_defaults(document: Document) -> None:
    """Set the defaults for all text."""
    for name in ("w:sz", "w:szCs"):
        for size in document.styles.element.iterfind(f"w:docDefaults/w:rPrDefault/w:rPr/{name}", _namespace()):
            size.set(qn("w:val"), str(round(2 * ParagraphStyle().size)))
    for spacing in document.styles.element.iterfind("w:docDefaults/w:pPrDefault/w:pPr/w:spacing", _namespace()):
        spacing.set(qn("w:after"), "0")


def _namespace() -> dict[str, str]:
    return {"w": qn("w:p")[1:].partition("}")[0]}


def _style(document: Document, name: str, kind: WD_STYLE_TYPE) -> Any:
    """The style with this name, created if the document has none."""
    names = {style.name.lower(): style for style in document.styles if style.name}
    if found := names.get(name.lower()):
        return found
    style = document.styles.add_style(name, kind, builtin=name in _BUILT_IN)
    if name in _BUILT_IN:
        style.element.set(qn("w:styleId"), _BUILT_IN[name])
    return style


def _shape_paragraph(style: Any, look: ParagraphStyle, document: Document) -> None:
    if look.based_on:
        style.base_style = _style(document, look.based_on, WD_STYLE_TYPE.PARAGRAPH)
    style.hidden, style.unhide_when_used = False, False
    for leftover in ("w:rFonts", "w:color", "w:spacing", "w:caps"):  # the fonts are the theme's
        for element in style.element.get_or_add_rPr().findall(qn(leftover)):
            style.element.rPr.remove(element)
    style.font.size, style.font.bold, style.font.italic = Pt(look.size), look.bold or None, None
    style.font.color.rgb = RGBColor.from_string(look.colour)
    shape = style.paragraph_format
    shape.alignment = WD_ALIGN_PARAGRAPH.LEFT
    shape.space_before, shape.space_after = Pt(look.before), Pt(look.after)
    shape.left_indent, shape.first_line_indent = Mm(look.left), Mm(-look.hanging)
    shape.keep_with_next, shape.keep_together = look.with_next, look.whole
    shape.widow_control = True
    if look.bar:
        shape.right_indent = Mm(look.left)
        _add_bar(style.element.get_or_add_pPr(), look.bar)


def _add_bar(properties: Any, colour: str) -> None:
    """Add a bar and shading. Word requires a fixed order: borders and shading come before tabs and spacing."""
    border = f'<w:pBdr {nsdecls("w")}><w:left w:val="single" w:sz="24" w:space="6" w:color="{colour}"/></w:pBdr>'
    shading = f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{TINT}"/>'
    properties.find(qn("w:spacing")).addprevious(parse_xml(border))
    properties.find(qn("w:spacing")).addprevious(parse_xml(shading))


def _refine(document: Document) -> None:
    """Adjust single styles beyond their look."""
    _style(document, "Bibliography", WD_STYLE_TYPE.PARAGRAPH).paragraph_format.tab_stops.add_tab_stop(Mm(9))
    _style(document, "Contents Heading", WD_STYLE_TYPE.PARAGRAPH).paragraph_format.page_break_before = True
    heading = _style(document, "Summary Heading", WD_STYLE_TYPE.PARAGRAPH)
    heading.paragraph_format.page_break_before = True
    heading.element.pPr.append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="0"/>'))
    _style(document, "Footer", WD_STYLE_TYPE.PARAGRAPH).paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _style(document, "Verbatim Char", WD_STYLE_TYPE.CHARACTER).font.size = None
    for numbering in _style(document, "Subtitle", WD_STYLE_TYPE.PARAGRAPH).element.iter(qn("w:numPr")):
        numbering.getparent().remove(numbering)


def _add_table_styles(document: Document) -> None:
    """Add our table styles. Pandoc's is based on a style that its reference document lacks; ours need no other."""
    styles = document.styles.element
    for table in styles.findall(qn("w:style")):
        if table.get(qn("w:type")) == "table":
            table.attrib.pop(qn("w:default"), None)
    styles.append(
        parse_xml(f"""<w:style {nsdecls("w")} w:type="table" w:default="1" w:styleId="TableNormal">
<w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/>
<w:tblPr><w:tblInd w:w="0" w:type="dxa"/></w:tblPr></w:style>""")
    )
    for name, first_column in TABLES.items():
        styles.append(
            parse_xml(f"""<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="{name.replace(" ", "")}">
<w:name w:val="{name}"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="59"/><w:qFormat/>
<w:tblPr><w:tblBorders><w:top w:val="single" w:sz="8" w:space="0" w:color="{INK}"/>
<w:bottom w:val="single" w:sz="8" w:space="0" w:color="{INK}"/>
<w:insideH w:val="single" w:sz="4" w:space="0" w:color="{LINE}"/></w:tblBorders>
<w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:left w:w="70" w:type="dxa"/>
<w:bottom w:w="30" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr>
<w:tblStylePr w:type="firstRow"><w:tcPr>
<w:tcBorders><w:bottom w:val="single" w:sz="8" w:space="0" w:color="{INK}"/></w:tcBorders>
<w:shd w:val="clear" w:color="auto" w:fill="{HEAD_TINT}"/></w:tcPr></w:tblStylePr>
<w:tblStylePr w:type="firstCol">{first_column}</w:tblStylePr></w:style>""")
        )


def _fill_header_and_footer(document: Document) -> None:
    """Write the running title, which each build replaces, and the page number with the number of pages.

    The footer is right-aligned without a tab, because a tab stop for portrait pages would be wrong on landscape pages.
    """
    section = document.sections[0]
    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    head.style, foot.style = document.styles["Header"], document.styles["Footer"]
    head.add_run(RUNNING_TITLE)
    for words, number in zip(FOOT, ("PAGE", "NUMPAGES"), strict=True):
        foot.add_run(words)
        _field(foot._p, number)


def _field(paragraph: Any, instruction: str) -> None:
    """Add a field. Word and LibreOffice compute its value; the 1 is for programs that cannot."""
    simple = f'<w:fldSimple {nsdecls("w")} w:instr=" {instruction} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    paragraph.append(parse_xml(simple))


def _with_our_fonts(parts: dict[str, bytes]) -> dict[str, bytes]:
    """Set one font for text and headings, in the Word theme, so that a designer can change it in one place."""
    theme = parts["word/theme/theme1.xml"].decode()
    latin = f'<a:latin typeface="{WORD_FONT}" panose="020F0502020204030204"/>'
    theme = re.sub(r'<a:latin typeface="Aptos[^>]*>', latin, theme)
    fonts = re.sub(r'<w:font w:name="Aptos.*?</w:font>\s*', "", parts["word/fontTable.xml"].decode(), flags=re.DOTALL)
    named = f'<w:font w:name="{WORD_FONT}">'
    fonts = fonts.replace(named, f'{named}<w:altName w:val="{STAND_IN}"/>')
    return {**parts, "word/theme/theme1.xml": theme.encode(), "word/fontTable.xml": fonts.encode()}
