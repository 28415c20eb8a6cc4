"""What a document stands on, as hashes: the evidence whatever its formatting, and every file to the byte.

In: the tree of a `Source`, files by path, versions of engines. Out: hashes and the manifest that documents carry.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from evibrief.model import Brief

SHORT = 12
"""Letters of the evidence hash that page one prints: enough to tell two versions apart, few enough to read aloud."""


def evidence_hash(tree: Mapping[str, Any]) -> str:
    """SHA-256 of what the evidence says: the same whatever the formatting, the order of keys and the comments.

    The order of lists counts: it is the order of the page. What only follows from a comparison is no
    evidence, and what reviewers say becomes evidence where somebody acts on it.
    """
    tree = {name: part for name, part in tree.items() if name not in ("since", "reviews")}
    canonical = json.dumps(tree, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def manifest(
    brief: Brief, evidence: str, files: Mapping[str, bytes], tools: Iterable[str], layer: str
) -> bytes:
    """The manifest of a document as JSON: which brief, which evidence, made from which files by which tools."""
    record = {
        "id": brief.brief.id,
        "title": brief.brief.title,
        "version": brief.brief.version,
        "date": brief.brief.date.isoformat(),
        "layer": layer,
        "evidence_sha256": evidence,
        "instrument": brief.instrument.name if brief.instrument else None,
        "files": {path: hashlib.sha256(data).hexdigest() for path, data in sorted(files.items())},
        "tools": sorted(tools),
    }
    return (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode()
