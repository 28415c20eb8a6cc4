"""What a finished document carries: its evidence and its manifest, put in and taken out again.

In: bytes of a PDF or a DOCX. Out: files by path. A PDF has its files attached, with their path as description
(ISO 32000-1, 7.11.4); a DOCX has them in a custom XML part, which Word keeps through any edit (ECMA-376 part 1,
15.2.5).
"""

from collections.abc import Mapping
from pathlib import Path

from evibrief.evidence.places import MANIFEST, demand_safe
from evibrief.formats.docx.evidence_part import embedded_files
from evibrief.formats.pdf.attachments import attached_files
from evibrief.problems import Place, Problem, Problems, one_problem


def carried_files(data: bytes, name: str) -> Mapping[str, bytes]:
    """The files that a PDF or a DOCX carries, by path.

    Raises `Problems` for a file that is neither, that is damaged, or that carries nothing of ours; and for a path that
    would lead out of a folder.
    """
    if data.startswith(b"%PDF"):
        files = attached_files(data, name)
    elif data.startswith(b"PK"):
        files = embedded_files(data, name)
    else:
        hint = "name the PDF or the DOCX: a web page carries no evidence"
        raise one_problem(name, "not-ours", "this is neither a PDF nor a DOCX", hint)
    if not files:
        hint = "it was made by something else, or saved anew by a program that drops what it does not know"
        raise one_problem(name, "not-ours", "this document carries no evidence", hint)
    demand_safe({path: data for path, data in files.items() if path != MANIFEST}, name)
    return files


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
