"""Cells and lines shared by the tables of several sections: claims, studies, corrections, change marks."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from evibrief.evidence.claims import Arm, Evidence
from evibrief.evidence.quotes import result_of_quote
from evibrief.evidence.vocabulary import NotCounted
from evibrief.evidence.written import joined
from evibrief.labels import phrases
from evibrief.labels.markdown import escape
from evibrief.labels.words import Words
from evibrief.rating.findings import Findings
from evibrief.rating.ratings import Tally
from evibrief.rating.tally import StudyColumn
from evibrief.sections.blocks import Cell, Column, Line, Pointer, Row, Table, TableRecord


def table(
    caption: str, columns: Sequence[tuple[str, int]], records: Iterable[TableRecord | Sequence[Row]]
) -> tuple[Table, ...]:
    """A table as a tuple of one; empty if the table would have no rows."""
    found = tuple(one if isinstance(one, TableRecord) else TableRecord(tuple(one)) for one in records)
    headings = tuple(Column(heading, width) for heading, width in columns)
    return (Table(caption, headings, found),) if found else ()


_CITED = re.compile(r"(?:\s*\[@[^\]]*\])+$")


def flowing(*lines: Line, scope: Literal["", "row", "rowgroup"] = "", columns: int = 1) -> Cell:
    """A cell whose lines are one paragraph of sentences."""
    return Cell(sentences_of(lines), scope, columns=columns, run_in=True)


def sentences_of(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines as sentences: each with a full stop, and words of ours with a capital letter."""
    return tuple(_sentence(line) for line in lines)


def _sentence(line: Line) -> Line:
    if line.links or line.anchor or line.style == "label":
        return line
    first, _, rest = line.text.partition(" ")
    word = first.rstrip(",;:.").replace("-", "")
    # A word, and no address, no name such as mRNA, and no sign as in `n = 12`.
    begins = word.isalpha() and word.islower() and (len(word) > 1 or word == "a") and rest[:1] not in ("=", "<", ">")
    text = line.text[:1].upper() + line.text[1:] if begins else line.text
    return replace(line, text=_ended(text), prose=_ended(line.prose))


def _ended(text: str) -> str:
    """A text with a full stop, unless it has a sign at its end, before its citations."""
    return text if not text or _CITED.sub("", text).rstrip("*_")[-1:] in ".:;?!" else joined(text, ".")


def pointers(names: Iterable[str], findings: Findings) -> tuple[Pointer, ...]:
    """Links to claims or corrections, by their numbers on the page."""
    return tuple(Pointer(name, findings.numbers[name]) for name in names)


def claim_links(names: Iterable[str], findings: Findings) -> tuple[Line, ...]:
    """A line of links to claims, by number; empty if there are none."""
    linked = pointers(names, findings)
    told = findings.words.plurals.claim_list(len(linked))
    return (Line(text=told, links=linked, style="muted"),) if linked else ()


def change_mark(record: str, findings: Findings) -> tuple[Line, ...]:
    """How a record changed since the last archived version, and the undecided comments on it."""
    sentences = findings.words.sentences
    told = (phrases.change(kind, findings.words) for kind in findings.changed.get(record, ()))
    kinds = findings.words.lists.separator.join(told)
    changed = (Line(text=sentences.changed(kinds=kinds), style="warning"),) if kinds else ()
    comments = findings.open_comments.get(record, ())
    said = (sentences.open_comment(role=role, text=shortened(text)) for role, text in comments)
    return (*changed, *(Line(text=text, style="warning") for text in said))


def shortened(text: str, most: int = 160) -> str:
    """A text on one line, cut between words if it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[:most].rsplit(" ", 1)[0] + " …"


def record_lines(names: Sequence[str], findings: Findings) -> tuple[Line, ...]:
    """Records: links for those that the page has, plain ids for others; a fixed phrase if there are none."""
    wanted = tuple(dict.fromkeys(name for name in names if name))
    called = {name: findings.called(name) for name in wanted}
    linked = tuple(Pointer(name, text) for name, text in called.items() if text)
    plain = [name for name, text in called.items() if not text]
    return (
        *((Line(links=linked, style="muted"),) if linked else ()),
        *((Line(text=", ".join(plain), style="identifier"),) if plain else ()),
        *((Line(text=findings.words.notes.not_placed, style="muted"),) if not wanted else ()),
    )


def study_lines(studies: Iterable[str], findings: Findings) -> tuple[Line, ...]:
    """Studies by name with their citation, one per line, retracted ones marked; `none` if there are none."""
    lines = tuple(Line(prose=study_name(key, findings)) for key in studies)
    return lines or (Line(text=findings.words.notes.none, style="muted"),)


def tally_lines(tally: Tally, findings: Findings) -> tuple[Line, ...]:
    """The studies for and against, then the inconclusive ones and those that are only context, if there are any."""
    names, told = findings.words.columns, findings.words.sentences.side
    sides = [(names.studies_for, tally.supporting), (names.against, tally.against)]
    if tally.inconclusive.studies:
        sides.append((names.inconclusive, tally.inconclusive))
    lines = (Line(prose=told(side=name, studies=_side(column, findings))) for name, column in sides)
    return (*lines, *_context_lines(tally, findings))


def _side(column: StudyColumn, findings: Findings) -> str:
    """The studies on one side, those that count as one together; then the reviews that count through their trials."""
    words, sentences = findings.words, findings.words.sentences
    told: list[str] = []
    for item in column.items:
        names = phrases.all_of((study_name(unit, findings) for unit in item), words)
        told.append(sentences.counted_as_one(studies=names) if len(item) > 1 else names)
    if column.through:
        names = phrases.all_of((study_name(unit, findings) for unit in column.through), words)
        told.append(sentences.counted_through(studies=names))
    return "; ".join(told) or words.notes.none


def _context_lines(tally: Tally, findings: Findings) -> Iterator[Line]:
    """The studies that are only context, by the reason why they do not count."""
    words, groups = findings.words, dict[NotCounted | None, list[str]]()
    for one in tally.context:
        groups.setdefault(one.reasons[0] if one.reasons else None, []).append(study_name(one.unit, findings))
    for why, names in groups.items():
        yield Line(prose=_uncounted(why, phrases.all_of(names, words), words), style="muted")


def _uncounted(why: NotCounted | None, studies: str, words: Words) -> str:
    if why is None:
        return words.sentences.uncounted(studies=studies)
    return words.sentences.context(why=words.not_counted[why], studies=studies)


def evidence_lines(entry: Evidence, findings: Findings) -> tuple[Line, ...]:
    """What one publication says of an amount, a harm or a time: its finding, its numbers, and how far it was seen.

    A source does not support what is no claim: only the other roles are named there.
    """
    sentences, study = findings.words.sentences, study_name(entry.source, findings)
    said = sentences.reported(study=study, finding=entry.finding)
    if entry.role != "supports":
        said = sentences.evidence(role=findings.words.role[entry.role], study=study, finding=entry.finding)
    known = "; ".join(how_known(entry, findings))
    return (Line(prose=said), *number_lines(entry, findings), Line(text=known, style="muted"),
            *resolved_lines(entry, findings.words))  # fmt: skip


def study_name(key: str, findings: Findings) -> str:
    """A publication as people say it, with its citation, as Markdown; a retracted one is marked.

    A title in the place of an author is in italics.
    """
    reference = findings.references[key]
    name = escape(phrases.short_name(reference))
    name = name if reference.author else f"*{name}*"
    if findings.standings.get(key) == "retracted":
        name = findings.words.sentences.retracted(study=name)
    return f"{name} [@{key}]"


def resolved_lines(entry: Evidence, words: Words) -> tuple[Line, ...]:
    """Why a contradiction no longer counts; empty where it does."""
    return (Line(prose=words.sentences.resolved(reason=entry.resolved), style="muted"),) if entry.resolved else ()


def how_known(entry: Evidence, findings: Findings, candidates_told: bool = False) -> Iterator[str]:
    """Who named the source, how far it was verified, where the finding was seen, and what limits it.

    `candidates_told` where the page says once that sources are candidates.
    """
    words, sentences = findings.words, findings.words.sentences
    study = findings.studies.get(entry.source)
    if entry.basis and not (candidates_told and entry.basis == "candidate"):
        yield words.basis[entry.basis]
    state = words.verification[study.verification.state] if study else words.notes.not_appraised
    if not study or study.verification.state != "verified":
        yield sentences.reference_state(state=state)
    yield sentences.locator(locator=phrases.or_unknown(entry.locator, words))
    if entry.outcome:
        yield words.outcome[entry.outcome]
    if study and study.criteria:
        yield sentences.criteria(criteria=phrases.or_unknown(study.criteria, words))
    if study and (standing := findings.standings[entry.source]) in ("erratum", "reinstated", "concern", "retracted"):
        yield words.standing[standing]


def number_lines(entry: Evidence, findings: Findings) -> Iterator[Line]:
    """The numbers of a finding, with all its groups, and its own words, where they were recorded."""
    words = findings.words
    if found := entry.estimate:
        told = [found.effect, *([found.interval] if found.interval else [])]
        if found.p:  # `0.03`, or with a sign of its own: `< 0.05`
            is_signed = found.p[0] in "<>≤≥"
            told.append(words.sentences.p_signed(p=found.p) if is_signed else words.sentences.p_value(p=found.p))
        yield Line(text=words.lists.separator.join(told))
        yield from arm_lines(found.arms, words)
    if entry.quote:
        yield Line(text=_quoted(entry.source, entry.quote, findings), style="muted")


def _quoted(source: str, quote: str, findings: Findings) -> str:
    """A quotation: whose words they are, and whether somebody looked them up in the text of the publication."""
    words, result = findings.words, result_of_quote(findings.quotes, source, quote)
    checked = words.notes.quote_not_checked
    if result:
        day = phrases.date(result.checked, words)
        sentences, found = words.sentences, result.state == "found"
        checked = sentences.quote_found(date=day) if found else sentences.quote_not_found(date=day)
    name = phrases.short_name(findings.references[source])
    return words.sentences.quoted(study=name, text=quote, checked=checked)


def arm_lines(arms: Iterable[Arm], words: Words) -> Iterator[Line]:
    """How many were in each group, and how many of them had the outcome, if it is counted."""
    told = [
        words.plurals.arm(arm.n, label=arm.label) if arm.events is None
        else words.sentences.arm_counted(label=arm.label, events=arm.events, number=arm.n)
        for arm in arms
    ]  # fmt: skip
    if told:
        yield Line(text="; ".join(told))


def correction_lines(names: Iterable[str], findings: Findings) -> tuple[Line, ...]:
    """A line of links to the corrections of a record; empty if there are none."""
    linked = pointers(names, findings)
    told = findings.words.plurals.see_corrections(len(linked))
    return (Line(text=told, links=linked, style="muted"),) if linked else ()


def note_lines(note: str | None) -> tuple[Line, ...]:
    """A note as a muted line; empty if there is none."""
    return (Line(prose=note, style="muted"),) if note else ()
