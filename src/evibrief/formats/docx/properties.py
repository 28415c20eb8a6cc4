"""Custom properties of a Word document: its brief, version and evidence hash, for people and programs.

In: the parts of a package and values by name. Out: the parts that change. Word shows the properties under File, Info,
Properties, Advanced Properties, Custom (ECMA-376 part 1, 22.3), and keeps them when the file is saved.
"""

from collections.abc import Mapping
from typing import Any

from lxml import etree

from evibrief.formats.docx.names import OFFICE
from evibrief.formats.docx.package import WordPackage, serialised, with_part

_PART = "docProps/custom.xml"
_KIND = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_RELATION = f"{OFFICE}/custom-properties"

_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
"""The format id of custom properties, always the same."""


def custom_properties(parts: Mapping[str, bytes], values: Mapping[str, str]) -> dict[str, bytes]:
    """The properties part with these values added, and the changed content types and relationships."""
    known = _values(etree.fromstring(parts[_PART])) if _PART in parts else {}
    known |= {name: value for name, value in values.items() if value}
    root = etree.Element(f"{{{_CUSTOM}}}Properties", nsmap={None: _CUSTOM, "vt": _TYPES})
    for number, (name, value) in enumerate(known.items(), 2):
        attributes = {"fmtid": _FORMAT, "pid": str(number), "name": name}
        one = etree.SubElement(root, f"{{{_CUSTOM}}}property", attributes)
        etree.SubElement(one, f"{{{_TYPES}}}lpwstr").text = value
    added = {_PART: serialised(root)}
    return added if _PART in parts else added | with_part(parts, _PART, _KIND, "_rels/.rels", _RELATION)


RECIPIENT = "evibrief-recipient"
"""The custom property with the recipient's id of a review copy."""

COMMENTS_BY = "evibrief-comments-by"
"""The custom property with the date when comments are due."""


def properties_of(package: WordPackage) -> Mapping[str, str]:
    """The custom properties of a received document, by name (ECMA-376 part 1, 22.3)."""
    return _values(package.tree(_PART)) if _PART in package.parts else {}


def _values(tree: Any) -> dict[str, str]:
    return {one.get("name", ""): "".join(one.itertext()).strip() for one in tree.iter("{*}property")}
