"""The section `references`: the list of references, and below each one what is known of the publication."""

import datetime
from collections.abc import Iterable, Iterator

from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Study
from evibrief.evidence.fields import Unknown
from evibrief.evidence.retractions import RetractionNotice, RetractionReport
from evibrief.labels import phrases
from evibrief.labels.words import Words
from evibrief.rating.findings import Findings, worse_standing
from evibrief.sections.blocks import Block, Line, Paragraph, ReferenceList, ReferenceNote
from evibrief.sections.cells import claim_links, note_lines, sentences_of


def references(brief: Brief, findings: Findings) -> Iterator[Block]:
    """The list, which the citation style writes. A note says what each one is, how it was verified, and its claims."""
    unchecked = any(standing == "not-checked" for standing in findings.standings.values())
    if unchecked and brief.retractions is None:
        yield Paragraph(findings.words.notes.notices_unchecked, style="note")
    claims: dict[str, dict[str, None]] = {}
    for claim in brief.all_claims:
        for entry in claim.evidence:
            claims.setdefault(entry.source, {})[claim.id] = None
    yield ReferenceList(
        tuple(
            ReferenceNote(study.reference, sentences_of(_note(study, claims.get(study.reference, {}), brief, findings)))
            for study in brief.studies
        )
    )


def _note(study: Study, claims: Iterable[str], brief: Brief, findings: Findings) -> Iterator[Line]:
    words, seen = findings.words, study.verification
    what = "; ".join((phrases.study_type(study, words), findings.populations[study.population].label))
    yield Line(text=what)
    yield from _related(study, findings)
    yield from note_lines(study.note)
    yield Line(text=words.verification[seen.state].capitalize(), style="word")
    where = (phrases.or_unknown(seen.where, words), phrases.date_or_unknown(seen.when, words))
    yield Line(text="; ".join(where), style="muted")
    yield from note_lines(seen.note)
    yield from _notice_lines(study, brief.retractions, findings)
    yield from claim_links(claims, findings)


def _notice_lines(study: Study, report: RetractionReport | None, findings: Findings) -> tuple[Line, ...]:
    """The worse of appraisal and retraction check, with its date, then the other one, the notices and notes."""
    words, sentences = findings.words, findings.words.sentences
    standing, result = findings.standings[study.reference], findings.retractions.get(study.reference)
    said = Line(text=_dated(words.standing[study.integrity.state], study.integrity.checked, words))
    notes = note_lines(study.integrity.note)
    if report is None:
        unchecked = study.integrity.state == "not-checked"
        return notes if unchecked else (said, *notes)
    if result is None:
        missing = sentences.not_in_check(date=phrases.date(report.checked, words))
        return (said, Line(text=missing, style="muted"), *notes)
    state = worse_standing(None, result)
    found = Line(text=_dated(words.standing[state], report.checked, words))
    notices = tuple(Line(text=_notice(notice, words), style="muted") for notice in result.notices)
    if state != standing:
        return (said, Line(text=sentences.retraction_check(state=found.text), style="muted"), *notices, *notes)
    differs = study.integrity.state not in ("not-checked", state)
    appraised = (Line(text=sentences.appraisal(state=said.text), style="muted"),) if differs else ()
    return (found, *notices, *appraised, *notes)


def _dated(state: str, day: datetime.date | Unknown, words: Words) -> str:
    return state if day == "unknown" else words.sentences.dated(what=state, date=phrases.date(day, words))


def _notice(notice: RetractionNotice, words: Words) -> str:
    """One notice in a line: its kind, date and DOI, how it was matched, and the reason given."""
    told = {
        "kind": words.notice[notice.kind],
        "date": phrases.date_or_unknown(notice.date, words),
        "where": f"doi:{notice.doi}" if notice.doi else words.notes.without_doi,
        "identifier": notice.matched_by.upper(),
    }
    if notice.reason:
        return words.sentences.notice_with_reason(**told, reason=notice.reason)
    return words.sentences.notice(**told)


def _related(study: Study, findings: Findings) -> Iterator[Line]:
    """Why a publication may not count by itself: others report the same people, or it contains other studies."""
    marks = {study.report_of, study.cohort} - {None}
    others = (one for one in findings.studies.values() if marks & {one.report_of, one.cohort})
    same = [one.reference for one in others if one.reference != study.reference]
    sentences = findings.words.sentences
    if same:
        yield Line(text=sentences.one_study_with(studies=_names(same, findings)), style="muted")
    if study.includes:
        yield Line(text=sentences.contains_studies(studies=_names(study.includes, findings)), style="muted")


def _names(keys: Iterable[str], findings: Findings) -> str:
    return phrases.all_of((phrases.short_name(findings.references[key]) for key in keys), findings.words)
