"""Answers as doi.org and NCBI give them, about invented publications: each layout with the place it is known from.

No answer here was recorded from the network by us, and no publication is real: the layouts are those of stored or
documented answers, the words are invented, and the DOIs have Crossref's prefix for tests, 10.5555.

- `crossref`: an answer to `Accept: application/vnd.citationstyles.csl+json`. The fields, their order and the words
  beside CSL (`indexed`, `content-domain`, `license`, `link`, `reference`) are those of the answer for
  10.1098/rsif.2017.0387 that manubot keeps (manubot/cite/tests/csl-json/crossref-deep-review-csl/raw.json). Today's
  answers have Crossref's own types, `journal-article` (docs.rs/aspero-doi 0.3.2, "observed 2026-11-10").
- `crossref_rest`: the same with lists for titles, as the REST API of Crossref has it
  (github.com/CrossRef/rest-api-doc, api_format.md). Services that stand in for doi.org may send it.
- `datacite`: `id` is the address of the DOI, `abstract` is HTML, and there are fields that CSL lacks
  (manubot, csl-json/datacite-thesis-csl/raw.json).
- `pubmed`: what the Literature Citation Exporter sends: `source`, `accessed`, `id` as `pmid:…`, abbreviated journal
  (manubot, csl-json/pmc-scihub-study-csl/raw.json, which has the same fields for PMC).
- An unknown number: status 200 with XML (manubot pull request 80), or with `{"id": [["…"]]}`, or with
  `{"status": "error"}` (the same pull request).
- `no_date`: `[[null]]` (manubot, csl-json/null-date-parts-csl/raw.json).
- `found_pmids`: ESearch with `retmode=json` (NCBI, "E-utilities In-Depth").
"""

import json
from collections.abc import Sequence
from typing import Any

from services import Reply

CSL_KIND = "application/vnd.citationstyles.csl+json"


def as_reply(record: Any) -> Reply:
    """A record as a service sends it."""
    return Reply(json.dumps(record).encode(), kind=CSL_KIND)


def crossref(doi: str, title: str, /, **more: Any) -> dict[str, Any]:
    """A journal article at Crossref."""
    return {
        "indexed": {"date-parts": [[2026, 8, 7]], "date-time": "2026-08-07T04:42:37Z", "timestamp": 1786077757929},
        "reference-count": 2, "publisher": "Example Press", "issue": "2",
        "license": [{"URL": "https://example.org/tdm", "start": {"date-parts": [[2021, 1, 1]]}, "delay-in-days": 0}],
        "funder": [{"DOI": "10.13039/100000002", "name": "A fund", "award": ["GF 1"]}],
        "content-domain": {"domain": ["example.org"], "crossmark-restriction": True},
        "published-print": {"date-parts": [[2021, 4]]}, "DOI": doi, "type": "journal-article",
        "created": {"date-parts": [[2021, 3, 4]], "date-time": "2021-03-04T07:25:10Z", "timestamp": 1614842710000},
        "page": "115-119", "update-policy": "http://dx.doi.org/10.5555/crossmarkpolicy", "source": "Crossref",
        "is-referenced-by-count": 12, "title": title, "prefix": "10.5555", "volume": "7",
        "author": [
            {"ORCID": "http://orcid.org/0000-0002-1825-0097", "authenticated-orcid": False, "given": "Erika",
             "family": "Beispiel", "sequence": "first", "affiliation": [{"name": "Institute of Glass"}]},
            {"given": "Max", "family": "Muster", "sequence": "additional", "affiliation": []},
        ],
        "member": "1", "published-online": {"date-parts": [[2021, 3, 4]]},
        "reference": [{"key": "ref1", "DOI": "10.5555/other", "doi-asserted-by": "publisher"}],
        "container-title": "Journal of Examples", "original-title": [], "language": "en",
        "link": [{"URL": "https://example.org/a.pdf", "content-type": "application/pdf", "content-version": "vor"}],
        "deposited": {"date-parts": [[2021, 4, 5]], "date-time": "2021-04-05T19:34:36Z", "timestamp": 1617651276000},
        "score": 1.0, "subtitle": [], "short-title": [], "issued": {"date-parts": [[2021, 3, 4]]},
        "references-count": 2, "journal-issue": {"issue": "2", "published-print": {"date-parts": [[2021, 4]]}},
        "alternative-id": [doi], "URL": f"http://dx.doi.org/{doi}", "relation": {"cites": []},
        "ISSN": ["1234-5679", "2345-678X"], "container-title-short": "J. Ex.", **more,
    }  # fmt: skip


def crossref_rest(doi: str, title: str, subtitle: Sequence[str] = (), /, **more: Any) -> dict[str, Any]:
    """The same with lists, as the REST API has it."""
    lists = {"title": [title], "subtitle": list(subtitle), "container-title": ["Journal of Examples"]}
    return crossref(doi, title, **{**lists, "short-container-title": ["J. Ex."], **more})


def datacite(doi: str, title: str, /, **more: Any) -> dict[str, Any]:
    """A report at DataCite."""
    return {
        "type": "report", "id": f"https://doi.org/{doi}", "categories": ["Glass"],
        "author": [{"literal": "The Glass Group"}], "issued": {"date-parts": [[2022]]},
        "abstract": "<b>What was done.</b><br>Nothing &amp; less.", "DOI": doi.upper(), "publisher": "Figments",
        "title": title, "URL": f"https://figments.example/{doi}", "copyright": "CC BY 4.0", **more,
    }  # fmt: skip


def pubmed(pmid: str, title: str, doi: str = "", /, **more: Any) -> dict[str, Any]:
    """An article at PubMed, from the citation exporter."""
    return {
        "source": "PubMed", "accessed": {"date-parts": [[2026, 11, 30]]}, "id": f"pmid:{pmid}", "title": f"{title}.",
        "author": [{"family": "Beispiel", "given": "Erika"}, {"family": "Muster", "given": "Max"}],
        "container-title-short": "J Ex", "container-title": "Journal of examples", "ISSN": "1234-5679",
        "issued": {"date-parts": [[2021, 3]]}, "page": "115-119", "volume": "7", "issue": "2", "PMID": pmid,
        **({"DOI": doi} if doi else {}), "type": "article-journal", **more,
    }  # fmt: skip


NO_DATE = {"date-parts": [[None]]}
UNKNOWN_XML = Reply(
    b'<pub-one-record-set xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:p1="http://pubmed.gov/pub-one" '
    b'p1:error="PubOne failure: empty XML."/>',
    kind="application/xml",
)
UNKNOWN_IN_JSON = Reply(b'{"id": [["A valid integer is required."]]}')
REFUSED_IN_JSON = Reply(b'{"status": "error", "reason": {"id": [["This field is required."]]}}')


def found_pmids(*pmids: str) -> Reply:
    """What a search in PubMed finds."""
    found = {"count": str(len(pmids)), "retmax": str(len(pmids)), "retstart": "0", "idlist": list(pmids)}
    more = {"translationset": [], "querytranslation": "…"}
    return Reply(json.dumps({"header": {"type": "esearch", "version": "0.3"}, "esearchresult": found | more}).encode())
