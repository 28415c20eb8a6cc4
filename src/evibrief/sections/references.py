"""The section `references`: the list of references."""

from collections.abc import Iterator

from evibrief.evidence.brief import Brief
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, ReferenceList


def references(brief: Brief, findings: Findings) -> Iterator[Block]:
    """A placeholder for the reference list."""
    yield ReferenceList()
