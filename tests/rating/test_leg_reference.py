"""Two real briefs, rated by hand and by the prototype of the method, with every position of every study.

The first brief is here as it was first encoded, and as an audit would encode it. The second is another author's.
"""

from dataclasses import replace

import pytest

from evidence_worlds import Claim, Entry, Link, Mechanism, Study, World, claim, world

DESIGNS = {
    "zhou2021": "uncontrolled-trial", "zhan2020": "uncontrolled-trial", "wyler2024": "cohort",
    "saligan2016": "post-hoc-analysis", "saligan2019": "post-hoc-analysis", "nakatomi2014": "case-control",
    "raijmakers2022": "case-control", "shungu2012": "case-control", "thapaliya2025": "case-control",
    "armstrong2015": "observational", "godlewska2022": "observational", "baraniuk2021": "observational",
    "myhill2009": "observational", "cohen2006": "uncontrolled-trial", "wang2015": "animal-experiment",
    "yang2013": "animal-experiment", "reus2015": "animal-experiment", "chiu2015": "animal-experiment",
    "chang2009": "cell-experiment", "yuhas2015": "cell-experiment", "bruun-plesner2020": "uncontrolled-trial",
    "younger2009": "crossover-trial", "younger2013": "crossover-trial", "okelly2022": "uncontrolled-trial",
    "isman2024": "uncontrolled-trial",
}  # fmt: skip
"""Designs of the studies that are no randomised trials."""

REVIEWS = {
    "park2017": Study("park2017", "pooled-analysis", pooled=2),
    "kopra2021": Study("kopra2021", "systematic-review", pooled=2),
    "dale2012": Study("dale2012", "systematic-review", pooled=6),
    "corbitt2019": Study("corbitt2019", "systematic-review", pooled=15),
    "blundell2015": Study("blundell2015", "systematic-review", pooled=38),
    "vatvani2024": Study(
        "vatvani2024", "systematic-review", includes=("younger2009", "younger2013", "bruun2024"), pooled=4
    ),
}


def studies(**designs: str) -> list[Study]:
    known = {**DESIGNS, **designs}
    return [*(Study(name, design) for name, design in known.items()), *REVIEWS.values()]


def shown(*claims: Claim, **designs: str) -> World:
    return world(*claims, studies=studies(**designs))


KETAMINE = {
    "s1": (shown(claim("direct", "noppers2011-")), "gap", "none none opposed"),
    "s2": (
        shown(
            claim("intervention", "zhou2021+ park2017- wyler2024- zhan2020- dale2012? kopra2021?"),
            claim("intervention", "wang2015? yang2013?", stream="animals"),
            claim("intervention", "chang2009+ yuhas2015-", stream="cells"),
            claim("condition", "blundell2015- corbitt2019- raijmakers2022-"),
        ),
        "weak", "opposed opposed none",
    ),
    "s3": (
        shown(claim("intervention", "chiu2015-", stream="animals"), claim("condition", "myhill2009+ shungu2012-")),
        "weak", "none opposed none",
    ),
    "s4": (
        shown(claim("intervention", "machadovieira2024+ saligan2016+ lii2023- saligan2019-")),
        "weak", "disputed none none",
    ),
    "s5": (
        shown(
            claim("intervention", "chang2009+ yuhas2015-", stream="cells"),
            claim("condition", "nakatomi2014+ raijmakers2022-"),
        ),
        "weak", "some disputed none",
    ),
    "s6": (
        shown(claim("condition", "thapaliya2025+ armstrong2015- baraniuk2021? godlewska2022?")),
        "weak", "none disputed none",
    ),
    "s7": (shown(Claim("", "intervention")), "gap", "none none none"),
}  # fmt: skip
NEUROINFLAMMATION = (
    claim("intervention", "reus2015+ wang2015+ yang2013+", stream="animals"),
    claim("intervention", "chang2009+ yuhas2015-", stream="cells"),
    claim("condition", "nakatomi2014+ blundell2015- raijmakers2022- corbitt2019?"),
)
RECODED = {
    "s1": (shown(claim("direct", "cohen2006+ noppers2011?")), "weak", "none none some"),
    "s2+s5": (
        shown(claim("intervention", "park2017- wyler2024- dale2012? kopra2021? zhou2021?"), *NEUROINFLAMMATION),
        "weak", "opposed opposed none",
    ),
    "s2+s5, Dale for": (
        shown(claim("intervention", "dale2012+ park2017- wyler2024- kopra2021? zhou2021?"), *NEUROINFLAMMATION),
        "weak", "disputed opposed none",
    ),
    "s3": (
        shown(
            claim("intervention", "chiu2015-", stream="animals"), claim("condition", "myhill2009+ shungu2012-"),
            myhill2009="case-control",
        ),
        "weak", "none disputed none",
    ),
    "s4a": (
        shown(
            claim("intervention", "machadovieira2024+ saligan2016+ saligan2019+"), claim("direct", "saligan2026?")
        ),
        "weak", "replicated none none",
    ),
    "s4b": (shown(claim("intervention", "saligan2016+ saligan2019-")), "weak", "disputed none none"),
    "s7": (
        shown(claim("intervention", "abdallah2020-"), claim("intervention", "chiu2015+", stream="animals")),
        "weak", "opposed none none",
    ),
}  # fmt: skip
REASONS = {
    "studies are against it, and none that counts is for it": ["s1"],
    "each leg has studies, but on one at least they are few, uncontrolled, disputed or against it": ["s2", "s5"],
    "no study is for what the intervention is said to do": ["s3", "s6"],
    "no study is for what is said of the condition": ["s4"],
    "no study that counts bears on it, or none with a clear result": ["s7"],
}


@pytest.mark.parametrize(
    ("encoded", "name"), [(KETAMINE, name) for name in KETAMINE] + [(RECODED, name) for name in RECODED]
)
def test_the_first_brief(encoded: dict[str, tuple[World, str, str]], name: str) -> None:
    evidence, tier, words = encoded[name]
    rated = evidence.statement()
    assert rated.tier == tier
    assert " ".join(rated.legs.values()) == words


def test_the_reasons_in_the_first_brief() -> None:
    found: dict[str, list[str]] = {}
    for name, (evidence, _, _) in KETAMINE.items():
        found.setdefault(evidence.statement().reason, []).append(name)
    assert found == REASONS


@pytest.mark.parametrize(
    ("encoded", "name", "falls"),
    [
        (KETAMINE, "s2", []), (KETAMINE, "s3", ["myhill2009"]), (KETAMINE, "s4", []), (KETAMINE, "s5", []),
        (KETAMINE, "s6", ["thapaliya2025"]), (RECODED, "s1", ["cohen2006"]), (RECODED, "s2+s5", []),
        (RECODED, "s3", ["myhill2009"]), (RECODED, "s4a", []), (RECODED, "s4b", ["saligan2016"]),
        (RECODED, "s7", ["chiu2015"]),
    ],
)  # fmt: skip
def test_what_the_statements_of_the_first_brief_rest_on(
    encoded: dict[str, tuple[World, str, str]], name: str, falls: list[str]
) -> None:
    rated = encoded[name][0].statement()
    assert [(fall.without, fall.level) for fall in rated.falls] == [(study, "gap") for study in falls]


def test_the_counts_of_the_first_brief() -> None:
    """Two reviews on one side are one study in the count."""
    legs = KETAMINE["s2"][0].statement().tally.legs
    counts = {
        (leg, stream): (cell.supporting.number, cell.against.number, cell.inconclusive.number)
        for leg, streams in legs.items() for stream, cell in streams.items() if cell.studies
    }  # fmt: skip
    assert counts == {
        ("intervention", "people"): (1, 3, 1), ("intervention", "animals"): (0, 0, 2),
        ("intervention", "cells"): (1, 1, 0), ("condition", "people"): (0, 2, 0),
    }  # fmt: skip


# -- naltrexone in fibromyalgia and long COVID -------------------------------------------------------------------------

PAIN = claim("direct", "bruun-plesner2020+ younger2009+ younger2013+ vatvani2024+ bruun2024-")
MEMORY = claim("direct", "bruun2024+", outcome="secondary")
FATIGUE = claim("direct", "isman2024+ okelly2022+")


def test_three_trials_for_and_one_against_are_that_however_they_are_cut() -> None:
    cut = [replace(PAIN, evidence=PAIN.evidence[at : at + 2]) for at in range(len(PAIN.evidence) - 1)]
    for claims in ([PAIN], cut):
        rated = shown(*claims).statement()
        cell = rated.tally.legs["direct"]["people"]
        assert (cell.supporting.number, cell.against.number) == (3, 1)
        assert cell.supporting.through == ("vatvani2024",)
        assert (rated.tier, rated.legs["direct"], rated.falls) == ("medium", "disputed", ())


def test_with_one_trial_less_under_control_it_rests_on_one() -> None:
    falls = shown(PAIN, younger2009="uncontrolled-trial").statement().falls
    assert [(fall.without, fall.level) for fall in falls] == [("younger2013", "weak")]


def test_a_secondary_outcome_of_a_null_trial_is_no_more_than_weak() -> None:
    rated = shown(MEMORY).statement()
    assert (rated.tier, rated.legs["direct"]) == ("weak", "some")
    assert shown(replace(MEMORY, evidence=(Entry("bruun2024"),))).statement().tier == "medium"


def test_open_studies_of_long_covid_are_weak() -> None:
    rated = shown(FATIGUE).statement()
    assert (rated.tier, rated.legs["direct"]) == ("weak", "consistent")


CELLS, RATS = {"relation": "other", "stream": "cells"}, {"relation": "other", "stream": "animals"}
LDN = {
    "p1": claim("intervention", "hutchinson2008+ wang2016+", **CELLS),
    "p2": claim("intervention", "wang2016+", "opposes", **CELLS),
    "p3": claim("intervention", "wang2016+", "neutral", **CELLS),
    "p4": claim("intervention", "hutchinson2008+", **RATS),
    "p5": claim("intervention", "sasso2024+", relation="close", stream="cells"),
    "p6": Claim("", "intervention", "opposes"),
    "p7": Claim("", "gap", "neutral"),
    "k1": claim("condition", "albrecht2019+"),
    "k4": claim("condition", "sasso2024+", relation="close", stream="cells"),
    "b1": Claim("", "bridge", modality="proposed"),
    "t1": claim("direct", "bruun2024+", "opposes"),
    "t2": claim("direct", "younger2013+ younger2009+ vatvani2024+ bruun2024-"),
    "t5": claim("direct", "parkitny2017+"),
    "t6": claim("direct", "bruun2025?", "neutral"),
    "t8": FATIGUE,
}
LINKS = {
    "tlr4_drug": (Link("tlr4_drug", "intervention", ("p1", "p2", "p3", "p4")), "one", "contradicted"),
    "tlr4_dose": (Link("tlr4_dose", "exposure", ("p7",)), "unsearched", "unsearched"),
    "tlr4_cond": (Link("tlr4_cond", "condition", ("k1",)), "one", "one"),
    "tlr4_bridge": (Link("tlr4_bridge", "bridge", ("b1", "t1", "t2", "t5", "t6")), "conflicting", "contradicted"),
    "trpm3_drug": (Link("trpm3_drug", "intervention", ("p5",)), "one", "one"),
    "trpm3_dose": (Link("trpm3_dose", "exposure", ("p6",)), "unsearched", "unsearched"),
    "trpm3_cond": (Link("trpm3_cond", "condition", ("k4",)), "one", "one"),
    "trpm3_bridge": (Link("trpm3_bridge", "bridge", ("t8",)), "inconclusive", "inconclusive"),
}


def second_brief() -> World:
    more = [
        Study("bruun2024", report_of="FINAL"), Study("bruun2025", "post-hoc-analysis", report_of="FINAL"),
        Study("albrecht2019", "case-control"), Study("sasso2024", "cell-experiment"),
        Study("hutchinson2008", "animal-experiment"), Study("wang2016", "cell-experiment"),
    ]  # fmt: skip
    claims = tuple(replace(one, id=name) for name, one in LDN.items())
    return world(*claims, studies=[*studies(), *more])


@pytest.mark.parametrize("name", LINKS)
def test_a_link_of_the_second_brief(name: str) -> None:
    """Its claims together, and if all of them were required."""
    link, pooled, required = LINKS[name]
    rater = second_brief().rater
    assert rater.rate_link(link, False).judgement == pooled
    assert rater.rate_link(replace(link, requires=link.claims), False).judgement == required


def test_a_chain_of_the_second_brief() -> None:
    chains = [
        Mechanism(tuple(link for name, (link, _, _) in LINKS.items() if name.startswith(start)), start)
        for start in ("tlr4", "trpm3")
    ]
    rated = second_brief().rater.rate([], chains).chains
    assert {name: (chain.support, chain.weakest) for name, chain in rated.items()} == {
        "tlr4": ("unrecorded", ("tlr4_dose",)),
        "trpm3": ("unrecorded", ("trpm3_dose",)),
    }
