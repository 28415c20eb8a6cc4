"""Is this document what it says it is? Built again from what it carries, and compared.

In: a PDF or a DOCX, alone. Out: a verdict, which says no more than was compared. Nothing but the document and this
program is needed. What the document says of itself, such as the versions of its tools, never makes the comparison
weaker: it only decides whether a difference is called an alteration or is left open.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from evibrief import __version__, resources
from evibrief.apart import USUAL, Limits, call
from evibrief.build import Format, build, read_evidence
from evibrief.carried import carried_files
from evibrief.differences import Difference
from evibrief.evidencewords import evidence_in_words
from evibrief.files import write_files
from evibrief.manifest import checked_manifest, content_hash, evidence_hash
from evibrief.places import MANIFEST, own_look
from evibrief.problems import Place, Problem, Problems
from evibrief.reviewing import review_copy, sent_for_review
from evibrief.workfolders import work_folder

if TYPE_CHECKING:
    from evibrief.render import Layer

State = Literal["identical", "own look", "other tools", "undecided", "altered"]
LARGEST = 256 * 1024 * 1024
"""Bytes of a document that is looked into."""

MOST_TOLD = 20
"""Differences that are named; more than that is a document that is altogether another."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a document is found to be, which brief and version it says it is, and what differs.

    `looks` are files of its own that decide what a reader sees, `uncovered` those with words that the evidence hash
    does not cover; where there are any, `said` is what its evidence says, in plain words. A copy for review is compared
    with such a copy; what its reviewer wrote into it makes it another.
    """

    state: State
    id: str
    title: str
    version: str
    date: str
    evidence: str
    content: str
    digest: str
    details: tuple[str, ...] = ()
    looks: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    for_review: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """A document held against the one that is built here from what it carries."""

    same: bool = False
    happened: str = ""
    differences: tuple[Difference, ...] = ()
    failed: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """What differs, in words."""
        told = (f"{one.where}: {one.message} ({one.what})" for one in self.differences[:MOST_TOLD])
        more = len(self.differences) - MOST_TOLD
        lines = (self.failed, self.happened, *told, f"and {more} more differences" if more > 0 else "")
        return tuple(line for line in lines if line)


def verify_document(path: Path, limits: Limits = USUAL) -> Verdict:
    """Take the evidence out of a document, build it again, and compare.

    Raises `Problems` for a file that carries no evidence, or that cannot be read.
    """
    data = read_document(path)
    files = _carried(data, str(path))
    record = _manifest(files.pop(MANIFEST, b""), str(path))
    with work_folder() as place:
        folder = place / "evidence"
        write_files(files, folder)
        found = _verdict(data, files, record, folder, _sent(data, str(path)) is not None)
        wrong = [*_wrong_files(files, record), *_wrong_evidence(folder, files, record)]
        if wrong:
            return replace(found, state="altered", details=tuple(wrong[:MOST_TOLD]))
        compared = _compare_apart(folder, data, record["layer"], str(path), limits)
    return judge(found, compared, tuple(other_tools(record["tools"])))


def _carried(data: bytes, name: str) -> dict[str, bytes]:
    """What a document carries.

    Raises `Problems` that say what became of a document from which nothing can be taken.
    """
    from evibrief.histories import how_it_is_closed, who_wrote_it

    if closed := how_it_is_closed(data):
        hint = "ask for the file as it was published"
        raise Problems([Problem(Place(name), "closed", closed, hint)])
    try:
        return dict(carried_files(data, name))
    except Problems as wrong:
        if not (program := who_wrote_it(data)):
            raise
        by = f"it names {program} as the program that made it"
        told = [replace(one, hint=f"{one.hint}; {by}" if one.hint else by) for one in wrong.problems]
        raise Problems(told) from wrong


def judge(found: Verdict, compared: Comparison, tools: Sequence[str]) -> Verdict:
    """The verdict on a comparison. Only other tools can set a page otherwise and not have altered it."""
    if compared.same:
        return replace(found, state="own look" if found.looks else "identical")
    if not tools:
        return replace(found, state="altered", details=compared.lines or (_ONLY_BYTES,))
    agrees = not compared.differences and not compared.failed
    state: State = ("own look" if found.looks else "other tools") if agrees else "undecided"
    return replace(found, state=state, details=(*(() if agrees else compared.lines), *tools))


_ONLY_BYTES = "everything that was compared agrees, and yet its bytes differ: it was saved anew"


def _verdict(data: bytes, files: Mapping[str, bytes], record: Mapping[str, Any], folder: Path, sent: bool) -> Verdict:
    looks = (*own_look(files), *_own_instruments(files))
    uncovered = tuple(path for path in sorted(files) if path == "since.yaml" or path.startswith("reviews/"))
    brief, _, problems = read_evidence(folder) if looks or uncovered else (None, None, [])
    said = evidence_in_words(brief) if brief and not problems else ()  # nothing follows from half of a brief
    return Verdict(
        "altered", record["id"], record["title"], record["version"], record["date"], record["evidence_sha256"],
        record.get("content_sha256", ""), hashlib.sha256(data).hexdigest(), (), looks, uncovered, said, sent,
    )  # fmt: skip


def read_document(path: Path) -> bytes:
    """The bytes of a document that somebody names. Raises `Problems` when there is none, or one without end."""
    if not path.is_file():
        raise Problems([Problem(Place(str(path)), "no-file", "there is no such file", "name a PDF or a DOCX")])
    if path.stat().st_size > LARGEST:
        message = f"it is larger than {LARGEST // 1024 ** 2} MB, and no brief is"
        raise Problems([Problem(Place(str(path)), "not-ours", message, "name a document that evibrief made")])
    return path.read_bytes()


def _manifest(data: bytes, name: str) -> dict[str, Any]:
    try:
        return checked_manifest(data)
    except ValueError as error:
        message = f"the manifest that it carries is missing or damaged: {error}"
        raise Problems([Problem(Place(name), "damaged", message, "fetch the document again")]) from error


def _own_instruments(files: Mapping[str, bytes]) -> list[str]:
    """Instruments with the name of one that is shipped, and other rules or words in them."""
    shipped = {f"instruments/{path.name}": path.read_bytes() for path in resources.instruments().glob("*.yaml")}
    return sorted(path for path in files if path in shipped and files[path] != shipped[path])


def _wrong_files(files: Mapping[str, bytes], record: Mapping[str, Any]) -> Iterator[str]:
    """Files whose bytes are not those that the manifest names."""
    wanted = record["files"]
    for name in sorted(set(files) | set(wanted)):
        if name not in files or hashlib.sha256(files[name]).hexdigest() != wanted.get(name):
            yield f"{name}: not the file that the manifest names"


def _wrong_evidence(folder: Path, files: Mapping[str, bytes], record: Mapping[str, Any]) -> Iterator[str]:
    """The two hashes, computed again from what it carries; and which brief and version the two say it is."""
    brief, source, problems = read_evidence(folder)
    if problems or brief is None:
        yield f"the evidence that it carries cannot be read: {problems[0]}"
        return
    if evidence_hash(source.tree) != record["evidence_sha256"]:
        yield "the evidence hash is not that of the evidence"
    if record.get("content_sha256") not in (None, content_hash(source.tree, files)):
        yield "the content hash is not that of what it carries"
    for name in ("id", "title", "version", "date"):
        if record[name] != str(getattr(brief.brief, name)):
            yield f"the manifest gives the {name} {record[name]}, and the evidence {getattr(brief.brief, name)}"


def _compare_apart(folder: Path, data: bytes, layer: str, name: str, limits: Limits) -> Comparison:
    """The comparison, made in a process of its own: the document may be a stranger's, and so is its theme."""
    document, answer = folder.parent / "document", folder.parent / "answer.json"
    document.write_bytes(data)
    if failed := call(__name__, answer_for.__name__, (folder, document, layer, name, answer), _most_of(limits)):
        return Comparison(failed=f"what it carries cannot be built and compared here: {failed}")
    told = json.loads(answer.read_bytes())
    differences = tuple(Difference(*one) for one in told["differences"])
    return Comparison(told["same"], told["happened"], differences, told["failed"])


def _most_of(limits: Limits) -> Limits:
    """Less than the whole, so that there is an answer before everything is ended."""
    return replace(limits, seconds=limits.seconds * 0.9, megabytes=round(limits.megabytes * 0.9))


def answer_for(folder: str, document: str, layer: "Layer", name: str, answer: str) -> None:
    """What `_compare_apart` asks for, written as JSON into the file `answer`."""
    found = compare_document(Path(folder), Path(document).read_bytes(), layer, name)
    differences = [(one.what, one.where, one.message) for one in found.differences]
    told = {"same": found.same, "happened": found.happened, "differences": differences, "failed": found.failed}
    Path(answer).write_text(json.dumps(told), encoding="utf-8")


def _sent(data: bytes, name: str) -> tuple[str, date | None] | None:
    return None if data.startswith(b"%PDF") else sent_for_review(data, name)


def _built(folder: Path, kind: Format, layer: "Layer") -> bytes:
    return build(folder, folder.parent / "out", [kind], layer=layer)[0].path.read_bytes()


def compare_document(folder: Path, data: bytes, layer: "Layer", name: str) -> Comparison:
    """Build a document anew from the folder of what it carries, and compare the two."""
    # Looking into pages and packages costs a quarter of a second, which only a comparison pays.
    from evibrief.histories import what_happened
    from evibrief.pdfdifferences import pdf_differences
    from evibrief.worddifferences import word_differences

    kind: Format = "pdf" if data.startswith(b"%PDF") else "docx"
    try:
        copy = _sent(data, name)
        expected = review_copy(folder, *copy) if copy else _built(folder, kind, layer)
    except Problems as wrong:
        return Comparison(failed=f"what it carries cannot be built here: {wrong.problems[0]}")
    if expected == data:
        return Comparison(same=True)
    differences = pdf_differences(data, expected) if kind == "pdf" else word_differences(data, expected)
    return Comparison(False, what_happened(data, expected, differences), differences)


def other_tools(tools: Sequence[str]) -> Iterator[str]:
    """Tools whose versions differ between the document and this machine."""
    here = dict(tool.rsplit(" ", 1) for tool in resources.tool_versions(__version__))
    there = dict(tool.rsplit(" ", 1) for tool in tools)
    for name in sorted(set(here) | set(there)):
        if here.get(name) != there.get(name):
            yield f"{name}: made with {there.get(name, 'none')}, here is {here.get(name, 'none')}"
