"""The title block and page one: what a reader with one minute gets."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import zip_longest

from evibrief.evidence.brief import Brief, KindOfSection, Person, Section
from evibrief.evidence.hashes import SHORT
from evibrief.labels import english, phrases
from evibrief.rating.findings import Findings
from evibrief.sections import methods, rating_lines
from evibrief.sections.blocks import FirstPage, TitleBlock
from evibrief.sections.figures import charts


def title_block(brief: Brief, content: str) -> TitleBlock:
    """What stands at the top: title, version, date, people, what the brief is about."""
    record = brief.brief
    facts = [
        ("For", record.audience),
        ("Authors", _people(record.authors)),
        ("Raters", _people(record.raters)),
        ("Reviewers", _people(record.reviewers)),
        ("Funding", record.funding),
        ("Conflicts of interest", record.conflicts),
    ]
    if document := record.source_document:
        written = "date unknown" if document.date == "unknown" else phrases.date(document.date)
        origin = f"“{document.title}”; author {document.author}; {written}; grading method: {document.grading_method}"
        facts.append(("Source document", origin))
    status = f"{english.STATUS_OF_BRIEF[record.status]}: {record.status_note}"
    version = f"Version {record.version} · {phrases.date(record.date)} · review by {phrases.date(record.review_by)}"
    version += f" · content {content[:SHORT]}"
    return TitleBlock(record.title, record.subtitle or "", status, version, tuple(facts))


def _people(people: Iterable[Person]) -> str:
    return "; ".join(f"{person.name} ({person.role})" for person in people) or "not named"


def judgements(brief: Brief, findings: Findings) -> tuple[tuple[str, str], ...]:
    """Plausibility and certainty, as stated and as computed, in the words of page one."""
    record = brief.brief
    plausibility, certainty = record.bottom_line.plausibility, record.bottom_line.certainty
    if findings.ratings and findings.ratings.statements:
        plausibility += f"; computed: {rating_lines.tier_summary(findings.ratings)}"
    if findings.ratings and findings.ratings.chains:
        certainty += f"; computed: {rating_lines.certainty_summary(findings.ratings)}"
    return (("Plausibility (could it work?)", plausibility), ("Certainty (how sure are we that it does?)", certainty))


def page_one(brief: Brief, findings: Findings) -> FirstPage:
    """Page one: question, bottom line, what the ratings say, where the current version is."""
    record = brief.brief
    question = record.question
    parts = (
        ("Population", question.population),
        ("Intervention", question.intervention),
        ("Comparator", question.comparator),
        ("Outcomes", phrases.listed(question.outcomes)),
    )
    counts = methods.count_sentences(findings)
    picture = charts.plausibility(brief, findings, short=True)
    ranked = replace(picture, caption=f"Figure 1. {picture.caption}") if picture else None
    return FirstPage(
        question=question.text,
        question_parts=parts,
        bottom_line=record.bottom_line.text,
        judgements=judgements(brief, findings),
        ranking=ranked,
        counts=(counts[0], counts[2]),
        known=tuple(zip_longest(record.known, record.not_known, fillvalue="")),
        not_this=record.not_this,
        currency=_currency(brief),
    )


def _currency(brief: Brief) -> str:
    """How a reader tells whether the file at hand is the current version, and what it changed."""
    record, since = brief.brief, brief.since
    changed = f" Since version {since.version}: {since.summary}" if since else " No archived version came before it."
    if number := sum(comment.decision == "open" for ledger in brief.reviews for comment in ledger.comments):
        changed += f" {phrases.count(number, 'comment')} of reviewers on it not decided yet."
    listed = "is not known" if record.versions_at == "unknown" else f"is {record.versions_at}"
    return (
        f"This is version {record.version} of {phrases.date(record.date)}.{changed} "
        f"After {phrases.date(record.review_by)} take it for out of date. Where all versions are listed {listed}; "
        "ask whoever sent it whether there is a later one."
    )


def with_review(brief: Brief) -> Iterator[Section]:
    """The author's sections. A review that was kept is printed also where the author gave it no place."""
    listed = brief.brief.sections
    missing = bool(brief.reviews) and all(section.kind != "review" for section in listed)
    for section in listed:
        if missing and section.kind in ("evidence", "references"):
            yield Section(kind=KindOfSection("review"), title="Review")
            missing = False
        yield section
    if missing:
        yield Section(kind=KindOfSection("review"), title="Review")
