"""The mends of the PDF engine's libraries: they change no byte, and they go when the libraries no longer need them."""

import itertools
import json
import re
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pydyf
import pytest
import tinyhtml5
import weasyprint
from tinyhtml5 import inputstream
from weasyprint.css import InitialStyle
from weasyprint.css.properties import Dimension
from weasyprint.layout import inline, percent, preferred
from weasyprint.text import line_break
from weasyprint.text.fonts import FontConfiguration

from evibrief.formats.pdf import mended

APART = """
import datetime, hashlib, json, sys
import pydyf
from tinyhtml5 import inputstream
from weasyprint import css
from weasyprint.layout import percent
from weasyprint.text import line_break
from evibrief import resources
from evibrief.formats.pdf import write
if sys.argv[1] == "as it comes":
    write.mend, write.without_idle_rules = lambda: None, lambda page, html: None
keys, writes_key = [], line_break._font_style_cache_key
made, makes_dictionary = [], pydyf.Dictionary.data.fget
pydyf.Dictionary.data = property(lambda one: made.append(one.number) or makes_dictionary(one))
packed, packs = [], pydyf.Stream.data.fget
pydyf.Stream.data = property(lambda one: packed.append(one.extra.get("Type") == "/ObjStm") or packs(one))
described, describes = [], line_break.get_font_description
line_break.get_font_description = lambda style: described.append(1) or describes(style)
laid_out, lays_out = [], line_break.create_layout
line_break.create_layout = lambda *text: laid_out.append(1) or lays_out(*text)
lengths, resolves = [], percent.resolve_one_percentage
percent.resolve_one_percentage = lambda *length: lengths.append(1) or resolves(*length)
marks, computes = [], css.StyleFor.set_computed_styles
def computed(*where, pseudo_type=None, **more):
    marks.append(pseudo_type)
    computes(*where, pseudo_type=pseudo_type, **more)
css.StyleFor.set_computed_styles = computed
line_break._font_style_cache_key = lambda *style, **size: keys.append(1) or writes_key(*style, **size)
parts = "".join(f'<h2 id="h{at}">{at} &amp; more</h2><p class="a b" title=\\'c"d\\'>A <a href="#h0">link</a> &lt;.</p>'
                f"<ul><li>one</li></ul><p style=break-after:page>Text\\t{at}</p>" for at in range(8))
head = '<meta charset="utf-8"><title>T</title><style>body { font-family: "Source Sans Pro" }</style>'
parts += "<p>" + "<b>bold</b> " * 200 + "<table><tr><td>one</td><td>two</td></tr></table>" * 5
parts += ('<p style="text-align: justify; letter-spacing: .1px; hyphens: auto; font-variant-numeric: tabular-nums">'
          + "Considerable <u>differences</u> of <del>1234</del> extraordinarily long <i>comparisons</i>. " * 20)
parts += "<table style='border-collapse: collapse'><tr><td style='border: 2px solid'>a<td style='border: 1px solid'>b"
parts += "</table><div style='display: flex'><p>a</p><p style='width: 30%'>b</p><p style='flex: 1'>c</p></div>"
parts += "<div style='display: grid; grid-template-columns: 1fr 2fr'><p>a <b>b</b></p><p style='min-width: 9%'>b</div>"
page = f'<!DOCTYPE html><html lang="en"><head>{head}</head><body><h1>One</h1>{parts}<!-- end --></body></html>'
done = write.write_pdf(page, resources.fonts(), (), datetime.date(2026, 3, 1))
pdf = pydyf.PDF()
pdf.add_page(pydyf.Dictionary())
print(json.dumps({
    "sha256": hashlib.sha256(done.data).hexdigest(), "pages": done.pages,
    "keys": len(keys), "fonts described": len(described), "styles of notes": marks.count("note-call"),
    "styles of marks": marks.count("marker"),
    "laid out": len(laid_out), "lengths": len(lengths), "packed": sum(packed),
    "made again": len([one for one in made if one is not None]) - len({*made} - {None}),
    "references anew": pdf.page_references is not pdf.page_references,
    "expressions found again": any(isinstance(key[0], str | tuple | frozenset) for key in
                                   inputstream.characters_until_regex),
}))
"""
"""A page of all that the parser and the writer read differently, printed in a process of its own."""


def printed(how: str) -> dict[str, Any]:
    run = subprocess.run([sys.executable, "-c", APART, how], capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(run.stdout)
    return told


def test_the_libraries_still_need_it_and_no_byte_is_changed() -> None:
    without, mended_now = printed("as it comes"), printed("mended")
    assert without["pages"] == 9
    assert without["sha256"] == mended_now["sha256"]
    assert (without["references anew"], without["expressions found again"]) == (True, False), "leave out the mend"
    assert (mended_now["references anew"], mended_now["expressions found again"]) == (False, True)
    assert without["keys"] > 5 * mended_now["keys"] > 0, "leave out the mend of the layout"
    assert without["fonts described"] > 5 * mended_now["fonts described"] > 0, "leave out the copies of a layout"
    assert without["laid out"] > 1.3 * mended_now["laid out"] > 0, "leave out the kept lines"
    assert without["lengths"] > 2 * mended_now["lengths"] > 0, "leave out the kept lengths"
    assert without["made again"] > 100 > 10 > mended_now["made again"], "leave out the bytes made once"
    assert (without["packed"], mended_now["packed"]) == (2, 1), "leave out the bytes made once"
    assert without["styles of notes"] > 100, "leave out the mend of the notes"
    assert mended_now["styles of notes"] == 0
    assert without["styles of marks"] > 100, "leave out the mend of the marks of lists"
    assert mended_now["styles of marks"] == 8  # of as many lists with one entry


def test_another_version_is_left_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pydyf.PDF, "page_references", "theirs")
    monkeypatch.setattr(inputstream, "characters_until_regex", {})
    monkeypatch.setattr(pydyf, "VERSION", "0.13.1")
    monkeypatch.setattr(tinyhtml5, "VERSION", "2.1.1")
    monkeypatch.setattr(weasyprint, "VERSION", "70.1")
    monkeypatch.setattr(inline, "strut", "theirs")
    monkeypatch.setattr(line_break.Layout, "setup", "theirs")
    monkeypatch.setattr(inline, "resolve_percentages", "theirs")
    monkeypatch.setattr(preferred, "split_first_line", "theirs")
    monkeypatch.setattr(pydyf.PDF, "write", "theirs")
    mended._mend.__wrapped__()
    assert (pydyf.PDF.page_references, inputstream.characters_until_regex, inline.strut) == ("theirs", {}, "theirs")
    assert {line_break.Layout.setup, preferred.split_first_line, inline.resolve_percentages} == {"theirs"}
    assert pydyf.PDF.write == "theirs"
    page = weasyprint.HTML(string="<p>One")
    mended.without_idle_rules(page, "<p>One")
    assert page._ua_stylesheets() == [weasyprint.UA_STYLESHEET]


def _style(**properties: Any) -> Any:
    style = InitialStyle(FontConfiguration())
    style.update(properties)
    return style


def test_a_line_is_kept_for_its_text_and_all_its_limits_and_drawing_it_changes_no_other() -> None:
    split = mended.lines_kept_with_style(line_break.split_first_line)
    style = _style(overflow_wrap="break-word", lang="en")
    for text, width, minimum in itertools.product(["Considerable", "One two"], [20, 500], [False, True]):
        expected = line_break.split_first_line(text, style, None, width, 0, minimum=minimum)
        for _ in range(2):
            layout, *measures = split(text, style, None, width, 0, minimum=minimum)
            assert (layout.text, *measures) == (expected[0].text, *expected[1:])
            layout.text = "drawn with an ellipsis"


def test_of_a_very_long_text_only_the_last_lines_are_kept() -> None:
    split = mended.lines_kept_with_style(line_break.split_first_line)
    style, text, lines = _style(lang="en"), "One two three " * 500, 0
    while text:
        _, _, resume_at, *_ = split(text, style, None, 150, 0)
        text, lines = text[resume_at:] if resume_at else "", lines + 1
    kept = [key[0] for key in vars(style)["_lines"]]
    assert lines > 2 * len(kept) > 100
    assert max(map(len, kept)) <= 2_000


def test_a_size_that_the_layout_changes_is_found_again() -> None:
    resolve, style = mended.lengths_kept_with_style(percent.resolve_percentages), _style()
    box = SimpleNamespace(style=style)
    for size, found in [("auto", "auto"), (Dimension(7, "px"), 7), (Dimension(50, "%"), 40), (Dimension(9, "px"), 9)]:
        style["width"] = size
        resolve(box, (80, 200))
        assert (box.width, box.height, box.margin_left) == (found, "auto", 0)


@pytest.mark.parametrize("style", [
    "float: footnote", "float: FootNote", r"float: \66ootnote", "position: note()", "float: foot&#110;ote",
    "float: foot&#x6eote", "float: &bsol;66ootnote",
])  # fmt: skip
def test_a_page_that_has_notes_keeps_their_rules(style: str) -> None:
    html = f"<p>One <i style=\"{style}\">two</i>"
    page = weasyprint.HTML(string=html)
    mended.without_idle_rules(page, html)
    theirs = [one for one in weasyprint.UA_STYLESHEET.matcher.other_selectors if one[-2] != "marker"]
    (kept,) = page._ua_stylesheets()
    assert [one for one in kept.matcher.other_selectors if one[-2] != "marker"] == theirs


@pytest.mark.parametrize("style", [
    "display: list-item", "display/**/:LIST-ITEM", r"display: \6cist-item", "--a: list-item; display: var(--a)",
    "display: list&#45;item", "display: inline flow list-item",
])  # fmt: skip
def test_a_page_with_other_items_of_lists_keeps_the_rule_of_their_marks(style: str) -> None:
    html = f"<p>One <i style=\"{style}\">two</i>"
    page = weasyprint.HTML(string=html)
    mended.without_idle_rules(page, html)
    (kept,), theirs = page._ua_stylesheets(), weasyprint.UA_STYLESHEET.matcher
    assert [one for one in kept.matcher.other_selectors if one[-2] == "marker"]
    assert kept.matcher.lower_local_name_selectors == theirs.lower_local_name_selectors


def test_a_page_without_notes_keeps_all_other_rules() -> None:
    page = weasyprint.HTML(string="<p>One")
    mended.without_idle_rules(page, "<p>One")
    (lean,), all_of_them = page._ua_stylesheets(), weasyprint.UA_STYLESHEET.matcher.other_selectors
    gone = {one[-2] for one in all_of_them if one not in lean.matcher.other_selectors}
    assert gone == {"footnote-call", "footnote-marker", "note-call", "note-marker", "note-callback", "marker"}
    assert lean.matcher.other_selectors == [one for one in all_of_them if one[-2] not in gone]


def test_the_rule_of_the_marks_of_lists_is_kept_for_their_items() -> None:
    page = weasyprint.HTML(string="<p>One")
    mended.without_idle_rules(page, "<p>One")
    (lean,), theirs = page._ua_stylesheets(), weasyprint.UA_STYLESHEET.matcher
    before, named = theirs.lower_local_name_selectors, lean.matcher.lower_local_name_selectors
    (mark,) = (one for one in theirs.other_selectors if one[-2] == "marker")
    assert named == {**before, "li": [*before["li"], mark]}
    assert mark not in before["li"], "the engine's own sheet was changed"
    told = {name: [value for *_, mark, (values, _) in rules if mark is None for value in values]
            for name, rules in before.items()}  # fmt: skip
    items = {name for name, values in told.items() for what, value, _ in values
             if what == "display" and "list-item" in value}  # fmt: skip
    assert items == {"li"}, "other elements are items of lists, too"


def test_a_page_that_is_added_has_a_reference() -> None:
    mended.mend()
    pdf = pydyf.PDF()
    numbers = []
    for _ in range(3):
        page = pydyf.Dictionary()
        pdf.add_page(page)
        numbers.append(f"{page.number} 0 R".encode())
        assert pdf.page_references == tuple(numbers)


@pytest.mark.parametrize("opposite", [True, False])
@pytest.mark.parametrize("characters", ["\0", ("&", "<", "\0"), frozenset(" \t]^-\\")])
def test_an_expression_matches_these_characters_or_all_others(characters: Any, opposite: bool) -> None:
    expression = mended.Expressions()[characters, opposite]
    for letter in map(chr, range(300)):
        assert (expression.fullmatch(letter) is not None) == ((letter in characters) == opposite)
    assert isinstance(expression, re.Pattern)


def test_threads_that_mend_at_once_mend_once() -> None:
    """A build imports the engine in a thread; its first page can be laid out before that has ended."""
    code = (
        "import concurrent.futures as many, inspect, threading\n"
        "from weasyprint.layout import inline\n"
        "from evibrief.formats.pdf import mended\n"
        "theirs, together = inline.strut, threading.Barrier(8)\n"
        "def mend(): together.wait(); mended.mend()\n"
        "with many.ThreadPoolExecutor(8) as threads:\n"
        "    [one.result() for one in [threads.submit(mend) for _ in range(8)]]\n"
        "assert inspect.getclosurevars(inline.strut).nonlocals['strut'] is theirs"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere its libraries have to be searched for")
def test_the_engine_is_imported_without_asking_other_programs() -> None:
    asked = {}
    for how in ("import weasyprint", "from evibrief.formats.pdf.mended import mend; mend()"):
        code = f"import subprocess\nsubprocess.Popen = lambda *_, **__: print('asked') or 1 / 0\n{how}"
        asked[how] = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True).stdout
    theirs, ours = asked.values()
    assert "asked" in theirs
    assert ours == ""
