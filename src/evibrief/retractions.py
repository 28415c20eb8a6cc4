"""Retractions, expressions of concern and corrections: which of a brief's publications have one.

In: the public Retraction Watch file, line by line, and the references of a brief. Out: a report as plain fields, which
`cli` writes beside the brief and the next build reads and prints. Nothing is fetched: the file is the author's.

The layout is that of Crossref's "Retraction Watch" documentation: one notice a row, lists separated by semicolons,
dates as month/day/year, `0` or `unavailable` where an identifier is missing. The public file is said to hold bytes that
are not UTF-8; they can only stand in names and titles, which are not looked at, and are replaced.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from evibrief.model import Reference
from evibrief.problems import Place, Problem, Problems, suggest

COLUMNS = (
    "RetractionDate", "RetractionDOI", "OriginalPaperDOI", "OriginalPaperPubMedID", "RetractionNature", "Reason",
)  # fmt: skip
NATURES: Mapping[str, str] = {
    "retraction": "retracted",
    "expression of concern": "concern",
    "correction": "correction",
    "reinstatement": "reinstated",
}
_WEIGHTIEST_FIRST = ("retracted", "reinstated", "concern", "correction")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_NO_IDENTIFIER = frozenset({"", "0", "unavailable", "none"})


@dataclass(frozen=True, slots=True)
class Notice:
    """One row of the file that is about a publication of the brief."""

    reference: str
    nature: str
    matched_by: str
    day: date | None
    doi: str
    reason: str


def identifiers(reference: Reference) -> Mapping[str, str]:
    """The DOI (lower case, without a resolver) and the PubMed id of a reference, as far as it has them."""
    extra = reference.model_extra or {}
    written = " ".join(str(extra.get(name) or "") for name in ("DOI", "URL"))
    doi = _DOI.search(written.lower())
    number = str(extra.get("PMID") or "").strip()
    found = {"doi": doi[0].rstrip(".,;") if doi else "", "pmid": number if number.isdigit() else ""}
    return {name: value for name, value in found.items() if value}


def find_notices(lines: Iterable[str], path: str, references: Iterable[Reference]) -> tuple[list[Notice], int]:
    """The notices about some references, in the order of the file, and how many rows it has.

    Raises `Problems` for a file of another layout. Rows are read one by one: the whole file is never held.
    """
    wanted = {(kind, value): one.id for one in references for kind, value in identifiers(one).items()}
    reader = csv.reader(lines)
    notices: list[Notice] = []
    rows = 0
    try:
        columns = _columns(next(reader, []), path)
        for row in reader:
            rows += bool(row)
            notices += _notices_in(row, columns, wanted, Place(path, reader.line_num, 1))
    except csv.Error as error:
        hint = "download the file again, and do not edit it"
        raise Problems([Problem(Place(path, reader.line_num, 1), "retractions", f"not CSV: {error}", hint)]) from error
    return notices, rows


def _columns(header: Sequence[str], path: str) -> Mapping[str, int]:
    names = [name.strip() for name in header]
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise Problems(
            Problem(Place(path, 1, 1), "retractions", f"this file has no column `{name}`", suggest(name, names))
            for name in missing
        )
    return {name: names.index(name) for name in COLUMNS}


def _notices_in(
    row: Sequence[str], columns: Mapping[str, int], wanted: Mapping[tuple[str, str], str], place: Place
) -> Iterator[Notice]:
    if row and len(row) <= max(columns.values()):
        message = f"this row has {len(row)} columns and ends before the notice does"
        raise Problems([Problem(place, "retractions", message, "download the file again")])
    fields = {name: row[at].strip() for name, at in columns.items()} if row else {}
    for kind, name in (("doi", "OriginalPaperDOI"), ("pmid", "OriginalPaperPubMedID")):
        value = fields.get(name, "").lower().removeprefix("https://doi.org/").removeprefix("http://dx.doi.org/")
        if value not in _NO_IDENTIFIER and (key := wanted.get((kind, value))):
            yield _notice(key, kind, fields, place)
            return


def _notice(key: str, kind: str, fields: Mapping[str, str], place: Place) -> Notice:
    nature = NATURES.get(fields["RetractionNature"].lower())
    if nature is None:
        message = f"`{fields['RetractionNature']}` is a kind of notice that we do not know, and it is about `{key}`"
        raise Problems([Problem(place, "retractions", message, "look at it yourself, and note it in studies.yaml")])
    doi = fields["RetractionDOI"]
    known = doi if doi.lower() not in _NO_IDENTIFIER else ""
    return Notice(key, nature, kind, _day(fields["RetractionDate"]), known, fields["Reason"].strip(";").strip())


def _day(text: str) -> date | None:
    match = _DATE.search(text)
    try:
        return date(int(match[3]), int(match[1]), int(match[2])) if match else None
    except ValueError:
        return None


def write_report(
    references: Sequence[Reference], notices: Sequence[Notice], rows: int, name: str, sha256: str, checked: date
) -> Mapping[str, Any]:
    """The report as plain fields, one result for each reference, in the order of the references."""
    results = [_result(one, [notice for notice in notices if notice.reference == one.id]) for one in references]
    return {"checked": checked, "source": name, "sha256": sha256, "rows": rows, "results": results}


def _result(reference: Reference, notices: Sequence[Notice]) -> Mapping[str, Any]:
    if not identifiers(reference):
        return {"reference": reference.id, "state": "no-identifier"}
    if not notices:
        return {"reference": reference.id, "state": "none-found"}
    last = _weightiest(notices)
    fields: dict[str, Any] = {"reference": reference.id, "state": last.nature, "matched_by": last.matched_by}
    fields |= {"notice_date": last.day or "unknown", "notice_doi": last.doi or "unknown"}
    return fields | ({"reason": last.reason} if last.reason else {})


def _weightiest(notices: Sequence[Notice]) -> Notice:
    """The notice that counts: a retraction, unless a later reinstatement takes it back; then concern, correction."""
    latest = {notice.nature: notice for notice in sorted(notices, key=lambda one: one.day or date.min)}
    retracted, reinstated = latest.get("retracted"), latest.get("reinstated")
    if retracted and reinstated and (reinstated.day or date.min) >= (retracted.day or date.max):
        return reinstated
    return next(latest[nature] for nature in _WEIGHTIEST_FIRST if nature in latest)
