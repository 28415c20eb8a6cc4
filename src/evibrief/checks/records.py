"""Rules on records: nothing twice, nothing unused, nothing left out of the brief.

In: a `Context`. Out: the findings of each rule. A rule is a generator; its docstring is its documentation.
"""

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from evibrief.checks.rule import Context, Finding, Rule, as_it_is, error, warning
from evibrief.evidence.appraisals import NOT_JUDGED, Appraisal
from evibrief.evidence.claims import Link, Study
from evibrief.evidence.fields import cited_keys
from evibrief.evidence.files import filled_sections
from evibrief.evidence.identifiers import looked_up
from evibrief.evidence.retractions import state_of_notices
from evibrief.evidence.source import Location
from evibrief.evidence.unfinished import Filling, at_location, mark
from evibrief.rating.diff import summary_of_changes
from evibrief.rating.values import fill_text, values_of


def no_glyph(case: Context) -> Iterator[Finding]:
    """A character that none of the shipped fonts has.

    It would be printed as an empty box. Write superscripts and subscripts with plain characters instead: `ONOO^−^`,
    `H~2~O`.
    """
    texts = case.source.scalars()
    letters = set("".join(text for _, text in texts)) - {"\n", "\t"}
    missing = {letter for letter in letters if ord(letter) not in case.characters}
    for location, text in texts if missing else ():
        for character in sorted(missing.intersection(text)):
            message = f"no font has the character `{character}` (U+{ord(character):04X})"
            hint = "write superscripts and subscripts with plain characters: `ONOO^−^`, `H~2~O`"
            yield Finding(location, message, hint, character)


def not_appraised(case: Context) -> Iterator[Finding]:
    """A reference without an appraisal in `studies.yaml`.

    Readers must be able to tell what was appraised and what was not. `unverified` and `unknown` are allowed.
    """
    appraised = {study.reference for study in case.brief.studies}
    for index, reference in enumerate(case.brief.references):
        if reference.id not in appraised:
            message = f"`{reference.id}` has no appraisal in studies.yaml"
            yield Finding(("references", index), message, "add it; `unverified` is allowed")


def _put_appraisal(filling: Filling, found: Finding) -> None:
    """An appraisal of which nothing is known; the evidence of that publication counts for nothing."""
    name = at_location(filling.tree, found.location)["id"]
    what = "reference" if filling.is_filled(found.location) else "appraisal of"
    words = f"no {what} {name} yet"
    filling.append(("studies",), filling.record(Study, words, reference=name))
    filling.say_of_evidence(name, words)


def twice_appraised(case: Context) -> Iterator[Finding]:
    """A reference with two appraisals. Only one can be printed: keep one."""
    appraised: set[str] = set()
    for index, study in enumerate(case.brief.studies):
        if study.reference in appraised:
            yield Finding(("studies", index, "reference"), f"`{study.reference}` is appraised twice", "keep one")
        appraised.add(study.reference)


def unused_claim(case: Context) -> Iterator[Finding]:
    """A claim that no link, statement or other record names.

    It is not part of the argument: readers would see it in the evidence tables without learning its purpose. Name it
    in a link, statement, dose, harm, phase, model, comparator or limitation, or remove it.
    """
    used = _used_claims(case)
    for location, claim in case.claims():
        if claim.id not in used:
            hint = "name it in a link, statement, dose, phase, model or limitation"
            yield Finding((*location, "id"), f"nothing names the claim `{claim.id}`", hint)


def _used_claims(case: Context) -> frozenset[str]:
    brief = case.brief
    points = (*brief.limitations.unknowns, *brief.limitations.gaps, *brief.limitations.lacks)
    holders: tuple[Any, ...] = (
        *(link for _, link in case.links()), *brief.ranking.statements, *brief.doses.people, *brief.doses.other,
        *brief.time_course, *brief.harms, *brief.phases, *brief.comparators, *brief.models, *points,
    )  # fmt: skip
    required = (name for _, link in case.links() for name in link.requires)
    return frozenset((*(name for holder in holders for name in holder.claims), *required))


def unused_reference(case: Context) -> Iterator[Finding]:
    """A reference that nothing cites.

    In the reference list it would look like support for the brief. Cite it, remove it, or say in the note of its
    appraisal why it is kept.
    """
    cited = {key for _, text in case.texts() if "@" in text for key in cited_keys(text)}
    named = {entry.source for _, entry in case.evidence()}
    named |= {key for correction in case.brief.limitations.corrections for key in correction.sources}
    notes = {study.reference for study in case.brief.studies if study.note}
    for index, reference in enumerate(case.brief.references):
        if reference.id not in cited | named | notes:
            hint = "cite it, or say in the note of its appraisal why it is kept"
            yield Finding(("references", index), f"nothing cites `{reference.id}`", hint)


def lonely_report(case: Context) -> Iterator[Finding]:
    """A value of `report_of` that only one reference has.

    The value joins the reports of one study, so that they count once. A study with a single report does not need it;
    a misspelt value would split a study in two and make the evidence look larger than it is.
    """
    words = [study.report_of for study in case.brief.studies if study.report_of]
    for index, study in enumerate(case.brief.studies):
        if study.report_of and words.count(study.report_of) == 1:
            message = f"no other report has `report_of: {study.report_of}`"
            yield Finding(("studies", index, "report_of"), message, "check the spelling, or remove it")


def _leave_uncounted(filling: Filling, found: Finding) -> None:
    """The other reports may not be appraised yet, or the value is misspelt: a study must never count twice."""
    study = at_location(filling.tree, found.location[:2])
    words = f"no other report of {study['report_of']} yet"
    filling.say(found.location[:2], words)
    filling.say_of_evidence(study["reference"], words)


def dates(case: Context) -> Iterator[Finding]:
    """Dates in an impossible order.

    `review_by` must be after the brief's date, and nothing in the brief can have been checked, signed or published
    after that date. Correct one of the two dates.
    """
    record = case.brief.brief
    if record.review_by <= record.date:
        message = f"`review_by` is not after the brief's date, {record.date}"
        yield Finding(("brief", "review_by"), message, "choose a later date")
    for index, study in enumerate(case.brief.studies):
        for field, day in (("verification", study.verification.when), ("integrity", study.integrity.checked)):
            if day != "unknown" and day > record.date:
                message = f"`{study.reference}` was checked on {day}, after the brief's date, {record.date}"
                yield Finding(("studies", index, field), message, "correct one of the two dates")
    for index, reference in enumerate(case.brief.references):
        issued = ((reference.issued or {}).get("date-parts") or [[]])[0]
        if issued and _later(issued, (record.date.year, record.date.month, record.date.day)):
            message = f"`{reference.id}` was published after the brief's date, {record.date}"
            yield Finding(("references", index), message, "correct one of the two dates")
    if (report := case.brief.retractions) and report.checked > record.date:
        message = f"the retraction check of {report.checked} is later than the brief's date, {record.date}"
        yield Finding(("retractions", "checked"), message, "give the brief a new version and date")
    for index, looked in enumerate(case.brief.quotes.results if case.brief.quotes else ()):
        if looked.checked > record.date:
            message = f"a quotation was looked up on {looked.checked}, after the brief's date, {record.date}"
            yield Finding(("quotes", "results", index, "checked"), message, "give the brief a new version and date")
    for location, day in _signatures(case):
        if day > record.date:
            message = f"this was signed on {day}, after the brief's date, {record.date}"
            yield Finding(location, message, "correct one of the two dates")


def twice_checked(case: Context) -> Iterator[Finding]:
    """A reference with two results in `retractions.yaml`. Only one can be printed: run the check again."""
    told: set[str] = set()
    for index, result in enumerate(case.brief.retractions.results if case.brief.retractions else ()):
        if result.reference in told:
            message = f"`{result.reference}` has two results"
            yield Finding(("retractions", "results", index), message, "run the check again")
        told.add(result.reference)


def retraction_state(case: Context) -> Iterator[Finding]:
    """A state in `retractions.yaml` that does not match the notices listed with it.

    `check --retractions` writes this file. Run the check again; do not edit the file.
    """
    for index, result in enumerate(case.brief.retractions.results if case.brief.retractions else ()):
        follows = state_of_notices(result.notices) if result.searched or result.notices else "no-identifier"
        if result.state != follows:
            message = f"the notices for `{result.reference}` give `{follows}`, not `{result.state}`"
            yield Finding(("retractions", "results", index, "state"), message, "run the check again")


def stale_check(case: Context) -> Iterator[Finding]:
    """A DOI or PMID that was added or changed after the retraction check, and so was never looked up.

    The brief would print that no notice is known for a publication that was not looked up. Run the check again.
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
    yield from _appraisal_days(case)


def _appraisal_days(case: Context) -> Iterator[tuple[Location, datetime.date]]:
    """The days on which appraisals were made, and on which an overall judgement was signed."""
    listed: list[tuple[Location, Sequence[Appraisal]]] = [(at, one.appraisals) for at, one in case.statements()]
    listed += [(("studies", at), one.appraisals) for at, one in enumerate(case.brief.studies)]
    for location, appraisals in listed:
        for index, made in enumerate(appraisals):
            if made.date != NOT_JUDGED:
                yield (*location, "appraisals", index, "date"), made.date
            if made.better:
                yield (*location, "appraisals", index, "better"), made.better.date


def _later(issued: Any, day: tuple[int, int, int]) -> bool:
    """Whether the known parts of a publication's date are after a day."""
    try:
        parts = tuple(int(part) for part in issued)
    except (TypeError, ValueError, OverflowError):
        return False
    return parts > day[: len(parts)]


def review_overdue(case: Context) -> Iterator[Finding]:
    """The brief is past its `review_by` date.

    Readers treat a brief as current until that date. Review it and give it a new version, date and `review_by`.
    """
    record = case.brief.brief
    if case.today and record.review_by < case.today:
        message = f"the brief was due for review by {record.review_by}"
        yield Finding(("brief", "review_by"), message, "review it, and give it a new version and a new date")


def no_change(case: Context) -> Iterator[Finding]:
    """A version without an entry in `changes.yaml`.

    Readers of the previous version would have to guess what changed. Add an entry that says what this version changes.
    """
    changes, version = case.brief.changes, case.brief.brief.version
    if changes and all(change.version != version for change in changes):
        message = f"changes.yaml has no entry for version {version}"
        yield Finding(("changes",), message, "add an entry that says what this version changes")


def date_ahead(case: Context) -> Iterator[Finding]:
    """The brief is dated in the future.

    Readers take its date for the day on which it was finished. Give it the date of today when it is.
    """
    day = case.brief.brief.date
    if case.today and day > case.today:
        yield Finding(("brief", "date"), f"the brief is dated {day}, which is in the future", "give it today's date")


def date_differs(case: Context) -> Iterator[Finding]:
    """The entry in `changes.yaml` for this version has another date than the brief: one version would show two dates.

    Give both the same date.
    """
    record = case.brief.brief
    for at, change in enumerate(case.brief.changes):
        if change.version == record.version and change.date != record.date:
            message = f"version {change.version} is dated {change.date} here, and {record.date} in brief.yaml"
            yield Finding(("changes", at, "date"), message, "give both the same date")


def no_bridge(case: Context) -> Iterator[Finding]:
    """A mechanism without a link of kind `bridge`.

    The bridge is the inference from what the drug does to the condition. Without it a chain suggests that an effect
    of the drug elsewhere is an effect in patients. State the inference even if nothing supports it: readers must see
    that.
    """
    for location, mechanism in case.mechanisms():
        if all(link.kind != "bridge" for link in mechanism.links):
            hint = "state the inference that joins the drug to the condition"
            yield Finding(location, f"`{mechanism.id}` has no link of kind `bridge`", hint)


def _put_bridge(filling: Filling, found: Finding) -> None:
    filling.append((*found.location, "links"), filling.record(Link, "no link of kind bridge yet"))


def section_twice(case: Context) -> Iterator[Finding]:
    """A kind of section that occurs twice. Each kind may occur once: keep one."""
    kinds = [section.kind for section in case.brief.brief.sections]
    for index, kind in enumerate(kinds):
        if kind in kinds[:index]:
            yield Finding(("brief", "sections", index), f"the section `{kind}` occurs twice", "keep one")


def no_section(case: Context) -> Iterator[Finding]:
    """Records for which the brief has no section.

    All records must be printed; none are dropped silently. Add the section, or remove the records.
    """
    kinds = {section.kind for section in case.brief.brief.sections}
    for name in filled_sections(case.source.tree):
        if name not in kinds:
            message = f"there is no section of kind `{name}`, but there are records for it"
            yield Finding(("brief", "sections"), message, f"add `- {{kind: {name}, title: …}}`")


def _put_sections(filling: Filling, found: Finding) -> None:
    kinds = {section["kind"] for section in filling.tree["brief"]["sections"]}
    for kind in filled_sections(filling.tree):
        if kind not in kinds:
            words = f"no section of kind {kind} yet"
            filling.append(found.location, {"kind": kind, "title": kind.capitalize(), "intro": mark(words)})


def pale_accent(case: Context) -> Iterator[Finding]:
    """An accent colour that is too pale to read on white.

    Headings and links use it. WCAG 2.2 requires a contrast of at least 4.5 to 1: choose a darker colour.
    """
    accent = case.brief.brief.theme.accent
    if accent and (contrast := _contrast_on_white(accent)) < LEAST_CONTRAST:
        message = f"the contrast of {accent} on white is {contrast:.1f} to 1; at least {LEAST_CONTRAST} is needed"
        yield Finding(("brief", "theme", "accent"), message, "choose a darker colour")


LEAST_CONTRAST = 4.5


def _contrast_on_white(colour: str) -> float:
    """The contrast ratio of a colour on white (WCAG 2.2, relative luminance)."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def logo_without_words(case: Context) -> Iterator[Finding]:
    """A logo without alternative text for readers who cannot see it. Say in `logo_alternative` whose logo it is."""
    theme = case.brief.brief.theme
    if theme.logo and not theme.logo_alternative:
        yield Finding(("brief", "theme", "logo"), "this logo has no `logo_alternative`", "say whose logo it is")


def _put_words_of_logo(filling: Filling, found: Finding) -> None:
    filling.put((*found.location[:-1], "logo_alternative"), mark("logo_alternative is missing"))


def instrument_name(case: Context) -> Iterator[Finding]:
    """An instrument whose file name does not match its id and version.

    A brief names its instrument by file name, and readers look for that version years later. Rename the file, or
    correct `id` and `version` in it.
    """
    instrument, named = case.brief.instrument, case.brief.brief.methods.instrument
    if instrument and instrument.name != named:
        message = f"the file is called `{named}`, but by its id and version it is `{instrument.name}`"
        yield Finding(("instrument", "id"), message, "rename the file, or correct `id` and `version`")


def instrument_table(case: Context) -> Iterator[Finding]:
    """A faulty decision table in the instrument: rules overlap, leave a gap, or can never apply.

    Exactly one rule must apply to each combination of counts. Otherwise a rating would depend on the order of the
    lines, or could not be given. The message names a combination that shows the fault.
    """
    for fault in case.faults:
        yield Finding(("instrument", *fault.where), fault.message, fault.hint)


def since_by_hand(case: Context) -> Iterator[Finding]:
    """A `since.yaml` that does not match the brief.

    The brief prints it as what changed, with its summary on page 1. The summary must match the changes, and the new
    bottom line and tiers in it must match the brief. Run `evibrief since`.
    """
    since = case.brief.since
    if since is None:
        return
    hint = "run `evibrief since`; this file is not written by hand"
    if since.summary != summary_of_changes(since.changes, case.findings.words):
        yield Finding(("since", "summary"), "this summary does not match the changes below it", hint)
    line, ratings = case.brief.brief.bottom_line, case.ratings
    values = values_of(case.brief, case.findings)
    for index, change in enumerate(since.changes):
        name, _, field = change.record.partition(", ")
        wanted: str | None = None
        if change.kind == "bottom line":
            wanted = fill_text(getattr(line, field), values) if field in ("text", "plausibility", "certainty") else ""
        elif change.kind == "tier" and ratings and field in ("final", "computed"):
            statement = ratings.statements.get(name)
            wanted = str(getattr(statement, field)) if statement else ""
        if wanted is not None and change.now != wanted:
            yield Finding(("since", "changes", index), f"the {change.kind} in the brief is not what this says", hint)


RULES: tuple[Rule, ...] = (
    error("since-by-hand", since_by_hand),
    error("no-glyph", no_glyph),
    error("not-appraised", not_appraised, _put_appraisal),
    error("twice-appraised", twice_appraised),
    error("unused-claim", unused_claim, as_it_is),
    error("unused-reference", unused_reference, as_it_is),
    error("lonely-report", lonely_report, _leave_uncounted),
    error("dates", dates),
    error("twice-checked", twice_checked),
    error("retraction-state", retraction_state),
    error("stale-check", stale_check),
    error("no-change", no_change, as_it_is),
    error("no-bridge", no_bridge, _put_bridge),
    error("section-twice", section_twice),
    error("no-section", no_section, _put_sections),
    error("pale-accent", pale_accent),
    error("logo-without-words", logo_without_words, _put_words_of_logo),
    error("instrument-name", instrument_name),
    error("instrument-table", instrument_table),
    warning("review-overdue", review_overdue),
    warning("date-ahead", date_ahead),
    warning("date-differs", date_differs),
)
