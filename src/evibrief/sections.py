"""The body of a brief: mechanisms, ranking, doses, time course, phases, comparators and models, as blocks.

In: `Brief` and `Findings`. Out: the blocks of each section, decided and worded. Each builder is named for the section
that it builds; `view` calls them. What stands in the appendix is built in `appendix`.
"""

from collections.abc import Iterable, Iterator, Sequence

from evibrief import charts, words
from evibrief.derive import Findings
from evibrief.evidence import Claim, Evidence
from evibrief.fields import ReferenceKey
from evibrief.model import AnimalExposure, Brief, Comparator, Dose, Harm, ModelRecord, Phase, TimeCourse
from evibrief.page import Block, Cell, Column, Heading, Line, Paragraph, Row, Table

NOT_A_RECOMMENDATION = "What was given in studies. Nothing in this table is a recommendation."


def table(caption: str, columns: Sequence[tuple[str, int]], groups: Iterable[Sequence[Row]]) -> tuple[Table, ...]:
    """A table, or nothing when it would have no rows."""
    rows = tuple(tuple(group) for group in groups)
    headings = tuple(Column(heading, width) for heading, width in columns)
    return (Table(caption, headings, rows),) if rows else ()


def claim_links(names: Iterable[str]) -> tuple[Line, ...]:
    """One line of links to records by their ids, or none."""
    linked = tuple(names)
    return (Line(links=linked, style="identifier"),) if linked else ()


def change_mark(record: str, findings: Findings) -> tuple[Line, ...]:
    """That a record changed since the last archived version, and how; and what reviewers said that is not decided."""
    kinds = findings.changed.get(record, ())
    changed = (Line(text=f"Changed: {', '.join(kinds)}", style="warning"),) if kinds else ()
    comments = findings.open_comments.get(record, ())
    told = (f"Open comment ({role}): {shortened(text)}" for role, text in comments)
    return (*changed, *(Line(text=text, style="warning") for text in told))


def shortened(text: str, most: int = 160) -> str:
    """A text of one line, cut between words where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[:most].rsplit(" ", 1)[0] + " …"


def record_lines(names: Sequence[str], findings: Findings) -> tuple[Line, ...]:
    """Records by id: as links where the page has them, as plain ids where it has not; `not placed` for none."""
    wanted = tuple(dict.fromkeys(name for name in names if name))
    linked = tuple(name for name in wanted if name in {**findings.claims, **findings.links, **findings.statements})
    plain = [name for name in wanted if name not in linked]
    return (
        *((Line(links=linked, style="identifier"),) if linked else ()),
        *((Line(text=", ".join(plain), style="identifier"),) if plain else ()),
        *((Line(text="not placed", style="muted"),) if not wanted else ()),
    )


def study_lines(studies: Iterable[ReferenceKey], findings: Findings) -> tuple[Line, ...]:
    """Studies by name with their citation, a line each; `none` says that there is none."""
    lines = tuple(Line(prose=f"{escape(words.short_name(findings.references[key]))} [@{key}]") for key in studies)
    return lines or (Line(text="none", style="muted"),)


def escape(text: str) -> str:
    """Plain words as Markdown that prints just these words."""
    return "".join(
        f"\\{character}" if character in r"\`*_{}[]()#+-.!<>~^$|@'" + '"' else character for character in text
    )


def evidence_lines(entry: Evidence, findings: Findings) -> tuple[Line, ...]:
    """What one publication says: its role, its finding with the citation, and how sure its identity is."""
    study = findings.studies.get(entry.source)
    name = escape(words.short_name(findings.references[entry.source]))
    state = words.VERIFICATION[study.verification.state] if study else "not appraised"
    notes = [words.BASIS[entry.basis], f"reference {state}", f"seen: {entry.locator}"]
    if study and (standing := findings.standings[entry.source]) in ("erratum", "reinstated", "concern", "retracted"):
        notes.append(words.INTEGRITY[standing])
    return (
        Line(prose=f"**{words.ROLE[entry.role]}:** {name} [@{entry.source}]. {entry.finding}"),
        Line(text="; ".join(notes), style="muted"),
    )


def correction_lines(names: Iterable[str]) -> tuple[Line, ...]:
    """One line of links to the corrections of a record, or none."""
    linked = tuple(names)
    return (Line(text="see", links=linked, style="identifier"),) if linked else ()


def note_lines(note: str | None) -> tuple[Line, ...]:
    """A note as a quiet line, or nothing."""
    return (Line(prose=note, style="muted"),) if note else ()


def doses(brief: Brief, findings: Findings) -> Iterator[Block]:
    """Doses given to people; apart from them, under a heading that says so, amounts given to animals and cells."""
    if brief.doses.people:
        yield Heading("Given to people", "doses_people")
        yield Paragraph(NOT_A_RECOMMENDATION, style="callout")
    yield from charts.doses(brief, findings)
    columns = (("Dose", 18), ("How it was given", 24), ("To whom", 14), ("Source and finding", 44))
    rows = ([_dose_row(dose, findings)] for dose in brief.doses.people)
    yield from table("Doses given to people in studies", columns, rows)
    if brief.doses.other:
        yield Heading("Given to animals or to cells: not doses for people", "doses_other")
        warning = "Milligrams per kilogram in a rodent and concentrations in a dish say nothing directly about a dose."
        yield Paragraph(warning, style="callout")
    yield from charts.other_amounts(brief, findings)
    columns = (("Amount", 22), ("How it was given", 16), ("To what", 16), ("Source and finding", 46))
    rows = ([_exposure_row(exposure, findings)] for exposure in brief.doses.other)
    yield from table("Amounts given to animals or to cells; not comparable with doses for people", columns, rows)


def _dose_row(dose: Dose, findings: Findings) -> Row:
    how = Line(text=f"{dose.route}; {dose.duration}")
    given = (how, Line(text=dose.regimen), Line(text=dose.purpose, style="muted"))
    return _amount_row(dose, given, findings)


def _exposure_row(exposure: AnimalExposure, findings: Findings) -> Row:
    return _amount_row(exposure, (Line(text=f"route: {exposure.route}"),), findings)


def _amount_row(record: Dose | AnimalExposure, given: tuple[Line, ...], findings: Findings) -> Row:
    name = (Line(text=words.amount(record.amount), style="word", anchor=record.id), Line(text=record.label))
    rests = tuple(line for entry in record.evidence for line in evidence_lines(entry, findings))
    links = claim_links(record.claims) + correction_lines(record.corrections)
    return Row(
        (
            Cell(name, scope="row"),
            Cell(given),
            Cell((Line(text=findings.populations[record.population].label),)),
            Cell((*rests, *note_lines(record.note), *links)),
        )
    )


def time_course(brief: Brief, findings: Findings) -> Iterator[Block]:
    """When effects were seen, and on what each time rests."""
    yield from charts.time_course(brief, findings)
    columns = (("Effect", 24), ("First, greatest, last seen", 18), ("In whom", 14), ("Rests on", 44))
    rows = ([_course_row(course, findings)] for course in brief.time_course)
    yield from table("Time course of effects, counted from the start of treatment", columns, rows)


def _course_row(course: TimeCourse, findings: Findings) -> Row:
    times = (("first", course.first), ("greatest", course.peak), ("last", course.last))
    rests = tuple(line for entry in course.evidence for line in evidence_lines(entry, findings))
    stated = Line(text=f"Source document: {course.stated}", style="muted")
    return Row(
        (
            Cell((Line(text=course.effect, anchor=course.id), stated), scope="row"),
            Cell(tuple(Line(text=f"{name}: {words.moment(point)}") for name, point in times)),
            Cell((Line(text=findings.populations[course.population].label),)),
            Cell(
                (
                    *(rests or (Line(text="no source found", style="warning"),)),
                    *note_lines(course.note),
                    *claim_links(course.claims),
                    *correction_lines(course.corrections),
                )
            ),
        )
    )


def harms(brief: Brief, findings: Findings) -> Iterator[Block]:
    """Unwanted effects, in whom they were seen, and on what that rests."""
    columns = (("Effect", 28), ("In whom", 18), ("Source and finding", 54))
    rows = ([_harm_row(harm, findings)] for harm in brief.harms)
    yield from table("Unwanted effects, as far as they were recorded", columns, rows)


def _harm_row(harm: Harm, findings: Findings) -> Row:
    rests = tuple(line for entry in harm.evidence for line in evidence_lines(entry, findings))
    return Row(
        (
            Cell((Line(prose=harm.effect, anchor=harm.id),), scope="row"),
            Cell((Line(text=findings.populations[harm.population].label),)),
            Cell((*rests, *note_lines(harm.note), *claim_links(harm.claims))),
        )
    )


def phases(brief: Brief, findings: Findings) -> Iterator[Block]:
    """What is proposed for each phase of a course of events, and what each proposal rests on."""
    for phase in brief.phases:
        yield Heading(phase.title, phase.id)
        yield Paragraph(phase.text)
        yield from _claims_in_short(phase, findings)


def _claims_in_short(record: Phase | ModelRecord, findings: Findings) -> Iterator[Block]:
    columns = (("Claim", 50), ("Kind and wording", 20), ("Status", 12), ("Studies for", 18))
    rows = ([_short_row(findings.claims[name], findings)] for name in record.claims)
    yield from table(f"{record.title}: what is claimed", columns, rows)


def _short_row(claim: Claim, findings: Findings) -> Row:
    from_studies = [entry.source for entry in claim.evidence if entry.role == "supports"]
    kind = (Line(text=words.ABOUT[claim.about]), Line(text=words.MODALITY[claim.modality], style="muted"))
    return Row(
        (
            Cell((Line(prose=claim.text), *claim_links((claim.id,))), scope="row"),
            Cell(kind),
            Cell((Line(text=words.STATUS[claim.status], style="word"),)),
            Cell(study_lines(from_studies, findings)),
        )
    )


def comparators(brief: Brief, findings: Findings) -> Iterator[Block]:
    """The alternatives that the source document names, what it says of them and what is known."""
    columns = (("Alternative", 16), ("The source document says", 32), ("What is known", 52))
    rows = ([_comparator_row(comparator)] for comparator in brief.comparators)
    yield from table("Alternatives to the intervention", columns, rows)


def _comparator_row(comparator: Comparator) -> Row:
    links = claim_links(comparator.claims) + correction_lines(comparator.corrections)
    return Row(
        (
            Cell((Line(text=comparator.name, anchor=comparator.id),), scope="row"),
            Cell((Line(prose=comparator.stated),)),
            Cell((Line(prose=comparator.known), *links)),
        )
    )


def models(brief: Brief, findings: Findings) -> Iterator[Block]:
    """Models of the condition: where the intervention would act if the model were right, and what is missing."""
    titles = {mechanism.id: mechanism.title for mechanism in brief.mechanisms}
    for model in brief.models:
        yield Heading(model.title, model.id)
        yield Paragraph(model.text)
        yield Paragraph(f"**What would have to be shown first.** {model.would_need}")
        if model.mechanisms:
            linked = (f"[{escape(titles[name])}](#{name})" for name in model.mechanisms)
            yield Paragraph(f"Mechanisms concerned: {words.listed(linked)}.", style="note")
        yield from _claims_in_short(model, findings)
