"""The first brief: that the whole of the source document is encoded, and what may and may not be said of it."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml

from evibrief.checks.load import load
from evibrief.evidence.brief import Brief
from evibrief.rating.findings import Findings, derive

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "data" / "ketamine-mecfs"
BEFORE = ROOT / "archive" / "ketamine-mecfs" / "2026-11-24_v0.2.0" / "evidence"
CLAIMS_OF_SECTIONS = (23, 17, 13, 10, 20, 12, 13, 13, 11, 12)
OMITTED_BY_THE_DOCUMENT = {
    "saligan2019": "contradicts",
    "park2017": "contradicts",
    "raijmakers2022": "contradicts",
    "noppers2011": "inconclusive",
    "wyler2024": "contradicts",
    "abdallah2020": "contradicts",
    "shungu2012": "contradicts",
    "corbitt2019": "inconclusive",
}
# Studies that disagree on a premise, with those that disagree with them.
DISAGREEING = {
    "nakatomi2014": {"raijmakers2022"},
    "raijmakers2022": {"nakatomi2014"},
    "myhill2009": {"shungu2012", "tomas_mes"},
    "shungu2012": {"myhill2009"},
    "tomas_mes": {"myhill2009"},
    "saligan2016": {"saligan2019"},
    "saligan2019": {"saligan2016"},
}
ON_MOOD = {"c5_5", "c5_6", "c5_18"}
HARMS = ("unreality", "blood pressure", "nausea", "headache", "dizziness", "liver", "cystitis", "memory", "dependence",
         "mania", "contraindications", "tests before infusions")  # fmt: skip
SLIP = "4.8 mg/kg/h"


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
    assert len(entries) == 94
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
    # The document's statement 4 is two, and its statement 5 is part of 2.
    tiers = {statement.id: statement.stated for statement in brief.ranking.statements}
    assert list(tiers) == ["s1", "s2", "s3", "s4", "s4b", "s6", "s7", "s8", "s9", "s10"]
    assert list(tiers.values()) == ["strong"] * 5 + ["medium"] * 2 + ["weak"] * 3
    assert [statement.final for statement in brief.ranking.statements] == [None] * 10
    assert brief.ranking.closing is not None
    assert (brief.ranking.closing.plausibility, brief.ranking.closing.certainty) == ("medium", "very-low")
    limits = brief.limitations
    assert (len(limits.unknowns), len(limits.gaps), len(brief.comparators), len(brief.models)) == (8, 9, 4, 4)
    assert len(brief.mechanisms) == 7
    for mechanism in brief.mechanisms:
        assert {"intervention", "exposure", "condition", "bridge"} <= {link.kind for link in mechanism.links}


@pytest.mark.parametrize(("reference", "role"), OMITTED_BY_THE_DOCUMENT.items())
def test_contrary_studies_are_evidence(brief: Brief, reference: str, role: str) -> None:
    assert role in {entry.role for claim in brief.all_claims for entry in claim.evidence if entry.source == reference}


def test_no_author_or_rater_is_invented(brief: Brief) -> None:
    record = brief.brief
    assert (record.authors, record.raters, record.reviewers) == ((), (), ())
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


def test_no_search_is_called_systematic(brief: Brief) -> None:
    methods = brief.brief.methods
    assert len(methods.searches) > 4
    dated = [one for one in (*methods.searches, *methods.negative_searches) if one.date != "unknown"]
    assert len(dated) > 5
    for search in dated:
        assert search.where == "stored public web pages, not the live web, not a systematic search"
        assert search.date == date(2026, 11, 30)


def test_every_appraisal_says_when_its_publication_was_looked_up(brief: Brief) -> None:
    again = "Not looked up again on 30 November 2026."
    for study in brief.studies:
        assert (study.verification.when == "unknown") == (again in (study.verification.note or "")), study.reference


def test_claims_that_were_ranked_still_are(brief: Brief) -> None:
    before = yaml.safe_load((BEFORE / "ranking.yaml").read_text())["statements"]
    ranked = {claim for statement in before for claim in statement["claims"]}
    now = {claim for statement in brief.ranking.statements for claim in statement.claims}
    # a5_2 is on depression and on blinding, not on fatigue.
    assert len(ranked) > 100
    assert ranked - now == {"a5_2"}


def test_missing_data_and_arguments_against_have_no_tier_and_no_counts(brief: Brief, findings: Findings) -> None:
    assert findings.ratings is not None
    unrated = [statement for statement in brief.ranking.statements if statement.kind != "reason"]
    assert [statement.kind for statement in unrated] == ["missing", "against", "against"]
    for statement in unrated:
        assert findings.ratings.statements[statement.id].final == "gap"
        assert findings.tally(statement.id).studies == ()
    rated = [statement.id for statement in brief.ranking.statements if statement.kind == "reason"]
    assert {findings.ratings.statements[name].final for name in rated} == {"weak"}


def test_links_are_affirmative_steps(brief: Brief) -> None:
    links = [link for mechanism in brief.mechanisms for link in mechanism.links]
    assert len(links) > 30
    lack = re.compile(r"\b(not known|unknown|unlikely|far above|no study|whether|not)\b", re.IGNORECASE)
    assert [link.id for link in links if lack.search(link.text)] == []
    gaps = {claim.id for claim in brief.all_claims if claim.about == "gap"}
    assert [link.id for link in links if gaps & set(link.all_claims)] == []


def test_background_is_about_no_intervention(brief: Brief) -> None:
    background = {claim.id for claim in brief.all_claims if claim.about == "background"}
    wanted = "c1_7 c1_10 c1_11 c1_12 c4_9 c9_1 c9_2 c9_3 c9_6 c9_7 c9_8 c9_9 c9_10 c9_11"
    assert background == set(wanted.split())


def test_no_premise_counts_on_a_bridge(brief: Brief) -> None:
    bridges = [claim for claim in brief.all_claims if claim.about == "bridge"]
    entries = [(claim.id, entry.source) for claim in bridges for entry in claim.evidence]
    assert len(entries) > 20
    counted = [(claim.id, entry.source) for claim in bridges for entry in claim.evidence if entry.role != "context"]
    assert counted == []


def test_studies_that_disagree_have_the_same_kind_of_role(brief: Brief) -> None:
    seen = 0
    for claim in brief.all_claims:
        counted = {entry.source for entry in claim.evidence if entry.role != "context"}
        for source in counted & set(DISAGREEING):
            if source in ("saligan2016", "saligan2019") and claim.id not in ON_MOOD:
                continue
            seen += 1
            assert counted & DISAGREEING[source], (claim.id, source)
    assert seen > 10


def test_an_introduction_is_context(brief: Brief) -> None:
    found = [entry for claim in brief.all_claims for entry in claim.evidence if entry.locator == "introduction"]
    assert len(found) > 4
    assert {entry.role for entry in found} == {"context"}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _own_texts() -> list[str]:
    """All texts that people wrote, and not the record of what earlier versions said."""
    files = [path for path in FOLDER.rglob("*.yaml") if path.name != "since.yaml"]
    return [text for path in files for text in _texts(yaml.safe_load(path.read_text()))]


def test_the_two_periods_of_the_fatigue_trial_are_never_compared(brief: Brief) -> None:
    texts = [text for text in _own_texts() if re.search(r"21\.0|17\.7|10\.9|12\.6", text)]
    assert len(texts) > 2
    for text in texts:
        first, second = "21\\.0\\D{0,40}17\\.7", "10\\.9\\D{0,40}12\\.6"
        assert re.search(f"{first}.*{second}", text, re.DOTALL), text
    for claim in brief.all_claims:
        assert {entry.role for entry in claim.evidence if entry.source == "nct04141696"} <= {"context"}


def test_the_trial_counts_once(brief: Brief) -> None:
    reports = {study.reference for study in brief.studies if study.report_of == "fatigue_trial"}
    assert reports == {"saligan2026", "nct04141696"}
    assert {study.n for study in brief.studies if study.reference == "saligan2026"} == {10}


def test_a_doubtful_dose_carries_its_warning(brief: Brief) -> None:
    doubtful = {dose.id for dose in brief.doses.people if dose.doubtful}
    assert doubtful == {"d_fm_maintenance"}
    texts = [text for text in _own_texts() if SLIP in text]
    assert len(texts) > 2
    for text in texts:
        warned = re.search("slip|doubtful|relied", text)
        assert warned or ("0.8 mg/kg/h" in text and "1.5 mg/kg/h" in text), text


def test_every_harm_says_in_whom_from_which_source_and_how_many(brief: Brief) -> None:
    species = {population.id: population.species for population in brief.brief.populations}
    written = " ".join(_texts(yaml.safe_load((FOLDER / "harms.yaml").read_text()))).lower()
    assert [harm for harm in HARMS if harm not in written] == []
    assert len(brief.harms) > 12
    assert {species[harm.population] for harm in brief.harms} == {"human"}
    assert sum(bool(harm.arms) for harm in brief.harms) >= 4
    said = {harm.id: " ".join(entry.finding for entry in harm.evidence) for harm in brief.harms}
    numberless = {name for name, text in said.items() if not re.search(r"\d", text)}
    # Reviews, guidelines and a case, whose abstracts give no numbers.
    assert numberless <= {
        f"h_{name}" for name in ["bladder", "memory", "dependence", "contraindications", "monitoring", "mania"]
    }


def test_what_was_looked_for_and_not_found_is_said(brief: Brief) -> None:
    empty = " ".join(search.what for search in brief.brief.methods.negative_searches)
    for word in ("orthostatic intolerance", "POTS", "post-exertional malaise after an infusion"):
        assert word in empty
    assert "severe ME/CFS" in " ".join(section.intro or "" for section in brief.brief.sections)
