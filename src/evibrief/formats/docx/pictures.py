"""Pictures in a Word document: each as PNG, which every program shows, and also as SVG, which stays sharp.

In: the tree of `word/document.xml` as pandoc wrote it, the package's parts, the drawings by name. Out: the parts that
add the SVGs to the PNGs, with Microsoft's extension ([MS-ODRAWXML] 2.3.3.2, svgBlip).
"""

from collections.abc import Mapping
from typing import Any

from lxml import etree

from evibrief.formats.docx.names import CONTENT_TYPES, DOCUMENT_RELATIONS, OFFICE
from evibrief.formats.docx.package import serialised
from evibrief.sections.figures.picture import PNG, Drawing, as_address

_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/picture}"
_SVG = "http://schemas.microsoft.com/office/drawing/2016/SVG/main"
_SVG_EXTENSION = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}"


def named_address(name: str, drawing: Drawing) -> str:
    """A figure's PNG as a data URL that ends in the figure's name, as a fragment: no program fetches that part.

    Pandoc writes the whole URL into the description of the picture, where `vector_parts` finds the name.
    """
    return f"{as_address(drawing.png, PNG)}#{name}"


def vector_parts(
    document: Any, parts: Mapping[str, bytes], drawings: Mapping[str, Drawing]
) -> Mapping[str, bytes]:
    """Refer to the SVG next to the PNG of every figure; return the parts that contain and declare the SVGs."""
    relations, types = etree.fromstring(parts[DOCUMENT_RELATIONS]), etree.fromstring(parts[CONTENT_TYPES])
    added: dict[str, bytes] = {}
    for number, picture in enumerate(document.iter(f"{_PICTURE}pic"), 1):
        address = picture.find(f"{_PICTURE}nvPicPr/{_PICTURE}cNvPr").get("descr", "")
        if drawing := drawings.get(address.rpartition("#")[2]):
            name = f"media/figure{number}.svg"
            added[f"word/{name}"] = drawing.svg.encode()
            _name_vector(picture, _relate(relations, name, f"rIdFigure{number}"))
    if not added:
        return {}
    _declare(types)
    return added | {DOCUMENT_RELATIONS: serialised(relations), CONTENT_TYPES: serialised(types)}


def _relate(relations: Any, name: str, identifier: str) -> str:
    space = etree.QName(relations).namespace
    fields = {"Id": identifier, "Type": f"{OFFICE}/image", "Target": name}
    etree.SubElement(relations, f"{{{space}}}Relationship", fields)
    return identifier


def _name_vector(picture: Any, identifier: str) -> None:
    blip = picture.find(f"{_PICTURE}blipFill/{{{_DRAWING}}}blip")
    extensions = etree.SubElement(blip, f"{{{_DRAWING}}}extLst")
    extension = etree.SubElement(extensions, f"{{{_DRAWING}}}ext", {"uri": _SVG_EXTENSION})
    vector = etree.SubElement(extension, f"{{{_SVG}}}svgBlip", nsmap={"asvg": _SVG})
    vector.set(f"{{{OFFICE}}}embed", identifier)


def _declare(types: Any) -> None:
    space = etree.QName(types).namespace
    if all(default.get("Extension") != "svg" for default in types):
        kind = etree.Element(f"{{{space}}}Default", {"Extension": "svg", "ContentType": "image/svg+xml"})
        types.insert(0, kind)
