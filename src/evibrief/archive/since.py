"""Writes the changes since the last archived version into `since.yaml`, for the next version to print."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from itertools import takewhile
from pathlib import Path
from typing import Any

from evibrief.archive.opened import side_of
from evibrief.archive.versions import evidence_of, last_version
from evibrief.checks.load import Loaded
from evibrief.evidence.write_yaml import yaml_text
from evibrief.files import replace_file
from evibrief.problems import Place, Problem, Problems
from evibrief.rating.diff import compare, summary_of_changes
from evibrief.rating.sides import Side


def changes_since(side: Side, archive: Path) -> Mapping[str, Any] | None:
    """The content of `since.yaml`: the changes since the last archived version; None for the first version."""
    last = last_version(side.brief, archive)
    if last is None:
        return None
    changes = compare(side_of(evidence_of(archive / last.folder)), side)
    told = [_filled(asdict(change)) for change in changes]
    return {
        "version": last.version, "date": date.fromisoformat(last.date), "evidence": last.evidence,
        "summary": summary_of_changes(changes, side.findings.words), "changes": told,
    }  # fmt: skip


def _filled(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: text for name, text in record.items() if text}


def write_since(folder: Path, archive: Path) -> Path | None:
    """Write `since.yaml` beside the brief; None where there is nothing to compare with.

    Raises `Problems` where there is nothing to compare with and yet such a file, which tells of an earlier version.
    """
    target, record = folder / "since.yaml", changes_since(side_of(folder), archive)
    if record is None:
        if target.exists():
            message = f"it tells of an earlier version, and {archive} has none of this brief"
            hint = "name the archive: --archive DIR; in a brief of your own without one, remove the file"
            raise Problems([Problem(Place(str(target)), "no-earlier-version", message, hint)])
        return None
    replace_file(target, yaml_text(record, ("Written by `evibrief since`; not by hand.",)))
    return target


def demand_current_since(loaded: Loaded, archive: Path) -> None:
    """Refuse a `since.yaml` that no longer matches the changes. Raises `Problems`."""
    record = changes_since(Side(loaded.brief, loaded.findings), archive)
    wanted = record["changes"] if record else []
    told = loaded.brief.since
    same = [_filled(one.model_dump()) for one in told.changes] if told else []
    if wanted != same or bool(record) != bool(told):
        first = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(wanted, same, strict=False)))
        place = loaded.source.place(("since", "changes", first) if told else ("brief", "version"))
        message = "it does not match the changes since the last archived version"
        if record and not told:
            message = f"version {record['version']} is archived, and there is no since.yaml that says what changed"
        raise Problems([Problem(place, "stale-since", message, f"run `evibrief since {loaded.folder}`")])
