"""DOIs, PMIDs and PMCIDs of publications, normalised from the ways reference managers and people write them.

In: a field of a reference, or a whole reference. Out: identifiers that can be compared. This is the only normaliser.
"""

import html
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Literal
from urllib.parse import quote, unquote

from evibrief.evidence.records import Reference

_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+")
_RESOLVER = re.compile(r"(?:doi:?\s*)?(?:https?://)?(?:dx\.|www\.)?doi\.org/(?:doi:)?", re.IGNORECASE)
_DOI_PREFIX = re.compile(r"doi(?::\s*|\s+)", re.IGNORECASE)
_PMID = re.compile(r"0*([1-9][0-9]{0,8})")
_PMCID = re.compile(r"(?:pmc)?0*([1-9][0-9]{0,8})(?:\.[0-9]+)?", re.IGNORECASE)
_PMCID_IN_URL = re.compile(
    r"(?:pmc\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pmc)/articles/(PMC[0-9]{1,9})(?![0-9])", re.IGNORECASE
)
_PMCID_IN_NOTE = re.compile(r"\bPMCID:\s*(PMC[0-9]{1,9})(?![0-9])", re.IGNORECASE)
_PMID_IN_URL = re.compile(r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/([0-9]{1,9})(?![0-9])")
_PMID_IN_NOTE = re.compile(r"\bPMID:\s*([0-9]{1,9})(?![0-9])", re.IGNORECASE)
_DOI_IN_NOTE = re.compile(r"\bDOI:\s*(\S+)", re.IGNORECASE)
_AFTER_DOI = re.compile(r"(?:/(?:full|pdf|epdf|abstract|fulltext|html|meta)|v[0-9]+(?:\.full)?)?(?:\.pdf)?$")
_OWN_LINE = re.compile(r"^[ \t]*((?:DOI|PMID|PMCID):\s*\S+)[ \t]*$", re.IGNORECASE | re.MULTILINE)
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")

PublicationId = tuple[Literal["doi", "pmid"], str]
OwnIdentifier = tuple[Literal["doi", "pmid", "pmcid"], str]
FIELD_OF: Mapping[str, Literal["DOI", "PMID", "PMCID"]] = {"doi": "DOI", "pmid": "PMID", "pmcid": "PMCID"}
"""The field of CSL-JSON for each kind of identifier; also its name in sentences."""


def bare_doi(text: str) -> str:
    """A DOI alone, in the letters in which it was typed; empty if the text is not a DOI.

    A resolver address or `doi:` in front, HTML and URL escapes, typographic hyphens and a full stop at the end are
    taken away.
    """
    address = _RESOLVER.match(text.strip())
    written = re.split(r"[?#]", text.strip()[address.end() :])[0] if address else text.strip()
    plain = "".join(unquote(html.unescape(_DOI_PREFIX.sub("", written, count=1))).translate(_DASHES).split())
    found = _DOI.fullmatch(plain.rstrip(".,;"))
    return found[0] if found else ""


def normalise_doi(text: str) -> str:
    """A DOI in its normal form, for comparison; empty if the text is none. DOIs ignore case (DOI Handbook, 3.5)."""
    return bare_doi(text).lower()


def address_of_doi(doi: str) -> str:
    """Where a DOI leads, with its signs as an address needs them (DOI Handbook, 2.5.2.4)."""
    return f"https://doi.org/{quote(doi, safe='/:;().,-_~')}"


def normalise_pmid(text: str) -> str:
    """The digits of a PMID, also from its address; empty for `0`, `unavailable` and all that is not a PMID."""
    if in_url := _PMID_IN_URL.search(text):
        text = in_url[1]
    found = _PMID.fullmatch(re.sub(r"^PMID:?", "", text.strip(), flags=re.IGNORECASE).strip())
    return found[1] if found else ""


def normalise_pmcid(text: str) -> str:
    """A number of PubMed Central as `PMC2891387`, also from its address; empty if the text is none."""
    if in_url := _PMCID_IN_URL.search(text):
        text = in_url[1]
    found = _PMCID.fullmatch(re.sub(r"^PMCID:?", "", text.strip(), flags=re.IGNORECASE).strip())
    return f"PMC{found[1]}" if found else ""


def normalised_title(title: str) -> str:
    """The letters and digits of a title, without tags, accents and case, for comparison."""
    plain = unicodedata.normalize("NFKD", re.sub(r"<[^<>]*>", "", title)).casefold()
    return " ".join("".join(one if one.isalnum() else " " for one in plain if not unicodedata.combining(one)).split())


def own_identifiers(reference: Reference) -> tuple[OwnIdentifier, ...]:
    """What names this publication and no other: its `DOI`, `PMID`, `PMCID`, its address, and such lines of its note.

    A sentence in a note may name another publication, for instance the one that it corrects.
    """
    fields = reference.model_extra or {}
    note = "\n".join(_OWN_LINE.findall(str(fields.get("note") or "")))
    pmcids = [str(fields.get("PMCID") or ""), *_PMCID_IN_NOTE.findall(note)]
    pmcids += _PMCID_IN_URL.findall(str(fields.get("URL") or ""))
    found: list[OwnIdentifier] = [("pmcid", one) for text in pmcids if (one := normalise_pmcid(text))]
    alone = reference.model_copy()
    alone.__pydantic_extra__ = {**fields, "note": note}
    return tuple(dict.fromkeys((*identifiers_of(alone), *found)))


def identifiers_of(reference: Reference) -> tuple[PublicationId, ...]:
    """The DOIs and PMIDs of a publication, from its `DOI`, `PMID`, `URL` and `note`; each once."""
    fields = reference.model_extra or {}
    doi, pmid, url, note = (str(fields.get(name) or "") for name in ("DOI", "PMID", "URL", "note"))
    dois = [normalise_doi(text) for text in (doi, *_dois_in_url(url), *_DOI_IN_NOTE.findall(note))]
    pmids = [normalise_pmid(text) for text in (pmid, *_PMID_IN_URL.findall(url), *_PMID_IN_NOTE.findall(note))]
    found: list[PublicationId] = [("doi", one) for one in dois if one]
    found += [("pmid", one) for one in pmids if one]
    return tuple(dict.fromkeys(found))


def looked_up(reference: Reference) -> tuple[str, ...]:
    """The identifiers of a reference in the form a report records: `doi:10.5555/a`, `pmid:12`."""
    return tuple(f"{kind}:{identifier}" for kind, identifier in identifiers_of(reference))


def _dois_in_url(url: str) -> Iterator[str]:
    """The DOI in a URL, with and without what publishers append to it: `/full`, `.pdf`, `v1`."""
    if found := _DOI.search(unquote(re.split(r"[?#]", url)[0])):
        yield found[0]
        yield _AFTER_DOI.sub("", found[0])
