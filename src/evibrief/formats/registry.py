"""The output formats, and how each is written from the one page.

In: the page as HTML, its view, and the files that a document carries. Out: the bytes of a document.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from evibrief import resources
from evibrief.evidence.places import MANIFEST
from evibrief.problems import Place, Problem, Problems

if TYPE_CHECKING:
    from evibrief.evidence.brief import Brief
    from evibrief.formats.theme import ThemeFiles
    from evibrief.sections.blocks import View

Format = Literal["pdf", "docx", "html"]
FORMATS: tuple[Format, ...] = ("pdf", "docx", "html")

MEDIA_TYPES = {
    ".css": "text/css",
    ".jinja": "text/plain",
    ".png": "image/png",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".json": "application/json",
    ".csl": "application/vnd.citationstyles.style+xml",
}


@dataclass(frozen=True)
class Document:
    """One output: its bytes, and how many pages it has where it has pages."""

    format: Format
    data: bytes
    pages: int | None = None


def with_letters(html: str, view: "View") -> str:
    """The page with figures whose letters are letters: the PDF engine has their font."""
    from evibrief.sections.figures.picture import with_pictures

    lettered = {figure.drawing.source: figure.drawing.lettered_source for figure in view.figures}
    return with_pictures(html, lettered)


def write_print(
    html: str, brief: "Brief", theme: "ThemeFiles", evidence: Mapping[str, bytes]
) -> Document:
    """The PDF of a page."""
    from evibrief.formats.pdf.write import Attached, OwnSheet, write_pdf
    from evibrief.formats.theme import lines_before_styles

    sheet = f"{theme.folder}/custom.css"
    own = OwnSheet(sheet, lines_before_styles(brief.brief.theme) + 1) if theme.styles else None
    files = [
        Attached(path, data, MEDIA_TYPES[Path(path).suffix], "Supplement" if path == MANIFEST else "Data")
        for path, data in evidence.items()
    ]
    pdf = write_pdf(html, resources.fonts(), files, brief.brief.date, own)
    return Document("pdf", pdf.data, pdf.pages)


def write_word(
    html: str, view: "View", brief: "Brief", files: "ThemeFiles", evidence: Mapping[str, bytes]
) -> Document:
    """The Word document of a page."""
    from evibrief.formats.docx.reference import recoloured
    from evibrief.formats.docx.write import WordProperties, write_docx

    record = brief.brief
    properties = WordProperties(
        title=record.title,
        subject=record.question.text,
        description=view.description,
        version=record.version,
        date=record.date,
        language=record.language,
        author="; ".join(person.name for person in record.authors),
        keywords=(record.question.intervention, record.question.population),
        running_title=view.running_title,
        custom=(
            ("evibrief-brief", record.id),
            ("evibrief-version", record.version),
            ("evibrief-content", json.loads(evidence[MANIFEST])["content_sha256"]),
            ("evibrief-evidence", json.loads(evidence[MANIFEST])["evidence_sha256"]),
        ),
    )
    links = (link.id for mechanism in brief.mechanisms for link in mechanism.links)
    names = (*(claim.id for claim in brief.all_claims), *links, *(one.id for one in brief.ranking.statements))
    anchors = frozenset(name for name in names if f'id="{name}"' in html)
    pictures = {figure.drawing.source: figure.drawing for figure in view.figures}
    reference = files.word or (resources.templates() / "reference.docx").read_bytes()
    with _blaming_reference(f"{files.folder}/reference.docx" if files.word else ""):
        reference = recoloured(reference, brief.brief.theme.accent)
    lua_filter = resources.template_texts()["word.lua"]
    with _blaming_reference(f"{files.folder}/reference.docx" if files.word else ""):
        return Document("docx", write_docx(html, properties, anchors, reference, lua_filter, pictures, evidence))


@contextmanager
def _blaming_reference(path: str) -> Iterator[None]:
    """With a reference document of the theme's own, what goes wrong in making the Word file is that document's fault.

    It may lack any part or element that Word's own files have, and nothing else differs from other briefs.
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
