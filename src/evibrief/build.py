"""The pipeline from a folder of evidence to finished documents.

In: a folder, the wanted formats. Out: documents in memory (`compose`), or files, all of them or none (`build`).
"""

import datetime
import gc
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from evibrief import resources
from evibrief.build_cache import WrittenFile, file_stem, fingerprint_inputs, save, up_to_date
from evibrief.checks.load import Loaded, load
from evibrief.evidence.places import MANIFEST, own_look
from evibrief.formats.apart import Writes, draw_apart, written_apart
from evibrief.formats.contract import Document, Format, Page
from evibrief.formats.registry import format_named, names
from evibrief.kept import Kept
from evibrief.problems import Place, Problem, Problems, suggest

if TYPE_CHECKING:
    from evibrief.evidence.read_folder import Unsaved
    from evibrief.evidence.source import SourceTree
    from evibrief.formats.html.complaints import Complaint
    from evibrief.formats.html.kept_texts import Typesetter
    from evibrief.formats.html.markdown import Typeset
    from evibrief.formats.theme import ThemeFiles
    from evibrief.rating.findings import Findings
    from evibrief.sections.blocks import Layer, View

Report = Callable[[str], None]
"""Called with the name of each stage when it begins."""

Warn = Callable[[Sequence[Problem]], None]
"""Called once, with the warnings of the check."""


@dataclass(frozen=True)
class Composition:
    """A brief as printed: the page, the findings from its evidence, and the documents in the wanted formats."""

    page: Page
    findings: "Findings" = field(repr=False)
    documents: tuple[Document, ...]


@dataclass(frozen=True)
class Edition:
    """What kind of document is made of a composed brief: the files in it, and what it says of itself."""

    files: Callable[[Loaded, "Layer"], Mapping[str, bytes]]
    view: Callable[["View", Loaded], "View"] = lambda view, loaded: view


def _files_of_brief(loaded: Loaded, layer: "Layer") -> Mapping[str, bytes]:
    from evibrief.formats.manifest import carried

    return carried(loaded, layer)


BRIEF = Edition(_files_of_brief)


def build(
    folder: Path,
    output: Path,
    formats: Iterable[str] = names(),
    report: Report = lambda stage: None,
    warn: Warn = lambda problems: None,
    layer: "Layer" = "full",
    kept: Kept | None = None,
) -> list[WrittenFile]:
    """Build a brief, or the part of it in a layer: page 1, page 1 and the summary, or everything.

    `kept` is what was made before, from which equal texts and documents are taken. Raises `Problems` that the author
    can fix; `output` is then unchanged.
    """
    wanted = _in_order(formats)
    fingerprint = fingerprint_inputs(folder) + layer
    if ready := up_to_date(folder, output, [one.name for one in wanted], fingerprint, layer):
        return ready
    with written_apart(wanted) as writers, _workers(writers) as workers:
        report("reading the evidence")
        loaded = load(folder)
        warn(loaded.warnings)
        stem = file_stem(loaded.brief, layer)
        page, _ = _page_of(loaded, writers, layer, report, workers, kept=kept)
        del loaded, _  # a long brief takes as much as a page of it
        documents = _write_documents(page, writers, workers, layer, report, kept)
    report("saving")
    return save(folder, output, stem, documents, fingerprint, layer)


def compose(
    loaded: Loaded,
    formats: Iterable[str] = names(),
    layer: "Layer" = "full",
    edition: Edition = BRIEF,
    typesetter: "Typesetter | None" = None,
    kept: Kept | None = None,
) -> Composition:
    """Build the same documents in memory. Raises `Problems` that the author can fix.

    `typesetter` is another one for the same texts, for a process that builds again and again. `kept` is never for a
    document that a stranger sent: what is made from it is neither kept nor taken from what was.
    """
    wanted = _in_order(formats)
    with _workers(wanted) as workers:
        page, findings = _page_of(loaded, wanted, layer, _quietly, workers, edition, typesetter, kept)
        return Composition(page, findings, _write_documents(page, wanted, workers, layer, _quietly, kept))


def _quietly(stage: str) -> None:
    """Report nothing."""


def checked(
    folder: Path, today: datetime.date | None = None, unsaved: "Unsaved" = MappingProxyType({})
) -> Loaded:
    """Read and check a brief, and fill its page: whatever `build` refuses is refused here, at the same place.

    With a look of its own the documents are written, too, in memory: only the engines know what they cannot follow.
    `today` is for the rules that depend on the date. `unsaved` takes the place of files; the engines then have to wait
    until it is saved. Raises `Problems`, with the warnings among them.
    """
    with _collecting_rarely():
        loaded = load(folder, today, unsaved)
        try:
            compose(loaded) if _own_look(loaded) and not unsaved else _look_through(loaded)
        except Problems as wrong:
            raise Problems((*loaded.warnings, *wrong.problems)) from wrong
    return loaded


def _own_look(loaded: Loaded) -> bool:
    """Whether a brief has files or a citation style of its own."""
    from evibrief.formats.theme import theme_files

    theme = theme_files(loaded)
    _citation_style(loaded)
    own = (theme.styles, theme.blocks, theme.word, theme.logo, loaded.brief.brief.citation_style.endswith(".csl"))
    return any(own)


def _look_through(loaded: Loaded) -> None:
    """Raise `Problems` with the texts on the page of a brief; typesetting them would take three times as long."""
    from evibrief.formats.html.complaints import complaints
    from evibrief.rating.values import fill, values_of
    from evibrief.sections.compose import compose_view

    brief, findings = fill((loaded.brief, loaded.findings), values_of(loaded.brief, loaded.findings))
    view = compose_view(brief, findings, "")
    if found := tuple(complaints(view)):
        raise Problems(_problem(one, loaded.source) for one in found)


def _in_order(formats: Iterable[str]) -> tuple[Format, ...]:
    """The formats with these names, in the order of the registry. Raises `LookupError` for an unknown name."""
    return tuple(sorted(map(format_named, set(formats)), key=lambda one: names().index(one.name)))


@contextmanager
def _workers(wanted: Iterable[Writes]) -> Iterator[Executor]:
    """Two threads for slow work; the formats import their engines in them while the page is composed.

    At the end they have finished, but for Ctrl-C: then nobody waits for them.
    """
    workers, waits = ThreadPoolExecutor(2), True
    with _collecting_rarely():
        try:
            for one in wanted:
                workers.submit(one.import_engine)
            yield workers
        except KeyboardInterrupt:
            waits = False
            raise
        finally:
            workers.shutdown(wait=waits, cancel_futures=not waits)


def _page_of(
    loaded: Loaded,
    wanted: Sequence[Writes],
    layer: "Layer",
    report: Report,
    workers: Executor,
    edition: Edition = BRIEF,
    typesetter: "Typesetter | None" = None,
    kept: Kept | None = None,
) -> tuple[Page, "Findings"]:
    # Importing the engines and pydantic takes half a second; a build with nothing to do must not wait for it.
    from evibrief.formats.html.kept_texts import KeptTexts
    from evibrief.formats.manifest import demand_unchanged
    from evibrief.formats.theme import theme_files
    from evibrief.rating.values import fill, values_of
    from evibrief.sections.compose import compose_view

    report("composing the page")
    values = values_of(loaded.brief, loaded.findings)
    brief, findings = fill((loaded.brief, loaded.findings), values)
    evidence = edition.files(loaded, layer)
    content = json.loads(evidence[MANIFEST]).get("content_sha256", "")
    view = edition.view(compose_view(brief, findings, content), loaded)
    if layer == "full":  # the others show few of the figures
        draw_apart(wanted, {figure.anchor: figure.drawing for figure in view.figures}, workers)
    theme = theme_files(loaded)
    texts = None if typesetter or kept is None else KeptTexts(kept, loaded.folder)
    page = Page(_render(view, loaded, theme, layer, texts or typesetter), view, brief, theme, evidence)
    if own_look(evidence) or any((theme.styles, theme.blocks, theme.word, theme.logo)):
        demand_unchanged(loaded, evidence, edition.files(loaded, layer))
    if texts:
        texts.keep()
    return page, findings


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    """Run the garbage collector some thousand times less often.

    Layout creates millions of objects that are needed until the end. Scanning them again and again took a quarter of
    the time for the first brief, and freed only 6 % of its memory. Its two million are not scanned at all, which takes
    10 MB more; of a larger one the new ones are, once.
    """
    often = gc.get_threshold()
    gc.set_threshold(3_000_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*often)


def _render(
    view: "View", loaded: Loaded, files: "ThemeFiles", layer: "Layer", typesetter: "Typesetter | None"
) -> str:
    """The HTML. Problems with a text are reported at the place where the author wrote it."""
    from evibrief.formats.html.filling import OWN_PAGE, BadTemplate
    from evibrief.formats.html.render import render
    from evibrief.formats.theme import compose_look

    theme = loaded.brief.brief.theme
    templates = resources.template_texts()
    templates = {**templates, OWN_PAGE: files.blocks} if files.blocks else templates
    setter = partial(_typeset, loaded, typesetter)
    try:
        rendered = render(view, templates, setter, layer, compose_look(theme, files.styles, files.logo))
    except BadTemplate as error:
        path = str(loaded.folder / "theme" / OWN_PAGE)
        raise Problems(
            Problem(Place(path, fault.line, min(fault.line, 1)), "theme", fault.message, fault.hint)
            for fault in error.faults
        ) from error
    if rendered.complaints:
        raise Problems(_problem(complaint, loaded.source) for complaint in rendered.complaints)
    return rendered.html


def _typeset(loaded: Loaded, typesetter: "Typesetter | None", texts: list[str]) -> "Typeset":
    from evibrief.formats.html import markdown

    setter = typesetter or markdown.typeset
    return setter(texts, loaded.source.tree["references"], _citation_style(loaded), loaded.brief.brief.language)


def _citation_style(loaded: Loaded) -> bytes:
    from evibrief.files import Unreadable
    from evibrief.formats.html import citations
    from evibrief.formats.html.csl import BadStyle

    name = loaded.brief.brief.citation_style
    try:
        return citations.citation_style(name, loaded.folder)
    except (LookupError, OSError, Unreadable, BadStyle) as error:
        place = loaded.source.place(("brief", "citation_style"))
        raise Problems([Problem(place, "citation-style", *_about_style(name, error))]) from error


def _about_style(name: str, error: Exception) -> tuple[str, str]:
    """The message and hint for a citation style that cannot be used."""
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
    """A complaint about a text as a problem at the place where the author wrote it."""
    from evibrief.evidence.written import location_of
    from evibrief.formats.html.markdown import IN_LIST

    if complaint.of_style:
        return Problem(source.place(("brief", "citation_style")), "citation-style", complaint.message, complaint.hint)
    otherwise = ("references",) if complaint.index == IN_LIST else ("brief",)
    location = location_of(complaint.text, complaint.within) or otherwise
    return Problem(source.place_of_text(location, complaint.within), "prose", complaint.message, complaint.hint)


def _write_documents(
    page: Page, wanted: Sequence[Writes], workers: Executor, layer: "Layer", report: Report, kept: Kept | None
) -> tuple[Document, ...]:
    """Write the formats in parallel, because pandoc is a separate process. Raises the `Problems` of all together."""
    from evibrief.formats.kept_documents import document_of

    report("writing " + ", ".join(one.name for one in wanted))
    running = [workers.submit(document_of, page, one, layer, kept) for one in wanted]
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
