"""DOCX as a format: a document for Word, with the evidence in a part that Word keeps through any edit."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from evibrief import resources
from evibrief.evidence.places import MANIFEST
from evibrief.formats.contract import Document, Page
from evibrief.problems import Place, Problem, Problems

if TYPE_CHECKING:
    from evibrief.formats.difference import Difference
    from evibrief.formats.docx.write import WordProperties
    from evibrief.sections.figures.picture import Drawing


class Word:
    """Office Open XML, for reviewers who comment and track changes."""

    name = "docx"
    label = "DOCX"
    media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    compared = "all parts of the package"

    def import_engine(self) -> None:
        """Import what finishes the document; pandoc is a process of its own."""
        import evibrief.formats.docx.write  # noqa: F401

    def draw(self, drawing: "Drawing") -> None:
        """Draw the picture that every program shows, and the one that stays sharp."""
        _ = drawing.png, drawing.svg

    def write(self, page: Page) -> Document:
        """Write a page with the styles of our reference document, or of the theme's, if it has one."""
        from evibrief.formats.docx.pictures import named_address
        from evibrief.formats.docx.reference import recoloured
        from evibrief.formats.docx.write import write_docx
        from evibrief.formats.html.kept_together import spaced_together

        html = spaced_together(page.with_figures(lambda figure: named_address(figure.anchor, figure.drawing)))
        drawings = {figure.anchor: figure.drawing for figure in page.figures}
        lua_filter = resources.template_texts()["word.lua"]
        reference = page.theme.word or resources.reference_document()
        with _blaming_reference(f"{page.theme.folder}/reference.docx" if page.theme.word else ""):
            reference = recoloured(reference, page.brief.brief.theme.accent)
            data = write_docx(
                html, _properties(page), _anchors(page), reference, lua_filter, drawings, page.evidence
            )
        return Document(self.name, data)

    def text(self, data: bytes) -> str:
        """The words of all paragraphs, including tracked insertions but not tracked deletions."""
        from evibrief.formats.docx.tracked_text import text_of_docx

        return text_of_docx(data, self.label)

    def owns(self, data: bytes) -> bool:
        """Whether it begins like a ZIP."""
        return data.startswith(b"PK")

    def extract(self, data: bytes, name: str) -> Mapping[str, bytes]:
        """The files in its custom XML part (ECMA-376 part 1, 15.2.5)."""
        from evibrief.formats.docx.evidence_part import embedded_files

        return embedded_files(data, name)

    def differences(self, found: bytes, expected: bytes) -> tuple["Difference", ...]:
        """The differences between the parts of the packages."""
        from evibrief.formats.docx.differences import word_differences

        return word_differences(found, expected)

    def closed(self, data: bytes) -> str:
        """A sentence saying that it is locked with a password, or in the old format; empty if neither."""
        from evibrief.formats.docx.history import word_is_closed

        return word_is_closed(data)

    def history(self, found: bytes, expected: bytes, differences: tuple["Difference", ...]) -> str:
        """A sentence saying that it was saved again, reviewed, cut short or locked."""
        from evibrief.formats.docx.history import word_history

        return word_history(found, expected, differences)

    def producer(self, data: bytes) -> str:
        """The program named in its properties."""
        from evibrief.formats.docx.history import word_application

        return word_application(data)


def _properties(page: Page) -> "WordProperties":
    from evibrief.formats.docx.write import WordProperties

    record, manifest = page.brief.brief, json.loads(page.evidence[MANIFEST])
    return WordProperties(
        title=record.title,
        subject=record.question.text,
        description=page.view.description,
        version=record.version,
        date=record.date,
        language=record.language,
        author="; ".join(person.name for person in record.authors),
        keywords=(record.question.intervention, record.question.population),
        running_title=page.view.running_title,
        foot=page.view.foot,
        custom=(
            ("evibrief-brief", record.id),
            ("evibrief-version", record.version),
            # A draft has no hashes.
            *((f"evibrief-{kind}", manifest[f"{kind}_sha256"])
              for kind in ("content", "evidence") if f"{kind}_sha256" in manifest),
        ),
    )


def _anchors(page: Page) -> frozenset[str]:
    """The ids of the records on the page: each becomes a bookmark and a content control."""
    brief = page.brief
    links = (link.id for mechanism in brief.mechanisms for link in mechanism.links)
    ids = (*(claim.id for claim in brief.all_claims), *links, *(one.id for one in brief.ranking.statements))
    return frozenset(name for name in ids if f'id="{name}"' in page.html)


@contextmanager
def _blaming_reference(path: str) -> Iterator[None]:
    """If the theme has its own reference document, report errors in making the Word file as errors of that document.

    It may lack any part or element that Word files usually have, and it is the only thing that differs from other
    briefs.
    """
    hint = "start from templates/reference.docx and change its styles in Word"
    try:
        yield
    except Problems as wrong:
        at_docx = (one.place.path == "DOCX" and path != "" for one in wrong.problems)
        raise Problems(
            replace(one, place=Place(path), rule="theme", hint=one.hint or hint) if its else one
            for one, its in zip(wrong.problems, at_docx, strict=True)
        ) from wrong
    except Exception as error:
        if not path:
            raise
        message = f"no Word document can be made with its styles: {type(error).__name__}: {error}"
        raise Problems([Problem(Place(path), "theme", f"{message:.300}", hint)]) from error
