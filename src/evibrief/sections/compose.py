"""Composes the whole page: title block, first page, contents, and sections in the author's order.

In: a `Brief` and its `Findings`. Out: a `View`, which is everything that a template may see.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count

from evibrief.evidence.brief import Brief, Section
from evibrief.evidence.records import Reference
from evibrief.labels import phrases
from evibrief.labels.groups import Captions
from evibrief.labels.words import Words
from evibrief.rating.findings import Findings
from evibrief.sections import registry, summary
from evibrief.sections.blocks import (
    PAGE,
    PAGES,
    Block,
    ContentsEntry,
    Figure,
    Foot,
    Heading,
    Paragraph,
    SectionPage,
    Table,
    View,
)
from evibrief.sections.compared import compared
from evibrief.sections.first_page import anchor_of, page_one, title_block, with_unlisted


def compose_view(brief: Brief, findings: Findings, content: str) -> View:
    """Word every part of the brief, and number its tables and figures in reading order.

    `content` is the content hash.
    """
    record, words = brief.brief, findings.words
    status, day = words.brief_status[record.status], phrases.date(record.date, words)
    first_page = page_one(brief, findings)
    sections = [_section(section, brief, findings) for section in with_unlisted(brief, words)]
    sections.sort(key=lambda section: not section.core)
    pages = tuple(_number_captions(sections, words.captions, figures=1 if first_page.ranking else 0))
    return View(
        language=record.language,
        words=words.page.model_dump(),
        foot=_foot(words),
        running_title=words.sentences.running_title(
            title=record.title, version=record.version, date=day, status=status.lower()
        ),
        description=words.sentences.description(
            version=record.version, date=day, status=status, note=record.status_note
        ),
        date=record.date.isoformat(),
        title_block=title_block(brief, content, words),
        first_page=first_page,
        summary=tuple(summary.summary(brief, findings)),
        contents=tuple(_contents(pages)),
        sections=pages,
        names=findings.names(),
        short_references={one.id: _short_reference(one, findings) for one in brief.references},
        compared=compared(brief, findings),
    )


def _short_reference(one: Reference, findings: Findings) -> str:
    told = phrases.short_reference(one)
    return findings.words.sentences.retracted(study=told) if findings.standings.get(one.id) == "retracted" else told


def _foot(words: Words) -> Foot:
    numbered = words.foot.page_number(page=PAGE, pages=PAGES)
    pieces = re.split(f"({re.escape(PAGE)}|{re.escape(PAGES)})", numbered)
    return Foot(words.foot.no_advice, tuple(piece for piece in pieces if piece))


def _section(section: Section, brief: Brief, findings: Findings) -> SectionPage:
    intro: tuple[Block, ...] = (Paragraph(section.intro),) if section.intro else ()
    built = tuple(registry.BUILDERS[section.kind](brief, findings))
    kind, blocks = section.kind, intro + built
    return SectionPage(kind, anchor_of(kind), section.title, blocks, kind in registry.CORE)


def _number_captions(pages: Iterable[SectionPage], captions: Captions, figures: int) -> Iterator[SectionPage]:
    """Put numbers into captions as text, so that every format has the same ones; `figures` come before these pages."""
    tables = count(1)
    pictures = count(figures + 1)
    for page in pages:
        blocks: list[Block] = []
        for block in page.blocks:
            if isinstance(block, Table):
                block = replace(block, caption=captions.table(number=next(tables), caption=block.caption))
            elif isinstance(block, Figure):
                block = replace(block, caption=captions.figure(number=next(pictures), caption=block.caption))
            blocks.append(block)
        yield replace(page, blocks=tuple(blocks))


def _contents(pages: Iterable[SectionPage]) -> Iterator[ContentsEntry]:
    for page in pages:
        yield ContentsEntry(2, page.anchor, page.title, page.core)
        for block in page.blocks:
            if page.kind in TOLD_IN_PARTS and isinstance(block, Heading) and block.level == 3:
                yield ContentsEntry(3, block.anchor, block.text, page.core)


TOLD_IN_PARTS = ("mechanisms", "evidence")
"""The sections whose parts the contents name: the others are a page or two."""
