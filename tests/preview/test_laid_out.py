"""The pages of the PDF that the preview shows: labelled, in our fonts, and nothing is loaded."""

import http.client
import re
import shutil
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from evibrief.formats.html.shown import text_of_html
from evibrief.formats.pdf.pages import texts_of_pages
from evibrief.preview.page import pages_page
from evibrief.preview.pages import LABEL, LaidOut, laid_out
from evibrief.preview.serve import preview_of
from evibrief.preview.server import Board, open_server
from evibrief.preview.session import Session, Shown, ShownPages
from evibrief.problems import Problems
from test_session import BRIEF, DAY, change, errors

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """What a session with pages shows after its first look."""
    folder = shutil.copytree(BRIEF, tmp_path_factory.mktemp("shown") / "brief")
    return list(Session(folder, lambda: DAY, None, True).updates())[-1]


def laid(shown: Shown) -> LaidOut:
    assert shown.pages
    assert shown.pages.laid_out
    return shown.pages.laid_out


@pytest.fixture(scope="module")
def texts(shown: Shown) -> list[str]:
    return list(texts_of_pages(laid(shown).pdf()))


def test_each_page_says_that_it_is_a_preview_and_which_brief_it_is(shown: Shown, texts: list[str]) -> None:
    assert len(texts) == len(laid(shown).sizes) > 1
    assert [LABEL in text for text in texts] == [True] * len(texts)
    assert ["Blue glass and hay fever · version 1.2.0" in text for text in texts] == [True] * len(texts)


def test_every_word_can_be_searched(shown: Shown, texts: list[str]) -> None:
    """This engine does not say which letters a ligature stands for."""
    page = shown.pages and laid(shown) and shown.page.data.decode()
    assert page
    joined = {word for word in re.findall(r"[a-z]*(?:ft|tt|fi|fl|ff)[a-z]*", page) if len(word) > 4}
    words = set(re.findall(r"[a-z]+", "\n".join(texts)))
    assert {"after", "left"} & joined & words
    assert "\ufffd" not in "\n".join(texts)


def test_no_theme_takes_the_label_away(tmp_path: Path) -> None:
    folder = shutil.copytree(BRIEF, tmp_path / "brief")
    (folder / "theme").mkdir(exist_ok=True)
    hidden = "content: none; visibility: hidden; opacity: 0; font-size: 0; color: transparent"
    (folder / "theme/custom.css").write_text(
        f"@page :first {{ @top-right {{ {hidden} }} }}\n@page {{ @top-right {{ content: none }} }}"
    )
    session = Session(folder, lambda: DAY, None, True)
    *_, shown = session.updates()
    texts = list(texts_of_pages(laid(shown).pdf()))
    assert [LABEL in text for text in texts] == [True] * len(texts)
    assert len(texts) > 1


def test_the_pages_have_the_words_of_the_brief_as_large_as_on_paper(shown: Shown, texts: list[str]) -> None:
    words = " ".join(" ".join(texts).split())
    assert "Blue glass lowers sneezing in hay fever." in words
    assert "Could wearing blue glass help people with hay fever?" in words
    assert f"Page 1 of {len(texts)}" in words
    assert set(laid(shown).sizes) == {(794, 1123)}
    assert len(texts) >= 7, "the engine made everything smaller, as it does if something is too wide"


def test_no_word_of_the_page_is_lost(tmp_path: Path) -> None:
    session = Session(shutil.copytree(BRIEF, tmp_path / "brief"), lambda: DAY, None, True)
    *_, shown = session.updates()
    page = session._to_lay_out
    assert page
    wanted = Counter(re.findall(r"\w{3,}", text_of_html(page.html)))
    found = Counter(re.findall(r"\w{3,}", "\n".join(texts_of_pages(laid(shown).pdf()))))
    assert wanted.total() > 1500
    not_on_paper = Counter(re.findall(r"\w{3,}", "Skip to the text; Mechanisms at a glance; Statements at a glance"))
    lost = wanted - found - not_on_paper
    assert [word for word in lost if "ft" not in word] == [], "in bold, `ft` is one sign that no viewer reads"


def test_the_letters_are_in_our_fonts(shown: Shown) -> None:
    with pikepdf.open(BytesIO(laid(shown).pdf())) as pdf:
        fonts = {str(font.BaseFont) for page in pdf.pages for font in page.Resources.get("/Font", {}).values()}
    assert len(fonts) >= 4
    assert {re.sub(r"^/[A-Z]{6}\+|-.*", "", font) for font in fonts} == {"SourceSansPro", "SourceSerifPro"}


def test_a_picture_of_each_page_is_drawn_sharply(shown: Shown) -> None:
    first, second = laid(shown).picture(1), laid(shown).picture(2)
    assert first.startswith(PNG)
    assert [int.from_bytes(first[at : at + 4], "big") for at in (16, 20)] == [2 * 794, 2 * 1123]
    assert first != second
    for number in (0, len(laid(shown).sizes) + 1):
        with pytest.raises(LookupError):
            laid(shown).picture(number)


@pytest.mark.parametrize("size", ["100000mm", "1mm 100000mm", "0mm 5mm"])
def test_a_picture_of_a_page_of_any_size_is_drawn_in_bounds(size: str) -> None:
    picture = laid_out(f"<style>@page {{ size: {size}; margin: 0 }}</style><p>Text</p>", "0").picture(1)
    width, height = (int.from_bytes(picture[at : at + 4], "big") for at in (16, 20))
    assert 0 < width * height < 17_000_000
    assert max(width, height) <= 32_767


@pytest.mark.parametrize(
    "html",
    [
        '<img src="file:///etc/hosts" alt="">', '<img src="http://127.0.0.1:9/a.png" alt="">',
        '<link rel="stylesheet" href="file:///etc/hosts">', '<style>@import "http://127.0.0.1:9/a.css";</style>',
        '<style>body { background: url("file:///etc/hosts") }</style><p>Text</p>',
        '<style>@font-face { font-family: A; src: url("file:///etc/a.ttf") } p { font-family: A }</style><p>Text</p>',
        """<img src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='9' height='9'%3E"""
        """%3Cimage href='file:///etc/hosts'/%3E%3C/svg%3E" alt="">""",
    ],
)  # fmt: skip
def test_nothing_but_our_fonts_is_loaded(html: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Problems) as refused:
        laid_out(f"<!DOCTYPE html><html><head></head><body>{html}</body></html>", "0")
    assert ["a page may not load " in one.message for one in refused.value.problems] == [True]
    assert "Traceback" not in capfd.readouterr().err


def test_a_picture_in_the_page_needs_no_loading() -> None:
    dot = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='9' height='9'%3E%3C/svg%3E"
    assert len(laid_out(f'<img src="{dot}" alt=""><p>Text</p>', "0").sizes) == 1


def test_an_edit_changes_the_pages_and_a_mistake_leaves_them(tmp_path: Path) -> None:
    folder = shutil.copytree(BRIEF, tmp_path / "brief")
    session = Session(folder, lambda: DAY, None, True)
    begun = session.shown
    first, second = session.updates()
    assert begun.pages == first.pages == ShownPages(pages_page("brief", None))
    assert laid(list(session.updates())[-1]) is laid(second), "what is the same is not laid out again"
    change(folder / "claims/01-light.yaml", "text: Blue glass lowers", "text: Green glass lowers")
    third = list(session.updates())[-1]
    assert laid(third).name != laid(second).name
    assert "Green glass lowers" in " ".join(texts_of_pages(laid(third).pdf()))
    change(folder / "claims/01-light.yaml", "population: cells", "popualtion: cells")
    (wrong,) = session.updates()
    assert errors(wrong)
    assert wrong.pages == third.pages


def test_what_the_engine_cannot_do_is_told_and_the_last_pages_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(BRIEF, tmp_path / "brief")
    session = Session(folder, lambda: DAY, None, True)
    before = list(session.updates())[-1]
    with monkeypatch.context() as patch:
        patch.setattr("evibrief.preview.pages._for_engine", lambda page: '<img src="file:///etc/hosts" alt="">')
        *_, shown = session.updates()
    assert errors(shown)[0] == "preview-pdf"
    assert shown.problems[0]["message"] == "a page may not load file:///etc/hosts"
    assert (shown.page, shown.pages) == (before.page, before.pages)
    assert errors(list(session.updates())[-1]) == []


def test_without_pages_there_are_none_and_the_engine_is_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "plutoprint", None)
    (shown,) = Session(shutil.copytree(BRIEF, tmp_path / "brief"), lambda: DAY).updates()
    assert errors(shown) == []
    assert shown.pages is None


def test_without_the_engine_the_hint_is_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "plutoprint", None)
    with pytest.raises(Problems) as missing, preview_of(tmp_path, 0, lambda: DAY, with_pages=True):
        pytest.fail("it began")
    (problem,) = missing.value.problems
    assert problem.message == "plutoprint, which lays out the pages, is not installed"
    assert problem.hint == f"install it: {sys.executable} -m pip install 'evibrief[preview-pdf]'"


# Over the server


@pytest.fixture(scope="module")
def port(shown: Shown) -> Iterator[int]:
    with open_server(0, Board(shown)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def ask(port: int, path: str) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    told = answer.status, answer.getheader("Content-Type", ""), answer.read()
    connection.close()
    return told


def test_the_pages_are_shown_as_pictures_with_a_label_at_each(shown: Shown, port: int) -> None:
    status, kind, data = ask(port, "/pages")
    text, number = data.decode(), len(laid(shown).sizes)
    assert (status, kind) == (200, "text/html; charset=utf-8")
    assert text.count("<img ") == text.count('loading="lazy"') == text.count(f"<figcaption>{LABEL} · page ") == number
    pictures = re.findall(r'<img src="([^"]+)"', text)
    assert ask(port, pictures[1]) == (200, "image/png", laid(shown).picture(2))
    status, kind, data = ask(port, "/pages.pdf")
    assert (status, kind, data[:5]) == (200, "application/pdf", b"%PDF-")


def test_they_may_ask_their_own_address_and_no_other(port: int) -> None:
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', ask(port, "/pages")[2].decode())
    assert found
    rules = dict(rule.split(" ", 1) for rule in found[1].split("; "))
    assert (rules["default-src"], rules["connect-src"], rules["img-src"]) == ("'none'", "'self'", "'self' data:")
    assert "unsafe" not in found[1]


@pytest.mark.parametrize("path", ["/pages/", "/pages/{name}/0.png", "/pages/{name}/99.png", "/pages/{other}/1.png",
                                  "/pages/{name}/../../brief.yaml", "/brief.yaml", "/pages.pdf/"])  # fmt: skip
def test_nothing_else_is_there(shown: Shown, port: int, path: str) -> None:
    name = laid(shown).name
    status, _, text = ask(port, path.format(name=name, other=name[::-1]))
    assert (status, text) == (404, b"the preview has two pages: / and /pages\n")
