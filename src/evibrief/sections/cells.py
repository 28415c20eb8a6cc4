"""Cells and lines shared by the tables of several sections: claims, studies, corrections, change marks."""

from collections.abc import Iterable, Iterator, Sequence

from evibrief.evidence.claims import Arm, Evidence
from evibrief.evidence.vocabulary import NotCounted
from evibrief.labels import phrases
from evibrief.labels.markdown import escape
from evibrief.labels.words import Words
from evibrief.rating.findings import Findings
from evibrief.rating.ratings import Tally
from evibrief.rating.tally import StudyColumn
from evibrief.sections.blocks import Column, Line, Row, Table


def table(caption: str, columns: Sequence[tuple[str, int]], groups: Iterable[Sequence[Row]]) -> tuple[Table, ...]:
    """A table as a tuple of one; empty if the table would have no rows."""
    rows = tuple(tuple(group) for group in groups)
    headings = tuple(Column(heading, width) for heading, width in columns)
    return (Table(caption, headings, rows),) if rows else ()


def claim_links(names: Iterable[str]) -> tuple[Line, ...]:
    """A line of links to records, by id; empty if there are none."""
    linked = tuple(names)
    return (Line(links=linked, style="identifier"),) if linked else ()


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
    """Records by id: links for those that the page has, plain ids for others; a fixed phrase if there are none."""
    wanted = tuple(dict.fromkeys(name for name in names if name))
    linked = tuple(name for name in wanted if name in {**findings.claims, **findings.links, **findings.statements})
    plain = [name for name in wanted if name not in linked]
    return (
        *((Line(links=linked, style="identifier"),) if linked else ()),
        *((Line(text=", ".join(plain), style="identifier"),) if plain else ()),
        *((Line(text=findings.words.notes.not_placed, style="muted"),) if not wanted else ()),
    )


def study_lines(studies: Iterable[str], findings: Findings) -> tuple[Line, ...]:
    """Studies by name with their citation, one per line, retracted ones marked; `none` if there are none."""
    lines = tuple(Line(prose=_study(key, findings)) for key in studies)
    return lines or (Line(text=findings.words.notes.none, style="muted"),)


def side_lines(column: StudyColumn, findings: Findings) -> tuple[Line, ...]:
    """The studies on one side, a line for each that counts as one; then the reviews that count through their trials."""
    sentences, words = findings.words.sentences, findings.words
    lines: list[Line] = []
    for item in column.items:
        names = phrases.all_of((_study(unit, findings) for unit in item), words)
        lines.append(Line(prose=sentences.counted_as_one(studies=names) if len(item) > 1 else names))
    if column.through:
        names = phrases.all_of((_study(unit, findings) for unit in column.through), words)
        lines.append(Line(prose=sentences.counted_through(studies=names), style="muted"))
    return tuple(lines) or (Line(text=words.notes.none, style="muted"),)


def unclear_lines(tally: Tally, findings: Findings) -> tuple[Line, ...]:
    """The inconclusive studies, then those that are only context, with the reasons why they do not count."""
    words, groups = findings.words, dict[NotCounted | None, list[str]]()
    for one in tally.context:
        groups.setdefault(one.reasons[0] if one.reasons else None, []).append(_study(one.unit, findings))
    told = (_uncounted(why, phrases.all_of(names, words), words) for why, names in groups.items())
    return (*side_lines(tally.inconclusive, findings), *(Line(prose=text, style="muted") for text in told))


def _uncounted(why: NotCounted | None, studies: str, words: Words) -> str:
    if why is None:
        return words.sentences.uncounted(studies=studies)
    return words.sentences.context(why=words.not_counted[why], studies=studies)


def _study(key: str, findings: Findings) -> str:
    name = escape(phrases.short_name(findings.references[key]))
    if findings.standings.get(key) == "retracted":
        name = findings.words.sentences.retracted(study=name)
    return f"{name} [@{key}]"


def evidence_lines(entry: Evidence, findings: Findings, reported: bool = False) -> tuple[Line, ...]:
    """What one publication says: its role, its finding with the citation, its numbers, and how far it was verified.

    For a dose or a harm, a source does not support a claim: it is `reported` there.
    """
    words, sentences = findings.words, findings.words.sentences
    name = f"{escape(phrases.short_name(findings.references[entry.source]))} [@{entry.source}]"
    said = sentences.evidence(role=words.role[entry.role], study=name, finding=entry.finding)
    if reported and entry.role == "supports":
        said = sentences.reported(study=name, finding=entry.finding)
    return (
        Line(prose=said),
        *estimate_lines(entry, words),
        Line(text="; ".join(_how_known(entry, findings)), style="muted"),
        *((Line(prose=sentences.resolved(reason=entry.resolved), style="muted"),) if entry.resolved else ()),
    )


def _how_known(entry: Evidence, findings: Findings) -> Iterator[str]:
    words, sentences = findings.words, findings.words.sentences
    study = findings.studies.get(entry.source)
    if entry.basis:
        yield words.basis[entry.basis]
    state = words.verification[study.verification.state] if study else words.notes.not_appraised
    yield sentences.reference_state(state=state)
    yield sentences.locator(locator=phrases.or_unknown(entry.locator, words))
    if entry.outcome:
        yield words.outcome[entry.outcome]
    if study and study.criteria:
        yield sentences.criteria(criteria=phrases.or_unknown(study.criteria, words))
    if study and (standing := findings.standings[entry.source]) in ("erratum", "reinstated", "concern", "retracted"):
        yield words.standing[standing]


def estimate_lines(entry: Evidence, words: Words) -> Iterator[Line]:
    """The numbers of a finding, with all its groups, and its own words, where they were recorded."""
    if found := entry.estimate:
        told = [found.effect, *([found.interval] if found.interval else [])]
        told += [words.sentences.p_value(p=found.p)] if found.p else []
        yield Line(text=words.lists.separator.join(told))
        yield from arm_lines(found.arms, words)
    if entry.quote:
        yield Line(text=words.sentences.quoted(text=entry.quote), style="muted")


def arm_lines(arms: Iterable[Arm], words: Words) -> Iterator[Line]:
    """How many were in each group, and how many of them had the outcome, if it is counted."""
    told = [
        words.sentences.arm(label=arm.label, number=arm.n) if arm.events is None
        else words.sentences.arm_counted(label=arm.label, events=arm.events, number=arm.n)
        for arm in arms
    ]  # fmt: skip
    if told:
        yield Line(text="; ".join(told))


def correction_lines(names: Iterable[str], words: Words) -> tuple[Line, ...]:
    """A line of links to the corrections of a record; empty if there are none."""
    linked = tuple(names)
    return (Line(text=words.notes.see, links=linked, style="identifier"),) if linked else ()


def note_lines(note: str | None) -> tuple[Line, ...]:
    """A note as a muted line; empty if there is none."""
    return (Line(prose=note, style="muted"),) if note else ()
