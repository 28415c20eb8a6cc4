"""Fixed cases of the second rating method: what each wrong method got wrong, and what a reader may rely on."""

from dataclasses import replace

import pytest

from evibrief.rating.decision_tables import rank
from evibrief.rating.observations import is_unread
from evibrief.rating.units import Unit
from evibrief.rating.ways_up import Further, WayUp
from evidence_worlds import Claim, Entry, Link, Mechanism, Study, World, about, claim, instrument, world

UNC = "uncontrolled-trial"


def uncontrolled(*names: str) -> list[Study]:
    return [Study(name, UNC) for name in names]


def tier(shown: World) -> str:
    return shown.statement().tier


def plus(shown: World, added: Claim, *studies: Study) -> World:
    """The world with one more claim, whose studies are randomised trials unless they are given."""
    other = world(added, studies=[*studies, *(one for one in shown.studies if one.reference not in map(str, studies))])
    known = {one.reference for one in shown.studies}
    return World((*shown.studies, *(one for one in other.studies if one.reference not in known)),
                 (*shown.claims, replace(added, id="added")))  # fmt: skip


# -- the tier ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "studies", "expected"),
    [
        ([claim("direct", "a+ b+")], [], "strong"),
        ([claim("direct", "a+ b+", relation="close")], [], "medium"),
        ([claim("direct", "a+")], [], "medium"),
        ([claim("direct", "a+ b-")], [], "medium"),
        ([claim("direct", "a+ b- c-")], [], "weak"),
        ([claim("direct", "a+ b+")], uncontrolled("a", "b"), "weak"),
        ([claim("direct", "a-")], [], "gap"),
        ([claim("direct", "a?")], [], "gap"),
        ([claim("intervention", "a+"), claim("condition", "b+")], [], "medium"),
        ([claim("intervention", "a+"), claim("condition", "b+ c+")], uncontrolled("b", "c"), "medium"),
        ([claim("intervention", "a+ b+"), claim("condition", "c+ d+")], uncontrolled("a", "b", "c", "d"), "weak"),
        ([claim("intervention", "a+ b+ c+")], [], "weak"),
        ([claim("condition", "a+ b+ c+")], [], "weak"),
        ([claim("intervention", "a+", stream="cells")], [], "weak"),
        ([claim("background", "a+ b+")], [], "gap"),
        ([claim("direct", "a=")], [], "gap"),
        ([claim("direct", "a+ b+", outcome="secondary")], [], "weak"),
        ([claim("direct", "a+", outcome="post-hoc")], [], "weak"),
        ([claim("direct", "a+")], [Study("a", "post-hoc-analysis")], "weak"),
        ([claim("intervention", "a+ b+", outcome="secondary"), claim("condition", "c+")], [], "medium"),
        ([claim("direct", "a+ b+", locator="introduction, paragraph 2")], [], "gap"),
        ([claim("direct", "a+ b+", seen="record")], [], "gap"),
    ],
)
def test_the_tier(claims: list[Claim], studies: list[Study], expected: str) -> None:
    assert tier(world(*claims, studies=studies)) == expected


def test_a_primary_outcome_counts_beside_a_secondary_one_of_the_same_trial() -> None:
    secondary = claim("direct", "a+", outcome="secondary")
    assert tier(world(secondary)) == "weak"
    assert tier(world(secondary, claim("direct", "a+", outcome="primary"))) == "medium"


def test_for_and_inconclusive_is_for_and_for_and_against_is_inconclusive() -> None:
    shown = world(claim("direct", "a+ b+ c-"), claim("direct", "a? b- c?"))
    cell = shown.statement().tally.legs["direct"]["people"]
    sides = (cell.supporting, cell.inconclusive, cell.against)
    assert [column.studies for column in sides] == [("a",), ("b",), ("c",)]


# -- wrong methods: each of these steps broke a law in one of them ---------------------------------------------------

LEGS_HOLD = world(claim("intervention", "a+"), claim("condition", "b+"))


@pytest.mark.parametrize(
    ("before", "added", "studies"),
    [
        pytest.param(LEGS_HOLD, claim("direct", "u+"), uncontrolled("u"), id="direct evidence decides over both"),
        pytest.param(
            world(claim("intervention", "a+ b+"), claim("condition", "c+ d+")), claim("direct", "e+"), [],
            id="Strong from two replicated legs",
        ),
        pytest.param(
            world(claim("intervention", "a+ b+ c+", stream="animals"), claim("condition", "d+")),
            claim("intervention", "u+"), uncontrolled("u"), id="the highest stream decides",
        ),
        pytest.param(
            world(claim("direct", "a+ b+")), claim("direct", "m+"),
            [Study("m", "meta-analysis", includes=("a", "b"))], id="a review replaces its trials",
        ),
    ],
)  # fmt: skip
def test_more_for_it_does_not_lower(before: World, added: Claim, studies: list[Study]) -> None:
    scale = instrument().tier
    assert rank(scale, tier(before)) <= rank(scale, "medium")
    assert rank(scale, tier(plus(before, added, *studies))) <= rank(scale, tier(before))


@pytest.mark.parametrize(
    ("before", "added"),
    [
        pytest.param(
            world(claim("direct", "u+"), studies=uncontrolled("u")), claim("direct", "a-"), id="any dispute is Medium"
        ),
        pytest.param(world(claim("direct", "a+")), claim("direct", "b-"), id="one trial is not named, so Weak"),
        pytest.param(world(claim("direct", "a=")), claim("direct", "b-"), id="everything else is Weak"),
        pytest.param(
            world(claim("intervention", "a+ b+")), claim("condition", "c-"), id="any study lifts the cap of a leg"
        ),
        pytest.param(world(claim("direct", "a+")), claim("intervention", "c-"), id="the same with a direct study"),
    ],
)
def test_more_against_it_does_not_raise(before: World, added: Claim) -> None:
    scale = instrument().tier
    assert rank(scale, tier(plus(before, added))) >= rank(scale, tier(before))


def test_one_trial_alone_is_as_good_as_disputed_trials() -> None:
    assert tier(world(claim("direct", "a+"))) == "medium"


def test_a_study_on_the_other_side_gives_no_tier() -> None:
    shown = world(claim("direct", "a-"), claim("intervention", "b-"))
    assert shown.statement().reason == "studies are against it, and none that counts is for it"


# -- reviews ----------------------------------------------------------------------------------------------------------


def direct(shown: World) -> tuple[int, int, int]:
    cell = shown.statement().tally.legs["direct"]["people"]
    return cell.supporting.number, cell.against.number, cell.controlled


def test_a_review_counts_through_its_trials() -> None:
    """The review is listed, and adds nothing to the number."""
    shown = world(claim("direct", "a+ b+ m+"), studies=[Study("m", "systematic-review", includes=("a", "b"))])
    column = shown.statement().tally.legs["direct"]["people"].supporting
    assert column.items == ((Unit("a"),), (Unit("b"),))
    assert column.through == (Unit("m"),)


def test_two_reviews_that_may_share_trials_are_one_item() -> None:
    reviews = [Study("m", "meta-analysis", pooled=5), Study("n", "meta-analysis", pooled=9)]
    shown = world(claim("direct", "m+ n+ a+"), studies=reviews)
    assert shown.statement().tally.legs["direct"]["people"].supporting.items == ((Unit("m"), Unit("n")), (Unit("a"),))
    assert direct(shown) == (2, 0, 2)


def test_each_review_must_not_count_by_itself() -> None:
    """Else two reviews that share a trial are two studies, and become one when the trial itself is added."""
    reviews = [Study("m", "meta-analysis", includes=("a",)), Study("n", "meta-analysis", includes=("a",))]
    two = world(claim("direct", "m+ n+"), studies=[*reviews, Study("a")])
    three = world(claim("direct", "m+ n+ a+"), studies=[*reviews, Study("a")])
    assert direct(two)[0] == direct(three)[0] == 1


def test_a_review_against_counts_beside_a_trial_for_that_it_contains() -> None:
    """One positive trial of ten does not erase a null review."""
    shown = world(claim("direct", "a+ m-"), studies=[Study("m", "meta-analysis", includes=("a",), pooled=10)])
    cell = shown.statement().tally.legs["direct"]["people"]
    assert (cell.supporting.number, cell.against.number, cell.opposed) == (1, 1, 2)
    assert cell.against.through == ()


def test_a_review_of_several_trials_counts_as_two_controlled_ones_and_never_more() -> None:
    assert tier(world(claim("direct", "m+"), studies=[Study("m", "meta-analysis", pooled=30)])) == "strong"
    assert tier(world(claim("direct", "m+"), studies=[Study("m", "meta-analysis", pooled=1)])) == "medium"
    shown = world(
        claim("direct", "m+ n+"),
        studies=[Study("m", "meta-analysis", pooled=30), Study("n", "meta-analysis", pooled=9)],
    )
    assert direct(shown) == (1, 0, 2)


def test_a_review_of_nothing_but_uncontrolled_studies_is_uncontrolled() -> None:
    parts = uncontrolled("a", "b")
    shown = world(claim("direct", "m+"), studies=[*parts, Study("m", "systematic-review", includes=("a", "b"))])
    assert tier(shown) == "weak"
    more = world(
        claim("direct", "m+"), studies=[*parts, Study("m", "systematic-review", includes=("a", "b"), pooled=5)]
    )
    assert tier(more) == "strong"


def test_a_review_of_reviews_counts_through_the_trials_inside_them() -> None:
    reviews = [
        Study("m", "systematic-review", includes=("a",)),
        Study("umbrella", "systematic-review", includes=("m",)),
    ]
    shown = world(claim("direct", "a+ umbrella+"), studies=[Study("a"), *reviews])
    assert direct(shown)[0] == 1


def test_reviews_that_contain_each_other_are_read_to_the_end() -> None:
    circle = [Study("m", "systematic-review", includes=("n", "a")), Study("n", "systematic-review", includes=("m",))]
    units = world(claim("direct", "m+ n+"), studies=[Study("a"), *circle]).rater.units
    assert units.reviews[Unit("m")].parts == {Unit("n"), Unit("a")}
    assert units.reviews[Unit("n")].trials == {Unit("a")}


# -- what is one study ------------------------------------------------------------------------------------------------


def test_publications_are_one_study_through_a_third() -> None:
    studies = [
        Study("a", doi="10.5555/x"),
        Study("b", report_of="trial"),
        Study("c", doi="10.5555/x", report_of="trial"),
    ]
    shown = world(claim("direct", "a+ b+ c+ d+"), studies=studies)
    assert shown.rater.units.by_source == {"a": "a", "b": "a", "c": "a", "d": "d"}
    assert direct(shown) == (2, 0, 2)


def test_the_same_word_in_two_fields_joins_nothing() -> None:
    studies = [Study("a", report_of="one"), Study("b", cohort="one")]
    assert direct(world(claim("direct", "a+ b+"), studies=studies))[0] == 2


def test_a_report_that_shows_two_studies_to_be_one_may_lower_a_tier() -> None:
    """The exception that the laws name."""
    two = world(claim("direct", "a+ b+"), studies=[Study("a", report_of="x"), Study("b", cohort="y")])
    assert tier(two) == "strong"
    third = Study("c", report_of="x", cohort="y")
    assert tier(plus(two, claim("direct", "c+"), third)) == "medium"


@pytest.mark.parametrize(
    ("locator", "unread"),
    [
        ("introduction", True), ("Introduction, paragraph 2", True), ("title", True), ("record", True),
        ("title and introduction", True), ("introduction; Table 2", False), ("introduction and results", False),
        ("abstract", False), ("unknown", False), ("p. 3", False), ("3", False), ("introductory table", False),
    ],
)  # fmt: skip
def test_where_nothing_was_measured(locator: str, unread: bool) -> None:
    assert is_unread(locator, instrument().counting.unread) is unread


# -- context ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("evidence", "claim_is", "reason"),
    [
        ({"role": "context"}, "direct", "context"),
        ({"resolved": "It was another tracer."}, "direct", "resolved"),
        ({"population": "other-people"}, "direct", "other-people"),
        ({"population": "target-animals"}, "direct", "not-people"),
        ({"population": "none-none"}, "direct", "nobody"),
        ({"exposure": "none"}, "direct", "not-given"),
        ({"exposure": "other"}, "intervention", "not-given"),
        ({}, "condition", "given"),
        ({}, "background", "background"),
        ({}, "gap", "gap"),
        ({"source": "opinion"}, "direct", "design"),
        ({"source": "nobody2020"}, "direct", "design"),
        ({"locator": "introduction"}, "direct", "unread"),
    ],
)
def test_why_a_study_is_only_context(evidence: dict[str, str], claim_is: str, reason: str) -> None:
    entry = Entry(**{"source": "a", **about("direct"), **evidence})
    shown = World((Study("a"), Study("opinion", "opinion")), (Claim("c", claim_is, evidence=(entry,)),))
    context = shown.statement().tally.context
    assert [(one.unit, one.reasons) for one in context] == [(entry.source, (reason,))]


def test_population_and_exposure_are_the_studys_own_unless_the_evidence_says_otherwise() -> None:
    study = Study("a", population="other-people", exposure="intervention")
    assert tier(World((study,), (Claim("c", "direct", evidence=(Entry("a"),)),))) == "gap"
    assert (
        tier(World((study,), (Claim("c", "direct", evidence=(Entry("a", population="target-people"),)),))) == "medium"
    )


def test_support_for_what_is_only_proposed_is_context() -> None:
    proposed = replace(claim("direct", "a+ b-"), modality="proposed")
    tally = world(proposed).statement().tally
    assert [(one.unit, one.reasons) for one in tally.context] == [("a", ("proposed",))]
    assert tally.merged.against.studies == (Unit("b"),)


def test_a_claim_that_is_neither_for_nor_against_counts_in_a_link_and_not_in_a_statement() -> None:
    shown = world(claim("intervention", "a+ b+", direction="neutral"))
    assert tier(shown) == "gap"
    assert {reason for one in shown.statement().tally.context for reason in one.reasons} == {"neutral"}
    assert shown.link("intervention").judgement == "supported"


def test_animals_and_cells_differ_where_people_are_against() -> None:
    """They give the leg no better word; that a study is for it is still said."""
    shown = world(
        claim("intervention", "a-"), claim("intervention", "r+ s+", stream="animals"), claim("condition", "b+")
    )
    rated = shown.statement()
    assert rated.legs["intervention"] == "opposed"
    assert rated.tally.closed("intervention")
    assert not rated.tally.closed("condition")
    assert rated.tier == "weak"


# -- links ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "studies", "expected"),
    [
        ([claim("direct", "a+ b+")], [], "supported"),
        ([claim("direct", "a+ u+")], uncontrolled("u"), "supported"),
        ([claim("direct", "a+")], [], "one"),
        ([claim("direct", "a+ b-")], [], "conflicting"),
        ([claim("direct", "u+ v+")], uncontrolled("u", "v"), "inconclusive"),
        ([claim("direct", "a?")], [], "inconclusive"),
        ([claim("direct", "a-")], [], "contradicted"),
        ([claim("direct", "u+ b-")], uncontrolled("u"), "contradicted"),
        ([claim("direct", "a+", direction="opposes")], [], "contradicted"),
        ([claim("direct", "a=")], [], "unsearched"),
        ([claim("intervention", "a+ b+")], [], "unsearched"),
        ([claim("condition", "a+ b+")], [], "unsearched"),
    ],
)
def test_a_bridge(claims: list[Claim], studies: list[Study], expected: str) -> None:
    """A negative trial is no support, and what was measured elsewhere tests no bridge."""
    assert world(*claims, studies=studies).link("bridge").judgement == expected


def test_nothing_found_is_said_only_where_a_search_is_named() -> None:
    shown = world(claim("direct", "a="))
    assert shown.link("bridge", searched=True).judgement == "empty"
    assert shown.link("bridge", searched=False).judgement == "unsearched"


def test_one_study_in_two_streams_of_a_link_counts_once() -> None:
    shown = world(claim("intervention", "a+", stream="animals"), claim("intervention", "a+", stream="cells"))
    link = shown.link("intervention")
    assert link.judgement == "one"
    assert link.tally.supporting.items == ((Unit("a"),),)


def test_a_study_for_a_link_in_people_and_against_it_in_animals_is_listed_once() -> None:
    animals = claim("intervention", "u- r-", stream="animals")
    tally = world(claim("intervention", "u+"), animals, studies=uncontrolled("u")).link("intervention").tally
    assert (tally.supporting.studies, tally.against.studies, tally.differs) == (("u",), ("r",), ())


def test_what_is_against_it_in_animals_only_differs_below_controlled_studies_of_people() -> None:
    animals = claim("intervention", "r- s+", stream="animals")
    above = world(claim("intervention", "a+"), animals).link("intervention")
    assert (above.judgement, above.tally.differs) == ("one", (Unit("r"), Unit("s")))
    thin = world(claim("intervention", "u+"), animals, studies=uncontrolled("u")).link("intervention")
    assert (thin.judgement, thin.tally.differs) == ("conflicting", ())
    closed = world(claim("intervention", "a-"), animals).link("intervention")
    assert (closed.judgement, closed.tally.differs) == ("contradicted", (Unit("r"), Unit("s")))


def test_the_claims_of_a_link_are_judged_together_unless_all_are_needed() -> None:
    shown = world(*(claim("condition", sides) for sides in ("a+", "b+", "d-")))
    pooled = shown.link("condition", "c1", "c2")
    assert (pooled.judgement, pooled.claims, pooled.studied) == ("supported", 2, 2)
    apart = shown.link("condition", "c1", "c2", requires=("c1", "c2"))
    assert (apart.judgement, [one.claims for one in apart.requirements]) == ("one", [("c1",), ("c2",)])
    assert shown.link("condition", "c1", "c2", "c3").judgement == "conflicting"
    with_rest = shown.link("condition", "c1", "c2", "c3", requires=("c1", "c2"))
    assert with_rest.judgement == "one"
    assert [(one.unit, one.reasons) for one in with_rest.tally.context] == [("d", ("not-required",))]


def test_a_claim_without_a_study_holds_down_a_link_that_requires_it() -> None:
    shown = world(claim("condition", "a+ b+"), claim("condition", ""))
    link = shown.link("condition", requires=("c1", "c2"))
    assert (link.judgement, link.claims, link.studied) == ("unsearched", 2, 1)


def test_a_link_without_claims_is_not_searched() -> None:
    shown = world(claim("condition", "a+"))
    link = shown.rater.rate_link(Link("l", "condition", ()), searched=False)
    assert (link.judgement, link.claims, link.falls) == ("unsearched", 0, ())


# -- chains -----------------------------------------------------------------------------------------------------------


def support(*links: tuple[str, Claim], studies: list[Study] | None = None) -> tuple[str, tuple[str, ...]]:
    """The support of a chain with a link for each claim, and the links that it fails at."""
    claims = [replace(one, id=f"c{at}") for at, (_, one) in enumerate(links)]
    shown = world(*claims, studies=studies or [])
    made = tuple(Link(f"l{at}", kind, (f"c{at}",)) for at, (kind, _) in enumerate(links))
    rated = shown.rater.rate([], [Mechanism(made)]).chains["m"]
    return rated.support, rated.weakest


DRUG, CONDITION = ("intervention", claim("intervention", "d+")), ("condition", claim("condition", "k+"))


def test_the_support_of_a_chain() -> None:
    assert support(DRUG, CONDITION, ("bridge", claim("direct", "a+")))[0] == "tested"
    assert support(DRUG, CONDITION, ("bridge", claim("direct", "")))[0] == "elsewhere"
    assert support(DRUG, CONDITION)[0] == "elsewhere"
    assert support(DRUG, CONDITION, ("bridge", claim("direct", "a+ b-"))) == ("conflicting", ("l2",))
    assert support(DRUG, ("exposure", claim("intervention", "")), ("bridge", claim("direct", "a+"))) == (
        "unrecorded", ("l1",)
    )  # fmt: skip
    assert support(DRUG, CONDITION, ("bridge", claim("direct", "a-"))) == ("contradicted", ("l2",))


def test_an_unclear_bridge_does_not_hide_a_conflict_at_another() -> None:
    """Found by trying all: the weakest of the two judgements would be `inconclusive`, which a chain takes lightly."""
    disputed = ("bridge", claim("direct", "a+ b-"))
    unclear = ("bridge", claim("direct", "u+"))
    found = support(DRUG, CONDITION, disputed, unclear, studies=uncontrolled("u"))
    assert found == ("conflicting", ("l2",))


# -- what it rests on, what would move it up -------------------------------------------------------------------------


def falls(shown: World) -> list[tuple[str, str]]:
    return [(fall.without, fall.level) for fall in shown.statement().falls]


def test_what_a_tier_rests_on() -> None:
    assert falls(world(claim("direct", "a+"))) == [("a", "gap")]
    assert falls(world(claim("direct", "a+ b+ c+"))) == []
    both = world(claim("intervention", "r+ s+", stream="animals"), claim("condition", "k+ l+"))
    assert falls(both) == [("r", "weak"), ("s", "weak")]
    one = world(claim("intervention", "r+ s+", stream="animals"), claim("condition", "k+"))
    assert falls(one) == [("r", "weak"), ("s", "weak"), ("k", "weak")]


def test_a_good_study_is_no_obstacle() -> None:
    """That a tier would be higher without the trial against it is not said."""
    assert falls(world(claim("direct", "a+ b+ c-"))) == []
    assert tier(world(claim("direct", "a+ b+"))) == "strong"


def test_without_a_trial_the_reviews_that_contain_it_are_not_counted_either() -> None:
    shown = world(claim("direct", "a+ m+"), studies=[Study("m", "meta-analysis", includes=("a",), pooled=3)])
    assert falls(shown) == [("a", "gap"), ("m", "medium")]


def ways(shown: World) -> dict[str, list[tuple[Further, ...]]]:
    found: dict[str, list[tuple[Further, ...]]] = {}
    for way in shown.statement().ways_up:
        found.setdefault(way.tier, []).append(way.further)
    return found


CONTROLLED_DIRECT = Further("direct", "people", True, 1)


def test_what_would_move_a_statement_up() -> None:
    drug_only = ways(world(claim("intervention", "a+ b+")))
    assert drug_only["medium"] == [(CONTROLLED_DIRECT,), (Further("condition", "people", True, 1),)]
    assert drug_only["strong"] == [(replace(CONTROLLED_DIRECT, number=2),)]
    assert ways(world(claim("direct", "a+")))["strong"] == [(CONTROLLED_DIRECT,)]
    assert ways(world(claim("direct", "a+ b+"))) == {}


def test_the_nearest_tier_comes_first() -> None:
    rated = world(claim("intervention", "a+ b+")).statement()
    assert [way.tier for way in rated.ways_up] == ["medium", "medium", "strong"]
    assert rated.ways_up[0] == WayUp("medium", (CONTROLLED_DIRECT,))


def test_the_easiest_kind_of_study_is_named() -> None:
    """Where two uncontrolled studies of the condition make a leg hold, a third needs no control group either."""
    shown = world(claim("intervention", "a+"), claim("condition", "b+"), studies=uncontrolled("b"))
    assert (Further("condition", "people", False, 1),) in ways(shown)["medium"]
    assert (Further("condition", "people", True, 1),) not in ways(shown)["medium"]


def test_a_disputed_test_is_moved_by_as_many_controlled_studies_as_it_takes() -> None:
    assert ways(world(claim("direct", "a+ b- c- d-")))["medium"] == [(replace(CONTROLLED_DIRECT, number=2),)]


def test_no_study_for_it_makes_a_statement_strong_that_one_is_against() -> None:
    assert set(ways(world(claim("direct", "a+ b- c-")))) == {"medium"}


def test_two_studies_in_close_conditions_need_one_in_the_condition_itself() -> None:
    close = world(claim("direct", "a+ b+", relation="close"))
    assert ways(close) == {"strong": [(CONTROLLED_DIRECT,)]}
