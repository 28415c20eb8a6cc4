"""Fills in what an author says once for many records, before the records are checked.

In: a tree in the newest format, whose texts know their locations. Out: the same tree, in which each appraisal has the
`defaults` of brief.yaml and each piece of evidence has what its study says. The texts keep the places where they were
typed.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from evibrief.evidence.source import Location
from evibrief.evidence.walk import at, entries, evidence_of

SEEN_BY_LOCATOR = {"abstract": "abstract", "full text": "full-text", "record": "record", "title": "record"}
"""Locators that say themselves what was read."""


def fill_in(tree: Mapping[str, Any]) -> frozenset[Location]:
    """Fill the tree in place. Returns the filled locations: what is wrong there is reported where it was typed."""
    return frozenset((*_appraisals(tree), *_evidence(tree)))


def _appraisals(tree: Mapping[str, Any]) -> Iterator[Location]:
    for field in ("verification", "integrity"):
        general = at(tree, "brief", "defaults", field)
        for index, study in entries(tree.get("studies")):
            own = study.get(field, {})
            if isinstance(general, dict) and isinstance(own, dict):
                study[field] = {**general, **own}
                yield from (("studies", index, field, key) for key in general if key not in own)


def _evidence(tree: Mapping[str, Any]) -> Iterator[Location]:
    studies = {str(study.get("reference")): study for _, study in entries(tree.get("studies"))}
    for location, entry in evidence_of(tree):
        study = studies.get(str(entry.get("source")), {})
        for field in ("population", "exposure"):
            if field not in entry and field in study:
                entry[field] = study[field]
                yield (*location, field)
        if "seen" not in entry and (seen := SEEN_BY_LOCATOR.get(str(entry.get("locator")))):
            entry["seen"] = seen
