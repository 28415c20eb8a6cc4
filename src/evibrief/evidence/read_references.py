"""The places of the entries in a CSL-JSON file, which Python's JSON reader does not report."""

import json
from collections.abc import Iterator
from typing import Any

from evibrief.evidence.source import Span


def json_entries(path: str, text: str, entries: Any) -> Iterator[Span]:
    """The spans of a JSON list's entries, found by decoding it one entry at a time."""
    if not isinstance(entries, list):
        return
    decoder, offset = json.JSONDecoder(), text.index("[") + 1
    for _ in entries:
        while text[offset] in " \t\n\r,":
            offset += 1
        _, end = decoder.raw_decode(text, offset)
        yield Span(path, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset), offset, end)
        offset = end
