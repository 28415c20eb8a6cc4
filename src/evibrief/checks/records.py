"""Rules on the records as such: nothing twice, nothing unused, nothing without its place.

In: a `Context`. Out: what each rule finds. One rule is one generator; its docstring is its page in the documentation.
"""

import datetime
from collections.abc import Iterator
from typing import Any

from evibrief.checks.rule import Context, Finding, Rule, error, warning
from evibrief.evidence.files import filled_sections
from evibrief.evidence.identifiers import looked_up
from evibrief.evidence.retractions import state_of
from evibrief.evidence.source import Location
from evibrief.labels.languages import english
from evibrief.rating.diff import summary
from evibrief.rating.findings import sources_in_text


def no_glyph(case: Context) -> Iterator[Finding]:
    """A character that no shipped font has.

    It would be an empty box on the page, and nobody would know what stood there. Raise or lower plain characters
    instead: `ONOO^−^`, `H~2~O`.
    """
    for location, text in case.source.scalars():
        for character in sorted({one for one in text if ord(one) not in case.characters and one not in "\n\t"}):
            message = f"no font has the character `{character}` (U+{ord(character):04X})"
            hint = "raise or lower plain characters instead: `ONOO^−^`, `H~2~O`"
            yield Finding(location, message, hint, character)


def not_appraised(case: Context) -> Iterator[Finding]:
    """A reference without an appraisal in `studies.yaml`.

    What was not looked at must not look like what was. `unverified` and `unknown` are answers.
    """
    appraised = {study.reference for study in case.brief.studies}
    for index, reference in enumerate(case.brief.references):
        if reference.id not in appraised:
            message = f"`{reference.id}` has no appraisal in studies.yaml"
            yield Finding(("references", index), message, "add it; `unverified` is an answer")


def twice_appraised(case: Context) -> Iterator[Finding]:
    """A reference with two appraisals, of which only one could be printed. Keep one."""
    appraised: set[str] = set()
    for index, study in enumerate(case.brief.studies):
        if study.reference in appraised:
            yield Finding(("studies", index, "reference"), f"`{study.reference}` is appraised twice", "keep one")
        appraised.add(study.reference)


def unused_claim(case: Context) -> Iterator[Finding]:
    """A claim that no link, statement or other record names.

    It has no place in the argument: readers would meet it in the evidence tables and not learn what it is for. Name
    it in a link, a statement, a dose, a harm, a phase, a model, a comparator or a limitation, or drop it.
    """
    used = _used_claims(case)
    for location, claim in case.claims():
        if claim.id not in used:
            hint = "name it in a link, a statement, a dose, a phase, a model or a limitation"
            yield Finding((*location, "id"), f"nothing names the claim `{claim.id}`", hint)


def _used_claims(case: Context) -> frozenset[str]:
    brief = case.brief
    points = (*brief.limitations.unknowns, *brief.limitations.gaps, *brief.limitations.lacks)
    holders: tuple[Any, ...] = (
        *(link for _, link in case.links()), *brief.ranking.statements, *brief.doses.people, *brief.doses.other,
        *brief.time_course, *brief.harms, *brief.phases, *brief.comparators, *brief.models, *points,
    )  # fmt: skip
    return frozenset(name for holder in holders for name in holder.claims)


def unused_reference(case: Context) -> Iterator[Finding]:
    """A reference that nothing cites.

    In the list it would look like support that it does not give. Cite it, drop it, or say in its appraisal's note why
    it is kept.
    """
    cited = sources_in_text(case.brief)
    named = {entry.source for _, entry in case.evidence()}
    named |= {key for correction in case.brief.limitations.corrections for key in correction.sources}
    notes = {study.reference for study in case.brief.studies if study.note}
    for index, reference in enumerate(case.brief.references):
        if reference.id not in cited | named | notes:
            hint = "cite it, or say in its appraisal's note why it is kept"
            yield Finding(("references", index), f"nothing cites `{reference.id}`", hint)


def lonely_report(case: Context) -> Iterator[Finding]:
    """A word in `report_of` that only one reference has.

    The word joins the reports of one study, so that they are counted once. A study that only one report tells needs
    none; a misspelt one would split a study in two and make the evidence look larger than it is.
    """
    words = [study.report_of for study in case.brief.studies if study.report_of]
    for index, study in enumerate(case.brief.studies):
        if study.report_of and words.count(study.report_of) == 1:
            message = f"no other report has `report_of: {study.report_of}`"
            yield Finding(("studies", index, "report_of"), message, "check the spelling, or drop it")


def dates(case: Context) -> Iterator[Finding]:
    """Days that cannot follow each other.

    A brief is reviewed after its date; and nothing in it was looked at, signed or published after that date. One of
    the two days is wrong: correct it.
    """
    record = case.brief.brief
    if record.review_by <= record.date:
        message = f"`review_by` is not after the brief's date, {record.date}"
        yield Finding(("brief", "review_by"), message, "a later day")
    for index, study in enumerate(case.brief.studies):
        for field, day in (("verification", study.verification.when), ("integrity", study.integrity.checked)):
            if day != "unknown" and day > record.date:
                message = f"`{study.reference}` was looked at on {day}, after the brief's date, {record.date}"
                yield Finding(("studies", index, field), message, "correct one of the two dates")
    for index, reference in enumerate(case.brief.references):
        issued = ((reference.issued or {}).get("date-parts") or [[]])[0]
        if issued and _later(issued, (record.date.year, record.date.month, record.date.day)):
            message = f"`{reference.id}` was published after the brief's date, {record.date}"
            yield Finding(("references", index), message, "correct one of the two dates")
    if (report := case.brief.retractions) and report.checked > record.date:
        message = f"the retraction check of {report.checked} is later than the brief's date, {record.date}"
        yield Finding(("retractions", "checked"), message, "give the brief a new version and date")
    for location, day in _signatures(case):
        if day > record.date:
            message = f"this was signed on {day}, after the brief's date, {record.date}"
            yield Finding(location, message, "correct one of the two dates")


def twice_checked(case: Context) -> Iterator[Finding]:
    """A reference with two results in `retractions.yaml`, of which only one could be printed. Run the check again."""
    told: set[str] = set()
    for index, result in enumerate(case.brief.retractions.results if case.brief.retractions else ()):
        if result.reference in told:
            message = f"`{result.reference}` has two results"
            yield Finding(("retractions", "results", index), message, "run the check again")
        told.add(result.reference)


def retraction_state(case: Context) -> Iterator[Finding]:
    """A state in `retractions.yaml` that does not follow from the notices beside it.

    The report is written by `check --retractions`. Run the check again rather than edit it.
    """
    for index, result in enumerate(case.brief.retractions.results if case.brief.retractions else ()):
        follows = state_of(result.notices) if result.searched or result.notices else "no-identifier"
        if result.state != follows:
            message = f"what was found for `{result.reference}` gives `{follows}`, not `{result.state}`"
            yield Finding(("retractions", "results", index, "state"), message, "run the check again")


def stale_check(case: Context) -> Iterator[Finding]:
    """A DOI or PMID that was written or mended after the retraction check, and was never looked up.

    The brief would print that no notice is known of a publication that nobody has looked for. Run the check again.
    """
    references = {reference.id: reference for reference in case.brief.references}
    for index, result in enumerate(case.brief.retractions.results if case.brief.retractions else ()):
        if set(result.searched) != set(looked_up(references[result.reference])):
            message = f"the DOI or PMID of `{result.reference}` is not the one that was looked up"
            yield Finding(("retractions", "results", index), message, "run the check again")


def _signatures(case: Context) -> Iterator[tuple[Location, datetime.date]]:
    decided = [((*at, "final"), statement.final) for at, statement in case.statements()]
    signed = [((*at, "certainty"), mechanism.certainty) for at, mechanism in case.mechanisms()]
    for location, decision in (*decided, *signed):
        if decision and decision.date:
            yield location, decision.date


def _later(issued: Any, day: tuple[int, int, int]) -> bool:
    """Whether the known parts of a publication's date lie after a day."""
    try:
        parts = tuple(int(part) for part in issued)
    except (TypeError, ValueError, OverflowError):
        return False
    return parts > day[: len(parts)]


def review_overdue(case: Context) -> Iterator[Finding]:
    """The day by which the brief was to be reviewed has passed.

    Readers take a brief for current until its `review_by`. Review it and give it a new version, date and `review_by`.
    """
    record = case.brief.brief
    if case.today and record.review_by < case.today:
        message = f"the brief was to be reviewed by {record.review_by}"
        yield Finding(("brief", "review_by"), message, "review it, and give it a new version and a new date")


def no_change(case: Context) -> Iterator[Finding]:
    """A version that `changes.yaml` says nothing of.

    Readers of the version before would be left guessing. Add an entry that says what this version changes.
    """
    changes, version = case.brief.changes, case.brief.brief.version
    if changes and all(change.version != version for change in changes):
        message = f"changes.yaml says nothing of version {version}"
        yield Finding(("changes",), message, "add an entry that says what this version changes")


def no_bridge(case: Context) -> Iterator[Finding]:
    """A mechanism without a link of kind `bridge`.

    Without the inference that joins what the drug does to what the condition is, a chain says that the drug's effect
    is the patient's. Name the inference, even when nothing supports it: that is what readers have to see.
    """
    for location, mechanism in case.mechanisms():
        if all(link.kind != "bridge" for link in mechanism.links):
            hint = "name the inference that joins the drug to the condition"
            yield Finding(location, f"`{mechanism.id}` has no link of kind `bridge`", hint)


def section_twice(case: Context) -> Iterator[Finding]:
    """A kind of section that stands twice. Every kind stands once: keep one."""
    kinds = [section.kind for section in case.brief.brief.sections]
    for index, kind in enumerate(kinds):
        if kind in kinds[:index]:
            yield Finding(("brief", "sections", index), f"the section `{kind}` stands twice", "keep one")


def no_section(case: Context) -> Iterator[Finding]:
    """Records for which the brief has no section.

    Nothing is dropped quietly: what has records is printed. Add the section, or remove the records.
    """
    kinds = {section.kind for section in case.brief.brief.sections}
    for name in filled_sections(case.source.tree):
        if name not in kinds:
            message = f"there is no section of kind `{name}`, but there are records for it"
            yield Finding(("brief", "sections"), message, f"add `- {{kind: {name}, title: …}}`")


def pale_accent(case: Context) -> Iterator[Finding]:
    """An accent colour that is too pale to be read on white.

    Headings and links are set in it. WCAG 2.2 asks for a contrast of at least 4.5 to 1: take a darker colour.
    """
    accent = case.brief.brief.theme.accent
    if accent and (contrast := _contrast_on_white(accent)) < LEAST_CONTRAST:
        message = f"the contrast of {accent} on white is {contrast:.1f} to 1; at least {LEAST_CONTRAST} is needed"
        yield Finding(("brief", "theme", "accent"), message, "take a darker colour")


LEAST_CONTRAST = 4.5


def _contrast_on_white(colour: str) -> float:
    """The contrast ratio of a colour on white (WCAG 2.2, relative luminance)."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def logo_without_words(case: Context) -> Iterator[Finding]:
    """A logo without words for those who cannot see it. Say in `logo_alternative` whose it is."""
    theme = case.brief.brief.theme
    if theme.logo and not theme.logo_alternative:
        yield Finding(("brief", "theme", "logo"), "this logo has no `logo_alternative`", "say whose logo it is")


def instrument_name(case: Context) -> Iterator[Finding]:
    """An instrument whose file is not called after its id and version.

    A brief names its instrument by file, and readers years later look for that version. Rename the file, or correct
    `id` and `version` in it.
    """
    instrument, named = case.brief.instrument, case.brief.brief.methods.instrument
    if instrument and instrument.name != named:
        message = f"the file is called `{named}`, but it says that it is `{instrument.name}`"
        yield Finding(("instrument", "id"), message, "rename the file, or correct `id` and `version`")


def instrument_table(case: Context) -> Iterator[Finding]:
    """A decision table of the instrument that is not one: rules overlap, leave a gap, or can never decide.

    Every combination of counts has to have exactly one rule, or a rating would depend on the order of the lines, or
    on nothing. The message names a combination that shows the fault.
    """
    for fault in case.faults:
        yield Finding(("instrument", *fault.where), fault.message, fault.hint)


def since_by_hand(case: Context) -> Iterator[Finding]:
    """A `since.yaml` that does not say what a comparison says.

    It is printed as what changed, and page one prints its summary. The summary has to be the one that follows from the
    changes, and what the bottom line and the tiers are said to be now has to be what they are. Run `evibrief since`.
    """
    since = case.brief.since
    if since is None:
        return
    hint = "run `evibrief since`; this file is not written by hand"
    if since.summary != summary(since.changes, english()):
        yield Finding(("since", "summary"), "this summary is not what follows from the changes below it", hint)
    line, ratings = case.brief.brief.bottom_line, case.ratings
    for index, change in enumerate(since.changes):
        name, _, field = change.record.partition(", ")
        wanted: str | None = None
        if change.kind == "bottom line":
            wanted = getattr(line, field, "") if field in ("text", "plausibility", "certainty") else ""
        elif change.kind == "tier" and ratings and field in ("final", "computed"):
            statement = ratings.statements.get(name)
            wanted = str(getattr(statement, field)) if statement else ""
        if wanted is not None and change.now != wanted:
            yield Finding(("since", "changes", index), f"the {change.kind} is not what this says that it is now", hint)


RULES: tuple[Rule, ...] = (
    error("since-by-hand", since_by_hand),
    error("no-glyph", no_glyph),
    error("not-appraised", not_appraised),
    error("twice-appraised", twice_appraised),
    error("unused-claim", unused_claim),
    error("unused-reference", unused_reference),
    error("lonely-report", lonely_report),
    error("dates", dates),
    error("twice-checked", twice_checked),
    error("retraction-state", retraction_state),
    error("stale-check", stale_check),
    error("no-change", no_change),
    error("no-bridge", no_bridge),
    error("section-twice", section_twice),
    error("no-section", no_section),
    error("pale-accent", pale_accent),
    error("logo-without-words", logo_without_words),
    error("instrument-name", instrument_name),
    error("instrument-table", instrument_table),
    warning("review-overdue", review_overdue),
)
