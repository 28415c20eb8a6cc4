"""Rules across records: what each record alone cannot know.

In: a `Brief`, its `Source` for places, and the characters that the fonts have. Out: problems. One rule is one
generator; the rules that run are the explicit tuple at the end.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from evibrief.derive import sources_in_text
from evibrief.model import Brief
from evibrief.problems import Problem
from evibrief.source import Location, Source


@dataclass(frozen=True)
class Case:
    """What a rule may look at."""

    brief: Brief
    source: Source
    characters: frozenset[int]

    @cached_property
    def used_claims(self) -> frozenset[str]:
        """The ids of the claims that some other record names."""
        brief = self.brief
        links = (link for mechanism in brief.mechanisms for link in mechanism.links)
        points = (*brief.limitations.unknowns, *brief.limitations.gaps, *brief.limitations.lacks)
        holders: tuple[Any, ...] = (
            *links, *brief.ranking.statements, *brief.doses.people, *brief.doses.other, *brief.time_course,
            *brief.phases, *brief.comparators, *brief.models, *points,
        )  # fmt: skip
        return frozenset(name for holder in holders for name in holder.claims)

    def problem(self, location: Location, rule: str, message: str, hint: str) -> Problem:
        """A problem at a location in the tree."""
        return Problem(self.source.place(location), rule, message, hint)


Rule = Callable[[Case], Iterator[Problem]]


def printable_characters(case: Case) -> Iterator[Problem]:
    """A character that no shipped font has would be an empty box on the page."""
    for location, text in case.source.scalars():
        for character in sorted({one for one in text if ord(one) not in case.characters and one not in "\n\t"}):
            place = case.source.place_of_text(location, character)
            message = f"no font has the character `{character}` (U+{ord(character):04X})"
            hint = "raise or lower plain characters instead: `ONOO^−^`, `H~2~O`"
            yield Problem(place, "no-glyph", message, hint)


def appraised_references(case: Case) -> Iterator[Problem]:
    """Every reference has one appraisal: what was not looked at must not look like what was."""
    appraised: set[str] = set()
    for index, study in enumerate(case.brief.studies):
        if study.reference in appraised:
            location = ("studies", index, "reference")
            yield case.problem(location, "twice-appraised", f"`{study.reference}` is appraised twice", "keep one")
        appraised.add(study.reference)
    for index, reference in enumerate(case.brief.references):
        if reference.id not in appraised:
            message = f"`{reference.id}` has no appraisal in studies.yaml"
            yield case.problem(("references", index), "not-appraised", message, "add it; `unverified` is an answer")


def placed_claims(case: Case) -> Iterator[Problem]:
    """A claim that no link, statement or other record names has no place in the argument."""
    for group_index, group in enumerate(case.brief.claims):
        for index, claim in enumerate(group.claims):
            if claim.id not in case.used_claims:
                location = ("claims", group_index, "claims", index, "id")
                hint = "name it in a link, a statement, a dose, a phase, a model or a limitation"
                yield case.problem(location, "unused-claim", f"nothing names the claim `{claim.id}`", hint)


def used_references(case: Case) -> Iterator[Problem]:
    """A reference that only stands in the list looks like support that it does not give."""
    cited = sources_in_text(case.brief)
    named = {entry.source for claim in case.brief.all_claims for entry in claim.evidence}
    named |= {entry.source for dose in case.brief.doses.people for entry in dose.evidence}
    named |= {entry.source for exposure in case.brief.doses.other for entry in exposure.evidence}
    named |= {entry.source for course in case.brief.time_course for entry in course.evidence}
    named |= {key for correction in case.brief.limitations.corrections for key in correction.sources}
    notes = {study.reference for study in case.brief.studies if study.note}
    for index, reference in enumerate(case.brief.references):
        if reference.id not in cited | named | notes:
            message = f"nothing cites `{reference.id}`"
            yield case.problem(
                ("references", index),
                "unused-reference",
                message,
                "cite it, or say in its appraisal's note why it is kept",
            )


def drug_in_evidence(case: Case) -> Iterator[Problem]:
    """Evidence that a claim about the condition rests on comes from people with it or says that it does not."""
    populations = {population.id: population for population in case.brief.brief.populations}
    for group_index, group in enumerate(case.brief.claims):
        for index, claim in enumerate(group.claims):
            supports = [entry for entry in claim.evidence if entry.role == "supports"]
            near = [populations[entry.population].relation in ("target", "close", "none") for entry in supports]
            if claim.about == "condition" and supports and not any(near):
                location = ("claims", group_index, "claims", index, "about")
                message = f"`{claim.id}` is coded as shown in the condition, but rests on other populations only"
                yield case.problem(location, "not-in-condition", message, "code it as `drug` or `bridge`")


def joined_reports(case: Case) -> Iterator[Problem]:
    """A study that only one report tells needs no word that joins reports: a misspelt one would split a study."""
    words = [study.report_of for study in case.brief.studies if study.report_of]
    for index, study in enumerate(case.brief.studies):
        if study.report_of and words.count(study.report_of) == 1:
            message = f"no other report has `report_of: {study.report_of}`"
            yield case.problem(
                ("studies", index, "report_of"), "lonely-report", message, "check the spelling, or drop it"
            )


def ordered_dates(case: Case) -> Iterator[Problem]:
    """A brief is reviewed after its date, and nothing in it was looked at later than that."""
    record = case.brief.brief
    if record.review_by <= record.date:
        message = f"`review_by` is not after the brief's date, {record.date}"
        yield case.problem(("brief", "review_by"), "dates", message, "give a later day")
    for index, study in enumerate(case.brief.studies):
        for field, day in (("verification", study.verification.when), ("integrity", study.integrity.checked)):
            if day != "unknown" and day > record.date:
                message = f"`{study.reference}` was looked at on {day}, after the brief's date, {record.date}"
                yield case.problem(("studies", index, field), "dates", message, "correct one of the two dates")


def known_version(case: Case) -> Iterator[Problem]:
    """A version that `changes.yaml` says nothing of leaves its readers guessing."""
    changes, version = case.brief.changes, case.brief.brief.version
    if changes and all(change.version != version for change in changes):
        message = f"changes.yaml says nothing of version {version}"
        yield case.problem(("changes",), "no-change", message, "add an entry that says what this version changes")


def whole_chain(case: Case) -> Iterator[Problem]:
    """A mechanism without a bridge claims that the drug's effect is the patient's."""
    for index, mechanism in enumerate(case.brief.mechanisms):
        if all(link.kind != "bridge" for link in mechanism.links):
            message = f"`{mechanism.id}` has no link of kind `bridge`"
            hint = "name the inference that joins the drug to the condition"
            yield case.problem(("mechanisms", index), "no-bridge", message, hint)


def sections_once(case: Case) -> Iterator[Problem]:
    """Every kind of section stands once, and what has records has a section: nothing is dropped quietly."""
    kinds = [section.kind for section in case.brief.brief.sections]
    for index, kind in enumerate(kinds):
        if kind in kinds[:index]:
            message = f"the section `{kind}` stands twice"
            yield case.problem(("brief", "sections", index), "section-twice", message, "keep one")
    filled = {
        "mechanisms": case.brief.mechanisms, "ranking": case.brief.ranking.statements,
        "doses": (*case.brief.doses.people, *case.brief.doses.other), "time-course": case.brief.time_course,
        "phases": case.brief.phases, "comparators": case.brief.comparators, "models": case.brief.models,
        "evidence": case.brief.claims, "references": case.brief.references, "limitations": case.brief.claims,
        "methods": case.brief.claims, "changes": case.brief.changes,
    }  # fmt: skip
    for name, records in filled.items():
        if records and name not in kinds:
            message = f"there is no section of kind `{name}`, but there are records for it"
            yield case.problem(("brief", "sections"), "no-section", message, f"add `- kind: {name}`")


RULES: tuple[Rule, ...] = (
    printable_characters,
    appraised_references,
    placed_claims,
    used_references,
    drug_in_evidence,
    joined_reports,
    ordered_dates,
    known_version,
    whole_chain,
    sections_once,
)


def check(brief: Brief, source: Source, characters: frozenset[int]) -> Iterator[Problem]:
    """Everything that the rules find, in the order of the rules."""
    case = Case(brief, source, characters)
    for rule in RULES:
        yield from rule(case)
