"""The package of a DOCX as a zip file: its parts, and anything else in the file.

In: bytes from a stranger. Out: the parts, unpacked within limits; and everything that two zip readers could read
differently: a part name used twice, bytes that belong to no part, a local header that contradicts the directory
(PKWARE, APPNOTE.TXT 6.3.10, 4.3).
"""

import io
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping

from evibrief.formats.difference import Difference, quoted

MOST_PARTS = 4_000
"""Far more than any brief has."""

ROOM = 1024 * 1024
"""In bytes: a part may be four times as large as expected plus this much; otherwise it is not read."""

LARGEST_RELATIONS = 64 * 1024
LARGEST_PART = 64 * 1024 * 1024
_LOCAL, _END = b"PK\3\4", b"PK\5\6"
_LOCAL_SIZE, _END_SIZE = 30, 22


class ZipFault(Exception):
    """A package cannot be read; the message says why."""


def read_parts(data: bytes, expected: Mapping[str, int]) -> dict[str, bytes | None]:
    """The parts of a package by name; None for a part that is much larger than expected, or not expected at all.

    `expected` gives sizes by name; if empty, the package is our own. Raises `ZipFault` if it cannot be read.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            listed = package.infolist()
            if len(listed) > MOST_PARTS:
                raise ZipFault("it has more parts than any brief")
            return {name: _bounded(package, one, _most(name, expected)) for name, one in package.NameToInfo.items()}
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError, ValueError, zlib.error,
            struct.error, IndexError) as error:  # fmt: skip
        raise ZipFault(f"it cannot be unpacked ({str(error)[:120]})") from error


def _most(name: str, expected: Mapping[str, int]) -> int:
    """The most bytes of a part to unpack. Parts that are not expected are not read, except relationships."""
    if not expected:
        return LARGEST_PART
    if name not in expected:
        return LARGEST_RELATIONS if name.endswith(".rels") else 0
    return min(4 * expected[name] + ROOM, LARGEST_PART)


def _bounded(package: zipfile.ZipFile, one: zipfile.ZipInfo, most: int) -> bytes | None:
    if not most:
        return None
    if one.flag_bits & 1:
        raise ZipFault("it is encrypted")
    if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ZipFault(f"{one.filename} in it is packed in a way that no Word document is")
    with package.open(one) as part:
        data = part.read(most + 1)
    return data if len(data) <= most else None


def zip_differences(data: bytes) -> Iterator[Difference]:
    """Everything in a package besides its parts. Raises `ZipFault` if it cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            yield from _listed(data, package)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError, ValueError, struct.error,
            IndexError) as error:  # fmt: skip
        raise ZipFault(f"it cannot be unpacked ({str(error)[:120]})") from error


def _listed(data: bytes, package: zipfile.ZipFile) -> Iterator[Difference]:
    listed = package.infolist()
    counts = Counter(one.filename.casefold() for one in listed)
    for name in sorted(name for name, count in counts.items() if count > 1)[:10]:
        yield Difference("part", name, "the package has two parts of this name")
    if package.comment or any(one.comment for one in listed):
        yield Difference("part", "document", f"the package has a comment: {quoted(repr(package.comment))}")
    if not data.startswith(_LOCAL) or data[-_END_SIZE:-_END_SIZE + 4] != _END:
        yield Difference("part", "document", "something lies in the file before or after the package")
    end = 0
    for one in sorted(listed, key=lambda one: one.header_offset)[:MOST_PARTS]:
        if one.header_offset != end:
            yield Difference("part", "document", "something lies in the file between its parts")
            return
        end = _end_of(data, one)
        if not end:
            yield Difference("part", one.filename, "other readers may see another part here than this one")
            return
    if end != package.start_dir:
        yield Difference("part", "document", "something lies in the file after its last part")


def _end_of(data: bytes, one: zipfile.ZipInfo) -> int:
    """Where a part ends in the file; 0 if its local header contradicts the directory or has extra fields."""
    header = data[one.header_offset : one.header_offset + _LOCAL_SIZE]
    mark, _, flags, method, _, crc, packed, size, name_length, extra = struct.unpack("<4sHHHIIIIHH", header)
    later = bool(flags & 8)  # sizes follow the data
    told = (crc, packed, size) == (one.CRC, one.compress_size, one.file_size)
    if one.extra or extra:
        return 0  # some readers take another name from extra fields
    if mark != _LOCAL or method != one.compress_type or flags != one.flag_bits or not (told or later):
        return 0
    end = one.header_offset + _LOCAL_SIZE + int(name_length) + int(extra) + one.compress_size
    if later:
        marked = data[end : end + 4] == b"PK\7\x08"
        end += 16 if marked else 12
    return end
