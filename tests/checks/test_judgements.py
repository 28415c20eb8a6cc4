"""Rules on what a person typed beside what is computed, and on sentences that say that something is not known."""

import re
from pathlib import Path

import pytest

from evibrief import resources
from evibrief.checks.load import load
from evibrief.labels.gap_words import gap_words_in
from test_bad import good_brief, problems_in
from test_counting import claim, found, study, world

BRIEF = "brief.yaml"


def rated(folder: Path, design: str = "randomised-trial", about: str = "direct", instrument: int = 2) -> Path:
    """A brief with one statement that one study is for: medium if the study is a trial in people with the condition."""
    given = "none" if about == "condition" else "intervention"
    studies = {"ames2018": study("ames2018", design, given)}
    world(folder, {"c1": claim("c1", about, ["ames2018 supports"])}, studies, ranking="c1")
    brief = (folder / BRIEF).read_text()
    (folder / BRIEF).write_text(brief.replace("plausibility-2", f"plausibility-{instrument}"))
    return folder


def type_in(folder: Path, field: str, words: str) -> Path:
    text = (folder / BRIEF).read_text()
    (folder / BRIEF).write_text(re.sub(rf"  {field}: .*", f'  {field}: "{words}"', text, count=1))
    return folder


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("medium", ""),
        ("Medium for sneezing", ""),
        ("{s1.final}", ""),
        ("not rated", ""),
        ("strong", "strong"),
        ("weak", "weak"),
        ("medium for sneezing; weak for sleep", "weak"),
        ("the strongest that there is", ""),
    ],
)
def test_a_typed_plausibility_is_the_computed_one(typed: str, word: str, tmp_path: Path) -> None:
    folder = type_in(rated(tmp_path), "plausibility", typed)
    message = f"“{word}” is typed, and the statements are rated: `s1` medium"
    problems = found(folder, "typed-plausibility")
    line = next(at for at, text in enumerate((folder / BRIEF).read_text().split("\n"), 1) if "  plausibility:" in text)
    assert problems == ([(BRIEF, line, message)] if word else [])


def test_a_typed_plausibility_below_the_best_statement_is_found(tmp_path: Path) -> None:
    folder = type_in(rated(tmp_path), "plausibility", "weak")
    weak = "  - {id: s2, text: Blue glass might last., claims: [c2]}\n"
    (folder / "ranking.yaml").write_text((folder / "ranking.yaml").read_text() + weak)
    (folder / "claims/01-glass.yaml").write_text(
        (folder / "claims/01-glass.yaml").read_text() + claim("c2", "condition", ["ames2018 supports"])
    )
    assert load(folder).findings.ratings.statements["s2"].final != "medium"  # type: ignore[union-attr]
    (message,) = [one for _, _, one in found(folder, "typed-plausibility")]
    assert "`s1` medium" in message


@pytest.mark.parametrize(("typed", "is_found"), [("weak", False), ("medium", False), ("strong", True)])
def test_a_signed_tier_may_be_typed(typed: str, is_found: bool, tmp_path: Path) -> None:
    folder = type_in(rated(tmp_path), "plausibility", typed)
    signed = "final: {tier: weak, reason: It was small., by: me, date: 2026-02-01}"
    ranking = (folder / "ranking.yaml").read_text()
    (folder / "ranking.yaml").write_text(ranking.replace("claims: [c1]", f"claims: [c1], {signed}"))
    assert len(found(folder, "typed-plausibility")) == is_found


@pytest.mark.parametrize(
    ("design", "about", "instrument", "typed", "is_found"),
    [
        ("randomised-trial", "direct", 2, "moderate", False),
        ("case-control", "condition", 2, "moderate", True),
        ("case-control", "condition", 2, "High.", True),
        ("case-control", "condition", 2, "low", False),
        ("case-control", "condition", 2, "very low", False),
        ("case-control", "condition", 2, "not rated", False),
        ("randomised-trial", "direct", 1, "very low", False),
        ("case-control", "condition", 1, "moderate", True),
    ],
)
def test_a_typed_certainty_is_no_higher_than_the_evidence_allows(
    design: str, about: str, instrument: int, typed: str, is_found: bool, tmp_path: Path
) -> None:
    folder = type_in(rated(tmp_path, design, about, instrument), "certainty", typed)
    assert len(found(folder, "typed-certainty")) == is_found


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("It was seen in one trial [@ames2018].", ""),
        ("Glass is blue.", "it has no source"),
        ("It was reviewed [@bell2019].", "none of its sources counts for a statement or a link: `bell2019`"),
        ("It was seen and reviewed [@ames2018; @bell2019].", ""),
        ("It was reported twice [@cole2019].", ""),
    ],
)
def test_what_is_known_has_a_study_that_counts(known: str, said: str, tmp_path: Path) -> None:
    studies = {"ames2018": study("ames2018", "randomised-trial", "intervention", ", report_of: ames"),
               "bell2019": study("bell2019", "narrative-review", "intervention"),
               "cole2019": study("cole2019", "randomised-trial", "intervention", ", report_of: ames")}  # fmt: skip
    claims = {"c1": claim("c1", "direct", ["ames2018 supports", "bell2019 supports", "cole2019 context"])}
    folder = world(tmp_path, claims, studies, ranking="c1")
    brief = (folder / BRIEF).read_text()
    (folder / BRIEF).write_text(brief.replace("not_this:", f'known:\n  - "{known}"\nnot_this:', 1))
    messages = [message for _, _, message in found(folder, "known-without-study")]
    assert messages == ([f"this is printed as known, and {said}"] if said else [])


@pytest.mark.parametrize(
    ("sentence", "is_exposure", "words"),
    [
        ("Whether it is reached is not known.", False, "not known"),
        ("Whether it is reached is not\n  known.", False, "not\n  known"),
        ("The dose is UNKNOWN.", False, "UNKNOWN"),
        ("No study has measured it.", False, "No study has"),
        ("It is unlikely.", False, "unlikely"),
        ("That it helps remains to be shown.", False, "remains to be"),
        ("The concentration is far above that in plasma.", True, "far above"),
        ("Cytokines are far above normal.", False, ""),
        ("A disease of unknown cause involves inflammation.", False, ""),
        ("A disease of unknown cause; its course is unknown.", False, "unknown"),
        ("Nobody knows whether it calms the nose.", False, "Nobody knows"),
        ("Could it calm the nose?", False, "?"),
        ("It might calm the nose.", False, ""),
        ("Well-known pathways are blocked.", False, ""),
    ],
)
def test_words_of_a_gap(sentence: str, is_exposure: bool, words: str) -> None:
    assert gap_words_in(sentence, "en-GB", is_exposure) == words


def test_a_language_without_words_for_a_gap_has_none() -> None:
    assert len(resources.gap_words("en")) > 40
    assert gap_words_in("It is not known.", "tlh") == ""


def test_a_link_in_format_1_is_warned_of_and_still_built(tmp_path: Path) -> None:
    folder = good_brief(tmp_path)
    links = (folder / "mechanisms.yaml").read_text()
    (folder / "mechanisms.yaml").write_text(links.replace("might hold in hay fever", "holds in hay fever is unknown"))
    assert [(one.rule, one.severity) for one in problems_in(folder)] == [("gap-link", "error")]
    brief = (folder / BRIEF).read_text()
    for file, was, now in ((BRIEF, "format: 2", "format: 1"), ("mechanisms.yaml", "kind: intervention", "kind: drug")):
        (folder / file).write_text((folder / file).read_text().replace(was, now))
    assert brief != (folder / BRIEF).read_text()
    assert [(one.rule, one.severity) for one in problems_in(folder)] == [("gap-wording", "warning")]


@pytest.mark.parametrize(
    ("about", "direction", "is_found"),
    [
        ("bridge", "supports", True),
        ("bridge", "opposes", True),
        ("gap", "supports", False),
        ("background", "supports", False),
        ("bridge", "neutral", False),  # it counts for no statement
    ],
)
def test_a_rated_claim_that_says_what_is_not_known(
    about: str, direction: str, is_found: bool, tmp_path: Path
) -> None:
    text = claim("c1", about, ["ames2018 context"])
    text = text.replace("In hay fever the nose may be inflamed.", "Whether it calms the nose is unknown.")
    text = text.replace("direction: supports", f"direction: {direction}")
    folder = world(tmp_path, {"c1": text}, {"ames2018": study("ames2018")})
    assert len(found(folder, "gap-wording")) == is_found


@pytest.mark.parametrize(("kind", "is_found"), [("reason", True), ("missing", False)])
def test_a_ranked_statement_that_says_what_is_not_known(kind: str, is_found: bool, tmp_path: Path) -> None:
    claims = {"c1": claim("c1", "gap", ["ames2018 context"])}
    folder = world(tmp_path, claims, {"ames2018": study("ames2018")}, ranking="c1")
    text = f"statements:\n  - {{id: s1, kind: {kind}, text: Whether it lasts is not known., claims: [c1]}}\n"
    (folder / "ranking.yaml").write_text(text)
    messages = [message for _, _, message in found(folder, "gap-wording")]
    assert messages == ["`s1` is rated and worded as a gap: “not known”"] * is_found
