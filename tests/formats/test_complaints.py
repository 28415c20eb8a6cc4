"""A check finds in the texts of a page what a build finds, without filling the page or typesetting it."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from evibrief import resources
from evibrief.checks.load import load
from evibrief.formats.html.citations import citation_style
from evibrief.formats.html.complaints import Complaint, complaints
from evibrief.formats.html.filling import Marks, fill_page
from evibrief.formats.html.markdown import typeset
from evibrief.formats.html.render import PLAIN, render
from evibrief.sections.blocks import Bullets, Line, View
from evibrief.sections.compose import compose_view
from evibrief.sections.printed import Printed, link_targets_of, texts_of
from shared import FIRST, ROOT, SECOND

PIECES = [
    "a", "5", "word ", " ", "\n", "\n\n", "- ", "1. ", "* ", "*", "_", "^", "~", "[", "]", "(", ")", "\\", "&alpha;",
    "[w](#x)", "[w](#bottom_line)", "[w](#sources)", "[w](y.html)", "[w](a/b)", "[w](javascript:1)", "[*w*](mailto:a)",
    "![p](q.png)", "<https://x.example>", "<ftp://x.example>", "<a@b.example>", "`[w](#x)`", "# ", "| a | b |\n|--|--|",
    "[[v](#x)](#x)", "    ", "...",
]  # fmt: skip
typed = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join).filter(lambda text: text.strip())
LINKS = [
    "a", "[w](y.html)", "[w](javascript:1) a", "![p](q.png)", "[w](#x)", "[w](#sources)", "<ftp://x.example>", "a\n\nb",
    "[w](#)", "[w](#bottom%5Fline)", "[w](#bottom\\_line)", "[w](#'x)", "[w](#bottom_line%20)", "[w](#x&y)",
]  # fmt: skip


@cache
def view_of(folder: Path) -> View:
    loaded = load(folder)
    return compose_view(loaded.brief, loaded.findings, "")


@pytest.mark.parametrize("folder", [SECOND, ROOT / "docs" / "example", FIRST], ids=lambda path: path.name)
def test_the_texts_and_targets_of_a_view_are_those_of_its_page(folder: Path) -> None:
    view = view_of(folder)
    filled = fill_page(view, resources.template_texts(), "full", PLAIN, Marks("none"))
    assert [one.prose for one in texts_of(view)] == list(filled.texts)
    assert {at for at, one in enumerate(texts_of(view)) if one.one_paragraph} == filled.short
    assert link_targets_of(view) == frozenset(re.findall(r'\bid="([^"]+)"', filled.html))
    assert len(filled.texts) > 40


def told(found: list[Complaint]) -> set[tuple[str, str, str, str]]:
    return {(one.text, one.message, one.hint, one.within) for one in found}


@pytest.mark.slow
@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(texts=st.lists(typed, min_size=20, max_size=60))
@example(texts=LINKS)
def test_a_check_and_a_page_complain_about_the_same_texts(texts: list[str]) -> None:
    view = view_of(SECOND)
    listed = Bullets(tuple((Line(prose=text),) for text in texts))
    section = replace(view.sections[0], blocks=(listed,))
    view = replace(view, summary=(), sections=(section,))
    style = citation_style("apa", ROOT)
    page = render(view, resources.template_texts(), lambda all_texts: typeset(all_texts, [], style, "en-GB"))
    of_page = [one for one in page.complaints if one.text in texts]
    assert told(of_page) ^ told([one for one in complaints(view) if one.text in texts]) == set()


def test_a_paragraph_may_have_several_and_a_line_may_not() -> None:
    view = view_of(SECOND)
    assert Printed(view.first_page.bottom_line, one_paragraph=False) in texts_of(view)
    assert all(one.one_paragraph for one in texts_of(view) if one.prose in view.first_page.not_this)
