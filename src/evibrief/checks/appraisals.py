"""Rules on appraisals: each fits the instrument that it names, and is signed where it has to be.

In: a `Context`. Out: the findings of each rule. A rule is a generator; its docstring is its documentation.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from evibrief.checks.rule import Context, Finding, Rule, as_it_is, error
from evibrief.evidence.appraisals import (
    APPRAISAL_INSTRUMENTS,
    NOT_JUDGED,
    Appraisal,
    AppraisalInstrument,
)
from evibrief.evidence.claims import Study
from evibrief.evidence.source import Location
from evibrief.problems import suggest


@dataclass(frozen=True, slots=True)
class _Made:
    """An appraisal with its location, its instrument, and the study that it is of; None for a body of evidence."""

    location: Location
    appraisal: Appraisal
    instrument: AppraisalInstrument
    study: Study | None


def _appraisals(case: Context) -> Iterator[_Made]:
    known = {instrument.name: instrument for instrument in case.brief.appraisal_instruments}
    listed: list[tuple[Location, Sequence[Appraisal], Study | None]] = [
        (("studies", index), study.appraisals, study) for index, study in enumerate(case.brief.studies)
    ]
    listed += [(location, statement.appraisals, None) for location, statement in case.statements()]
    for location, appraisals, study in listed:
        for number, one in enumerate(appraisals):
            if one.instrument in known:  # a file with another name than its id has a rule of its own
                yield _Made((*location, "appraisals", number), one, known[one.instrument], study)


def appraisal_domain(case: Context) -> Iterator[Finding]:
    """A domain that the instrument of an appraisal does not have, or one that is judged twice.

    The names of domains are those of the instrument's file. Correct the name, or keep one of the two.
    """
    for made in _appraisals(case):
        names, seen = [domain.id for domain in made.instrument.domains], set[str]()
        for index, one in enumerate(made.appraisal.domains):
            place = (*made.location, "domains", index, "domain")
            if one.domain not in names:
                message = f"`{made.instrument.name}` has no domain `{one.domain}`"
                yield Finding(place, message, suggest(one.domain, names) or _listed("domains", names))
            elif one.domain in seen:
                yield Finding(place, f"`{one.domain}` is judged twice in this appraisal", "keep one")
            seen.add(one.domain)


def _listed(what: str, names: Iterable[str]) -> str:
    return f"its {what} are: {', '.join(names)}"


def appraisal_incomplete(case: Context) -> Iterator[Finding]:
    """An appraisal without one of the domains of its instrument, or without the overall judgement that it asks for.

    A reader would take what is missing for sound. Add it; in a draft, `unknown` says that nobody has judged it yet.
    """
    for made in _appraisals(case):
        judged = {one.domain for one in made.appraisal.domains}
        missing = [domain.id for domain in made.instrument.domains if domain.id not in judged]
        if missing:
            message = f"this appraisal lacks {'a domain' if len(missing) == 1 else 'domains'}: {', '.join(missing)}"
            yield Finding((*made.location, "domains"), message, "add each; `unknown` is a level in a draft")
        if made.instrument.overall and made.appraisal.overall is None:
            message = f"`{made.instrument.name}` asks for an overall judgement"
            yield Finding(made.location, message, "add `overall`; `unknown` is a level in a draft")


def appraisal_level(case: Context) -> Iterator[Finding]:
    """A level that the instrument of an appraisal does not have, or has not for that domain.

    Correct it. `unknown` is a level in a draft alone: what is signed is judged. An instrument without an overall
    judgement, such as SYRCLE’s, gets none.
    """
    for made in _appraisals(case):
        domains = {domain.id: domain for domain in made.instrument.domains}
        for index, one in enumerate(made.appraisal.domains):
            place = (*made.location, "domains", index, "level")
            if one.domain in domains:
                yield from _level_faults(place, one.level, made.instrument.levels_of(domains[one.domain]), made)
        if made.appraisal.overall is not None:
            yield from _level_faults((*made.location, "overall"), made.appraisal.overall, made.instrument.overall, made)


def _level_faults(place: Location, level: str, levels: Sequence[str], made: _Made) -> Iterator[Finding]:
    if not levels:
        yield Finding(place, f"`{made.instrument.name}` has no overall judgement", "leave `overall` out")
    elif level == NOT_JUDGED and made.appraisal.state == "signed":
        yield Finding(place, "this appraisal is signed, and this was not judged", "judge it, or write `state: draft`")
    elif level not in (*levels, NOT_JUDGED):
        message = f"`{level}` is not one of: {', '.join(levels)}"
        yield Finding(place, message, suggest(level, levels))


def appraisal_outcome(case: Context) -> Iterator[Finding]:
    """An appraisal that does not say which outcome it is about, where its instrument judges results; or the reverse.

    One trial can be sound for one outcome and not for another. Name the outcome, or leave it out.
    """
    for made in _appraisals(case):
        needs, has = made.instrument.outcome == "needed", made.appraisal.outcome is not None
        if needs and not has:
            message = f"`{made.instrument.name}` judges one outcome, and this names none"
            yield Finding((*made.location, "instrument"), message, "add `outcome`")
        elif has and not needs:
            message = f"`{made.instrument.name}` judges a whole study, not an outcome"
            yield Finding((*made.location, "outcome"), message, "leave it out")


def appraisal_design(case: Context) -> Iterator[Finding]:
    """An instrument that is not for this: for another design of study, or for a body of evidence.

    The questions of an instrument mean nothing for a study of another design. Take the one for this design, or correct
    the design. A study of unknown design is let pass.
    """
    for made in _appraisals(case):
        place, instrument, study = (*made.location, "instrument"), made.instrument, made.study
        if study is None and instrument.appraises == "study":
            message = f"`{instrument.name}` is for one study, and this is the evidence for a statement"
            yield Finding(place, message, "put it into the appraisal of the study, in studies.yaml")
        elif study and instrument.appraises == "body":
            message = f"`{instrument.name}` is for a body of evidence, and this is one study"
            yield Finding(place, message, "put it under a statement, in ranking.yaml")
        elif study and instrument.designs and study.design not in (*instrument.designs, "unknown"):
            message = f"`{instrument.name}` is not for the design `{study.design}`"
            yield Finding(place, message, f"it is for: {', '.join(instrument.designs)}")


def appraisal_too_good(case: Context) -> Iterator[Finding]:
    """An overall judgement that is better than the worst domain allows, without a signed reason.

    Whoever judges may do so, and has to say why: under `better`, with a reason, a name or a role, and a date. What a
    domain allows is in the file of the instrument; this rule computes no overall judgement.
    """
    for made in _appraisals(case):
        overall, bounds = made.instrument.place(made.appraisal.overall or NOT_JUDGED), dict(_bounds(made))
        worst = max(bounds, key=bounds.__getitem__, default="")
        if overall is not None and worst and overall < bounds[worst] and made.appraisal.better is None:
            level = made.appraisal.level_of(worst)
            message = f"`{made.appraisal.overall}` is better than `{worst}` allows, which is `{level}`"
            yield Finding((*made.location, "overall"), message, "correct one of them, or add `better`, signed")
        elif made.appraisal.better and _is_judged(made) and (overall is None or not worst or overall >= bounds[worst]):
            message = "no domain is worse than the overall judgement"
            yield Finding((*made.location, "better"), message, "leave `better` out")


def _is_judged(made: _Made) -> bool:
    """Whether every domain is: one that is not may be the worst."""
    return all(made.appraisal.level_of(domain.id) != NOT_JUDGED for domain in made.instrument.domains)


def _bounds(made: _Made) -> Iterator[tuple[str, int]]:
    """For each domain that limits the overall judgement: the place of the best that it allows."""
    for one in made.appraisal.domains:
        if (place := made.instrument.best_with(one.domain, one.level)) is not None:
            yield one.domain, place


def appraisal_unsigned(case: Context) -> Iterator[Finding]:
    """An appraisal with `state: signed` that nobody signed: without a name or a role, or without a date.

    Add `by` and `date`, or leave it a draft.
    """
    for made in _appraisals(case):
        if made.appraisal.state == "signed":
            lacks = [name for name in ("by", "date") if getattr(made.appraisal, name) == NOT_JUDGED]
            if lacks:
                message = f"this appraisal is signed, and does not say `{'`, `'.join(lacks)}`"
                yield Finding((*made.location, "state"), message, "add it, or write `state: draft`")


def appraisal_versions(case: Context) -> Iterator[Finding]:
    """Two versions of one instrument in a brief.

    Their domains and levels differ, so that nobody can compare the studies, and no table may mix them. Appraise with
    one version; where that cannot be, override this rule for the study, with the reason.
    """
    first: dict[str, str] = {}
    for made in _appraisals(case):
        instrument = made.instrument
        if first.setdefault(instrument.id, instrument.version) != instrument.version:
            message = f"`{instrument.id}` is used in another version too: {first[instrument.id]}"
            yield Finding((*made.location, "instrument"), message, "appraise all of them with one version")


def appraisal_twice(case: Context) -> Iterator[Finding]:
    """The same person’s appraisal of the same thing by the same instrument, twice. Keep one."""
    for made in _appraisals(case):
        one, (*way, number) = made.appraisal, made.location
        others = (other for other in _appraisals(case) if other.location[:-1] == tuple(way))
        earlier = [other.appraisal for other in others if int(other.location[-1]) < int(number)]
        if (one.instrument, one.outcome, one.by) in [(each.instrument, each.outcome, each.by) for each in earlier]:
            message = "this was appraised above by the same instrument and person, for the same outcome"
            yield Finding(made.location, message, "keep one, or say who made each")


def appraisal_instrument(case: Context) -> Iterator[Finding]:
    """A fault in the file of an instrument of appraisal: a wrong name, one twice, or one that is not there.

    A brief names an instrument by the name of its file, `ID@VERSION.yaml`, and readers look for that version years
    later. Each domain and each level has an id of its own, and lists name only levels and domains that there are.
    """
    named = sorted({str(one.instrument) for study in case.brief.studies for one in study.appraisals}
                   | {str(one.instrument) for _, made in case.statements() for one in made.appraisals})  # fmt: skip
    for index, (instrument, name) in enumerate(zip(case.brief.appraisal_instruments, named, strict=False)):
        root: Location = (APPRAISAL_INSTRUMENTS, index)
        if instrument.name != name:
            message = f"the file is called `{name}`, but by its id and version it is `{instrument.name}`"
            yield Finding((*root, "id"), message, "rename the file, or correct `id` and `version`")
        yield from _twice(root, "domains", [one.id for one in instrument.domains])
        yield from _twice(root, "levels", [one.id for one in instrument.levels])
        yield from _not_there(root, instrument)


def _twice(root: Location, what: str, names: Sequence[str]) -> Iterator[Finding]:
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Finding((*root, what, number, "id"), f"`{name}` is listed twice", "give each an id of its own")
        elif name == NOT_JUDGED:
            yield Finding((*root, what, number, "id"), "`unknown` means that nobody judged", "choose another id")


def _not_there(root: Location, instrument: AppraisalInstrument) -> Iterator[Finding]:
    levels = [one.id for one in instrument.levels]
    named: list[tuple[Location, Sequence[str], Sequence[str]]] = [((*root, "overall"), instrument.overall, levels)]
    named += [((*root, "domains", at, "levels"), one.levels, levels) for at, one in enumerate(instrument.domains)]
    for at, bound in enumerate(instrument.bounds):
        place: Location = (*root, "bounds", at)
        named.append(((*place, "level"), [bound.level], levels))
        named.append(((*place, "at_best"), [bound.at_best], instrument.overall))
        named.append(((*place, "domains"), bound.domains, [domain.id for domain in instrument.domains]))
    for place, names, known in named:
        for name in names:
            if name not in known:
                yield Finding(place, f"there is no `{name}`", suggest(name, known) or _listed("names", known), name)


RULES: tuple[Rule, ...] = (
    error("appraisal-instrument", appraisal_instrument),
    error("appraisal-domain", appraisal_domain),
    error("appraisal-incomplete", appraisal_incomplete, as_it_is),
    error("appraisal-level", appraisal_level),
    error("appraisal-outcome", appraisal_outcome, as_it_is),
    error("appraisal-design", appraisal_design),
    error("appraisal-too-good", appraisal_too_good),
    error("appraisal-unsigned", appraisal_unsigned),
    error("appraisal-versions", appraisal_versions),
    error("appraisal-twice", appraisal_twice),
)
