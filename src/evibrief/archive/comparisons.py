"""Compares each version of a brief with those before it, once, and keeps what changed as data beside the pages.

In: the versions of an archive, and what its last index said. Out: a `Between` for each pair, by the path of its page. A
pair is compared anew only if its data is missing or not what the index lists.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from evibrief.archive.between import Between, between
from evibrief.archive.hashes import hash_of
from evibrief.archive.opened import side_of
from evibrief.archive.versions import MOST_BEFORE, Version, evidence_of, pairs, path_of, read_bounded
from evibrief.problems import Problems


def comparisons(archive: Path, listed: Iterable[Version], before: Mapping[str, str]) -> dict[str, Between]:
    """What changed between each two versions, by path; `before` are the hashes of pages in the last index.

    A pair is left out if the evidence of one of them was altered, or cannot be read by this version of the program.
    """
    # As many are kept in memory as one version is compared with; the next brief needs others.
    opened = lru_cache(MOST_BEFORE + 1)(lambda folder: side_of(evidence_of(archive / folder)))
    found = {}
    for older, newer in pairs(listed):
        name = path_of(older, newer)
        if kept := _kept(archive / f"{name}.json", before.get(f"{name}.json")):
            found[name] = kept
            continue
        try:
            found[name] = between(opened(older.folder), opened(newer.folder))
        except Problems:  # `verify` tells of an altered version; older evidence may be in a format of its own
            continue
    return found


def _kept(path: Path, digest: str | None) -> Between | None:
    """The data of an earlier run; None if there is none, or if it is not what the index lists."""
    if digest is None or hash_of(path) != digest:
        return None
    try:
        return _DATA.validate_json(read_bounded(path))
    except (Problems, ValidationError):
        return None


_DATA = TypeAdapter(Between)


def data_of(told: Between) -> str:
    """A comparison as data."""
    return json.dumps(asdict(told), indent=1, ensure_ascii=False) + "\n"
