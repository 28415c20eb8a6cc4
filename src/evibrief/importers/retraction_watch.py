"""Retraction checks: which references of a brief are in a list of retraction notices.

In: the bytes of a file in the layout of the public Retraction Watch list, and the references. Out: a
`RetractionReport`. Nothing is fetched: the user downloads the file, and the report names it.

The public file is comma-separated, with dates as `6/25/2021 0:00` (month first), lists that end in a semicolon, `0` or
nothing for a missing PMID, `unavailable` (in any case) or nothing for a missing DOI, an empty column at the end, and
empty rows after the last notice. Copies exist in UTF-8 and in Windows-1252.
"""

import codecs
import csv
import datetime
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evibrief.evidence.brief import Brief
from evibrief.evidence.fields import ReferenceKey, Unknown
from evibrief.evidence.identifiers import PublicationId, identifiers_of, looked_up, normalise_doi, normalise_pmid
from evibrief.evidence.records import Reference
from evibrief.evidence.retractions import (
    NoticeKind,
    RetractionNotice,
    RetractionReport,
    RetractionResult,
    RetractionState,
    state_of_notices,
)
from evibrief.importers.contract import Imported
from evibrief.problems import Place, Problem, Problems, suggest

LARGEST_DATABASE = 512 * 1024 * 1024
"""In bytes. The public file has about 60 MB."""

DATABASE_COLUMNS = (
    "Record ID",
    "RetractionDate",
    "RetractionDOI",
    "OriginalPaperDOI",
    "OriginalPaperPubMedID",
    "RetractionNature",
    "Reason",
)
"""The columns we read; the public file has thirteen more."""

NOTICE_KINDS: Mapping[str, NoticeKind] = {
    "retraction": "retraction",
    "expression of concern": "concern",
    "correction": "correction",
    "reinstatement": "reinstatement",
}
STATES: Mapping[RetractionState, str] = {
    "retracted": "RETRACTED",
    "concern": "expression of concern",
    "reinstated": "retracted, then reinstated",
    "correction": "corrected",
    "none-found": "no notice found",
    "no-identifier": "not checked for lack of a DOI or PMID",
}
REMARKS = (
    "yaml-language-server: $schema=../schemas/retractions.json",
    "Written by `evibrief check data/BRIEF --retractions FILE`. Do not edit it: run the check again.",
)
"""The comments at the top of a report. The first line is for editors."""

_CHUNK = 1 << 20

_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?: [0-9:]+)?")


@dataclass(frozen=True, slots=True)
class Notice:
    """One row of the list, as text: the notice and the paper it is about."""

    place: Place
    record: str
    nature: str
    date: str
    doi: str
    reason: str
    paper_doi: str
    paper_pmid: str

    @property
    def identifiers(self) -> Iterator[PublicationId]:
        """The DOIs and PMID of the paper. A cell may hold several DOIs, and a DOI may contain a semicolon."""
        parts = (self.paper_doi, *self.paper_doi.split(";")) if ";" in self.paper_doi else (self.paper_doi,)
        yield from (("doi", doi) for doi in map(normalise_doi, parts) if doi)
        if pmid := normalise_pmid(self.paper_pmid):
            yield "pmid", pmid


def check_references(
    references: Sequence[Reference], data: bytes, name: str, path: str, today: datetime.date
) -> RetractionReport:
    """Compare references with a list of notices. `name` goes into the report, `path` into problems.

    Raises `Problems` if the file does not have this layout, is damaged, or has an unreadable row about one of the
    references.
    """
    rows = _Counted(read_notices(data, path))
    results = match(references, rows)
    if not rows.number:
        raise Problems([Problem(Place(path, 1, 1), "retractions", "this file has no notices", _FRESH)])
    source = name.encode("utf-8", "replace").decode()
    digest = hashlib.sha256(data).hexdigest()
    # We made these values ourselves: `model_validate` is for what people type.
    return RetractionReport.model_construct(
        checked=today, source=source, sha256=digest, rows=rows.number, results=results
    )


def summary_of_report(report: RetractionReport) -> Iterator[str]:
    """One line per state that occurs, worst first: how many references, and which."""
    for state, said in STATES.items():
        if names := [result.reference for result in report.results if result.state == state]:
            yield f"{said}: {len(names)} ({', '.join(names)})"


class RetractionWatch:
    """The public Retraction Watch file as an importer: the report of a check of all references."""

    name = "retraction-watch"
    label = "the Retraction Watch CSV"
    stem = "retractions"
    largest = LARGEST_DATABASE

    def recognises(self, data: bytes) -> bool:
        """Whether the first line names the columns of a record and of its notice."""
        header = data[:4096].splitlines()[:1]
        return bool(header) and all(name.encode() in header[0] for name in ("Record ID", "RetractionDOI"))

    def read(self, data: bytes, path: Path, brief: Brief, today: datetime.date) -> Imported:
        """Compare the references of a brief with the list. Raises `Problems`, as `check_references` does."""
        report = check_references(brief.references, data, path.name, str(path), today)
        told = f"references compared with {path.name}: {len(brief.references)}, notices: {report.rows}"
        return Imported(report.model_dump(exclude_defaults=True), (told, *summary_of_report(report)), REMARKS)


class _Counted:
    """An iterable of notices that counts them as they are read."""

    def __init__(self, notices: Iterable[Notice]) -> None:
        self.notices, self.number = notices, 0

    def __iter__(self) -> Iterator[Notice]:
        for notice in self.notices:
            self.number += 1
            yield notice


def match(references: Sequence[Reference], notices: Iterable[Notice]) -> tuple[RetractionResult, ...]:
    """The result for each reference, in order; notices that match no reference are dropped.

    Raises `Problems` if a row about a reference has an unreadable date or nature.
    """
    known: dict[PublicationId, list[str]] = {}
    for reference in references:
        for identifier in identifiers_of(reference):
            known.setdefault(identifier, []).append(reference.id)
    found: dict[str, list[RetractionNotice]] = {}
    problems: list[Problem] = []
    for notice in notices:
        matched = _matched(notice, known)
        wrong = list(_unreadable(notice)) if matched else []
        problems += wrong
        for reference_id, kind in () if wrong else matched.items():
            found.setdefault(reference_id, []).append(_recorded(notice, kind))
    if problems:
        raise Problems(problems)
    return tuple(_result(reference, found.get(reference.id, [])) for reference in references)


def _matched(notice: Notice, known: Mapping[PublicationId, list[str]]) -> dict[str, Literal["doi", "pmid"]]:
    """The references that a notice is about, each with the identifier that matched; a DOI takes precedence."""
    matched: dict[str, Literal["doi", "pmid"]] = {}
    for identifier in notice.identifiers:
        for reference in known.get(identifier, ()):
            matched.setdefault(reference, identifier[0])
    return matched


def _result(reference: Reference, notices: list[RetractionNotice]) -> RetractionResult:
    ordered = sorted(notices, key=lambda notice: (str(notice.date), notice.kind, notice.record))
    searched = looked_up(reference)
    return RetractionResult.model_construct(
        reference=ReferenceKey(reference.id),
        state=state_of_notices(ordered) if searched else "no-identifier",
        searched=searched,
        notices=tuple(ordered),
    )


def _recorded(notice: Notice, kind: Literal["doi", "pmid"]) -> RetractionNotice:
    reasons = (part.strip().lstrip("+") for part in notice.reason.split(";"))
    return RetractionNotice.model_construct(
        kind=NOTICE_KINDS[notice.nature.lower()],
        date=_date(notice.date) or "unknown",
        doi=normalise_doi(notice.doi) or None,
        record=notice.record or "unknown",
        matched_by=kind,
        reason="; ".join(filter(None, reasons)) or None,
    )


def _date(text: str) -> datetime.date | Unknown | None:
    """A date, `unknown` if the cell is empty, or None if the text is not a date in this layout."""
    if text in ("", "0"):
        return "unknown"
    parts = _DATE.fullmatch(text)
    try:
        return datetime.date(int(parts[3]), int(parts[1]), int(parts[2])) if parts else None
    except ValueError:
        return None


def _unreadable(notice: Notice) -> Iterator[Problem]:
    """Problems of a row about one of the references: we never guess an unreadable value."""
    if notice.nature.lower() not in NOTICE_KINDS:
        message = f"this row is about a reference of the brief, but `{notice.nature}` is not a known nature"
        yield Problem(notice.place, "retractions", message, suggest(notice.nature, map(str.capitalize, NOTICE_KINDS)))
    if _date(notice.date) is None:
        message = f"this row is about a reference of the brief, but `{notice.date}` is not a date"
        yield Problem(notice.place, "retractions", message, "dates must be month/day/year, as in 6/25/2021 0:00")


_FRESH = "download the Retraction Watch file again, and do not save it with a spreadsheet program"


def read_notices(data: bytes, path: str) -> Iterator[Notice]:
    """The rows of a list of notices, one at a time: memory use does not grow with their number.

    Raises `Problems` at the first row that shows that the file is damaged or has another layout: the rows after it
    cannot be trusted.
    """
    rows = _rows(data, path)
    _, header = next(rows, (1, []))
    places = _column_places(header, path)
    for line, row in rows:
        if any(row):
            _refuse_ragged(row, len(header), Place(path, line, 1))
            cells = [row[places[column]].strip() for column in DATABASE_COLUMNS]
            record, date, doi, paper_doi, paper_pmid, nature, reason = cells
            _refuse_day_first(date, Place(path, line, 1))
            yield Notice(Place(path, line, 1), record, nature, date, doi, reason, paper_doi, paper_pmid)


def _rows(data: bytes, path: str) -> Iterator[tuple[int, list[str]]]:
    """The rows, each with the line on which it begins."""
    text = io.TextIOWrapper(io.BytesIO(data), encoding=_encoding(data, path), newline="")
    reader, line = csv.reader(text, strict=True), 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"this row cannot be read: {error}"
        raise Problems([Problem(Place(path, line, 1), "retractions", message, _FRESH)]) from error


def _encoding(data: bytes, path: str) -> str:
    """UTF-8 if the whole file is valid, else Windows-1252. Raises `Problems` if it is neither."""
    if (offset := data.find(b"\0")) >= 0:
        raise Problems([_misplaced(data, offset, path, "there is a zero byte here: this is not UTF-8 text")])
    fault = _decoding_fault(data, "utf-8-sig")
    if fault is None:
        return "utf-8-sig"
    if _decoding_fault(data, "cp1252") is None:
        return "cp1252"
    raise Problems([_misplaced(data, fault, path, f"byte 0x{data[fault]:02x} is neither UTF-8 nor Windows-1252")])


def _misplaced(data: bytes, offset: int, path: str, message: str) -> Problem:
    line, column = data.count(b"\n", 0, offset) + 1, offset - data.rfind(b"\n", 0, offset)
    return Problem(Place(path, line, column), "retractions", message, _FRESH)


def _decoding_fault(data: bytes, encoding: str) -> int | None:
    """The offset of the first byte that an encoding does not allow; decoded in chunks to save memory."""
    decoder = codecs.getincrementaldecoder(encoding)()
    view = memoryview(data)
    for start in range(0, len(data) + 1, _CHUNK):
        try:
            decoder.decode(view[start : start + _CHUNK], final=start + _CHUNK > len(data))
        except UnicodeDecodeError as error:
            # The decoder may have kept up to three bytes of the previous chunk.
            kept = len(error.object) - len(view[start : start + _CHUNK])
            return start - kept + error.start
    return None


def _column_places(header: list[str], path: str) -> Mapping[str, int]:
    """The index of each column. Raises `Problems` with every missing column."""
    names = [name.strip() for name in header]
    missing = [column for column in DATABASE_COLUMNS if column not in names]
    if len(missing) == len(DATABASE_COLUMNS):
        message = "this is not the Retraction Watch layout: the first line has none of its columns"
        hint = f"the columns, separated by commas, must be: {', '.join(DATABASE_COLUMNS)}, …"
        raise Problems([Problem(Place(path, 1, 1), "retractions", message, hint)])
    others = [name for name in names if name and name not in DATABASE_COLUMNS]
    if missing:
        raise Problems(
            Problem(Place(path, 1, 1), "retractions", f"the column `{column}` is missing", suggest(column, others))
            for column in missing
        )
    return {column: names.index(column) for column in DATABASE_COLUMNS}


def _refuse_ragged(row: list[str], width: int, place: Place) -> None:
    """Refuse a row that was cut off, and a row with extra cells, whose columns have shifted."""
    if len(row) < width:
        message = f"this row has {len(row)} cells, the first line has {width}: it was cut off"
        raise Problems([Problem(place, "retractions", message, _FRESH)])
    if any(cell.strip() for cell in row[width:]):
        message = f"this row has {len(row)} cells, the first line has {width}: the columns have shifted"
        raise Problems([Problem(place, "retractions", message, _FRESH)])


def _refuse_day_first(date: str, place: Place) -> None:
    """Refuse a date with the day first: it shows that a spreadsheet program has rewritten all dates."""
    parts = _DATE.fullmatch(date)
    if parts and int(parts[1]) > 12:
        message = f"`{date}` has the day first; in the public file the month comes first"
        raise Problems([Problem(place, "retractions", message, _FRESH)])
