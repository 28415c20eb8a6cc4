"""What is said of a publication is inside its entry of the reference list, whatever the citation style makes of it."""

import re
import shutil
from pathlib import Path

import lxml.html
import pytest

from evibrief.build import compose
from evibrief.checks.load import load
from evibrief.formats.html.reference_notes import with_reference_notes, with_short_entries
from evibrief.formats.html.render import with_names

LDN = Path(__file__).parents[1] / "briefs" / "ldn"


@pytest.mark.parametrize("style", ["american-medical-association", "apa"])
def test_each_note_is_in_its_entry_with_a_numbered_and_with_an_author_date_style(style: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(LDN, tmp_path / "ldn"))
    text = (folder / "brief.yaml").read_text()
    (folder / "brief.yaml").write_text(re.sub(r"(?m)^citation_style: .*$", f"citation_style: {style}", text))
    loaded = load(folder)
    page = lxml.html.fromstring(compose(loaded, ["html"]).documents[0].data)
    studies = [study.reference for study in loaded.brief.studies]
    assert len(studies) > 10
    for key in studies:
        (entry,) = page.xpath(f"//*[@id='ref-{key}']")
        (note,) = entry.xpath(".//div[@class='about-reference']")
        claims = [one.id for one in loaded.brief.all_claims if any(each.source == key for each in one.evidence)]
        assert [link.get("href") for link in note.xpath(".//a")] == [f"#{name}" for name in claims], key
        # The words of the style come first.
        assert entry.text_content().index(note.text_content()) > 20
    assert len(page.xpath("//div[@class='about-reference']")) == len(studies)


ENTRY = '<div id="ref-{0}" class="csl-entry">\n<div class="csl-left-margin">{1}. </div>' \
        '<div class="csl-right-inline">Muster M. A title.</div>\n</div>'  # fmt: skip
PAGE = f'<p>before</p>{ENTRY.format("a", 1)}{ENTRY.format("b", 2)}'


def test_a_note_without_an_entry_is_left_out() -> None:
    notes = ('<div class="about-reference" data-of="ref-b"><p>Verified.</p></div>\n'
             '<div class="about-reference" data-of="ref-c"><p>Of nobody.</p></div>')  # fmt: skip
    made = with_reference_notes(PAGE + notes)
    noted = ENTRY.format("b", 2).removesuffix("</div>") + '<div class="about-reference"><p>Verified.</p></div></div>'
    assert made == PAGE.replace(ENTRY.format("b", 2), noted)
    assert with_reference_notes(PAGE) == PAGE


def test_a_short_entry_has_its_number_and_the_words_given() -> None:
    made = with_short_entries(PAGE, {"a": "Muster 2019, doi:10.1/a", "b": "R&D 2020"})
    seen = re.sub(r"<[^>]*>", "", made)
    assert " ".join(seen.split()) == "before1. Muster 2019, doi:10.1/a2. R&amp;D 2020"
    assert made.count('id="ref-') == 2


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ('<a href="#E12">E12</a>', '<a href="#E12">correction 12</a>'),
        ('<a href="#E12" class="x">E12</a>', '<a href="#E12" class="x">correction 12</a>'),
        ('<a href="#E12">the mistake</a>', '<a href="#E12">the mistake</a>'),
        ('<a href="#W1">W1</a>', '<a href="#W1">R&amp;D</a>'),
        ('<a href="#section_doses">section_doses</a>', '<a href="#section_doses">section_doses</a>'),
    ],
)
def test_a_link_that_says_an_id_says_what_the_page_calls_it(link: str, words: str) -> None:
    assert with_names(link, {"E12": "correction 12", "W1": "R&D"}) == words


def test_an_author_who_writes_an_id_gets_the_words(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(LDN.parent / "blue-glass", tmp_path / "blue-glass"))
    text = (folder / "brief.yaml").read_text()
    assert "see [heat](#h_heat)" in text
    text = text.replace("see [heat](#h_heat)", "see [W1](#W1), [c1](#c1), [s1](#s1) and [heat](#h_heat)")
    (folder / "brief.yaml").write_text(text)
    loaded = load(folder)
    html = compose(loaded, ["html"]).documents[0].data.decode()
    said = re.sub(r"<[^>]*>", "", re.search(r"Whether it harms; .*?heat</a>", html)[0])  # type: ignore[index]
    assert said == "Whether it harms; see correction 1, claim 1, Statement 1 and heat"
