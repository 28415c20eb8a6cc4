"""PubMed XML: articles (`PubmedArticle`) and books (`PubmedBookArticle`).

In: the bytes of a file. Out: its references as CSL-JSON. The elements are those of the National Library of Medicine's
document type of 2024.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evibrief.importers import csl_parts
from evibrief.importers.contract import FoundReference
from evibrief.importers.nbib import sentence_as_title
from evibrief.importers.texts import LARGEST_IMPORT, beginning_of, lost
from evibrief.importers.xml_records import XmlElement, parsed_xml, text_at, texts_at, title_at

_ARTICLE, _BOOK = "PubmedArticle", "PubmedBookArticle"


class PubmedXml:
    """PubMed XML as an importer of references."""

    name = "pubmed-xml"
    label = "PubMed XML"
    largest = LARGEST_IMPORT

    def recognises(self, data: bytes) -> bool:
        """Whether it begins as XML and names an article of PubMed."""
        text = beginning_of(data)
        return text.lstrip().startswith("<") and any(f"<{name}" in text for name in (_ARTICLE, _BOOK))

    def references(self, data: bytes, path: Path) -> tuple[FoundReference, ...]:
        """All references. Raises `Problems` if this is not XML, or holds no article."""
        root = parsed_xml(data, path)
        records = list(root.iter(_ARTICLE, _BOOK))
        known = set(records)
        held = [one for one in root.iter("PMID") if one.getparent().tag in ("MedlineCitation", "BookDocument")]
        missed = [one.sourceline for one in held if known.isdisjoint(one.iterancestors())]
        if missed or not records:
            raise lost(path, missed[0] if missed else 1, len(held), len(held) - len(missed))
        return tuple(FoundReference(csl_of_pubmed(one), one.sourceline) for one in records)


def csl_of_pubmed(record: XmlElement) -> dict[str, Any]:
    """One record as CSL-JSON."""
    return _book(record.find("BookDocument")) if record.tag == _BOOK else _article(record)


def _article(record: XmlElement) -> dict[str, Any]:
    citation = record.find("MedlineCitation")
    article = citation.find("Article") if citation is not None else None
    journal, short = text_at(article, "Journal/Title"), text_at(article, "Journal/ISOAbbreviation")
    preprint = "Preprint" in texts_at(article, "PublicationTypeList/PublicationType")
    numbers = record.find("PubmedData/ArticleIdList")
    return csl_parts.without_empty({
        "type": "article" if preprint else "article-journal",
        "title": sentence_as_title(title_at(article, "ArticleTitle") or title_at(article, "VernacularTitle")),
        "container-title": journal or short, "container-title-short": short if journal and short != journal else "",
        "author": list(_people(article, "AuthorList/Author")),
        "issued": _date(article, "Journal/JournalIssue/PubDate") or _date(article, "ArticleDate"),
        "volume": text_at(article, "Journal/JournalIssue/Volume"),
        "issue": text_at(article, "Journal/JournalIssue/Issue"),
        "page": _pages(article),
        **csl_parts.serial_numbers(texts_at(article, "Journal/ISSN")),
        "DOI": _number(numbers, "doi") or _valid_doi(article),
        "PMID": text_at(citation, "PMID"), "PMCID": csl_parts.pmcid_in([_number(numbers, "pmc")]),
    })  # fmt: skip


def _book(document: XmlElement) -> dict[str, Any]:
    book, title = document.find("Book"), title_at(document, "ArticleTitle")
    own = document.find("AuthorList[@Type='authors']")
    where = document if title and own is not None else book
    return csl_parts.without_empty({
        "type": "chapter" if title else "book",
        "title": sentence_as_title(title or title_at(book, "BookTitle")),
        "container-title": title_at(book, "BookTitle") if title else "",
        "author": list(_people(where, "AuthorList[@Type='authors']/Author")),
        "editor": list(_people(book, "AuthorList[@Type='editors']/Author")),
        "issued": _date(book, "PubDate"),
        "publisher": text_at(book, "Publisher/PublisherName"),
        "publisher-place": text_at(book, "Publisher/PublisherLocation"),
        **csl_parts.serial_numbers(texts_at(book, "Isbn")),
        "DOI": _number(document.find("ArticleIdList"), "doi"), "PMID": text_at(document, "PMID"),
    })  # fmt: skip


def _people(element: XmlElement | None, way: str) -> Iterator[dict[str, str]]:
    """People and groups, in their order."""
    for one in element.iterfind(way) if element is not None else ():
        name = {
            "family": text_at(one, "LastName"), "given": text_at(one, "ForeName") or " ".join(text_at(one, "Initials")),
            "suffix": text_at(one, "Suffix"), "literal": text_at(one, "CollectiveName"),
        }  # fmt: skip
        if found := csl_parts.without_empty(name):
            yield found


def _date(element: XmlElement | None, way: str) -> dict[str, Any]:
    """A date as far as it is known: of an issue of two months or a season, `1990 Aug-Sep`, the year alone."""
    parts = [text_at(element, f"{way}/{part}") for part in ("Year", "Month", "Day")]
    return csl_parts.csl_date("/".join(filter(None, parts)) if parts[0] else text_at(element, f"{way}/MedlineDate"))


def _pages(article: XmlElement | None) -> str:
    """The pages, or else the number of an article that has none."""
    page = text_at(article, "Pagination/MedlinePgn")
    start, end = text_at(article, "Pagination/StartPage"), text_at(article, "Pagination/EndPage")
    return page or csl_parts.csl_pages(start, end)


def _valid_doi(article: XmlElement | None) -> str:
    """The DOI in an article's place, unless PubMed calls it invalid."""
    found = article.iterfind("ELocationID[@EIdType='doi']") if article is not None else ()
    return next((text_at(one) for one in found if one.get("ValidYN") != "N"), "")


def _number(numbers: XmlElement | None, kind: str) -> str:
    return text_at(numbers, f"ArticleId[@IdType='{kind}']")
