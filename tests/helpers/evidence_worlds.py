"""Small bodies of evidence for the second rating method: records, a short way to write them, and random ones.

A record here has the fields that the method asks of it and no others. Populations have the name of their relation and
species: `target-people`.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from evibrief.evidence.instrument import AnyInstrument, LegInstrument
from evibrief.evidence.read_folder import read_one
from evibrief.rating.rate_legs import LegRater, RatedLink, RatedStatement, rater_of
from evibrief.rating.tally import StatementTally, tally_statement

ROOT = Path(__file__).parents[2]
INSTRUMENT = ROOT / "data" / "instruments" / "plausibility-2.yaml"
RELATIONS = ("target", "close", "other", "none")
SPECIES = {"people": "human", "animals": "rat", "cells": "cells", "none": "none"}


def laws() -> Callable[[Any], Any]:
    """The settings of a law: 500 random bodies of evidence, or as many as LAW_EXAMPLES says.

    They are others in each run; `make fuzz` tries thousands at once.
    """
    number = int(os.environ.get("LAW_EXAMPLES", "500"))
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(max_examples=number, deadline=None, database=None, suppress_health_check=checks)


@cache
def instrument() -> LegInstrument:
    read, problems = read_one(INSTRUMENT, "instrument")
    assert problems == []
    found = TypeAdapter(AnyInstrument).validate_python(read.tree["instrument"])
    assert isinstance(found, LegInstrument)
    return found


@dataclass(frozen=True)
class Population:
    relation: str
    species: str


POPULATIONS = {
    f"{relation}-{stream}": Population(relation, species)
    for relation in RELATIONS
    for stream, species in SPECIES.items()
}


@dataclass(frozen=True)
class Study:
    reference: str
    design: str = "randomised-trial"
    population: str = "target-people"
    exposure: str = "intervention"
    report_of: str | None = None
    cohort: str | None = None
    includes: tuple[str, ...] = ()
    pooled: int | None = None
    doi: str | None = None


@dataclass(frozen=True)
class Entry:
    source: str
    role: str = "supports"
    population: str | None = None
    exposure: str | None = None
    locator: str = "abstract"
    seen: str | None = "abstract"
    outcome: str | None = None
    resolved: str | None = None


@dataclass(frozen=True)
class Claim:
    id: str
    about: str
    direction: str = "supports"
    evidence: tuple[Entry, ...] = ()
    modality: str | None = None


@dataclass(frozen=True)
class Statement:
    claims: tuple[str, ...]
    kind: str = "reason"
    id: str = "s"


@dataclass(frozen=True)
class Link:
    id: str
    kind: str
    claims: tuple[str, ...]
    requires: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mechanism:
    links: tuple[Link, ...]
    id: str = "m"


@dataclass(frozen=True)
class World:
    """Studies and the claims that use them."""

    studies: tuple[Study, ...]
    claims: tuple[Claim, ...]

    @property
    def rater(self) -> LegRater:
        identifiers = {study.reference: [("doi", study.doi)] for study in self.studies if study.doi}
        return rater_of(instrument(), self.claims, self.studies, POPULATIONS, identifiers)

    def statement(self, kind: str = "reason") -> RatedStatement:
        """The rating of the statement that rests on all claims."""
        return self.rater.rate_statement(Statement(tuple(claim.id for claim in self.claims), kind))

    def tier(self) -> str:
        """Its tier alone."""
        rater = self.rater
        return rater.tier_rule("reason", rater.observer.of_statement(self.claims)).level

    def tally(self) -> StatementTally:
        """Its tally alone."""
        rater = self.rater
        return tally_statement(rater.observer.of_statement(self.claims), rater.units)

    def link(self, kind: str, *claims: str, requires: tuple[str, ...] = (), searched: bool = False) -> RatedLink:
        """The rating of a link that rests on these claims, or on all."""
        names = claims or tuple(claim.id for claim in self.claims)
        return self.rater.rate_link(Link("l", kind, names, requires), searched)

    def with_entry(self, claim: int, entry: Entry) -> "World":
        changed = replace(self.claims[claim], evidence=(*self.claims[claim].evidence, entry))
        return replace(self, claims=(*self.claims[:claim], changed, *self.claims[claim + 1 :]))

    def with_study(self, study: Study) -> "World":
        return replace(self, studies=(*self.studies, study))


def about(leg: str, relation: str | None = None, stream: str = "people") -> dict[str, str]:
    """The population and exposure that a leg needs."""
    near = relation or ("other" if leg == "intervention" else "target")
    return {"population": f"{near}-{stream}", "exposure": "none" if leg == "condition" else "intervention"}


def world(*claims: Claim, studies: Sequence[Study] = ()) -> World:
    """A world of these claims; a study that is not given is a randomised trial."""
    claims = tuple(replace(one, id=one.id or f"c{at}") for at, one in enumerate(claims, 1))
    given = {study.reference for study in studies}
    cited = dict.fromkeys(entry.source for claim in claims for entry in claim.evidence)
    return World((*studies, *(Study(source) for source in cited if source not in given)), claims)


def claim(leg: str, sides: str, direction: str = "supports", **changes: str) -> Claim:
    """A claim in short: `claim("direct", "a+ b- c? d=")` has a study for, against, inconclusive, and as context.

    `stream` and `relation` say in whom; other changes are fields of each piece of evidence. `world` gives it an id.
    """
    roles = {"+": "supports", "-": "contradicts", "?": "inconclusive", "=": "context"}
    stream, relation = changes.pop("stream", "people"), changes.pop("relation", None)
    place = about(leg, relation, stream)
    entries = tuple(Entry(word[:-1], roles[word[-1]], **{**place, **changes}) for word in sides.split())
    return Claim("", leg, direction, entries)


# -- random worlds ---------------------------------------------------------------------------------------------------

ABOUT = ("intervention", "condition", "direct", "bridge", "background", "gap")
CONTROLLED, UNCONTROLLED, UNCOUNTED = "randomised-trial", "uncontrolled-trial", "narrative-review"
DESIGNS = (*(CONTROLLED,) * 5, UNCONTROLLED, UNCONTROLLED, UNCOUNTED, "post-hoc-analysis")
REVIEWS = ("systematic-review", "systematic-review", "pooled-analysis")
ROLES = (*("supports",) * 5, "contradicts", "contradicts", "inconclusive", "context")


@cache
def pick(values: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    """One of the values. Made once: hypothesis takes longer to make a strategy than to draw from it."""
    return st.sampled_from(values)


def sometimes(often: int, values: Sequence[str]) -> st.SearchStrategy[str | None]:
    """One of the values, or `often` times as often none."""
    return pick((*(None,) * often * len(values), *values))


@st.composite
def studies(draw: st.DrawFn, designs: Sequence[str] = DESIGNS, reviews: Sequence[str] = REVIEWS) -> tuple[Study, ...]:
    """Up to seven studies, some of them one study with another, some of them reviews of others."""
    made: list[Study] = []
    for number in range(draw(pick((1, 2, 3, 4, 5, 6, 7, 7, 7)))):
        if reviews and made and draw(st.integers(0, 3)) == 0:
            made.append(draw(review(f"s{number}", made, reviews)))
        else:
            design, doi = draw(pick(tuple(designs))), draw(sometimes(9, ["d1", "d2"]))
            report, cohort = draw(sometimes(9, ["r1", "r2"])), draw(sometimes(12, ["c1"]))
            made.append(Study(f"s{number}", design, doi=doi, report_of=report, cohort=cohort))
    return tuple(made)


@st.composite
def review(draw: st.DrawFn, name: str, others: Sequence[Study], designs: Sequence[str] = REVIEWS) -> Study:
    """A review of some of the studies; it may contain another review."""
    inside = draw(st.sets(pick(tuple(study.reference for study in others)), max_size=3))
    pooled = draw(pick((None, None, 1, 2, 5)))
    return Study(name, draw(pick(tuple(designs))), includes=tuple(sorted(inside)), pooled=pooled)


def _fitting(claim_is: str) -> list[tuple[str, str]]:
    """Populations and exposures; nine of ten measured what the claim says."""
    near = ("other", "close") if claim_is == "intervention" else ("target", "close")
    two_legs = claim_is in ("intervention", "condition")
    streams = ("people", "people", "people", "animals", "cells") if two_legs else ("people",)
    exposure = "none" if claim_is == "condition" else "intervention"
    fitting = [(f"{relation}-{stream}", exposure) for relation in near for stream in streams]
    anything = [(population, given) for population in POPULATIONS for given in ("intervention", "other", "none")]
    return fitting * (9 * len(anything) // len(fitting)) + anything


FITTING = {claim_is: st.sampled_from(_fitting(claim_is)) for claim_is in ABOUT}
HOW_SEEN = st.sampled_from([
    *({},) * 32, {"locator": "introduction"}, {"seen": "record"}, {"resolved": "It was another tracer."},
    {"outcome": "primary"}, {"outcome": "secondary"}, {"outcome": "secondary"}, {"outcome": "post-hoc"},
])  # fmt: skip


@st.composite
def entries(draw: st.DrawFn, sources: Sequence[str], claim_is: str, roles: Sequence[str] = ROLES) -> Entry:
    """A piece of evidence."""
    population, exposure = draw(FITTING[claim_is])
    source, role = draw(pick(tuple(sources))), draw(pick(tuple(roles)))
    return Entry(source, role, population, exposure, **draw(HOW_SEEN))


@st.composite
def worlds(draw: st.DrawFn, designs: Sequence[str] = DESIGNS, reviews: Sequence[str] = REVIEWS) -> World:
    """Up to seven studies and five claims."""
    made = draw(studies(designs, reviews))
    sources = [study.reference for study in made]
    directions = pick(("supports",) * 7 + ("opposes",) * 2 + ("neutral",))
    claims = []
    for number in range(draw(pick((1, 2, 3, 4, 5)))):
        claim_is = draw(pick(ABOUT[:3] * 3 + ("direct",) * 3 + ABOUT))
        evidence = tuple(draw(entries(sources, claim_is)) for _ in range(draw(pick((0, 1, 2, 3, 4, 5, 6)))))
        modality = draw(pick((None,) * 8 + ("asserted", "proposed")))
        claims.append(Claim(f"c{number}", claim_is, draw(directions), evidence, modality))
    return World(made, tuple(claims))


def chain_of(shown: World, several: bool = False) -> Mechanism:
    """A mechanism with a link for each claim; with `several`, the first link also requires the last claim."""
    kinds = {"intervention": "intervention", "condition": "condition"}
    links = [Link(f"l{one.id}", kinds.get(one.about, "bridge"), (one.id,)) for one in shown.claims]
    if several and len(links) > 1:
        both = (links[0].claims[0], links[-1].claims[0])
        links[0] = replace(links[0], claims=both, requires=both)
    return Mechanism(tuple(links))
