"""Four layers from the same data: page one, with the summary, the core, the whole; none says otherwise than another."""

import re
import subprocess
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from command import run_here as evibrief
from evibrief.build import build
from evibrief.checks.load import load
from evibrief.formats.html.render import without_dead_links
from evibrief.labels import phrases
from evibrief.labels.languages import english
from evibrief.rating.findings import derive
from evibrief.sections.blocks import Layer
from evibrief.sections.registry import CORE
from shared import FIRST, SECOND, Shared

LAYERS: tuple[Layer, ...] = ("page", "summary", "core", "full")


@pytest.fixture(scope="module")
def pages(shared: Shared, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    output = tmp_path_factory.mktemp("layers")
    paths = {
        "page": build(FIRST, output, ["html"], layer="page")[0].path,
        "summary": shared.documents(FIRST, "summary")["html"],
        "core": shared.documents(FIRST, "core")["html"],
        "full": shared.documents(FIRST)["html"],
    }
    assert list(paths) == list(LAYERS)
    return {layer: path.read_text() for layer, path in paths.items()}


def part(html: str, kind: str) -> str:
    """The text of a section by its class, without marks."""
    found = re.search(rf'<section class="{kind}(?: annex)?"[^>]*>(.*?)</section>', html, re.DOTALL)
    assert found
    return " ".join(unescape(re.sub(r"<sup>.*?</sup>|<[^>]+>", " ", found[1])).split())


def test_page_one_is_the_same_in_all_layers(pages: dict[str, str]) -> None:
    where = {layer: re.findall(r'(?s)<p class="where">.*?</p>', html) for layer, html in pages.items()}
    # A link that would be dead in a layer is plain words there, and a tag less.
    told = (part(html.replace("".join(where[layer]), ""), "first-page") for layer, html in pages.items())
    first = {"".join(words.split()) for words in told}
    assert len(first) == 1
    assert len(first.pop()) > 1000
    # Only where there are sections does it say where to go, and only to what is there.
    links = {layer: re.findall(r'href="#([^"]+)"', "".join(found)) for layer, found in where.items()}
    assert links["page"] == links["summary"] == []
    sections = [f"section_{kind}" for kind in ("mechanisms", "doses", "harms", "limitations")]
    assert links["core"] == ["summary", *sections]
    assert links["full"] == [*links["core"], "section_evidence"]


DOSES = r'(?s)<h3 id="summary_doses">.*?(?=<h3)'


def test_the_summary_is_the_same_in_all_layers_but_for_the_doses_that_a_section_tells(pages: dict[str, str]) -> None:
    # Where a link was, there is one space less.
    summaries = {layer: part(re.sub(DOSES, "", pages[layer]), "summary").replace(" ", "") for layer in LAYERS[1:]}
    assert len(set(summaries.values())) == 1
    assert len(summaries["full"]) > 1500
    doses = {layer: re.findall(DOSES, pages[layer])[0] for layer in LAYERS[1:]}
    assert ["<table" in doses[layer] for layer in LAYERS[1:]] == [True, False, False]
    assert ['href="#section_doses"' in doses[layer] for layer in LAYERS[1:]] == [False, True, True]


def test_the_core_holds_just_the_core_sections(pages: dict[str, str]) -> None:
    listed = [section.kind for section in load(FIRST).brief.brief.sections]
    kinds = {layer: re.findall(r'<section class="([\w-]+)', pages[layer]) for layer in LAYERS}
    assert kinds["core"] == ["first-page", "summary", *(kind for kind in listed if kind in CORE), "sources"]
    assert len(set(kinds["core"]) & CORE) == len(CORE)
    # The core is the beginning of the whole; the annexes follow it.
    assert kinds["full"][: len(kinds["core"]) - 1] == kinds["core"][:-1]
    for kind in CORE:
        assert words_in(pages["core"], kind) == words_in(pages["full"], kind)


def words_in(html: str, kind: str) -> str:
    """The text of a section without its spaces: where a link was, there is one less."""
    return part(html, kind).replace(" ", "")


def test_a_layer_leaves_out_what_it_does_not_hold(pages: dict[str, str]) -> None:
    assert 'class="summary"' not in pages["page"]
    assert 'id="c1_1"' not in pages["summary"]
    assert 'id="c1_1"' not in pages["core"]
    assert len(pages["page"]) < len(pages["summary"]) < len(pages["core"]) < len(pages["full"])
    for layer in ("page", "summary", "core"):
        anchors = set(re.findall(r'\bid="([^"]+)"', pages[layer]))
        targets = set(re.findall(r'href="#([^"]+)"', pages[layer]))
        assert targets
        assert targets - anchors == set()
        assert "Not a recommendation" in pages[layer]


def test_tiers_and_certainties_are_those_of_the_full_tables(pages: dict[str, str]) -> None:
    brief = load(FIRST).brief
    ratings = derive(brief).ratings
    assert ratings is not None
    word = {level.id: level.word for level in ratings.instrument.tier.levels}
    compared = re.compile(r'<table class="compared">.*?</table>', re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", compared.sub("", pages["full"]), re.DOTALL)
    texts = [" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in rows]
    seen = 0
    for statement in (one for one in brief.ranking.statements if one.kind == "reason"):
        rating = ratings.statements[statement.id]
        assert statement.stated is not None
        number, stated = statement.id.lstrip("s"), english().tier[statement.stated]
        short = [row for row in texts if row.startswith(f"{number} . {statement.text}")]
        assert len(short) == 1, number
        assert f"{stated} {word[rating.computed]} {word[rating.final]}" in short[0]
        whole = [row for row in texts if row.startswith(f"Statement {number} ")]
        assert len(whole) == 1, number
        assert f"Stated: {stated}. Computed: {word[rating.computed]}." in whole[0]
        assert f"Final: {word[rating.final]}." in whole[0]
        seen += 1
    assert seen == 7
    others = [one for one in brief.ranking.statements if one.kind != "reason"]
    assert [sum(row.startswith(f"Statement {one.id.lstrip('s')} ") for row in texts) for one in others] == [1, 1, 1]


def test_every_number_of_the_summary_s_doses_is_in_the_full_table(pages: dict[str, str]) -> None:
    brief = load(FIRST).brief
    summary = part(pages["summary"], "summary").replace("\u00a0", " ")
    whole = part(pages["full"], "doses").replace("\u00a0", " ")
    assert len(brief.doses.people) > 4
    for dose in brief.doses.people:
        amount = phrases.amount(dose.amount).replace("\u00a0", " ")
        given = phrases.given(dose, english()).replace("\u00a0", " ")
        assert f"{given} {dose.label.replace(chr(160), chr(32))} {dose.route}" in summary
        assert amount in whole


@pytest.mark.parametrize("folder", [FIRST, SECOND], ids=["first", "second"])
def test_page_one_is_one_page_and_the_summary_at_most_three(
    folder: Path, shared: Shared, program: Callable[..., str]
) -> None:
    pdf = shared.documents(folder, "summary")["pdf"]
    run = subprocess.run([program("pdftotext"), "-layout", pdf, "-"], capture_output=True, text=True, check=True)
    sheets = run.stdout.split("\f")
    first = next(number for number, text in enumerate(sheets) if "Is this the current version?" in text)
    begins = next(number for number, text in enumerate(sheets) if re.search(r"^\s*Summary\s*$", text, re.MULTILINE))
    ends = next(number for number, text in enumerate(sheets) if re.search(r"^\s*Sources\s*$", text, re.MULTILINE))
    assert (first, begins) == (0, 1)
    assert ends - begins + 1 <= 3


@pytest.mark.parametrize("layer", ["page", "summary", "core"])
def test_all_formats_of_a_layer_are_built_and_stand_beside_the_whole(layer: Layer, tmp_path: Path) -> None:
    names = {document.path.name for document in build(SECOND, tmp_path, layer=layer)}
    stem = f"blue-glass_2026-03-01_v1.2.0_{layer}"
    assert names == {f"{stem}.pdf", f"{stem}.docx", f"{stem}.html"}
    build(SECOND, tmp_path, ["html"])
    again = build(SECOND, tmp_path, layer=layer)
    assert [document.fresh for document in again] == [False] * 3


def test_the_command_line_knows_the_layers(tmp_path: Path) -> None:
    run = evibrief("build", SECOND, "--layer", "page", "--format", "html", "--output", tmp_path)
    assert run.returncode == 0
    assert (tmp_path / "blue-glass_2026-03-01_v1.2.0_page.html").exists()
    assert evibrief("build", SECOND, "--layer", "half").returncode == 2


def test_a_link_to_what_is_not_there_becomes_words() -> None:
    html = '<p id="a"><a href="#a">one</a> <a href="#b" class="x">two</a> <a href="https://x.org">three</a></p>'
    assert without_dead_links(html) == '<p id="a"><a href="#a">one</a> two <a href="https://x.org">three</a></p>'
