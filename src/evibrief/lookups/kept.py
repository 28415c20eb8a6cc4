"""Keeps answers as dated files beside the evidence, and asks them again: `lookups/2026-11-30/….txt`.

In: answers. Out: files that a person can read: what was asked, when, who answered, and the answer itself. They are not
evidence, and no document embeds them: they hold abstracts, which others have rights to, and the brief rests on what
its author took over from them.
"""

import datetime
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from evibrief.files import Unreadable, inside, replace_file
from evibrief.lookups.contract import Answer, Lookup
from evibrief.problems import Problems, one_problem

FOLDER = "lookups"
_LONGEST_HEAD = 20_000


def keep_answers(folder: Path, answers: Iterable[Answer]) -> list[Path]:
    """Write each answer into its dated file in the folder of a brief. One of the same day is replaced.

    Raises `Problems` if links lead out of the folder.
    """
    wanted = [(_inside(folder, f"{FOLDER}/{one.on.isoformat()}/{file_name(one.question)}"), one) for one in answers]
    for path, answer in wanted:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, _written(answer))
    return [path for path, _ in wanted]


def _inside(folder: Path, name: str) -> Path:
    try:
        inside(folder, name)
    except Unreadable as error:
        raise one_problem(str(folder / name), "lookup", error.message, error.hint) from None
    return folder / name


def file_name(question: Lookup) -> str:
    """The name of the file for the answers to a question, the same on each day and on every system."""
    words = re.sub(r"[^A-Za-z0-9.-]+", "_", question.address.partition("://")[2])[:80].strip("._-")
    digest = hashlib.sha256(f"{question.accept} {question.address}".encode()).hexdigest()
    return f"{words}.{digest[:12]}.txt"


class KeptAnswers:
    """The kept answers of a brief as something that can be asked: the newest answer counts."""

    def __init__(self, folder: Path) -> None:
        self._brief, self._folder = folder, folder / FOLDER

    def ask(self, question: Lookup) -> Answer:
        """The newest kept answer. Raises `Problems` if there is none, or its file was changed."""
        for path in sorted(self._folder.glob(f"*/{file_name(question)}"), reverse=True):
            return _read(_inside(self._brief, path.relative_to(self._brief).as_posix()), question)
        message, hint = f"no answer of {question.address} is kept", "without `--offline` it is asked for"
        raise one_problem(str(self._folder), "lookup", message, hint)


def _written(answer: Answer) -> bytes:
    head = {
        "asked": answer.question.address, "accept": answer.question.accept, "on": answer.on.isoformat(),
        "answered by": answer.by, "status": str(answer.status), "kind": answer.kind,
        "sha256": hashlib.sha256(answer.body).hexdigest(),
    }  # fmt: skip
    lines = (f"{name}: {' '.join(value.split())}\n" for name, value in head.items())
    return "".join(lines).encode() + b"\n" + answer.body


def _read(path: Path, question: Lookup) -> Answer:
    if not path.is_file() or path.stat().st_size > question.most + _LONGEST_HEAD:
        raise _changed(path)
    head, _, body = path.read_bytes().partition(b"\n\n")
    try:
        told = dict(line.split(": ", 1) for line in head.decode().split("\n"))
        on, status = datetime.date.fromisoformat(told["on"]), int(told["status"])
        answer = Answer(question, on, status, told["kind"], told["answered by"], body)
    except (ValueError, KeyError):
        raise _changed(path) from None
    same = hashlib.sha256(body).hexdigest() == told.get("sha256") and told.get("asked") == question.address
    if not same or path.parent.name != answer.on.isoformat():
        raise _changed(path)
    return answer


def _changed(path: Path) -> Problems:
    hint = "delete it, and ask again without `--offline`"
    return one_problem(str(path), "lookup", "this is not an answer as it was kept: it was changed or cut off", hint)
