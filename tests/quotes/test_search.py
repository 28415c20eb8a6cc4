"""A quotation is found where a reader would find it, and nowhere else."""

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evibrief.quotes.folding import folded
from evibrief.quotes.search import LONGEST_GAP, Hit, Miss, find_quote

TEXT = """Fatigue did not improve after 5 mW of blue light. The mean differ-
ence was \u22120.34 points (95% CI \u22120.95\u20130.27; p < 0.05). A well\u2010known \u201cthing\u201d was given to
12% more, \ufb01ve times, at 0\u00b75 mg/kg; 10\u00b2 cells were placebo-\ncontrolled, and IL\u20116 fell. In the second
phase nothing happened. Sleep became longer in all groups. The patients\u2019 mood did not change at 5\u201310 mg."""


@pytest.mark.parametrize("quote", [
    "fatigue DID NOT improve", "The mean difference was -0.34 points",
    "95% CI -0.95-0.27", "p<0.05",
    'a well-known "thing"',
    "five times", "0.5 mg/kg", "10² cells were placebo-controlled", "IL-6 fell", "12% more", "the patients' mood",
    "Fatigue did not improve […] the mean difference",
    "Fatigue did not improve ... the mean difference",
    "mood did not change at 5–10 mg", "not improve after 5 mW", "“Sleep became longer, in all groups”",
])  # fmt: skip
def test_what_is_there_is_found(quote: str) -> None:
    assert isinstance(find_quote(quote, folded(TEXT)), Hit)


@pytest.mark.parametrize(("quote", "why"), [
    ("Fatigue did improve", "its words"), ("The mean difference was 0.34 points", "its words"),
    ("0.34 points", "the text has `-` before"), ("95 CI", "its words"), ("after 5 MW of", "its words"),
    ("improve after 5 mW", "says `not` before"), ("given to 12", "goes on with `%`"), ("at 0.5", "goes on with `mg`"),
    ("102 cells", "its words"), ("IL6 fell", "its words"), ("6 fell", "the text has `-` before"),
    ("10 mg", "the text has `-` before"), ("mood did not change at 5", "goes on with `–`"),
    ("0.05", "the text has `<` before"),
    ("95% CI 0.95", "its words"), ("twelve percent more", "its words"), ("mean differ", "its words"),
    ("mood did change", "its words"), ("of blue light […] fatigue did not", "its words"),
    ("In the second phase […] in all groups", "leaves out says `nothing`"),
    ("5 mW […] placebo-controlled", "each piece"),
    ("mean difference was … thing was given to 12% less", "its words"), ("[…]", "no words"), ("“…”", "no words"),
])  # fmt: skip
def test_what_is_not_there_is_not_found(quote: str, why: str) -> None:
    found = find_quote(quote, folded(TEXT))
    assert isinstance(found, Miss)
    assert why in found.why


@pytest.mark.parametrize(("quote", "text", "why"), [
    ("gave 5 mg", "We gave 5 mg/kg daily", "`/` after its last unit"),
    ("gave 5 mg", "We gave 5 mg per kg daily", "`per` after its last unit"),
    ("gave 5 mg", "We gave 5 mg kg\u22121 daily", "`kg` after its last unit"),
    ("gave 5 mg", "We gave 5 mg kg\u207b\u00b9 daily", "`kg` after its last unit"),
    ("500 mg daily", "they took 1 500 mg daily", "in the same number"),
    ("500 mg daily", "they took 1\u202f500 mg daily", "in the same number"),
    ("500 mg daily", "they took 1'500 mg daily", "in the same number"),
    ("treated 12", "we treated 12 000 people", "`000` after its last number"),
    ("000 people", "we treated 1 200 000 people", "in the same number"),
    ("a factor of 10", "a factor of 10\u00b2 cells", "`\u00b2` after its last number"),
    ("took 2", "took 2\u00bd tablets", "`\u00bd` after its last number"),
    ("fell by 30", "it fell by 30 percent", "`percent` after its last number"),
    ("fell by 30", "it fell by 30 per cent", "`per` after its last number"),
])  # fmt: skip
def test_a_quotation_does_not_end_within_an_amount(quote: str, text: str, why: str) -> None:
    found = find_quote(quote, folded(text))
    assert isinstance(found, Miss)
    assert why in found.why


@pytest.mark.parametrize(("quote", "text"), [
    ("gave 5 mg", "We gave 5 mg daily"), ("gave 5 mg per kg", "We gave 5 mg per kg daily"),
    ("in the year 2019", "in the year 2019 120 people came"), ("took 1 500 mg", "they took 1 500 mg daily"),
    ("gave 5 mg", "We gave 5 mg per person"), ("120 people came", "in the year 2019, 120 people came"),
    ("gave to 12", "gave to 12 of 30 people"), ("gave 12", "gave 12, 300 of them at night"),
])  # fmt: skip
def test_a_quotation_may_end_behind_an_amount(quote: str, text: str) -> None:
    assert isinstance(find_quote(quote, folded(text)), Hit)


def test_the_place_is_that_of_its_words() -> None:
    text = folded(TEXT)
    hit = find_quote("mean difference was -0.34 points", text)
    assert isinstance(hit, Hit)
    assert text.text[hit.start : hit.end] == "mean differ-\nence was \u22120.34 points"


def test_the_nearest_passage_is_shown() -> None:
    miss = find_quote("sleep became shorter in all groups", folded(TEXT))
    assert isinstance(miss, Miss)
    assert "Sleep became longer in all groups" in miss.passage
    nothing = find_quote("entirely other words about penguins", folded(TEXT))
    assert isinstance(nothing, Miss)
    assert nothing.passage == ""


@pytest.mark.parametrize(("words", "found"), [(LONGEST_GAP, True), (LONGEST_GAP + 1, False)])
def test_an_omission_is_not_for_ever(words: int, found: bool) -> None:
    text = folded("one two three " + "and " * words + "four five six")
    assert isinstance(find_quote("one two three […] four five six", text), Hit) is found


def test_a_text_made_to_take_long_does_not() -> None:
    """Each piece may be at each of twenty places behind the one before it: all ways to choose would take for ever."""
    text = folded("a b c " * 500)
    assert isinstance(find_quote(" … ".join(["a b c"] * 30) + " … x y z", text), Miss)


SIGNS = st.sampled_from(
    [*"%<>±=~°µ‰×−-²½., ()ﬁ–", "\n", " not ", " no "]
)
WRITING = st.lists(st.one_of(SIGNS, st.text("0123456789", min_size=1, max_size=3), st.sampled_from(
    ["mg", "Mg", "mW", "MW", "fatigue", "Sleep", "co-worker", "kg"])), max_size=30).map("".join)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(WRITING)
def test_folding_drops_no_digit_sign_or_word(text: str) -> None:
    words = folded(text).words
    kept = Counter("".join(words))
    for one in "0123456789%<>±=~°‰×²½":
        assert kept[one] == text.count(one), one
    assert kept["-"] == len(re.findall(r"[-−–](?=\s*\.?\d)", text))
    letters = "".join(one for one in text.casefold().replace("ﬁ", "fi").replace("µ", "μ") if one.isalpha())
    assert "".join(one for one in "".join(words) if one.isalpha()) == letters


@settings(max_examples=100, deadline=None)
@given(WRITING, WRITING)
def test_two_texts_that_differ_in_a_number_or_not_are_never_the_same(one: str, other: str) -> None:
    if folded(one).words == folded(other).words and folded(one).units == folded(other).units:
        numbers = [re.findall(r"\d+(?:[.,]\d+)*", text) for text in (one, other)]
        assert numbers[0] == numbers[1]
        assert one.split().count("not") == other.split().count("not")


@settings(max_examples=60, deadline=None)
@given(WRITING)
def test_a_text_is_in_itself(text: str) -> None:
    if folded(text).words:
        assert isinstance(find_quote(text, folded(f"Before. {text}")), Hit | Miss)
        assert isinstance(find_quote(text, folded(text)), Hit)
