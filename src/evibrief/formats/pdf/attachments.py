"""The evidence that a PDF has attached, taken out of it (ISO 32000-1, 7.11.4)."""

import io
import re
import zlib
from collections.abc import Mapping
from typing import Any

from evibrief.evidence.places import LARGEST, MOST_FILES
from evibrief.problems import one_problem


def attached_files(data: bytes, name: str) -> Mapping[str, bytes]:
    """The files that a PDF carries, by path. Raises `Problems` for one that is damaged or carries too much."""
    import pikepdf  # a quarter of a second, which only those who look into a PDF pay

    files: dict[str, bytes] = {}
    room = LARGEST
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            listed = [one for one in pdf.Root.get("/AF", []) if "/Desc" in one]  # what others attach has no path
            for number, one in enumerate(listed):
                if number >= MOST_FILES or str(one["/Desc"]) in files:
                    raise one_problem(name, "damaged", "it carries too many files, or one twice", "fetch it again")
                files[str(one["/Desc"])] = _unpacked(one["/EF"]["/F"], room, name)
                room -= len(files[str(one["/Desc"])])
    except (pikepdf.PdfError, pikepdf.PasswordError, zlib.error, *_WRONG_SHAPES) as no:
        why = re.sub(r"(stream )?<[^>]*>[ :]*", "", str(no))  # how the engine calls the bytes that it was given
        raise one_problem(name, "damaged", f"this PDF cannot be read: {why}", "fetch it again") from no
    return files


_WRONG_SHAPES = (LookupError, AttributeError, TypeError, ValueError)
"""What asking a strange PDF for what ours have leads to."""


def _unpacked(stream: Any, room: int, name: str) -> bytes:
    """An attachment, unpacked only as far as there is room for it: some bytes unpack to more than a machine holds."""
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
