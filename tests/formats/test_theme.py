"""Themes: a colour, fonts, a logo, styles and a block of the page, for one brief and in all three outputs."""

import base64
import io
import re
import shutil
import zipfile
from pathlib import Path

import docx
import page
import pikepdf
import pytest
from docx.shared import RGBColor
from PIL import Image

from evibrief import resources
from evibrief.build import build, compose
from evibrief.checks.load import load
from evibrief.formats.registry import format_named
from evibrief.problems import Problems
from shared import Shared
from test_bad import problems_of

ROOT = Path(__file__).parents[2]
PLAIN = ROOT / "tests" / "briefs" / "blue-glass"
ACCENT = "#5b2a6e"
THEME = f"""theme:
  accent: "{ACCENT}"
  text_font: Source Serif Pro
  heading_font: Source Sans Pro
  logo: theme/logo.png
  logo_alternative: The House of Examples
"""
BLOCK = """{% extends "brief.html.jinja" %}
{% block title_block %}{{ super() }}
<p class="house">Printed by the House of Examples</p>{% endblock %}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A brief with a theme of every kind."""
    folder = tmp_path / "blue-glass"
    shutil.copytree(PLAIN, folder)
    brief = folder / "brief.yaml"
    brief.write_text(brief.read_text().replace("citation_style:", f"{THEME}citation_style:"))
    (folder / "theme").mkdir()
    Image.new("RGB", (90, 40), ACCENT).save(folder / "theme" / "logo.png")
    (folder / "theme" / "custom.css").write_text(".house { letter-spacing: 0.1em; }\n")
    (folder / "theme" / "page.html.jinja").write_text(BLOCK)
    return folder


@pytest.mark.slow
def test_a_theme_changes_all_three_outputs(folder: Path, tmp_path: Path) -> None:
    pdf, word, web = (document.path for document in build(folder, tmp_path / "out"))
    html = web.read_text()
    assert f"--accent: {ACCENT};" in html
    assert "letter-spacing: 0.1em" in html
    assert "Printed by the House of Examples" in html
    assert 'alt="The House of Examples"' in html
    with pikepdf.open(pdf) as opened:
        fonts = {str(font.get("/BaseFont")) for font in opened.objects if isinstance(font, pikepdf.Dictionary)
                 and font.get("/Type") == "/Font"}  # fmt: skip
        alternatives = {str(one.get("/Alt")) for one in opened.objects if isinstance(one, pikepdf.Dictionary)
                        and one.get("/S") == "/Figure"}  # fmt: skip
    assert any("Serif-Pro" in name and "Semi" not in name for name in fonts)
    assert "The House of Examples" in alternatives
    document = docx.Document(str(word))
    assert document.styles["Heading 1"].font.color.rgb == RGBColor.from_string(ACCENT.removeprefix("#").upper())
    assert "Printed by the House of Examples" in [paragraph.text for paragraph in document.paragraphs]
    with zipfile.ZipFile(word) as package:
        pictures = [package.read(name) for name in package.namelist() if name.endswith(".png")]
    assert (folder / "theme" / "logo.png").read_bytes() in pictures


@pytest.mark.slow
def test_a_themed_pdf_still_conforms_and_carries_its_theme(folder: Path, tmp_path: Path) -> None:
    pdf = build(folder, tmp_path / "out", ["pdf"])[0].path
    for profile in ("3a", "ua1"):
        report = page.validate_pdf(str(pdf), profile=profile)
        assert [failure.message for failure in report.failures] == []
        assert report.rules.total > 100
    with pikepdf.open(pdf) as opened:
        names = {str(one["/Desc"]) for one in opened.Root["/AF"]}
    assert {"theme/logo.png", "theme/custom.css", "theme/page.html.jinja"} <= names


@pytest.mark.slow
def test_word_styles_of_a_brief_s_own(folder: Path, tmp_path: Path) -> None:
    document = docx.Document(str(resources.templates() / "reference.docx"))
    document.styles["Heading 1"].font.name = "Georgia"
    document.save(str(folder / "theme" / "reference.docx"))
    word = build(folder, tmp_path / "out", ["docx"])[0].path
    assert docx.Document(str(word)).styles["Heading 1"].font.name == "Georgia"


@pytest.mark.slow
def test_a_change_of_the_theme_is_built_anew(folder: Path, tmp_path: Path) -> None:
    build(folder, tmp_path / "out", ["html"])
    assert build(folder, tmp_path / "out", ["html"])[0].fresh is False
    (folder / "theme" / "custom.css").write_text(".house { color: var(--quiet); }\n")
    assert build(folder, tmp_path / "out", ["html"])[0].fresh is True


def test_a_colour_too_pale_to_read_is_an_error(folder: Path) -> None:
    brief = folder / "brief.yaml"
    brief.write_text(brief.read_text().replace(ACCENT, "#99ccff"))
    line = next(number for number, words in enumerate(brief.read_text().split("\n"), 1) if "#99ccff" in words)
    assert ("brief.yaml", line, "pale-accent") in problems_of(folder)


def test_a_logo_needs_words(folder: Path) -> None:
    brief = folder / "brief.yaml"
    brief.write_text(re.sub(r"  logo_alternative:.*\n", "", brief.read_text()))
    assert "logo-without-words" in {rule for _, _, rule in problems_of(folder)}


def test_a_logo_that_is_not_there_is_a_problem_with_its_place(folder: Path, tmp_path: Path) -> None:
    (folder / "theme" / "logo.png").unlink()
    with pytest.raises(Problems, match=r"brief.yaml:\d+:\d+: error\[theme\]: there is no file `theme/logo.png`"):
        build(folder, tmp_path / "out", ["html"])


@pytest.mark.parametrize(
    ("words", "column"),
    [("a { background: url(http://example.org/x) }", 17), ("@import 'x.css';", 1), ("</style><b>", 1)],
)
def test_styles_that_reach_outside_are_refused(words: str, column: int, folder: Path, tmp_path: Path) -> None:
    (folder / "theme" / "custom.css").write_text(f"p {{ margin: 0 }}\n{words}\n")
    with pytest.raises(Problems, match=rf"custom.css:2:{column}: error\[theme\]"):
        build(folder, tmp_path / "out", ["html"])


def test_without_a_theme_nothing_changes(tmp_path: Path) -> None:
    html = build(PLAIN, tmp_path, ["html"])[0].path.read_text()
    # Of the page, of paper, of screens, and of the controls of the web page; none of a theme.
    assert html.count("<style") == 4
    assert load(PLAIN).brief.brief.theme.accent is None


def test_the_logo_is_the_picture_that_was_given(folder: Path, tmp_path: Path) -> None:
    html = build(folder, tmp_path / "out", ["html"])[0].path.read_text()
    found = re.search(r'<p class="logo"><img src="data:image/png;base64,([^"]+)"', html)
    assert found
    assert Image.open(io.BytesIO(base64.b64decode(found[1]))).size == (90, 40)


OWN = '{% extends "brief.html.jinja" %}{% block first_page %}PICTURE{% endblock %}'


@pytest.mark.parametrize(
    "picture",
    [
        '<img class="wide" alt="x" src="{{ view.first_page.ranking.address }}">',
        pytest.param("<img src='{{ view.first_page.ranking.address }}' alt='a > b'>", marks=pytest.mark.slow),
        pytest.param("<IMG alt=x\n SRC = {{ view.first_page.ranking.address }}>", marks=pytest.mark.slow),
    ],
)
def test_a_figure_is_put_in_however_a_template_writes_it(picture: str, folder: Path, tmp_path: Path) -> None:
    (folder / "theme" / "page.html.jinja").write_text(OWN.replace("PICTURE", picture))
    page = build(folder, tmp_path / "out", ["html"])[0].path.read_text()
    figures = compose(load(PLAIN), []).page.view.figures
    # Each is drawn once: the first where the template put it, the others where they always are.
    assert [page.count(figure.drawing.inline) for figure in figures] == [1] * len(figures)
    assert page.count("<svg ") == 2 * len(figures) > 2
    assert "figure:figure_" not in page


@pytest.mark.parametrize("picture", ['<img src="figure:nothing" alt="x">', '<img src="figure:" alt="x">'])
def test_a_figure_that_is_not_there_is_refused(picture: str, folder: Path, tmp_path: Path) -> None:
    (folder / "theme" / "page.html.jinja").write_text(OWN.replace("PICTURE", picture))
    with pytest.raises(Problems, match=r"the picture `figure:\w*` would be loaded"):
        build(folder, tmp_path / "out", ["html"])


@pytest.mark.slow
def test_each_figure_is_its_own_in_every_format(shared: Shared) -> None:
    made = compose(load(PLAIN), [])
    figures = made.page.view.figures
    assert len({figure.drawing.svg for figure in figures}) == len(figures) == 2
    data = {kind: path.read_bytes() for kind, path in shared.documents(PLAIN).items()}
    pictures = re.findall(r"<svg .*?</svg>(?=\s*<figcaption>)", data["html"].decode(), re.DOTALL)
    assert pictures == [figure.drawing.inline for figure in figures]
    with zipfile.ZipFile(io.BytesIO(data["docx"])) as package:
        parts = {package.read(name) for name in package.namelist() if name.startswith("word/media/")}
    assert {figure.drawing.png for figure in figures} <= parts
    assert {figure.drawing.svg.encode() for figure in figures} <= parts
    # In the PDF the letters of a figure are letters, which can be searched.
    words = re.findall(r"<text[^>]*>([^<]{6,})</text>", figures[0].drawing.lettered)
    assert words
    assert re.sub(r"\W", "", words[0]) in re.sub(r"\W", "", format_named("pdf").text(data["pdf"]))
