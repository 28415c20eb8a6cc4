"""The references of a brief for reference managers.

In: the references as they were read, put right. Out: CSL-JSON (the schema of CSL 1.0.2).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from evibrief.exports.contract import Exported


def csl_entries(exported: Exported) -> Sequence[Mapping[str, Any]]:
    """The references in file order, as CSL-JSON."""
    entries: Sequence[Mapping[str, Any]] = exported.source.tree["references"]
    return entries


class CslJson:
    """CSL-JSON: read by Zotero, pandoc and citeproc."""

    name = "csl"
    label = "the references, as CSL-JSON"
    ending = "_references.json"

    def write(self, exported: Exported) -> bytes:
        """The references with their fields put right."""
        return (json.dumps(csl_entries(exported), indent=1, ensure_ascii=False) + "\n").encode()
