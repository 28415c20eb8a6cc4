"""Which studies are for and against a set of claims.

In: claims and the appraisals of the studies. Out: `Support`, where each study counts once, however many claims use it
and however many reports it has.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from evibrief.evidence.claims import Claim, Evidence, PopulationRecord, Study
from evibrief.evidence.fields import ClaimId, ReferenceKey
from evibrief.evidence.vocabulary import About

Stance = Literal["for", "against", "neither"]


@dataclass(frozen=True, slots=True)
class Support:
    """The studies of a set of claims, each study once per column, in the order of the claims.

    A study is given by its first report in `studies.yaml`. It can be on both sides.
    """

    supporting: tuple[ReferenceKey, ...]
    contradicting: tuple[ReferenceKey, ...]
    mixed: tuple[ReferenceKey, ...]
    context: tuple[ReferenceKey, ...]
    unsourced: tuple[ClaimId, ...]


def weigh(claims: Iterable[Claim], studies: Mapping[str, Study], towards_benefit: bool = False) -> Support:
    """The studies for and against a set of claims.

    With `towards_benefit`, for and against mean the idea that the intervention may help: a study that supports a
    claim against that idea counts against it.
    """
    columns: dict[str, dict[ReferenceKey, None]] = {
        role: {} for role in ("supports", "contradicts", "inconclusive", "context")
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
        mixed=tuple(columns["inconclusive"]),
        context=tuple(columns["context"]),
        unsourced=tuple(unsourced),
    )


def study_of(source: ReferenceKey, studies: Mapping[str, Study]) -> ReferenceKey:
    """The report that identifies a study: its first one in `studies.yaml`."""
    report = studies.get(source)
    if report is None or report.report_of is None:
        return source
    return next(other.reference for other in studies.values() if other.report_of == report.report_of)


def stance_of(entry: Evidence, claim: Claim, towards_benefit: bool) -> Stance:
    """Whether a piece of evidence is for or against a claim, or the idea that the intervention may help.

    A resolved contradiction is on neither side. Nor is evidence on background, or support for a claim that is only
    proposed: a proposal is not evidence.
    """
    if entry.role not in ("supports", "contradicts") or entry.resolved or claim.about == "background":
        return "neither"
    if entry.role == "supports" and claim.modality == "proposed":
        return "neither"
    speaks_for = entry.role == "supports"
    if towards_benefit and claim.direction == "neutral":
        return "neither"
    if towards_benefit and claim.direction == "opposes":
        speaks_for = not speaks_for
    return "for" if speaks_for else "against"


def sides(claim: Claim, towards_benefit: bool) -> Iterator[tuple[Evidence, Stance]]:
    """Every piece of evidence of a claim that is for or against, with its side."""
    for entry in claim.evidence:
        if (side := stance_of(entry, claim, towards_benefit)) != "neither":
            yield entry, side


def printed_subject(claim: Claim, format: int) -> About:
    """What a claim is printed as being about. Format 1 had no word for direct evidence: it was the intervention's."""
    return "intervention" if claim.about == "direct" and format == 1 else claim.about


def names_direct_evidence(evidence: Evidence, populations: Mapping[str, PopulationRecord]) -> bool:
    """Whether people with the condition itself received the intervention: the only evidence that needs no bridge."""
    return evidence.exposure == "intervention" and populations[evidence.population].relation == "target"
