"""What each piece of evidence measured, and whether it counts.

In: claims with their evidence, the appraisals of the studies, the populations. Out: one `Observation` for each piece of
evidence: the leg on which it was made, in people, animals or cells, for or against, and if it is only context, why.

Evidence counts for or against a sentence only if it measured that sentence. What was given to other people says nothing
of the condition; what was seen in the condition without the intervention says nothing of the intervention.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from evibrief.evidence.instrument import Counting
from evibrief.evidence.vocabulary import Leg, NotCounted
from evibrief.rating.units import Publication, Review, Unit, Units

Stream = Literal["people", "animals", "cells"]
EvidenceSide = Literal["for", "against", "inconclusive"]
LEGS: tuple[Leg, ...] = ("intervention", "condition", "direct")
STREAMS: tuple[Stream, ...] = ("people", "animals", "cells")
_SIDES: Mapping[str, EvidenceSide] = {"supports": "for", "contradicts": "against", "inconclusive": "inconclusive"}
_TURNED: Mapping[EvidenceSide, EvidenceSide] = {"for": "against", "against": "for", "inconclusive": "inconclusive"}
_NO_LEG: Mapping[str, NotCounted] = {"background": "background", "gap": "gap"}
_NEAR = ("target", "close")
_PARTS_OF_LOCATOR = re.compile(r";|&|\band\b")
_FIRST_WORD = re.compile(r"[^\W\d_]+")


class EvidenceRecord(Protocol):
    """What is asked of a piece of evidence; `population` and `exposure` only where they are not the study's own."""

    @property
    def source(self) -> str:
        """The key of the publication."""

    @property
    def role(self) -> str:
        """`supports`, `contradicts`, `inconclusive` or `context`."""

    @property
    def locator(self) -> str:
        """Where in the publication the finding is."""

    @property
    def seen(self) -> str | None:
        """`full-text`, `abstract` or `record`."""

    @property
    def population(self) -> str | None:
        """Whom it is about, by id."""

    @property
    def exposure(self) -> str | None:
        """`intervention`, `other` or `none`."""

    @property
    def resolved(self) -> str | None:
        """For a contradiction: why it no longer counts."""

    @property
    def outcome(self) -> str | None:
        """`primary`, `secondary` or `post-hoc`."""


class ClaimRecord(Protocol):
    """What is asked of a claim."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def about(self) -> str:
        """A leg, `bridge`, `background` or `gap`."""

    @property
    def direction(self) -> str:
        """`supports` or `opposes` the idea that the intervention may help, or `neutral`."""

    @property
    def modality(self) -> str | None:
        """How strongly it is put; `proposed` if it is only a proposal."""

    @property
    def evidence(self) -> Sequence[EvidenceRecord]:
        """What publications say about it."""


class StudyRecord(Publication, Protocol):
    """What is asked of the appraisal of a study."""

    @property
    def population(self) -> str:
        """Who was studied, by id."""

    @property
    def exposure(self) -> str | None:
        """What they were given: `intervention`, `other` or `none`."""


class PeopleRecord(Protocol):
    """What is asked of a population."""

    @property
    def relation(self) -> str:
        """`target`, `close`, `other` or `none`."""

    @property
    def species(self) -> str:
        """A word of the vocabulary."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What one publication says about one claim. It counts unless there is a reason why not."""

    source: str
    claim: str
    unit: Unit
    leg: Leg | None
    stream: Stream | None
    side: EvidenceSide
    controlled: bool
    in_target: bool
    """Whether it was made in the condition itself, not in a close one."""

    reason: NotCounted | None = None

    @property
    def counted(self) -> bool:
        """Whether it is for, against or inconclusive; otherwise it is context."""
        return self.reason is None


@dataclass(frozen=True)
class Observer:
    """Makes observations from the records of one brief."""

    counting: Counting
    studies: Mapping[str, StudyRecord]
    populations: Mapping[str, PeopleRecord]
    units: Units

    def of_statement(self, claims: Iterable[ClaimRecord], kind: str = "reason") -> tuple[Observation, ...]:
        """What bears on a statement; nothing counts for one that is no reason to expect a benefit."""
        no_reason: NotCounted | None = "no-reason" if kind != "reason" else None
        return tuple(
            self._observed(claim, entry, no_reason or _neutral(claim)) for claim in claims for entry in claim.evidence
        )

    def of_link(self, claims: Iterable[ClaimRecord], kind: str) -> tuple[Observation, ...]:
        """What bears on a link of a mechanism. Only what was measured on its own leg counts."""
        found = (self._observed(claim, entry, None) for claim in claims for entry in claim.evidence)
        return tuple(
            one if one.leg in legs_of(kind) else replace(one, reason=one.reason or "other-leg") for one in found
        )

    def _observed(self, claim: ClaimRecord, entry: EvidenceRecord, otherwise: NotCounted | None) -> Observation:
        """An observation, with the first reason why it is context; `otherwise` is one that the claim gives."""
        study = self.studies.get(entry.source)
        leg, missed = self._leg(claim, entry)
        stream = self._stream(entry)
        side = _SIDES.get(entry.role, "inconclusive")
        return Observation(
            source=entry.source,
            claim=claim.id,
            unit=self.units.of(entry.source),
            leg=leg,
            stream=stream,
            side=_TURNED[side] if claim.direction == "opposes" else side,
            controlled=stream != "people" or self._is_controlled(study, entry, leg),
            in_target=self._relation(entry) == "target",
            reason=_said(claim, entry) or missed or otherwise or self._not_counted(study, entry),
        )

    def _leg(self, claim: ClaimRecord, entry: EvidenceRecord) -> tuple[Leg | None, NotCounted | None]:
        """The leg on which a piece of evidence was made, or the reason why it is on none."""
        if claim.about in _NO_LEG:
            return None, _NO_LEG[claim.about]
        stream = self._stream(entry)
        if stream is None:
            return None, "nobody"
        near, given = self._relation(entry) in _NEAR, self._exposure(entry) == "intervention"
        if claim.about == "intervention":
            return ("intervention", None) if given else (None, "not-given")
        if not near:
            return None, "other-people"
        if claim.about == "condition":
            return (None, "given") if given else ("condition", None)
        if not given:
            return None, "not-given"
        return ("direct", None) if stream == "people" else (None, "not-people")

    def _is_controlled(self, study: StudyRecord | None, entry: EvidenceRecord, leg: Leg | None) -> bool:
        """Whether a finding in people has a control group behind it, and was planned where it is direct evidence."""
        if study is None or study.design not in self.counting.controlled:
            return False
        unplanned = entry.outcome in ("secondary", "post-hoc") or study.design in self.counting.exploratory
        if leg == "direct" and unplanned:
            return False
        review = self.units.reviews.get(self.units.of(entry.source))
        return review is None or not self._pools_nothing_controlled(review)

    def _pools_nothing_controlled(self, review: Review) -> bool:
        """Whether all that a review contains is known, and none of it has a control group."""
        known = [self.studies[source].design for source in review.sources if source in self.studies]
        in_full = review.is_listed_in_full and len(known) == len(review.sources)
        return in_full and not set(known) & set(self.counting.controlled)

    def _not_counted(self, study: StudyRecord | None, entry: EvidenceRecord) -> NotCounted | None:
        if study is None or study.design not in (*self.counting.controlled, *self.counting.uncontrolled):
            return "design"
        return "unread" if entry.seen == "record" or is_unread(entry.locator, self.counting.unread) else None

    def _population(self, entry: EvidenceRecord) -> PeopleRecord | None:
        study = self.studies.get(entry.source)
        name = entry.population or (study.population if study else None)
        return self.populations.get(name) if name else None

    def _relation(self, entry: EvidenceRecord) -> str:
        population = self._population(entry)
        return population.relation if population else "none"

    def _stream(self, entry: EvidenceRecord) -> Stream | None:
        population = self._population(entry)
        species: Mapping[Stream, Iterable[str]] = {
            "people": self.counting.people, "animals": self.counting.animals, "cells": self.counting.cells,
        }  # fmt: skip
        return next((stream for stream, words in species.items() if population and population.species in words), None)

    def _exposure(self, entry: EvidenceRecord) -> str:
        study = self.studies.get(entry.source)
        return entry.exposure or (study and study.exposure) or "none"


def legs_of(kind: str) -> tuple[Leg, ...]:
    """The legs on which a link of this kind can be measured.

    Only what was given to people with the condition tests a bridge. It also shows what the intervention does and
    whether the doses reach it, like any other use of the intervention.
    """
    if kind == "bridge":
        return ("direct",)
    return ("condition",) if kind == "condition" else ("intervention", "direct")


def _said(claim: ClaimRecord, entry: EvidenceRecord) -> NotCounted | None:
    """Why a piece of evidence is context, if the author's own words say so."""
    if entry.role not in _SIDES:
        return "context"
    if entry.resolved:
        return "resolved"
    return "proposed" if claim.modality == "proposed" and entry.role == "supports" else None


def _neutral(claim: ClaimRecord) -> NotCounted | None:
    return "neutral" if claim.direction == "neutral" else None


def is_unread(locator: str, unread: Iterable[str]) -> bool:
    """Whether all that a locator names is among the places where nothing was measured: `introduction, paragraph 2`."""
    words = [first[0].casefold() for first in _first_words(locator)]
    return bool(words) and set(words) <= {word.casefold() for word in unread}


def _first_words(locator: str) -> Iterator[re.Match[str]]:
    for part in _PARTS_OF_LOCATOR.split(locator):
        if found := _FIRST_WORD.search(part):
            yield found


def without(left_out: Unit, observations: Iterable[Observation], units: Units) -> tuple[Observation, ...]:
    """The observations except those of a study and of reviews that contain it: their result without it is unknown."""
    return tuple(one for one in observations if one.unit != left_out and not units.contains(one.unit, left_out))


def not_required(observation: Observation) -> Observation:
    """The same observation as context of a link that is judged by other claims."""
    return replace(observation, reason=observation.reason or "not-required")
