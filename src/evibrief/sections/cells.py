"""Cells and lines shared by the tables of several sections: claims, studies, corrections, change marks."""

from collections.abc import Iterable, Sequence

from evibrief.evidence.claims import Evidence
from evibrief.evidence.fields import ReferenceKey
from evibrief.labels import phrases
from evibrief.labels.markdown import escape
from evibrief.labels.words import Words
from evibrief.rating.findings import Findings
from evibrief.rating.rate import Tally
from evibrief.rating.support import Support
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


def study_lines(studies: Iterable[ReferenceKey], findings: Findings) -> tuple[Line, ...]:
    """Studies by name with their citation, one per line, retracted ones marked; `none` if there are none."""
    lines = tuple(Line(prose=_study(key, findings)) for key in studies)
    return lines or (Line(text=findings.words.notes.none, style="muted"),)


def lines_for(support: Support, tally: Tally | None, findings: Findings) -> tuple[Line, ...]:
    """The studies counted as support, then those that are disputed or not counted, marked as such."""
    if tally is None:
        return study_lines(support.supporting, findings)
    notes = findings.words.notes
    told = ((notes.disputed, tuple(tally.disputed)), (notes.not_counted, support.supporting))
    return _counted_first(tuple(tally.supporting), told, findings)


def lines_against(support: Support, tally: Tally | None, findings: Findings) -> tuple[Line, ...]:
    """The studies counted as contradicting, then those that are mixed or not counted, marked as such."""
    counted = support.contradicting if tally is None else tuple(tally.contradicting)
    notes = findings.words.notes
    told = ((notes.mixed, support.mixed), (notes.not_counted, support.contradicting))
    return _counted_first(counted, told, findings)


def _counted_first(
    counted: Sequence[ReferenceKey], told: Sequence[tuple[str, Sequence[ReferenceKey]]], findings: Findings
) -> tuple[Line, ...]:
    """Each study once: with the counted ones, or with the first word that applies to it."""
    rest = {key: word for word, keys in reversed(told) for key in keys if key not in counted}
    labelled = findings.words.sentences.labelled
    quiet = (labelled(label=word, value=_study(key, findings)) for key, word in rest.items())
    return (*study_lines(counted, findings), *(Line(prose=text, style="muted") for text in quiet))


def _study(key: ReferenceKey, findings: Findings) -> str:
    name = escape(phrases.short_name(findings.references[key]))
    if findings.standings.get(key) == "retracted":
        name = findings.words.sentences.retracted(study=name)
    return f"{name} [@{key}]"


def evidence_lines(entry: Evidence, findings: Findings) -> tuple[Line, ...]:
    """What one publication says: its role, its finding with the citation, and how far it was verified."""
    words, sentences = findings.words, findings.words.sentences
    study = findings.studies.get(entry.source)
    name = f"{escape(phrases.short_name(findings.references[entry.source]))} [@{entry.source}]"
    state = words.verification[study.verification.state] if study else words.notes.not_appraised
    locator = sentences.locator(locator=phrases.or_unknown(entry.locator, words))
    told = [sentences.reference_state(state=state), locator]
    told = [words.basis[entry.basis], *told] if entry.basis else told
    if study and (standing := findings.standings[entry.source]) in ("erratum", "reinstated", "concern", "retracted"):
        told.append(words.standing[standing])
    return (
        Line(prose=sentences.evidence(role=words.role[entry.role], study=name, finding=entry.finding)),
        Line(text="; ".join(told), style="muted"),
    )


def correction_lines(names: Iterable[str], words: Words) -> tuple[Line, ...]:
    """A line of links to the corrections of a record; empty if there are none."""
    linked = tuple(names)
    return (Line(text=words.notes.see, links=linked, style="identifier"),) if linked else ()


def note_lines(note: str | None) -> tuple[Line, ...]:
    """A note as a muted line; empty if there is none."""
    return (Line(prose=note, style="muted"),) if note else ()
