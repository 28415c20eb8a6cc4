"""Writes and reads the custom XML part that embeds the evidence in a Word document.

Word keeps this part through any edit (ECMA-376 part 1, 15.2.5).
"""

import base64
import binascii
from collections.abc import Mapping

from lxml import etree

from evibrief.evidence.places import MOST_FILES
from evibrief.formats.docx.names import CONTENT_TYPES, DECLARATION, DOCUMENT_RELATIONS, OFFICE, PACKAGE, RELATIONSHIP
from evibrief.formats.docx.package import WordPackage, open_package, serialised
from evibrief.problems import one_problem

SPACE = "urn:evibrief:evidence"
_PART = "customXml/item1.xml"
_PROPERTIES = "customXml/itemProps1.xml"
_RELATION = f"{OFFICE}/customXml"
_STORE = "http://schemas.openxmlformats.org/officeDocument/2006/customXml"
_ITEM = "{8E7C61C2-9A3B-4D5E-8F10-6B2A7C9D0E1F}"


def word_parts(files: Mapping[str, bytes], parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """The parts of a DOCX that embed these files, with the updated relationships and content types."""
    root = etree.Element(f"{{{SPACE}}}evidence", nsmap={None: SPACE})
    for path, data in sorted(files.items()):
        etree.SubElement(root, f"{{{SPACE}}}file", {"path": path}).text = base64.b64encode(data).decode()
    store = f'<ds:datastoreItem xmlns:ds="{_STORE}" ds:itemID="{_ITEM}"><ds:schemaRefs/></ds:datastoreItem>'
    relations, types = (etree.fromstring(parts[name]) for name in (DOCUMENT_RELATIONS, CONTENT_TYPES))
    item = {"Id": "rIdEvidence", "Type": _RELATION, "Target": f"../{_PART}"}
    etree.SubElement(relations, RELATIONSHIP, item)
    kind = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
    override = {"PartName": f"/{_PROPERTIES}", "ContentType": kind}
    etree.SubElement(types, f"{{{PACKAGE}/content-types}}Override", override)
    own = f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{_RELATION}Props" '
    own += 'Target="itemProps1.xml"/></Relationships>'
    return {
        _PART: serialised(root),
        _PROPERTIES: f"{DECLARATION}{store}".encode(),
        "customXml/_rels/item1.xml.rels": f"{DECLARATION}{own}".encode(),
        DOCUMENT_RELATIONS: serialised(relations),
        CONTENT_TYPES: serialised(types),
    }


def embedded_files(data: bytes, name: str) -> Mapping[str, bytes]:
    """The files embedded in a DOCX, by path. Raises `Problems` if it is damaged or contains too much."""
    package = open_package(data, name)
    items = sorted(path for path in package.parts if path.startswith("customXml/item") and path.endswith(".xml"))
    if len(items) > MOST_FILES:
        raise one_problem(name, "damaged", "it carries too many files", "fetch it again")
    coded = [one for path in items for one in _coded(package, path)]  # one tree at a time, because each may be large
    if len({path for path, _ in coded}) < len(coded) or len(coded) > MOST_FILES:
        raise one_problem(name, "damaged", "it carries too many files, or one twice", "fetch it again")
    try:
        return {path: base64.b64decode(text, validate=True) for path, text in coded}
    except binascii.Error as error:
        raise one_problem(name, "damaged", f"what it carries is damaged: {error}", "fetch it again") from error


def _coded(package: WordPackage, part: str) -> list[tuple[str, str]]:
    """The files in one part, by path, still in Base64."""
    return [(one.get("path", ""), one.text or "") for one in package.tree(part).iter(f"{{{SPACE}}}file")]
