"""Archived versions: written once, whole or not at all, listed in an index, withdrawn but never deleted.

In: a brief's folder and that of the archive. Out: `ARCHIVE/ID/DATE_vVERSION/` with the documents, the evidence and
a manifest; and, made anew from what is there each time, the index, the feed, the page of each version and `latest.*`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from evibrief import words
from evibrief.archived import (
    WITHDRAWN,
    Version,
    evidence_of,
    hashes,
    last_version,
    read_manifest,
    side_of,
    versions,
    with_states,
    withdrawals,
)
from evibrief.build import MANIFEST, Loaded, build, carried, file_stem, load
from evibrief.derive import derive
from evibrief.diff import WEIGHTS, Side, compare, demanded, risen, summary
from evibrief.files import replace_file, sync
from evibrief.finishing import demand_latest, finish, write_index, writing
from evibrief.manifest import is_text
from evibrief.model import Brief
from evibrief.problems import Place, Problem, Problems, suggest
from evibrief.repository import recorded_state
from evibrief.workfolders import work_folder
from evibrief.yamltext import yaml_text


@dataclass(frozen=True)
class Archived:
    """Where a version stands, and whether this run wrote it."""

    folder: Path
    fresh: bool


def archive_version(folder: Path, archive: Path, today: date) -> Archived:
    """Build a brief and keep it. The same version with the same content is there already; with other it is refused.

    Raises `Problems` for what is wrong with the brief, and for a version that is taken.
    """
    finish(archive)
    loaded = load(folder, today)
    place = archive / loaded.brief.brief.id / file_stem(loaded.brief).removeprefix(f"{loaded.brief.brief.id}_")
    files = carried(folder, loaded)
    own = json.loads(files[MANIFEST])
    if fresh := not place.exists():
        _demand_number(loaded, archive)
        _demand_current_since(loaded, folder, archive)
        _write_version(place, folder, files, _what_changed(loaded.brief))
    kept = read_manifest(place)
    # What was archived before there was a content hash is known by its evidence.
    name = "content_sha256" if "content_sha256" in kept else "evidence_sha256"
    if kept[name] != own[name]:
        where = loaded.source.place(("brief", "version"))
        message = f"version {loaded.brief.brief.version} is archived with other content ({kept[name][:12]})"
        raise Problems([Problem(where, "version-taken", message, "give this a new version and date")])
    if not fresh:
        write_index(archive)
    return Archived(place, fresh)


def _demand_number(loaded: Loaded, archive: Path) -> None:
    """A version number says how much moved: refuse one that says too little, and ratings that moved without a reason.

    Raises `Problems` that name the records which demand the larger number.
    """
    record = loaded.brief.brief
    earlier = [one for one in versions(archive) if one.id == record.id]
    if not earlier:
        return
    changes = compare(side_of(evidence_of(archive / earlier[0].folder)), Side(loaded.brief, derive(loaded.brief)))
    rose, demand = risen(earlier[0].version, record.version), demanded(changes)
    place = loaded.source.place(("brief", "version"))
    problems = []
    if rose is None or (demand and WEIGHTS.index(rose) > WEIGHTS.index(demand)):
        named = ", ".join(dict.fromkeys(change.record for change in changes if change.weight == demand))
        message = f"version {record.version} says less than what changed since {earlier[0].version}"
        hint = f"a {demand or 'patch'} number has to rise" + (f": {named}" if named else "")
        problems.append(Problem(place, "version-too-small", message, hint))
    reasons = {one.record for change in loaded.brief.changes if change.version == record.version
               for one in change.reasons}  # fmt: skip
    for change in changes:
        name = change.record.partition(",")[0]
        if change.kind in ("tier", "certainty") and name not in reasons:
            message = f"the {change.kind} of `{name}` moved ({change.was} → {change.now}), and nobody signed why"
            hint = "add it under `reasons` of this version in changes.yaml"
            problems.append(Problem(loaded.source.place(("changes",)), "no-reason", message, hint))
    if problems:
        raise Problems(problems)


def changes_since(folder: Path, archive: Path) -> Mapping[str, Any] | None:
    """What `since.yaml` has to say of a brief: what changed since its last archived version; None for a first one."""
    side = side_of(folder)
    last = last_version(side.brief, archive)
    if last is None:
        return None
    changes = compare(side_of(evidence_of(archive / last.folder)), side)
    told = [_filled(asdict(change)) for change in changes]
    return {
        "version": last.version, "date": date.fromisoformat(last.date), "evidence": last.evidence,
        "summary": summary(changes), "changes": told,
    }  # fmt: skip


def _filled(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: text for name, text in record.items() if text}


def write_since(folder: Path, archive: Path) -> Path | None:
    """Write `since.yaml` beside the brief, or take it away where there is nothing to compare with."""
    target, record = folder / "since.yaml", changes_since(folder, archive)
    if record is None:
        target.unlink(missing_ok=True)
        return None
    replace_file(target, yaml_text(record, ("Written by `evibrief since`; not by hand.",)))
    return target


def _demand_current_since(loaded: Loaded, folder: Path, archive: Path) -> None:
    """A page that tells of changes which are no longer those is refused."""
    wanted = changes_since(folder, archive)
    told = loaded.brief.since
    same = [_filled(one.model_dump()) for one in told.changes] if told else []
    if (wanted or {}).get("changes", []) != same or bool(wanted) != bool(told):
        place = Place(str(folder / "since.yaml"))
        message = "it does not tell what changed since the last archived version"
        raise Problems([Problem(place, "stale-since", message, f"run `evibrief since {folder}`")])


def _write_version(place: Path, folder: Path, files: Mapping[str, bytes], changed: str) -> None:
    """Everything under a temporary name, safely on the disk, then one rename: whoever looks sees all of it or none."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with work_folder(place.parent) as temporary:
        whole = temporary / "version"
        whole.mkdir()
        for document in build(folder, whole):
            document.path.chmod(0o444)
        for record in whole.glob(".built-*"):
            record.unlink()
        for path, data in files.items():
            if path != MANIFEST:
                (whole / "evidence" / path).parent.mkdir(parents=True, exist_ok=True)
                (whole / "evidence" / path).write_bytes(data)
        written = json.loads(files[MANIFEST]) | {
            "changed": changed, "outputs": hashes(whole), "git": asdict(recorded_state(folder)),
        }  # fmt: skip
        (whole / MANIFEST).write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        _keep_safe(whole)
        with writing(place.parent.parent):
            try:
                whole.rename(place)
            except OSError:
                if not (place / MANIFEST).exists():  # somebody else was faster, and what they wrote is whole
                    raise
            sync(place.parent)  # before the log says that it is there


def _what_changed(brief: Brief) -> str:
    """What `changes.yaml` says of this version, as plain words."""
    texts = [change.text for change in brief.changes if change.version == brief.brief.version]
    return words.without_marks(" ".join(texts))


def _keep_safe(folder: Path) -> None:
    """Ask the system to put every file, and the folder's own list of them, on the disk before the rename."""
    for path in (*folder.rglob("*"), folder):
        sync(path)


def withdraw_version(archive: Path, brief: str, version: str, reason: str, today: date) -> Version:
    """Mark a version as withdrawn, with a reason and the day, in the index and the feed. Nothing is deleted.

    Raises `Problems` when there is no such version, or when the reason is empty.
    """
    listed = versions(archive)
    known = [one for one in listed if one.id == brief]
    place = Place(str(archive / brief))
    if version not in {one.version for one in known}:
        hint = suggest(version, {one.version for one in known})
        raise Problems([Problem(place, "no-version", f"there is no version {version} of `{brief}`", hint)])
    if not reason.strip():
        raise Problems([Problem(place, "no-reason", "a withdrawal needs a reason", "say why: readers are told")])
    if not is_text(reason):
        message = "the reason has characters that cannot be printed"
        raise Problems([Problem(place, "no-reason", message, "write it anew: readers are told")])
    before = withdrawals(archive / brief)
    if before.get(version, {}).get("reason", reason.strip()) != reason.strip():
        message = f"version {version} is withdrawn already: {before[version]['date']}: {before[version]['reason']}"
        raise Problems([Problem(place, "withdrawn", message, "what readers were told stays; a new version says more")])
    entries = {version: {"reason": reason.strip(), "date": today.isoformat()}, **before}
    demand_latest([*(one for one in listed if one.id != brief), *with_states(known, entries)], archive)
    with writing(archive):
        replace_file(archive / brief / WITHDRAWN, json.dumps(entries, indent=1, ensure_ascii=False) + "\n")
    return next(one for one in versions(archive) if (one.id, one.version) == (brief, version))
