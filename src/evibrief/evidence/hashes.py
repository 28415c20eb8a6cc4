"""Hashes of what an author wrote: of the evidence alone, and of everything that affects what a reader sees."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from evibrief.evidence.files import ADDED_LATER
from evibrief.evidence.places import own_look

SHORT = 12
"""Length of the content hash on page 1: enough to tell two versions apart, short enough to read aloud."""


def evidence_hash(tree: Mapping[str, Any]) -> str:
    """SHA-256 of what the evidence says: independent of formatting, key order and comments.

    The order of lists counts: it is the order on the page. `since` is left out because it only follows from a
    comparison, `reviews` and `news` because what is in them becomes evidence only when the author acts on it, and
    `quotes` because looking a quotation up does not change it.
    """
    follows = ("since", "reviews", "quotes", "news")
    return _hash({name: part for name, part in tree.items() if name not in follows})


def content_hash(tree: Mapping[str, Any], files: Mapping[str, bytes]) -> str:
    """SHA-256 of everything that affects what a reader sees, apart from the program and the layer.

    That is the evidence with its instrument, the reviews, the news, the quotations looked up, the changes since the
    last version, and the theme, logo and citation style among the `files` of the brief's folder. A file that older
    versions of the program did not know leaves no trace while it is missing: their hashes stay what they are.
    """
    looks = {path: hashlib.sha256(files[path]).hexdigest() for path in own_look(files)}
    known = {name: part for name, part in tree.items() if name not in ADDED_LATER or part is not None}
    return _hash({"tree": known, "looks": looks})


def _hash(record: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of a record: keys sorted, no spaces."""
    canonical = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
