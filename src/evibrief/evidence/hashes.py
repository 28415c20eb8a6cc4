"""Hashes over what an author wrote: the evidence whatever its formatting, and all that decides what a reader sees."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from evibrief.evidence.places import own_look

SHORT = 12
"""Letters of the content hash that page one prints: enough to tell two versions apart, few enough to read aloud."""


def evidence_hash(tree: Mapping[str, Any]) -> str:
    """SHA-256 of what the evidence says: the same whatever the formatting, the order of keys and the comments.

    The order of lists counts: it is the order of the page. What only follows from a comparison is no
    evidence, and what reviewers say becomes evidence where somebody acts on it.
    """
    return _hash({name: part for name, part in tree.items() if name not in ("since", "reviews")})


def content_hash(tree: Mapping[str, Any], files: Mapping[str, bytes]) -> str:
    """SHA-256 over all that decides what a reader sees, apart from the program and the layer.

    That is the evidence with its instrument, the reviews, what changed since the last version, and, of the `files` of
    the brief's folder, its theme, logo and citation style.
    """
    looks = {path: hashlib.sha256(files[path]).hexdigest() for path in own_look(files)}
    return _hash({"tree": tree, "looks": looks})


def _hash(record: Mapping[str, Any]) -> str:
    """Of one record there is one text: keys sorted, no spaces."""
    canonical = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
