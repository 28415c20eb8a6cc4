"""What an instrument makes of evidence: counted in studies, carried by nothing disputed, hanging on what."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from evibrief.checks.load import load
from evibrief.evidence.brief import Brief
from evibrief.evidence.fields import ReferenceKey
from evibrief.evidence.instrument import Instrument
from evibrief.rating.decision_tables import rank
from evibrief.rating.findings import derive
from evibrief.rating.rate_sorts import Rater, certainty_of
from evibrief.rating.ratings import Fall, Ratings, by_tier

ROOT = Path(__file__).parents[2]
# The brief that was published with plausibility-1, as it was published.
FOLDER = ROOT / "archive" / "ketamine-mecfs" / "2026-11-24_v0.2.0" / "evidence"
INVENTED = ROOT / "tests" / "briefs" / "blue-glass"


@pytest.fixture(scope="module")
def brief() -> Brief:
    return load(FOLDER).brief


@pytest.fixture(scope="module")
def ratings(brief: Brief) -> Ratings:
    return rated(brief)


def rated(brief: Brief) -> Ratings:
    ratings = derive(brief).ratings
    assert ratings is not None
    return ratings


# What part 4 of the findings on the source document gives by the same rule, read by hand: statement 2 is "medium at
# best", 5 "the same as 2", 7 "weak to medium", 9 "gap or against", 10 "a limitation".
BY_HAND = {
    "s1": {"medium"}, "s2": {"medium", "weak"}, "s3": {"weak"}, "s4": {"medium"}, "s5": {"medium", "weak"},
    "s6": {"weak"}, "s7": {"weak", "medium"}, "s8": {"gap"}, "s9": {"gap"}, "s10": {"gap"},
}  # fmt: skip


def test_the_ten_tiers_agree_with_the_reading_by_hand(ratings: Ratings) -> None:
    computed = {name: rating.computed for name, rating in ratings.statements.items()}
    assert set(computed) == set(BY_HAND)
    assert {name: tier for name, tier in computed.items() if tier not in BY_HAND[name]} == {}
    # Statement 5 rests on the same evidence as statement 2.
    assert computed["s5"] == computed["s2"]


def test_nobody_signed_so_the_final_tiers_are_the_computed_ones(ratings: Ratings) -> None:
    assert {name for name, rating in ratings.statements.items() if rating.final != rating.computed} == set()


def test_the_only_statement_with_trials_rests_on_two_and_the_first_on_one(ratings: Ratings) -> None:
    assert set(ratings.statements["s4"].tally.supporting.studies) == {"saligan2016", "machadovieira2024"}
    assert ratings.statements["s4"].rests_on is None
    assert ratings.statements["s1"].rests_on == "nijs2012"


def test_every_chain_is_as_certain_as_its_weakest_link(brief: Brief, ratings: Ratings) -> None:
    instrument = rater(brief).instrument
    order = [level.id for level in ratings.chain_scale.levels]
    assert len(ratings.chains) == 7
    for mechanism in brief.mechanisms:
        certainties = [order.index(certainty_of(ratings.links[link.id], instrument)) for link in mechanism.links]
        assert order.index(ratings.chains[mechanism.id].computed) == max(certainties)
        assert ratings.chains[mechanism.id].weakest


def without(brief: Brief, study: str) -> Brief:
    """The brief as if a study had never been recorded as evidence."""
    groups = []
    for group in brief.claims:
        claims = tuple(
            claim.model_copy(update={"evidence": tuple(one for one in claim.evidence if one.source != study)})
            for claim in group.claims
        )
        groups.append(group.model_copy(update={"claims": claims}))
    changed = brief.model_copy(update={"claims": tuple(groups)})
    changed.__dict__.pop("all_claims", None)
    return changed


def levels(ratings: Ratings) -> dict[str, tuple[int, tuple[Fall, ...]]]:
    """The place of each statement and link in its scale, and what it would fall to without a study."""
    tier, judgement = ratings.instrument.tier, ratings.instrument.judgement
    found = {name: (rank(tier, one.computed), one.falls) for name, one in ratings.statements.items()}
    return found | {name: (rank(judgement, one.judgement), one.falls) for name, one in ratings.links.items()}


@pytest.mark.slow
def test_fragility_is_what_happens_when_the_study_is_really_taken_away(brief: Brief, ratings: Ratings) -> None:
    studies = {study for one in ratings.statements.values() for study in one.tally.studies}
    studies |= {study for one in ratings.links.values() for study in one.tally.studies}
    assert len(studies) > 15
    changes = 0
    for study in sorted(studies):
        new = levels(rated(without(brief, study)))
        for name, (place, falls) in levels(ratings).items():
            scale = ratings.instrument.tier if name in ratings.statements else ratings.instrument.judgement
            told = {rank(scale, fall.level) for fall in falls if fall.without == study}
            assert told == ({new[name][0]} if new[name][0] > place else set()), (study, name)
            changes += bool(told)
    assert changes > 3


def test_two_reports_of_one_study_count_once() -> None:
    brief = load(INVENTED).brief
    tally = rated(brief).statements["s1"].tally
    assert "muster2019" in tally.supporting.studies
    assert "muster2020" not in tally.studies
    findings = derive(brief)
    counts = rater(brief).tally([findings.claims["c1"]]).counts(rater(brief).instrument)
    # Two reports of one trial support the claim; the trial is disputed, and nothing else supports it.
    assert counts["people"] == 0
    assert len(rater(brief).tally([findings.claims["c1"]]).disputed) == 1


def rater(brief: Brief) -> Rater:
    assert isinstance(brief.instrument, Instrument)
    findings = derive(brief)
    return Rater(brief.instrument, findings.claims, findings.studies, findings.populations)


def tally_of(brief: Brief, name: str, **changes: object) -> Mapping[ReferenceKey, str]:
    claim = derive(brief).claims[name]
    entries = [entry.model_copy(update=changes if entry.role == "contradicts" else {}) for entry in claim.evidence]
    return rater(brief).tally([claim.model_copy(update={"evidence": tuple(entries)})], True).supporting


def test_a_disputed_study_carries_nothing_until_the_dispute_is_resolved(brief: Brief) -> None:
    assert tally_of(brief, "c2_12") == {}
    assert tally_of(brief, "c2_12", resolved="Another tracer settled it.") == {"nakatomi2014": "near"}


def test_what_was_only_proposed_is_no_evidence(brief: Brief) -> None:
    claim = derive(brief).claims["c1_23"]
    assert claim.modality == "proposed"
    assert rater(brief).tally([claim], True).supporting == {}
    asserted = claim.model_copy(update={"modality": "asserted"})
    assert rater(brief).tally([asserted], True).supporting == {"nijs2011": "reported"}


def test_a_claim_that_is_neither_for_nor_against_does_not_count_for_a_statement(brief: Brief) -> None:
    claim = derive(brief).claims["c5_2"]
    assert claim.direction == "neutral"
    assert rater(brief).tally([claim], True).supporting == {}
    assert set(rater(brief).tally([claim]).supporting) == {"saligan2016"}


def test_what_supports_a_claim_against_a_benefit_counts_against_it(brief: Brief) -> None:
    claim = derive(brief).claims["a1_1"]
    assert set(rater(brief).tally([claim], True).contradicting) == {"noppers2011"}


def test_taking_a_study_out_of_the_count_leaves_the_others(brief: Brief) -> None:
    claim = derive(brief).claims["c1_14"]
    whole, rest = rater(brief).tally([claim], True), rater(brief).tally([claim], True, ReferenceKey("armstrong2015"))
    assert set(rest.supporting) == set(whole.disputed) == {"thapaliya2025", "mrs7t_abstract"}


def test_statements_of_one_tier_stand_in_the_order_of_the_source_document(brief: Brief, ratings: Ratings) -> None:
    groups = by_tier(brief.ranking.statements, ratings)
    assert list(groups) == ["medium", "weak"]
    assert [statement.id for statement in groups["weak"]] == ["s2", "s3", "s5", "s6", "s7"]


def test_another_instrument_gives_other_words_and_tiers() -> None:
    ratings = rated(load(INVENTED).brief)
    assert ratings.instrument.name == "invented-1"
    assert ratings.statements["s1"].computed == "medium"
    assert ratings.statements["s1"].final == "weak"
    assert ratings.statements["s3"].computed == "gap"
    assert ratings.links["k_light_1"].judgement == "conflicting"


def test_without_an_instrument_nothing_is_computed(tmp_path: Path) -> None:
    brief = load(INVENTED).brief
    assert derive(brief.model_copy(update={"instrument": None})).ratings is None


def test_the_rule_that_is_printed_is_the_rule_that_decides(brief: Brief, ratings: Ratings) -> None:
    """Every reason on the page is one of the instrument's file, word by word."""
    text = re.sub(r"\s+", " ", (ROOT / "data" / "instruments" / "plausibility-1.yaml").read_text())
    assert len(ratings.statements) == 10
    assert all(rating.reason in text for rating in ratings.statements.values())
    assert all(rating.reason in text for rating in ratings.links.values())


def test_a_study_that_two_claims_list_counts_once_and_as_the_better_sort(brief: Brief) -> None:
    rates, findings = rater(brief), derive(brief)
    claim = findings.claims["c1_23"].model_copy(update={"modality": "asserted"})
    entry = claim.evidence[0]
    elsewhere = [entry.model_copy(update={"population": name}) for name in findings.populations]
    order = [sort.id for sort in rates.instrument.sorts]
    sorts = {rates.sort_of(one): claim.model_copy(update={"evidence": (one,)}) for one in (entry, *elsewhere)}
    assert len(sorts) > 2
    best, *_, worst = sorted(sorts, key=order.index)
    for claims in ([sorts[best], sorts[worst]], [sorts[worst], sorts[best]]):
        assert rates.tally(claims, True).supporting == {entry.source: best}
