"""The section `limitations`: what the brief does not know, and what its ratings depend on."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Claim, ClaimGroup, Study
from evibrief.evidence.fields import Unknown, cited_keys
from evibrief.evidence.records import Correction, Point
from evibrief.evidence.retractions import RetractionNotice, RetractionReport
from evibrief.evidence.vocabulary import PublicationStanding, VerificationState
from evibrief.labels import phrases
from evibrief.labels.markdown import escape
from evibrief.labels.words import Words
from evibrief.rating.findings import Findings, worse_standing
from evibrief.sections.blocks import Block, Bullets, Cell, Heading, Line, Paragraph, Row
from evibrief.sections.cells import claim_links, note_lines, table


def rating_limits(brief: Brief, findings: Findings) -> Iterator[Block]:
    """What the ratings depend on (single studies, candidate sources), and the overridden rules."""
    words, names = findings.words, findings.words.columns
    yield Heading(words.headings.ratings, "limits_ratings")
    entries = [*_fragile(brief, findings), *_candidates(brief, findings)]
    yield Bullets(tuple((line,) for line in entries))
    yield Heading(words.headings.overrides, "limits_overrides")
    if not findings.overrides:
        yield Paragraph(words.notes.no_override)
    columns = ((names.record, 16), (names.rule, 18), (names.reason, 42), (names.signed, 24))
    rows = ([_override_row(*one, words)] for one in findings.overrides)
    yield from table(words.captions.overrides, columns, rows)


def _fragile(brief: Brief, findings: Findings) -> Iterator[Line]:
    if not findings.ratings:
        yield Line(text=findings.words.notes.nothing_computed)
        return
    rated = findings.ratings.statements
    reasons = [statement for statement in brief.ranking.statements if statement.kind == "reason"]
    fragile = [statement for statement in reasons if rated[statement.id].falls]
    links = (f"[{statement.id.lstrip('s')}](#{statement.id})" for statement in fragile)
    linked = phrases.all_of(links, findings.words)
    yield Line(prose=findings.words.plurals.fragile(len(fragile), total=len(reasons), statements=linked))


def _candidates(brief: Brief, findings: Findings) -> Iterator[Line]:
    entries = [entry for claim in brief.all_claims for entry in claim.evidence]
    sentences = findings.words.sentences
    if findings.has_document:
        candidate = sum(entry.basis == "candidate" for entry in entries)
        yield Line(text=sentences.candidates(candidates=candidate, total=len(entries)))
    open_ones = len(brief.studies) - findings.verification.get("verified", 0)
    yield Line(text=sentences.not_verified(number=open_ones, total=len(brief.studies)))


def _override_row(record: str, rule: str, reason: str, signed: str, words: Words) -> Row:
    name = (Line(links=(record,), style="identifier"),) if record else (Line(text=words.notes.brief_as_a_whole),)
    return Row((Cell(name, scope="row"), Cell((Line(text=rule),)), Cell((Line(prose=reason),)),
                Cell((Line(text=signed),))))  # fmt: skip


HEAVY_LOAD = 5
"""Studies with more claims than this are listed: if such a study is wrong, its claims fall together."""


def limitations(brief: Brief, findings: Findings) -> Iterator[Block]:
    """What is missing, unknown, wrong, unsourced and unverified."""
    limits, headings = brief.limitations, findings.words.headings
    for title, anchor, points in (
        (headings.lacks if findings.has_document else headings.lacks_own, "limits_lacks", limits.lacks),
        (headings.not_known, "limits_unknowns", limits.unknowns),
        (headings.gaps, "limits_gaps", limits.gaps),
    ):
        if points:
            yield Heading(title, anchor)
            yield Bullets(tuple(_point(point, findings.words) for point in points))
    yield from _corrections(brief, findings)
    yield from rating_limits(brief, findings)
    yield from _unsourced(brief, findings)
    yield from _references(brief, findings)


def _point(point: Point, words: Words) -> tuple[Line, ...]:
    words_before = words.sentences.line_of(line=point.line) if point.line else ""
    origin = (Line(text=words_before, links=point.claims, style="muted"),) if point.line or point.claims else ()
    return (Line(prose=point.text, anchor=point.id), *note_lines(point.note), *origin)


def _corrections(brief: Brief, findings: Findings) -> Iterator[Block]:
    if not brief.limitations.corrections:
        return
    words, names = findings.words, findings.words.columns
    yield Heading(words.headings.corrections, "limits_corrections")
    number = words.counts.problem(len(brief.limitations.corrections))
    yield Paragraph(words.sentences.problems_found(problems=number))
    columns = ((names.problem, 15), (names.document_says, 26), (names.is_right, 41), (names.claims, 18))
    rows = ([_correction_row(correction, findings)] for correction in brief.limitations.corrections)
    yield from table(words.captions.corrections, columns, rows)


def _correction_row(correction: Correction, findings: Findings) -> Row:
    words, sentences = findings.words, findings.words.sentences
    name = (
        Line(text=correction.id, style="identifier", anchor=correction.id),
        Line(text=words.correction[correction.kind], style="word"),
        Line(text=sentences.line(line=correction.lines), style="muted"),
    )
    cited = set(cited_keys(correction.right))
    more = "; ".join(f"@{key}" for key in correction.sources if key not in cited)
    right = sentences.citations_too(text=correction.right, citations=more) if more else correction.right
    sure = Line(text=sentences.sure(sure=correction.sure), style="muted")
    claims = claim_links(findings.claims_of_correction.get(correction.id, ()))
    return Row(
        (
            Cell(name, scope="row"),
            Cell((Line(prose=correction.says),)),
            Cell((Line(prose=right), sure)),
            Cell(claims or (Line(text=words.notes.document_as_a_whole, style="muted"),)),
        )
    )


def _unsourced(brief: Brief, findings: Findings) -> Iterator[Block]:
    words, names, counts = findings.words, findings.words.columns, findings.counts
    yield Heading(words.headings.unsourced, "limits_unsourced")
    total, studies = counts.stated + counts.added, words.counts.study(counts.studies)
    others = total - counts.unsourced
    sentence = words.sentences.unsourced
    yield Paragraph(sentence(unsourced=counts.unsourced, total=total, others=others, studies=studies))
    columns = ((names.topic, 30), (names.claims_unsourced, 70))
    rows = ([_unsourced_row(group, words)] for group in brief.claims if _without_source(group))
    yield from table(words.captions.unsourced, columns, rows)
    columns = ((names.study, 30), (names.claims_resting, 70))
    heavy = ((key, claims) for key, claims in findings.claims_of_study.items() if len(claims) > HEAVY_LOAD)
    loads = sorted(heavy, key=lambda entry: (-len(entry[1]), entry[0]))
    rows = ([_load_row(key, claims, findings)] for key, claims in loads)
    yield from table(words.captions.heavy_studies(number=HEAVY_LOAD), columns, rows)


def _without_source(group: ClaimGroup) -> list[Claim]:
    return [claim for claim in group.claims if not claim.evidence]


def _unsourced_row(group: ClaimGroup, words: Words) -> Row:
    names = [claim.id for claim in _without_source(group)]
    number = words.sentences.of(number=len(names), total=len(group.claims))
    title = (Line(text=group.title), Line(text=number, style="muted"))
    return Row((Cell(title, scope="row"), Cell(claim_links(names))))


def _load_row(key: str, claims: tuple[str, ...], findings: Findings) -> Row:
    name = Line(prose=f"{escape(phrases.short_name(findings.references[key]))} [@{key}]")
    number = Line(text=findings.words.counts.claim(len(claims)), style="muted")
    return Row((Cell((name, number), scope="row"), Cell(claim_links(claims))))


def _references(brief: Brief, findings: Findings) -> Iterator[Block]:
    words, names = findings.words, findings.words.columns
    yield Heading(words.headings.verification, "limits_verification")
    states = _numbers(findings.verification, words.verification, get_args(VerificationState), words)
    notices = _numbers(findings.integrity, words.standing, get_args(PublicationStanding), words)
    yield Paragraph(words.sentences.references_verified(total=len(brief.studies), states=states, notices=notices))
    yield Paragraph(_retractions_checked(brief, words))
    columns = ((names.reference, 22), (names.study_type, 30), (names.verified, 30), (names.notices, 18))
    rows = ([_reference_row(study, brief.retractions, findings)] for study in brief.studies)
    yield from table(words.captions.references, columns, rows)


def _numbers(found: Mapping[str, int], named: Mapping[Any, str], order: Iterable[str], words: Words) -> str:
    """`3 verified and 1 unverified`, without those of which there is none."""
    told = (words.sentences.number_of(number=found[state], what=named[state]) for state in order if found.get(state))
    return phrases.all_of(told, words)


def _retractions_checked(brief: Brief, words: Words) -> str:
    """Which list of retractions the references were checked against, when, and how many could not be checked."""
    report = brief.retractions
    if report is None:
        return words.notes.retractions_not_checked
    states = {result.reference: result.state for result in report.results}
    without = [study.reference for study in brief.studies if states.get(study.reference) == "no-identifier"]
    later = [study.reference for study in brief.studies if study.reference not in states]
    total = len(brief.studies)
    return words.sentences.retractions_checked(
        date=phrases.date(report.checked, words), source=escape(report.source), rows=report.rows,
        hash=report.sha256[:12], checked=total - len(without) - len(later), total=total, without=len(without),
        later=len(later),
    )  # fmt: skip


def _notice_lines(study: Study, report: RetractionReport | None, findings: Findings) -> tuple[Line, ...]:
    """The worse of appraisal and retraction check, with its date, then the other one, the notices and notes."""
    words, sentences = findings.words, findings.words.sentences
    standing, result = findings.standings[study.reference], findings.retractions.get(study.reference)
    said = Line(text=_dated(words.standing[study.integrity.state], study.integrity.checked, words))
    notes = note_lines(study.integrity.note)
    if report is None:
        return (said, *notes)
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


def _reference_row(study: Study, report: RetractionReport | None, findings: Findings) -> Row:
    words = findings.words
    name = Line(prose=f"{escape(phrases.short_name(findings.references[study.reference]))} [@{study.reference}]")
    when = phrases.date_or_unknown(study.verification.when, words)
    state = words.verification[study.verification.state].capitalize()
    population = findings.populations[study.population].label
    kind = (Line(text=phrases.study_type(study, words)), Line(text=population, style="muted"))
    seen = (
        Line(text=state, style="word"),
        Line(text=f"{phrases.or_unknown(study.verification.where, words)}; {when}", style="muted"),
        *note_lines(study.verification.note),
    )
    notices = _notice_lines(study, report, findings)
    counted = (*kind, *_related(study, findings), *note_lines(study.note))
    return Row((Cell((name,), scope="row"), Cell(counted), Cell(seen), Cell(notices)))


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
