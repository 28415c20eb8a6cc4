"""Archives a version: written once, completely or not at all, and never deleted.

In: a brief's folder and that of the archive. Out: `ARCHIVE/ID/DATE_vVERSION/` with the documents, the evidence and
a manifest; and, regenerated where it changed, the index, the feed, the page of each version and `latest.*`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from evibrief.archive.finish import finish_interrupted, write_index, writing
from evibrief.archive.hashes import hashes
from evibrief.archive.opened import side_of
from evibrief.archive.repository import recorded_state
from evibrief.archive.since import demand_current_since
from evibrief.archive.versions import CORE_LAYER, evidence_of, read_manifest, versions
from evibrief.build import Report, compose
from evibrief.build_cache import file_stem
from evibrief.checks.load import Loaded, load
from evibrief.evidence.places import MANIFEST
from evibrief.files import sync, write_files
from evibrief.formats.manifest import carried, demand_unchanged
from evibrief.formats.registry import names
from evibrief.kept import Kept
from evibrief.labels import markdown
from evibrief.problems import Place, Problem, Problems
from evibrief.rating.diff import WEIGHTS, compare, demanded, least_number, risen
from evibrief.rating.sides import Side
from evibrief.rating.values import fill, values_of
from evibrief.sections.blocks import Layer
from evibrief.workfolders import work_folder


@dataclass(frozen=True)
class Archived:
    """The folder of a version, and whether this run wrote it."""

    folder: Path
    fresh: bool


def archive_version(
    folder: Path, archive: Path, today: date, report: Report = lambda stage: None, kept: Kept | None = None
) -> Archived:
    """Build a brief and archive it. If the version is already archived, its content must be the same.

    `kept` is what builds of this brief made, which is not made again. `report` is called with the name of each stage.
    Raises `Problems` for problems of the brief, and if the version is archived with other content.
    """
    finish_interrupted(archive)
    report("reading the evidence")
    loaded = load(folder, today)
    place = archive / loaded.brief.brief.id / file_stem(loaded.brief).removeprefix(f"{loaded.brief.brief.id}_")
    files = carried(loaded)
    own = json.loads(files[MANIFEST])
    if fresh := not place.exists():
        report("comparing it with the last archived version")
        _demand_number(loaded, archive)
        demand_current_since(loaded, archive)
        _write_version(place, loaded, files, report, kept)
    there = read_manifest(place)
    # Versions archived before there was a content hash are compared by their evidence hash.
    name = "content_sha256" if "content_sha256" in there else "evidence_sha256"
    if there[name] != own[name]:
        where = loaded.source.place(("brief", "version"))
        message = f"version {loaded.brief.brief.version} is already archived with other content ({there[name][:12]})"
        raise Problems([Problem(where, "version-taken", message, "give this a new version and date")])
    if not fresh:
        report(LISTING)
        write_index(archive)
    return Archived(place, fresh)


def _demand_number(loaded: Loaded, archive: Path) -> None:
    """Refuse a version number that is too small for the changes, and changed ratings without a signed reason.

    Raises `Problems` that name the records which require the larger number.
    """
    record = loaded.brief.brief
    earlier = [one for one in versions(archive) if one.id == record.id]
    if not earlier:
        return
    changes = compare(side_of(evidence_of(archive / earlier[0].folder)), Side(loaded.brief, loaded.findings))
    rose, demand = risen(earlier[0].version, record.version), demanded(changes)
    place = loaded.source.place(("brief", "version"))
    problems = []
    if rose is None or (demand and WEIGHTS.index(rose) > WEIGHTS.index(demand)):
        named = "; ".join(dict.fromkeys(change.record for change in changes if change.weight == demand))
        message = f"version {record.version} is too small for what changed since {earlier[0].version}"
        least = least_number(earlier[0].version, demand or "patch")
        hint = f"{least} is enough" + (f": {named}" if named else "")
        problems.append(Problem(place, "version-too-small", message, hint))
    reasons = {one.record for change in loaded.brief.changes if change.version == record.version
               for one in change.reasons}  # fmt: skip
    for change in changes:
        name = change.record.partition(",")[0]
        if change.kind in ("tier", "certainty", "support") and name not in reasons:
            message = f"the {change.kind} of `{name}` changed ({change.was} → {change.now}) without a signed reason"
            hint = "add it under `reasons` of this version in changes.yaml"
            problems.append(Problem(_place_of_change(loaded), "no-reason", message, hint))
    if problems:
        raise Problems(problems)


def _place_of_change(loaded: Loaded) -> Place:
    """Where `changes.yaml` tells of this version."""
    told = [change.version for change in loaded.brief.changes]
    version = loaded.brief.brief.version
    return loaded.source.place(("changes", told.index(version)) if version in told else ("changes",))


LISTING = "writing the pages of the archive"


def _write_version(
    place: Path, loaded: Loaded, files: Mapping[str, bytes], report: Report, kept: Kept | None
) -> None:
    """Write everything under a temporary name, flush it to disk, then rename: others see all of it or nothing."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with work_folder(place.parent) as temporary:
        whole = temporary / "version"
        whole.mkdir()
        for name, data in _documents(loaded, report, kept):
            (whole / name).write_bytes(data)
            (whole / name).chmod(0o444)
        demand_unchanged(loaded, files, carried(loaded))  # each document carries its look as it was then
        write_files({path: data for path, data in files.items() if path != MANIFEST}, whole / "evidence")
        written = json.loads(files[MANIFEST]) | {
            "language": loaded.brief.brief.language, "changed": _what_changed(loaded), "outputs": hashes(whole),
            "git": asdict(recorded_state(loaded.folder)),
        }  # fmt: skip
        (whole / MANIFEST).write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        _keep_safe(whole)
        report(LISTING)
        with writing(place.parent.parent):
            try:
                whole.rename(place)
            except OSError:
                if not (place / MANIFEST).exists():  # otherwise another run was faster, and its version is complete
                    raise
            sync(place.parent)  # before the log lists it


def _documents(loaded: Loaded, report: Report, kept: Kept | None) -> Iterator[tuple[str, bytes]]:
    """The documents of a version by name: the whole brief, and its core in the formats that are sent by mail."""
    layers: tuple[tuple[Layer, Iterable[str]], ...] = (("full", names()), (CORE_LAYER, CORE_FORMATS))
    for layer, formats in layers:
        report(f"writing the {'core' if layer == CORE_LAYER else 'whole'}: {', '.join(formats)}")
        for document in compose(loaded, formats, layer, kept=kept).documents:
            yield f"{file_stem(loaded.brief, layer)}.{document.format}", document.data


CORE_FORMATS = ("pdf", "docx")
"""A web page needs no core: its layers fold."""


def _what_changed(loaded: Loaded) -> str:
    """What `changes.yaml` says of this version, as plain words."""
    brief = fill(loaded.brief, values_of(loaded.brief, loaded.findings))
    texts = [change.text for change in brief.changes if change.version == brief.brief.version]
    return markdown.without_marks(" ".join(texts))


def _keep_safe(folder: Path) -> None:
    """Flush every file and folder to disk before the rename."""
    for path in (*folder.rglob("*"), folder):
        sync(path)
