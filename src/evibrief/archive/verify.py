"""Checks whether a document is what it claims to be, by rebuilding it from the evidence in it and comparing the two.

In: a single PDF or DOCX. Out: a verdict, which says no more than was compared. Only the document and this program are
needed. What the document says about itself, such as the versions of its tools, never weakens the comparison: it only
decides whether a difference is called an alteration or left undecided.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from evibrief import resources
from evibrief.archive.compare import as_review_copy, compare_apart
from evibrief.archive.evidence_words import evidence_in_words
from evibrief.archive.verdict import MOST_DIFFERENCES, Comparison, Verdict, judge
from evibrief.evidence.brief import Brief
from evibrief.evidence.hashes import content_hash, evidence_hash
from evibrief.evidence.load import read_evidence
from evibrief.evidence.places import APPRAISALS, MANIFEST, own_look
from evibrief.files import write_files
from evibrief.formats.carried import IsDraft, carried_files, demand_carrier, read_document
from evibrief.formats.manifest import checked_manifest, other_tools
from evibrief.problems import Place, Problem, Problems, errors_in
from evibrief.sandbox import USUAL, Limits
from evibrief.workfolders import work_folder


def verify_document(path: Path, limits: Limits = USUAL) -> Verdict:
    """Take the evidence out of a document, rebuild the document, and compare the two.

    Raises `Problems` for a file that contains no evidence or cannot be read.
    """
    data = read_document(path)
    files = _carried(data, str(path))
    record = _manifest(files.pop(MANIFEST, b""), str(path))
    with work_folder() as place:
        folder = place / "evidence"
        write_files(files, folder)
        brief, source, told = read_evidence(folder)
        problems = errors_in(told)
        whole = None if problems else brief  # nothing follows from half a brief
        found = _verdict(data, files, record, whole, as_review_copy(data, str(path)) is not None)
        unread = [] if whole else [f"the evidence in it cannot be read: {_inside(problems[0], folder)}"]
        wrong = list(_wrong_files(files, record))
        wrong += _wrong_evidence(whole, source.as_typed, files, record) if whole else ()
        if wrong:
            return replace(found, state="altered", details=(*wrong, *unread)[:MOST_DIFFERENCES])
        # A later version may read what this one cannot: by itself that proves nothing.
        compared = (
            Comparison(failed=unread[0]) if unread else compare_apart(folder, data, record["layer"], str(path), limits)
        )
    return judge(found, compared, tuple(other_tools(record["tools"])))


def _inside(problem: Problem, folder: Path) -> str:
    """A problem with the path that its file has in the document."""
    return str(problem).replace(f"{folder}/", "")


def _carried(data: bytes, name: str) -> dict[str, bytes]:
    """The files embedded in a document.

    Raises `Problems` that explain why nothing can be taken out of the document.
    """
    from evibrief.formats.history import how_it_is_closed, who_wrote_it

    if closed := how_it_is_closed(data):
        hint = "ask for the file as it was published"
        raise Problems([Problem(Place(name), "closed", closed, hint)])
    try:
        return dict(carried_files(data, name))
    except IsDraft:
        raise
    except Problems as wrong:
        if not (program := who_wrote_it(data)):
            raise
        by = f"it names {program} as the program that made it"
        told = [replace(one, hint=f"{one.hint}; {by}" if one.hint else by) for one in wrong.problems]
        raise Problems(told) from wrong


def _verdict(
    data: bytes, files: Mapping[str, bytes], record: Mapping[str, Any], brief: Brief | None, sent: bool
) -> Verdict:
    looks = (*own_look(files), *_own_instruments(files))
    uncovered = tuple(path for path in sorted(files) if path == "since.yaml" or path.startswith("reviews/"))
    said = evidence_in_words(brief) if brief and (looks or uncovered) else ()
    return Verdict(
        "altered", record["id"], record["title"], record["version"], record["date"], record["evidence_sha256"],
        record.get("content_sha256", ""), hashlib.sha256(data).hexdigest(), (), looks, uncovered, said, sent,
        compared=demand_carrier(data, record["id"]).compared,
    )  # fmt: skip


def _manifest(data: bytes, name: str) -> dict[str, Any]:
    try:
        return checked_manifest(data)
    except ValueError as error:
        message = f"the manifest in it is missing or damaged: {error}"
        raise Problems([Problem(Place(name), "damaged", message, "get the document again")]) from error


def _own_instruments(files: Mapping[str, bytes]) -> list[str]:
    """Instruments that have the name of a shipped one, but other content."""
    place = resources.instruments()
    paths = (*place.glob("*.yaml"), *place.glob(f"{APPRAISALS}/*.yaml"))
    shipped = {f"instruments/{path.relative_to(place).as_posix()}": path.read_bytes() for path in paths}
    return sorted(path for path in files if path in shipped and files[path] != shipped[path])


def _wrong_files(files: Mapping[str, bytes], record: Mapping[str, Any]) -> Iterator[str]:
    """Files that do not match the manifest."""
    wanted = record["files"]
    for name in sorted(set(files) | set(wanted)):
        if name not in files or hashlib.sha256(files[name]).hexdigest() != wanted.get(name):
            yield f"{name}: does not match the manifest"


def _wrong_evidence(
    brief: Brief, tree: Mapping[str, Any], files: Mapping[str, bytes], record: Mapping[str, Any]
) -> Iterator[str]:
    """Recompute the two hashes from the evidence, and compare id, title, version and date with the manifest."""
    if evidence_hash(tree) != record["evidence_sha256"]:
        yield "the evidence hash does not match the evidence"
    if record.get("content_sha256") not in (None, content_hash(tree, files)):
        yield "the content hash does not match the content"
    for name in ("id", "title", "version", "date"):
        if record[name] != str(getattr(brief.brief, name)):
            yield f"the manifest gives the {name} {record[name]}, but the evidence {getattr(brief.brief, name)}"
