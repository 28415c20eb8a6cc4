"""The pipeline: from a folder of evidence to finished documents, as functions that read aloud.

In: a folder, the formats wanted. Out: documents in memory (`compose`), or files, all of them or none (`build`).
"""

import gc
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from evibrief import resources
from evibrief.build_cache import Written, fingerprint_inputs, save, up_to_date
from evibrief.checks.load import Loaded, load
from evibrief.evidence.places import MANIFEST
from evibrief.formats.contract import Document, Format, Page
from evibrief.formats.registry import format_named, names
from evibrief.problems import Place, Problem, Problems, suggest

if TYPE_CHECKING:
    from evibrief.evidence.source import SourceTree
    from evibrief.formats.html.markdown import Complaint, Typeset
    from evibrief.formats.theme import ThemeFiles
    from evibrief.rating.findings import Findings
    from evibrief.sections.blocks import Layer, View

Report = Callable[[str], None]
"""Told the name of each stage as it begins."""

Warn = Callable[[Sequence[Problem]], None]
"""Told the warnings of the check, once."""


@dataclass(frozen=True)
class Composition:
    """A brief as it is printed: the page, what follows from its evidence, and the documents that were asked for."""

    page: Page
    findings: "Findings" = field(repr=False)
    documents: tuple[Document, ...]


def build(
    folder: Path,
    output: Path,
    formats: Iterable[str] = names(),
    report: Report = lambda stage: None,
    warn: Warn = lambda problems: None,
    layer: "Layer" = "full",
) -> list[Written]:
    """Write a brief, or the part of it that a layer holds: its first page, that and the summary, all.

    Raises `Problems` for what its author can mend, and then leaves `output` as it was.
    """
    wanted = _in_order(formats)
    fingerprint = fingerprint_inputs(folder) + layer
    if ready := up_to_date(folder, output, [one.name for one in wanted], fingerprint, layer):
        return ready
    with _workers(wanted) as workers:
        report("reading the evidence")
        loaded = load(folder)
        warn(loaded.warnings)
        made = _compose(loaded, wanted, layer, report, workers)
    report("saving")
    return save(folder, output, loaded.brief, made.documents, fingerprint, layer)


def compose(loaded: Loaded, formats: Iterable[str] = names(), layer: "Layer" = "full") -> Composition:
    """The same documents in memory. Raises `Problems` for what the brief's author can mend."""
    wanted = _in_order(formats)
    with _workers(wanted) as workers:
        return _compose(loaded, wanted, layer, lambda stage: None, workers)


def _in_order(formats: Iterable[str]) -> tuple[Format, ...]:
    """The formats of these names, in the order of the registry. Raises `LookupError` for another name."""
    return tuple(sorted(map(format_named, set(formats)), key=lambda one: names().index(one.name)))


@contextmanager
def _workers(wanted: Iterable[Format]) -> Iterator[Executor]:
    """Two threads for what waits; the formats import their engines in them while the page is composed."""
    with _collecting_rarely(), ThreadPoolExecutor(2) as workers:
        for one in wanted:
            workers.submit(one.import_engine)
        yield workers


def _compose(
    loaded: Loaded, wanted: Sequence[Format], layer: "Layer", report: Report, workers: Executor
) -> Composition:
    # The engines and pydantic take half a second to import; a build with nothing to do must not pay it.
    from evibrief.formats.manifest import carried
    from evibrief.formats.theme import theme_files
    from evibrief.rating.values import fill, values_of
    from evibrief.sections.compose import compose_view

    report("composing the page")
    values = values_of(loaded.brief, loaded.findings)
    brief, findings = fill((loaded.brief, loaded.findings), values)
    evidence = carried(loaded, layer)
    view = compose_view(brief, findings, json.loads(evidence[MANIFEST])["content_sha256"])
    theme = theme_files(loaded)
    page = Page(_render(view, loaded, theme, layer), view, brief, theme, evidence)
    report("writing " + ", ".join(one.name for one in wanted))
    return Composition(page, findings, _write_documents(page, wanted, workers))


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    """Look for unused cycles of objects a hundred times less often.

    Laying out makes millions of objects that are needed to the end; looking through them again and again took a
    quarter of the time of the first brief, and freed 6 % of its memory.
    """
    often = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*often)


def _render(view: "View", loaded: Loaded, files: "ThemeFiles", layer: "Layer") -> str:
    """The one HTML. What is wrong with a text is reported at the place where its author wrote it."""
    from evibrief.formats.html.filling import OWN_PAGE, BadTemplate
    from evibrief.formats.html.render import render
    from evibrief.formats.theme import compose_look

    theme = loaded.brief.brief.theme
    templates = resources.template_texts()
    templates = {**templates, OWN_PAGE: files.blocks} if files.blocks else templates
    typesetter = partial(_typeset, loaded)
    try:
        rendered = render(view, templates, typesetter, layer, compose_look(theme, files.styles, files.logo))
    except BadTemplate as error:
        path = str(loaded.folder / "theme" / OWN_PAGE)
        raise Problems(
            Problem(Place(path, fault.line, min(fault.line, 1)), "theme", fault.message, fault.hint)
            for fault in error.faults
        ) from error
    if rendered.complaints:
        raise Problems(_problem(complaint, loaded.source) for complaint in rendered.complaints)
    return rendered.html


def _typeset(loaded: Loaded, texts: list[str]) -> "Typeset":
    from evibrief.files import Unreadable
    from evibrief.formats.html import citations
    from evibrief.formats.html.csl import BadStyle
    from evibrief.formats.html.markdown import typeset

    record = loaded.brief.brief
    try:
        style = citations.citation_style(record.citation_style, loaded.folder)
    except (LookupError, OSError, Unreadable, BadStyle) as error:
        place = loaded.source.place(("brief", "citation_style"))
        raise Problems([Problem(place, "citation-style", *_about_style(record.citation_style, error))]) from error
    return typeset(texts, loaded.source.tree["references"], style, record.language)


def _about_style(name: str, error: Exception) -> tuple[str, str]:
    """What is wrong with a citation style, and what to do."""
    from evibrief.files import Unreadable
    from evibrief.formats.html.csl import BadStyle

    if isinstance(error, Unreadable):
        return error.message, error.hint
    if isinstance(error, BadStyle):
        place = f"{name}:{error.line}" if error.line else name
        return f"{place}: this cannot be used as a citation style: {error.message}", "take one of the public collection"
    hint = suggest(name, getattr(error, "suggestions", ()))
    missing = getattr(error, "name", name)
    other = f", on which `{name}` depends" if missing != name else ""
    return f"there is no citation style `{missing}`{other}", hint


def _problem(complaint: "Complaint", source: "SourceTree") -> Problem:
    """What is wrong with a text, at the place where its author wrote it."""
    from evibrief.evidence.written import location_of
    from evibrief.formats.html.markdown import IN_LIST

    if complaint.of_style:
        return Problem(source.place(("brief", "citation_style")), "citation-style", complaint.message, complaint.hint)
    otherwise = ("references",) if complaint.index == IN_LIST else ("brief",)
    location = location_of(complaint.text, complaint.within) or otherwise
    return Problem(source.place_of_text(location, complaint.within), "prose", complaint.message, complaint.hint)


def _write_documents(page: Page, wanted: Sequence[Format], workers: Executor) -> tuple[Document, ...]:
    """The DOCX is made beside the PDF: pandoc is a process of its own. Problems of all are raised together."""
    running = [workers.submit(one.write, page) for one in wanted]
    documents: list[Document] = []
    problems: list[Problem] = []
    for one in running:
        try:
            documents.append(one.result())
        except Problems as wrong:
            problems += wrong.problems
    if problems:
        raise Problems(problems)
    return tuple(documents)
