"""Reviewed documents brought home: read, compared with what was sent, placed in the data at hand.

In: paths of reviewed DOCX files and the folder of the brief. Out: a `Listing`. A file carries the evidence that it was
made from: from that it is known which records changed since, and what was edited while tracking was off.
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
from evibrief.problems import Place, Problem, Problems
from evibrief.rating.diff import compare
from evibrief.review.listing import Listing, listing
from evibrief.review.place import REFERENCE, record_places
from evibrief.review.read import Remark, Reviewed, read_reviewed, untracked, without_sent
from evibrief.review_copies import review_copy, sent_for_review
from evibrief.sandbox import USUAL, Limits, call
from evibrief.workfolders import work_folder

if TYPE_CHECKING:
    from evibrief.sections.blocks import Layer


def gather(
    paths: Sequence[Path], folder: Path, earlier: Iterable[str] = (), limits: Limits = USUAL
) -> tuple[Listing, SourceTree]:
    """Every remark of the files, placed in the brief. `earlier` are the keys of remarks that are known already.

    `limits` are for building again what a file carries, to find edits without tracking.
    Raises `Problems` for all files that cannot be read, together, and for a brief that cannot be.
    """
    brief, source, problems = read_evidence(folder)
    if brief is None or problems:
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
    """One file, with what was edited without tracking, and what changed at each record since it was sent."""
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
        if problems or not reviewed.evidence:
            return reviewed, {}
        if reviewed.brief != brief:
            message, hint = f"this is a review of the brief `{reviewed.brief}`, not of `{brief}`", "name its own folder"
            raise Problems([Problem(Place(str(path)), "other-brief", message, hint)])
        return _beside_sent(reviewed, data, sent, record, known, limits), _changed(sent, folder)


def _names(source: SourceTree) -> frozenset[str]:
    """The names that frames and bookmarks of records have."""
    names = record_places(source)
    return frozenset((*names, *(f"{REFERENCE}{name}" for name in names)))


def _beside_sent(
    reviewed: Reviewed, data: bytes, sent: Path, record: Mapping[str, Any], known: frozenset[str], limits: Limits
) -> Reviewed:
    """With what was edited without tracking, told from what was sent, built anew, and without what was there then."""
    original = sent.with_name("sent.docx")
    if failed := call(__name__, build_sent.__name__, (sent, original, record["layer"], *_sent_as(data)), limits):
        what = "edits without tracking were not looked for, and formatting may be what was sent"
        return replace(reviewed, warnings=(f"{what}: what it carries cannot be built here: {failed}",))
    reviewed = without_sent(reviewed, original.read_bytes())
    silent = tuple(one for one in untracked(data, original.read_bytes(), "") if _is_told(one, known))
    other = "; ".join(other_tools(record["tools"])) if silent else ""
    doubt = f"an edit without tracking may be no edit, for other tools set the page that was sent: {other}"
    return replace(reviewed, remarks=(*reviewed.remarks, *silent), warnings=(doubt,) if other else ())


def _is_told(remark: Remark, known: frozenset[str]) -> bool:
    """A frame that is no record's is told by its paragraphs."""
    return remark.anchor != "content control" or bool(known.intersection(remark.records))


def _sent_as(data: bytes) -> tuple[str, ...]:
    """To whom a copy for review went, and until when; nothing for a plain document of the brief."""
    copy = sent_for_review(data, "")
    return (copy[0], copy[1].isoformat() if copy[1] else "") if copy else ()


def build_sent(folder: str, target: str, layer: "Layer", *copy: str) -> None:
    """What was sent, made anew from a brief's folder as a file: a layer of the DOCX, or a copy for review."""
    if copy:
        until = date.fromisoformat(copy[1]) if copy[1] else None
        Path(target).write_bytes(review_copy(Path(folder), copy[0], until))
    else:
        Path(target).write_bytes(compose(load(Path(folder)), ["docx"], layer).documents[0].data)


def _changed(sent: Path, folder: Path) -> Mapping[str, tuple[str, ...]]:
    """By record: in what way it is no longer the one that was reviewed."""
    found: dict[str, dict[str, None]] = {}
    for change in compare(side_of(sent), side_of(folder)):
        found.setdefault(change.record.partition(",")[0], {})[change.kind] = None
    return {record: tuple(kinds) for record, kinds in found.items()}


def write_patches(found: Listing, folder: Path) -> None:
    """Each proposal that has a patch as a file that `git apply` takes. Raises `Problems` where the folder is."""
    patches = {f"{one.record}-{one.keys[0]}.patch": one.patch.encode() for one in found.proposals if one.patch}
    if patches:
        write_folder(patches, folder)
