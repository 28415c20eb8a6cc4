"""What a finished document carries: its evidence and its manifest, taken out again, whichever its format is."""

from collections.abc import Mapping
from pathlib import Path

from evibrief.evidence.places import MANIFEST, demand_safe
from evibrief.formats.contract import Carrier
from evibrief.formats.registry import carrier_of, carriers
from evibrief.problems import Place, Problem, Problems, one_problem


def carried_files(data: bytes, name: str) -> Mapping[str, bytes]:
    """The files that a document carries, by path.

    Raises `Problems` for a file of another format, that is damaged, or that carries nothing of ours; and for a path
    that would lead out of a folder.
    """
    files = demand_carrier(data, name).extract(data, name)
    if not files:
        hint = "it was made by something else, or saved anew by a program that drops what it does not know"
        raise one_problem(name, "not-ours", "this document carries no evidence", hint)
    demand_safe({path: data for path, data in files.items() if path != MANIFEST}, name)
    return files


def demand_carrier(data: bytes, name: str) -> Carrier:
    """The format of a document that may carry evidence. Raises `Problems` for any other file."""
    if found := carrier_of(data):
        return found
    labels = [f"a {one.label}" for one in carriers()]
    hint = f"name {' or '.join(f'the {one.label}' for one in carriers())}: a web page carries no evidence"
    raise one_problem(name, "not-ours", f"this is neither {' nor '.join(labels)}", hint)


LARGEST = 256 * 1024 * 1024
"""Bytes of a document that is looked into."""


def read_document(path: Path) -> bytes:
    """The bytes of a document that somebody names. Raises `Problems` when there is none, or one without end."""
    if not path.is_file():
        raise Problems([Problem(Place(str(path)), "no-file", "there is no such file", "name a PDF or a DOCX")])
    if path.stat().st_size > LARGEST:
        message = f"it is larger than {LARGEST // 1024 ** 2} MB, and no brief is"
        raise Problems([Problem(Place(str(path)), "not-ours", message, "name a document that evibrief made")])
    return path.read_bytes()
