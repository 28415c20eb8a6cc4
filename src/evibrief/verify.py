"""Is this document what it says it is? Built again from the evidence that it carries, and compared.

In: a PDF or a DOCX, alone. Out: a verdict: identical bytes; the same content under other versions of the tools;
altered, with what differs; or undecided, where other tools set it and it reads otherwise than they set it here. Nothing
but the document and this program is needed.
"""

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from evibrief import __version__, resources
from evibrief.apart import LONGEST, run_apart
from evibrief.build import MANIFEST, Format, build, read_evidence
from evibrief.carried import carried_files, said
from evibrief.files import write_files
from evibrief.manifest import checked_manifest, evidence_hash
from evibrief.problems import Place, Problem, Problems
from evibrief.reviewing import review_copy, sent_for_review

if TYPE_CHECKING:
    from evibrief.render import Layer

State = Literal["identical", "other tools", "undecided", "altered"]
LARGEST = 256 * 1024 * 1024
"""Bytes of a document that is looked into."""

MOST_TOLD = 10
"""Differences that are named; more than that is a document that is altogether another."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a document is found to be, which brief and version it says it is, and what differs.

    A copy for review is compared with such a copy; what its reviewer wrote into it makes it another.
    """

    state: State
    title: str
    version: str
    date: str
    evidence: str
    details: tuple[str, ...] = ()
    for_review: bool = False


def verify_document(path: Path, longest: float = LONGEST) -> Verdict:
    """Take the evidence out of a document, build it again, and compare.

    Raises `Problems` for a file that carries no evidence, or that cannot be read.
    """
    data = read_document(path)
    files = dict(carried_files(data, str(path)))
    record = _manifest(files.pop(MANIFEST, b""), str(path))
    with tempfile.TemporaryDirectory(prefix="evibrief-") as name:
        folder = Path(name, "evidence")
        write_files(files, folder)
        if wrong := [*_wrong_files(files, record), *_wrong_evidence(folder, record)]:
            return _verdict("altered", record, wrong[:MOST_TOLD])
        same, details = _rebuild_apart(folder, data, record["layer"], str(path), longest)
    verdict = _judge(same, details[:MOST_TOLD], tuple(other_tools(record["tools"])), record)
    return replace(verdict, for_review=_sent(data, str(path)) is not None)


def _judge(same: bool, details: Sequence[str], tools: Sequence[str], record: Mapping[str, Any]) -> Verdict:
    """Other tools may break lines and word sentences otherwise: what they set must not be called altered for that."""
    if same:
        return _verdict("identical", record, ())
    if tools:
        return _verdict("undecided" if details else "other tools", record, (*details, *tools))
    return _verdict("altered", record, details or ("it says the same, but some of its bytes differ",))


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


def _verdict(state: State, record: Mapping[str, Any], details: Sequence[str]) -> Verdict:
    return Verdict(state, record["title"], record["version"], record["date"], record["evidence_sha256"], tuple(details))


def _wrong_files(files: Mapping[str, bytes], record: Mapping[str, Any]) -> Iterator[str]:
    """Files whose bytes are not those that the manifest names."""
    wanted = record["files"]
    for name in sorted(set(files) | set(wanted)):
        if name not in files or hashlib.sha256(files[name]).hexdigest() != wanted.get(name):
            yield f"{name}: not the file that the manifest names"


def _wrong_evidence(folder: Path, record: Mapping[str, Any]) -> Iterator[str]:
    """The evidence hash, computed again from what the evidence says; and which brief and version the two say it is."""
    brief, source, problems = read_evidence(folder)
    if problems or brief is None:
        yield f"the evidence that it carries cannot be read: {problems[0]}"
        return
    if evidence_hash(source.tree) != record["evidence_sha256"]:
        yield "the evidence hash is not that of the evidence"
    for name in ("id", "title", "version", "date"):
        if record[name] != str(getattr(brief.brief, name)):
            yield f"the manifest gives the {name} {record[name]}, and the evidence {getattr(brief.brief, name)}"


def _rebuild_apart(folder: Path, data: bytes, layer: str, name: str, longest: float) -> tuple[bool, list[str]]:
    """Whether the same document is built here, and where the two differ; the document may be a stranger's."""
    document, answer = folder.parent / "document", folder.parent / "answer.json"
    document.write_bytes(data)
    if failed := run_apart(__name__, answer_for.__name__, (folder, document, layer, name, answer), longest):
        return False, [f"the evidence that it carries cannot be built here: {failed}"]
    same, details = json.loads(answer.read_bytes())
    return same, details


def answer_for(folder: str, document: str, layer: "Layer", name: str, answer: str) -> None:
    """What `_rebuild_apart` asks for, written as JSON into the file `answer`."""
    found = _rebuild(Path(folder), Path(document).read_bytes(), layer, name)
    Path(answer).write_text(json.dumps(found), encoding="utf-8")


def _sent(data: bytes, name: str) -> tuple[str, date | None] | None:
    return None if data.startswith(b"%PDF") else sent_for_review(data, name)


def _built(folder: Path, kind: Format, layer: "Layer") -> bytes:
    return build(folder, folder.parent / "out", [kind], layer=layer)[0].path.read_bytes()


def _rebuild(folder: Path, data: bytes, layer: "Layer", name: str) -> tuple[bool, list[str]]:
    """Whether the same document is built here, and where the two say different things."""
    kind: Format = "pdf" if data.startswith(b"%PDF") else "docx"
    try:
        copy = _sent(data, name)
        rebuilt = review_copy(folder, *copy) if copy else _built(folder, kind, layer)
    except Problems as wrong:
        return False, [f"the evidence that it carries cannot be built here: {wrong.problems[0]}"]
    if rebuilt == data:
        return True, []
    wanted = said(rebuilt, name)
    try:
        return False, list(_differences(said(data, name, len(wanted) + 1), wanted))
    except Problems as wrong:
        return False, [wrong.problems[0].message]


def _differences(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> Iterator[str]:
    for one, other in zip_longest(old, new, fillvalue=("the end", "")):
        if one[1] != other[1]:
            yield f"{one[0]}: reads “{_around(one[1], other[1])}”, and the evidence gives “{_around(other[1], one[1])}”"


def _around(text: str, other: str) -> str:
    """The words of a text about the place where it begins to differ from another."""
    at = next((index for index, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), 0)
    return " ".join(text[max(at - 20, 0) : at + 40].split())


def other_tools(tools: Sequence[str]) -> Iterator[str]:
    """Tools whose versions differ between the document and this machine."""
    here = dict(tool.rsplit(" ", 1) for tool in resources.tool_versions(__version__))
    there = dict(tool.rsplit(" ", 1) for tool in tools)
    for name in sorted(set(here) | set(there)):
        if here.get(name) != there.get(name):
            yield f"{name}: made with {there.get(name, 'none')}, here is {here.get(name, 'none')}"
