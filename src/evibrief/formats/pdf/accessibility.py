"""Adds what the PDF engine leaves out for archiving and screen readers; only this module uses `pydyf`.

In: the objects of a PDF before it is written. Out: the same objects: the file is marked as PDF/UA-1 as well as
PDF/A-3a, header cells have a scope, and attached files are listed once, with their type.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pydyf

_PROPERTY = "http://www.aiim.org/pdfa/ns/property#"
_SCHEMA = "http://www.aiim.org/pdfa/ns/schema#"
_UA = "http://www.aiim.org/pdfua/ns/id/"
# PDF/A allows a property in the metadata only if it is predefined or described (ISO 19005-3, 6.6.2.3).
_IDENTIFICATION = f"""\
<rdf:Description rdf:about="" xmlns:pdfuaid="{_UA}"><pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/">
<pdfaExtension:schemas><rdf:Bag><rdf:li xmlns:pdfaSchema="{_SCHEMA}" rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{_UA}</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li xmlns:pdfaProperty="{_PROPERTY}" rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 to which the file conforms</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""


def make_accessible(pdf: pydyf.PDF, media_types: Sequence[str]) -> None:
    """Turn a PDF/A-3a into a PDF/UA-1 as well; `media_types` are those of the attached files, in order."""
    for stream in _streams(pdf, "/Metadata"):
        # Not compressed: PDF/A-3 allows both, but some validators and most metadata readers expect plain text.
        stream.compress = False
        stream.stream = [stream.stream[0].replace(b"</rdf:RDF>", _IDENTIFICATION.encode() + b"</rdf:RDF>", 1)]
    for stream, media_type in zip(_streams(pdf, "/EmbeddedFile"), media_types, strict=True):
        stream.extra["Subtype"] = "/" + media_type.replace("/", "#2f")
    for element in [one for one in pdf.objects if isinstance(one, dict)]:
        if element.get("S") == "/TH":
            element.setdefault("A", pydyf.Dictionary({"O": "/Table"}))["Scope"] = _scope(element, pdf)
        if element.get("S") in ("/TH", "/TD") and "A" in element:
            # Below a cell that spans rows, WeasyPrint 70 names the headers of wrong columns; the scopes are right.
            element["A"].pop("Headers", None)
        if element.get("S") == "/LI":
            _give_body(element, pdf)
    _lift_links(pdf)
    for stream in [one for one in pdf.objects if isinstance(one, pydyf.Stream) and one.compress]:
        # Data that happen to end in a line break would merge with the one that ends every stream.
        stream.compress = not stream.data.endswith(b"\r\nendstream")
    if "AF" in pdf.catalog:  # the engine lists each file twice
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))


def _streams(pdf: pydyf.PDF, kind: str) -> Iterator[Any]:
    return (one for one in pdf.objects if isinstance(one, pydyf.Stream) and one.extra.get("Type") == kind)


def _lift_links(pdf: pydyf.PDF) -> None:
    """Attach the annotation of every link to the link element itself (ISO 14289-1, 7.18.5).

    If a link contains an italic word, the engine attaches that word's annotation to the italics.
    """
    root = _element(pdf.catalog["StructTreeRoot"], pdf)
    numbers = _element(root["ParentTree"], pdf)["Nums"]
    for index in range(1, len(numbers), 2):
        element = _element(numbers[index], pdf)
        if not isinstance(element, dict) or element.get("S") != "/NonStruct":
            continue
        link: Any = element
        while link.get("S") not in ("/Link", "/StructTreeRoot") and "P" in link:
            link = _element(link["P"], pdf)
        references = [kid for kid in element["K"] if (_element(kid, pdf) or {}).get("Type") == "/OBJR"]
        if link.get("S") == "/Link" and references:
            element["K"] = pydyf.Array([kid for kid in element["K"] if kid not in references])
            link["K"] += references
            numbers[index] = link.reference


def _give_body(item: Any, pdf: pydyf.PDF) -> None:
    """Give a list item a body: it must have only a label and a body (ISO 14289-1, 7.6; ISO 32000-1, table 336)."""
    kids = {kid: _element(kid, pdf) for kid in item["K"]}
    loose = [kid for kid, element in kids.items() if element is None or element.get("S") not in ("/Lbl", "/LBody")]
    if not loose:
        return
    fields = {"Type": "/StructElem", "S": "/LBody", "P": item.reference, "K": pydyf.Array(loose)}
    body = pydyf.Dictionary(fields | ({"Pg": item["Pg"]} if "Pg" in item else {}))
    pdf.add_object(body)
    for kid in loose:
        if (element := kids[kid]) is not None:
            element["P"] = body.reference
    item["K"] = pydyf.Array([kid for kid in item["K"] if kid not in loose] + [body.reference])


def _element(kid: Any, pdf: pydyf.PDF) -> Any:
    """The structure element that a reference points to; None for marked content of a page."""
    return pdf.objects[int(bytes(kid).split()[0])] if isinstance(kid, bytes) else None


def _scope(cell: Any, pdf: pydyf.PDF) -> str:
    """The scope of a header cell: its column in the table head, its row in the body (ISO 32000-1, 14.8.5.7)."""
    parent = cell
    while parent.get("S") not in ("/THead", "/TBody", "/TFoot", "/Table"):
        parent = _element(parent["P"], pdf)
    return "/Column" if parent["S"] == "/THead" else "/Row"
