"""No-break signs of the Word document stay there: what comes home is what the author and the reviewer typed."""

import copy
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lxml import etree

from evibrief.evidence.read_folder import read_brief
from evibrief.evidence.source import SourceTree
from evibrief.formats.docx.names import W
from evibrief.formats.docx.package import unpack
from evibrief.review.patches import Proposal, proposals
from evibrief.review.place import place_remarks
from evibrief.review.read import read_reviewed, untracked
from evibrief.review_copies import review_copy
from wordfile import control, paragraph, run, tracked, word_file

LDN = Path(__file__).parents[1] / "briefs" / "ldn"
TRIALS = "claims/03-trials.yaml"
SIGNS = "\u00a0\u202f\u2060\ufeff"
NO_BREAK = "\u00a0"


@pytest.fixture(scope="module")
def controls() -> dict[str, Any]:
    """The frames of a review copy whose words have a no-break space, by record."""
    tree = etree.fromstring(unpack(review_copy(LDN))["word/document.xml"])
    framed = {one.find(f"{W}sdtPr/{W}tag").get(f"{W}val"): one for one in tree.iter(f"{W}sdt")
              if one.find(f"{W}sdtPr/{W}tag") is not None}  # fmt: skip
    return {name: one for name, one in framed.items() if NO_BREAK in words_in(one)}


@pytest.fixture(scope="module")
def source() -> SourceTree:
    return source_of(LDN)


def source_of(folder: Path) -> SourceTree:
    source, problems = read_brief(folder)
    assert problems == []
    return source


def words_in(element: Any) -> str:
    return "".join(text.text or "" for text in element.iter(f"{W}t"))


def sent_back(name: str, words: str, start: int, end: int, typed: str) -> bytes:
    """A file in which a reviewer typed over some letters of a frame."""
    edit = (run(words[:start]), tracked("del", run(words[start:end])), tracked("ins", run(typed)), run(words[end:]))
    return word_file(paragraph(control(name, *edit)))


def proposed(data: bytes, source: SourceTree) -> list[Proposal]:
    return list(proposals(place_remarks(read_reviewed(data, "x").remarks, source), source))


def as_typed(text: str) -> str:
    return " ".join(text.split())


def test_amounts_of_a_review_copy_are_kept_together(controls: dict[str, Any]) -> None:
    assert len(controls) >= 5
    assert "6\u00a0mg for 12 weeks" in words_in(controls["t1"])
    assert all(not set(SIGNS[1:]) & set(words_in(one)) for one in controls.values())


@settings(max_examples=40, deadline=None)
@given(
    record=st.integers(0, 99), amount=st.integers(0, 9), before=st.integers(-1, 4), after=st.integers(0, 6),
    typed=st.text(f"57 mgkd/%=.{SIGNS}", max_size=8),
)  # fmt: skip
def test_an_edit_beside_an_amount_brings_no_sign_home(
    record: int, amount: int, before: int, after: int, typed: str, controls: dict[str, Any], source: SourceTree
) -> None:
    name = sorted(controls)[record % len(controls)]
    words = words_in(controls[name])
    signs = [found.start() for found in re.finditer(NO_BREAK, words)]
    at = signs[amount % len(signs)]
    start, end = max(at - before, 0), min(at + 1 + after, len(words))
    wanted = as_typed(words[:start] + typed + words[end:])
    assume(wanted not in ("", as_typed(words)))
    for one in proposed(sent_back(name, words, start, end, typed), source):
        assert not set(SIGNS) & set(one.patch + one.now)
        if one.patch and as_typed(one.was) == as_typed(words):
            home = as_typed(re.sub("[\u2060\ufeff]", "", wanted))
            # A word deleted before a comma leaves a space there, which does not come home either.
            assert as_typed(one.now.replace("\\", "")) in (home, re.sub(" (?=[.,;])", "", home))


@pytest.mark.parametrize("typed", ["\u2060 ", " \ufeff", "\u202f\u2060", "\ufeff\u00a0\ufeff"])
def test_an_edit_that_nobody_sees_is_no_proposal(typed: str, controls: dict[str, Any], source: SourceTree) -> None:
    words = words_in(controls["t1"])
    at = words.index(NO_BREAK)
    assert proposed(sent_back("t1", words, at, at + 1, typed), source) == []


@pytest.mark.parametrize(
    ("old", "new"), [("6", "9"), ("mg", "g"), ("6\u00a0mg", "9\u00a0mg"), ("6\u00a0", "6.5\u202f")]
)
def test_an_edit_of_an_amount_is_a_patch(old: str, new: str, controls: dict[str, Any], source: SourceTree) -> None:
    words = words_in(controls["t1"])
    start = words.index(old)
    (one,) = proposed(sent_back("t1", words, start, start + len(old), new), source)
    (added,) = re.findall(r"^\+(?!\+)(.*)$", one.patch, re.MULTILINE)
    assert added == f'    text: "{as_typed(words.replace(old, new, 1))}"'


def test_what_an_author_typed_stays(controls: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "ldn"
    shutil.copytree(LDN, folder)
    text = (folder / TRIALS).read_text()
    (folder / TRIALS).write_text(text.replace("trial, 6 mg for 12 weeks", "trial, 6\u202fmg for 12\u00a0weeks"))
    words = words_in(controls["t1"]).replace("6\u00a0mg", "6\u202fmg")
    (one,) = proposed(sent_back("t1", words, words.index("12"), words.index("12") + 2, "14"), source_of(folder))
    assert "6\u202fmg for 14\u00a0weeks" in one.patch
    assert one.now == words.replace("12 ", "14\u00a0")


def test_a_sign_that_a_program_made_a_space_is_no_edit(controls: dict[str, Any]) -> None:
    element = controls["t1"]
    spaced = copy.deepcopy(element)
    for text in spaced.iter(f"{W}t"):
        text.text = (text.text or "").replace(NO_BREAK, " ")
    sent, back = (word_file(paragraph(etree.tostring(one).decode())) for one in (element, spaced))
    assert sent != back
    assert untracked(back, sent, "x") == ()
    assert untracked(word_file(paragraph(control("t1", run("6 g")))), sent, "x") != ()
