"""The whole page, decided: title block, first page, contents and sections in the author's order.

In: a `Brief` and its `Findings`. Out: a `View`, all that a template may see.
"""

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import zip_longest

from evibrief import appendix, charts, mechanisms, ranking, reviews, sections, summary, whatchanged, words
from evibrief.derive import Findings
from evibrief.manifest import SHORT
from evibrief.model import Brief, Person, Section, Theme
from evibrief.page import (
    Block,
    ContentsEntry,
    Figure,
    FirstPage,
    Heading,
    Look,
    Paragraph,
    SectionPage,
    Table,
    TitleBlock,
    View,
)

Builder = Callable[[Brief, Findings], Iterator[Block]]

BUILDERS: Mapping[str, Builder] = {
    "mechanisms": mechanisms.mechanisms,
    "ranking": ranking.ranking,
    "doses": sections.doses,
    "harms": sections.harms,
    "time-course": sections.time_course,
    "phases": sections.phases,
    "comparators": sections.comparators,
    "models": sections.models,
    "methods": appendix.methods,
    "limitations": appendix.limitations,
    "evidence": appendix.evidence,
    "references": appendix.references,
    "changes": whatchanged.changes,
    "review": reviews.review,
}
LANDSCAPE = frozenset({"evidence"})


def compose_view(brief: Brief, findings: Findings, content: str) -> View:
    """Word every part of the brief, and number its tables in the order of reading.

    `content` is the hash of all that it shows.
    """
    record = brief.brief
    status = words.STATUS_OF_BRIEF[record.status]
    first_page = _first_page(brief, findings)
    sections = [_section(section, brief, findings) for section in _with_review(brief)]
    pages = tuple(_number_captions(sections, figures=1 if first_page.ranking else 0))
    return View(
        language=record.language,
        running_title=f"{record.title} · version {record.version} · {words.date(record.date)} · {status.lower()}",
        description=f"Version {record.version}, {words.date(record.date)}. {status}: {record.status_note}.",
        date=record.date.isoformat(),
        title_block=_title_block(brief, content),
        first_page=first_page,
        summary=tuple(summary.summary(brief, findings)),
        contents=tuple(_contents(pages)),
        sections=pages,
    )


def compose_look(theme: Theme, styles: str, logo: bytes) -> Look:
    """What a theme changes: its colour and fonts as style rules before its own styles, and its logo."""
    variables = (
        ("--accent", theme.accent),
        ("--sans", _family(theme.text_font, "sans-serif")),
        ("--serif", _family(theme.heading_font, "serif")),
    )
    rules = "".join(f"{name}: {value}; " for name, value in variables if value)
    own = f":root {{ {rules}}}\n" if rules else ""
    address = "data:image/png;base64," + base64.b64encode(logo).decode() if logo else ""
    return Look(own + styles, address, theme.logo_alternative or "")


def lines_before_styles(theme: Theme) -> int:
    """How many lines of its style element come before a theme's own styles."""
    return 1 + bool(theme.accent or theme.text_font or theme.heading_font)


def _family(font: str | None, kind: str) -> str:
    others = '"Brief Fallback", "Source Sans Pro", "Source Serif Pro"'
    return f'"{font}", {others}, {kind}' if font else ""


def _title_block(brief: Brief, content: str) -> TitleBlock:
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
        written = "date unknown" if document.date == "unknown" else words.date(document.date)
        origin = f"“{document.title}”; author {document.author}; {written}; grading method: {document.grading_method}"
        facts.append(("Source document", origin))
    status = f"{words.STATUS_OF_BRIEF[record.status]}: {record.status_note}"
    version = f"Version {record.version} · {words.date(record.date)} · review by {words.date(record.review_by)}"
    version += f" · content {content[:SHORT]}"
    return TitleBlock(record.title, record.subtitle or "", status, version, tuple(facts))


def _people(people: Iterable[Person]) -> str:
    return "; ".join(f"{person.name} ({person.role})" for person in people) or "not named"


def judgements(brief: Brief, findings: Findings) -> tuple[tuple[str, str], ...]:
    """Plausibility and certainty, as stated and as computed, in the words of page one."""
    record = brief.brief
    plausibility, certainty = record.bottom_line.plausibility, record.bottom_line.certainty
    if findings.ratings and findings.ratings.statements:
        plausibility += f"; computed: {ranking.tier_summary(findings.ratings)}"
    if findings.ratings and findings.ratings.chains:
        certainty += f"; computed: {ranking.certainty_summary(findings.ratings)}"
    return (("Plausibility (could it work?)", plausibility), ("Certainty (how sure are we that it does?)", certainty))


def _first_page(brief: Brief, findings: Findings) -> FirstPage:
    record = brief.brief
    question = record.question
    parts = (
        ("Population", question.population),
        ("Intervention", question.intervention),
        ("Comparator", question.comparator),
        ("Outcomes", words.listed(question.outcomes)),
    )
    counts = appendix.count_sentences(findings)
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
    changed = f" Since version {since.version}: {since.summary}" if since else " It is the first version on record."
    if number := sum(comment.decision == "open" for ledger in brief.reviews for comment in ledger.comments):
        changed += f" {words.count(number, 'comment')} of reviewers on it not decided yet."
    listed = "is not known" if record.versions_at == "unknown" else f"is {record.versions_at}"
    return (
        f"This is version {record.version} of {words.date(record.date)}.{changed} "
        f"After {words.date(record.review_by)} take it for out of date. Where all versions are listed {listed}; "
        "ask whoever sent it whether there is a later one."
    )


def _with_review(brief: Brief) -> Iterator[Section]:
    """The author's sections. A review that was kept is printed also where the author gave it no place."""
    listed = brief.brief.sections
    missing = bool(brief.reviews) and all(section.kind != "review" for section in listed)
    for section in listed:
        if missing and section.kind in ("evidence", "references"):
            yield Section(kind="review", title="Review")
            missing = False
        yield section
    if missing:
        yield Section(kind="review", title="Review")


def _section(section: Section, brief: Brief, findings: Findings) -> SectionPage:
    intro: tuple[Block, ...] = (Paragraph(section.intro),) if section.intro else ()
    built = tuple(BUILDERS[section.kind](brief, findings))
    anchor = "section_" + section.kind.replace("-", "_")
    return SectionPage(section.kind, anchor, section.title, intro + built, section.kind in LANDSCAPE)


def _number_captions(pages: Iterable[SectionPage], figures: int) -> Iterator[SectionPage]:
    """Captions carry their number as text, so that it is the same in every output; `figures` stand before."""
    numbers = {"Table": 0, "Figure": figures}
    for page in pages:
        blocks: list[Block] = []
        for block in page.blocks:
            if isinstance(block, Table | Figure):
                name = "Table" if isinstance(block, Table) else "Figure"
                numbers[name] += 1
                block = replace(block, caption=f"{name} {numbers[name]}. {block.caption}")
            blocks.append(block)
        yield replace(page, blocks=tuple(blocks))


def _contents(pages: Iterable[SectionPage]) -> Iterator[ContentsEntry]:
    for page in pages:
        yield ContentsEntry(2, page.anchor, page.title)
        for block in page.blocks:
            if isinstance(block, Heading) and block.level == 3:
                yield ContentsEntry(3, block.anchor, block.text)
