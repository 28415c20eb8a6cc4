"""Custom properties of a Word document: which brief, version and evidence it is, for people and for programs.

In: the parts of a package and values by name. Out: the parts that change. Word shows them under File, Info,
Properties, Advanced Properties, Custom (ECMA-376 part 1, 22.3), and keeps them when the file is saved.
"""

from collections.abc import Mapping
from typing import Any

from lxml import etree

_PART = "docProps/custom.xml"
_KIND = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
"""The one format id that custom properties have."""


def custom_properties(parts: Mapping[str, bytes], values: Mapping[str, str]) -> dict[str, bytes]:
    """The properties part with these values beside those that are there, and what makes it known."""
    known = read_custom_properties(parts) | {name: value for name, value in values.items() if value}
    root = etree.Element(f"{{{_CUSTOM}}}Properties", nsmap={None: _CUSTOM, "vt": _TYPES})
    for number, (name, value) in enumerate(known.items(), 2):
        attributes = {"fmtid": _FORMAT, "pid": str(number), "name": name}
        one = etree.SubElement(root, f"{{{_CUSTOM}}}property", attributes)
        etree.SubElement(one, f"{{{_TYPES}}}lpwstr").text = value
    added = {_PART: serialised(root)}
    return added if _PART in parts else added | with_part(parts, _PART, _KIND, "_rels/.rels", _RELATION)


def read_custom_properties(parts: Mapping[str, bytes]) -> dict[str, str]:
    """The custom properties of one of our documents by their names."""
    if _PART not in parts:
        return {}
    tree = etree.fromstring(parts[_PART])
    return {one.get("name", ""): "".join(one.itertext()) for one in tree.iter(f"{{{_CUSTOM}}}property")}


def with_part(parts: Mapping[str, bytes], path: str, kind: str, relations: str, relation: str) -> dict[str, bytes]:
    """The content types and relationships of a package that has a part of this path; unchanged where it is known."""
    types, related = etree.fromstring(parts["[Content_Types].xml"]), etree.fromstring(parts[relations])
    if not any(one.get("PartName") == f"/{path}" for one in types):
        etree.SubElement(types, f"{{{_PACKAGE}/content-types}}Override", {"PartName": f"/{path}", "ContentType": kind})
    target = path.removeprefix(relations.partition("_rels/")[0])
    if not any(one.get("Target") == target for one in related):
        name = "rId" + "".join(letter for letter in path.title() if letter.isalnum())
        entry = {"Id": name, "Type": relation, "Target": target}
        etree.SubElement(related, f"{{{_PACKAGE}/relationships}}Relationship", entry)
    return {"[Content_Types].xml": serialised(types), relations: serialised(related)}


def serialised(tree: Any) -> bytes:
    """A part as bytes, the same each time."""
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True))
