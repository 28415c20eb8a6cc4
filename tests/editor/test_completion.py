"""What is offered at the cursor, `|` in the examples: ids, words with meanings, keys, and what a text may take."""

from typing import get_args

import pytest

from evibrief.checks.load import load
from evibrief.editor.completion import Offer, offers_at
from evibrief.editor.desk import Desk, Snapshot, place_of_tree
from evibrief.evidence.source import Location
from evibrief.evidence.vocabulary import Design
from shared import ROOT

EXAMPLE = ROOT / "docs" / "example"


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return Desk().snapshot(EXAMPLE)


def offers(snapshot: Snapshot, root: Location, written: str) -> list[Offer]:
    loaded = load(EXAMPLE)
    return list(offers_at(written.replace("|", ""), written.index("|"), root, snapshot, loaded))


def labels(found: list[Offer]) -> list[str]:
    return [one.label for one in found]


@pytest.mark.parametrize(
    ("stem", "written", "kinds"),
    [
        ("claims", "claims:\n  - corrections: [|", ("corrections",)),
        ("claims", "claims:\n  - evidence:\n      - source: |", ("references",)),
        ("claims", "claims:\n  - population: |", ("populations",)),
        ("claims", "claims:\n  - text: It fell [@|", ("references",)),
        ("claims", 'claims:\n  - text: "It fell [see @a; @|"', ("references",)),
        ("claims", "claims:\n  - text: >-\n      It fell [@|", ("references",)),
        ("claims", "claims:\n  - status_note: See [this](#|", ()),
        ("studies", "- reference: |", ("references",)),
        ("studies", "- includes:\n    - |", ("references",)),
        ("ranking", "statements:\n  - {id: s1, claims: [a, |", ("claims",)),
        ("mechanisms", "- links:\n    - claims:\n        - |", ("claims",)),
        ("models", "- mechanisms: |", ("mechanisms",)),
        ("brief", "safety: [|", ("harms",)),
        ("brief", "methods:\n  searches:\n    - links: [|", ("links",)),
        ("changes", "- reasons:\n    - record: |", ("statements", "mechanisms")),
    ],
)
def test_ids_are_those_that_the_field_names(
    snapshot: Snapshot, stem: str, written: str, kinds: tuple[str, ...]
) -> None:
    root: Location = (stem, 0) if stem == "claims" else (stem,)
    found = offers(snapshot, root, written)
    assert labels(found) == snapshot.names(kinds)
    assert found
    assert all(one.detail for one in found if one.label in snapshot.names(("claims", "references")))


def test_words_have_their_meanings(snapshot: Snapshot) -> None:
    found = offers(snapshot, ("claims", 0), "claims:\n  - evidence:\n      - {role: su|pports, source: a}")
    assert labels(found) == ["supports", "contradicts", "inconclusive", "context"]
    assert found[0].detail == "the publication found what the claim says"
    replaced = found[0].replaces
    assert "claims:\n  - evidence:\n      - {role: supports"[replaced.start : replaced.end] == "supports"
    assert labels(offers(snapshot, ("studies",), "- design: |")) == [*get_args(Design)]
    assert "unknown" in labels(offers(snapshot, ("studies",), "- n: |"))
    assert "ranking" in labels(offers(snapshot, ("brief",), "sections:\n  - {kind: |"))
    assert "same-title" in labels(offers(snapshot, ("claims", 0), "claims:\n  - overrides:\n      - rule: |"))
    assert "example-1" in labels(offers(snapshot, ("brief",), "methods:\n  instrument: |"))
    shipped = {path.stem for path in (ROOT / "data" / "instruments" / "appraisals").glob("*.yaml")}
    assert shipped
    assert shipped <= {*labels(offers(snapshot, ("studies",), "- appraisals:\n    - instrument: |"))}
    assert "en" in labels(offers(snapshot, ("brief",), "language: |"))


def test_an_appraisal_is_offered_what_its_instrument_has(snapshot: Snapshot) -> None:
    begun = "- appraisals:\n    - "
    assert {"rob-2@2019", "example@1"} <= set(labels(offers(snapshot, ("studies",), f"{begun}instrument: |")))
    judged = f"{begun}domains:\n        - "
    assert "allocation" in labels(offers(snapshot, ("studies",), f"{judged}domain: |"))
    assert {"sound", "very-serious"} <= set(labels(offers(snapshot, ("studies",), f"{judged}level: |")))
    assert "sound" in labels(offers(snapshot, ("studies",), f"{begun}overall: |"))


def test_a_file_in_a_folder_of_a_folder_belongs_to_its_brief() -> None:
    path = EXAMPLE / "instruments" / "appraisals" / "example@1.yaml"
    desk = Desk()
    desk.put(path, path.read_text().replace("word: Sound", "word: Solid"))
    assert desk.brief_of(path) == EXAMPLE
    assert place_of_tree(path, EXAMPLE) == ("appraisal-instruments", 0)
    (read, *_) = desk.snapshot(EXAMPLE).source.tree["appraisal-instruments"]
    assert read["levels"][0]["word"] == "Solid"
    assert desk.brief_of(EXAMPLE / "instruments" / "appraisals" / "more" / "x.yaml") is None


@pytest.mark.parametrize(
    "written",
    ["amount: {low: 1, unit: |", "amount: {low: |", "amount: {low: 1, high: |", "route: |", "id: |"],
)
def test_no_amount_unit_or_route_is_ever_offered(snapshot: Snapshot, written: str) -> None:
    assert labels(offers(snapshot, ("doses",), f"people:\n  - {written}")) == []


def test_no_time_is_offered(snapshot: Snapshot) -> None:
    assert labels(offers(snapshot, ("time-course",), "- first: {value: 1, unit: |")) == []


def test_keys_are_those_that_the_record_does_not_have(snapshot: Snapshot) -> None:
    found = offers(snapshot, ("claims", 0), "claims:\n  - id: a\n    |\n    status: upheld\n")
    assert {"text", "about", "evidence"} <= set(labels(found))
    assert not {"id", "status"} & set(labels(found))
    assert found[0].detail.startswith("needed")
    assert found[0].insert.endswith(": ")
    assert offers(snapshot, ("claims", 0), "claims:\n  - id: a\n    te|xt: b")[0].insert[-1] != " "
    assert not found[-1].detail.startswith("needed")
    assert "time-course" not in labels(offers(snapshot, ("brief",), "|"))
    assert "sorts" in labels(offers(snapshot, ("instrument",), "|"))
    assert labels(offers(snapshot, ("claims", 0), "claims:\n  - stated: {line: 3, |")) == ["attribution", "study_type"]


def test_a_text_may_take_a_value(snapshot: Snapshot) -> None:
    found = {one.label: one.detail for one in offers(snapshot, ("brief",), 'bottom_line:\n  text: "It had {mus|"')}
    assert found["muster2019.n"].isdigit()
    assert "counts.claims" in found


@pytest.mark.parametrize("written", ["# ab|", "text: a\\@|", "id: c|", "none: |", "text: mail a@|"])
def test_where_nothing_is_meant_nothing_is_offered(snapshot: Snapshot, written: str) -> None:
    assert offers(snapshot, ("models", 0), written) == []
