"""A version taken out of use: it stays in the archive, with the day and the reason."""

import json
from datetime import date
from pathlib import Path

from evibrief.archive.finish import writing
from evibrief.archive.index import demand_latest
from evibrief.archive.versions import WITHDRAWN, Version, versions, with_states, withdrawals
from evibrief.files import is_text, replace_file
from evibrief.problems import Place, Problem, Problems, suggest


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
