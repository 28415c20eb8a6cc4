"""Word documents in the shape that Word writes, put together piece by piece from ECMA-376 and MS-DOCX, for tests."""

import base64
import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml" '
    'xmlns:w16cid="http://schemas.microsoft.com/office/word/2016/wordml/cid" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="w14 w15 w16cid"'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
KINDS = {
    "comments": f"{OFFICE}/comments",
    "commentsExtended": "http://schemas.microsoft.com/office/2011/relationships/commentsExtended",
    "commentsIds": "http://schemas.microsoft.com/office/2016/09/relationships/commentsIds",
    "people": "http://schemas.microsoft.com/office/2011/relationships/people",
    "footnotes": f"{OFFICE}/footnotes", "endnotes": f"{OFFICE}/endnotes",
    "header1": f"{OFFICE}/header", "footer1": f"{OFFICE}/footer",
}  # fmt: skip


def run(text: str, rsid: str = "00A1B2C3") -> str:
    return f'<w:r w:rsidR="{rsid}"><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(*inside: str, style: str = "", mark: str = "") -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    ended = f"<w:rPr>{mark}</w:rPr>" if mark else ""
    return f"<w:p><w:pPr>{named}{ended}</w:pPr>{''.join(inside)}</w:p>"


def control(tag: str, *inside: str) -> str:
    return f'<w:sdt><w:sdtPr><w:tag w:val="{tag}"/></w:sdtPr><w:sdtContent>{"".join(inside)}</w:sdtContent></w:sdt>'


def bookmark(name: str, number: int, *inside: str) -> str:
    start = f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>'
    return f'{start}{"".join(inside)}<w:bookmarkEnd w:id="{number}"/>'


def commented(number: int, *inside: str) -> str:
    range_ = f'<w:commentRangeStart w:id="{number}"/>{"".join(inside)}<w:commentRangeEnd w:id="{number}"/>'
    return range_ + point(number)


def point(number: int) -> str:
    return f'<w:r><w:commentReference w:id="{number}"/></w:r>'


def tracked(kind: str, *inside: str, author: str = "Rita Review", date: str = "2026-03-02T10:30:00Z") -> str:
    text = "".join(inside)
    if kind in ("del", "moveFrom"):
        text = text.replace("<w:t ", "<w:delText ").replace("</w:t>", "</w:delText>") if kind == "del" else text
    return f'<w:{kind} w:id="900" w:author="{author}" w:date="{date}">{text}</w:{kind}>'


def comment(number: int, text: str, author: str = "Rita Review", date: str = "2026-03-02T10:30:00Z") -> str:
    lines = "".join(
        f'<w:p w14:paraId="{number:04X}{line:04X}">{run(words)}</w:p>' for line, words in enumerate(text.split("\n"))
    )
    return f'<w:comment w:id="{number}" w:author="{author}" w:date="{date}" w:initials="x">{lines}</w:comment>'


def last_paragraph(number: int, lines: int = 1) -> str:
    return f"{number:04X}{lines - 1:04X}"


def extended(*threads: tuple[str, str, bool]) -> str:
    """`(paragraph, parent or nothing, done)` for each comment."""
    return "".join(
        f'<w15:commentEx w15:paraId="{own}"{f" w15:paraIdParent={chr(34)}{parent}{chr(34)}" if parent else ""} '
        f'w15:done="{int(done)}"/>'
        for own, parent, done in threads
    )


def _types(names: Mapping[str, str]) -> str:
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    kinds = {"document": "document.main", "header1": "header", "footer1": "footer"}
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{word}.{kinds.get(name, name)}+xml"/>'
        for name in ("document", *names)
    )
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    defaults = f'<Default Extension="rels" ContentType="{relations}"/>'
    defaults += '<Default Extension="xml" ContentType="application/xml"/>'
    space = "http://schemas.openxmlformats.org/package/2006/content-types"
    return f'<Types xmlns="{space}">{defaults}{overrides}</Types>'


def word_file(
    body: str, comments: Sequence[str] = (), threads: str = "", others: Mapping[str, str] | None = None
) -> bytes:
    """A package with a body; `others` are the inner XML of footnotes, headers and so on, by their part's name."""
    roots = {"comments": "comments", "commentsExtended": "commentsEx", "commentsIds": "commentsIds", "people": "people",
             "footnotes": "footnotes", "endnotes": "endnotes", "header1": "hdr", "footer1": "ftr"}  # fmt: skip
    prefix = {"commentsExtended": "w15", "commentsIds": "w16cid", "people": "w15"}
    inner = dict(others or {})
    if comments:
        inner["comments"] = "".join(comments)
    if threads:
        inner["commentsExtended"] = threads
    parts = {"word/document.xml": f"<w:document {SPACES}><w:body>{body}</w:body></w:document>"}
    for name, text in inner.items():
        root = f"{prefix.get(name, 'w')}:{roots[name]}"
        parts[f"word/{name}.xml"] = f"<{root} {SPACES}>{text}</{root}>"
    relations = "".join(
        f'<Relationship Id="r{at}" Type="{KINDS[name]}" Target="{name}.xml"/>' for at, name in enumerate(inner)
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    parts["word/_rels/document.xml.rels"] = f'<Relationships xmlns="{space}">{relations}</Relationships>'
    main = f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
    parts["_rels/.rels"] = f'<Relationships xmlns="{space}">{main}</Relationships>'
    types = _types(inner)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", types)
        for name, text in parts.items():
            package.writestr(name, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{text}')
    return written.getvalue()


def carried_part(files: list[tuple[str, bytes]]) -> bytes:
    named = ((name.replace("\n", "&#10;"), base64.b64encode(data).decode()) for name, data in files)
    inside = "".join(f'<file path="{name}">{data}</file>' for name, data in named)
    return f'<evidence xmlns="urn:evibrief:evidence">{inside}</evidence>'.encode()


def zipped(data: bytes, instead: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in instead:
                new.writestr(name, old.read(name))
        for name, part in instead.items():
            new.writestr(name, part)
    return written.getvalue()
