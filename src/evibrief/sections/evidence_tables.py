"""The section `evidence`: tables of all claims with their evidence.

A claim is a band with its status beside it; below it there is one row for each publication.
"""

from collections.abc import Iterator
from typing import get_args

from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Claim, ClaimGroup, Evidence
from evibrief.evidence.vocabulary import About
from evibrief.labels import phrases
from evibrief.labels.markdown import escape
from evibrief.rating.findings import Findings, names_a_source
from evibrief.sections.blocks import Block, Cell, Facet, Heading, Line, Paragraph, Row, TableRecord
from evibrief.sections.cells import (
    change_mark,
    correction_lines,
    flowing,
    how_known,
    number_lines,
    pointers,
    resolved_lines,
    study_name,
    table,
)


def evidence(brief: Brief, findings: Findings) -> Iterator[Block]:
    """Every claim with its evidence, by topic, and within a topic by what the claim is about."""
    names = findings.words.columns
    notes = findings.words.notes
    told = (notes.evidence_tables, *((notes.evidence_of_document,) if findings.has_document else ()))
    yield Paragraph(" ".join(told), style="note")
    columns = ((names.claim_and_study, 38), (names.became_and_found, 62))
    of_claims = _mechanisms(brief)
    for group in brief.claims:
        yield Heading(group.title, group.id)
        caption = findings.words.captions.claims(topic=group.title)
        yield from table(caption, columns, _records(group, of_claims, findings))


def _mechanisms(brief: Brief) -> dict[str, tuple[str, ...]]:
    """The titles of the mechanisms in which a claim has a place, by the claim's id."""
    found: dict[str, tuple[str, ...]] = {}
    for mechanism in brief.mechanisms:
        for name in dict.fromkeys(name for link in mechanism.links for name in link.all_claims):
            found[name] = (*found.get(name, ()), mechanism.title)
    return found


def _records(group: ClaimGroup, mechanisms: dict[str, tuple[str, ...]], findings: Findings) -> Iterator[TableRecord]:
    told: dict[tuple[Line, ...], str] = {}
    for about in get_args(About):
        claims = [claim for claim in group.claims if findings.subjects[claim.id] == about]
        if claims:
            heading = Cell((Line(text=findings.words.about[about], style="label"),), scope="rowgroup", columns=2)
            yield TableRecord((Row((heading,), "part"),))
        for claim in claims:
            rows = _rows(claim, told, findings)
            facets = _facets(claim, group.title, mechanisms.get(claim.id, ()), findings)
            yield TableRecord(tuple(rows), claim.id, facets)


def _facets(claim: Claim, topic: str, mechanisms: tuple[str, ...], findings: Findings) -> tuple[Facet, ...]:
    """What readers may select a claim by, in the words of the page."""
    words, found = findings.words, [entry for entry in claim.evidence if entry.source in findings.studies]
    designs = dict.fromkeys(words.design[findings.studies[entry.source].design] for entry in found)
    bearing = (phrases.directness(entry, findings.populations[entry.population]) for entry in claim.evidence)
    changed = (phrases.change(kind, words) for kind in findings.changed.get(claim.id, ()))
    return (
        Facet("topic", (topic,)),
        Facet("mechanism", mechanisms),
        Facet("study-type", tuple(designs) or (words.notes.no_source,)),
        Facet("directness", tuple(dict.fromkeys(words.directness[one] for one in bearing)) or (words.notes.no_source,)),
        Facet("status", (words.status[claim.status],)),
        Facet("direction", (words.direction[claim.direction],)),
        Facet("changed", tuple(changed)),
    )


def _rows(claim: Claim, told: dict[tuple[Line, ...], str], findings: Findings) -> Iterator[Row]:
    """The claim with what became of it, then one row per piece of evidence; a claim without any is one row.

    `told` are the findings that this table has told already, each with its claim: they are not told again.
    """
    words = findings.words
    missing = () if claim.evidence else (Line(text=words.notes.no_source, style="warning"),)
    said = (Line(text=findings.numbers[claim.id], style="label"), Line(prose=claim.text, anchor=claim.id),
            *change_mark(claim.id, findings))  # fmt: skip
    note = (Line(prose=claim.status_note),) if claim.status_note else ()
    became = (Line(text=words.status[claim.status], style="word"), *note, *missing, *_origin(claim, findings),
              *correction_lines(claim.corrections, findings))  # fmt: skip
    yield Row((flowing(*said, scope="rowgroup"), flowing(*became)), "band")
    for entry in claim.evidence:
        yield _entry(entry, claim.id, told, findings)


def _origin(claim: Claim, findings: Findings) -> tuple[Line, ...]:
    """Where the claim comes from, what it is about, whether it is for or against, and its id in the data."""
    words, sentences = findings.words, findings.words.sentences
    towards = sentences.labelled(label=words.columns.direction, value=words.direction[claim.direction]).lower()
    told = "; ".join((_stated(claim, findings), towards, claim.id))
    return (Line(text=told, style="muted"),)


def _stated(claim: Claim, findings: Findings) -> str:
    words, sentences = findings.words, findings.words.sentences
    population = findings.populations[claim.population].label
    if not (stated := claim.stated):
        about = sentences.claim_on(population=population)
        return sentences.added_claim(population=population) if findings.has_document else about
    source = sentences.no_source_named(phrase=stated.attribution.removeprefix("none"))
    if names_a_source(stated):
        source = sentences.attributed(attribution=stated.attribution)
    said = {"line": stated.line, "source": source, "study_type": stated.study_type, "population": population}
    if claim.modality:
        return sentences.stated_claim(**said, modality=words.modality[claim.modality])
    return sentences.stated_claim_plainly(**said)


def _entry(entry: Evidence, claim: str, told: dict[tuple[Line, ...], str], findings: Findings) -> Row:
    words = findings.words
    named = words.sentences.role_of_study(
        sign=escape(words.sign[entry.role]), role=words.role[entry.role], study=study_name(entry.source, findings)
    )
    found = _found(entry, findings)
    if (first := told.setdefault((Line(prose=entry.source), *found), claim)) != claim:
        found = (Line(text=words.notes.as_at_claim, links=pointers([first], findings), style="muted"),)
    return Row((flowing(Line(prose=named), *found, *resolved_lines(entry, words), columns=2),), "entry")


def _found(entry: Evidence, findings: Findings) -> tuple[Line, ...]:
    """The finding with its numbers, then what kind of study it is, of whom, and how far it was seen."""
    words = findings.words
    study, population = findings.studies.get(entry.source), findings.populations[entry.population]
    about = (
        phrases.study_type(study, words) if study else words.notes.not_appraised,
        population.label,
        # The label of nobody says already that this is no observation.
        *((words.directness[phrases.directness(entry, population)].lower(),) if population.relation != "none" else ()),
        *how_known(entry, findings, candidates_told=True),
    )
    return (Line(prose=entry.finding), *number_lines(entry, findings), Line(text="; ".join(about), style="muted"))
