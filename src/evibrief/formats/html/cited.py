"""What reference managers and search engines read in the head of the web page: what it is, whose, of when.

In: a brief. Out: `citation_*` tags (Highwire Press; Google Scholar, "Inclusion Guidelines for Webmasters"), and JSON-LD
by schema.org. Only what the brief says is in them: no address of a PDF is known, and the tier of a statement is no
verdict on a fact.
"""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from evibrief.evidence.brief import BriefRecord
from evibrief.evidence.identifiers import address_of_doi
from evibrief.labels.markdown import without_marks

_AFTER = '<meta name="generator" content="evibrief">\n'
"""In the head, which only our own template writes; no text on a page has these signs, because `<` is escaped."""


def with_citation(html: str, record: BriefRecord) -> str:
    """The page with the tags and the data at the end of what its head says of it."""
    tags = "".join(f'<meta name="{name}" content="{escape(value)}">\n' for name, value in citation_tags(record))
    return html.replace(_AFTER, f"{_AFTER}{tags}{data_block(scholarly_article(record))}\n", 1)


def citation_tags(record: BriefRecord) -> Iterator[tuple[str, str]]:
    """The names and values of the tags. Zotero takes a page without a journal for an article unless `dc.type` says."""
    yield "dc.type", "report"
    yield "citation_title", record.title
    yield from (("citation_author", person.name) for person in record.authors)
    yield "citation_publication_date", f"{record.date:%Y/%m/%d}"
    yield "citation_technical_report_number", record.version
    yield "citation_language", record.language
    if record.doi:
        yield "citation_doi", record.doi


def scholarly_article(record: BriefRecord) -> Mapping[str, Any]:
    """The brief as a `ScholarlyArticle` of schema.org."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "name": record.title,
        "headline": record.title,
        "abstract": without_marks(record.question.text),
        "datePublished": record.date.isoformat(),
        "expires": record.review_by.isoformat(),
        "version": record.version,
        "inLanguage": record.language,
        "creativeWorkStatus": record.status,
    }
    if record.subtitle:
        data["alternativeHeadline"] = record.subtitle
    if record.authors:
        data["author"] = [_person(person.name, person.affiliation) for person in record.authors]
    if record.doi:
        address = address_of_doi(record.doi)
        data |= {"@id": address, "identifier": f"doi:{record.doi}", "sameAs": address}
    return data


def _person(name: str, affiliation: str | None) -> Mapping[str, Any]:
    work = {"affiliation": {"@type": "Organization", "name": affiliation}} if affiliation else {}
    return {"@type": "Person", "name": name, **work}


def data_block(data: Mapping[str, Any]) -> str:
    """Data in a page. A browser does not run it, so no policy covers it (HTML, 4.12.1, "data block").

    No `<` is left in it: one could end the element, or begin a comment in it (4.12.1.3).
    """
    text = json.dumps(data, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return f'<script type="application/ld+json">{text}</script>'
