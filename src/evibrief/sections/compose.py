"""The whole page, decided: title block, first page, contents and sections in the author's order.

In: a `Brief` and its `Findings`. Out: a `View`, all that a template may see.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from evibrief.evidence.brief import Brief, Section
from evibrief.labels import english, phrases
from evibrief.rating.findings import Findings
from evibrief.sections import registry, summary
from evibrief.sections.blocks import Block, ContentsEntry, Figure, Heading, Paragraph, SectionPage, Table, View
from evibrief.sections.first_page import page_one, title_block, with_review


def compose_view(brief: Brief, findings: Findings, content: str) -> View:
    """Word every part of the brief, and number its tables in the order of reading.

    `content` is the hash of all that it shows.
    """
    record = brief.brief
    status = english.STATUS_OF_BRIEF[record.status]
    first_page = page_one(brief, findings)
    sections = [_section(section, brief, findings) for section in with_review(brief)]
    pages = tuple(_number_captions(sections, figures=1 if first_page.ranking else 0))
    return View(
        language=record.language,
        running_title=f"{record.title} · version {record.version} · {phrases.date(record.date)} · {status.lower()}",
        description=f"Version {record.version}, {phrases.date(record.date)}. {status}: {record.status_note}.",
        date=record.date.isoformat(),
        title_block=title_block(brief, content),
        first_page=first_page,
        summary=tuple(summary.summary(brief, findings)),
        contents=tuple(_contents(pages)),
        sections=pages,
    )


def _section(section: Section, brief: Brief, findings: Findings) -> SectionPage:
    intro: tuple[Block, ...] = (Paragraph(section.intro),) if section.intro else ()
    built = tuple(registry.BUILDERS[section.kind](brief, findings))
    anchor = "section_" + section.kind.replace("-", "_")
    return SectionPage(section.kind, anchor, section.title, intro + built, section.kind in registry.LANDSCAPE)


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
