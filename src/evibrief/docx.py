"""From the one HTML to a Word document: pandoc, then a finisher for what pandoc cannot write.

In: HTML, properties, the ids that must be bookmarks, the reference document with the styles, pandoc's filter. Out:
DOCX bytes, the same for the same input whatever the clock says.
"""

import calendar
import datetime
import io
import re
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pypandoc
from lxml import etree

from evibrief.problems import Place, Problem, Problems

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_W = f"{{{WORD}}}"
_NAMESPACES = {"w": WORD}
_CONTENTS_MARK = "evibrief:contents"
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip file can name."""


@dataclass(frozen=True)
class WordProperties:
    """What Word shows under File, Info, and what stands at the head of every page."""

    title: str
    subject: str
    description: str
    version: str
    date: datetime.date
    language: str
    author: str
    keywords: tuple[str, ...]
    running_title: str


def write_docx(
    html: str, properties: WordProperties, anchors: frozenset[str], reference: bytes, lua_filter: str
) -> bytes:
    """Turn the HTML into a Word document with real styles.

    Raises `Problems` for what pandoc warns of, and when an id in `anchors` has not become exactly one bookmark.
    """
    parts = _unpack(_run_pandoc(html, properties, reference, lua_filter))
    document = etree.fromstring(parts["word/document.xml"])
    finish_document(document)
    if missing := sorted(anchors - set(bookmark_names(document))):
        raise Problems(Problem(Place("DOCX"), "bookmark", f"`{name}` has no bookmark") for name in missing)
    parts["word/document.xml"] = _serialise(document)
    parts["docProps/core.xml"] = _core_properties(properties)
    parts["word/styles.xml"] = _set_language(parts["word/styles.xml"], properties.language)
    for name in [name for name in parts if re.fullmatch(r"word/header\d*\.xml", name)]:
        parts[name] = _set_running_title(parts[name], properties.running_title)
    return _pack(parts)


def _run_pandoc(html: str, properties: WordProperties, reference: bytes, lua_filter: str) -> bytes:
    """Pandoc reads its filter and its styles from files, so they get a folder that is gone afterwards."""
    moment = calendar.timegm(properties.date.timetuple())
    with tempfile.TemporaryDirectory(prefix="evibrief-") as folder:
        styles, filter_path, written = (Path(folder, name) for name in ("reference.docx", "word.lua", "brief.docx"))
        styles.write_bytes(reference)
        filter_path.write_text(lua_filter, encoding="utf-8")
        command = [
            pypandoc.get_pandoc_path(), "--from=html", "--to=docx", "--sandbox", f"--lua-filter={filter_path}",
            f"--reference-doc={styles}", f"--output={written}",
        ]  # fmt: skip
        environment = {"SOURCE_DATE_EPOCH": str(moment), "HOME": folder}
        run = subprocess.run(command, input=html.encode(), capture_output=True, check=False, env=environment)
        warnings = [line for line in run.stderr.decode(errors="replace").splitlines() if line.strip()]
        if warnings or run.returncode:
            words = warnings or [f"pandoc ended with exit code {run.returncode}"]
            raise Problems(Problem(Place("DOCX"), "pandoc", line) for line in words)
        return written.read_bytes()


def finish_document(document: Any) -> None:
    """Mend the body in place: bookmarks, sections, contents, tables."""
    _single_bookmarks(document)
    _repeat_header_in_every_section(document)
    _fill_contents(document)
    for table, width in _tables_with_widths(document):
        _finish_table(table, width)


def bookmark_names(document: Any) -> list[str]:
    """The names of all bookmarks, in order."""
    return [mark.get(f"{_W}name") for mark in document.iter(f"{_W}bookmarkStart")]


def _single_bookmarks(document: Any) -> None:
    """A second bookmark of one name makes Word drop either: the first one stays."""
    seen: set[str] = set()
    doomed: set[str] = set()
    for mark in list(document.iter(f"{_W}bookmarkStart")):
        name = mark.get(f"{_W}name")
        if name in seen:
            doomed.add(mark.get(f"{_W}id"))
            mark.getparent().remove(mark)
        seen.add(name)
    for mark in list(document.iter(f"{_W}bookmarkEnd")):
        if mark.get(f"{_W}id") in doomed:
            mark.getparent().remove(mark)


def _repeat_header_in_every_section(document: Any) -> None:
    """Pandoc gives header and footer to the last section alone."""
    sections = list(document.iter(f"{_W}sectPr"))
    names = (f"{_W}headerReference", f"{_W}footerReference")
    references = [child for child in sections[-1] if child.tag in names]
    for section in sections[:-1]:
        for position, child in enumerate(references):
            section.insert(position, etree.fromstring(etree.tostring(child)))


def _fill_contents(document: Any) -> None:
    """A contents field with its result filled in: right at once in Word, LibreOffice and print."""
    mark = next((text for text in document.iter(f"{_W}t") if text.text == _CONTENTS_MARK), None)
    if mark is None:
        return
    paragraph = mark.getparent().getparent()
    before = sum(1 for _ in _headings(paragraph.itersiblings(preceding=True)))
    entries = list(_headings([document]))[before:]
    parent, position = paragraph.getparent(), paragraph.getparent().index(paragraph)
    parent.remove(paragraph)
    lines = ['<w:p><w:pPr><w:pStyle w:val="ContentsHeading"/></w:pPr><w:r><w:t>Contents</w:t></w:r></w:p>']
    begin = _field_mark("begin") + r'<w:r><w:instrText xml:space="preserve"> TOC \o "1-2" \n \h \z </w:instrText></w:r>'
    for index, (level, anchor, text) in enumerate(entries):
        opening = begin + _field_mark("separate") if index == 0 else ""
        closing = _field_mark("end") if index == len(entries) - 1 else ""
        words = f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
        link = f'<w:hyperlink w:anchor="{anchor}" w:history="1">{words}</w:hyperlink>'
        lines.append(f'<w:p><w:pPr><w:pStyle w:val="TOC{level}"/></w:pPr>{opening}{link}{closing}</w:p>')
    for line in reversed(lines):
        parent.insert(position, etree.fromstring(line.replace("<w:p>", f'<w:p xmlns:w="{WORD}">', 1)))


def _field_mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def _headings(elements: Iterable[Any]) -> Iterator[tuple[int, str, str]]:
    """Level, bookmark and text of the headings of the first two levels, behind the place of the contents."""
    anchor = ""
    for element in (part for whole in elements for part in whole.iter(f"{_W}bookmarkStart", f"{_W}p")):
        if element.tag == f"{_W}bookmarkStart":
            anchor = element.get(f"{_W}name")
            continue
        style = element.find("w:pPr/w:pStyle", _NAMESPACES)
        if style is not None and style.get(f"{_W}val") in ("Heading1", "Heading2"):
            yield int(style.get(f"{_W}val")[-1]), anchor, "".join(text.text or "" for text in element.iter(f"{_W}t"))


def _tables_with_widths(document: Any) -> Iterator[tuple[Any, int]]:
    """Each table with the width of the text on its page, in twentieths of a point."""
    waiting: list[Any] = []
    for element in document.iter(f"{_W}tbl", f"{_W}sectPr"):
        if element.tag == f"{_W}tbl":
            waiting.append(element)
            continue
        size, margins = element.find("w:pgSz", _NAMESPACES), element.find("w:pgMar", _NAMESPACES)
        if size is None or margins is None:
            continue
        width = sum(sign * int(part.get(f"{_W}{side}")) for sign, part, side in
                    ((1, size, "w"), (-1, margins, "left"), (-1, margins, "right")))  # fmt: skip
        yield from ((table, width) for table in waiting)
        waiting.clear()


def _finish_table(table: Any, width: int) -> None:
    """Columns that fill the page, rows that do not split, records that stay together, quiet paragraphs."""
    style = table.find("w:tblPr/w:tblStyle", _NAMESPACES)
    if style is not None:  # pandoc writes the name where Word wants the id
        style.set(f"{_W}val", style.get(f"{_W}val").replace(" ", ""))
    look = table.find("w:tblPr/w:tblLook", _NAMESPACES)
    look.set(f"{_W}firstColumn", "1")
    look.set(f"{_W}val", "00A0" if look.get(f"{_W}firstRow") == "1" else "0080")
    _set_widths(table, width)
    for style in table.iter(f"{_W}pStyle"):
        if style.get(f"{_W}val") in ("BodyText", "FirstParagraph"):
            style.set(f"{_W}val", "Compact")
    rows = table.findall("w:tr", _NAMESPACES)
    for row, after in zip(rows, [*rows[1:], None], strict=True):
        _keep_whole(row, with_next=_is_header(row) or (after is not None and _continues(after)))


def _set_widths(table: Any, width: int) -> None:
    columns = table.findall("w:tblGrid/w:gridCol", _NAMESPACES)
    shares = [int(column.get(f"{_W}w")) for column in columns]
    widths = [share * width // sum(shares) for share in shares]
    for column, share in zip(columns, widths, strict=True):
        column.set(f"{_W}w", str(share))
    for row in table.iterfind("w:tr", _NAMESPACES):
        start = 0
        for cell in row.iterfind("w:tc", _NAMESPACES):
            properties = cell.find("w:tcPr", _NAMESPACES)
            span = properties.find("w:gridSpan", _NAMESPACES)
            end = start + (int(span.get(f"{_W}val")) if span is not None else 1)
            for old in properties.findall("w:tcW", _NAMESPACES):
                properties.remove(old)
            measure = etree.Element(f"{_W}tcW", {f"{_W}w": str(sum(widths[start:end])), f"{_W}type": "dxa"})
            properties.insert(0, measure)
            start = end


def _is_header(row: Any) -> bool:
    return row.find("w:trPr/w:tblHeader", _NAMESPACES) is not None


def _continues(row: Any) -> bool:
    """Whether a row's first cell belongs to the row above."""
    merge = row.find("w:tc/w:tcPr/w:vMerge", _NAMESPACES)
    return merge is not None and merge.get(f"{_W}val") != "restart"


def _keep_whole(row: Any, with_next: bool) -> None:
    properties = row.find("w:trPr", _NAMESPACES)
    if properties is None:
        properties = etree.Element(f"{_W}trPr")
        row.insert(0, properties)
    if properties.find("w:cantSplit", _NAMESPACES) is None:
        properties.insert(0, etree.Element(f"{_W}cantSplit"))
    if with_next:
        for settings in row.iter(f"{_W}pPr"):
            position = 1 if settings.find("w:pStyle", _NAMESPACES) is not None else 0
            settings.insert(position, etree.Element(f"{_W}keepNext"))


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
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return f"{head}\n<cp:coreProperties {spaces}>{body}{dates}</cp:coreProperties>".encode()


def _set_language(styles: bytes, language: str) -> bytes:
    tree = etree.fromstring(styles)
    for default in tree.iterfind("w:docDefaults/w:rPrDefault/w:rPr/w:lang", _NAMESPACES):
        default.set(f"{_W}val", language)
    return _serialise(tree)


def _set_running_title(header: bytes, title: str) -> bytes:
    tree = etree.fromstring(header)
    texts = list(tree.iter(f"{_W}t"))
    for text in texts[1:]:
        text.text = ""
    if texts:
        texts[0].text = title
    return _serialise(tree)


def _serialise(tree: Any) -> bytes:
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True))


def _unpack(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def _pack(parts: dict[str, bytes]) -> bytes:
    """A zip file whose bytes do not depend on when or where it was written."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
        for name in sorted(parts, key=lambda name: (name != "[Content_Types].xml", name)):
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
            package.writestr(entry, parts[name])
    return written.getvalue()
