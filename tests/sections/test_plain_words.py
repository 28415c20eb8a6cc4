"""Fields that are no Markdown are printed as they are typed, also where a sentence in Markdown takes them in."""

import html
import shutil
from pathlib import Path

import pytest

from evibrief.build import compose
from evibrief.checks.load import load
from evibrief.problems import Problems
from evibrief.sections.corrections import _correction_row

BRIEF = Path(__file__).parents[1] / "briefs" / "blue-glass"
TYPED = "Max *not* b~o~ld [x](#c1) [@handle] **{number}**"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BRIEF, tmp_path / "blue-glass"))


def put(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("file", "old", "key"),
    [
        ("reviews/2026-02.yaml", "role: botanist", "role"),
        ("reviews/2026-02.yaml", "name: Erika Example", "name"),
        ("mechanisms.yaml", "by: Max Muster", "by"),
        ("instruments/invented-1.yaml", "title: An invented instrument", "title"),
    ],
)
def test_what_is_no_markdown_is_printed_as_typed(file: str, old: str, key: str, folder: Path) -> None:
    put(folder / file, old, f'{key}: "{TYPED}"')
    page = compose(load(folder), ["html"]).documents[0].data.decode()
    assert TYPED in html.unescape(page)


@pytest.mark.parametrize("language", ["en-" + "x-" * 7_000 + "x", "en-<b>", "../en", "en/x", "en-", "e", "EN_gb"])
def test_a_language_is_a_short_tag(language: str, folder: Path) -> None:
    put(folder / "brief.yaml", "language: en-GB", f'language: "{language}"')
    with pytest.raises(Problems, match="there are no labels in the language") as caught:
        load(folder)
    assert [problem.rule for problem in caught.value.problems] == ["unknown-language"]
    assert len(str(caught.value)) < 500


def test_a_source_with_nearly_the_name_of_another_is_not_left_out(folder: Path) -> None:
    loaded = load(folder)
    correction = loaded.brief.limitations.corrections[0]
    changed = correction.model_copy(update={"right": "It is [@muster2020b].", "sources": ("muster2020", "muster2020b")})
    right = _correction_row(changed, loaded.findings).cells[1].lines[0].prose
    assert right == "It is [@muster2020b]. Other sources: [@muster2020]."
