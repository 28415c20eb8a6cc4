"""EndNote XML: what EndNote and Covidence export as XML.

In: the bytes of a file. Out: its references as CSL-JSON. The elements are those of EndNote's RSXML; a text is in
`style` elements that say how it is set.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evibrief.importers import csl_parts
from evibrief.importers.contract import FoundReference
from evibrief.importers.texts import LARGEST_IMPORT, beginning_of, lost
from evibrief.importers.xml_records import XmlElement, parsed_xml, text_at, texts_at, title_at

TYPES_OF_ENDNOTE: Mapping[str, str] = {
    **dict.fromkeys(("Journal Article", "Electronic Article", "Press Release"), "article-journal"),
    "Magazine Article": "article-magazine", "Newspaper Article": "article-newspaper", "Manuscript": "manuscript",
    **dict.fromkeys(("Book", "Edited Book", "Electronic Book", "Classical Work", "Serial"), "book"),
    **dict.fromkeys(("Book Section", "Electronic Book Section"), "chapter"),
    **dict.fromkeys(("Conference Paper", "Conference Proceedings"), "paper-conference"), "Thesis": "thesis",
    **dict.fromkeys(("Report", "Government Document"), "report"), "Patent": "patent", "Standard": "standard",
    **dict.fromkeys(("Web Page", "Online Multimedia"), "webpage"), "Blog": "post-weblog",
    **dict.fromkeys(("Dataset", "Online Database"), "dataset"), "Computer Program": "software",
    "Dictionary": "entry-dictionary", "Encyclopedia": "entry-encyclopedia", "Map": "map", "Pamphlet": "pamphlet",
    "Film or Broadcast": "motion_picture", "Audiovisual Material": "motion_picture", "Hearing": "hearing",
    **dict.fromkeys(("Artwork", "Chart or Table", "Figure"), "graphic"), "Case": "legal_case", "Bill": "bill",
    **dict.fromkeys(("Statute", "Legal Rule or Regulation"), "legislation"),
    "Personal Communication": "personal_communication", "Unpublished Work": "manuscript", "Music": "musical_score",
}  # fmt: skip
"""EndNote's types as CSL calls them; every other one is a `document`."""


class EndnoteXml:
    """EndNote XML as an importer of references."""

    name = "endnote-xml"
    label = "EndNote XML"
    largest = LARGEST_IMPORT

    def recognises(self, data: bytes) -> bool:
        """Whether it begins as XML with a list of records."""
        text = beginning_of(data)
        return text.lstrip().startswith("<") and "<records" in text and "<record" in text.replace("<records", "")

    def references(self, data: bytes, path: Path) -> tuple[FoundReference, ...]:
        """All references. Raises `Problems` if this is not XML, or holds no record."""
        root = parsed_xml(data, path)
        records, held = list(root.iterfind("records/record")), list(root.iter("record"))
        if not records or len(held) > len(records):
            known = set(records)
            raise lost(path, next((one.sourceline for one in held if one not in known), 1), len(held), len(records))
        return tuple(FoundReference(csl_of_endnote(one), one.sourceline) for one in records)


def csl_of_endnote(record: XmlElement) -> dict[str, Any]:
    """One record as CSL-JSON, without an id: EndNote's record numbers mean nothing to an author."""
    named = record.find("ref-type")
    kind = TYPES_OF_ENDNOTE.get(named.get("name", "") if named is not None else "", "document")
    addresses = texts_at(record, "urls//url")
    doi = _doi(record, addresses)
    second = "editor" if kind in ("chapter", "paper-conference") else "collection-editor"
    return csl_parts.without_empty({
        "type": kind,
        "title": title_at(record, "titles/title"),
        **_containers(record, kind),
        "author": _people(record, "authors"), second: _people(record, "secondary-authors"),
        "issued": csl_parts.fullest(
            *(csl_parts.csl_date(text_at(record, f"dates/{way}")) for way in ("year", "pub-dates/date"))
        ),
        "volume": text_at(record, "volume"), "issue": text_at(record, "number"), "edition": text_at(record, "edition"),
        "page": text_at(record, "pages"),
        "publisher": text_at(record, "publisher"), "publisher-place": text_at(record, "pub-location"),
        **csl_parts.serial_numbers(texts_at(record, "isbn")),
        "DOI": doi, "PMID": _pmid(record, addresses),
        "PMCID": csl_parts.pmcid_in((text_at(record, "custom2"), *addresses)),
        "URL": "" if doi else csl_parts.address_in(addresses),
    })  # fmt: skip


def _containers(record: XmlElement, kind: str) -> dict[str, str]:
    whole = title_at(record, "titles/secondary-title") or text_at(record, "periodical/full-title")
    ways = ("titles/alt-title", "titles/abbr-1", "periodical/abbr-1")
    short = next(filter(None, (text_at(record, way) for way in ways)), "")
    if kind in ("book", "thesis", "report"):
        return {"collection-title": whole}
    return {"container-title": whole, "container-title-short": short if short != whole else "",
            "collection-title": text_at(record, "titles/tertiary-title")}  # fmt: skip


def _people(record: XmlElement, role: str) -> list[dict[str, str]]:
    return csl_parts.names_of(texts_at(record, f"contributors/{role}/author"))


def _doi(record: XmlElement, addresses: list[str]) -> str:
    """The DOI. A number that is none stays, if it looks like one, so that its author hears of it."""
    own = text_at(record, "electronic-resource-num")
    return csl_parts.doi_in([own]) or csl_parts.doi_in_addresses(addresses) or (own if own.startswith("10.") else "")


def _pmid(record: XmlElement, addresses: list[str]) -> str:
    """The PMID: named as one, in an address, or the accession number of a record from PubMed."""
    number = text_at(record, "accession-num")
    source = (text_at(record, "remote-database-name") + text_at(record, "remote-database-provider")).lower()
    own = number if number.isdecimal() and ("pubmed" in source or "medline" in source or "nlm" in source) else ""
    return csl_parts.pmid_in((number, *addresses)) or own
