"""The end of a brief: methods, limitations, the evidence tables, the reference list and what changed, as blocks.

In: `Brief` and `Findings`. Out: the blocks of each section, decided and worded, as in `sections`.
"""

import datetime
from collections.abc import Iterator

from evibrief import words
from evibrief.derive import Findings, names_a_source, worse_standing
from evibrief.evidence import Claim, ClaimGroup, Evidence, Study
from evibrief.fields import Unknown
from evibrief.model import Brief, Correction, Point, Search
from evibrief.notices import RetractionNotice, RetractionReport
from evibrief.page import Block, Bullets, Cell, Heading, Line, Paragraph, ReferenceList, Row
from evibrief.ranking import instrument_blocks, rating_limits
from evibrief.sections import (
    change_mark,
    claim_links,
    correction_lines,
    escape,
    evidence_lines,
    note_lines,
    table,
)

HEAVY_LOAD = 5
"""A study that more claims than this rest on is named: if it falls, they fall together."""


def methods(brief: Brief, findings: Findings) -> Iterator[Block]:
    """How the evidence was found, counted, rated and checked; searches that found nothing; what was not done."""
    yield Paragraph(brief.brief.methods.text)
    yield Heading("What was counted", "methods_counts")
    yield Bullets(tuple((Line(text=sentence),) for sentence in count_sentences(findings)))
    yield Heading("Searches", "methods_searches")
    columns = (("Looked for", 44), ("Where and when", 24), ("Found", 32))
    if not brief.brief.methods.searches:
        yield Paragraph("No systematic search is recorded.")
    rows = ([_search_row(search)] for search in brief.brief.methods.searches)
    yield from table("Searches", columns, rows)
    rows = ([_search_row(search)] for search in brief.brief.methods.negative_searches)
    yield from table("Looked for and not found", columns, rows)
    if brief.instrument:
        yield from instrument_blocks(brief.instrument)
    yield Heading("How to read the tables", "methods_words")
    yield Bullets(tuple((Line(prose=sentence),) for sentence in READING))


READING = (
    "**Claim**: one sentence that can be right or wrong, in our words, with the line of the source document.",
    "**Direction** (for, against, neither): whether the claim favours the idea that the intervention may help.",
    "**Supports, contradicts, mixed, context**: how a publication bears on that one claim.",
    "**Candidate source**: the source document names none; this is the best that was found, and may be another.",
    "**Direct**: people with the condition received the intervention. All else needs an inference, named as such.",
    "**Stands, corrected, contested, unsupported**: what became of the claim when it was compared with the evidence. "
    "**Not examined**: it was compared with nothing.",
    "**Studies** are counted once, however many claims rest on them and however many reports they have.",
    "**Plausibility** (could it work?) and **certainty** (how sure are we that it does?) are different questions.",
)


def _search_row(search: Search) -> Row:
    when = "date unknown" if search.date == "unknown" else words.date(search.date)
    where = (Line(text=search.where), Line(text=when, style="muted"))
    return Row((Cell((Line(prose=search.what),), scope="row"), Cell(where), Cell((Line(prose=search.found),))))


def count_sentences(findings: Findings) -> tuple[str, ...]:
    """The counts of the evidence base in sentences, the weightiest first."""
    counts = findings.counts
    about, direction, status = counts.about, counts.direction, counts.status
    total = counts.stated + counts.added
    origin = (
        f"{counts.stated} were taken from the source document and {counts.added} added by this brief"
        if counts.stated
        else "none was taken from a source document"
    )
    return (
        f"{words.of(counts.direct, total, 'claim')} on the intervention given to people with the condition.",
        f"By subject: {about.get('condition', 0)} on the condition, {about.get('drug', 0)} on the intervention "
        f"elsewhere, {about.get('bridge', 0)} inferences that join the two, {about.get('gap', 0)} stated gaps.",
        _sources(findings),
        f"Of the {total} claims {origin}.",
        f"By direction: {direction.get('supports', 0)} for the idea that it may help, {direction.get('opposes', 0)} "
        f"against it, {direction.get('neutral', 0)} neither.",
        f"By status: {status.get('stands', 0)} stand, {status.get('corrected', 0)} are corrected, "
        f"{status.get('contested', 0)} contested, {status.get('unsupported', 0)} unsupported"
        f"{f', {unexamined} not examined' if (unexamined := status.get('unexamined', 0)) else ''}.",
    )


def _sources(findings: Findings) -> str:
    """Where nothing was looked for, nothing was missed either: the two must not read alike."""
    counts = findings.counts
    total = counts.stated + counts.added
    named = f"{counts.attributed} name or describe one in the source document."
    if counts.status.get("unexamined", 0) == total:
        return f"No source was looked for. None of the {total} claims has one in this version; {named}"
    studies = words.count(counts.studies, "study", "different studies")
    return f"No source was found for {counts.unsourced} of the {total} claims; {named} Behind the rest: {studies}."


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
    number = words.count(len(brief.limitations.corrections), "problem")
    yield Paragraph(f"{number} found, with what is right and how sure that is.")
    columns = (("Problem", 15), ("The source document says", 26), ("What is right", 41), ("Claims", 18))
    rows = ([_correction_row(correction, findings)] for correction in brief.limitations.corrections)
    yield from table("Corrections", columns, rows)


def _correction_row(correction: Correction, findings: Findings) -> Row:
    name = (
        Line(text=correction.id, style="identifier", anchor=correction.id),
        Line(text=words.CORRECTION[correction.kind], style="word"),
        Line(text=f"line {correction.lines}", style="muted"),
    )
    cited = "".join(f" [@{key}]" for key in correction.sources if f"@{key}" not in correction.right)
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
        f"{words.count(counts.studies, 'study', 'different studies')}: counting claims would make the evidence look "
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
    name = Line(prose=f"{escape(words.short_name(findings.references[key]))} [@{key}]")
    number = Line(text=words.count(len(claims), "claim"), style="muted")
    return Row((Cell((name, number), scope="row"), Cell(claim_links(claims))))


def _references(brief: Brief, findings: Findings) -> Iterator[Block]:
    yield Heading("How far the references were verified", "limits_verification")
    states = words.listed(
        f"{findings.verification[state]} {word}"
        for state, word in words.VERIFICATION.items()
        if findings.verification.get(state)
    )
    notices = words.listed(
        f"{findings.integrity[state]} {word}"
        for state, word in words.INTEGRITY.items()
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
    text = f"**Retractions: checked** on {words.date(report.checked)} against {escape(report.source)} "
    text += f"({report.rows} notices; SHA-256 {report.sha256[:12]}…): {checked} of {len(brief.studies)} references. "
    text += f"Not checked: {len(without)} without a DOI or PubMed number, {len(later)} added since."
    return text


def _notice_lines(study: Study, report: RetractionReport | None, findings: Findings) -> tuple[Line, ...]:
    """The worse of what the appraisal and the check say, with its date; below it the other one and the reasons."""
    standing, result = findings.standings[study.reference], findings.retractions.get(study.reference)
    said = Line(text=_dated(words.INTEGRITY[study.integrity.state], study.integrity.checked))
    notes = note_lines(study.integrity.note)
    if report is None:
        return (said, *notes)
    if result is None:
        return (said, Line(text=f"not in the check of {words.date(report.checked)}", style="muted"), *notes)
    state = worse_standing(None, result)
    found = Line(text=_dated(words.INTEGRITY[state], report.checked))
    notices = tuple(Line(text=_notice(notice), style="muted") for notice in result.notices)
    if state != standing:
        return (said, Line(text=f"retraction check: {found.text}", style="muted"), *notices, *notes)
    differs = study.integrity.state not in ("not-checked", state)
    appraised = (Line(text=f"appraisal: {said.text}", style="muted"),) if differs else ()
    return (found, *notices, *appraised, *notes)


def _dated(state: str, day: datetime.date | Unknown) -> str:
    return state if day == "unknown" else f"{state}, {words.date(day)}"


def _notice(notice: RetractionNotice) -> str:
    """One notice in a line: what it is, of which day, where it stands, how it was matched, why it was given."""
    when = "date unknown" if notice.date == "unknown" else words.date(notice.date)
    where = f"doi:{notice.doi}" if notice.doi else "without a DOI"
    why = f"; reason given: {notice.reason}" if notice.reason else ""
    return f"{words.NOTICE[notice.kind]}, {when}, {where}; matched by {notice.matched_by.upper()}{why}"


def _reference_row(study: Study, report: RetractionReport | None, findings: Findings) -> Row:
    name = Line(prose=f"{escape(words.short_name(findings.references[study.reference]))} [@{study.reference}]")
    when = "date unknown" if study.verification.when == "unknown" else words.date(study.verification.when)
    state = words.VERIFICATION[study.verification.state].capitalize()
    kind = (Line(text=words.study_type(study)), Line(text=findings.populations[study.population].label, style="muted"))
    seen = (
        Line(text=state, style="word"),
        Line(text=f"{study.verification.where}; {when}", style="muted"),
        *note_lines(study.verification.note),
    )
    notices = _notice_lines(study, report, findings)
    return Row((Cell((name,), scope="row"), Cell((*kind, *note_lines(study.note))), Cell(seen), Cell(notices)))


def evidence(brief: Brief, findings: Findings) -> Iterator[Block]:
    """Every claim with all that it rests on, by topic, and within a topic by what kind of thing it says."""
    for group in brief.claims:
        yield Heading(group.title, group.id)
        for about, title in words.ABOUT.items():
            claims = [claim for claim in group.claims if claim.about == about]
            columns = (
                ("Claim", 22), ("Direction", 6), ("Status", 18), ("Rests on", 27),
                ("Study type and size", 11), ("Population", 9), ("Direct or indirect", 7),
            )  # fmt: skip
            yield from table(
                f"{group.title}: {title.lower()}", columns, (_claim_rows(claim, findings) for claim in claims)
            )


def _claim_rows(claim: Claim, findings: Findings) -> list[Row]:
    """The rows of one claim: as many as it has pieces of evidence, or one that says that there is none."""
    pieces = [_evidence_cells(entry, findings) for entry in claim.evidence]
    missing = (Cell((Line(text="No source found", style="warning"),), columns=4),)
    height = max(len(pieces), 1)
    status = (Line(text=words.STATUS[claim.status], style="word"), *note_lines(claim.status_note))
    first = (
        Cell(
            (Line(prose=claim.text, anchor=claim.id), *_origin(claim, findings), *change_mark(claim.id, findings)),
            scope="rowgroup", rows=height,
        ),
        Cell((Line(text=words.DIRECTION[claim.direction], style="word"),), rows=height),
        Cell((*status, *correction_lines(claim.corrections)), rows=height),
    )
    cells = pieces or [missing]
    return [Row((*first, *cells[0])), *(Row(piece) for piece in cells[1:])]


def _origin(claim: Claim, findings: Findings) -> tuple[Line, ...]:
    name = Line(text=claim.id, style="identifier")
    population = findings.populations[claim.population].label
    if not claim.stated:
        return (name, Line(text=f"added by this brief; about: {population}", style="muted"))
    stated = claim.stated
    named = f"attributed to {stated.attribution}"
    source = named if names_a_source(stated) else "no source named" + stated.attribution.removeprefix("none")
    words_used = words.MODALITY[claim.modality]
    text = f"line {stated.line}, {words_used}; {source}; reads as: {stated.study_type}; about: {population}"
    return (name, Line(text=text, style="muted"))


def _evidence_cells(entry: Evidence, findings: Findings) -> tuple[Cell, ...]:
    study = findings.studies.get(entry.source)
    population = findings.populations[entry.population]
    return (
        Cell(evidence_lines(entry, findings)),
        Cell((Line(text=words.study_type(study) if study else "not appraised"),)),
        Cell((Line(text=population.label),)),
        Cell((Line(text=words.directness(entry, population)),)),
    )


def references(brief: Brief, findings: Findings) -> Iterator[Block]:
    """The place of the reference list."""
    yield ReferenceList()
