"""The section `limitations`: what the brief does not know, and what its ratings depend on."""

import datetime
from collections.abc import Iterator

from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Claim, ClaimGroup, Study
from evibrief.evidence.fields import Unknown
from evibrief.evidence.records import Correction, Point
from evibrief.evidence.retractions import RetractionNotice, RetractionReport
from evibrief.labels import english, phrases
from evibrief.labels.markdown import escape
from evibrief.rating.findings import Findings, worse_standing
from evibrief.sections.blocks import Block, Bullets, Cell, Heading, Line, Paragraph, Row
from evibrief.sections.cells import claim_links, note_lines, table


def rating_limits(brief: Brief, findings: Findings) -> Iterator[Block]:
    """What the ratings hang on, and what a person let pass: statements on one study, overrides, candidate sources."""
    yield Heading("What the ratings hang on", "limits_ratings")
    entries = [*_fragile(brief, findings), *_candidates(brief, findings)]
    yield Bullets(tuple((line,) for line in entries))
    yield Heading("Rules that a person let pass", "limits_overrides")
    if not findings.overrides:
        yield Paragraph("No rule of the check was overridden.")
    columns = (("Record", 16), ("Rule", 18), ("Reason", 42), ("Signed", 24))
    yield from table("Overrides", columns, ([_override_row(*one)] for one in findings.overrides))


def _fragile(brief: Brief, findings: Findings) -> Iterator[Line]:
    if not findings.ratings:
        yield Line(text="No instrument was applied: nothing was computed that could hang on one study.")
        return
    rated = findings.ratings.statements
    fragile = [statement for statement in brief.ranking.statements if rated[statement.id].fragility]
    alone = [statement for statement in fragile if rated[statement.id].rests_on]
    total = len(brief.ranking.statements)
    linked = phrases.listed(f"[{statement.id.lstrip('s')}](#{statement.id})" for statement in fragile)
    statements = "statement" if len(fragile) == 1 else "statements"
    yield Line(
        prose=f"The computed tier of {len(fragile)} of {total} statements would change without one single study"
        f"{f' ({statements} {linked})' if fragile else ''}; {len(alone)} would fall."
    )


def _candidates(brief: Brief, findings: Findings) -> Iterator[Line]:
    entries = [entry for claim in brief.all_claims for entry in claim.evidence]
    candidate = sum(entry.basis == "candidate" for entry in entries)
    yield Line(text=f"{candidate} of {len(entries)} pieces of evidence come from candidate sources.")
    full = findings.verification.get("verified", 0)
    yield Line(text=f"{len(brief.studies) - full} of {len(brief.studies)} references are not fully verified.")


def _override_row(record: str, rule: str, reason: str, signed: str) -> Row:
    name = (Line(links=(record,), style="identifier"),) if record else (Line(text="the brief as a whole"),)
    return Row((Cell(name, scope="row"), Cell((Line(text=rule),)), Cell((Line(prose=reason),)),
                Cell((Line(text=signed),))))  # fmt: skip


HEAVY_LOAD = 5
"""A study that more claims than this rest on is named: if it falls, they fall together."""


def limitations(brief: Brief, findings: Findings) -> Iterator[Block]:
    """What is lacking, unknown, wrong, unsourced and unverified."""
    limits = brief.limitations
    for title, anchor, points in (
        ("What the source document lacks", "limits_lacks", limits.lacks),
        ("What is not known", "limits_unknowns", limits.unknowns),
        ("Gaps in the mechanisms", "limits_gaps", limits.gaps),
    ):
        if points:
            yield Heading(title, anchor)
            yield Bullets(tuple(_point(point) for point in points))
    yield from _corrections(brief, findings)
    yield from rating_limits(brief, findings)
    yield from _unsourced(brief, findings)
    yield from _references(brief, findings)


def _point(point: Point) -> tuple[Line, ...]:
    words_before = f"line {point.line}:" if point.line else ""
    origin = (Line(text=words_before, links=point.claims, style="muted"),) if point.line or point.claims else ()
    return (Line(prose=point.text, anchor=point.id), *note_lines(point.note), *origin)


def _corrections(brief: Brief, findings: Findings) -> Iterator[Block]:
    if not brief.limitations.corrections:
        return
    yield Heading("Corrections to the source document", "limits_corrections")
    number = phrases.count(len(brief.limitations.corrections), "problem")
    yield Paragraph(f"{number} found, with what is right and how sure that is.")
    columns = (("Problem", 15), ("The source document says", 26), ("What is right", 41), ("Claims", 18))
    rows = ([_correction_row(correction, findings)] for correction in brief.limitations.corrections)
    yield from table("Corrections", columns, rows)


def _correction_row(correction: Correction, findings: Findings) -> Row:
    name = (
        Line(text=correction.id, style="identifier", anchor=correction.id),
        Line(text=english.CORRECTION[correction.kind], style="word"),
        Line(text=f"line {correction.lines}", style="muted"),
    )
    more = "; ".join(f"@{key}" for key in correction.sources if f"@{key}" not in correction.right)
    cited = f" Also [{more}]." if more else ""
    right = (Line(prose=correction.right + cited), Line(text=f"How sure: {correction.sure}", style="muted"))
    claims = claim_links(findings.claims_of_correction.get(correction.id, ()))
    return Row(
        (
            Cell(name, scope="row"),
            Cell((Line(prose=correction.says),)),
            Cell(right),
            Cell(claims or (Line(text="the document as a whole", style="muted"),)),
        )
    )


def _unsourced(brief: Brief, findings: Findings) -> Iterator[Block]:
    yield Heading("Claims without a source, and studies that carry many claims", "limits_unsourced")
    counts = findings.counts
    total = counts.stated + counts.added
    yield Paragraph(
        f"For {counts.unsourced} of {total} claims no source was found. The other {total - counts.unsourced} rest on "
        f"{phrases.count(counts.studies, 'study', 'different studies')}: counting claims would make the evidence look "
        "larger than it is."
    )
    columns = (("Topic", 30), ("Claims without a source", 70))
    rows = ([_unsourced_row(group)] for group in brief.claims if _without_source(group))
    yield from table("Claims for which no source was found", columns, rows)
    columns = (("Study", 30), ("Claims that rest on it", 70))
    heavy = ((key, claims) for key, claims in findings.claims_of_study.items() if len(claims) > HEAVY_LOAD)
    loads = sorted(heavy, key=lambda entry: (-len(entry[1]), entry[0]))
    rows = ([_load_row(key, claims, findings)] for key, claims in loads)
    yield from table(f"Studies that more than {HEAVY_LOAD} claims rest on", columns, rows)


def _without_source(group: ClaimGroup) -> list[Claim]:
    return [claim for claim in group.claims if not claim.evidence]


def _unsourced_row(group: ClaimGroup) -> Row:
    names = [claim.id for claim in _without_source(group)]
    title = (Line(text=group.title), Line(text=f"{len(names)} of {len(group.claims)}", style="muted"))
    return Row((Cell(title, scope="row"), Cell(claim_links(names))))


def _load_row(key: str, claims: tuple[str, ...], findings: Findings) -> Row:
    name = Line(prose=f"{escape(phrases.short_name(findings.references[key]))} [@{key}]")
    number = Line(text=phrases.count(len(claims), "claim"), style="muted")
    return Row((Cell((name, number), scope="row"), Cell(claim_links(claims))))


def _references(brief: Brief, findings: Findings) -> Iterator[Block]:
    yield Heading("How far the references were verified", "limits_verification")
    states = phrases.listed(
        f"{findings.verification[state]} {word}"
        for state, word in english.VERIFICATION.items()
        if findings.verification.get(state)
    )
    notices = phrases.listed(
        f"{findings.integrity[state]} {word}"
        for state, word in english.INTEGRITY.items()
        if findings.integrity.get(state)
    )
    yield Paragraph(f"{len(brief.studies)} references: {states}. Retractions and corrections: {notices}.")
    yield Paragraph(_retractions_checked(brief))
    columns = (("Reference", 22), ("Study type and size", 30), ("Verified", 30), ("Notices", 18))
    rows = ([_reference_row(study, brief.retractions, findings)] for study in brief.studies)
    yield from table("The references and how far each was verified", columns, rows)


def _retractions_checked(brief: Brief) -> str:
    """Against what the references were checked for retractions, when, and which could not be."""
    report = brief.retractions
    if report is None:
        return "**Retractions: not checked.** No list of retractions was read for this brief."
    states = {result.reference: result.state for result in report.results}
    without = [study.reference for study in brief.studies if states.get(study.reference) == "no-identifier"]
    later = [study.reference for study in brief.studies if study.reference not in states]
    checked = len(brief.studies) - len(without) - len(later)
    text = f"**Retractions: checked** on {phrases.date(report.checked)} against {escape(report.source)} "
    text += f"({report.rows} notices; SHA-256 {report.sha256[:12]}…): {checked} of {len(brief.studies)} references. "
    text += f"Not checked: {len(without)} without a DOI or PubMed number, {len(later)} added since."
    return text


def _notice_lines(study: Study, report: RetractionReport | None, findings: Findings) -> tuple[Line, ...]:
    """The worse of what the appraisal and the check say, with its date; below it the other one and the reasons."""
    standing, result = findings.standings[study.reference], findings.retractions.get(study.reference)
    said = Line(text=_dated(english.INTEGRITY[study.integrity.state], study.integrity.checked))
    notes = note_lines(study.integrity.note)
    if report is None:
        return (said, *notes)
    if result is None:
        return (said, Line(text=f"not in the check of {phrases.date(report.checked)}", style="muted"), *notes)
    state = worse_standing(None, result)
    found = Line(text=_dated(english.INTEGRITY[state], report.checked))
    notices = tuple(Line(text=_notice(notice), style="muted") for notice in result.notices)
    if state != standing:
        return (said, Line(text=f"retraction check: {found.text}", style="muted"), *notices, *notes)
    differs = study.integrity.state not in ("not-checked", state)
    appraised = (Line(text=f"appraisal: {said.text}", style="muted"),) if differs else ()
    return (found, *notices, *appraised, *notes)


def _dated(state: str, day: datetime.date | Unknown) -> str:
    return state if day == "unknown" else f"{state}, {phrases.date(day)}"


def _notice(notice: RetractionNotice) -> str:
    """One notice in a line: what it is, of which day, where it stands, how it was matched, why it was given."""
    when = "date unknown" if notice.date == "unknown" else phrases.date(notice.date)
    where = f"doi:{notice.doi}" if notice.doi else "without a DOI"
    why = f"; reason given: {notice.reason}" if notice.reason else ""
    return f"{english.NOTICE[notice.kind]}, {when}, {where}; matched by {notice.matched_by.upper()}{why}"


def _reference_row(study: Study, report: RetractionReport | None, findings: Findings) -> Row:
    name = Line(prose=f"{escape(phrases.short_name(findings.references[study.reference]))} [@{study.reference}]")
    when = "date unknown" if study.verification.when == "unknown" else phrases.date(study.verification.when)
    state = english.VERIFICATION[study.verification.state].capitalize()
    population = findings.populations[study.population].label
    kind = (Line(text=phrases.study_type(study)), Line(text=population, style="muted"))
    seen = (
        Line(text=state, style="word"),
        Line(text=f"{study.verification.where}; {when}", style="muted"),
        *note_lines(study.verification.note),
    )
    notices = _notice_lines(study, report, findings)
    return Row((Cell((name,), scope="row"), Cell((*kind, *note_lines(study.note))), Cell(seen), Cell(notices)))
