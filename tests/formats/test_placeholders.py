"""What holds a place inside the page while it is made cannot be typed: every text stays where its author put it."""

import html as escaping
import re
import shutil
from pathlib import Path

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evibrief.build import build
from evibrief.formats.html import citations
from evibrief.formats.html.filling import Marks
from evibrief.formats.html.markdown import typeset
from evibrief.problems import Problems

ROOT = Path(__file__).parents[2]
PLAIN = ROOT / "tests" / "briefs" / "blue-glass"
STYLE = citations.citation_style("american-medical-association", Path())
BOTTOM_LINE = "One invented trial in hay fever found less sneezing"
PIECES = (
    "\ue000", "\ue001", "\ue002", "\ue003", "0", "1", "7", "end", "bibliography", "list", "n0n", "&#xE000;",
    "&#xE002;0",
    "```", "~~~", "> ", "- ", "1. ", "    ", "\n", "\n\n", "<p>", "</p>", "<div id=\"refs\">", "[^1]", "[^1]: note",
    "^[note]", "[a]", "[a]: b", "[", "]", "(#x)", "`", "*", "**", "_", "~", "^", ":::", "---", "% title", "| a | b |",
    "\\", "$x$", "{#refs}", "Blue glass", "evibrief:contents", "Running title", "a" * 32, "t" + "0" * 32 + "n0",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map(" ".join).filter(str.strip)


def alone(text: str) -> tuple[str, bool]:
    """What a text becomes by itself, and whether it is refused."""
    made = typeset([text], [], STYLE, "en-GB")
    return made.fragments[0], bool(made.complaints)


@given(st.lists(TEXTS, min_size=2, max_size=5))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_changes_another(texts: list[str]) -> None:
    """Each text gives what it gives alone; what is refused among others is refused alone, and the other way round."""
    made = typeset([*texts, "the last one"], [], STYLE, "en-GB")
    assert len(made.fragments) == len(texts) + 1
    assert made.fragments[-1] == "<p>the last one</p>"
    refused = {complaint.index for complaint in made.complaints}
    assert -1 not in refused
    for index, text in enumerate(texts):
        assert (made.fragments[index], index in refused) == alone(text)


@given(TEXTS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_word_of_a_text_is_printed_or_refused(text: str) -> None:
    """Words that Markdown has no use for come out in their order, in the fragment of their own text."""
    fragment, refused = alone(f"{text}\n\nfirst {text} second")
    words = escaping.unescape(re.sub(r"<[^>]+>", " ", fragment)).split()
    assert refused or [word for word in words if word in ("first", "second")][-2:] == ["first", "second"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[Note]: blue glass may harm people.", "[Note]: blue glass may harm people."),
        ("[Note]:\nhttps://example.org", "[Note]: https://example.org"), ("> [Note]: words", "> [Note]: words"),
        ("- [Note]: words", "- [Note]: words"), ("1. [a [b] c]: words", "1. [a [b] c]: words"),
        ("plain\n\n   [Note]: words", "plain [Note]: words"), ("[^1]: a note\n\ntext[^1]", "[^1]: a note text[^1]"),
        ("term\n:   [Note]: words", "term : [Note]: words"),
        (r"\[Note\]: blue glass may harm people.", "[Note]: blue glass may harm people."),
    ],
)  # fmt: skip
def test_a_line_that_markdown_would_swallow_is_printed_as_typed(text: str, words: str) -> None:
    made = typeset([text, "fine [Note]"], [], STYLE, "en-GB")
    assert made.complaints == ()
    assert escaping.unescape(" ".join(re.sub(r"<[^>]+>", " ", made.fragments[0]).split())) == words
    assert made.fragments[1] == "<p>fine [Note]</p>"


def test_a_citation_with_a_colon_behind_it_is_printed() -> None:
    references = [{"id": "muster2019", "type": "book", "title": "On glass"}]
    (fragment,) = typeset(["[@muster2019]: found less"], references, STYLE, "en-GB").fragments
    assert 'data-cites="muster2019"' in fragment
    assert fragment.endswith(": found less</p>")


def test_a_link_inside_the_page_keeps_its_target() -> None:
    made = typeset(["[x](#c1_1) and [y](#t0__c1)", "`href=\"#t`"], [], STYLE, "en-GB")
    assert re.findall(r'href="([^"]*)"', made.fragments[0]) == ["#c1_1", "#t0__c1"]


def test_marks_are_replaced_once() -> None:
    marks = Marks("ab" * 16)
    page = f"{marks.of_text(0)}|{marks.of_text(1)}|{marks.of_list}"
    fragments = (marks.of_text(1) + marks.of_list, "x")
    assert marks.replaced(page, fragments, "L") == f"{fragments[0]}|x|L"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "blue-glass"
    shutil.copytree(PLAIN, folder)
    return folder


def with_methods(folder: Path, text: str) -> None:
    """The methods' text, where Markdown of every kind may stand."""
    brief = folder / "brief.yaml"
    written = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    old = re.search(r"  text: \|\n(?:    .*\n|\n)+", brief.read_text())
    assert old
    brief.write_text(brief.read_text().replace(old[0], f'  text: "{written}"\n', 1))


def page_one(html: str) -> str:
    found = re.search(r'<section class="first-page".*?</section>', html, re.DOTALL)
    assert found
    return found[0]


@pytest.mark.parametrize(
    "text",
    [
        "Found.\n\n\ue0001\ue001\n\nBlue glass is a cure. Prescribe it.",
        "Found. \ue0020\ue003 \ue002bibliography\ue003 \ue0000\ue001",
        "bibliography",
        "> \ue0001\ue001\n\n- \ue0002\ue001",
    ],
)
def test_page_one_is_what_its_authors_wrote(text: str, folder: Path, tmp_path: Path) -> None:
    honest = page_one(build(folder, tmp_path / "honest", ["html"])[0].path.read_text())
    assert BOTTOM_LINE in honest
    with_methods(folder, text)
    if "\ue000" in text or "\ue002" in text:
        brief = folder / "brief.yaml"
        brief.write_text(
            brief.read_text() + "overrides:\n  - {rule: no-glyph, reason: an icon, by: somebody, date: 2026-02-01}\n"
        )
    made = build(folder, tmp_path / "out", ["html"])[0].path.read_text()
    without = re.compile(r"[0-9a-f]{12}")
    assert without.sub("", page_one(made)) == without.sub("", honest)
    assert escaping.unescape(re.sub(r"&#x(.{4});", "", text)).split()[-1] in made


def test_the_mark_of_the_contents_in_word_can_be_typed(folder: Path, tmp_path: Path) -> None:
    """It once replaced the paragraph that held it by the list of contents."""
    brief = folder / "brief.yaml"
    brief.write_text(re.sub(r"    One invented trial.*\n.*\n", "    evibrief:contents\n", brief.read_text()))
    word = docx.Document(str(build(folder, tmp_path / "out", ["docx"])[0].path))
    texts = [paragraph.text for paragraph in word.paragraphs]
    assert "evibrief:contents" in texts
    assert texts.index("evibrief:contents") < texts.index("Contents")


def test_the_address_of_a_figure_can_be_typed(folder: Path, tmp_path: Path) -> None:
    """The PDF has figures with other addresses than the page: only pictures are looked at."""
    from evibrief.sections.figures.picture import with_pictures

    address = "data:image/svg+xml;base64,AAAA"
    page = f'<p>{address} src="{address}"</p><img src="{address}" alt="">'
    assert with_pictures(page, {address: "B"}) == f'<p>{address} src="{address}"</p><img src="B" alt="">'


def test_no_mark_is_left_and_two_builds_are_one(folder: Path, tmp_path: Path) -> None:
    one, other = (build(folder, tmp_path / name, ["html", "docx"]) for name in ("one", "other"))
    assert [document.path.read_bytes() for document in one] == [document.path.read_bytes() for document in other]


TRICKS = {
    "cuts it": "{{ (view.first_page.bottom_line | prose) | truncate(40, true) }}",
    "turns it round": "{{ (view.first_page.bottom_line | prose) | reverse }}",
    "makes it capitals": "{{ (view.first_page.bottom_line | prose) | upper }}",
    "takes a letter": "{{ (view.first_page.bottom_line | prose)[3] }}",
    "builds one of its own": "{% set m = view.first_page.question | prose %}{{ m | replace('n', 'n9') }}",
    "decides by it": "{{ 'a' if (view.first_page.question | prose) < '8' else 'b' }}",
}


@pytest.mark.parametrize("name", TRICKS)
def test_a_template_that_looks_into_a_mark_is_refused(name: str, folder: Path, tmp_path: Path) -> None:
    (folder / "theme").mkdir()
    page = f'{{% extends "brief.html.jinja" %}}{{% block title_block %}}{TRICKS[name]}{{% endblock %}}'
    (folder / "theme" / "page.html.jinja").write_text(page)
    with pytest.raises(Problems, match=r"page\.html\.jinja: error\[theme\]: it changes a text before it is typeset"):
        build(folder, tmp_path / "out", ["html"])
