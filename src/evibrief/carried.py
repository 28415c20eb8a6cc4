"""What a finished document carries: its evidence and its manifest, put in and taken out again.

In: bytes of a PDF or a DOCX. Out: files by path. A PDF has its files attached, with their path as description
(ISO 32000-1, 7.11.4); a DOCX has them in a custom XML part, which Word keeps through any edit (ECMA-376 part 1,
15.2.5).
"""

import base64
import binascii
import io
import re
import zlib
from collections.abc import Mapping
from typing import Any

from lxml import etree

from evibrief.places import LARGEST, MANIFEST, MOST_FILES, demand_safe
from evibrief.problems import Place, Problem, Problems
from evibrief.wordpackage import WordPackage, open_package

SPACE = "urn:evibrief:evidence"
_PART = "customXml/item1.xml"
_PROPERTIES = "customXml/itemProps1.xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"
_STORE = "http://schemas.openxmlformats.org/officeDocument/2006/customXml"
_ITEM = "{8E7C61C2-9A3B-4D5E-8F10-6B2A7C9D0E1F}"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def word_parts(files: Mapping[str, bytes], parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """The parts of a DOCX that carry these files, with the relations and types that make them known."""
    root = etree.Element(f"{{{SPACE}}}evidence", nsmap={None: SPACE})
    for path, data in sorted(files.items()):
        etree.SubElement(root, f"{{{SPACE}}}file", {"path": path}).text = base64.b64encode(data).decode()
    store = f'<ds:datastoreItem xmlns:ds="{_STORE}" ds:itemID="{_ITEM}"><ds:schemaRefs/></ds:datastoreItem>'
    relations, types = (etree.fromstring(parts[name]) for name in ("word/_rels/document.xml.rels", _TYPES))
    item = {"Id": "rIdEvidence", "Type": _RELATION, "Target": f"../{_PART}"}
    etree.SubElement(relations, f"{{{_PACKAGE}/relationships}}Relationship", item)
    kind = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
    override = {"PartName": f"/{_PROPERTIES}", "ContentType": kind}
    etree.SubElement(types, f"{{{_PACKAGE}/content-types}}Override", override)
    own = f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_RELATION}Props" '
    own += 'Target="itemProps1.xml"/></Relationships>'
    return {
        _PART: _serialise(root),
        _PROPERTIES: f"{_XML}{store}".encode(),
        "customXml/_rels/item1.xml.rels": f"{_XML}{own}".encode(),
        "word/_rels/document.xml.rels": _serialise(relations),
        _TYPES: _serialise(types),
    }


_TYPES = "[Content_Types].xml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def _serialise(tree: object) -> bytes:
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True))


def carried_files(data: bytes, name: str) -> Mapping[str, bytes]:
    """The files that a PDF or a DOCX carries, by path.

    Raises `Problems` for a file that is neither, that is damaged, or that carries nothing of ours; and for a path that
    would lead out of a folder.
    """
    if data.startswith(b"%PDF"):
        files = _in_pdf(data, name)
    elif data.startswith(b"PK"):
        files = _in_word(data, name)
    else:
        hint = "name the PDF or the DOCX: a web page carries no evidence"
        raise _problem(name, "not-ours", "this is neither a PDF nor a DOCX", hint)
    if not files:
        hint = "it was made by something else, or saved anew by a program that drops what it does not know"
        raise _problem(name, "not-ours", "this document carries no evidence", hint)
    demand_safe({path: data for path, data in files.items() if path != MANIFEST}, name)
    return files


def _problem(name: str, rule: str, message: str, hint: str) -> Problems:
    return Problems([Problem(Place(name), rule, message, hint)])


def _in_pdf(data: bytes, name: str) -> Mapping[str, bytes]:
    import pikepdf  # a quarter of a second, which only those who look into a PDF pay

    files: dict[str, bytes] = {}
    room = LARGEST
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            listed = [one for one in pdf.Root.get("/AF", []) if "/Desc" in one]  # what others attach has no path
            for number, one in enumerate(listed):
                if number >= MOST_FILES or str(one["/Desc"]) in files:
                    raise _problem(name, "damaged", "it carries too many files, or one twice", "fetch it again")
                files[str(one["/Desc"])] = _unpacked(one["/EF"]["/F"], room, name)
                room -= len(files[str(one["/Desc"])])
    except (pikepdf.PdfError, pikepdf.PasswordError, zlib.error, *_WRONG_SHAPES) as no:
        why = re.sub(r"(stream )?<[^>]*>[ :]*", "", str(no))  # how the engine calls the bytes that it was given
        raise _problem(name, "damaged", f"this PDF cannot be read: {why}", "fetch it again") from no
    return files


_WRONG_SHAPES = (LookupError, AttributeError, TypeError, ValueError)
"""What asking a strange PDF for what ours have leads to."""


def _unpacked(stream: Any, room: int, name: str) -> bytes:
    """An attachment, unpacked only as far as there is room for it: some bytes unpack to more than a machine holds."""
    raw = bytes(stream.read_raw_bytes())
    if (kind := stream.get("/Filter")) is not None:
        if str(kind) != "/FlateDecode":
            raise _problem(name, "damaged", f"it carries a file packed as {kind}, which none of ours is", "")
        unpacker = zlib.decompressobj()
        raw = unpacker.decompress(raw, room + 1)
        if len(raw) <= room and not unpacker.eof:
            raise _problem(name, "damaged", "a file that it carries is cut off", "fetch it again")
    if len(raw) > room:
        raise _problem(name, "damaged", "it carries more than any evidence base holds", "")
    return raw


def _in_word(data: bytes, name: str) -> Mapping[str, bytes]:
    package = open_package(data, name)
    items = sorted(path for path in package.parts if path.startswith("customXml/item") and path.endswith(".xml"))
    if len(items) > MOST_FILES:
        raise _problem(name, "damaged", "it carries too many files", "fetch it again")
    coded = [one for path in items for one in _coded(package, path)]  # a tree at a time: each may be large
    if len({path for path, _ in coded}) < len(coded) or len(coded) > MOST_FILES:
        raise _problem(name, "damaged", "it carries too many files, or one twice", "fetch it again")
    try:
        return {path: base64.b64decode(text, validate=True) for path, text in coded}
    except binascii.Error as error:
        raise _problem(name, "damaged", f"what it carries is damaged: {error}", "fetch it again") from error


def _coded(package: WordPackage, part: str) -> list[tuple[str, str]]:
    """The files in one part, by path, as they are written there."""
    return [(one.get("path", ""), one.text or "") for one in package.tree(part).iter(f"{{{SPACE}}}file")]
