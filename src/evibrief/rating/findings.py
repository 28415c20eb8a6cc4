"""Everything that follows from the encoded evidence without judgement: counts, gaps, and what depends on what.

In: a `Brief`. Out: `Findings`. Evidence is counted in studies, never in claims: ten claims from one paper are one
study, and two reports of one trial are one study.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, get_args

from evibrief.evidence.brief import Brief, BriefRecord
from evibrief.evidence.claims import Claim, PopulationRecord, Stated, Study
from evibrief.evidence.fields import ClaimId, Record
from evibrief.evidence.instrument import LegInstrument
from evibrief.evidence.quotes import QuoteResult, results_by_quote
from evibrief.evidence.records import Reference
from evibrief.evidence.retractions import RetractionResult, RetractionState
from evibrief.evidence.vocabulary import About, PublicationStanding
from evibrief.labels.languages import words_in
from evibrief.labels.remarks import role_of, said
from evibrief.labels.words import Words
from evibrief.rating.by_legs import rate_by_legs
from evibrief.rating.rate_sorts import Rater
from evibrief.rating.ratings import Ratings, Tally, listed_tally
from evibrief.rating.support import Support, names_direct_evidence, printed_subject, study_of, weigh

STANDINGS: tuple[PublicationStanding, ...] = get_args(PublicationStanding)
_STANDING_OF_RESULT: Mapping[RetractionState, PublicationStanding] = {
    "no-identifier": "no-identifier",
    "none-found": "none-known",
    "correction": "erratum",
    "reinstated": "reinstated",
    "concern": "concern",
    "retracted": "retracted",
}


@dataclass(frozen=True, slots=True)
class ClaimCounts:
    """Numbers of claims by kind. `stated` counts the source document's claims, `added` those that the brief added."""

    stated: int
    added: int
    attributed: int
    direct: int
    unsourced: int
    studies: int
    about: Mapping[str, int]
    direction: Mapping[str, int]
    status: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that is derived from a brief, by id."""

    counts: ClaimCounts
    claims: Mapping[str, Claim]
    subjects: Mapping[str, About]
    """What each claim is printed as being about."""
    populations: Mapping[str, PopulationRecord]
    references: Mapping[str, Reference]
    studies: Mapping[str, Study]
    links: Mapping[str, Support]
    places_of_links: Mapping[str, tuple[str, int]]
    """For each link, the title of its mechanism and its number there, from 1."""
    statements: Mapping[str, Support]
    numbers: Mapping[str, str]
    """What a claim or a correction is called on the page: its number in the order of the page, by id."""
    corrections: tuple[str, ...]
    claims_of_correction: Mapping[str, tuple[ClaimId, ...]]
    claims_of_study: Mapping[str, tuple[ClaimId, ...]]
    verification: Mapping[str, int]
    integrity: Mapping[str, int]
    standings: Mapping[str, PublicationStanding]
    """For each publication, the worse of its appraisal and its retraction check."""
    retractions: Mapping[str, RetractionResult]
    quotes: Mapping[tuple[str, str], QuoteResult]
    """What came of looking quotations up, by the id of the publication and the hash of the quotation."""
    changed: Mapping[str, tuple[str, ...]]
    """The kinds of change of each record since the last archived version, by id."""
    open_comments: Mapping[str, tuple[tuple[str, str], ...]]
    """For each record, the undecided comments: the reviewer's role, and what they said."""
    ratings: Ratings | None
    overrides: tuple[tuple[str, str, str, str], ...]
    """The record's id, the rule, the reason and the signature of each override, in file order."""
    language: str
    has_document: bool
    """Whether the brief examines a source document."""

    def tally(self, name: str) -> Tally:
        """The one tally of a statement or link, by id; without an instrument, its studies as the claims list them."""
        if self.ratings and name in self.ratings.statements:
            return self.ratings.statements[name].tally
        if self.ratings and name in self.ratings.links:
            return self.ratings.links[name].tally
        return listed_tally({**self.links, **self.statements}[name])

    def called(self, name: str) -> str:
        """What the page calls a record that it has: `claim 12`, `statement 4b`; nothing for any other id."""
        sentences = self.words.sentences
        if name in self.claims:
            return sentences.called_claim(number=self.numbers[name])
        if name in self.statements:
            return sentences.statement(number=name.lstrip("s"))
        if name in self.corrections:
            return sentences.called_correction(number=self.numbers[name])
        if name in self.places_of_links:
            mechanism, number = self.places_of_links[name]
            return sentences.called_link(mechanism=mechanism, number=number)
        return ""

    def names(self) -> Mapping[str, str]:
        """What the page calls each of its records, by id."""
        every = (*self.claims, *self.corrections, *self.statements, *self.places_of_links)
        return {name: self.called(name) for name in every}

    @property
    def words(self) -> Words:
        """What the pages print by themselves, in the language of the brief."""
        return words_in(self.language)


def derive(brief: Brief) -> Findings:
    """Everything that the pages need and that can be computed from the records alone."""
    claims = {claim.id: claim for claim in brief.all_claims}
    subjects = {claim.id: printed_subject(claim, brief.brief.format) for claim in brief.all_claims}
    studies: dict[str, Study] = {study.reference: study for study in brief.studies}
    populations = {population.id: population for population in brief.brief.populations}
    checked = brief.retractions.results if brief.retractions else ()
    results: dict[str, RetractionResult] = {result.reference: result for result in checked}
    standings = {name: worse_standing(study, results.get(study.reference)) for name, study in studies.items()}
    links = [link for mechanism in brief.mechanisms for link in mechanism.links]
    return Findings(
        counts=count_claims(brief.all_claims, populations, studies, subjects),
        claims=claims,
        subjects=subjects,
        populations=populations,
        references={reference.id: reference for reference in brief.references},
        studies=studies,
        links={link.id: weigh((claims[name] for name in link.all_claims), studies) for link in links},
        places_of_links={
            link.id: (mechanism.title, number)
            for mechanism in brief.mechanisms
            for number, link in enumerate(mechanism.links, 1)
        },
        statements={
            statement.id: weigh((claims[name] for name in statement.claims), studies, towards_benefit=True)
            for statement in brief.ranking.statements
        },
        numbers=_numbers(brief, subjects),
        corrections=tuple(correction.id for correction in brief.limitations.corrections),
        claims_of_correction=_by((name, claim) for claim in brief.all_claims for name in claim.corrections),
        claims_of_study=_by(
            (study_of(entry.source, studies), claim)
            for claim in brief.all_claims
            for entry in claim.evidence
            if entry.role != "context"
        ),
        verification=dict(Counter(study.verification.state for study in brief.studies)),
        integrity=dict(Counter(standings.values())),
        standings=standings,
        retractions=results,
        quotes=results_by_quote(brief.quotes),
        changed=_marked(brief),
        open_comments=_open_comments(brief),
        ratings=_rated(brief, claims, studies, populations),
        overrides=tuple(_overrides(brief, "")),
        language=brief.brief.language,
        has_document=brief.brief.source_document is not None,
    )


def _numbers(brief: Brief, subjects: Mapping[str, About]) -> Mapping[str, str]:
    """Claims are counted in the order of the evidence tables: by topic, and inside it by what they are about."""
    order: tuple[About, ...] = get_args(About)
    claims: list[str] = []
    for group in brief.claims:
        claims += sorted((claim.id for claim in group.claims), key=lambda name: order.index(subjects[name]))
    corrections = [correction.id for correction in brief.limitations.corrections]
    return {name: str(number) for names in (claims, corrections) for number, name in enumerate(names, 1)}


def _rated(
    brief: Brief,
    claims: Mapping[str, Claim],
    studies: Mapping[str, Study],
    populations: Mapping[str, PopulationRecord],
) -> Ratings | None:
    if isinstance(brief.instrument, LegInstrument):
        return rate_by_legs(brief, brief.instrument)
    if brief.instrument:
        return Rater(brief.instrument, claims, studies, populations).rate(brief.ranking.statements, brief.mechanisms)
    return None


def worse_standing(study: Study | None, result: RetractionResult | None) -> PublicationStanding:
    """The worse of an appraisal and a retraction check; either may be missing.

    A finding outweighs the absence of one, so the result is `not-checked` only if neither was done.
    """
    said: list[PublicationStanding] = ["not-checked"]
    if study:
        said.append(study.integrity.state)
    if result:
        said.append(_STANDING_OF_RESULT[result.state])
    return max(said, key=STANDINGS.index)


class OfRecord(Protocol):
    """A change of one record: one that `rating.diff` found, or one read from `since.yaml`."""

    @property
    def record(self) -> str:
        """The record that changed, and the field."""

    @property
    def kind(self) -> str:
        """The kind of change."""


def kinds_by_record(changes: Iterable[OfRecord]) -> Mapping[str, tuple[str, ...]]:
    """The kinds of change of each record, by its id, in order of appearance."""
    found: dict[str, dict[str, None]] = {}
    for change in changes:
        found.setdefault(change.record.partition(",")[0], {})[change.kind] = None
    return {name: tuple(kinds) for name, kinds in found.items()}


def _marked(brief: Brief) -> Mapping[str, tuple[str, ...]]:
    """The changes that are marked at their records: none if more than a third of the claims changed.

    A mark at almost every claim tells a reader nothing.
    """
    changed = kinds_by_record(brief.since.changes if brief.since else ())
    claims = [claim.id for claim in brief.all_claims]
    return changed if 3 * sum(name in changed for name in claims) <= len(claims) else {}


def _open_comments(brief: Brief) -> Mapping[str, tuple[tuple[str, str], ...]]:
    found: dict[str, list[tuple[str, str]]] = {}
    words = words_in(brief.brief.language)
    for ledger in brief.reviews:
        for comment in (one for one in ledger.comments if one.decision == "open"):
            for record in comment.records:
                found.setdefault(record, []).append((role_of(comment, ledger, words), said(comment, words)))
    return {record: tuple(comments) for record, comments in found.items()}


def count_claims(
    claims: tuple[Claim, ...],
    populations: Mapping[str, PopulationRecord],
    studies: Mapping[str, Study],
    subjects: Mapping[str, About],
) -> ClaimCounts:
    """Count the claims by kind."""
    stated = [claim.stated for claim in claims if claim.stated]
    sources = {study_of(entry.source, studies) for claim in claims for entry in claim.evidence}
    return ClaimCounts(
        stated=len(stated),
        added=len(claims) - len(stated),
        attributed=sum(names_a_source(origin) for origin in stated),
        direct=sum(any(names_direct_evidence(entry, populations) for entry in claim.evidence) for claim in claims),
        unsourced=sum(not claim.evidence for claim in claims),
        studies=len(sources),
        about=dict(Counter(subjects[claim.id] for claim in claims)),
        direction=dict(Counter(claim.direction for claim in claims)),
        status=dict(Counter(claim.status for claim in claims)),
    )


def names_a_source(origin: Stated) -> bool:
    """Whether the source document names or describes a publication; `none (case reports)` is not a source."""
    return not origin.attribution.startswith("none")


def _overrides(node: object, within: str) -> Iterator[tuple[str, str, str, str]]:
    """The overrides of a record and all records inside it; a record without an id uses that of the one around it."""
    if isinstance(node, tuple):
        for child in node:
            yield from _overrides(child, within)
    elif isinstance(node, Record):
        name = str(getattr(node, "id", None) or getattr(node, "reference", None) or within)
        name = "" if isinstance(node, BriefRecord) else name
        for override in getattr(node, "overrides", ()):
            yield name, override.rule, override.reason, f"{override.by}, {override.date.isoformat()}"
        for field in type(node).model_fields:
            yield from _overrides(getattr(node, field), name)


def _by(pairs: Iterable[tuple[str, Claim]]) -> Mapping[str, tuple[ClaimId, ...]]:
    gathered: dict[str, dict[ClaimId, None]] = {}
    for key, claim in pairs:
        gathered.setdefault(key, {})[ClaimId(claim.id)] = None
    return {key: tuple(names) for key, names in gathered.items()}
