"""Takes the attached evidence out of a PDF (ISO 32000-1, 7.11.4)."""

import io
import re
import zlib
from collections.abc import Mapping
from typing import Any

from evibrief.evidence.places import LARGEST_EVIDENCE, MOST_FILES
from evibrief.problems import one_problem


def attached_files(data: bytes, name: str) -> Mapping[str, bytes]:
    """The files attached to a PDF, by path. Raises `Problems` if it is damaged or contains too much."""
    import pikepdf  # takes a quarter of a second, so only imported when a PDF is read

    files: dict[str, bytes] = {}
    room = LARGEST_EVIDENCE
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            listed = [one for one in pdf.Root.get("/AF", []) if "/Desc" in one]  # others' files have no path
            for number, one in enumerate(listed):
                if number >= MOST_FILES or str(one["/Desc"]) in files:
                    raise one_problem(name, "damaged", "it carries too many files, or one twice", "fetch it again")
                files[str(one["/Desc"])] = _unpacked(one["/EF"]["/F"], room, name)
                room -= len(files[str(one["/Desc"])])
    except (pikepdf.PdfError, pikepdf.PasswordError, zlib.error, *_WRONG_SHAPES) as no:
        why = re.sub(r"(stream )?<[^>]*>[ :]*", "", str(no))  # the engine's name for the bytes it was given
        raise one_problem(name, "damaged", f"this PDF cannot be read: {why}", "fetch it again") from no
    return files


_WRONG_SHAPES = (LookupError, AttributeError, TypeError, ValueError)
"""The exceptions raised when a strange PDF lacks something that ours have."""


def _unpacked(stream: Any, room: int, name: str) -> bytes:
    """An attachment, unpacked up to a limit, because a few bytes can unpack to more than a machine holds."""
    raw = bytes(stream.read_raw_bytes())
    if (kind := stream.get("/Filter")) is not None:
        if str(kind) != "/FlateDecode":
            raise one_problem(name, "damaged", f"it carries a file packed as {kind}, which none of ours is", "")
        unpacker = zlib.decompressobj()
        raw = unpacker.decompress(raw, room + 1)
        if len(raw) <= room and not unpacker.eof:
            raise one_problem(name, "damaged", "a file that it carries is cut off", "fetch it again")
    if len(raw) > room:
        raise one_problem(name, "damaged", "it carries more than any evidence base holds", "")
    return raw
