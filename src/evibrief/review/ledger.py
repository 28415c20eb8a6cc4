"""Writes remarks into a ledger in `reviews/`, where a person records the decision on each."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from evibrief.evidence.write_yaml import read_yaml, with_appended, yaml_text
from evibrief.files import replace_file
from evibrief.problems import Place, Problem, Problems
from evibrief.review.listing import Listed, Listing, is_our_question
from evibrief.review.place import Placed
from evibrief.review.read import is_by_hand


def new_entries(found: Listing, kept: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The reviewers and comments that are not yet in a ledger, as plain fields; the comments are open.

    A reviewer's id is the one that their earlier remarks have, otherwise the copy's recipient, otherwise a number.
    Names are not recorded: a person enters a name only if its owner agreed to be named. Untracked edits have the
    reviewer `unknown`.
    """
    known = {str(one["key"]): str(one["reviewer"]) for one in kept.get("comments", ())}
    listed = [str(one["id"]) for one in kept.get("reviewers", ())]
    names = _reviewer_ids(found, known, listed)
    reviewers = [{"id": name, "role": "unknown"} for name in dict.fromkeys(names.values()) if name not in listed]
    new = (one for one in found.remarks if one.placed.remark.key not in known and not is_our_question(one))
    return reviewers, [_entry(one.placed, names.get(_person(one, found), "unknown"), found) for one in new]


NOBODY = ("", "untracked")


def _person(one: Listed, found: Listing) -> tuple[str, str]:
    """Who made a remark: the author's name in the file, and the recipient of the copy."""
    if one.placed.remark.kind == "untracked" or is_by_hand(one.placed.remark):
        return NOBODY
    recipients = {file.name: file.recipient for file in found.files}
    return one.placed.remark.author, next((recipients[name] for name in one.files if recipients.get(name)), "")


def _reviewer_ids(found: Listing, known: Mapping[str, str], taken: Sequence[str]) -> dict[tuple[str, str], str]:
    """An id for each person. Only the first author in a copy gets the recipient's id; others may have written in it."""
    ids: dict[tuple[str, str], str] = {}
    said = [one for one in found.remarks if not is_our_question(one) and _person(one, found) != NOBODY]
    for one in said:
        if one.placed.remark.key in known:
            ids.setdefault(_person(one, found), known[one.placed.remark.key])
    for one in said:
        person = _person(one, found)
        used = {*taken, *ids.values()}
        if person not in ids:
            free = person[1] if person[1] and person[1] not in ids.values() else ""
            numbered = (f"reviewer_{number}" for number in range(1, len(said) + len(used) + 2))
            ids[person] = free or next(name for name in numbered if name not in used)
    return ids


def _entry(placed: Placed, reviewer: str, found: Listing) -> dict[str, Any]:
    """A new comment of the ledger, without empty fields."""
    remark = placed.remark
    ours = {one.placed.remark.key for one in found.remarks if is_our_question(one)}
    fields: dict[str, Any] = {
        "key": remark.key, "kind": remark.kind, "records": list(placed.records), "reviewer": reviewer,
        "date": _day_of(remark.date), "quoted": remark.quoted,
        "text": "" if remark.removed or remark.added else remark.text,
        "removed": remark.removed, "added": remark.added, "answers": "" if remark.answers in ours else remark.answers,
        "resolved": "yes" if remark.resolved else "no", "decision": "open",
    }  # fmt: skip
    return {name: value for name, value in fields.items() if value not in ("", [])}


def _day_of(moment: str) -> date | str:
    try:
        return date.fromisoformat(moment[:10])
    except ValueError:
        return "unknown"


def earlier_keys(path: Path) -> frozenset[str]:
    """The keys of the remarks in an earlier JSON list or a ledger. Raises `Problems`."""
    try:
        record = read_yaml(path.read_text(encoding="utf-8"))
        listed = record["remarks"] if "remarks" in record else record["comments"]
        return frozenset(str(one["key"]) for one in listed)
    except (OSError, ValueError, KeyError, TypeError) as error:
        message, hint = "this is not an earlier list of comments", "name the output of `comments --format json`"
        raise Problems([Problem(Place(str(path)), "not-a-list", message, hint)]) from error


def write_ledger(found: Listing, path: Path) -> None:
    """Write the ledger of a review, or add new remarks to an existing one, keeping its decisions and comments.

    Raises `Problems` for a damaged ledger, and for a path where a ledger does not belong.
    """
    if path.suffix != ".yaml" or path.parent.name != "reviews":
        hint = "put a ledger into the folder `reviews` of its brief: data/BRIEF/reviews/2026-12.yaml"
        raise Problems([Problem(Place(str(path)), "not-a-ledger", "the brief would not find a ledger here", hint)])
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    try:
        kept = read_yaml(text) if text else {}
        reviewers, comments = new_entries(found, kept)
        changed = with_appended(text, {"reviewers": reviewers, "comments": comments}) if text else ""
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"nothing can be added to this ledger: {error}"
        raise Problems([Problem(Place(str(path)), "not-a-ledger", message, "repair it, or write a new one")]) from error
    first = found.files[0]
    record = {"version": first.version or "unknown", "evidence": first.evidence or "unknown",
              "reviewers": reviewers, "comments": comments}  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, changed or yaml_text(record, LEDGER_REMARKS))


LEDGER_REMARKS = (
    "yaml-language-server: $schema=../../schemas/reviews.json",
    "Reviewers' comments. Decide on each: accepted, declined or deferred, with reason, decided_by and decided_on.",
    "Enter a role for each reviewer, and a name only if its owner agreed.",
)
