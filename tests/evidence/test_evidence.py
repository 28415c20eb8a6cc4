"""The first brief: that the whole of the source document is encoded, and what may and may not be said of it."""

import json
import re
from pathlib import Path

import pytest

from evibrief.checks.load import load
from evibrief.evidence.brief import Brief
from evibrief.rating.findings import Findings, derive

FOLDER = Path(__file__).parents[2] / "data" / "ketamine-mecfs"
CLAIMS_OF_SECTIONS = (23, 17, 13, 10, 20, 12, 13, 13, 11, 12)
OMITTED_BY_THE_DOCUMENT = (
    "saligan2019",
    "park2017",
    "raijmakers2022",
    "noppers2011",
    "wyler2024",
    "abdallah2020",
    "shungu2012",
    "corbitt2019",
)


@pytest.fixture(scope="module")
def brief() -> Brief:
    return load(FOLDER).brief


@pytest.fixture(scope="module")
def findings(brief: Brief) -> Findings:
    return derive(brief)


def test_all_144_claims_are_there_with_their_lines(brief: Brief) -> None:
    wanted = [
        f"c{section}_{number}" for section, size in enumerate(CLAIMS_OF_SECTIONS, 1) for number in range(1, size + 1)
    ]
    stated = {claim.id: claim.stated.line for claim in brief.all_claims if claim.stated}
    assert len(wanted) == 144
    assert sorted(stated) == sorted(wanted)
    assert all(11 <= line <= 256 for line in stated.values())
    assert all(claim.id.startswith("a") for claim in brief.all_claims if claim.stated is None)


def test_nothing_rests_on_the_drug_given_in_the_condition(findings: Findings) -> None:
    assert findings.counts.direct == 0
    assert (findings.counts.stated, findings.counts.attributed) == (144, 10)


def test_all_references_are_pure_and_appraised(brief: Brief) -> None:
    entries = json.loads((FOLDER / "references.json").read_text())
    assert len(entries) == 66
    assert [entry["id"] for entry in entries if "note" in entry] == []
    assert {study.reference for study in brief.studies} == {entry["id"] for entry in entries}
    assert {study.verification.state for study in brief.studies} == {"verified", "partly"}


def test_all_problems_are_corrections_and_each_is_placed(brief: Brief, findings: Findings) -> None:
    names = [correction.id for correction in brief.limitations.corrections]
    assert names == [f"E{number:02}" for number in range(1, 51) if number != 44]
    without = set(names) - set(findings.claims_of_correction)
    # These concern the document or its ranking as a whole, and no single claim.
    assert without == {"E15", "E16", "E38", "E39", "E43"}
    assert sum(bool(claim.corrections) for claim in brief.all_claims if claim.stated) == 94


def test_ranking_unknowns_gaps_comparators_models(brief: Brief) -> None:
    tiers = [statement.stated for statement in brief.ranking.statements]
    assert tiers == ["strong"] * 4 + ["medium"] * 3 + ["weak"] * 3
    assert [statement.final for statement in brief.ranking.statements] == [None] * 10
    assert brief.ranking.closing is not None
    assert (brief.ranking.closing.plausibility, brief.ranking.closing.certainty) == ("medium", "very-low")
    limits = brief.limitations
    assert (len(limits.unknowns), len(limits.gaps), len(brief.comparators), len(brief.models)) == (8, 5, 4, 4)
    assert len(brief.mechanisms) == 7
    for mechanism in brief.mechanisms:
        assert {"intervention", "exposure", "condition", "bridge"} <= {link.kind for link in mechanism.links}


@pytest.mark.parametrize("reference", OMITTED_BY_THE_DOCUMENT)
def test_contrary_studies_are_evidence(brief: Brief, reference: str) -> None:
    roles = {entry.role for claim in brief.all_claims for entry in claim.evidence if entry.source == reference}
    against = {claim.direction for claim in brief.all_claims for entry in claim.evidence if entry.source == reference}
    assert "contradicts" in roles or "opposes" in against


def test_no_author_rater_or_search_is_invented(brief: Brief) -> None:
    record = brief.brief
    assert (record.authors, record.raters, record.reviewers, record.methods.searches) == ((), (), (), ())
    assert record.status == "draft"
    assert record.status_note == "not yet reviewed clinically"
    assert {entry.basis for claim in brief.all_claims for entry in claim.evidence} == {"candidate"}


def test_the_untraced_figure_stands_in_its_correction_alone() -> None:
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    found = [(path.name, line) for path in files for line in path.read_text().split("\n") if re.search("1,?063", line)]
    assert len(found) == 2
    assert {name for name, _ in found} == {"limitations.yaml"}


def test_doses_are_for_people_and_amounts_for_animals_stand_apart(brief: Brief) -> None:
    species = {population.id: population.species for population in brief.brief.populations}
    assert {species[dose.population] for dose in brief.doses.people} == {"human"}
    assert "human" not in {species[exposure.population] for exposure in brief.doses.other}
    assert len(brief.doses.people) > 4
    assert len(brief.doses.other) > 2
