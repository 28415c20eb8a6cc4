"""Fills in what an author says once for many records, before the records are checked.

In: a tree in the newest format, whose texts know their locations. Out: the same tree, in which each appraisal has the
`defaults` of brief.yaml and each piece of evidence has what its study says. The texts keep the places where they were
typed.
"""

from collections.abc import Container, Iterator, Mapping
from typing import Any

from evibrief.evidence.source import Location
from evibrief.evidence.walk import at, entries, evidence_in

SEEN_BY_LOCATOR = {"abstract": "abstract", "full text": "full-text", "record": "record", "title": "record"}
"""Locators that say themselves what was read."""


def fill_in(
    tree: Mapping[str, Any], known: Container[str] | None, unread: Container[Location] = ()
) -> frozenset[Location]:
    """Fill the tree in place. Returns the locations where a problem is only a consequence of one elsewhere.

    `known` are the references that there are, None where they could not be read; `unread` are the roots of files that
    could not be read.
    """
    known = None if ("studies",) in unread else known
    return frozenset((*_appraisals(tree, ("brief",) in unread), *_evidence(tree, known)))


def _appraisals(tree: Mapping[str, Any], is_open: bool) -> Iterator[Location]:
    for field in ("verification", "integrity"):
        general = at(tree, "brief", "defaults", field)
        for index, study in entries(tree.get("studies")):
            if field not in study and is_open:
                yield ("studies", index, field)
            own = study.get(field, {})
            if isinstance(general, dict) and isinstance(own, dict):
                study[field] = {**general, **own}
                yield from (("studies", index, field, key) for key in general if key not in own)


def _evidence(tree: Mapping[str, Any], known: Container[str] | None) -> Iterator[Location]:
    studies = {str(study.get("reference")): study for _, study in entries(tree.get("studies"))}
    for location, entry in evidence_in(tree):
        source = str(entry.get("source"))
        is_open = source not in studies and (known is None or source not in known)
        for field in ("population", "exposure"):
            if field not in entry and field in studies.get(source, {}):
                entry[field] = studies[source][field]
                yield (*location, field)
            elif field not in entry and is_open:
                yield (*location, field)
        if "seen" not in entry and (seen := SEEN_BY_LOCATOR.get(str(entry.get("locator")))):
            entry["seen"] = seen
