"""Adds what the PDF engine leaves out for archiving and screen readers; only this module uses `pydyf`.

In: the objects of a PDF before it is written. Out: the same objects: the file is marked as PDF/UA-1 as well as
PDF/A-3a, header cells have a scope, and attached files are listed once, with their type.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
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
    _join_tables(pdf)
    with ThreadPoolExecutor(2) as threads:  # compressing lets another thread run
        streams = [one for one in pdf.objects if isinstance(one, pydyf.Stream) and one.compress]
        list(threads.map(_compress_once, streams))
    decimal = pydyf.Dictionary({"S": "/D"})
    pdf.catalog["PageLabels"] = pydyf.Dictionary({"Nums": pydyf.Array([0, decimal])})
    if "AF" in pdf.catalog:  # the engine lists each file twice
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))


def _streams(pdf: pydyf.PDF, kind: str) -> Iterator[Any]:
    return (one for one in pdf.objects if isinstance(one, pydyf.Stream) and one.extra.get("Type") == kind)


def _compress_once(stream: pydyf.Stream) -> None:
    """Put the compressed data into a stream: the library would compress them to write them, and again for their hash.

    Data that happen to end in a line break would merge with the one that ends every stream; they stay as they are.
    """
    compressed = stream.data.partition(b"\nstream\n")[2].removesuffix(b"\nendstream")
    stream.compress = False
    if not compressed.endswith(b"\r"):
        stream.stream, stream.extra = [compressed], {**stream.extra, "Filter": "/FlateDecode"}


def _lift_links(pdf: pydyf.PDF) -> None:
    """Attach the annotation of every link to the link element itself (ISO 14289-1, 7.18.5).

    If a link contains an italic word or a span, the engine attaches the annotation to that.
    """
    root = _element(pdf.catalog["StructTreeRoot"], pdf)
    numbers = _element(root["ParentTree"], pdf)["Nums"]
    for index in range(1, len(numbers), 2):
        element = _element(numbers[index], pdf)
        if not isinstance(element, dict) or element.get("S") not in ("/NonStruct", "/Span"):
            continue
        link: Any = element
        while link.get("S") not in ("/Link", "/StructTreeRoot") and "P" in link:
            link = _element(link["P"], pdf)
        references = [kid for kid in element["K"] if (_element(kid, pdf) or {}).get("Type") == "/OBJR"]
        if link.get("S") == "/Link" and references:
            element["K"] = pydyf.Array([kid for kid in element["K"] if kid not in references])
            link["K"] += references
            numbers[index] = link.reference


def _join_tables(pdf: pydyf.PDF) -> None:
    """Make one table of the parts of a table on several pages, of which the engine makes a table for each page.

    A part that begins a page and has no caption continues the table that the page before ended with, if both have a
    head or neither has: the engine repeats it.
    """
    root = _element(pdf.catalog["StructTreeRoot"], pdf)
    (document,) = (_element(kid, pdf) for kid in root["K"])
    open_table: Any = None
    for part in [_element(kid, pdf) for kid in document["K"]]:
        first, last = _table_at(part, 0, pdf), _table_at(part, -1, pdf)
        if open_table and first and _continues(first, open_table, pdf):
            _append(first, open_table, root, pdf)
            last = open_table if last is first else last
        open_table = last


def _continues(part: Any, table: Any, pdf: pydyf.PDF) -> bool:
    kinds, before = ({_element(kid, pdf)["S"] for kid in one["K"]} for one in (part, table))
    return "/Caption" not in kinds and ("/THead" in kinds) == ("/THead" in before)


def _table_at(element: Any, end: int, pdf: pydyf.PDF) -> Any:
    """The table that an element begins (`end` 0) or ends with (-1); None if it is something else."""
    while element is not None and element["S"] != "/Table":
        kids = element["K"] if element["S"] in ("/Part", "/Sect", "/Div") else ()
        element = _element(kids[end], pdf) if kids else None
    return element


def _append(part: Any, table: Any, root: Any, pdf: pydyf.PDF) -> None:
    for kid in part["K"]:
        element = _element(kid, pdf)
        if element["S"] == "/THead":
            _make_decoration(element, root, pdf)
        else:
            element["P"] = table.reference
            table["K"].append(kid)
    parent, gone = _element(part["P"], pdf), part.reference
    parent["K"].remove(gone)
    while not parent["K"]:
        parent, gone = _element(parent["P"], pdf), parent.reference
        parent["K"].remove(gone)


def _make_decoration(element: Any, root: Any, pdf: pydyf.PDF) -> None:
    """Take repeated heads out of the reading order (ISO 14289-1, 7.1: what repeats on each page is an artifact)."""
    numbers = _element(root["ParentTree"], pdf)["Nums"]
    for kid in element["K"]:
        if (child := _element(kid, pdf)) is not None:
            _make_decoration(child, root, pdf)
            continue
        page = _element(element["Pg"], pdf)
        numbers[2 * page["StructParents"] + 1][kid] = "null"
        drawn = _element(page["Contents"], pdf)
        drawn.stream = [_as_artifact(b"\n".join(map(pydyf._to_bytes, drawn.stream)), kid)]


def _as_artifact(drawn: bytes, mark: int) -> bytes:
    """What is drawn on a page, with the part of this number marked as decoration. Raises `ValueError` without it."""
    before, found, after = drawn.partition(b"\n<</MCID %d>>\nBDC\n" % mark)
    if not found:
        raise ValueError(f"no part of the page has the number {mark}")
    return before.rpartition(b"\n")[0] + b"\n/Artifact\nBMC\n" + after


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
