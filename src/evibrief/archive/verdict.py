"""The verdict of `verify` on a document: its types, and the function that decides."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from evibrief.formats.difference import Difference

VerdictState = Literal["identical", "own look", "other tools", "undecided", "altered"]

MOST_DIFFERENCES = 20
"""The most differences that are listed; with more, it is practically another document."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on a document, the brief and version it claims to be, and what differs.

    `looks` lists its own files that affect what a reader sees, `uncovered` those whose words the evidence hash does not
    cover; if there are any, `said` is what the evidence says in plain words. A review copy is compared with a rebuilt
    review copy; a reviewer's edits make it altered.
    """

    state: VerdictState
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
    """The comparison of a document with one rebuilt from the evidence in it."""

    same: bool = False
    happened: str = ""
    differences: tuple[Difference, ...] = ()
    failed: str = ""
    ended: bool = False
    """Whether the comparison was stopped, for example at a limit, and so says nothing about the document."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The differences in words."""
        told = (f"{one.where}: {one.message} ({one.what})" for one in self.differences[:MOST_DIFFERENCES])
        more = len(self.differences) - MOST_DIFFERENCES
        lines = (self.failed, self.happened, *told, f"and {more} more differences" if more > 0 else "")
        return tuple(line for line in lines if line)


def judge(found: Verdict, compared: Comparison, tools: Sequence[str]) -> Verdict:
    """The verdict on a comparison. Only other tools can explain a difference that is not an alteration."""
    if compared.same:
        return replace(found, state="own look" if found.looks else "identical")
    if not tools and not compared.ended:
        return replace(found, state="altered", details=compared.lines or (_ONLY_BYTES,))
    agrees = not compared.differences and not compared.failed
    state: VerdictState = ("own look" if found.looks else "other tools") if agrees else "undecided"
    details = (*(() if agrees else compared.lines), *tools)
    return replace(found, state=state, details=details, ended=compared.ended)


_ONLY_BYTES = "everything that was compared agrees, but the bytes differ: it was saved again"
