"""The section `appraisals`: what people judged of studies and bodies of evidence, by each instrument and version.

A figure of lights, then the same in words: one row for each appraisal. Nothing here enters a rating.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evibrief.evidence.appraisals import NOT_JUDGED, Appraisal, AppraisalDomain, AppraisalInstrument
from evibrief.evidence.brief import Brief
from evibrief.labels import phrases
from evibrief.labels.markdown import escape, without_marks
from evibrief.labels.words import Words
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Cell, Figure, Heading, Line, Paragraph, Pointer, Row, TableRecord
from evibrief.sections.cells import flowing, note_lines, study_name, table
from evibrief.sections.figures.traffic_light import AppraisedRow, Light, LightTable, draw_lights, in_pages


@dataclass(frozen=True, slots=True)
class Appraised:
    """An appraisal with what it is of: a study by its reference, or a statement by its id."""

    subject: str
    is_study: bool
    appraisal: Appraisal

    @property
    def result(self) -> tuple[str, str | None]:
        """What was appraised, with the outcome: two appraisals of one result can differ."""
        return self.subject, self.appraisal.outcome


def appraised_in(brief: Brief) -> tuple[Appraised, ...]:
    """All appraisals of a brief, those of one result one after the other, otherwise in the order of the files."""
    listed = [Appraised(study.reference, True, one) for study in brief.studies for one in study.appraisals]
    listed += [Appraised(one.id, False, found) for one in brief.ranking.statements for found in one.appraisals]
    results = list(dict.fromkeys(one.result for one in listed))
    return tuple(sorted(listed, key=lambda one: results.index(one.result)))


def appraisals(brief: Brief, findings: Findings) -> Iterator[Block]:
    """A figure and a table for each instrument and version, in the order in which they are used."""
    listed = appraised_in(brief)
    known = {instrument.name: instrument for instrument in brief.appraisal_instruments}
    if listed:
        yield Paragraph(findings.words.appraisals.note, style="note")
    for number, name in enumerate(dict.fromkeys(one.appraisal.instrument for one in listed), 1):
        mine = [one for one in listed if one.appraisal.instrument == name]
        yield from _of_instrument(number, known[name], mine, brief, findings)


def _of_instrument(
    number: int, instrument: AppraisalInstrument, mine: Sequence[Appraised], brief: Brief, findings: Findings
) -> Iterator[Block]:
    words = findings.words
    title = words.appraisals.version(title=instrument.title, version=instrument.version)
    yield Heading(title, f"section_appraisals_{number}")
    yield Paragraph(_source(instrument, words), style="note")
    levels = (*(level.id for level in instrument.levels), NOT_JUDGED)
    drawn = LightTable(
        title, tuple(_light(one, instrument, words) for one in levels), tuple(one.name for one in instrument.domains),
        tuple(_light_row(one, instrument, brief, findings) for one in mine), bool(instrument.overall),
    )  # fmt: skip
    for part, shown in enumerate(in_pages(drawn)):
        anchor = f"figure_appraisals_{number}" + (f"_{part + 1}" if part else "")
        yield Figure(words.appraisals.figure(instrument=title), anchor, draw_lights(shown, words))
    columns = ((words.appraisals.what, 34), (words.appraisals.judgements, 66))
    rows = [_record(one, instrument, mine, brief, findings) for one in mine]
    yield from table(words.appraisals.table(instrument=title), columns, rows)


def _source(instrument: AppraisalInstrument, words: Words) -> str:
    """Where the instrument is published, and how its names were seen, as Markdown."""
    doi = instrument.doi if instrument.doi != NOT_JUDGED else ""
    told = words.appraisals.with_doi(source=instrument.source, doi=doi) if doi else instrument.source
    return f"{words.appraisals.source(source=escape(told))} {instrument.seen}"


def _light_row(
    one: Appraised, instrument: AppraisalInstrument, brief: Brief, findings: Findings
) -> AppraisedRow:
    words, appraisal = findings.words, one.appraisal
    levels = [appraisal.level_of(domain.id) for domain in instrument.domains]
    levels += [appraisal.overall or NOT_JUDGED] if instrument.overall else []
    subject = phrases.short_name(findings.references[one.subject]) if one.is_study else _statement(one, brief)
    told = "; ".join((*([appraisal.outcome] if appraisal.outcome else []), *_signed(appraisal, words)))
    return AppraisedRow(subject, told, tuple(_light(level, instrument, words) for level in levels))


def _statement(one: Appraised, brief: Brief) -> str:
    return without_marks(next(found.text for found in brief.ranking.statements if found.id == one.subject))


def _light(level: str, instrument: AppraisalInstrument, words: Words) -> Light:
    known = instrument.level(level)
    return Light(known.word, known.sign, known.concern) if known else Light(words.appraisals.not_judged, "…", "unclear")


def _signed(appraisal: Appraisal, words: Words) -> tuple[str, ...]:
    """Who judged, when, and whether it is only a draft."""
    by = phrases.or_unknown(appraisal.by, words) if appraisal.by != NOT_JUDGED else words.notes.somebody_unknown
    day = phrases.date_or_unknown(appraisal.date, words)
    state = (words.appraisal_state[appraisal.state],) if appraisal.state == "draft" else ()
    return (words.appraisals.signed_by(by=by, date=day), *state)


def _record(
    one: Appraised, instrument: AppraisalInstrument, mine: Sequence[Appraised], brief: Brief, findings: Findings
) -> TableRecord:
    words, appraisal = findings.words, one.appraisal
    outcome = (Line(text=words.appraisals.of_outcome(outcome=appraisal.outcome)),) if appraisal.outcome else ()
    signed = tuple(Line(text=text, style="muted") for text in _signed(appraisal, words))
    head = flowing(*_subject(one, brief, findings), *outcome, *signed, scope="row")
    judged = (*_overall(appraisal, instrument, words), *_differences(one, mine, instrument, words),
              *_judged(appraisal, instrument, words), *note_lines(appraisal.note))  # fmt: skip
    return TableRecord((Row((head, Cell(flowing(*judged).lines, run_in=True))),))


def _subject(one: Appraised, brief: Brief, findings: Findings) -> tuple[Line, ...]:
    if one.is_study:
        return (Line(prose=study_name(one.subject, findings)),)
    text = next(found.text for found in brief.ranking.statements if found.id == one.subject)
    return (Line(prose=text), Line(links=(Pointer(one.subject, findings.called(one.subject)),), style="muted"))


def _overall(appraisal: Appraisal, instrument: AppraisalInstrument, words: Words) -> Iterator[Line]:
    if instrument.overall:
        level = _word(appraisal.overall or NOT_JUDGED, instrument, words)
        yield Line(text=words.sentences.labelled(label=words.appraisals.overall, value=level), style="word")
    if better := appraisal.better:
        yield Line(text=words.appraisals.better_than_worst)
        yield Line(prose=better.reason)
        day = phrases.date(better.date, words)
        yield Line(text=words.appraisals.signed_by(by=better.by, date=day), style="muted")


def _judged(appraisal: Appraisal, instrument: AppraisalInstrument, words: Words) -> Iterator[Line]:
    """A line for each domain, with the reason and where that is."""
    told = {str(one.domain): one for one in appraisal.domains}
    for number, domain in enumerate(instrument.domains, 1):
        yield Line(text=words.appraisals.judged(number=number, domain=domain.name), style="label")
        yield Line(text=_word(appraisal.level_of(domain.id), instrument, words))
        entry = told.get(domain.id)
        if entry and entry.support:
            yield Line(prose=entry.support)
        if entry and entry.locator:
            yield Line(text=words.appraisals.judged_at(locator=phrases.or_unknown(entry.locator, words)), style="muted")


def _word(level: str, instrument: AppraisalInstrument, words: Words) -> str:
    known = instrument.level(level)
    return known.word if known else words.appraisals.not_judged


def _differences(
    one: Appraised, mine: Sequence[Appraised], instrument: AppraisalInstrument, words: Words
) -> Iterator[Line]:
    """On what another appraisal of the same result differs, if there is one that does."""
    others = [other.appraisal for other in mine if other.result == one.result and other is not one]
    differ = [_numbered(number, domain, words) for number, domain in enumerate(instrument.domains, 1)
              if {other.level_of(domain.id) for other in others} - {one.appraisal.level_of(domain.id)}]  # fmt: skip
    if {other.overall for other in others} - {one.appraisal.overall}:
        differ.append(words.appraisals.overall.lower())
    if differ:
        yield Line(text=words.appraisals.differs(domains=phrases.all_of(differ, words)), style="warning")


def _numbered(number: int, domain: AppraisalDomain, words: Words) -> str:
    return words.appraisals.domain(number=number, domain=domain.name.lower())
