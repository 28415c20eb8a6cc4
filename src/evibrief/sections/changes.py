"""The section `changes`: the changes since the last archived version, conclusions first, and the note of each version.

In: the brief, with `since.yaml` as written by `evibrief since`, and the findings. Out: the blocks of the section.
Equal changes share a row, because readers have only minutes: forty claims that changed from one status to another
are one row with forty links.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from evibrief.evidence.brief import Brief
from evibrief.evidence.records import Since, SinceChange, VersionNote
from evibrief.evidence.written import joined
from evibrief.labels import markdown, phrases
from evibrief.labels.words import Words
from evibrief.rating.diff import ABSENT, conclusions_of, summary_of_changes
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Cell, Heading, Line, Paragraph, Pointer, Row
from evibrief.sections.cells import record_lines, table


def changes(brief: Brief, findings: Findings) -> Iterator[Block]:
    """The changes since the last archived version, then the note of each version."""
    if brief.since:
        yield from _since(brief.since, brief, findings)
    else:
        yield Paragraph(findings.words.notes.nothing_to_compare)
    names = findings.words.columns
    columns = ((names.version, 20), (names.what_changed, 80))
    rows = (
        [Row((Cell((Line(text=change.version), _day(change.date, findings)), scope="row"),
              Cell((Line(prose=change.text),))))]
        for change in brief.changes
    )  # fmt: skip
    yield from table(findings.words.captions.versions, columns, rows)


def _day(day: date, findings: Findings) -> Line:
    return Line(text=phrases.date(day, findings.words), style="muted")


def _since(since: Since, brief: Brief, findings: Findings) -> Iterator[Block]:
    weighed = {weight: [one for one in since.changes if one.weight == weight] for weight in ("major", "minor", "patch")}
    words, names, captions = findings.words, findings.words.columns, findings.words.captions
    title = words.headings.since(version=since.version, date=phrases.date(since.date, words))
    yield Heading(title, "changes_since")
    summary = summary_of_changes(since.changes, words)
    yield Paragraph(words.sentences.since_hash(summary=summary, hash=since.evidence[:12]))
    columns = ((names.conclusion, 19), (names.was, 22), (names.now, 27), (names.why, 32))
    moved = _with_reasons(weighed["major"], brief, words)
    rows = ([_conclusion(one, brief, findings, reason)] for one, reason in moved)
    yield from table(captions.moved(version=since.version), columns, rows)
    if moved_by := _signer(brief):
        yield Paragraph(words.sentences.reasons_signed(by=markdown.escape(moved_by)), style="note")
    evidence, wording = (tuple(_groups(weighed[weight])) for weight in ("minor", "patch"))
    if len(evidence) + len(wording) > MOST_ROWS:
        yield from _in_numbers(since, findings)
        return
    columns = ((names.what, 18), (names.was, 17), (names.now, 17), (names.records, 48))
    rows = ([_alike(one, brief, findings)] for one in evidence)
    yield from table(captions.evidence_changed(version=since.version), columns, rows)
    columns = ((names.what, 14), (names.was, 29), (names.now, 29), (names.records, 28))
    rows = ([_alike(one, brief, findings)] for one in wording)
    yield from table(captions.wording_changed(version=since.version), columns, rows)


MOST_ROWS = 30
"""The most rows of changes that are no conclusions. Nobody reads more than a page of them, so they are told in numbers.

A version that was read again from the beginning has a thousand changes; one by one they took 44 pages.
"""


def _in_numbers(since: Since, findings: Findings) -> Iterator[Block]:
    """How many changes of each kind there are that are no conclusions."""
    words, found = findings.words, Counter(change.kind for change in since.changes if change.weight != "major")
    kinds = sorted(found, key=lambda kind: -found[kind])
    told = (words.sentences.described(what=phrases.change(kind, words), note=found[kind]) for kind in kinds)
    title = words.captions.other_changes(version=since.version)
    yield Paragraph(words.sentences.labelled(label=title, value=phrases.all_of(told, words)))
    yield Paragraph(words.notes.changes_in_data, style="note")


def _mine(brief: Brief) -> list[VersionNote]:
    return [change for change in brief.changes if change.version == brief.brief.version]


def _signer(brief: Brief) -> str:
    """Who signed every reason; nobody if there are several, or a single reason."""
    signers = [one.by for change in _mine(brief) for one in change.reasons]
    return signers[0] if len(signers) > 1 and len(set(signers)) == 1 else ""


def _reasons(brief: Brief) -> dict[str, str]:
    """The reason for each changed rating, signed unless one person signed all, and the note of this version."""
    mine, together = _mine(brief), _signer(brief)
    reasons = {"bottom line": joined(*(part for change in mine for part in (change.text, " ")))}
    for one in (one for change in mine for one in change.reasons):
        reasons[one.record] = joined(one.reason, "" if together else f" ({markdown.escape(one.by)})")
    return reasons


def _with_reasons(
    moved: Iterable[SinceChange], brief: Brief, words: Words
) -> Iterator[tuple[tuple[SinceChange, ...], str]]:
    """The groups of changes, each with its reason; one that holds of several is given with the first of them."""
    reasons = _reasons(brief)
    for group in conclusions_of(moved):
        name = group[0].record.partition(",")[0]
        reason = reasons.get(name, "")
        yield group, reason
        if reason:
            reasons[name] = words.notes.as_above


def _conclusion(group: Sequence[SinceChange], brief: Brief, findings: Findings, reason: str) -> Row:
    change = group[0]
    name = change.record.partition(",")[0]
    fields = [field for one in group if (field := one.record.partition(", ")[2])]
    words, unknown = findings.words, findings.words.notes.unknown
    listed = phrases.all_of(fields, words)
    kind = phrases.change(change.kind, words)
    what = words.sentences.labelled(label=kind, value=listed) if fields else kind
    given = (Line(text=change.reason), Line(prose=reason))
    told = tuple(one for one in given if one.text or one.prose) or (Line(text=unknown, style="muted"),)
    title = _titles(brief).get(name)
    named = (Line(links=(Pointer(name, title),)),) if title else ()
    lines = (*named, Line(text=what, style="label"))
    rated = not change.record.startswith("bottom line")
    states = (phrases.capital(level_word(text, findings)) if rated else text for text in (change.was, change.now))
    was, now = (Cell(_state(text, findings)) for text in states)
    return Row((Cell(lines, scope="row"), was, now, Cell(told)))


def level_word(text: str, findings: Findings) -> str:
    """The word of a level: that of the instrument, or where an older one gave it, that of the language."""
    words, ratings = findings.words, findings.ratings
    known: dict[str, str] = {}
    for group in (words.judgement, words.certainty, words.tier):
        known.update({str(level): word for level, word in group.items()})
    for scale in (ratings.instrument.judgement, ratings.chain_scale, ratings.instrument.tier) if ratings else ():
        known |= {level.id: level.word for level in scale.levels}
    return known.get(text, text)


def _titles(brief: Brief) -> dict[str, str]:
    statements = {one.id: markdown.without_marks(one.text) for one in brief.ranking.statements}
    return statements | {one.id: one.title for one in brief.mechanisms}


def _groups(changes: Iterable[SinceChange]) -> Iterator[tuple[SinceChange, ...]]:
    """Group changes of one kind with the same old and new value. Added text is at its record, so it is not repeated."""
    groups: dict[tuple[str, ...], list[SinceChange]] = {}
    for change in changes:
        field = change.record.partition(", ")[2]
        said = ("", "added") if not change.was else (change.was, change.now)
        groups.setdefault((change.kind, _general(field), *said), []).append(change)
    return (tuple(group) for group in groups.values())


def _general(field: str) -> str:
    """A field without the source in its name: `evidence smith2016 finding` becomes `evidence finding`."""
    return f"{parts[0]} {parts[-1]}" if len(parts := field.split()) > 2 else field


def _alike(group: Sequence[SinceChange], brief: Brief, findings: Findings) -> Row:
    change = group[0]
    field = _general(change.record.partition(", ")[2]).replace("_", " ")
    same = all((one.was, one.now) == (change.was, change.now) for one in group)
    kind = Line(text=phrases.change(change.kind, findings.words), style="word")
    what = (kind, *((Line(text=field, style="muted"),) if field else ()))
    words = findings.words
    now = _state(change.now, findings) if same else (Line(text=words.notes.added, style="muted"),)
    itself = dict.fromkeys(("brief", brief.brief.id), words.notes.brief_itself)
    changed = (one.record.partition(",")[0] for one in group)
    records = record_lines([itself.get(name, name) for name in changed], findings)
    return Row((Cell(what, scope="row"), Cell(_state(change.was, findings)), Cell(now), Cell(records)))


def _state(text: str, findings: Findings) -> tuple[Line, ...]:
    """What something was or is, or that it is not there."""
    notes = findings.words.notes
    if not text:
        return (Line(text=notes.not_there, style="muted"),)
    return (Line(text=notes.not_rated_here if text == ABSENT else as_read(text, findings)),)


_NAMED = re.compile(r"\[(\w+)\]\(#\1\)")


def as_read(text: str, findings: Findings) -> str:
    """A text of the data as plain words: a link that shows an id alone as the page calls that record."""
    return markdown.without_marks(_NAMED.sub(lambda link: findings.called(link[1]) or link[1], text))
