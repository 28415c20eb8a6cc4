"""The pipeline: from a folder of evidence to finished documents, as one function that reads aloud.

In: a folder, the formats wanted, a folder for the output. Out: files, all of them or none.
"""

import gc
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from evibrief import resources
from evibrief.build_cache import Written, fingerprint_inputs, save, up_to_date
from evibrief.checks.load import load
from evibrief.evidence.load import Loaded
from evibrief.evidence.places import MANIFEST
from evibrief.formats.registry import FORMATS, Document, Format, with_letters, write_print, write_word
from evibrief.problems import Place, Problem, Problems, suggest

if TYPE_CHECKING:
    from evibrief.evidence.brief import Brief
    from evibrief.formats.html.markdown import Typeset
    from evibrief.formats.theme import ThemeFiles
    from evibrief.sections.blocks import Layer, View

Report = Callable[[str], None]
"""Told the name of each stage as it begins."""

Warn = Callable[[Sequence[Problem]], None]
"""Told the warnings of the check, once."""


def build(
    folder: Path,
    output: Path,
    formats: Iterable[Format] = FORMATS,
    report: Report = lambda stage: None,
    warn: Warn = lambda problems: None,
    layer: "Layer" = "full",
) -> list[Written]:
    """Build a brief, or the part of it that a layer holds: its first page, that and the summary, all.

    Raises `Problems` for what its author can mend, and then leaves `output` as it was.
    """
    wanted = tuple(format for format in FORMATS if format in tuple(formats))
    fingerprint = fingerprint_inputs(folder) + layer
    if ready := up_to_date(folder, output, wanted, fingerprint, layer):
        return ready
    # The engines and pydantic take half a second to import; a build with nothing to do must not pay it.
    from evibrief.formats.manifest import carried
    from evibrief.formats.pdf.write import load_engine
    from evibrief.formats.theme import theme_files

    with _collecting_rarely(), ThreadPoolExecutor(2) as workers:
        if "pdf" in wanted:
            workers.submit(load_engine)  # half a second of imports, taken while pandoc runs
        report("reading the evidence")
        loaded = load(folder)
        warn(loaded.warnings)
        report("composing the page")
        loaded = _with_values(loaded)
        evidence = carried(folder, loaded, layer)
        view = _compose(loaded, json.loads(evidence[MANIFEST])["content_sha256"])
        files = theme_files(folder, loaded)
        html = _render(view, loaded, folder, files, layer)
        report("writing " + ", ".join(wanted))
        documents = _write_documents(html, view, loaded.brief, files, evidence, wanted, workers)
    report("saving")
    return save(folder, output, loaded.brief, documents, fingerprint, layer)


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


def _with_values(loaded: Loaded) -> Loaded:
    """The brief with the values that its prose takes from the data put in."""
    from evibrief.rating.findings import derive
    from evibrief.rating.values import fill, values_of

    values = values_of(loaded.brief, derive(loaded.brief))
    return replace(loaded, brief=fill(loaded.brief, values), values=values)


def _compose(loaded: Loaded, content: str) -> "View":
    from evibrief.rating.findings import derive
    from evibrief.sections.compose import compose_view

    return compose_view(loaded.brief, derive(loaded.brief), content)


def _render(view: "View", loaded: Loaded, folder: Path, files: "ThemeFiles", layer: "Layer") -> str:
    """The one HTML. What is wrong with a text is reported at the place where its author wrote it."""
    from evibrief.formats.html.filling import OWN_PAGE, BadTemplate
    from evibrief.formats.html.render import render
    from evibrief.formats.theme import compose_look

    theme = loaded.brief.brief.theme
    templates = resources.template_texts()
    templates = {**templates, OWN_PAGE: files.blocks} if files.blocks else templates
    typesetter = partial(_typeset, loaded, folder)
    try:
        rendered = render(view, templates, typesetter, layer, compose_look(theme, files.styles, files.logo))
    except BadTemplate as error:
        path = str(folder / "theme" / OWN_PAGE)
        raise Problems(
            Problem(Place(path, fault.line, min(fault.line, 1)), "theme", fault.message, fault.hint)
            for fault in error.faults
        ) from error
    if rendered.complaints:
        raise Problems(
            Problem(loaded.source.place(("brief", "citation_style")), "citation-style", one.message, one.hint)
            if one.of_style
            else Problem(_place_of(one.text, loaded), "prose", one.message, one.hint)
            for one in rendered.complaints
        )
    return rendered.html


def _typeset(loaded: Loaded, folder: Path, texts: list[str]) -> "Typeset":
    from evibrief.files import Unreadable
    from evibrief.formats.html import citations
    from evibrief.formats.html.csl import BadStyle
    from evibrief.formats.html.markdown import typeset

    record = loaded.brief.brief
    try:
        style = citations.citation_style(record.citation_style, folder)
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


def _place_of(text: str, loaded: Loaded) -> Place:
    """Where an author wrote a text, or the longest part of it when the page joins several."""
    from evibrief.rating.values import fill_text

    written = ((location, fill_text(words, loaded.values)) for location, words in loaded.source.scalars())
    parts = ((len(words), location) for location, words in written if words.strip() in text)
    found = max(parts, default=(0, ()), key=lambda part: part[0])[1]
    return loaded.source.place(found or ("brief",))


def _write_documents(
    html: str,
    view: "View",
    brief: "Brief",
    files: "ThemeFiles",
    evidence: Mapping[str, bytes],
    wanted: tuple[Format, ...],
    workers: ThreadPoolExecutor,
) -> list[Document]:
    """The DOCX is made beside the PDF: pandoc is a process of its own. Problems of both are raised together."""
    makers = {
        "docx": partial(write_word, html, view, brief, files, evidence),
        "pdf": partial(write_print, with_letters(html, view), brief, files, evidence),
    }
    running = {format: workers.submit(makers[format]) for format in wanted if format in makers}
    documents: list[Document] = []
    problems: list[Problem] = []
    for format in wanted:
        try:
            documents.append(running[format].result() if format in running else Document("html", html.encode()))
        except Problems as wrong:
            problems += wrong.problems
    if problems:
        raise Problems(problems)
    return documents
