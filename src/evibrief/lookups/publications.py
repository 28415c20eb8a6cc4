"""Publications by DOI, PMID or PMCID: what the registries say of one, as CSL.

In: an identifier. Out: its fields as CSL-JSON has them, and what was changed in the answer to get there. doi.org is
asked for a DOI, and leads to the agency where it is registered (content negotiation, citation.doi.org/docs.html);
NCBI's Literature Citation Exporter (api.ncbi.nlm.nih.gov/lit/ctxp) is asked for a PMID or PMCID. An answer with another
identifier than the one that was asked for is refused.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from evibrief.evidence.identifiers import (
    FIELD_OF,
    OwnIdentifier,
    normalise_doi,
    normalise_pmcid,
    normalise_pmid,
    own_identifiers,
)
from evibrief.evidence.same_reference import reference_of
from evibrief.lookups.contract import Answer, Asks, Lookup, lookup_problem
from evibrief.lookups.csl_answers import read_csl
from evibrief.lookups.pubmed import EUTILS
from evibrief.problems import Problems, one_problem

DOI_ORG = "https://doi.org"
CITATION_EXPORTER = "https://api.ncbi.nlm.nih.gov/lit/ctxp/v1"
CSL_JSON = "application/vnd.citationstyles.csl+json"


@dataclass(frozen=True, slots=True)
class Registered:
    """What a registry says of a publication: CSL-JSON without `id`, who said it, and what was changed to get there."""

    asked: OwnIdentifier
    answer: Answer
    csl: Mapping[str, Any]
    changed: tuple[str, ...]

    @property
    def number(self) -> str:
        """What was asked for, as people write it."""
        return identifier_in_words(self.asked)

    @property
    def title(self) -> str:
        """Its title."""
        return str(self.csl["title"])


def identifier_in(text: str) -> OwnIdentifier:
    """The DOI, PMID or PMCID that somebody typed, in any of the usual ways. Raises `Problems` if it is none."""
    if "pmc" in text.lower() and (pmcid := normalise_pmcid(text)):
        return "pmcid", pmcid
    if doi := normalise_doi(text):
        return "doi", doi
    if pmid := normalise_pmid(text):
        return "pmid", pmid
    hint = "write 10.1234/abc (a DOI), 12345678 (a PMID) or PMC1234567; an address of doi.org or PubMed will do"
    raise one_problem(text[:200], "lookup", "this is no DOI, PMID or PMCID", hint)


def identifier_in_words(identifier: OwnIdentifier) -> str:
    """An identifier as people write it: `DOI 10.5555/a`."""
    return f"{FIELD_OF[identifier[0]]} {identifier[1]}"


def lookup_of(identifier: OwnIdentifier) -> Lookup:
    """What to ask for an identifier."""
    kind, value = identifier
    if kind == "doi":
        return Lookup(f"{DOI_ORG}/{quote(value)}", CSL_JSON)
    database, number = ("pmc", value.removeprefix("PMC")) if kind == "pmcid" else ("pubmed", value)
    return Lookup(f"{CITATION_EXPORTER}/{database}/?format=csl&id={number}")


def find_publication(asks: Asks, identifier: OwnIdentifier) -> Registered:
    """What is known of a publication.

    Raises `Problems`: `UnknownPublication` if the registry has no such publication or says too little of it, any other
    if it could not be asked.
    """
    answer = asks.ask(lookup_of(identifier))
    record = _record(answer, identifier)
    read = read_csl(record)
    csl = dict(read.csl)
    _demand_same(csl, record, identifier, answer)
    csl.setdefault(FIELD_OF[identifier[0]], identifier[1])
    if "title" not in csl:
        raise _unknown(identifier, f"{answer.host} says nothing of its title", "write this reference by hand")
    return Registered(identifier, answer, csl, read.changed)


class UnknownPublication(Problems):
    """A registry has no such publication, or says too little of it, or speaks of another one."""


def _unknown(identifier: OwnIdentifier, message: str, hint: str) -> UnknownPublication:
    return UnknownPublication(one_problem(identifier_in_words(identifier), "lookup", message, hint).problems)


_MISTYPED = "is it mistyped? copy it from the publication"


def _record(answer: Answer, identifier: OwnIdentifier) -> Mapping[str, Any]:
    """The one record of an answer."""
    if answer.status in (204, 406):
        message = f"{answer.host} knows it, but gives no data of it (status {answer.status})"
        raise _unknown(identifier, message, "ask for its PMID, or write this reference by hand")
    if answer.status != 200 or answer.body.lstrip().startswith(b"<pub-one-record-set"):
        raise _unknown(identifier, f"{answer.question.host} has no publication with this number", _MISTYPED)
    told = answer.json()
    if isinstance(told, list) and len(told) == 1:
        told = told[0]
    if isinstance(told, dict) and (told.get("status") == "error" or isinstance(told.get("id"), list)):
        reason = json.dumps(told.get("reason") or told.get("id"), ensure_ascii=False)
        raise _unknown(identifier, f"{answer.host} refuses it: {reason:.200}", _MISTYPED)
    if not isinstance(told, dict) or not {"title", "type", "DOI", "PMID"} & set(told):
        raise _strange(answer, "the record of one publication")
    return told


def _strange(answer: Answer, wanted: str) -> Problems:
    message, hint = f"the answer of {answer.host} is not {wanted}", "nothing was written; has the service changed?"
    return lookup_problem(answer.question.address, message, hint)


def _demand_same(
    csl: Mapping[str, Any], record: Mapping[str, Any], identifier: OwnIdentifier, answer: Answer
) -> None:
    """Raise `Problems` if the answer carries another identifier of this kind than was asked for."""
    kind, value = identifier
    told = {one for one_kind, one in own_identifiers(reference_of(csl)) if one_kind == kind}
    if kind == "pmid" and str(record.get("id", "")).startswith("pmid:"):
        told.add(normalise_pmid(str(record["id"])))
    if told and value not in told:
        others = " and ".join(f"{FIELD_OF[kind]} {one}" for one in sorted(told))
        message = f"{answer.host} answers with another publication: {others}, “{csl.get('title', '')}”"
        raise _unknown(identifier, message, "look the number up; ask for the other one if that is meant")


def find_pmid(asks: Asks, doi: str) -> tuple[str, Answer]:
    """The PMID of the publication with a DOI, by a search in PubMed; empty if there is none, or more than one.

    Raises `Problems` if the answer is none.
    """
    words = {"db": "pubmed", "retmode": "json", "term": f'"{doi}"[doi]', "tool": "evibrief"}
    answer = asks.ask(Lookup(f"{EUTILS}/esearch.fcgi?{urlencode(words)}"))
    found = answer.json()
    try:
        listed = found["esearchresult"]["idlist"]
        [pmid] = listed if len(listed) == 1 else [""]
        return normalise_pmid(pmid), answer
    except (TypeError, KeyError, AttributeError):
        raise _strange(answer, "a list of PMIDs") from None
