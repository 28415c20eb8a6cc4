"""Builds `reference.docx`, the Word styles of a brief, which a designer can change in Word.

In: pandoc's own reference document. Out: the same with our page setup, fonts, paragraph, character and table styles,
header and footer; the same bytes every time. It is kept in `templates/` and may be edited by hand.
"""

import io
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import docx
import pypandoc
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
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


INK, QUIET, ACCENT, ALARM, WARM, WHITE = "1C1F24", "555B66", "1F4E79", "8A1C1C", "A33A06", "FFFFFF"
TINT, LINE = "EEF2F7", "C5CAD3"
"""The colours of `templates/style.css`, each with the meaning that it has there."""
WORD_FONT, STAND_IN = "Calibri", "Carlito"
"""The font, and the one with the same widths that replaces it if it is not installed."""
MARGIN = 16
"""The margin on every side, in millimetres."""
COLUMN = 85.5
"""The width of a column of the contents, in millimetres: two, with 7 mm between them."""


@dataclass(frozen=True)
class ParagraphStyle:
    """A paragraph style: what differs from the one that it is based on. Sizes and spaces in points, indents in mm."""

    based_on: str = "Normal"
    size: float | None = None
    colour: str | None = None
    bold: bool | None = None
    before: float | None = None
    after: float | None = None
    line: float | None = None
    """The distance of lines, as a share of that of the font."""
    left: float | None = None
    hanging: float = 0
    with_next: bool | None = None
    whole: bool | None = None
    new_page: bool | None = None
    bar: str = ""
    """The colour of a bar on the left; a paragraph with a bar is also shaded."""
    frame: str = ""
    """The colour of a frame, with a bar on its left. Paragraphs with the same frame and indents are framed together."""
    fill: str = ""
    """The colour behind the words."""
    rule: str = ""
    """The colour of a rule on the left, without shading."""
    width: float = 0
    """The width of that rule in points."""
    apart: bool = True
    """Whether the space before and after is kept between two paragraphs of this style too."""


_THICK, _THIN = 2.25, 0.75
"""The widths of the rules beside judgements in the style sheet, 3 and 1 px."""

PARAGRAPHS: Mapping[str, ParagraphStyle] = {
    "Normal": ParagraphStyle("", size=9.5, colour=INK, before=0, after=0, left=0),
    "Body Text": ParagraphStyle(after=4, line=0.97),
    "First Paragraph": ParagraphStyle("Body Text"),
    "After Table": ParagraphStyle("Body Text", before=8),
    "Body Text Kept": ParagraphStyle("Body Text", with_next=True),
    "Compact": ParagraphStyle("Body Text", after=1.5),
    "Compact After Table": ParagraphStyle("Compact", before=6),
    "Small": ParagraphStyle(size=8.5, colour=QUIET, after=3),
    "Claim": ParagraphStyle("Body Text", left=5, whole=True),
    "Title": ParagraphStyle(size=20, colour=INK, bold=True, before=0, after=2, with_next=True, whole=True),
    "Subtitle": ParagraphStyle("Normal", size=12, colour=QUIET, before=0, after=2),
    "Title Block": ParagraphStyle(colour=QUIET, after=3),
    "heading 1": ParagraphStyle(size=14, colour=ACCENT, bold=True, before=11, after=3, with_next=True, whole=True),
    "heading 2": ParagraphStyle(size=11, colour=INK, bold=True, before=7, after=2, with_next=True, whole=True),
    "heading 3": ParagraphStyle(size=10.5, colour=INK, bold=True, before=7, after=2, with_next=True, whole=True),
    "heading 4": ParagraphStyle(size=10, colour=QUIET, bold=True, before=6, after=2, with_next=True, whole=True),
    "Page One Heading": ParagraphStyle("heading 1", size=11, before=2, after=1),
    "Page One Text": ParagraphStyle(size=9, after=1, line=0.94),
    "Page One After Table": ParagraphStyle("Page One Text", before=4),
    "Summary Heading": ParagraphStyle("heading 1"),
    "Safety Heading": ParagraphStyle("Page One Heading", colour=ALARM, before=3, left=3, frame=ALARM),
    "Safety": ParagraphStyle("Page One Text", before=0, after=4, left=3, frame=ALARM, apart=False),
    "Bottom Line": ParagraphStyle(
        size=10, colour=WHITE, before=2, after=4, left=3, with_next=True, whole=True, fill=ACCENT
    ),
    "TOC Heading": ParagraphStyle("heading 1", before=0),
    "Contents Heading": ParagraphStyle("TOC Heading", new_page=True),
    "toc 1": ParagraphStyle(size=9, bold=True, before=3, after=0.5, left=4, hanging=4, whole=True),
    "toc 2": ParagraphStyle(size=8.5, after=0.5, left=7, hanging=4, whole=True),
    "toc 3": ParagraphStyle("toc 2", left=11, hanging=4),
    "table of figures": ParagraphStyle(size=8, colour=QUIET, after=0.5, left=4, hanging=4, whole=True),
    "Callout": ParagraphStyle(before=3, after=4, left=3, whole=True, bar=ACCENT),
    "Callout Kept": ParagraphStyle("Callout", with_next=True),
    "Warning": ParagraphStyle(size=11, colour=ALARM, bold=True, before=2, after=6, whole=True),
    "caption": ParagraphStyle(size=9, colour=INK, bold=True, before=5, after=2, whole=True),
    "Table Caption": ParagraphStyle("caption", with_next=True),
    "Image Caption": ParagraphStyle("caption", before=2, after=5),
    "Captioned Figure": ParagraphStyle(before=4, after=0, with_next=True),
    "Table Text": ParagraphStyle(size=8.5, after=0.5, line=0.92),
    "Table Text Kept": ParagraphStyle("Table Text", with_next=True),
    "Table Heading": ParagraphStyle("Table Text", with_next=True),
    # Not kept: with a part, a claim and its first study kept in a chain, LibreOffice 25.2 lost ten claims of a table.
    "Table Part": ParagraphStyle("Table Heading", colour=ACCENT, bold=True, with_next=False),
    "Table Band": ParagraphStyle("Table Text", bold=True),
    "Table Band Kept": ParagraphStyle("Table Band", with_next=True),
    "Table Entry": ParagraphStyle("Table Text", left=3.5),
    "Table Entry Kept": ParagraphStyle("Table Entry", with_next=True),
    "Judged": ParagraphStyle("Table Text", after=0.5, left=1.6, rule=LINE, width=_THICK),
    "Judged Supported": ParagraphStyle("Judged", after=0.5, rule=ACCENT, width=_THICK),
    "Judged Thin": ParagraphStyle("Judged", after=0.5, rule=ACCENT, width=_THIN),
    "Judged Conflicting": ParagraphStyle("Judged", after=0.5, rule=WARM, width=_THICK),
    "Judged Contradicted": ParagraphStyle("Judged", after=0.5, rule=WARM, width=_THIN),
    "Judged Absent": ParagraphStyle("Judged", after=0.5, rule=LINE, width=_THIN),
    "Table Note": ParagraphStyle(size=8.5, colour=QUIET, before=3, after=6),
    "Table Note Kept": ParagraphStyle("Table Note", with_next=True),
    "Bibliography": ParagraphStyle(size=8, after=1.5, line=0.94, left=7, hanging=7, whole=True),
    "Header": ParagraphStyle(size=8.5, colour=QUIET),
    "Footer": ParagraphStyle(size=8.5, colour=QUIET),
    "Spacer": ParagraphStyle(size=2, after=3),
}
"""The paragraph styles. Ours are based on Word's own, so that they follow when a designer changes one of those."""

TOC_STYLES = ("toc 1", "toc 2", "toc 3", "table of figures")
"""The styles of lists with page numbers."""


@dataclass(frozen=True)
class CharacterStyle:
    """A character style: what differs from the one that it is based on. Sizes are in points."""

    based_on: str = "Default Paragraph Font"
    colour: str | None = None
    bold: bool | None = None
    italic: bool | None = None
    script: Literal["", "superscript", "subscript"] = ""
    size: float | None = None


CHARACTERS: Mapping[str, CharacterStyle] = {
    "Strong": CharacterStyle(bold=True),
    "Emphasis": CharacterStyle(italic=True),
    "Superscript": CharacterStyle(script="superscript"),
    "Subscript": CharacterStyle(script="subscript"),
    "Hyperlink": CharacterStyle(colour=ACCENT),
    # Word shows raised words at 65 % of their size, LibreOffice at 58 %: these sizes make them as large as in the PDF.
    "Citation": CharacterStyle("Hyperlink", script="superscript", size=11),
    "Table Citation": CharacterStyle("Citation", size=9),
    "Bottom Line Citation": CharacterStyle("Citation", colour=WHITE),
    "Bottom Line Link": CharacterStyle("Hyperlink", colour=WHITE),
    "Record Id": CharacterStyle(colour=ACCENT),
    "Tag": CharacterStyle(colour=ACCENT, bold=True),
    "Muted": CharacterStyle(colour=QUIET),
    "Strong Word": CharacterStyle("Strong"),
    "Warning Word": CharacterStyle("Strong", colour=ALARM),
}
TABLES: Mapping[str, str] = {
    # name: the format of the first column if its cells are row headers
    "Evidence Table": "<w:tcPr/>",
    "Facts Table": "<w:rPr><w:b/></w:rPr>",
}
GRID = "Table Grid"
"""Word's own table style, with the lines of all our tables: the others are based on it."""

_BUILT_IN = {
    "Header": "Header", "Footer": "Footer", "toc 1": "TOC1", "toc 2": "TOC2", "toc 3": "TOC3",
    "table of figures": "TableofFigures", "Strong": "Strong", "Emphasis": "Emphasis",
}  # fmt: skip
"""Styles that Word knows but pandoc's reference document lacks, with Word's ids for them."""


def build_reference() -> bytes:
    """The reference document as DOCX bytes."""
    command = [pypandoc.get_pandoc_path(), "--print-default-data-file=reference.docx"]
    document = docx.Document(io.BytesIO(subprocess.run(command, capture_output=True, check=True).stdout))
    _set_page(document)
    _set_defaults(document)
    for name, look in PARAGRAPHS.items():
        _shape_paragraph(_style(document, name, WD_STYLE_TYPE.PARAGRAPH), look, document)
    for name, shape in CHARACTERS.items():
        _shape_characters(_style(document, name, WD_STYLE_TYPE.CHARACTER), shape, document)
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
            size.set(qn("w:val"), str(round(2 * (PARAGRAPHS["Normal"].size or 0))))
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
    """Write what the style differs in from its base, and nothing else, so that it follows when that is changed."""
    style.base_style = _style(document, look.based_on, WD_STYLE_TYPE.PARAGRAPH) if look.based_on else None
    style.hidden, style.unhide_when_used = False, False
    _clear(style.element.get_or_add_rPr(), ())
    _clear(style.element.get_or_add_pPr(), ("w:outlineLvl", "w:numPr"))
    style.font.size = None if look.size is None else Pt(look.size)
    style.font.bold = look.bold
    if look.colour:
        style.font.color.rgb = RGBColor.from_string(look.colour)
    shape = style.paragraph_format
    shape.space_before, shape.space_after = (None if at is None else Pt(at) for at in (look.before, look.after))
    shape.line_spacing = look.line
    if look.left is not None:
        shape.left_indent, shape.first_line_indent = Mm(look.left), Mm(-look.hanging)
    shape.keep_with_next, shape.keep_together, shape.page_break_before = look.with_next, look.whole, look.new_page
    if ground := look.fill or (TINT if look.bar else ""):
        # The side in the colour of the ground brings it to the edge of the text, as wide as the tables.
        _add_borders(style.element.get_or_add_pPr(), _bar(look.bar or look.fill) + _side("right", ground, 3, 6), ground)
    if look.frame:
        top, bottom, right = (_side(side, look.frame, 0.5, space) for side, space in _SIDES)
        _add_borders(style.element.get_or_add_pPr(), f"{top}{_bar(look.frame)}{bottom}{right}")
    if look.rule:
        _add_borders(style.element.get_or_add_pPr(), _side("left", look.rule, look.width, 2))
    if look.bar or look.fill or look.frame:
        shape.right_indent = Mm(look.left or 0)
    if not look.apart:
        style.element.get_or_add_pPr().find(qn("w:ind")).addnext(parse_xml(f"<w:contextualSpacing {nsdecls('w')}/>"))


def _shape_characters(style: Any, shape: CharacterStyle, document: Document) -> None:
    style.base_style = _style(document, shape.based_on, WD_STYLE_TYPE.CHARACTER)
    _clear(style.element.get_or_add_rPr(), ())
    font = style.font
    font.bold, font.italic, font.size = shape.bold, shape.italic, None if shape.size is None else Pt(shape.size)
    if shape.script:
        setattr(font, shape.script, True)
    if shape.colour:
        font.color.rgb = RGBColor.from_string(shape.colour)


def _clear(properties: Any, kept: Sequence[str]) -> None:
    """Take out what pandoc's document says about a style: fonts are the theme's, and the rest is ours."""
    for element in [one for one in properties if one.tag not in {qn(name) for name in kept}]:
        properties.remove(element)


def _bar(colour: str) -> str:
    return _side("left", colour, 3, 6)


def _side(name: str, colour: str, width: float, space: int) -> str:
    """One side of a border; width and space in points. Word counts the width in eighths."""
    return f'<w:{name} w:val="single" w:sz="{width * 8:.0f}" w:space="{space}" w:color="{colour}"/>'


_SIDES = (("top", 3), ("bottom", 3), ("right", 8))
"""The sides of a frame beside its bar, and how far each is from the words, in points."""


def _add_borders(properties: Any, sides: str, ground: str = "") -> None:
    """Add borders and shading. Word requires a fixed order: they come before tabs and spacing."""
    spacing = properties.find(qn("w:spacing"))
    spacing.addprevious(parse_xml(f'<w:pBdr {nsdecls("w")}>{sides}</w:pBdr>'))
    if ground:
        spacing.addprevious(parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{ground}"/>'))


def _refine(document: Document) -> None:
    """Adjust single styles beyond their look."""
    _style(document, "Normal", WD_STYLE_TYPE.PARAGRAPH).paragraph_format.widow_control = True
    _style(document, "Bibliography", WD_STYLE_TYPE.PARAGRAPH).paragraph_format.tab_stops.add_tab_stop(Mm(7))
    for name in TOC_STYLES:
        stops = _style(document, name, WD_STYLE_TYPE.PARAGRAPH).paragraph_format.tab_stops
        stops.add_tab_stop(Mm(COLUMN), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    _style(document, "caption", WD_STYLE_TYPE.PARAGRAPH).element.find(qn("w:name")).set(qn("w:val"), "caption")
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
    styles.append(
        parse_xml(f"""<w:style {nsdecls("w")} w:type="table" w:styleId="{GRID.replace(" ", "")}">
<w:name w:val="{GRID}"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="39"/>
<w:tblPr><w:tblBorders><w:top w:val="single" w:sz="8" w:space="0" w:color="{INK}"/>
<w:bottom w:val="single" w:sz="8" w:space="0" w:color="{INK}"/>
<w:insideH w:val="single" w:sz="4" w:space="0" w:color="{LINE}"/></w:tblBorders>
<w:tblCellMar><w:top w:w="20" w:type="dxa"/><w:left w:w="70" w:type="dxa"/>
<w:bottom w:w="16" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>""")
    )
    for name, first_column in TABLES.items():
        # LibreOffice takes the format of the first row from the style itself, not from the one that it is based on.
        styles.append(
            parse_xml(f"""<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="{name.replace(" ", "")}">
<w:name w:val="{name}"/><w:basedOn w:val="{GRID.replace(" ", "")}"/><w:uiPriority w:val="59"/><w:qFormat/>
<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr>
<w:tcBorders><w:bottom w:val="single" w:sz="8" w:space="0" w:color="{INK}"/></w:tcBorders>
<w:shd w:val="clear" w:color="auto" w:fill="{TINT}"/></w:tcPr></w:tblStylePr>
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
