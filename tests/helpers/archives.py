"""Large archives in little time: one real version, kept again and again under other ids and numbers.

In: a version that was archived for real. Out: an archive without index, as if each version had been archived and the
index never written. Documents are links to the real ones. The evidence of each version has its own id, number, date and
participants, and its manifest the hashes of all that, so every version verifies and any two differ.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from evibrief.archive.finish import write_index
from evibrief.evidence.hashes import content_hash, evidence_hash
from evibrief.evidence.read_folder import read_brief

FIRST_DAY = date(2026, 1, 1)
CHANGED = ("brief.yaml", "studies.yaml")


def archive_of(folder: Path, kept: Path, briefs: int, each: int) -> Path:
    """An archive of so many briefs with so many versions each. `kept` is the folder of a real version."""
    tree = read_brief(kept / "evidence")[0].as_typed
    for number in range(briefs):
        for minor in range(each):
            _write_version(folder, kept, tree, f"brief-{number:03}", minor)
    return folder


def _write_version(archive: Path, kept: Path, tree: Mapping[str, Any], name: str, minor: int) -> None:
    day, version = FIRST_DAY + timedelta(days=minor), f"1.{minor}.0"
    place = archive / name / f"{day}_v{version}"
    shutil.copytree(kept, place, copy_function=os.link)
    for inside in (place, *(path for path in place.rglob("*") if path.is_dir())):
        inside.chmod(0o755)  # so that it can be thrown away
    named = {"id": name, "version": version, "date": str(day)}
    participants = str(int(tree["studies"][0]["n"]) + minor)
    _edit(place / "evidence" / "brief.yaml", named)
    _edit(place / "evidence" / "studies.yaml", {"  n": participants})
    now: Any = deepcopy({stem: tree[stem] for stem in ("brief", "studies")})  # values as they are typed
    now["brief"] |= named
    now["studies"][0]["n"] = participants
    _write_manifest(place, {**tree, **now}, named)


def _edit(path: Path, values: Mapping[str, str]) -> None:
    """Give the first of these keys other values, in a file of its own."""
    text = path.read_text()
    for key, value in values.items():
        text, count = re.subn(f"^{key}: .*$", f"{key}: {value}", text, count=1, flags=re.MULTILINE)
        assert count == 1, key
    path.unlink()
    path.write_text(text)


def _write_manifest(place: Path, tree: Mapping[str, Any], named: Mapping[str, str]) -> None:
    path = place / "manifest.json"
    record = json.loads(path.read_text())
    new = {name: hashlib.sha256((place / "evidence" / name).read_bytes()).hexdigest() for name in CHANGED}
    record |= {**named, "evidence_sha256": evidence_hash(tree), "content_sha256": content_hash(tree, {})}
    record["files"] |= new
    record["outputs"] |= {f"evidence/{name}": digest for name, digest in new.items()}
    path.unlink()
    path.write_text(json.dumps(record))


def slight_archive(folder: Path, briefs: int, each: int) -> Path:
    """An archive of so many versions that have a manifest and nothing else, with its index; made in little time."""
    for number in range(briefs):
        for minor in range(each):
            day, named = FIRST_DAY + timedelta(days=minor), {"id": f"brief-{number:03}", "version": f"1.{minor}.0"}
            record = {**named, "title": "Slight", "date": str(day), "layer": "full", "tools": [], "files": {},
                      "evidence_sha256": f"{number * each + minor:064x}", "outputs": {}}  # fmt: skip
            place = folder / named["id"] / f"{day}_v{named['version']}"
            place.mkdir(parents=True)
            (place / "manifest.json").write_text(json.dumps(record))
    write_index(folder)
    return folder
