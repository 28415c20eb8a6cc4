"""PubMed, ClinicalTrials.gov and Crossref on loopback, as far as `evibrief news` asks them: everything is invented.

The answers have the form of the services' own, with their many other fields left out.
"""

import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from command import run_here
from services import Reply, Service, service

PUBMED, TRIALS, CROSSREF = "https://eutils.ncbi.nlm.nih.gov", "https://clinicaltrials.gov", "https://api.crossref.org"


@dataclass
class Sources:
    """What the three services know. `broken` has replies for a part of an address, given in place of the usual ones."""

    base: str = ""
    found: dict[str, list[str]] = field(default_factory=dict)
    """PMIDs by a part of the query."""
    left_out: list[str] = field(default_factory=list)
    summaries: dict[str, dict[str, Any]] = field(default_factory=dict)
    trials: dict[str, dict[str, Any]] = field(default_factory=dict)
    works: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Updates by DOI."""
    broken: dict[str, list[Reply]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def bases(self) -> dict[str, str]:
        """Where each service is asked."""
        return dict.fromkeys((PUBMED, TRIALS, CROSSREF), self.base)

    def publish(self, pmid: str, title: str, query: str = "", doi: str = "", **more: Any) -> None:
        """Let PubMed have a publication, which a query finds."""
        ids = [{"idtype": "pubmed", "value": pmid}] + ([{"idtype": "doi", "value": doi}] if doi else [])
        self.summaries[pmid] = {
            "uid": pmid, "pubdate": "2026 Mar", "title": title, "fulljournalname": "Journal of invented things",
            "pubtype": ["Journal Article"], "articleids": ids, "references": [], "vernaculartitle": "", **more,
        }  # fmt: skip
        if query:
            self.found.setdefault(query, []).append(pmid)

    def register(self, number: str, status: str, results: str = "", pmids: Sequence[str] = ()) -> None:
        """Let the registry have a trial."""
        posted = {"resultsFirstPostDateStruct": {"date": results, "type": "ACTUAL"}} if results else {}
        listed = [{"pmid": pmid, "type": "DERIVED", "citation": "Invented."} for pmid in pmids]
        references = {"referencesModule": {"references": [{"pmid": "99000098", "type": "BACKGROUND"}, *listed]}}
        self.trials[number] = {
            "protocolSection": {
                "identificationModule": {"nctId": number},
                "statusModule": {
                    "overallStatus": status, "lastUpdatePostDateStruct": {"date": "2026-02-03"}, **posted,
                },
                **references,
            },
            "hasResults": bool(results),
        }  # fmt: skip

    def reply_to(self, path: str) -> Reply:
        """The reply to an address."""
        self.asked.append(unquote(path))
        for part, replies in self.broken.items():
            if part in unquote(path):
                return replies.pop(0) if len(replies) > 1 else replies[0]
        parts = urlsplit(path)
        words = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path.endswith("/esearch.fcgi"):
            return _json(self._searched(words))
        if parts.path.endswith("/esummary.fcgi"):
            return _json(self._summarised(words["id"].split(",")))
        if parts.path.startswith("/api/v2/studies/"):
            found = self.trials.get(parts.path.rpartition("/")[2])
            return _json(found) if found else Reply(b"NCT number not found", 404, "text/plain")
        return _json(self._worked(re.findall(r"doi:([^,]+)", words["filter"])))

    def _searched(self, words: dict[str, str]) -> dict[str, Any]:
        every = list(dict.fromkeys(pmid for part, some in self.found.items() if part in words["term"] for pmid in some))
        start, most = int(words["retstart"]), int(words["retmax"])
        page = every[start : start + most]
        told: dict[str, Any] = {"count": str(len(every)), "retmax": str(most), "retstart": str(start), "idlist": page}
        if self.left_out:
            told["errorlist"] = {"phrasesnotfound": self.left_out, "fieldsnotfound": []}
        return {"header": {"type": "esearch", "version": "0.3"}, "esearchresult": told}

    def _summarised(self, pmids: Sequence[str]) -> dict[str, Any]:
        unknown = {"error": "cannot get document summary"}
        told = {pmid: self.summaries.get(pmid, {"uid": pmid, **unknown}) for pmid in pmids}
        return {"header": {"type": "esummary", "version": "0.3"}, "result": {"uids": list(pmids), **told}}

    def _worked(self, dois: Sequence[str]) -> dict[str, Any]:
        items = [{"DOI": doi.upper(), **({"updated-by": self.works[doi]} if self.works[doi] else {})}
                 for doi in dois if doi in self.works]  # fmt: skip
        return {"status": "ok", "message-type": "work-list", "message": {"total-results": len(items), "items": items}}


def _json(told: Any) -> Reply:
    return Reply(json.dumps(told).encode())


class _Replies(dict[str, list[Reply]]):
    """What a `Service` looks its replies up in."""

    def __init__(self, sources: Sources) -> None:
        super().__init__()
        self.sources = sources

    def get(self, path: str, default: Any = None) -> list[Reply]:
        return [self.sources.reply_to(path)]


@contextmanager
def sources_of_news() -> Iterator[Sources]:
    """The three services, running."""
    with service() as running:
        sources = Sources(running.base)
        assert isinstance(running, Service)
        running.replies = _Replies(sources)
        yield sources


def asked(sources: Sources, *words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """What a command answers that asks these services."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVIBRIEF_HOSTS", " ".join(f"{host}={base}" for host, base in sources.bases.items()))
        return run_here(*words, folder=folder)
