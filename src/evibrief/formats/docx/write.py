"""Turns the HTML into a Word document: pandoc writes it (`converting`), `body` finishes its body, this module the rest.

In: HTML, properties, the ids that must be bookmarks, the reference document with the styles, pandoc's filter. Out: DOCX
bytes, always the same for the same input.
"""

import datetime
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from evibrief.formats.docx.body import finish_body, with_token
from evibrief.formats.docx.content_controls import control_records
from evibrief.formats.docx.converting import word_document
from evibrief.formats.docx.evidence_part import word_parts
from evibrief.formats.docx.footers import footer_parts
from evibrief.formats.docx.names import CONTENT_TYPES, DECLARATION, WORD, W
from evibrief.formats.docx.package import pack, serialised, unpack
from evibrief.formats.docx.pictures import vector_parts
from evibrief.formats.docx.properties import custom_properties
from evibrief.formats.docx.reference import RUNNING_TITLE
from evibrief.problems import Place, Problem, Problems
from evibrief.sections.blocks import Foot
from evibrief.sections.figures.picture import Drawing

_NAMESPACES = {"w": WORD}
_PLACE = Place("DOCX")
_LEFT_OUT = re.compile(r'<(\w+)\b[^>]*\bclass="(?:[^"]* )?not-in-word(?: [^"]*)?"[^>]*>')
_NO_FILES: Mapping[str, bytes] = MappingProxyType({})
_NO_DRAWINGS: Mapping[str, Drawing] = MappingProxyType({})
_VOID = ("br", "hr", "img", "wbr")
_LIST_INDENT = 357
"""The indent of each list level, in twentieths of a point: 6.3 mm."""


@dataclass(frozen=True)
class WordProperties:
    """What Word shows under File, Info, and the running title in the header of every page."""

    title: str
    subject: str
    description: str
    version: str
    date: datetime.date
    language: str
    author: str
    keywords: tuple[str, ...]
    running_title: str
    foot: Foot | None = None
    custom: tuple[tuple[str, str], ...] = ()
    """Names and values for programs: brief, version and hashes."""


def write_docx(
    html: str,
    properties: WordProperties,
    anchors: frozenset[str],
    reference: bytes,
    lua_filter: str,
    drawings: Mapping[str, Drawing] = _NO_DRAWINGS,
    evidence: Mapping[str, bytes] = _NO_FILES,
) -> bytes:
    """Turn the HTML into a Word document with real styles.

    The page has the `drawings` as PNG, under addresses that end in their names (`pictures.named_address`); each is
    added as SVG for versions of Word that can show it. `evidence` is embedded. Raises `Problems` for every warning of
    pandoc, for an id in `anchors` without a bookmark, for a dead link, and for a style that is not in the reference
    document.
    """
    token = secrets.token_hex(16)
    parts = unpack(word_document(leave_out(html), properties.date, reference, with_token(lua_filter, token)))
    document = etree.fromstring(parts["word/document.xml"])
    parts |= vector_parts(document, parts, drawings)  # before the names of the figures are taken out of the body
    finish_body(document, anchors, token)
    if problems := tuple(_complaints(document, anchors, unpack(reference)["word/styles.xml"])):
        raise Problems(problems)
    control_records(document, anchors)
    parts["word/document.xml"] = serialised(document)
    parts |= _properties_parts(parts, properties)
    parts |= _settings_parts(parts, properties.language)
    parts |= _header_parts(parts, properties.running_title)
    if properties.foot:
        parts |= footer_parts(parts, properties.foot)
    if properties.custom:
        parts |= custom_properties(parts, dict(properties.custom))
    if evidence:
        parts |= word_parts(evidence, parts)
    return pack(parts)


def bookmark_names(document: Any) -> list[str]:
    """The names of all bookmarks, in document order."""
    return [mark.get(f"{W}name") for mark in document.iter(f"{W}bookmarkStart")]


def leave_out(html: str) -> str:
    """The page without elements of class `not-in-word`; pandoc itself drops the classes of paragraphs and cells."""
    kept, position = [], 0
    while match := _LEFT_OUT.search(html, position):
        kept.append(html[position : match.start()])
        position = match.end() if match[1] in _VOID else _end_of_element(html, match[1], match.end())
    return "".join((*kept, html[position:]))


def _end_of_element(html: str, name: str, position: int) -> int:
    depth = 1
    for tag in re.compile(rf"</?{name}\b[^>]*>").finditer(html, position):
        depth += -1 if tag[0].startswith("</") else 1
        if depth == 0:
            return tag.end()
    raise Problems([Problem(_PLACE, "not-in-word", f"an element `{name}` is not closed")])


def _complaints(document: Any, anchors: frozenset[str], reference_styles: bytes) -> Iterator[Problem]:
    """Problems for everything that pandoc drops or invents without a warning."""
    names = set(bookmark_names(document))
    hint = "the page must carry it on a div, a span or a heading; at most 40 letters, digits and _, a letter first"
    for name in sorted(anchors - names):
        yield Problem(_PLACE, "bookmark", f"`{name}` has no bookmark", hint)
    targets = {link.get(f"{W}anchor") for link in document.iter(f"{W}hyperlink")} - {None}
    for name in sorted(targets - names):
        yield Problem(_PLACE, "link", f"a link leads to `{name}`, and nothing has that id")
    used = {style.get(f"{W}val") for style in document.iter(*(f"{W}{kind}Style" for kind in ("p", "r", "tbl")))}
    known = {style.get(f"{W}styleId") for style in etree.fromstring(reference_styles).iter(f"{W}style")}
    for name in sorted(used - known):
        yield Problem(_PLACE, "style", f"the style `{name}` is not in the reference document")


def _properties_parts(parts: dict[str, bytes], properties: WordProperties) -> Mapping[str, bytes]:
    """Core and application properties. Pandoc's custom ones, which repeat the page's `meta` elements, are removed."""
    parts.pop("docProps/custom.xml", None)
    mentions = {CONTENT_TYPES: "PartName", "_rels/.rels": "Target"}
    for name, attribute in mentions.items():
        tree = etree.fromstring(parts[name])
        for element in [child for child in tree if child.get(attribute, "").lstrip("/") == "docProps/custom.xml"]:
            tree.remove(element)
        parts[name] = serialised(tree)
    space = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
    application = f'{DECLARATION}<Properties xmlns="{space}"><Application>evibrief</Application></Properties>'
    return {"docProps/core.xml": _core_properties(properties), "docProps/app.xml": application.encode()}


def _core_properties(properties: WordProperties) -> bytes:
    """Title, version and the rest, as Dublin Core (ECMA-376 part 2, core properties)."""
    moment = f"{properties.date.isoformat()}T00:00:00Z"
    fields = (
        ("dc:title", properties.title),
        ("dc:subject", properties.subject),
        ("dc:creator", properties.author),
        ("cp:keywords", ", ".join(properties.keywords)),
        ("dc:description", properties.description),
        ("cp:lastModifiedBy", "evibrief"),
        ("cp:revision", "1"),
        ("dc:language", properties.language),
        ("cp:version", properties.version),
    )
    body = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields)
    dates = "".join(
        f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{moment}</dcterms:{name}>' for name in ("created", "modified")
    )
    spaces = (
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    )
    return f"{DECLARATION}<cp:coreProperties {spaces}>{body}{dates}</cp:coreProperties>".encode()


def _settings_parts(parts: Mapping[str, bytes], language: str) -> Mapping[str, bytes]:
    """Set the language, smaller list indents, and no "compatibility mode" in Word's title bar."""
    styles, settings, numbering = (
        etree.fromstring(parts[f"word/{name}.xml"]) for name in ("styles", "settings", "numbering")
    )
    for default in styles.iterfind("w:docDefaults/w:rPrDefault/w:rPr/w:lang", _NAMESPACES):
        default.set(f"{W}val", language)
    theme_language = settings.find(f"{W}themeFontLang")
    theme_language.set(f"{W}val", language)
    if settings.find(f"{W}compat") is None:
        following = settings.find(f"{W}rsids")
        (theme_language if following is None else following).addprevious(_compatibility())
    for level in numbering.iter(f"{W}lvl"):
        indent = level.find("w:pPr/w:ind", _NAMESPACES)
        indent.set(f"{W}left", str(_LIST_INDENT * (int(level.get(f"{W}ilvl")) + 1)))
        indent.set(f"{W}hanging", str(_LIST_INDENT))
    trees = {"styles": styles, "settings": settings, "numbering": numbering}
    return {f"word/{name}.xml": serialised(tree) for name, tree in trees.items()}


def _compatibility() -> Any:
    """The setting for the layout of Word 2013 and later ([MS-DOCX] 2.3.5, compatibilityMode)."""
    compatibility = etree.Element(f"{W}compat")
    setting = {"name": "compatibilityMode", "uri": "http://schemas.microsoft.com/office/word", "val": "15"}
    etree.SubElement(compatibility, f"{W}compatSetting", {f"{W}{name}": value for name, value in setting.items()})
    return compatibility


def _header_parts(parts: Mapping[str, bytes], title: str) -> Mapping[str, bytes]:
    """The headers with the running title filled in; everything else that a designer put there is kept."""
    headers = {name: etree.fromstring(parts[name]) for name in parts if re.fullmatch(r"word/header\d*\.xml", name)}
    paragraphs = (paragraph for header in headers.values() for paragraph in header.iter(f"{W}p"))
    texts_of = (list(paragraph.iter(f"{W}t")) for paragraph in paragraphs)
    places = [texts for texts in texts_of if "".join(text.text or "" for text in texts) == RUNNING_TITLE]
    if not places:
        message = f"no header of the reference document has a paragraph that reads `{RUNNING_TITLE}`"
        raise Problems([Problem(_PLACE, "header", message)])
    for texts in places:
        for index, text in enumerate(texts):  # Word may split a text into several runs
            text.text = "" if index else title
    return {name: serialised(tree) for name, tree in headers.items()}
