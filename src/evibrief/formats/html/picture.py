"""Checks a brief's PNG before any engine reads it (ISO/IEC 15948, PNG third edition).

In: bytes. Out: why they are not a PNG that all three outputs show in the same way; empty if they are.
"""

import struct
import zlib
from collections.abc import Iterator

LARGEST_LOGO = 2_000_000
"""In bytes: the largest logo."""

SMALLEST_SIDE, LARGEST_SIDE, NARROWEST = 8, 4_000, 20
"""Limits of the sides in pixels and of their ratio; a logo is printed at 45 by 14 mm at most."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def fault_of(data: bytes) -> str:
    """Why this PNG cannot be shown; empty if it can."""
    try:
        return _fault(data)
    except (struct.error, zlib.error, ValueError) as error:
        return f"it is damaged: {error}"


def _fault(data: bytes) -> str:
    if not data.startswith(_SIGNATURE):
        return "it is no PNG"
    chunks = list(_chunks(data))
    kinds = [kind for kind, _ in chunks]
    if kinds[:1] != [b"IHDR"] or kinds[-1:] != [b"IEND"] or kinds.count(b"IHDR") != 1 or b"IDAT" not in kinds:
        return "it is damaged: parts of it are missing"
    if b"acTL" in kinds:
        return "it moves, and paper does not"
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    if not (min(width, height) >= SMALLEST_SIDE and max(width, height) <= LARGEST_SIDE):
        return f"it has {width} by {height} pixels; each side has {SMALLEST_SIDE} to {LARGEST_SIDE:,}"
    if max(width, height) > NARROWEST * min(width, height):
        return f"it has {width} by {height} pixels, too narrow to be seen at the size of a logo"
    if colour not in _CHANNELS or depth not in (1, 2, 4, 8, 16):
        return "it is damaged: nothing has colours of this kind"
    rows = height * (1 + (width * depth * _CHANNELS[colour] + 7) // 8)
    wanted = rows if not interlaced else rows // 2
    found = _unpacked(b"".join(body for kind, body in chunks if kind == b"IDAT"), 2 * rows + 8 * height + 64)
    return "" if found >= wanted else "it is damaged: its picture ends early"


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_SIGNATURE)
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        (sum_of_chunk,) = struct.unpack_from(">I", data, place + 8 + length)
        if zlib.crc32(kind + body) != sum_of_chunk:
            raise ValueError("a part of it has another sum than it says")
        place += 12 + length
        yield kind, body
        if kind == b"IEND" and place != len(data):
            raise ValueError("something follows its end")


def _unpacked(packed: bytes, most: int) -> int:
    """The unpacked size in bytes, counted without storing the data. Raises `ValueError` for more than `most`."""
    unpacker, count = zlib.decompressobj(), 0
    while packed and not unpacker.eof:
        count += len(unpacker.decompress(packed, 65536))
        packed = unpacker.unconsumed_tail
        if count > most:
            raise ValueError("it unpacks to more than its picture")
    return count
