"""Character styles in place of formats that pandoc gives to single runs, so that restyling one changes them all.

In: the body with runs that are bold, italic, raised or lowered by themselves. Out: the same with the style of each.
"""

from typing import Any

from evibrief.formats.docx.names import WORD, W
from evibrief.formats.docx.package import word_element
from evibrief.formats.docx.paragraphs import PARAGRAPH, paragraph_style

_NAMESPACES = {"w": WORD}
_STYLES = (
    ("vertAlign[@w:val='superscript']", "Superscript"), ("vertAlign[@w:val='subscript']", "Subscript"),
    ("b", "Strong"), ("i", "Emphasis"),
)  # fmt: skip
"""Each format and the style that gives it, the rarer first: a run has room for one style."""
_SCRIPTS = ("bCs", "iCs")
"""The same formats for scripts such as Arabic, which pandoc writes beside them."""
_BOLD_STYLES = (
    "Title", "Warning", "Heading", "Caption", "TableCaption", "ImageCaption", "TableHeading", "TablePart", "TableBand",
    "TableBandKept",
)  # fmt: skip
"""Styles of paragraphs that are bold: a bold style in one would make its words light (ECMA-376 part 1, 17.7.3)."""
_LIGHT = {"Strong": "", "StrongWord": "", "Tag": "RecordId"}
"""The bold styles of words, and what is left of them in a bold paragraph."""


def style_runs(body: Any) -> None:
    """Replace the formats of runs by styles."""
    for properties in body.iterfind(".//w:r/w:rPr", _NAMESPACES):
        style = properties.find(f"{W}rStyle")
        if style is None:
            _style(properties)
        elif style.get(f"{W}val") == "Hyperlink":
            raised = properties.find(f"{W}vertAlign") is not None
            style.set(f"{W}val", _link_style(paragraph_style(next(properties.iterancestors(PARAGRAPH))), raised))
            _drop(properties, "vertAlign")
        elif properties.find(f"{W}vertAlign") is not None:  # such as the comma between two citations in muted words
            properties.remove(style)
            _style(properties)
    for paragraph in body.iter(PARAGRAPH):
        if paragraph_style(paragraph).rstrip("123456789") in _BOLD_STYLES:
            _unbold(paragraph)


def _link_style(around: str, raised: bool) -> str:
    """The style of a link in a paragraph of this style; a raised link is a citation."""
    if around == "BottomLine":
        return "BottomLineCitation" if raised else "BottomLineLink"
    if raised:
        return "TableCitation" if around.startswith("Table") else "Citation"
    return "Hyperlink"


def _style(properties: Any) -> None:
    for path, style in _STYLES:
        if properties.find(f"w:{path}", _NAMESPACES) is not None:
            name = path.partition("[")[0]
            _drop(properties, name, *(script for script in _SCRIPTS if script[0] == name))
            properties.insert(0, word_element("rStyle", val=style))
            return


def _unbold(paragraph: Any) -> None:
    for properties in paragraph.iterfind(".//w:r/w:rPr", _NAMESPACES):
        style = properties.find(f"{W}rStyle")
        if style is not None and (name := style.get(f"{W}val")) in _LIGHT:
            style.set(f"{W}val", _LIGHT[name]) if _LIGHT[name] else properties.remove(style)
        _drop(properties, "b", "bCs")


def _drop(properties: Any, *names: str) -> None:
    for name in names:
        for one in properties.findall(f"{W}{name}"):
            properties.remove(one)
