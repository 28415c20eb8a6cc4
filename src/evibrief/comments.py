"""What reviewers said, by record: several reviewed files in, one list out, for people and for machines.

In: `Reviewed` files, the `Source` of the data at hand, and which records changed since. Out: a `Listing`, and its
text, JSON, Markdown and CSV. A remark that two files both have is listed once. Every remark is in the list: under its
record, or among those that could not be placed.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import combinations
from typing import Any

from evibrief import words
from evibrief.placing import Placed, place_remarks, record_places
from evibrief.problems import plain
from evibrief.proposals import Proposal, changed_words, proposals
from evibrief.reviewed import Reviewed, is_by_hand
from evibrief.source import Source

OURS = "evibrief"
"""The author of the questions that a review copy asks: they are listed with their answers, and are no review."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One remark in its place, and the files that have it."""

    placed: Placed
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """All remarks by record, in the order of the data; what could not be placed; proposals; where reviewers differ.

    `warnings` are for people: another version reviewed, records that changed since, a file without our marks.
    """

    files: tuple[Reviewed, ...]
    records: Mapping[str, tuple[Listed, ...]]
    unplaced: tuple[Listed, ...]
    proposals: tuple[Proposal, ...]
    disagreements: tuple[tuple[Proposal, Proposal], ...]
    warnings: tuple[str, ...]

    @property
    def remarks(self) -> tuple[Listed, ...]:
        """Every remark once, also one that is about several records."""
        every = [*(one for listed in self.records.values() for one in listed), *self.unplaced]
        return tuple({one.placed.remark.key: one for one in every}.values())

    @property
    def answered(self) -> frozenset[str]:
        """The keys of comments that somebody answered."""
        return frozenset(one.placed.remark.answers for one in self.remarks if one.placed.remark.answers)


def _shown(listed: Iterable[Listed], found: Listing) -> tuple[Listed, ...]:
    """What people read: our own questions only where somebody answered or resolved them."""
    return tuple(
        one for one in listed
        if not is_ours(one) or one.placed.remark.resolved or one.placed.remark.key in found.answered
    )  # fmt: skip


def listing(
    files: Sequence[Reviewed], source: Source, changed: Mapping[str, Sequence[str]], known: Iterable[str] = ()
) -> Listing:
    """The remarks of all files. `changed`: what changed at each record since the file was sent, by its name.

    `known` are the keys of remarks that an earlier import had: they are left out.
    """
    where: dict[str, list[str]] = {}
    remarks = {remark.key: remark for file in files for remark in file.remarks}
    for file in files:
        for remark in file.remarks:
            where.setdefault(remark.key, []).append(file.name)
    earlier = frozenset(known)
    placed = place_remarks((remark for key, remark in remarks.items() if key not in earlier), source)
    listed = [Listed(one, tuple(where[one.remark.key])) for one in placed]
    proposed = proposals(placed, source)
    return Listing(
        tuple(files),
        dict(_by_record(listed, record_places(source))),
        tuple(one for one in listed if not one.placed.records),
        proposed,
        tuple(_disagreements(proposed)),
        tuple(_warnings(files, listed, changed)),
    )


def is_ours(one: Listed) -> bool:
    """Whether it is a question that the review copy asked."""
    return one.placed.remark.author == OURS and one.placed.remark.kind == "comment"


def _by_record(listed: Sequence[Listed], order: Iterable[str]) -> Iterator[tuple[str, tuple[Listed, ...]]]:
    others = (name for one in listed for name in one.placed.records)
    for name in dict.fromkeys((*order, *others)):
        if mine := tuple(one for one in listed if name in one.placed.records):
            yield name, mine


def _disagreements(proposed: Sequence[Proposal]) -> Iterator[tuple[Proposal, Proposal]]:
    """Two reviewers who would have the same words read differently."""
    groups: dict[tuple[str, str, str], list[Proposal]] = {}
    for one in proposed:
        if one.record and one.patch:
            groups.setdefault((one.record, one.field, one.was), []).append(one)
    for group in groups.values():
        for one, other in combinations(group, 2):
            if one.now != other.now and one.authors != other.authors and _meet(one, other):
                yield one, other


def _meet(one: Proposal, other: Proposal) -> bool:
    """Whether two edits touch the same words of a text."""
    (start, end), (from_, to) = changed_words(one.was, one.now), changed_words(other.was, other.now)
    return max(start, from_) < min(end, to) or (start, end) == (from_, to)


def _warnings(
    files: Sequence[Reviewed], listed: Sequence[Listed], changed: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    for file in files:
        if not file.evidence:
            yield f"{file.name}: it does not say which version was reviewed; remarks are placed by what they quote"
        if (read := sum(remark.elements for remark in file.remarks)) != file.counted:
            yield f"{file.name}: {file.counted} comments and revisions are in it, and {read} were read; look into it"
        yield from (f"{file.name}: {warning}" for warning in file.warnings)
        if file.macros:
            yield f"{file.name}: it brings a program (macros) along, which was not run; do not open it without asking"
    for record in dict.fromkeys(name for one in listed for name in one.placed.records if changed.get(name)):
        yield f"{record} changed since it was reviewed: {words.listed(changed[record])}"
    yield from dict.fromkeys(one.placed.warning for one in listed if one.placed.warning)


def as_text(found: Listing) -> str:
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
        who = plain(f"{words.listed(one.authors)} and {words.listed(other.authors)}")
        lines += ["", f"{one.record}, {one.field}: {who} disagree", f"  {plain(one.now)}", f"  {plain(other.now)}"]
    return "\n".join(lines) + "\n"


HOW_TO_APPLY = (
    "to take a proposal over: write the patches with --patches DIR, then `git apply DIR/NAME.patch` in the folder of "
    "the brief"
)


def _heads(found: Listing) -> Iterator[str]:
    for file in found.files:
        carried = plain(f"{file.brief} {file.version}, evidence {file.evidence[:12]}")
        version = carried if file.evidence else "version unknown"
        counted = words.count(file.counted, "comment or revision", "comments and revisions")
        yield f"{plain(file.name)}: {words.count(len(file.remarks), 'remark')} from {counted}; {version}"
    said = [one for one in found.remarks if not is_ours(one)]
    people = dict.fromkeys(one.placed.remark.author or "unknown" for one in said)
    who = plain(f" by {words.listed(people)}") if people else ""
    yield f"{words.count(len(said), 'remark')} of reviewers{who}; {len(found.unplaced)} not placed"
    if asked := [one for one in found.remarks if is_ours(one)]:
        answered = sum(one.placed.remark.key in found.answered for one in asked)
        resolved = sum(one.placed.remark.resolved for one in asked)
        yield f"{words.count(len(asked), 'question')} of our own, {answered} of them answered, {resolved} resolved"


def _told(one: Listed) -> Iterator[str]:
    remark, placed = one.placed.remark, one.placed
    resolved = ", resolved" if remark.resolved else ""
    quoted = f", placed by what it quotes ({placed.score:.2f})"
    by = {"quoted text": quoted, "nearest record": ", placed by the nearest record before it"}
    sure = by.get(placed.anchor, "")
    when = f" on {plain(remark.date[:10])}" if remark.date else ""
    answers = f" to {remark.answers}" if remark.answers else ""
    yield f"[{remark.key}] {remark.kind}{answers} by {plain(remark.author) or 'unknown'}{when}{resolved}{sure}"
    if remark.quoted:
        yield f"    on “{plain(remark.quoted)}”"
    yield from (f"    {line}" for line in _as_words(_said(one)))


def _as_words(text: str) -> Iterator[str]:
    """What a reviewer wrote, line by line, so that none can pass for a line of ours: several lines have a bar each."""
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
    yield f"proposal for {where} by {plain(words.listed(proposal.authors))} [{', '.join(proposal.keys)}]"
    if proposal.patch:
        # As it is read; the file that --patches writes has each letter and the ends of lines as they are.
        yield from (plain(line.removesuffix("\r")) for line in proposal.patch.removesuffix("\n").split("\n"))
        return
    yield f"  {proposal.why}"
    yield f"  was: {plain(proposal.was)}"
    yield f"  proposed: {plain(proposal.now)}"
    yield from (f"  perhaps {text.record}, {text.field}: {text.place}" for text in proposal.candidates)


def as_markdown(found: Listing) -> str:
    """The list as Markdown, for an issue or a mail. What a reviewer wrote is quoted, never taken for markup."""
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
    """A line in Markdown that holds names: in code where a name could be markup, a mention or an address."""
    if not re.search(r"[\\`*_{}\[\]<>#!|~@&$]|\w://|www\.", line):
        return line
    fence = "`" * (1 + _ticks(line))
    return f"{fence} {line} {fence}"


def _fenced(lines: Iterable[str], language: str = "text") -> Iterator[str]:
    told = list(lines)
    fence = "`" * max(3, 1 + max((_ticks(line) for line in told), default=0))
    yield from (f"{fence}{language}", *told, fence)


def _ticks(line: str) -> int:
    """The longest run of backticks."""
    return max((len(run) for run in "".join(one if one == "`" else " " for one in line).split()), default=0)


def records_of(found: Listing) -> list[dict[str, Any]]:
    """Every remark as plain fields, in the order of the list; a remark on several records names them all."""
    return [
        asdict(one.placed.remark)
        | {
            "records": list(one.placed.records), "anchor": one.placed.anchor, "score": round(one.placed.score, 3),
            "file": one.placed.place.path if one.placed.place else "",
            "line": one.placed.place.line if one.placed.place else 0,
            "fields": [f"{text.record}, {text.field}" for text in one.placed.fields], "reviewed": list(one.files),
            "ours": is_ours(one),
        }
        for one in found.remarks
    ]  # fmt: skip


def as_json(found: Listing) -> str:
    """The list for machines; `keys` of an earlier one tell what is new."""
    record = {
        "files": [{"name": file.name, "brief": file.brief, "version": file.version, "evidence": file.evidence,
                   "recipient": file.recipient, "counted": file.counted} for file in found.files],
        "remarks": records_of(found),
        "proposals": [{**asdict(one), "candidates": [f"{text.record}, {text.field}" for text in one.candidates],
                       "place": str(one.place or "")} for one in found.proposals],
        "disagreements": [[list(one.keys), list(other.keys)] for one, other in found.disagreements],
        "warnings": list(found.warnings),
    }  # fmt: skip
    written = json.dumps(record, indent=1, ensure_ascii=False)
    # What acts on a terminal is written as JSON's own escape: the same text to every reader of it.
    shown = (json.dumps(one)[1:-1] if one != "\n" and plain(one) != one else one for one in written)
    return "".join(shown) + "\n"


COLUMNS = ("key", "records", "file", "line", "fields", "kind", "author", "date", "quoted", "text", "removed", "added",
           "resolved", "answers", "anchor", "score", "reviewed")  # fmt: skip


def as_csv(found: Listing) -> str:
    """The list as a table (RFC 4180). A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    written = io.StringIO()
    table = csv.DictWriter(written, COLUMNS, extrasaction="ignore")
    table.writeheader()
    table.writerows({name: _cell(value) for name, value in record.items()} for record in records_of(found))
    return written.getvalue()


def _cell(value: object) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    text = "\n".join(plain(line) for line in text.splitlines())
    # A spreadsheet looks past space; where it takes `;` for the end of a cell, past that; some know full-width signs.
    return re.sub(rf"(\A\s*|[;\n]\s*)(?={_FORMULA})", r"\1'", text)


_FORMULA = "[=+@\uff1d\uff0b\uff20\uff0d-]"


PRINTERS: Mapping[str, Callable[[Listing], str]] = {
    "text": as_text, "json": as_json, "md": as_markdown, "csv": as_csv,
}  # fmt: skip


def new_entries(found: Listing, kept: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The reviewers and comments that a ledger does not have yet, as plain fields; the comments are open.

    Reviewers get an id: that to whom the copy went, else the one that their remarks have already, else a number. Their
    names are not written down: they are printed only where somebody agreed, and then a person enters them. Who edited
    without tracking is unknown.
    """
    known = {str(one["key"]): str(one["reviewer"]) for one in kept.get("comments", ())}
    listed = [str(one["id"]) for one in kept.get("reviewers", ())]
    names = _reviewer_ids(found, known, listed)
    reviewers = [{"id": name, "role": "unknown"} for name in dict.fromkeys(names.values()) if name not in listed]
    new = (one for one in found.remarks if one.placed.remark.key not in known and not is_ours(one))
    return reviewers, [_entry(one.placed, names.get(_person(one, found), "unknown"), found) for one in new]


NOBODY = ("", "untracked")


def _person(one: Listed, found: Listing) -> tuple[str, str]:
    """Who said it: the author's name in the file, and the recipient whose copy it was."""
    if one.placed.remark.kind == "untracked" or is_by_hand(one.placed.remark):
        return NOBODY
    recipients = {file.name: file.recipient for file in found.files}
    return one.placed.remark.author, next((recipients[name] for name in one.files if recipients.get(name)), "")


def _reviewer_ids(found: Listing, known: Mapping[str, str], taken: Sequence[str]) -> dict[tuple[str, str], str]:
    """An id for each person. Only the first author of a copy is its recipient: others wrote into it as well."""
    ids: dict[tuple[str, str], str] = {}
    said = [one for one in found.remarks if not is_ours(one) and _person(one, found) != NOBODY]
    for one in said:
        if one.placed.remark.key in known:
            ids.setdefault(_person(one, found), known[one.placed.remark.key])
    for one in said:
        person = _person(one, found)
        used = {*taken, *ids.values()}
        if person not in ids:
            free = person[1] if person[1] and person[1] not in ids.values() else ""
            numbered = (f"reviewer_{number}" for number in range(1, len(said) + len(used) + 2))
            ids[person] = free or next(name for name in numbered if name not in used)
    return ids


def _entry(placed: Placed, reviewer: str, found: Listing) -> dict[str, Any]:
    """A new comment of the ledger; a field without anything in it is left out."""
    remark = placed.remark
    ours = {one.placed.remark.key for one in found.remarks if is_ours(one)}
    fields: dict[str, Any] = {
        "key": remark.key, "kind": remark.kind, "records": list(placed.records), "reviewer": reviewer,
        "date": _day_of(remark.date), "quoted": remark.quoted,
        "text": "" if remark.removed or remark.added else remark.text,
        "removed": remark.removed, "added": remark.added, "answers": "" if remark.answers in ours else remark.answers,
        "resolved": "yes" if remark.resolved else "no", "decision": "open",
    }  # fmt: skip
    return {name: value for name, value in fields.items() if value not in ("", [])}


def _day_of(moment: str) -> date | str:
    try:
        return date.fromisoformat(moment[:10])
    except ValueError:
        return "unknown"
