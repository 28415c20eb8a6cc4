"""What a document is found to be: the types of `verify`, and the one place that decides."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from evibrief.formats.difference import Difference

State = Literal["identical", "own look", "other tools", "undecided", "altered"]

MOST_TOLD = 20
"""Differences that are named; more than that is a document that is altogether another."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a document is found to be, which brief and version it says it is, and what differs.

    `looks` are files of its own that decide what a reader sees, `uncovered` those with words that the evidence hash
    does not cover; where there are any, `said` is what its evidence says, in plain words. A copy for review is compared
    with such a copy; what its reviewer wrote into it makes it another.
    """

    state: State
    id: str
    title: str
    version: str
    date: str
    evidence: str
    content: str
    digest: str
    details: tuple[str, ...] = ()
    looks: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    for_review: bool = False
    ended: bool = False
    """Whether the comparison broke off here, as at a limit: then nothing of the document was compared."""
    compared: str = ""
    """What is compared of a document of this format that is not the same to the byte."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A document held against the one that is built here from what it carries."""

    same: bool = False
    happened: str = ""
    differences: tuple[Difference, ...] = ()
    failed: str = ""
    ended: bool = False
    """Whether it broke off here, as at a limit: then it says nothing about the document."""

    @property
    def lines(self) -> tuple[str, ...]:
        """What differs, in words."""
        told = (f"{one.where}: {one.message} ({one.what})" for one in self.differences[:MOST_TOLD])
        more = len(self.differences) - MOST_TOLD
        lines = (self.failed, self.happened, *told, f"and {more} more differences" if more > 0 else "")
        return tuple(line for line in lines if line)


def judge(found: Verdict, compared: Comparison, tools: Sequence[str]) -> Verdict:
    """The verdict on a comparison. Only other tools can set a page otherwise and not have altered it."""
    if compared.same:
        return replace(found, state="own look" if found.looks else "identical")
    if not tools and not compared.ended:
        return replace(found, state="altered", details=compared.lines or (_ONLY_BYTES,))
    agrees = not compared.differences and not compared.failed
    state: State = ("own look" if found.looks else "other tools") if agrees else "undecided"
    details = (*(() if agrees else compared.lines), *tools)
    return replace(found, state=state, details=details, ended=compared.ended)


_ONLY_BYTES = "everything that was compared agrees, and yet its bytes differ: it was saved anew"
