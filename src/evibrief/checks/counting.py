"""Rules on what counts: roles, requirements, designs, reviews with their trials, searches.

In: a `Context`. Out: the findings of each rule. A rule is a generator; its docstring is its documentation.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from evibrief.checks.rule import Context, Finding, Rule, warning
from evibrief.evidence.claims import Claim, Evidence, Study
from evibrief.evidence.instrument import LegInstrument
from evibrief.evidence.source import Location
from evibrief.evidence.vocabulary import REVIEWS, WITHOUT_CONTROL
from evibrief.rating.observations import is_unread
from evibrief.rating.ratings import Tally
from evibrief.rating.support import study_of

Pair = frozenset[str]


@dataclass(frozen=True, slots=True)
class _Roles:
    """What each study says about one claim, with the place of the evidence. A study with several reports is one."""

    claim: Claim
    places: Mapping[str, tuple[Location, Evidence]]

    def taking(self, *roles: str) -> list[str]:
        """The studies with one of these roles whose contradiction is not resolved."""
        return [key for key, (_, entry) in self.places.items() if entry.role in roles and not entry.resolved]


def asymmetric_roles(case: Context) -> Iterator[Finding]:
    """Two studies that disagree, of which only one counts for or against another claim.

    Where one study supports a claim and another one contradicts it, the same two have the same kind of role on every
    other claim that uses this premise: both count, or both are context. Otherwise one side of a dispute is shown as
    if it were the whole. On a claim about a bridge, a study without the intervention is the premise: if it counts there
    and the other study is missing, that is found, too.
    """
    all_roles = [_roles_of(location, claim, case.findings.studies) for location, claim in case.claims()]
    disputed = _disputed(all_roles)
    for roles in all_roles:
        if roles.claim.about not in ("gap", "background"):
            for counted, other in _one_sided(roles, disputed):
                yield _asymmetry(roles, counted, other, disputed[frozenset((counted, other))])


def _roles_of(location: Location, claim: Claim, studies: Mapping[str, Study]) -> _Roles:
    entries = (((*location, "evidence", at), entry) for at, entry in enumerate(claim.evidence))
    return _Roles(claim, {study_of(entry.source, studies): (place, entry) for place, entry in entries})


def _disputed(all_roles: Iterable[_Roles]) -> Mapping[Pair, str]:
    """The first claim on which two studies disagree, by the two."""
    found: dict[Pair, str] = {}
    for roles in all_roles:
        for pair in product(roles.taking("supports"), roles.taking("contradicts")):
            found.setdefault(frozenset(pair), roles.claim.id)
    return found


def _one_sided(roles: _Roles, disputed: Mapping[Pair, str]) -> Iterator[tuple[str, str]]:
    """Studies that count for this claim, each with an opponent that does not; each of either kind once."""
    counted = roles.taking("supports", "contradicts", "inconclusive")
    for other in roles.taking("context"):
        yield from [(key, other) for key in counted if frozenset((key, other)) in disputed][:1]
    if roles.claim.about == "bridge":
        for key in (key for key in counted if roles.places[key][1].exposure != "intervention"):
            opponents = (next(iter(pair - {key})) for pair in disputed if key in pair)
            yield from [(key, other) for other in opponents if other not in roles.places][:1]


def _asymmetry(roles: _Roles, counted: str, other: str, disputed: str) -> Finding:
    place, _ = roles.places.get(other) or roles.places[counted]
    said = "is context" if other in roles.places else "is missing"
    role = roles.places[counted][1].role
    does = "is inconclusive" if role == "inconclusive" else role
    message = f"on `{roles.claim.id}`, `{counted}` {does} and `{other}` {said}; they disagree on `{disputed}`"
    hint = "give both the same kind of role: both count if they measured this sentence, else both are context"
    return Finding((*place, "role"), message, hint)


def unstudied_requirement(case: Context) -> Iterator[Finding]:
    """A claim that a link requires, although nothing can count for it: it has no study, or is a gap or background.

    The weakest of the required claims decides, so the link can be no better than not searched, whatever the others
    show. Add evidence, name a search that found none, or leave the claim out of `requires`.
    """
    for location, link in case.links():
        for index, name in enumerate(link.requires):
            claim = case.findings.claims[name]
            if reason := _nothing_counts(claim):
                message = f"`{link.id}` requires `{name}`, {reason}"
                hint = "the weakest of these claims decides: add evidence, or take it out of `requires`"
                yield Finding((*location, "requires", index), message, hint)


def _nothing_counts(claim: Claim) -> str:
    if claim.about == "gap":
        return "which records a gap: nothing counts for it"
    if claim.about == "background":
        return "which is background: nothing counts for it"
    return "" if any(entry.role != "context" for entry in claim.evidence) else "which no study is recorded for"


def unread_source(case: Context) -> Iterator[Finding]:
    """Evidence that is not counted, because only a title, an introduction or a record was seen.

    Nothing was measured there. The page shows such evidence as context, whatever its role. Give it the role `context`,
    or name the place of the result: a table, a figure, `abstract`.
    """
    if not isinstance(case.brief.instrument, LegInstrument):
        return
    unread = case.brief.instrument.counting.unread
    for location, claim in case.claims():
        for index, entry in enumerate(claim.evidence):
            at_place = is_unread(entry.locator, unread)
            if entry.role != "context" and (at_place or entry.seen == "record"):
                seen = f"`{entry.locator}`" if at_place else "the record"
                message = f"`{entry.source}` is not counted for or against `{claim.id}`: only {seen} was seen of it"
                where = (*location, "evidence", index, "locator" if at_place else "seen")
                yield Finding(where, message, "give it the role `context`, or name the place of the result")


def uncontrolled_tier(case: Context) -> Iterator[Finding]:
    """A statement whose tier is carried by studies without a control group alone.

    Whoever got better may have got better anyway. Look for a controlled study; if there is none, say so in the
    statement's remark.
    """
    if not case.ratings:
        return
    for location, statement in case.statements():
        rating = case.ratings.statements[statement.id]
        carrying = rating.tally.supporting.studies
        designs = {key: case.findings.studies[key].design for key in carrying if key in case.findings.studies}
        if rating.computed != "gap" and carrying and set(designs.values()) <= _uncontrolled(case):
            studies = ", ".join(f"`{key}` ({designs[key]})" for key in designs)
            message = f"`{statement.id}` is {rating.computed} by studies without a control group alone: {studies}"
            yield Finding(location, message, "look for a controlled study, or say in the remark that there is none")


def _uncontrolled(case: Context) -> frozenset[str]:
    instrument = case.brief.instrument
    return frozenset(instrument.counting.uncontrolled if isinstance(instrument, LegInstrument) else WITHOUT_CONTROL)


def review_beside_trials(case: Context) -> Iterator[Finding]:
    """A review that is counted beside trials that are, or may be, in it.

    One trial would count twice. List the studies in the review under `includes` in its appraisal, and their number
    under `pooled`: then a trial and the review that contains it count once.
    """
    places: dict[str, Location] = {one.reference: ("studies", at) for at, one in enumerate(case.brief.studies)}
    beside: dict[str, dict[str, None]] = {}
    for tally in _tallies(case):
        for review, trial in _counted_apart(tally, case):
            beside.setdefault(review, {})[trial] = None
    for review, trials in beside.items():
        told = ", ".join(f"`{trial}`" for trial in trials)
        message = f"the review `{review}` is counted beside {told}, which may be in it"
        yield Finding(places[review], message, "list what is in it under `includes`, and how many under `pooled`")


def _tallies(case: Context) -> Iterator[Tally]:
    if case.ratings:
        yield from (rating.tally for rating in case.ratings.statements.values())
        yield from (rating.tally for rating in case.ratings.links.values())


def _counted_apart(tally: Tally, case: Context) -> Iterator[tuple[str, str]]:
    """Each review in a column, with each other study in it that may be one of its trials."""
    studies = case.findings.studies
    for column in (tally.supporting, tally.against, tally.inconclusive):
        items = [unit for item in column.items for unit in item if unit in studies]
        for review, trial in product(items, items):
            alike = tally.kinds.get(review) == tally.kinds.get(trial)
            if review != trial and alike and _may_contain(studies[review], studies[trial], case):
                yield review, trial


def _may_contain(review: Study, trial: Study, case: Context) -> bool:
    """Whether a study may be inside another one: by what is listed in it, else by species and year."""
    reviews = _reviews(case)
    if review.design not in reviews or trial.design in reviews:
        return False
    if trial.reference in review.includes:
        return not isinstance(case.brief.instrument, LegInstrument)  # which counts the two once
    if review.includes and len(review.includes) >= (review.pooled or 0):
        return False
    published, earlier = (case.findings.references[study.reference].year for study in (review, trial))
    return review.species == trial.species and (published is None or earlier is None or earlier <= published)


def _reviews(case: Context) -> tuple[str, ...]:
    instrument = case.brief.instrument
    return instrument.counting.reviews if isinstance(instrument, LegInstrument) else REVIEWS


def not_searched(case: Context) -> Iterator[Finding]:
    """A link, statement or upheld gap for which there is no study and no named search: nobody is said to have looked.

    Only a search can show that there is nothing. Search, and name the search under `negative_searches` in brief.yaml
    with the id of the link under `links`, or of the gap under `claims`; or add evidence. A statement or gap is searched
    with the links that use its claims, too. A source that says that there is nothing is enough for a gap.
    """
    if not (case.ratings and isinstance(case.brief.instrument, LegInstrument)):
        return
    searches = case.brief.brief.methods.negative_searches
    searched = {name for search in searches for name in search.links}
    covered = {name for _, link in case.links() if link.id in searched for name in link.all_claims}
    covered |= {name for search in searches for name in search.claims}
    for location, link in case.links():
        if not case.ratings.links[link.id].tally.studies and link.id not in searched:
            yield Finding(location, f"`{link.id}` {_NOT_SEARCHED}", f"{_SEARCH}: `links: [{link.id}]`")
    for location, statement in case.statements():
        studies = case.ratings.statements[statement.id].tally.studies
        if statement.kind == "reason" and not studies and not covered & set(statement.claims):
            yield Finding(location, f"`{statement.id}` {_NOT_SEARCHED}", _SEARCH)
    for location, claim in case.claims():
        if (claim.about, claim.status) == ("gap", "upheld") and not claim.evidence and claim.id not in covered:
            hint = f"{_SEARCH}: `claims: [{claim.id}]`"
            yield Finding((*location, "status"), f"`{claim.id}` {_GAP_NOT_SEARCHED}", hint)


_SEARCH = "search, and name the search under `negative_searches` in brief.yaml"
_NOT_SEARCHED = "was not searched: no study counts for or against it, and no search is named"
_GAP_NOT_SEARCHED = "is upheld as a gap, and nobody is said to have looked: it has no source, and no search is named"


RULES: tuple[Rule, ...] = (
    warning("asymmetric-roles", asymmetric_roles),
    warning("unstudied-requirement", unstudied_requirement),
    warning("unread-source", unread_source),
    warning("uncontrolled-tier", uncontrolled_tier),
    warning("review-beside-trials", review_beside_trials),
    warning("not-searched", not_searched),
)
