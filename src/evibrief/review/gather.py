"""Reads reviewed documents, compares them with what was sent, and matches remarks to the current data.

In: paths of reviewed DOCX files and the folder of the brief. Out: a `Listing`. A document contains the evidence it was
made from; this shows which records have changed since and what was edited while tracking was off.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evibrief.archive.opened import side_of
from evibrief.build import compose
from evibrief.checks.load import load
from evibrief.evidence.load import read_evidence
from evibrief.evidence.places import MANIFEST
from evibrief.evidence.source import SourceTree
from evibrief.files import write_files, write_folder
from evibrief.formats.carried import carried_files, read_document
from evibrief.formats.manifest import checked_manifest, other_tools
from evibrief.problems import Place, Problem, Problems, errors_in
from evibrief.rating.diff import compare
from evibrief.rating.findings import kinds_by_record
from evibrief.review.listing import Listing, listing
from evibrief.review.place import REFERENCE_PREFIX, record_places
from evibrief.review.read import Remark, Reviewed, read_reviewed, untracked, without_sent
from evibrief.review_copies import review_copy, sent_for_review
from evibrief.sandbox import USUAL, Limits, call
from evibrief.workfolders import work_folder

if TYPE_CHECKING:
    from evibrief.sections.blocks import Layer


def gather(
    paths: Sequence[Path], folder: Path, earlier: Iterable[str] = (), limits: Limits = USUAL
) -> tuple[Listing, SourceTree]:
    """Every remark of the files, matched to the brief. `earlier` lists the keys of remarks that are already known.

    `limits` apply to rebuilding the evidence in a file, which is how untracked edits are found.
    Raises `Problems` for all unreadable files together, and for an unreadable brief.
    """
    brief, source, problems = read_evidence(folder)
    if brief is None or errors_in(problems):
        raise Problems(problems)
    files: list[Reviewed] = []
    changed: dict[str, tuple[str, ...]] = {}
    wrong: list[Problem] = []
    for path in paths:
        try:
            reviewed, since = _read(path, folder, brief.brief.id, _names(source), limits)
        except Problems as refused:
            wrong += refused.problems
            continue
        files.append(reviewed)
        changed.update(since)
    if wrong:
        raise Problems(wrong)
    return listing(files, source, changed, earlier), source


def _read(
    path: Path, folder: Path, brief: str, records: frozenset[str], limits: Limits
) -> tuple[Reviewed, Mapping[str, tuple[str, ...]]]:
    """One file with its untracked edits, and the changes of each record since it was sent."""
    data = read_document(path)
    try:
        files = dict(carried_files(data, str(path)))
        record = checked_manifest(files.pop(MANIFEST, b""))
    except (Problems, ValueError):
        return read_reviewed(data, str(path), records), {}
    with work_folder() as place:
        sent = place / "sent"
        write_files(files, sent)
        _, source, problems = read_evidence(sent)
        known = records | _names(source)
        reviewed = read_reviewed(data, str(path), known)
        if errors_in(problems) or not reviewed.evidence:
            return reviewed, {}
        if reviewed.brief != brief:
            message, hint = f"this is a review of the brief `{reviewed.brief}`, not of `{brief}`", "name that folder"
            raise Problems([Problem(Place(str(path)), "other-brief", message, hint)])
        return _beside_sent(reviewed, data, sent, record, known, limits), _changed(sent, folder)


def _names(source: SourceTree) -> frozenset[str]:
    """The names of the content controls and bookmarks of records."""
    names = record_places(source)
    return frozenset((*names, *(f"{REFERENCE_PREFIX}{name}" for name in names)))


def _beside_sent(
    reviewed: Reviewed, data: bytes, sent: Path, record: Mapping[str, Any], known: frozenset[str], limits: Limits
) -> Reviewed:
    """The file compared with a rebuilt copy of what was sent: untracked edits are added, old formatting removed."""
    original = sent.with_name("sent.docx")
    if failed := call(__name__, build_sent.__name__, (sent, original, record["layer"], *_sent_as(data)), limits):
        what = "untracked edits were not looked for, and formatting may be that of the sent copy"
        return replace(reviewed, warnings=(f"{what}: the evidence in the file cannot be built here: {failed}",))
    reviewed = without_sent(reviewed, original.read_bytes())
    silent = tuple(one for one in untracked(data, original.read_bytes(), "") if _is_told(one, known))
    other = "; ".join(other_tools(record["tools"])) if silent else ""
    doubt = f"untracked edits may be false alarms, because the sent copy was made with other tools: {other}"
    return replace(reviewed, remarks=(*reviewed.remarks, *silent), warnings=(doubt,) if other else ())


def _is_told(remark: Remark, known: frozenset[str]) -> bool:
    """Whether to report a remark: a content control that belongs to no record is reported by its paragraphs instead."""
    return remark.anchor != "content control" or bool(known.intersection(remark.records))


def _sent_as(data: bytes) -> tuple[str, ...]:
    """The recipient of a review copy and the date comments are due; empty for an ordinary document."""
    copy = sent_for_review(data, "")
    return (copy[0], copy[1].isoformat() if copy[1] else "") if copy else ()


def build_sent(folder: str, target: str, layer: "Layer", *copy: str) -> None:
    """Rebuild from a brief's folder the file that was sent: a layer of the DOCX, or a review copy."""
    if copy:
        until = date.fromisoformat(copy[1]) if copy[1] else None
        Path(target).write_bytes(review_copy(Path(folder), copy[0], until))
    else:
        Path(target).write_bytes(compose(load(Path(folder)), ["docx"], layer).documents[0].data)


def _changed(sent: Path, folder: Path) -> Mapping[str, tuple[str, ...]]:
    """For each record, the kinds of change since it was reviewed."""
    return kinds_by_record(compare(side_of(sent), side_of(folder)))


def write_patches(found: Listing, folder: Path) -> None:
    """Write each patch as a file for `git apply`. Raises `Problems` if the folder exists."""
    patches = {f"{one.record}-{one.keys[0]}.patch": one.patch.encode() for one in found.proposals if one.patch}
    if patches:
        write_folder(patches, folder)
