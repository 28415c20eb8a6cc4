"""Evidence tables: a claim is a record with its studies below it and a number; a finding is told once a topic."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from evibrief.checks.load import load
from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Claim
from evibrief.rating.findings import Findings, derive
from evibrief.sections import evidence_tables, references
from evibrief.sections.blocks import Paragraph, ReferenceList, Row, Table, TableRecord

ROOT = Path(__file__).parents[2]
BRIEFS = [ROOT / "data" / "ketamine-mecfs", ROOT / "tests" / "briefs" / "blue-glass",
          ROOT / "tests" / "briefs" / "ldn"]  # fmt: skip


@cache
def known(folder: Path) -> tuple[Brief, Findings]:
    brief = load(folder).brief
    return brief, derive(brief)


def tables(brief: Brief, findings: Findings) -> dict[str, Table]:
    """The table of each topic, by its caption."""
    return {one.caption: one for one in evidence_tables.evidence(brief, findings) if isinstance(one, Table)}


def records(brief: Brief, findings: Findings) -> dict[str, TableRecord]:
    """The record of each claim, in the order of the page."""
    return {one.anchor: one for table in tables(brief, findings).values() for one in table.records if one.anchor}


def words(row: Row) -> str:
    return " ".join(line.text or line.prose for cell in row.cells for line in cell.lines)


def links(row: Row) -> list[str]:
    return [one.anchor for cell in row.cells for line in cell.lines for one in line.links]


def entries(record: TableRecord) -> list[Row]:
    return [row for row in record.rows if row.kind == "entry"]


@pytest.mark.parametrize("folder", BRIEFS, ids=lambda folder: folder.name)
def test_every_claim_is_a_band_with_a_row_for_each_piece_of_its_evidence(folder: Path) -> None:
    brief, findings = known(folder)
    found = records(brief, findings)
    assert len(found) > 5
    assert set(found) == {claim.id for claim in brief.all_claims}
    for claim in brief.all_claims:
        band, *rest = found[claim.id].rows
        assert (band.kind, {row.kind for row in rest} - {"entry"}) == ("band", set())
        assert claim.text in words(band)
        assert len(rest) == len(claim.evidence)
        for row, entry in zip(rest, claim.evidence, strict=True):
            assert f"{findings.words.role[entry.role]}:" in words(row)
            assert f"[@{entry.source}]" in words(row)


@pytest.mark.parametrize("folder", BRIEFS, ids=lambda folder: folder.name)
def test_claims_are_numbered_in_the_order_of_the_tables(folder: Path) -> None:
    brief, findings = known(folder)
    found = records(brief, findings)
    told = [record.rows[0].cells[0].lines[0].text for record in found.values()]
    assert told == [str(number) for number in range(1, len(found) + 1)]
    assert [findings.numbers[name] for name in found] == told
    corrections = [findings.numbers[one.id] for one in brief.limitations.corrections]
    assert corrections == [str(number) for number in range(1, len(corrections) + 1)]


@pytest.mark.parametrize("folder", BRIEFS, ids=lambda folder: folder.name)
def test_a_claim_without_evidence_says_so_and_no_other_does(folder: Path) -> None:
    brief, findings = known(folder)
    missing = findings.words.notes.no_source
    said = {name for name, one in records(brief, findings).items() if missing in words(one.rows[0])}
    assert missing == "No source recorded"
    assert said == {claim.id for claim in brief.all_claims if not claim.evidence}


def with_evidence(brief: Brief, changed: dict[str, Claim]) -> Brief:
    groups = tuple(
        group.model_copy(update={"claims": tuple(changed.get(claim.id, claim) for claim in group.claims)})
        for group in brief.claims
    )
    return brief.model_copy(update={"claims": groups})


def in_order(brief: Brief, findings: Findings) -> Iterator[list[Claim]]:
    """The claims of each topic, in the order of its table."""
    for group in brief.claims:
        yield sorted(group.claims, key=lambda claim: int(findings.numbers[claim.id]))


def test_a_finding_is_told_once_a_topic_and_pointed_to_afterwards() -> None:
    brief, findings = known(BRIEFS[2])
    first, second = [claims for claims in in_order(brief, findings) if len(claims) > 2][:2]
    entry = next(one for claim in first for one in claim.evidence)
    told = entry.model_copy(update={"finding": "Nobody has told this before."})
    other = told.model_copy(update={"finding": "This is another finding."})
    same = (first[0], first[1], second[0])
    changed = {claim.id: claim.model_copy(update={"evidence": (told,)}) for claim in same}
    changed[first[2].id] = first[2].model_copy(update={"evidence": (told, other)})
    made = with_evidence(brief, changed)
    found = records(made, derive(made))
    whole, pointer, both, again = (entries(found[one.id]) for one in (*first[:3], second[0]))
    # The first claim of the topic tells it, and so does the first of the next topic.
    assert ["Nobody has told this before." in words(rows[0]) for rows in (whole, pointer, both, again)] == [
        True, False, False, True,
    ]  # fmt: skip
    assert [links(rows[0]) for rows in (whole, pointer, both, again)] == [[], [first[0].id], [first[0].id], []]
    assert f"[@{told.source}]" in words(pointer[0])
    # Another finding of the same study is another finding.
    assert "This is another finding." in words(both[1])
    assert links(both[1]) == []


def test_a_role_and_a_resolution_are_told_for_each_claim() -> None:
    brief, findings = known(BRIEFS[2])
    first, second, *_ = next(claims for claims in in_order(brief, findings) if len(claims) > 1)
    entry = next(one for claim in brief.all_claims for one in claim.evidence)
    against = entry.model_copy(update={"role": "contradicts", "resolved": "The trial measured something else."})
    changed = {first.id: first.model_copy(update={"evidence": (entry.model_copy(update={"role": "supports"}),)}),
               second.id: second.model_copy(update={"evidence": (against,)})}  # fmt: skip
    made = with_evidence(brief, changed)
    (row,) = entries(records(made, derive(made))[second.id])
    assert links(row) == [first.id]
    assert "Contradicts:" in words(row)
    assert "The trial measured something else." in words(row)


@pytest.mark.parametrize("folder", BRIEFS, ids=lambda folder: folder.name)
def test_facets_are_words_of_the_page(folder: Path) -> None:
    brief, findings = known(folder)
    every = records(brief, findings)
    told = {claim: {facet.name: facet.values for facet in one.facets} for claim, one in every.items()}
    titles = {group.title for group in brief.claims}
    for claim in brief.all_claims:
        facets = told[claim.id]
        assert set(facets["topic"]) <= titles
        assert facets["status"] == (findings.words.status[claim.status],)
        assert facets["direction"] == (findings.words.direction[claim.direction],)
        assert (facets["study-type"] == (findings.words.notes.no_source,)) == (not claim.evidence)
    in_chains = {name for one in brief.mechanisms for link in one.links for name in link.all_claims}
    assert {name for name, facets in told.items() if facets["mechanism"]} == in_chains


@pytest.mark.parametrize("folder", BRIEFS, ids=lambda folder: folder.name)
def test_every_study_has_a_note_that_leads_to_its_claims(folder: Path) -> None:
    brief, findings = known(folder)
    (listed,) = (one for one in references.references(brief, findings) if isinstance(one, ReferenceList))
    assert [note.key for note in listed.notes] == [study.reference for study in brief.studies]
    for note in listed.notes:
        rests = [claim.id for claim in brief.all_claims if any(one.source == note.key for one in claim.evidence)]
        assert [one.anchor for line in note.lines for one in line.links] == rests
        assert [one.text for line in note.lines for one in line.links] == [findings.numbers[name] for name in rests]


def test_that_nobody_looked_for_retractions_is_told_once() -> None:
    brief, findings = known(BRIEFS[2])
    said = findings.words.notes.notices_unchecked
    unchecked = [study for study in brief.studies if study.integrity.state == "not-checked"]
    assert len(unchecked) > 1
    assert brief.retractions is None
    note, listed = references.references(brief, findings)
    assert isinstance(note, Paragraph)
    assert isinstance(listed, ReferenceList)
    assert note.prose == said
    told = " ".join(line.text for one in listed.notes for line in one.lines)
    assert findings.words.standing["not-checked"].lower() not in told.lower()
    # With a check there is nothing to say in front; each note has the result.
    checked, found = known(ROOT / "docs" / "example")
    assert checked.retractions is not None
    assert [one for one in references.references(checked, found) if isinstance(one, Paragraph)] == []
