"""The pipeline: from a folder of evidence to finished documents, as one function that reads aloud.

In: a folder, the formats wanted, a folder for the output. Out: files, all of them or none.
"""

import datetime
import gc
import hashlib
import json
import os
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from evibrief import __version__, resources
from evibrief.places import MANIFEST as MANIFEST
from evibrief.problems import Place, Problem, Problems, suggest
from evibrief.source import instrument_folders
from evibrief.workfolders import work_folder

if TYPE_CHECKING:
    from evibrief.model import Brief
    from evibrief.page import View
    from evibrief.prose import Typeset
    from evibrief.render import Layer
    from evibrief.source import Source

Format = Literal["pdf", "docx", "html"]
FORMATS: tuple[Format, ...] = ("pdf", "docx", "html")
# Output of a build in the same folder is ignored.
READ = (".yaml", ".yml", ".json", ".csl", ".css", ".jinja", ".png", ".docx")
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

Report = Callable[[str], None]
"""Told the name of each stage as it begins."""

Warn = Callable[[Sequence[Problem]], None]
"""Told the warnings of the check, once."""


@dataclass(frozen=True)
class Written:
    """A file that a build wrote, or that was there and up to date."""

    path: Path
    size: int
    pages: int | None
    fresh: bool


@dataclass(frozen=True)
class Loaded:
    """A brief that is fit to be built, and what is worth saying about it all the same."""

    brief: "Brief"
    source: "Source"
    warnings: tuple[Problem, ...]
    values: Mapping[str, str] = field(default_factory=dict, repr=False)


def load(folder: Path, today: datetime.date | None = None) -> Loaded:
    """Read and check a brief. Raises `Problems` with all that is wrong, over all files.

    `today` is for the rules that depend on the day; without it they find nothing.
    """
    from evibrief import checks

    brief, read, problems = read_evidence(folder)
    if brief is not None and not read.unread:
        problems += checks.check(brief, read, resources.covered_characters(), today)
    if brief is None or any(problem.severity == "error" for problem in problems):
        raise Problems(problems)
    return Loaded(brief, read, tuple(sorted(problems)))


def read_evidence(folder: Path, without: Container[str] = ()) -> tuple["Brief | None", "Source", list[Problem]]:
    """A brief as far as it can be read, with what the reader and the model refuse, before any rule looks at it."""
    # pydantic takes a fifth of a second to import; a build with nothing to do must not pay it.
    from evibrief import reading, source

    read, problems = source.read_brief(folder, without)
    brief, refused = reading.read_records(read)
    # What could not be read in one place is not also wrong there in some other way.
    told = {problem.place for problem in problems}
    return brief, read, problems + [problem for problem in refused if problem.place not in told]


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
    if ready := _up_to_date(folder, output, wanted, fingerprint, layer):
        return ready
    with _collecting_rarely(), ThreadPoolExecutor(2) as workers:
        if "pdf" in wanted:
            workers.submit(_import_pdf_engine)
        report("reading the evidence")
        loaded = load(folder)
        warn(loaded.warnings)
        report("composing the page")
        loaded = _with_values(loaded)
        evidence = carried(folder, loaded, layer)
        view = _compose(loaded, json.loads(evidence[MANIFEST])["content_sha256"])
        html = _render(view, loaded, folder, layer)
        report("writing " + ", ".join(wanted))
        files = _theme_files(folder, loaded)
        documents = _write_documents(html, view, loaded.brief, files, evidence, wanted, workers)
    report("saving")
    return _save(folder, output, loaded.brief, documents, fingerprint, layer)


def file_stem(brief: "Brief", layer: "Layer" = "full") -> str:
    """The name that a brief's files go by: `id_date_version`, with the layer when it is not the whole."""
    stem = f"{brief.brief.id}_{brief.brief.date.isoformat()}_v{brief.brief.version}"
    return stem if layer == "full" else f"{stem}_{layer}"


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


def _import_pdf_engine() -> None:
    # Half a second of WeasyPrint's imports, taken while pandoc runs.
    import weasyprint  # noqa: F401


def _with_values(loaded: Loaded) -> Loaded:
    """The brief with the values that its prose takes from the data put in."""
    from evibrief.derive import derive
    from evibrief.values import fill, values_of

    values = values_of(loaded.brief, derive(loaded.brief))
    return replace(loaded, brief=fill(loaded.brief, values), values=values)


def _compose(loaded: Loaded, content: str) -> "View":
    from evibrief.derive import derive
    from evibrief.view import compose_view

    return compose_view(loaded.brief, derive(loaded.brief), content)


def _render(view: "View", loaded: Loaded, folder: Path, layer: "Layer") -> str:
    """The one HTML. What is wrong with a text is reported at the place where its author wrote it."""
    from evibrief.render import OWN_PAGE, BadTemplate, render
    from evibrief.view import compose_look

    theme = loaded.brief.brief.theme
    files = _theme_files(folder, loaded)
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


def _theme_files(folder: Path, loaded: Loaded) -> resources.ThemeFiles:
    """The files of the theme, the style sheet written anew from what was read of it.

    Raises `Problems` for a file that cannot be read or shown, and for styles that load something.
    """
    from evibrief.picture import fault_of
    from evibrief.referencedocx import demand_reference
    from evibrief.stylesheet import read_sheet

    logo = loaded.brief.brief.theme.logo
    problems: list[Problem] = []
    try:
        files = resources.theme_files(folder, logo)
        if files.word:
            demand_reference(files.word, str(folder / "theme" / "reference.docx"))
        files = replace(files, styles=read_sheet(files.styles, str(folder / "theme" / "custom.css")))
    except Problems as wrong:
        problems += wrong.problems
    if not problems and logo and (fault := fault_of(files.logo)):
        message, hint = f"the logo `{logo}` cannot be used: {fault}", "save it as a PNG of a logo's size"
        problems.append(Problem(Place(str(folder / logo)), "theme", message, hint))
    at_logo = loaded.source.place(("brief", "theme", "logo"))
    if problems:
        named = str(folder / logo) if logo else None
        raise Problems(replace(one, place=at_logo) if one.place.path == named else one for one in problems)
    return files


def _typeset(loaded: Loaded, folder: Path, texts: list[str]) -> "Typeset":
    from evibrief.citationstyle import BadStyle
    from evibrief.files import Unreadable
    from evibrief.prose import typeset

    record = loaded.brief.brief
    try:
        style = resources.citation_style(record.citation_style, folder)
    except (LookupError, OSError, Unreadable, BadStyle) as error:
        place = loaded.source.place(("brief", "citation_style"))
        raise Problems([Problem(place, "citation-style", *_about_style(record.citation_style, error))]) from error
    return typeset(texts, loaded.source.tree["references"], style, record.language)


def _about_style(name: str, error: Exception) -> tuple[str, str]:
    """What is wrong with a citation style, and what to do."""
    from evibrief.citationstyle import BadStyle
    from evibrief.files import Unreadable

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
    from evibrief.values import fill_text

    written = ((location, fill_text(words, loaded.values)) for location, words in loaded.source.scalars())
    parts = ((len(words), location) for location, words in written if words.strip() in text)
    found = max(parts, default=(0, ()), key=lambda part: part[0])[1]
    return loaded.source.place(found or ("brief",))


@dataclass(frozen=True)
class _Document:
    format: Format
    data: bytes
    pages: int | None = None


def _write_documents(
    html: str,
    view: "View",
    brief: "Brief",
    files: resources.ThemeFiles,
    evidence: Mapping[str, bytes],
    wanted: tuple[Format, ...],
    workers: ThreadPoolExecutor,
) -> list[_Document]:
    """The DOCX is made beside the PDF: pandoc is a process of its own. Problems of both are raised together."""
    makers = {
        "docx": partial(_write_docx, html, view, brief, files, evidence),
        "pdf": partial(_write_pdf, _with_letters(html, view), brief, files, evidence),
    }
    running = {format: workers.submit(makers[format]) for format in wanted if format in makers}
    documents: list[_Document] = []
    problems: list[Problem] = []
    for format in wanted:
        try:
            documents.append(running[format].result() if format in running else _Document("html", html.encode()))
        except Problems as wrong:
            problems += wrong.problems
    if problems:
        raise Problems(problems)
    return documents


def _with_letters(html: str, view: "View") -> str:
    """The page with figures whose letters are letters: the PDF engine has their font."""
    from evibrief.drawing import with_pictures

    lettered = {figure.drawing.source: figure.drawing.lettered_source for figure in view.figures}
    return with_pictures(html, lettered)


def _write_pdf(
    html: str, brief: "Brief", theme: resources.ThemeFiles, evidence: Mapping[str, bytes]
) -> _Document:
    from evibrief.pdf import Attached, OwnSheet, write_pdf
    from evibrief.view import lines_before_styles

    sheet = f"{theme.folder}/custom.css"
    own = OwnSheet(sheet, lines_before_styles(brief.brief.theme) + 1) if theme.styles else None
    files = [
        Attached(path, data, MEDIA_TYPES[Path(path).suffix], "Supplement" if path == MANIFEST else "Data")
        for path, data in evidence.items()
    ]
    pdf = write_pdf(html, resources.fonts(), files, brief.brief.date, own)
    return _Document("pdf", pdf.data, pdf.pages)


def _write_docx(
    html: str, view: "View", brief: "Brief", files: resources.ThemeFiles, evidence: Mapping[str, bytes]
) -> _Document:
    from evibrief.docx import WordProperties, write_docx
    from evibrief.wordfinish import recoloured

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
        return _Document("docx", write_docx(html, properties, anchors, reference, lua_filter, pictures, evidence))


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


def evidence_files(folder: Path, instrument: str | None = None) -> Mapping[str, bytes]:
    """What an author wrote, by path inside the folder: what the documents stand on. Nothing personal is among it.

    The instrument is among it, wherever it was found: without it nobody could compute the ratings again.
    """
    from evibrief.places import belongs

    files = {}
    for path in sorted(path for path in folder.rglob("*") if path.suffix in READ and path.is_file()):
        name = path.relative_to(folder).as_posix()
        # What is read and has a name that not every system can write is refused later, not left out.
        read = path.parent.name in ("claims", "reviews") and path.suffix == ".yaml" and not path.name.startswith(".")
        if belongs(name) or (read and path.parent.parent == folder):
            files[name] = path.read_bytes()
    for place in instrument_folders(folder) if instrument else ():
        if (path := place / f"{instrument}.yaml").is_file():
            files[f"instruments/{path.name}"] = path.read_bytes()
    return files


def carried(folder: Path, loaded: Loaded, layer: "Layer" = "full") -> Mapping[str, bytes]:
    """What the documents carry: the evidence, and the manifest that names every file of it by its hash."""
    from evibrief.manifest import manifest
    from evibrief.places import demand_safe

    files = evidence_files(folder, loaded.brief.brief.methods.instrument)
    demand_safe(files, str(folder))
    tools = resources.tool_versions(__version__)
    return {**files, MANIFEST: manifest(loaded.brief, loaded.source.tree, files, tools, layer)}


def fingerprint_inputs(folder: Path) -> str:
    """A hash over all that a build depends on: the evidence, the templates, this package, its engines' versions."""
    digest = hashlib.sha256()
    for root, paths in (
        (folder, (path for path in folder.rglob("*") if path.suffix in READ and not path.name.startswith("."))),
        *((place, place.glob("*.yaml")) for place in instrument_folders(folder)),
        (resources.templates(), resources.templates().rglob("*")),
        (Path(__file__).parent, Path(__file__).parent.rglob("*.py")),
    ):
        for path in sorted(path for path in paths if path.is_file()):
            digest.update(os.fsencode(path.relative_to(root)) + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    digest.update("\0".join((__version__, *resources.engine_versions())).encode())
    return digest.hexdigest()


def _record_path(folder: Path, output: Path) -> Path:
    """Where a build notes what it made; hidden, because it is nobody's document."""
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]
    return output / f".built-{name}.json"


def _read_record(folder: Path, output: Path) -> dict[str, dict[str, str | int | None]]:
    """What an earlier build noted; nothing when there was none, or when its note is damaged."""
    try:
        record = json.loads(_record_path(folder, output).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(record, dict) or not all(isinstance(entry, dict) for entry in record.values()):
        return {}
    return record


def _up_to_date(
    folder: Path, output: Path, wanted: tuple[Format, ...], fingerprint: str, layer: "Layer"
) -> list[Written] | None:
    """The files of an earlier build when all that are wanted are there, whole, and made from the same inputs."""
    record = _read_record(folder, output)
    ready = []
    for format in wanted:
        entry = record.get(_entry_name(format, layer), {})
        path = output / str(entry.get("name"))
        if entry.get("inputs") != fingerprint or not path.is_file():
            return None
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != entry.get("sha256"):
            return None
        pages = entry.get("pages")
        ready.append(Written(path, len(data), pages if isinstance(pages, int) else None, fresh=False))
    return ready


def _entry_name(format: Format, layer: "Layer") -> str:
    return format if layer == "full" else f"{format} {layer}"


def _save(
    folder: Path, output: Path, brief: "Brief", documents: list[_Document], fingerprint: str, layer: "Layer"
) -> list[Written]:
    """Write all documents under temporary names, and rename them only when every one of them is whole."""
    output.mkdir(parents=True, exist_ok=True)
    record = _read_record(folder, output)
    written = []
    with work_folder(output) as temporary:
        for document in documents:
            (temporary / document.format).write_bytes(document.data)
        for document in documents:
            path = output / f"{file_stem(brief, layer)}.{document.format}"
            os.replace(temporary / document.format, path)
            digest = hashlib.sha256(document.data).hexdigest()
            entry = {"name": path.name, "sha256": digest, "pages": document.pages, "inputs": fingerprint}
            record[_entry_name(document.format, layer)] = entry
            written.append(Written(path, len(document.data), document.pages, fresh=True))
        (temporary / "record").write_text(json.dumps(record, indent=1))
        os.replace(temporary / "record", _record_path(folder, output))
    return written
