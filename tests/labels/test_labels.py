"""Words for print: Markdown as plain words, and plain words as Markdown."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evibrief.labels import markdown
from evibrief.labels.sentence import Plural, Sentence


@pytest.mark.parametrize(
    ("prose", "plain"),
    [
        (r"10\^5 cells", "10^5 cells"),
        (r"10^5^ cells", "105 cells"),
        (r"a \*star\* and \_lines\_", "a *star* and _lines_"),
        (r"2 \< 3 \[sic\]", "2 < 3 [sic]"),
        (r"a back\\slash", r"a back\slash"),
        (r"*emphasis* [@key, p. 3] and [words](#there)", "emphasis and words"),
    ],
)
def test_a_mark_with_a_backslash_is_no_mark(prose: str, plain: str) -> None:
    assert markdown.without_marks(prose) == plain


@example("*a* _b_ ^c^ ~d~ `e` [f](g) [@h] \\ <i> {j} # + - . ! $k$ | 'l'")
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40))
def test_escaped_words_are_these_words(words: str) -> None:
    assert markdown.without_marks(markdown.escape(words)) == words


def seconds_for(text: str) -> float:
    began = time.process_time()
    markdown.without_marks(text)
    return time.process_time() - began


@pytest.mark.parametrize("marks", ["[@", "*_^~["])
def test_taking_marks_away_takes_no_time_without_end(marks: str) -> None:
    """Eight times the text takes about eight times as long; a run that grew with the square would take 64 times."""
    short, long = (min(seconds_for(marks * times) for _ in range(3)) for times in (2_000, 16_000))
    assert long < 24 * short


@pytest.mark.parametrize("text", ["{number:>5}", "{number!r}", "{number.real}", "{0}", "{}", "{a b}", "{"])
def test_a_place_for_a_value_is_a_name_and_no_more(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 # of the format, or of ours
        Sentence(text)


def test_a_plural_has_its_word_for_none() -> None:
    words = Plural(none="no study", one="one study", other="{number} studies")
    assert [words(number) for number in (0, 1, 2)] == ["no study", "one study", "2 studies"]
    assert Plural(one="one study", other="{number} studies")(0) == "0 studies"
