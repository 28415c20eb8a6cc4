"""Which studies stand behind a set of claims, and on which side.

In: claims and the appraisals of the studies. Out: `Support`, where every study is counted once, however many claims
rest on it and however many reports it has.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from evibrief.evidence.claims import Claim, Evidence, PopulationRecord, Study
from evibrief.evidence.fields import ClaimId, ReferenceKey

Side = Literal["for", "against", "neither"]


@dataclass(frozen=True, slots=True)
class Support:
    """The studies behind a set of claims, each study once per column, in the order of the claims.

    A study stands for all its reports by the first report met. It can stand on both sides.
    """

    supporting: tuple[ReferenceKey, ...]
    contradicting: tuple[ReferenceKey, ...]
    mixed: tuple[ReferenceKey, ...]
    context: tuple[ReferenceKey, ...]
    unsourced: tuple[ClaimId, ...]


def weigh(claims: Iterable[Claim], studies: Mapping[str, Study], towards_benefit: bool = False) -> Support:
    """The studies for and against a set of claims.

    With `towards_benefit` they are for and against the idea that the intervention may help: a study that supports a
    claim which speaks against that idea counts against it.
    """
    columns: dict[str, dict[ReferenceKey, None]] = {
        role: {} for role in ("supports", "contradicts", "mixed", "context")
    }
    unsourced: list[ClaimId] = []
    turned = {"supports": "contradicts", "contradicts": "supports"}
    for claim in claims:
        if not claim.evidence:
            unsourced.append(ClaimId(claim.id))
        for entry in claim.evidence:
            turns = towards_benefit and claim.direction == "opposes"
            role = turned.get(entry.role, entry.role) if turns else entry.role
            columns[role][study_of(entry.source, studies)] = None
    return Support(
        supporting=tuple(columns["supports"]),
        contradicting=tuple(columns["contradicts"]),
        mixed=tuple(columns["mixed"]),
        context=tuple(columns["context"]),
        unsourced=tuple(unsourced),
    )


def study_of(source: ReferenceKey, studies: Mapping[str, Study]) -> ReferenceKey:
    """The report that stands for a study: the first in `studies.yaml` of those that report it."""
    report = studies.get(source)
    if report is None or report.report_of is None:
        return source
    return next(other.reference for other in studies.values() if other.report_of == report.report_of)


def side_of(entry: Evidence, claim: Claim, towards_benefit: bool) -> Side:
    """On which side of a claim, or of the idea that the intervention may help, a piece of evidence stands.

    A contradiction that is resolved, with its reason, stands on neither side; nor does what supports a claim that is
    only proposed: that something was proposed is no evidence for it.
    """
    if entry.role not in ("supports", "contradicts") or entry.resolved:
        return "neither"
    if entry.role == "supports" and claim.modality == "proposed":
        return "neither"
    speaks_for = entry.role == "supports"
    if towards_benefit and claim.direction == "neutral":
        return "neither"
    if towards_benefit and claim.direction == "opposes":
        speaks_for = not speaks_for
    return "for" if speaks_for else "against"


def sides(claim: Claim, towards_benefit: bool) -> Iterator[tuple[Evidence, Side]]:
    """Every piece of evidence of a claim that takes a side, with the side."""
    for entry in claim.evidence:
        if (side := side_of(entry, claim, towards_benefit)) != "neither":
            yield entry, side


def names_direct_evidence(evidence: Evidence, populations: Mapping[str, PopulationRecord]) -> bool:
    """Whether people with the condition itself received the intervention: the only evidence that needs no bridge."""
    return evidence.exposure == "intervention" and populations[evidence.population].relation == "target"
