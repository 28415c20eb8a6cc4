"""Rules on evidence: no grade without a source, no inference presented as a finding.

In: a `Context`. Out: the findings of each rule. A rule is a generator; its docstring is its documentation.
"""

from collections.abc import Iterator
from typing import get_args

from evibrief.checks.rule import Context, Finding, Rule, as_it_is, error, warning
from evibrief.evidence.claims import Study
from evibrief.evidence.source import Location
from evibrief.evidence.unfinished import Filling
from evibrief.evidence.vocabulary import Certainty, Tier
from evibrief.rating.ratings import word_of


def tier_without_source(case: Context) -> Iterator[Finding]:
    """A statement that a person gave a tier above `gap`, although it has no source.

    Grades are often given without a citation, and a reader cannot tell such a grade from a guess. Give the statement
    claims with evidence, or the tier `gap`.
    """
    for location, statement in case.statements():
        support = case.findings.statements[statement.id]
        sourced = support.supporting or support.contradicting or support.mixed
        if statement.final and statement.final.tier != "gap" and not sourced:
            message = f"`{statement.id}` is given the tier `{statement.final.tier}`, but has no source"
            yield Finding((*location, "final", "tier"), message, "name claims with evidence, or give the tier `gap`")


def _leave_out_grade(filling: Filling, found: Finding) -> None:
    """A grade is not printed before it has its sources and its signature, not even in a draft."""
    filling.leave_out(found.location[: found.location.index("final") + 1], "no source or no signature yet")


def _leave_out_certainty(filling: Filling, found: Finding) -> None:
    filling.leave_out(found.location, "no source or no signature yet")


def certainty_without_source(case: Context) -> Iterator[Finding]:
    """A chain that a person gave a certainty above very low, although one of its links has no study.

    A chain with an unstudied link is no more certain than a guess. Add evidence to the link, or remove the decision.
    """
    for location, mechanism in case.mechanisms():
        links = [case.findings.links[link.id] for link in mechanism.links]
        if mechanism.certainty and mechanism.certainty.level != "very-low":
            for link, support in zip(mechanism.links, links, strict=True):
                if not (support.supporting or support.contradicting or support.mixed):
                    message = f"`{mechanism.id}` is given a certainty, but its link `{link.id}` has no study"
                    yield Finding((*location, "certainty"), message, "add evidence to the link, or remove the decision")


def unsigned_tier(case: Context) -> Iterator[Finding]:
    """A final tier that differs from the computed one, without reason, person and date.

    Anyone who overrules the instrument must sign, so that the page can say who did so and why. `by` may be a role if
    the person did not agree to be named.
    """
    for location, statement in case.statements():
        if statement.final is None or statement.final.is_signed:
            continue
        computed = case.ratings.statements[statement.id].computed if case.ratings else None
        if statement.final.tier != computed:
            other = "differs from the computed one" if computed else "was given without an instrument"
            message = f"the final tier of `{statement.id}` {other} and is not signed"
            yield Finding((*location, "final"), message, "give `reason`, `by` and `date`")


def chain_too_certain(case: Context) -> Iterator[Finding]:
    """A chain that is given a higher certainty than its weakest link, without a signed reason.

    The chain holds only if every link holds. Sign the decision with `reason`, `by` and `date`, or remove it.
    """
    order: tuple[str, ...] = get_args(Certainty)
    for location, mechanism in case.mechanisms():
        decision = mechanism.certainty
        if not (case.ratings and decision) or decision.is_signed:
            continue
        chain = case.ratings.chains[mechanism.id]
        if chain.computed not in order:
            message = f"`{mechanism.id}` is given a certainty, which the instrument leaves to a person"
            yield Finding((*location, "certainty"), message, "give `reason`, `by` and `date`, or remove the decision")
        elif order.index(decision.level) < order.index(chain.computed):
            message = f"`{mechanism.id}` is given `{decision.level}`; its weakest link, `{chain.weakest[0]}`, "
            message += f"allows `{chain.computed}`"
            yield Finding((*location, "certainty"), message, "give `reason`, `by` and `date`, or remove the decision")


def not_in_condition(case: Context) -> Iterator[Finding]:
    """A claim coded as shown or tested in the condition that is supported only by other populations, animals or cells.

    This makes an inference look like a finding. Code the claim as `intervention` or `bridge`, or add evidence from
    people with the condition. A claim coded as `direct` needs people with the condition, or a close one, who received
    the intervention.
    """
    populations = {population.id: population for population in case.brief.brief.populations}
    for location, claim in case.claims():
        supports = [entry for entry in claim.evidence if entry.role == "supports"]
        near = [populations[entry.population].relation in ("target", "close", "none") for entry in supports]
        if claim.about == "condition" and supports and not any(near):
            message = f"`{claim.id}` is coded as shown in the condition, but only other populations support it"
            yield Finding((*location, "about"), message, "code it as `intervention` or `bridge`")
        given = [entry.exposure == "intervention" and populations[entry.population].relation in ("target", "close")
                 for entry in supports]  # fmt: skip
        if claim.about == "direct" and supports and not any(given):
            message = f"`{claim.id}` is coded as direct, but nobody with the condition or a close one received it"
            yield Finding((*location, "about"), message, "code it as `intervention` or `bridge`")


def dose_population(case: Context) -> Iterator[Finding]:
    """A dose for people whose population is not human, or an amount for animals or cells whose population is.

    Milligrams per kilogram for a rodent, printed next to a dose for people, can lead to a wrong dose. Move the record
    to the other list in `doses.yaml`, or correct its population.
    """
    species = {population.id: population.species for population in case.brief.brief.populations}
    for index, dose in enumerate(case.brief.doses.people):
        if species[dose.population] != "human":
            message = f"`{dose.id}` is listed with the doses for people, but `{dose.population}` are not people"
            yield Finding(("doses", "people", index, "population"), message, "move it to `other`")
    for index, exposure in enumerate(case.brief.doses.other):
        if species[exposure.population] == "human":
            message = f"`{exposure.id}` is listed with the amounts for animals and cells, but was given to people"
            yield Finding(("doses", "other", index, "population"), message, "move it to `people`")


def retracted_source(case: Context) -> Iterator[Finding]:
    """A retracted publication that supports or contradicts a claim.

    The findings of a retracted publication cannot be relied on. Give its evidence the role `context`, or sign an
    override that says why it is kept.
    """
    for location, claim in case.claims():
        for index, entry in enumerate(claim.evidence):
            study = case.findings.studies.get(entry.source)
            if entry.role in ("supports", "contradicts") and study and _is_retracted(case, entry.source):
                message = f"`{entry.source}` was retracted and still {entry.role.rstrip('s')}s `{claim.id}`"
                hint = "give it the role `context`, or sign an override"
                yield Finding((*location, "evidence", index, "role"), message, hint)


def _is_retracted(case: Context, key: str) -> bool:
    return case.findings.standings[key] == "retracted"


def no_gap_claim(case: Context) -> Iterator[Finding]:
    """A statement of kind `missing` that names no claim about a gap.

    A statement that only records missing data always has the tier `gap`. Its claims must show the gap, not just its
    kind.
    """
    for location, statement in case.statements():
        names = [case.findings.claims[name].about for name in statement.claims]
        if statement.kind == "missing" and "gap" not in names:
            message = f"`{statement.id}` is of kind `missing`, but names no claim about a gap"
            yield Finding((*location, "kind"), message, "name the claim, or correct the kind")


def heavy_study(case: Context) -> Iterator[Finding]:
    """One study that supports more claims than the instrument's limit.

    If the study is wrong, all these claims fall together, and ten claims look like more evidence than one paper is.
    You need not change anything; the limitations name the study.
    """
    if case.brief.instrument is None:
        return
    most = case.brief.instrument.most_claims_per_study
    places: dict[str, int] = {study.reference: index for index, study in enumerate(case.brief.studies)}
    for key, claims in case.findings.claims_of_study.items():
        if len(claims) > most and key in places:
            message = f"{len(claims)} claims rest on `{key}`; the limit for one study is {most}"
            yield Finding(("studies", places[key]), message, "look for independent studies")


def one_study(case: Context) -> Iterator[Finding]:
    """A statement whose computed tier rests on one study.

    The brief prints this, and it is one of the most useful lines for a reader. Look for a second study, or leave it.
    """
    if not case.ratings:
        return
    for location, statement in case.statements():
        rating = case.ratings.statements[statement.id]
        if rating.rests_on:
            levels = (rating.computed, rating.falls[0].level)
            now, without = (word_of(case.ratings.instrument.tier, level).lower() for level in levels)
            message = f"`{statement.id}`: {now}; without `{rating.rests_on}`: {without}"
            yield Finding(location, message, "look for a second, independent study")


def hidden_contrary(case: Context) -> Iterator[Finding]:
    """A contradicting study that a claim's correction names, but that is missing from the claim's evidence.

    If a correction applies to several claims and its source contradicts one of them, the others must list that source
    as evidence too, each with the role it has for them.
    """
    against: dict[tuple[str, str], str] = {}
    for _, claim in case.claims():
        for entry in claim.evidence:
            if entry.role == "contradicts":
                against.update({(name, entry.source): claim.id for name in claim.corrections})
    sources = {correction.id: correction.sources for correction in case.brief.limitations.corrections}
    for location, claim in case.claims():
        shown = {entry.source for entry in claim.evidence}
        for name in claim.corrections:
            for key in sources[name]:
                if key not in shown and (name, key) in against and claim.direction == "supports":
                    message = f"{name} names `{key}`, which contradicts `{against[name, key]}`, but `{claim.id}` does "
                    hint = "add it as evidence, with the role it has here"
                    yield Finding(location, message + "not list it", hint)


def uncertain_sources(case: Context) -> Iterator[Finding]:
    """A computed tier of medium or better that rests only on candidate sources or sources not fully verified.

    A candidate is the best source we found; the source document may have used another one. Verify one, or leave them:
    the page marks candidates as such.
    """
    if not case.ratings:
        return
    bases: dict[str, str | None] = {str(entry.source): entry.basis for _, entry in case.evidence()}
    for location, statement in case.statements():
        rating = case.ratings.statements[statement.id]
        carrying = rating.tally.supporting.studies
        if rating.computed in ("strong", "medium") and carrying:
            doubtful = [key for key in carrying if bases[key] == "candidate" or not _is_verified(case, key)]
            if len(doubtful) == len(carrying):
                message = f"only candidate or unverified sources support `{statement.id}`: {', '.join(doubtful)}"
                yield Finding(location, message, "verify one, or leave them: the page marks them as such")


def _is_verified(case: Context, key: str) -> bool:
    study: Study | None = case.findings.studies.get(key)
    return study is not None and study.verification.state == "verified"


def no_harms(case: Context) -> Iterator[Finding]:
    """Doses without a section on harms.

    A reader who finds a dose looks for its harms. Add `harms.yaml` and a section of kind `harms`, even if it only
    says that harms were not searched for.
    """
    kinds = {section.kind for section in case.brief.brief.sections}
    if case.brief.doses.people and "harms" not in kinds:
        yield Finding(("doses", "people"), "there are doses, but no section on harms", "add `- kind: harms`")


def idle_resolution(case: Context) -> Iterator[Finding]:
    """A `resolved` reason on evidence that does not contradict.

    Only a contradiction can be resolved; anywhere else the reason would be printed without meaning. Remove
    `resolved`, or correct the role.
    """
    for location, entry in case.evidence():
        if entry.resolved and entry.role != "contradicts":
            yield Finding((*location, "resolved"), "this evidence contradicts nothing", "remove it or correct the role")


def far_tier(case: Context) -> Iterator[Finding]:
    """A final tier two or more steps away from the computed one.

    It is signed and may be right. But then the encoded evidence or the instrument lacks something that should be
    encoded.
    """
    order = get_args(Tier)
    for location, statement in case.statements():
        if not (case.ratings and statement.final):
            continue
        computed = case.ratings.statements[statement.id].computed
        if abs(order.index(statement.final.tier) - order.index(computed)) > 1:
            message = f"`{statement.id}` is {computed} by the instrument and {statement.final.tier} by decision"
            yield Finding(_final(location), message, "encode the evidence for the decision")


def _final(location: Location) -> Location:
    return (*location, "final", "tier")


RULES: tuple[Rule, ...] = (
    error("tier-without-source", tier_without_source, _leave_out_grade),
    error("certainty-without-source", certainty_without_source, _leave_out_certainty),
    error("unsigned-tier", unsigned_tier, _leave_out_grade),
    error("chain-too-certain", chain_too_certain, _leave_out_certainty),
    error("not-in-condition", not_in_condition),
    error("dose-population", dose_population),
    error("retracted-source", retracted_source),
    error("no-gap-claim", no_gap_claim, as_it_is),
    error("idle-resolution", idle_resolution),
    warning("heavy-study", heavy_study),
    warning("one-study", one_study),
    warning("hidden-contrary", hidden_contrary),
    warning("uncertain-sources", uncertain_sources),
    warning("no-harms", no_harms),
    warning("far-tier", far_tier),
)
