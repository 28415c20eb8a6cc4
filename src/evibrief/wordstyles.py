"""The Word styles of a brief, as a `reference.docx`: what a designer opens in Word and changes.

In: pandoc's own reference document. Out: the same with our page, fonts, paragraph, character and table styles, a
header and a footer. `make reference` writes it into `templates/`, where it is kept and may be edited by hand.
"""

import io
import subprocess
from collections.abc import Mapping
from typing import Any

import docx
import pypandoc
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

INK, QUIET, ACCENT, WARNING = (RGBColor.from_string(code) for code in ("1C1F24", "555B66", "1F4E79", "8A1C1C"))
FONT, TITLE_FONT = "Calibri", "Cambria"

PARAGRAPHS: Mapping[str, tuple[str, float, RGBColor, bool, float]] = {
    # name: (based on, size in points, colour, bold, space after in points)
    "Normal": ("", 10.5, INK, False, 0),
    "Body Text": ("Normal", 10.5, INK, False, 6),
    "First Paragraph": ("Body Text", 10.5, INK, False, 6),
    "Compact": ("Normal", 8.5, INK, False, 2),
    "Title": ("Normal", 22, INK, True, 4),
    "Subtitle": ("Normal", 13, QUIET, False, 4),
    "Title Block": ("Normal", 10.5, QUIET, False, 8),
    "Heading 1": ("Normal", 15, ACCENT, True, 5),
    "Heading 2": ("Normal", 12, INK, True, 4),
    "Heading 3": ("Normal", 11, INK, True, 3),
    "Callout": ("Normal", 11, INK, False, 6),
    "Warning": ("Normal", 11, WARNING, True, 4),
    "Table Note": ("Normal", 9.5, QUIET, False, 6),
    "Table Caption": ("Normal", 9.5, INK, True, 3),
    "Bibliography": ("Normal", 9.5, INK, False, 3),
    "Contents Heading": ("Normal", 15, ACCENT, True, 5),
    "toc 1": ("Normal", 10.5, INK, True, 1),
    "toc 2": ("Normal", 10, INK, False, 1),
    "Header": ("Normal", 8, QUIET, False, 0),
    "Footer": ("Normal", 8, QUIET, False, 0),
}
CHARACTERS: Mapping[str, tuple[RGBColor, bool]] = {
    "Record Id": (ACCENT, False),
    "Tag": (ACCENT, True),
    "Muted": (QUIET, False),
    "Strong Word": (INK, True),
    "Hyperlink": (ACCENT, False),
}


def build_reference() -> bytes:
    """The reference document as DOCX bytes."""
    command = [pypandoc.get_pandoc_path(), "--print-default-data-file=reference.docx"]
    document = docx.Document(io.BytesIO(_output_of(command)))
    _set_page(document)
    for name, (base, size, colour, bold, after) in PARAGRAPHS.items():
        _paragraph_style(document, name, base, size, colour, bold, after)
    for name, (colour, bold) in CHARACTERS.items():
        style = _style(document, name, WD_STYLE_TYPE.CHARACTER)
        style.font.color.rgb, style.font.bold = colour, bold or None
        style.font.size = None
    _refine(document)
    _table_styles(document)
    _header_and_footer(document)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _output_of(command: list[str]) -> bytes:
    return subprocess.run(command, capture_output=True, check=True).stdout


def _set_page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin, section.bottom_margin = Mm(22), Mm(20)
    section.header_distance = section.footer_distance = Mm(10)
    section.gutter = Mm(0)


def _style(document: Document, name: str, kind: WD_STYLE_TYPE) -> Any:
    """The style of this name, made when the document has none."""
    names = {style.name.lower(): style for style in document.styles if style.name}
    return names.get(name.lower()) or document.styles.add_style(name, kind)


def _paragraph_style(
    document: Document, name: str, base: str, size: float, colour: RGBColor, bold: bool, after: float
) -> None:
    style = _style(document, name, WD_STYLE_TYPE.PARAGRAPH)
    if base:
        style.base_style = _style(document, base, WD_STYLE_TYPE.PARAGRAPH)
    _font(style, TITLE_FONT if name == "Title" else FONT)
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold or None, None
    style.font.color.rgb = colour
    style.paragraph_format.space_after = Pt(after)
    style.paragraph_format.space_before = Pt(
        {"Heading 1": 16, "Heading 2": 11, "Heading 3": 9, "Table Caption": 10}.get(name, 0)
    )
    style.paragraph_format.keep_with_next = name.startswith("Heading") or name in ("Table Caption", "Contents Heading")


def _font(style: Any, name: str) -> None:
    """One font for all scripts: the theme's fonts would win over a name that is given for Latin letters alone."""
    properties = style.element.get_or_add_rPr()
    for fonts in properties.findall(qn("w:rFonts")):
        properties.remove(fonts)
    scripts = " ".join(f'w:{script}="{name}"' for script in ("ascii", "hAnsi", "eastAsia", "cs"))
    properties.insert(0, parse_xml(f"<w:rFonts {nsdecls('w')} {scripts}/>"))


def _refine(document: Document) -> None:
    """What single styles need beyond font and spacing."""
    callout = _style(document, "Callout", WD_STYLE_TYPE.PARAGRAPH)
    callout.paragraph_format.left_indent = callout.paragraph_format.right_indent = Mm(3)
    properties = callout.element.get_or_add_pPr()
    border = '<w:pBdr {}><w:left w:val="single" w:sz="24" w:space="6" w:color="1F4E79"/></w:pBdr>'
    shading = '<w:shd {} w:val="clear" w:color="auto" w:fill="EEF2F7"/>'
    for template in (shading, border):
        _insert_in_order(properties, parse_xml(template.format(nsdecls("w"))))
    entry = _style(document, "Bibliography", WD_STYLE_TYPE.PARAGRAPH)
    entry.paragraph_format.left_indent, entry.paragraph_format.first_line_indent = Mm(9), Mm(-9)
    entry.paragraph_format.tab_stops.add_tab_stop(Mm(9))
    for level, indent in ((1, 0), (2, 6)):
        contents = _style(document, f"toc {level}", WD_STYLE_TYPE.PARAGRAPH)
        contents.element.set(qn("w:styleId"), f"TOC{level}")  # the id that Word itself gives this style
        contents.paragraph_format.left_indent = Mm(indent)
    for name in ("Heading 1", "Heading 2", "Heading 3", "Title"):
        _style(document, name, WD_STYLE_TYPE.PARAGRAPH).paragraph_format.keep_together = True
    for name in ("Title", "Subtitle"):
        _style(document, name, WD_STYLE_TYPE.PARAGRAPH).paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    _style(document, "Contents Heading", WD_STYLE_TYPE.PARAGRAPH).paragraph_format.page_break_before = True


_BEFORE_BORDERS = {
    qn(f"w:{tag}") for tag in ("pStyle", "keepNext", "keepLines", "pageBreakBefore", "widowControl", "numPr")
}


def _insert_in_order(properties: Any, element: Any) -> None:
    """Word reads paragraph properties in one order only: borders and shading come after `numPr`."""
    position = sum(child.tag in _BEFORE_BORDERS for child in properties)
    properties.insert(position, element)


def _table_styles(document: Document) -> None:
    styles = document.styles.element
    # Pandoc's table style is based on one that its reference document does not have.
    styles.append(
        parse_xml(f"""<w:style {nsdecls("w")} w:type="table" w:default="1" w:styleId="TableNormal">
<w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/>
<w:tblPr><w:tblInd w:w="0" w:type="dxa"/></w:tblPr></w:style>""")
    )
    for name in ("Evidence Table", "Facts Table"):
        bold_first = '<w:tblStylePr w:type="firstCol"><w:rPr><w:b/></w:rPr></w:tblStylePr>' if name[0] == "F" else ""
        styles.append(
            parse_xml(f"""<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="{name.replace(" ", "")}">
<w:name w:val="{name}"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="59"/><w:qFormat/>
<w:pPr><w:spacing w:before="0" w:after="0"/></w:pPr>
<w:tblPr><w:tblBorders><w:top w:val="single" w:sz="8" w:space="0" w:color="1C1F24"/>
<w:bottom w:val="single" w:sz="8" w:space="0" w:color="1C1F24"/>
<w:insideH w:val="single" w:sz="4" w:space="0" w:color="C5CAD3"/></w:tblBorders>
<w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:left w:w="70" w:type="dxa"/>
<w:bottom w:w="30" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr>
<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr>
<w:tcBorders><w:bottom w:val="single" w:sz="8" w:space="0" w:color="1C1F24"/></w:tcBorders>
<w:shd w:val="clear" w:color="auto" w:fill="E3EAF3"/></w:tcPr></w:tblStylePr>{bold_first}</w:style>""")
        )


def _header_and_footer(document: Document) -> None:
    """The running title, which each build writes anew, and the page with the number of pages."""
    section = document.sections[0]
    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    head.style, foot.style = document.styles["Header"], document.styles["Footer"]
    head.add_run("Running title")
    foot.add_run("Not a recommendation to treat\tPage ")
    foot.paragraph_format.tab_stops.clear_all()
    _field(foot._p, "PAGE", "1")
    foot.add_run(" of ")
    _field(foot._p, "NUMPAGES", "1")


def _field(paragraph: Any, instruction: str, shown: str) -> None:
    simple = f'<w:fldSimple {nsdecls("w")} w:instr=" {instruction} "><w:r><w:t>{shown}</w:t></w:r></w:fldSimple>'
    paragraph.append(parse_xml(simple))
