"""Signatures and time stamps of an archive: what they cover, where they are kept, and whether they are valid.

In: an archived version, or an archive. Out: `ARCHIVE/ID/signatures/DATE_vVERSION.….sig` and `.tsr` for the version's
manifest, `ARCHIVE/signatures/log-LINES.….sig` and `.tsr` for the head of the log, which fixes every line before it.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evibrief.archive.finish import finish_interrupted, writing
from evibrief.archive.hashes import hash_of
from evibrief.archive.integrity import LARGEST_ANCHOR, anchor_files, check_version, findings
from evibrief.archive.log import Chain
from evibrief.archive.signatures import Signed, fingerprint_of, judge_signature, key_fingerprint, sign_bytes
from evibrief.archive.versions import LARGEST_RECORD, SIGNATURES, is_archive, is_in_an_archive, read_bounded, read_log
from evibrief.evidence.places import MANIFEST
from evibrief.files import replace_file
from evibrief.problems import Place, Problem, Problems

if TYPE_CHECKING:
    from evibrief.archive.timestamps import Roots, Stamped

_LOG_ANCHOR = re.compile(r"log-(\d{1,9})\.[0-9a-zA-Z-]{1,60}\.(sig|tsr)", re.ASCII)


@dataclass(frozen=True)
class Subject:
    """What is signed or time-stamped: the bytes, and the folder and name for the result."""

    archive: Path
    folder: Path
    stem: str
    message: bytes


def subject_of(path: Path) -> Subject:
    """The subject for an archived version or an archive. Raises `Problems` unless it is complete and unaltered."""
    if (path / MANIFEST).exists() and is_in_an_archive(path):
        folder = path.resolve()
        finish_interrupted(folder.parent.parent)
        _demand_whole(path, check_version(path))
        return Subject(folder.parent.parent, folder.parent, folder.name, read_bounded(folder / MANIFEST))
    if is_archive(path):
        finish_interrupted(path)
        with writing(path):  # an archive from before 0.3.0 starts its log now
            pass
        _demand_whole(path, [one.text for one in findings(path)])
        chain = read_log(path)
        lines = _lines_without_anchors(chain)
        return Subject(path, path, f"log-{lines}", log_message(chain, lines))
    hint = "name ARCHIVE/ID/VERSION, or ARCHIVE; `evibrief archive` makes them"
    message = "this is neither an archive nor a version in one"
    raise Problems([Problem(Place(str(path)), "no-version", message, hint)])


def _demand_whole(path: Path, faults: Sequence[str]) -> None:
    if faults:
        message = f"it was changed after it was archived: {faults[0]}"
        hint = "only unaltered versions are signed; restore it from the git history or another copy"
        raise Problems([Problem(Place(str(path)), "altered", message, hint)])


def _lines_without_anchors(chain: Chain) -> int:
    """The number of lines of a log, without those at its end that only record signatures of the log itself."""
    lines = len(chain.events)
    while lines > 1 and str(chain.events[lines - 1].get("file", "")).startswith(f"{SIGNATURES}/"):
        lines -= 1
    return lines


def log_message(chain: Chain, lines: int) -> bytes:
    """What is signed for a log: the number of lines and the hash of the last one."""
    return f"evibrief log\nlines {lines}\nhead {chain.until(lines).head}\n".encode()


def sign(path: Path, key: Path) -> tuple[Path, str, bool]:
    """Sign a version or an archive. Returns the signature's path, the key's fingerprint, and whether it is new."""
    subject = subject_of(path)
    if (known := key_fingerprint(key)) and (target := _signature_path(subject, known)).exists():
        return target, known, False
    signature = sign_bytes(subject.message, key)
    fingerprint = fingerprint_of(signature)
    target = _signature_path(subject, fingerprint)
    fresh = not target.exists()
    if fresh:
        _keep(subject, target, signature)
    return target, fingerprint, fresh


def _signature_path(subject: Subject, fingerprint: str) -> Path:
    short = hashlib.sha256(fingerprint.encode()).hexdigest()[:16]
    return subject.folder / SIGNATURES / f"{subject.stem}.{short}.sig"


def time_stamp(path: Path, ask: Callable[[bytes], bytes]) -> tuple[Path, "Stamped"]:
    """Have a version or an archive time-stamped; `ask` queries the authority. Returns the stamp's path and content."""
    from evibrief.archive.timestamps import judge_time_stamp

    subject = subject_of(path)
    answer = ask(subject.message)
    stamped = judge_time_stamp(subject.message, answer, None)
    name = f"{subject.stem}.{re.sub('[^0-9]', '', stamped.at)}-{hashlib.sha256(answer).hexdigest()[:8]}.tsr"
    target = subject.folder / SIGNATURES / name
    _keep(subject, target, answer)
    return target, stamped


def _keep(subject: Subject, target: Path, data: bytes) -> None:
    with writing(subject.archive):
        if target.parent.is_symlink():
            message = "it is a link, and archives have none"
            raise Problems([Problem(Place(str(target.parent)), "damaged-archive", message, "remove the link")])
        target.parent.mkdir(exist_ok=True)
        replace_file(target, data)


def anchors_of(
    version: Path, signers: Path | None, roots: "Roots | None"
) -> "list[Signed | Stamped]":
    """The signatures and time stamps of an archived version, each checked against its manifest."""
    folder = version.resolve()
    paths = [path for path in anchor_files(folder.parent) if path.name.startswith(f"{folder.name}.")]
    return list(_judged(paths, read_bounded(folder / MANIFEST), signers, roots))


def anchors_of_log(
    archive: Path, chain: Chain, signers: Path | None, roots: "Roots | None"
) -> "list[tuple[int, Signed | Stamped]]":
    """The signatures and time stamps of the log, each checked, with the number of lines it covers."""
    found: list[tuple[int, Signed | Stamped]] = []
    for path in anchor_files(archive):
        match = _LOG_ANCHOR.fullmatch(path.name)
        lines = int(match[1]) if match else 0
        message = log_message(chain, lines) if 0 < lines <= len(chain.events) else b""
        found += [(lines, one) for one in _judged([path], message, signers, roots)]
    return found


def read_roots(path: Path) -> "Roots":
    """The certificates that a reader trusts, from a PEM file. Raises `Problems` if there are none."""
    from evibrief.archive.timestamps import roots_of

    if not path.is_file() or path.stat().st_size > LARGEST_RECORD:
        hint = "name a PEM file of the authority's root certificate"
        raise Problems([Problem(Place(str(path)), "certificates", "this is not a file of certificates", hint)])
    return roots_of(path.read_bytes(), str(path))


def is_whole_archive(path: Path) -> bool:
    """Whether a path is an archive, rather than a version in one."""
    return is_archive(path) and not (path / MANIFEST).exists()


def _judged(
    paths: Iterable[Path], message: bytes, signers: Path | None, roots: "Roots | None"
) -> "Iterator[Signed | Stamped]":
    from evibrief.archive.timestamps import Stamped, judge_time_stamp

    for path in paths:
        words = hash_of(path)
        is_signature = path.suffix == ".sig"
        if " " in words or path.lstat().st_size > LARGEST_ANCHOR:
            said = f"{path.name}: a link, not a file, or far too large for a signature or time stamp"
            yield Signed("strange", said) if is_signature else Stamped("strange", said)
        elif is_signature:
            yield judge_signature(message, path.read_bytes(), signers)
        else:
            yield judge_time_stamp(message, path.read_bytes(), roots)
