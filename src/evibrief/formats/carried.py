"""Takes the embedded evidence and manifest out of a finished document, whatever its format.

In: the bytes of a document. Out: files by path.
"""

from collections.abc import Mapping
from pathlib import Path

from evibrief.evidence.places import MANIFEST, demand_safe
from evibrief.formats.contract import Carrier
from evibrief.formats.manifest import is_of_draft
from evibrief.formats.registry import carrier_of, carriers
from evibrief.problems import Place, Problem, Problems, one_problem

_IS_DRAFT = "this is a draft: it carries no evidence, and nothing in it can be confirmed"


class IsDraft(Problems):
    """A document that is a draft was given where a brief is needed."""


def carried_files(data: bytes, name: str) -> Mapping[str, bytes]:
    """The files embedded in a document, by path.

    Raises `IsDraft` for a draft, and `Problems` if the document has another format, is damaged or has no evidence, or
    if a path leads out of the folder.
    """
    files = demand_carrier(data, name).extract(data, name)
    if not files:
        hint = "it was made by something else, or saved anew by a program that drops what it does not know"
        raise one_problem(name, "not-ours", "this document carries no evidence", hint)
    if is_of_draft(files.get(MANIFEST, b"")):
        hint = "build the brief when it is finished: `evibrief build`"
        raise IsDraft([Problem(Place(name), "draft", _IS_DRAFT, hint)])
    demand_safe({path: data for path, data in files.items() if path != MANIFEST}, name)
    return files


def demand_carrier(data: bytes, name: str) -> Carrier:
    """The format of a document that can carry evidence. Raises `Problems` for any other file."""
    if found := carrier_of(data):
        return found
    labels = [f"a {one.label}" for one in carriers()]
    hint = f"name {' or '.join(f'the {one.label}' for one in carriers())}: a web page carries no evidence"
    raise one_problem(name, "not-ours", f"this is neither {' nor '.join(labels)}", hint)


LARGEST_DOCUMENT = 256 * 1024 * 1024
"""In bytes: the largest document that is read."""


def read_document(path: Path) -> bytes:
    """The bytes of a document. Raises `Problems` if it is missing, not a file, or too large."""
    if not path.is_file():
        raise Problems([Problem(Place(str(path)), "no-file", "there is no such file", "name a PDF or a DOCX")])
    if path.stat().st_size > LARGEST_DOCUMENT:
        message = f"it is larger than {LARGEST_DOCUMENT // 1024 ** 2} MB, and no brief is"
        raise Problems([Problem(Place(str(path)), "not-ours", message, "name a document that evibrief made")])
    return path.read_bytes()
