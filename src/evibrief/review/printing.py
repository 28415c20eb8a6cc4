"""Prints a list of remarks as text, Markdown, JSON or CSV."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from evibrief.labels import messages
from evibrief.problems import plain
from evibrief.review.listing import Listed, Listing, is_our_question
from evibrief.review.patches import Proposal


def _shown(listed: Iterable[Listed], found: Listing) -> tuple[Listed, ...]:
    """The remarks to print: our own questions only if they were answered or resolved."""
    return tuple(
        one for one in listed
        if not is_our_question(one) or one.placed.remark.resolved or one.placed.remark.key in found.answered
    )  # fmt: skip


def remarks_as_text(found: Listing) -> str:
    """The list for a terminal."""
    lines = [*_heads(found), *(f"warning: {plain(warning)}" for warning in found.warnings)]
    shown = ((record, _shown(every, found)) for record, every in found.records.items())
    for record, listed in ((record, some) for record, some in shown if some):
        place = next((one.placed.place for one in listed if one.placed.place), None)
        lines += ["", f"{record}  {place or ''}".rstrip()]
        lines += [f"  {line}" for one in listed for line in _told(one)]
    if found.unplaced:
        lines += ["", "not placed"]
        lines += [f"  {line}" for one in found.unplaced for line in (*_told(one), f"  around: {_short(one)}")]
    for proposal in found.proposals:
        lines += ["", *_proposed(proposal)]
    if any(proposal.patch for proposal in found.proposals):
        lines += ["", HOW_TO_APPLY]
    for one, other in found.disagreements:
        who = plain(f"{messages.listed(one.authors)} and {messages.listed(other.authors)}")
        lines += ["", f"{one.record}, {one.field}: {who} disagree", f"  {plain(one.now)}", f"  {plain(other.now)}"]
    return "\n".join(lines) + "\n"


HOW_TO_APPLY = (
    "to accept a proposal: write the patches with --patches DIR, then run `git apply DIR/NAME.patch` in the folder of "
    "the brief"
)


def _heads(found: Listing) -> Iterator[str]:
    for file in found.files:
        carried = plain(f"{file.brief} {file.version}, evidence {file.evidence[:12]}")
        version = carried if file.evidence else "version unknown"
        counted = messages.count(file.counted, "comment or revision", "comments and revisions")
        yield f"{plain(file.name)}: {messages.count(len(file.remarks), 'remark')} from {counted}; {version}"
    said = [one for one in found.remarks if not is_our_question(one)]
    people = dict.fromkeys(one.placed.remark.author or "unknown" for one in said)
    who = plain(f" by {messages.listed(people)}") if people else ""
    yield f"{messages.count(len(said), 'remark')} of reviewers{who}; {len(found.unplaced)} not placed"
    if asked := [one for one in found.remarks if is_our_question(one)]:
        answered = sum(one.placed.remark.key in found.answered for one in asked)
        resolved = sum(one.placed.remark.resolved for one in asked)
        yield f"{messages.count(len(asked), 'question')} of our own, {answered} of them answered, {resolved} resolved"


def _told(one: Listed) -> Iterator[str]:
    remark, placed = one.placed.remark, one.placed
    resolved = ", resolved" if remark.resolved else ""
    quoted = f", matched by quoted text ({placed.score:.2f})"
    by = {"quoted text": quoted, "nearest record": ", matched by the nearest record before it"}
    sure = by.get(placed.anchor, "")
    when = f" on {plain(remark.date[:10])}" if remark.date else ""
    answers = f" to {remark.answers}" if remark.answers else ""
    yield f"[{remark.key}] {remark.kind}{answers} by {plain(remark.author) or 'unknown'}{when}{resolved}{sure}"
    if remark.quoted:
        yield f"    on “{plain(remark.quoted)}”"
    yield from (f"    {line}" for line in _as_words(_said(one)))


def _as_words(text: str) -> Iterator[str]:
    """What a reviewer wrote, line by line; lines that could be mistaken for our own output begin with a bar."""
    lines = [plain(line) for line in text.splitlines()] or [""]
    ours = len(lines) == 1 and not _LIKE_OURS.match(lines[0])
    yield from (line if ours else f"| {line}" for line in lines)


_LIKE_OURS = re.compile(r"\s|\||on “|\[[0-9a-f]{12}\]|around:")


def _said(one: Listed) -> str:
    """The words of a remark."""
    remark = one.placed.remark
    if remark.removed and remark.added:
        return f"“{remark.removed}” → “{remark.added}”"
    if remark.removed or remark.added:
        return f"“{remark.removed or remark.added}”"
    return remark.text or "without words"


def _short(one: Listed) -> str:
    around = plain(" ".join(one.placed.remark.around.split()))
    return around if len(around) <= 200 else around[:200].rsplit(" ", 1)[0] + " …"


def _proposed(proposal: Proposal) -> Iterator[str]:
    where = f"{proposal.record}, {proposal.field}" if proposal.field else proposal.record or "no record"
    yield f"proposal for {where} by {plain(messages.listed(proposal.authors))} [{', '.join(proposal.keys)}]"
    if proposal.patch:
        # Made printable here; the file that --patches writes keeps every character and line ending.
        yield from (plain(line.removesuffix("\r")) for line in proposal.patch.removesuffix("\n").split("\n"))
        return
    yield f"  {proposal.why}"
    yield f"  was: {plain(proposal.was)}"
    yield f"  proposed: {plain(proposal.now)}"
    yield from (f"  possibly {text.record}, {text.field}: {text.place}" for text in proposal.candidates)


def remarks_as_markdown(found: Listing) -> str:
    """The list as Markdown, for an issue or a mail. What a reviewer wrote is quoted, never read as markup."""
    lines = [*(f"- {_literal(line)}" for line in _heads(found))]
    lines += [f"- **warning**: {_literal(plain(warning))}" for warning in found.warnings]
    groups = (*found.records.items(), ("Not placed", found.unplaced))
    shown = ((name, _shown(every, found)) for name, every in groups)
    for record, listed in ((name, some) for name, some in shown if some):
        place = next((one.placed.place for one in listed if one.placed.place), None)
        lines += ["", f"## {record}", "", *([f"`{place}`", ""] if place else [])]
        lines += [line for one in listed for line in _fenced(_told(one))]
    for proposal in found.proposals:
        lines += ["", f"## Proposal for {proposal.record or 'no record'}", "", *_fenced(_proposed(proposal), "diff")]
    return "\n".join(lines) + "\n"


def _literal(line: str) -> str:
    """A line with names, for Markdown: as code if it could be read as markup, a mention or an address."""
    if not re.search(r"[\\`*_{}\[\]<>#!|~@&$]|\w://|www\.", line):
        return line
    fence = "`" * (1 + _ticks(line))
    return f"{fence} {line} {fence}"


def _fenced(lines: Iterable[str], language: str = "text") -> Iterator[str]:
    told = list(lines)
    fence = "`" * max(3, 1 + max((_ticks(line) for line in told), default=0))
    yield from (f"{fence}{language}", *told, fence)


def _ticks(line: str) -> int:
    """The length of the longest run of backticks."""
    return max((len(run) for run in "".join(one if one == "`" else " " for one in line).split()), default=0)


def remarks_as_records(found: Listing) -> list[dict[str, Any]]:
    """Every remark as plain fields, in list order; a remark on several records names them all."""
    return [
        asdict(one.placed.remark)
        | {
            "records": list(one.placed.records), "anchor": one.placed.anchor, "score": round(one.placed.score, 3),
            "file": one.placed.place.path if one.placed.place else "",
            "line": one.placed.place.line if one.placed.place else 0,
            "fields": [f"{text.record}, {text.field}" for text in one.placed.fields], "reviewed": list(one.files),
            "ours": is_our_question(one),
        }
        for one in found.remarks
    ]  # fmt: skip


def remarks_as_json(found: Listing) -> str:
    """The list for machines; the keys show later which remarks are new."""
    record = {
        "files": [{"name": file.name, "brief": file.brief, "version": file.version, "evidence": file.evidence,
                   "recipient": file.recipient, "counted": file.counted} for file in found.files],
        "remarks": remarks_as_records(found),
        "proposals": [{**asdict(one), "candidates": [f"{text.record}, {text.field}" for text in one.candidates],
                       "place": str(one.place or "")} for one in found.proposals],
        "disagreements": [[list(one.keys), list(other.keys)] for one, other in found.disagreements],
        "warnings": list(found.warnings),
    }  # fmt: skip
    written = json.dumps(record, indent=1, ensure_ascii=False)
    # Characters that control a terminal are written as JSON escapes, which every reader reads as the same text.
    shown = (json.dumps(one)[1:-1] if one != "\n" and plain(one) != one else one for one in written)
    return "".join(shown) + "\n"


REMARK_COLUMNS = (
    "key", "records", "file", "line", "fields", "kind", "author", "date", "quoted", "text", "removed", "added",
    "resolved", "answers", "anchor", "score", "reviewed",
)  # fmt: skip


def as_csv(found: Listing) -> str:
    """The list as CSV (RFC 4180). A cell that a spreadsheet would read as a formula begins with an apostrophe."""
    written = io.StringIO()
    table = csv.DictWriter(written, REMARK_COLUMNS, extrasaction="ignore")
    table.writeheader()
    table.writerows({name: _cell(value) for name, value in record.items()} for record in remarks_as_records(found))
    return written.getvalue()


def _cell(value: object) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    text = "\n".join(plain(line) for line in text.splitlines())
    # Spreadsheets skip leading space; some split cells at `;`, and some accept full-width signs.
    return re.sub(rf"(\A\s*|[;\n]\s*)(?={_FORMULA})", r"\1'", text)


_FORMULA = "[=+@\uff1d\uff0b\uff20\uff0d-]"


PRINTERS: Mapping[str, Callable[[Listing], str]] = {
    "text": remarks_as_text, "json": remarks_as_json, "md": remarks_as_markdown, "csv": as_csv,
}  # fmt: skip
