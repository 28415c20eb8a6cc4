"""Pictures in a Word document: each as PNG, which every program shows, and also as SVG, which stays sharp.

In: the tree of `word/document.xml`, the package's parts, the SVG of each PNG. Out: the parts that add the SVGs to the
PNGs, with Microsoft's extension ([MS-ODRAWXML] 2.3.3.2, svgBlip).
"""

from collections.abc import Mapping
from typing import Any

from lxml import etree

_RELATIONS = "word/_rels/document.xml.rels"
_TYPES = "[Content_Types].xml"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SVG = "http://schemas.microsoft.com/office/drawing/2016/SVG/main"
_SVG_EXTENSION = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}"


def vector_parts(document: Any, parts: Mapping[str, bytes], svgs: Mapping[bytes, str]) -> dict[str, bytes]:
    """Refer to the SVG next to every PNG in the document; return the parts that contain and declare the SVGs."""
    relations, types = etree.fromstring(parts[_RELATIONS]), etree.fromstring(parts[_TYPES])
    targets = {relation.get("Id"): relation.get("Target") for relation in relations}
    added: dict[str, bytes] = {}
    for number, blip in enumerate(document.iter(f"{{{_DRAWING}}}blip"), 1):
        svg = svgs.get(parts.get(f"word/{targets[blip.get(f'{{{_OFFICE}}}embed')]}", b""))
        if svg is not None:
            name = f"media/figure{number}.svg"
            added[f"word/{name}"] = svg.encode()
            _name_vector(blip, _relate(relations, name, f"rIdFigure{number}"))
    if added:
        _declare(types)
    return added | {_RELATIONS: _serialise(relations), _TYPES: _serialise(types)} if added else {}


def _relate(relations: Any, name: str, identifier: str) -> str:
    space = etree.QName(relations).namespace
    fields = {"Id": identifier, "Type": f"{_OFFICE}/image", "Target": name}
    etree.SubElement(relations, f"{{{space}}}Relationship", fields)
    return identifier


def _name_vector(blip: Any, identifier: str) -> None:
    extensions = etree.SubElement(blip, f"{{{_DRAWING}}}extLst")
    extension = etree.SubElement(extensions, f"{{{_DRAWING}}}ext", {"uri": _SVG_EXTENSION})
    vector = etree.SubElement(extension, f"{{{_SVG}}}svgBlip", nsmap={"asvg": _SVG})
    vector.set(f"{{{_OFFICE}}}embed", identifier)


def _declare(types: Any) -> None:
    space = etree.QName(types).namespace
    if all(default.get("Extension") != "svg" for default in types):
        kind = etree.Element(f"{{{space}}}Default", {"Extension": "svg", "ContentType": "image/svg+xml"})
        types.insert(0, kind)


def _serialise(tree: Any) -> bytes:
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True))
