"""The section `verification`: what the ratings depend on, and how far sources were found and read."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Claim, ClaimGroup
from evibrief.evidence.vocabulary import PublicationStanding, VerificationState
from evibrief.labels import phrases
from evibrief.labels.markdown import escape
from evibrief.labels.words import Words
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Bullets, Cell, Heading, Line, Paragraph, Row
from evibrief.sections.cells import claim_links, flowing, record_lines, study_name, table

HEAVY_LOAD = 5
"""Studies with more claims than this are listed: if such a study is wrong, its claims fall together."""


def verification(brief: Brief, findings: Findings) -> Iterator[Block]:
    """What the ratings depend on, rules that a person waived, claims without a source, and checks of references."""
    yield from rating_limits(brief, findings)
    yield from _unsourced(brief, findings)
    yield from _references(brief, findings)


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
    rows = ([_override_row(*one, findings)] for one in findings.overrides)
    yield from table(words.captions.overrides, columns, rows)


def _fragile(brief: Brief, findings: Findings) -> Iterator[Line]:
    if not findings.ratings:
        yield Line(text=findings.words.notes.nothing_computed)
        return
    rated = findings.ratings.statements
    reasons = [statement for statement in brief.ranking.statements if statement.kind == "reason"]
    if not reasons:
        return
    fragile = [statement for statement in reasons if rated[statement.id].falls]
    links = (f"[{statement.id.lstrip('s')}](#{statement.id})" for statement in fragile)
    linked, total = phrases.all_of(links, findings.words), findings.words.counts.statement(len(reasons))
    yield Line(prose=findings.words.plurals.fragile(len(fragile), total=total, statements=linked))


def _candidates(brief: Brief, findings: Findings) -> Iterator[Line]:
    entries = [entry for claim in brief.all_claims for entry in claim.evidence]
    if findings.has_document:
        candidate = sum(entry.basis == "candidate" for entry in entries)
        yield Line(text=findings.words.sentences.candidates(candidates=candidate, total=len(entries)))
    open_ones = len(brief.studies) - findings.verification.get("verified", 0)
    references = findings.words.counts.reference(len(brief.studies))
    yield Line(text=findings.words.plurals.not_verified(open_ones, references=references))


def _override_row(record: str, rule: str, reason: str, signed: str, findings: Findings) -> Row:
    whole = (Line(text=findings.words.notes.brief_as_a_whole),)
    name = record_lines([record], findings) if record else whole
    return Row((Cell(name, scope="row"), Cell((Line(text=rule),)), Cell((Line(prose=reason),)),
                Cell((Line(text=signed),))))  # fmt: skip


def _unsourced(brief: Brief, findings: Findings) -> Iterator[Block]:
    words, names, counts = findings.words, findings.words.columns, findings.counts
    yield Heading(words.headings.unsourced, "limits_unsourced")
    total, studies = counts.stated + counts.added, words.counts.study(counts.studies)
    claims, unsourced, told = words.counts.claim(total), counts.unsourced, words.plurals
    yield Paragraph(told.unsourced(total - unsourced, unsourced=unsourced, claims=claims, studies=studies))
    columns = ((names.topic, 30), (names.claims_unsourced, 70))
    rows = ([_unsourced_row(group, findings)] for group in brief.claims if _without_source(group))
    yield from table(words.captions.unsourced, columns, rows)
    columns = ((names.study, 30), (names.claims_resting, 70))
    heavy = ((key, claims) for key, claims in findings.claims_of_study.items() if len(claims) > HEAVY_LOAD)
    loads = sorted(heavy, key=lambda entry: (-len(entry[1]), entry[0]))
    rows = ([_load_row(key, claims, findings)] for key, claims in loads)
    yield from table(words.captions.heavy_studies(number=HEAVY_LOAD), columns, rows)


def _without_source(group: ClaimGroup) -> list[Claim]:
    return [claim for claim in group.claims if not claim.evidence]


def _unsourced_row(group: ClaimGroup, findings: Findings) -> Row:
    names = [claim.id for claim in _without_source(group)]
    number = findings.words.sentences.of(number=len(names), total=len(group.claims))
    title = (Line(text=group.title), Line(text=number, style="muted"))
    return Row((flowing(*title, scope="row"), Cell(claim_links(names, findings))))


def _load_row(key: str, claims: tuple[str, ...], findings: Findings) -> Row:
    name = Line(prose=study_name(key, findings))
    number = Line(text=findings.words.counts.claim(len(claims)), style="muted")
    return Row((flowing(name, number, scope="row"), Cell(claim_links(claims, findings))))


def _references(brief: Brief, findings: Findings) -> Iterator[Block]:
    words = findings.words
    yield Heading(words.headings.references, "limits_verification")
    states = _numbers(findings.verification, words.verification, get_args(VerificationState), words)
    references = words.counts.reference(len(brief.studies))
    notices = _numbers(findings.integrity, words.standing, get_args(PublicationStanding), words)
    yield Paragraph(words.sentences.references_verified(references=references, states=states, notices=notices))
    yield Paragraph(_retractions_checked(brief, words))
    if unused := _unused(brief):
        named = phrases.all_of((study_name(key, findings) for key in unused), words)
        yield Paragraph(words.sentences.recorded_only(studies=named))


def _unused(brief: Brief) -> list[str]:
    """The publications that are evidence for nothing; named here, they stand in the list of references all the same."""
    evidence = [one.evidence for one in brief.all_claims]
    evidence += [one.evidence for one in brief.doses.people]
    evidence += [one.evidence for one in brief.doses.other]
    evidence += [one.evidence for one in brief.harms]
    evidence += [one.evidence for one in brief.time_course]
    used = {entry.source for entries in evidence for entry in entries}
    return [study.reference for study in brief.studies if study.reference not in used]


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
    total, counts = len(brief.studies), words.counts
    return words.sentences.retractions_checked(
        date=phrases.date(report.checked, words), source=escape(report.source), notices=counts.notice(report.rows),
        hash=report.sha256[:12], checked=total - len(without) - len(later), references=counts.reference(total),
        without=len(without), later=len(later),
    )  # fmt: skip
