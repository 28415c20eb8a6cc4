"""Texts that are typeset once give the page that all texts typeset anew would give, whatever was edited in between."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evibrief.formats.html import markdown
from evibrief.formats.html.citations import citation_style
from evibrief.formats.html.kept_texts import KeptTexts
from evibrief.labels.dialect import parse_text

REFERENCES: list[Mapping[str, Any]] = [
    {"id": f"{name}{year}{letter}", "type": "article-journal", "title": f"On {name} {letter}",
     "author": [{"family": name.title(), "given": "A."}], "issued": {"date-parts": [[year]]}}
    for name, year, letter in (("adams", 2001, "a"), ("adams", 2001, "b"), ("brown", 2003, "a"), ("clark", 2004, "a"))
]  # fmt: skip
NAMES = [str(one["id"]) for one in REFERENCES]
OTHERS = [{**REFERENCES[0], "title": "Another title"}, *REFERENCES[1:]]
STYLES = ("nature", "apa", "chicago-author-date", "chicago-notes-bibliography")

words = st.sampled_from(["one", "two *more*", "Na^+^", "`code`", "<https://a.org>", "[to it](#c1)", r"a\@b", "x_y"])
citations = st.one_of(
    st.builds("[@{}]".format, st.sampled_from(NAMES)),
    st.builds("[see @{}, p. 3; @{}]".format, st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.builds("[-@{}; compare @{}, pp. 3-4]".format, st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.builds("@{}".format, st.sampled_from(NAMES)),
)
texts = st.lists(st.one_of(words, words, citations), min_size=1, max_size=5).map(" so ".join)
pages = st.lists(texts, min_size=1, max_size=7)
edits = st.lists(st.tuples(st.integers(0, 6), st.one_of(st.none(), texts)), min_size=1, max_size=3)


def edited(page: list[str], edit: tuple[int, str | None]) -> list[str]:
    """A text in the place of another one, or behind all others; or one text less."""
    at, text = edit
    return [*page[:at], *([] if text is None else [text]), *page[at + 1 :]] or ["nothing"]


@pytest.mark.parametrize("style", STYLES)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(page=pages, changes=edits, references=st.sampled_from([REFERENCES, OTHERS]))
def test_after_any_edits_the_page_is_the_one_that_is_set_anew(
    style: str, page: list[str], changes: list[tuple[int, str | None]], references: list[Mapping[str, Any]]
) -> None:
    kept, data = KeptTexts(), citation_style(style, Path())
    kept(page, REFERENCES, data, "en-GB")
    for change in changes:
        page = edited(page, change)
        made = kept(page, references, data, "en-GB")
        assert made == markdown.typeset(page, references, data, "en-GB")
        assert made.complaints == ()


def test_only_what_is_new_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """A word more in a text without citations costs neither the other texts nor the references."""
    asked: list[tuple[list[str], int]] = []
    setter = markdown.typeset

    def noted(texts: list[str], references: list[Any], style: bytes, language: str) -> markdown.Typeset:
        asked.append((texts, len(references)))
        return setter(texts, references, style, language)

    monkeypatch.setattr(markdown, "typeset", noted)
    kept, style = KeptTexts(), citation_style("nature", Path())
    page = ["First.", "Second [@brown2003a].", "Third @adams2001a there."]
    kept(page, REFERENCES, style, "en-GB")
    assert asked.pop() == (page, 4)
    kept(page, REFERENCES, style, "en-GB")
    assert asked == []
    kept(["First, again.", *page[1:]], REFERENCES, style, "en-GB")
    assert asked.pop() == (["First, again."], 0)
    kept([page[0], "Second, again [@brown2003a].", page[2]], REFERENCES, style, "en-GB")
    assert asked.pop() == (["Second, again [@brown2003a].", "Cited: @adams2001a"], 4)


@pytest.mark.parametrize("style", STYLES)
def test_the_same_text_twice_is_set_as_each_of_the_two(style: str) -> None:
    kept, data = KeptTexts(), citation_style(style, Path())
    again = "So [@adams2001a]."
    for page in ([again, "Other.", again], [again, again, "New."], [again]):
        assert kept(page, REFERENCES, data, "en-GB") == markdown.typeset(page, REFERENCES, data, "en-GB")


def test_a_complaint_names_its_text_as_if_all_were_set() -> None:
    kept, style = KeptTexts(), citation_style("nature", Path())
    page = ["First.", "Second [@brown2003a].", "Third."]
    kept(page, REFERENCES, style, "en-GB")
    wrong = ["First.", "Second [@brown2003a].", "Third [@nobody1999]."]
    made = kept(wrong, REFERENCES, style, "en-GB")
    assert [one.within for one in made.complaints] == ["@nobody1999"]
    assert made == markdown.typeset(wrong, REFERENCES, style, "en-GB")
    assert kept(page, REFERENCES, style, "en-GB").complaints == ()


def test_citations_are_given_as_they_were_typed() -> None:
    text = r"A [see @brown2003a, p. 3; @{adams2001a}] and @clark2004a [p. 4], not a\@b or `@code`; ^[@adams2001b]^"
    assert parse_text(text).citations == (
        "[see @brown2003a, p. 3; @{adams2001a}]", "@clark2004a [p. 4]", "[@adams2001b]",
    )  # fmt: skip
