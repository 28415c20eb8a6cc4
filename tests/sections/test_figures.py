"""Figures: the same bytes each time, nothing over anything else, nothing told by colour alone, each told in words."""

import hashlib
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from evibrief.build import compose
from evibrief.checks.load import load
from evibrief.labels.languages import english
from evibrief.rating.findings import derive
from evibrief.sections.blocks import Figure
from evibrief.sections.figures import draw as figures
from evibrief.sections.figures import sheet as drawing
from evibrief.sections.figures.charts import plausibility, time_course_figures
from evibrief.sections.figures.draw import CourseBar, RankedRow, draw_plausibility, draw_time_course
from evibrief.sections.figures.inline import Lettering, Mark, Stroke
from evibrief.sections.figures.picture import Drawing, Form

ROOT = Path(__file__).parents[2]
WORDS = english()
LEVELS = ("Gap", "Weak", "Medium", "Strong")
LONG = "A statement about light and the nose that goes on and on, as statements do when nobody stops them in time"
ROWS = [
    RankedRow("1.", LONG, 3, 1, 1, 2, 7, 4),
    RankedRow("2.", "Short.", 2, 2, 3, 0, 0, 1),
    RankedRow("3.", "Never rated.", 0, None, None, 12, 3, 0),
]
BARS = [
    CourseBar("Less sneezing", "Muster 2019; hay fever", 40, 2880, 20160),
    CourseBar(LONG, "one trial", None, 1440, None),
    CourseBar("Nothing", "no source found", None, None, None),
]
DRAWN: dict[str, Callable[[], Drawing]] = {
    "plausibility": lambda: draw_plausibility(ROWS, LEVELS, WORDS),
    "time course": lambda: draw_time_course(BARS, WORDS),
}
SAID = {
    "plausibility": "The plausibility of 3 statements on a scale. As computed: 1 strong, 1 weak and 1 not rated; as "
    "stated in the source document: 1 strong, 1 medium and 1 gap. The tables of the ranking have each statement with "
    "its studies.",
    "time course": "When 3 effects were seen: from 40 minutes to 2 weeks. The table below the figure has the times and "
    "sources of each.",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", DRAWN)
def test_the_same_rows_give_the_same_bytes(name: str) -> None:
    first, second = DRAWN[name](), DRAWN[name]()
    assert (first.svg, first.lettered, first.png) == (second.svg, second.lettered, second.png)


DRAW = (
    "import hashlib; from evibrief.sections.figures.draw import *; "
    "from evibrief.labels.languages import english; "
    "d = draw_time_course([CourseBar('Short.', 'one trial', 40, None, 2880)], english()); "
    "print(hashlib.sha256(d.svg.encode() + d.lettered.encode() + d.png).hexdigest())"
)


@pytest.mark.slow
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_another_place_gives_the_same_bytes_and_keeps_no_trace(tmp_path: Path, zone: str) -> None:
    here = draw_time_course([CourseBar("Short.", "one trial", 40, None, 2880)], WORDS)
    wanted = hashlib.sha256(here.svg.encode() + here.lettered.encode() + here.png).hexdigest()
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    home.mkdir()
    temporary.mkdir()
    # Settings of the host, which matplotlib looks for where it runs.
    (home / "matplotlibrc").write_text("lines.antialiased: False\npatch.antialiased: False\n")
    environment = {
        "HOME": str(home), "TZ": zone, "PYTHONHASHSEED": "7", "PATH": "/usr/bin:/bin", "TMPDIR": str(temporary),
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), *sys.path)),
    }  # fmt: skip
    command = [sys.executable, "-W", "error", "-c", DRAW]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=home, env=environment)
    assert (run.stdout.strip(), run.stderr) == (wanted, "")
    assert [path.name for path in home.iterdir()] == ["matplotlibrc"]
    assert list(temporary.iterdir()) == []


def test_the_list_of_no_fonts_is_of_this_matplotlib() -> None:
    """Otherwise each first drawing searches the host for fonts, which can take seconds."""
    drawing.load_matplotlib()
    from matplotlib.font_manager import FontManager, fontManager

    assert FontManager.__version__ == drawing._FONT_LIST_VERSION
    assert {entry.name for entry in fontManager.ttflist} == {"Source Sans Pro", "Source Sans Pro Semibold"}


@pytest.mark.slow
def test_checking_does_not_wait_for_the_engine() -> None:
    code = (
        "import sys; from pathlib import Path; from evibrief.checks.load import load; "
        f"load(Path({str(ROOT / 'tests' / 'briefs' / 'blue-glass')!r})); print('matplotlib' in sys.modules)"
    )
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), *sys.path))}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_who_does_not_see_a_figure_is_told_what_it_shows_and_where_its_numbers_are() -> None:
    assert {name: DRAWN[name]().alternative for name in SAID} == SAID
    own = [replace(row, stated=None) for row in ROWS]
    told = draw_plausibility(own, LEVELS, WORDS).alternative
    assert "document" not in told
    assert "1 strong, 1 weak and 1 not rated" in told
    unknown = draw_time_course(BARS[2:], WORDS).alternative
    assert unknown == "1 effect, without a known time. The table below the figure has its source."


FORMS: tuple[Form, ...] = ("wide", "narrow")


def sheet_of(drawn: Drawing, form: Form = "wide") -> Any:
    """The sheet that a figure is drawn on, for a look at what is where."""
    return drawn.draw(form)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", DRAWN)
def test_no_words_run_into_others_or_over_the_edge(name: str, form: Form) -> None:
    assert_tidy([sheet_of(DRAWN[name](), form)])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", DRAWN)
def test_a_web_page_has_all_that_is_on_the_sheet_with_words_that_can_be_found(name: str, form: Form) -> None:
    drawn = DRAWN[name]()
    pictures = {picture.get("class"): picture for picture in ElementTree.fromstring(f"<p>{drawn.inline}</p>")}
    assert tuple(pictures) == FORMS
    sheet, picture = sheet_of(drawn, form), pictures[form]
    assert picture.get("width") == f"{sheet.width:g}mm"
    assert len(sheet.shapes) == len(sheet.axes.lines) + len(sheet.axes.texts) + len(sheet.axes.patches) > 10
    arrows = sum(isinstance(shape, Stroke) and shape.arrow for shape in sheet.shapes)
    found = [text.text for text in picture.iter("text")]
    wanted = [line for text in sheet.axes.texts for line in text.get_text().split("\n") if line]
    assert sorted(map(str, found)) == sorted(wanted)
    others = [shape for shape in picture if shape.tag != "text"]
    assert len(others) == len(sheet.axes.lines) + 2 * arrows
    assert picture.get("aria-label") == drawn.alternative
    assert not any("style" in element.attrib for element in picture.iter())


def assert_tidy(kept: Sequence[Any]) -> None:
    for sheet in kept:
        canvas: Any = FigureCanvasAgg(sheet.figure).get_renderer()  # type: ignore[no-untyped-call]
        texts = [text for text in sheet.axes.texts if text.get_text()]
        boxes = [(text.get_text(), text.get_window_extent(canvas)) for text in texts]
        assert len(boxes) > 2
        edge = sheet.figure.bbox
        for words, box in boxes:
            assert box.x0 >= edge.x0 - 1, words
            assert box.x1 <= edge.x1 + 1, words
            assert box.y0 >= edge.y0 - 1, words
            assert box.y1 <= edge.y1 + 1, words
        for (words, box), (others, other) in combinations(boxes, 2):
            across = min(box.x1, other.x1) - max(box.x0, other.x0)
            down = min(box.y1, other.y1) - max(box.y0, other.y0)
            assert across <= 1 or down <= 1.5, (words, others)


@pytest.mark.parametrize("name", DRAWN)
def test_a_narrow_figure_says_what_the_wide_one_says(name: str) -> None:
    said = [
        sorted(shape.text.replace("\n", " ") for shape in sheet_of(DRAWN[name](), form).shapes
               if isinstance(shape, Lettering) and not re.fullmatch(r"\d+ [a-z]+", shape.text))
        for form in FORMS
    ]  # fmt: skip
    marks = [[(mark.shape, mark.filled) for mark in sheet_of(DRAWN[name](), form).shapes if isinstance(mark, Mark)]
             for form in FORMS]  # fmt: skip
    assert len(said[0]) > 5
    assert said[0] == said[1]
    assert marks[0] == marks[1] != []


def test_a_key_has_the_marks_that_are_there_and_no_others() -> None:
    def said(*moments: float | None) -> set[str]:
        sheet = sheet_of(draw_time_course([CourseBar("Less", "one trial", *moments)], WORDS))
        texts = {text.get_text() for text in sheet.axes.texts}
        figures = WORDS.figures
        return texts & {figures.key_seen, figures.key_greatest, figures.key_unmeasured}

    bar = "from first to last seen, perhaps not all the time"
    assert said(40, None, 80) == {bar}
    assert said(40, 60, 80) == {bar, "when it was greatest"}
    assert said(40, None, None) == {"unknown or not measured"}
    assert said(40, 40, None) == {"when it was greatest", "unknown or not measured"}
    assert len(said(None, 60, 80)) == 3


@pytest.mark.slow
def test_the_figures_of_the_brief_are_tidy_too() -> None:
    brief = load(ROOT / "data" / "ketamine-mecfs").brief
    findings = derive(brief)
    made: list[Figure | None] = [plausibility(brief, findings), *time_course_figures(brief, findings)]
    drawings = [figure.drawing for figure in made if figure]
    assert len(drawings) == len(made) == 2
    assert_tidy([sheet_of(drawn, form) for drawn in drawings for form in FORMS])
    # A page of A4 holds every one of them, with its caption and a heading.
    assert all(drawn.height < 217 for drawn in drawings)


@pytest.mark.slow
@pytest.mark.parametrize("name", DRAWN)
def test_nothing_is_smaller_than_seven_points(name: str) -> None:
    assert min(text.get_fontsize() for text in sheet_of(DRAWN[name]()).axes.texts) >= 7


PICTURES = ("svg", "lettered", "png")


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_does_not_depend_on_what_was_drawn_before_it(name: str) -> None:
    one, other = DRAWN[name](), DRAWN[name]()
    forth = [getattr(one, kind) for kind in PICTURES]
    back = [getattr(other, kind) for kind in reversed(PICTURES)]
    assert forth == back[::-1]


@pytest.mark.slow
def test_pictures_asked_for_at_once_are_what_they_are_one_after_the_other() -> None:
    """The formats are written in threads, and the settings of the library are one for all of them."""
    wanted = [getattr(draw_time_course(BARS, WORDS), kind) for kind in PICTURES]
    for _ in range(3):
        drawn = [draw_time_course(BARS, WORDS) for _ in range(2)]
        with ThreadPoolExecutor(6) as workers:
            asked = [workers.submit(getattr, one, kind) for one in drawn for kind in PICTURES]
        assert [one.result() for one in asked] == wanted * 2


def test_what_no_page_shows_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Page 1 has one figure; a PDF has no PNG."""
    for name, function in vars(figures).items():  # what this run has drawn before would be taken
        if name.startswith("draw_") and hasattr(function, "__wrapped__"):
            monkeypatch.setattr(figures, name, function.__wrapped__)
    monkeypatch.setattr(figures, "_DRAWN", {})
    folder = ROOT / "tests" / "briefs" / "blue-glass"
    shown = compose(load(folder), ["pdf"], "page").page.view.figures
    assert [figure.anchor for figure in shown if "_sheet" in vars(figure.drawing)] == ["figure_ranking"]
    assert [figure.anchor for figure in shown if "png" in vars(figure.drawing)] == []
    assert len(shown) == 2


def test_a_figure_goes_to_another_process_without_its_pictures() -> None:
    """To the one that fills the template of a theme."""
    drawn = draw_time_course(BARS, WORDS)
    wanted = drawn.svg
    sent = pickle.dumps(drawn)
    assert len(sent) < len(wanted)
    again = pickle.loads(sent)
    assert (again.width, again.alternative, again.height, again.svg) == (
        drawn.width, drawn.alternative, drawn.height, wanted
    )  # fmt: skip


def test_colours_stay_apart_in_grey_and_stand_out_on_paper() -> None:
    for colour in (drawing.FOR, drawing.AGAINST, drawing.GREY, drawing.DARK):
        assert contrast(colour) >= 4.5, colour
    assert abs(luminance(drawing.FOR) - luminance(drawing.AGAINST)) > 0.01


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 has it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(colour: str) -> float:
    return 1.05 / (luminance(colour) + 0.05)


def test_letters_are_shapes_for_browsers_and_letters_for_print() -> None:
    drawn = draw_time_course(BARS, WORDS)
    assert "<text" not in drawn.svg
    families = set(re.findall(r"font-family: '([^']+)'", drawn.lettered))
    assert families == {"Source Sans Pro"}
    with Image.open(BytesIO(drawn.png)) as picture:
        assert picture.size[0] > 1200
        colours = picture.convert("RGB").getcolors(64) or []
    assert 3 < len(colours) <= 48


@pytest.mark.slow
def test_no_date_and_no_program_is_in_a_drawing() -> None:
    for draw in DRAWN.values():
        drawn = draw()
        assert not re.search(r"<dc:date|matplotlib|20\d\d-\d\d-\d\d", drawn.svg + drawn.lettered, re.IGNORECASE)
        assert b"Software" not in drawn.png


def _ticks(*moments: float | None) -> list[str]:
    bar = CourseBar("Less sneezing", "one trial", *moments)
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", draw_time_course([bar], WORDS).lettered)
    return [text for text in texts if re.fullmatch(r"\d+ (?:min|h|days?|weeks?|months?|years?)", text)]


@pytest.mark.parametrize(("moments", "ticks"), [
    ((80640, None, 120960), ["4 weeks", "8 weeks", "3 months", "6 months"]),
    ((40, 2880, 20160), ["1 h", "2 h", "4 h", "8 h", "1 day", "2 days", "2 weeks"]),
    ((2, None, 5), ["1 min", "2 min", "5 min"]), ((525600 * 30, None, None), ["10 years", "20 years", "50 years"]),
    ((0, None, 1440), ["8 h", "1 day", "2 days"]), ((None, None, None), []),
])  # fmt: skip
def test_a_time_axis_begins_and_ends_where_the_data_do(moments: tuple[float | None, ...], ticks: list[str]) -> None:
    assert _ticks(*moments) == ticks


def test_times_are_told_in_the_largest_unit() -> None:
    told = [draw_time_course([CourseBar("Less", "one trial", *times)], WORDS).alternative
            for times in ((0, 131400, 1051200), (90, None, 131400))]  # fmt: skip
    assert ["from 0 minutes to 2 years." in told[0], "from 90 minutes to 3 months." in told[1]] == [True, True]


@pytest.mark.parametrize("form", ["wide", "narrow"])
def test_a_very_long_word_goes_on_in_the_next_line(form: Form) -> None:
    """Else it would be cut off at the edge of a phone, or lie over the scale and the counts."""
    word = "4-methoxyphenyl" + "hydroxyethylpropyl" * 3
    text = drawing.wrap(f"1 Lowers {word} in all", 70, 8)
    assert text.replace("\n", "") == f"1 Lowers{word} in all"
    assert max(drawing.text_width(line, 8) for line in text.split("\n")) <= 70
    bar = CourseBar(label=word, rests_on="One study", first=1.0, peak=None, last=60.0)
    sheet = figures._time_course_sheet([bar], english(), form)
    room = figures._COURSE[form].words
    told = [line for one in sheet.shapes if isinstance(one, Lettering) and one.x < 2 for line in one.text.split("\n")]
    assert "".join(told).startswith(word)
    assert max(1.4 + drawing.text_width(line, 8) for line in told) <= room
