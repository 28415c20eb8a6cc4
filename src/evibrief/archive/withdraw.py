"""Withdraws a version: it stays in the archive, marked with the date and the reason."""

import json
from datetime import date
from pathlib import Path

from evibrief.archive.finish import writing
from evibrief.archive.index import demand_latest
from evibrief.archive.versions import WITHDRAWN, Version, versions, with_states, withdrawals
from evibrief.files import is_text, replace_file
from evibrief.problems import Place, Problem, Problems, suggest


def withdraw_version(archive: Path, brief: str, version: str, reason: str, today: date) -> Version:
    """Mark a version as withdrawn, with a reason and the date, in the index and the feed. Nothing is deleted.

    Raises `Problems` if there is no such version, the reason is empty, or another reason was already given.
    """
    listed = versions(archive)
    known = [one for one in listed if one.id == brief]
    place = Place(str(archive / brief))
    if version not in {one.version for one in known}:
        hint = suggest(version, {one.version for one in known})
        raise Problems([Problem(place, "no-version", f"there is no version {version} of `{brief}`", hint)])
    if not reason.strip():
        raise Problems([Problem(place, "no-reason", "a withdrawal needs a reason", "say why: readers will see it")])
    if not is_text(reason):
        message = "the reason has characters that cannot be printed"
        raise Problems([Problem(place, "no-reason", message, "write it without them: readers will see it")])
    before = withdrawals(archive / brief)
    if before.get(version, {}).get("reason", reason.strip()) != reason.strip():
        message = f"version {version} is already withdrawn: {before[version]['date']}: {before[version]['reason']}"
        hint = "the published reason cannot be changed; explain more in a new version"
        raise Problems([Problem(place, "withdrawn", message, hint)])
    entries = {version: {"reason": reason.strip(), "date": today.isoformat()}, **before}
    demand_latest([*(one for one in listed if one.id != brief), *with_states(known, entries)], archive)
    with writing(archive):
        replace_file(archive / brief / WITHDRAWN, json.dumps(entries, indent=1, ensure_ascii=False) + "\n")
    return next(one for one in versions(archive) if (one.id, one.version) == (brief, version))
