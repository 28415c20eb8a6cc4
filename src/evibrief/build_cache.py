"""Avoids building documents that are up to date: a record next to them says which inputs each was made from.

In: a folder of evidence, an output folder. Out: existing files that are still right, or new ones, written completely.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evibrief import __version__, resources
from evibrief.evidence.places import READ, appraisal_folders, instrument_folders
from evibrief.formats.contract import Document
from evibrief.workfolders import work_folder

if TYPE_CHECKING:
    from evibrief.evidence.brief import Brief
    from evibrief.sections.blocks import Layer


@dataclass(frozen=True)
class WrittenFile:
    """A file that a build wrote, or an existing one that is up to date."""

    path: Path
    size: int
    pages: int | None
    fresh: bool


def file_stem(brief: "Brief", layer: "Layer" = "full") -> str:
    """The name of a brief's files without extension: `id_date_version`, followed by the layer unless it is `full`."""
    stem = f"{brief.brief.id}_{brief.brief.date.isoformat()}_v{brief.brief.version}"
    return stem if layer == "full" else f"{stem}_{layer}"


def fingerprint_inputs(folder: Path) -> str:
    """A hash of everything that a build depends on: evidence, templates, this package, versions of the engines."""
    digest = hashlib.sha256()
    for root, paths in (
        (folder, (path for path in folder.rglob("*") if path.suffix in READ and not path.name.startswith("."))),
        *((place, place.glob("*.yaml")) for place in (*instrument_folders(folder), *appraisal_folders(folder))),
        (resources.templates(), resources.templates().rglob("*")),
    ):
        for path in sorted(path for path in paths if path.is_file()):
            digest.update(os.fsencode(path.relative_to(root)) + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    digest.update("\0".join((__version__, resources.code_hash(), *resources.engine_versions())).encode())
    return digest.hexdigest()


def _record_path(folder: Path, output: Path) -> Path:
    """The path of a build's record of its output; hidden, because it is not a document for readers."""
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]
    return output / f".built-{name}.json"


def _read_record(folder: Path, output: Path) -> dict[str, dict[str, str | int | None]]:
    """The record of an earlier build; empty if there is none or it is damaged."""
    try:
        record = json.loads(_record_path(folder, output).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(record, dict) or not all(isinstance(entry, dict) for entry in record.values()):
        return {}
    return record


def up_to_date(
    folder: Path, output: Path, wanted: Iterable[str], fingerprint: str, layer: "Layer"
) -> list[WrittenFile] | None:
    """The files of an earlier build if all wanted ones exist, are unaltered and were made from the same inputs."""
    record = _read_record(folder, output)
    ready = []
    for name in wanted:
        entry = record.get(_entry_name(name, layer), {})
        path = output / str(entry.get("name"))
        if entry.get("inputs") != fingerprint or not path.is_file():
            return None
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != entry.get("sha256"):
            return None
        pages = entry.get("pages")
        ready.append(WrittenFile(path, len(data), pages if isinstance(pages, int) else None, fresh=False))
    return ready


def _entry_name(format: str, layer: "Layer") -> str:
    return format if layer == "full" else f"{format} {layer}"


def save(
    folder: Path, output: Path, stem: str, documents: Iterable[Document], fingerprint: str, layer: "Layer"
) -> list[WrittenFile]:
    """Write all documents under temporary names, and rename them only when all are complete.

    `stem` is the name of their files without extension.
    """
    output.mkdir(parents=True, exist_ok=True)
    record = _read_record(folder, output)
    written = []
    documents = tuple(documents)
    with work_folder(output) as temporary:
        for document in documents:
            (temporary / document.format).write_bytes(document.data)
        for document in documents:
            path = output / f"{stem}.{document.format}"
            os.replace(temporary / document.format, path)
            digest = hashlib.sha256(document.data).hexdigest()
            entry = {"name": path.name, "sha256": digest, "pages": document.pages, "inputs": fingerprint}
            record[_entry_name(document.format, layer)] = entry
            written.append(WrittenFile(path, len(document.data), document.pages, fresh=True))
        (temporary / "record").write_text(json.dumps(record, indent=1))
        os.replace(temporary / "record", _record_path(folder, output))
    return written
