"""Drafts: the documents of a brief that is still being written, which nobody can take for a brief.

In: a folder in which something is unfinished, but nothing wrong. Out: files whose names end in `-draft`, with marks
where something is missing. They carry no evidence, so there is nothing that could be verified. The record of real
builds is neither read nor written, and a real build leaves drafts where they are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from evibrief.build import Edition, compose
from evibrief.build_cache import WrittenFile, file_stem
from evibrief.checks.load import Loaded
from evibrief.evidence.places import MANIFEST
from evibrief.files import replace_file
from evibrief.formats.registry import names

if TYPE_CHECKING:
    from evibrief.problems import Problem
    from evibrief.sections.blocks import Layer, View


def build_draft(
    folder: Path, output: Path, formats: Iterable[str] = names(), layer: "Layer" = "full"
) -> tuple[list[WrittenFile], tuple["Problem", ...]]:
    """Write the documents of a draft. Returns them, and all that is unfinished or doubtful, as warnings.

    Raises `Problems` for what is wrong; `output` is then unchanged.
    """
    from evibrief.checks.draft import load_draft

    loaded = named_draft(load_draft(folder))
    documents = compose(loaded, formats, layer, DRAFT).documents
    output.mkdir(parents=True, exist_ok=True)
    written = []
    for document in documents:
        path = output / f"{file_stem(loaded.brief, layer)}-draft.{document.format}"
        replace_file(path, document.data)
        written.append(WrittenFile(path, len(document.data), document.pages, fresh=True))
    return written, loaded.warnings


def named_draft(loaded: Loaded) -> Loaded:
    """The brief with a title that says `DRAFT`, and with the status of one, whatever its author wrote."""
    record = loaded.brief.brief
    title = loaded.findings.words.draft.title(title=record.title)
    record = record.model_copy(update={"title": title, "status": "draft"})
    return replace(loaded, brief=loaded.brief.model_copy(update={"brief": record}))


def _files(loaded: Loaded, layer: "Layer") -> Mapping[str, bytes]:
    from evibrief.formats.manifest import draft_manifest

    return {MANIFEST: draft_manifest(loaded.brief)}


def _stamped(view: "View", loaded: Loaded) -> "View":
    """The view with a stamp, and without the words with which a version vouches for itself."""
    from evibrief.labels import phrases
    from evibrief.sections.blocks import Stamp

    words, record = loaded.findings.words, loaded.brief.brief
    day = phrases.date(record.date, words)
    places = tuple(_place(one, loaded) for one in loaded.warnings if one.unfinished)
    heading = words.draft.unfinished if places else words.draft.nothing
    return replace(
        view,
        title_block=replace(view.title_block, version=words.draft.version(version=record.version, date=day)),
        first_page=replace(view.first_page, currency=words.draft.notice),
        stamp=Stamp(words.draft.word, words.draft.notice, heading, places),
    )


def _place(problem: "Problem", loaded: Loaded) -> str:
    """An unfinished place as the draft lists it: the file as it is called in the folder, and the line."""
    words, place = loaded.findings.words.draft, problem.place
    path = Path(place.path)
    file = path.relative_to(loaded.folder).as_posix() if path.is_relative_to(loaded.folder) else path.name
    what = problem.message.replace("`", "")
    return words.place(file=file, line=place.line, what=what) if place.line else words.whole_file(file=file, what=what)


DRAFT = Edition(_files, _stamped)
