"""`evibrief preview` as an author has it: a process, a browser beside an editor, files saved in every way."""

import datetime
import http.client
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from evibrief.formats.pdf.pages import texts_of_pages
from evibrief.preview.server import Board, open_server
from evibrief.preview.session import Session
from test_docs import DOCS, blocks
from test_typed import checkout, typed

BRIEF = Path(__file__).parents[1] / "briefs" / "blue-glass"
CLAIM = "Blue glass lowers sneezing in hay fever."
CLAIMS = next(path.name for path in sorted((BRIEF / "claims").iterdir()) if CLAIM in path.read_text())
SECONDS = 60


@dataclass
class Running:
    """A preview in a process of its own, of a copy of a brief."""

    process: subprocess.Popen[str]
    folder: Path
    port: int
    said: list[str]

    @property
    def claims(self) -> Path:
        return self.folder / "claims" / CLAIMS

    def edit(self, old: str, new: str) -> None:
        """Save a file in place, as some editors do."""
        self.claims.write_text(self.edited(old, new))

    def edited(self, old: str, new: str) -> str:
        text = self.claims.read_text()
        assert text.count(old) == 1
        return text.replace(old, new)


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Running]:
    command = [sys.executable, "-m", "evibrief", "preview", str(folder), *options]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    # Where the tests run in the background, a shell has told them to ignore Ctrl-C, and they would pass that on.
    ignored = signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as process:
        signal.signal(signal.SIGINT, ignored)
        assert process.stdout
        said: list[str] = []
        try:
            while not (found := re.search(r"http://127\.0\.0\.1:(\d+)/", "".join(said))):
                line = process.stdout.readline()
                assert line, "".join(said)
                said.append(line)
            yield Running(process, folder, int(found[1]), said)
        finally:
            process.kill()


@pytest.fixture
def preview(tmp_path: Path) -> Iterator[Running]:
    with running(shutil.copytree(BRIEF, tmp_path / "brief"), "--port", "0") as one:
        yield one


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One for all who only ask."""
    with running(shutil.copytree(BRIEF, tmp_path_factory.mktemp("untouched") / "brief"), "--port", "0") as one:
        yield one


@pytest.fixture
def page(browser: Browser, preview: Running) -> Iterator[Page]:
    with window(browser, f"http://127.0.0.1:{preview.port}/") as opened:
        expect(opened.locator("#c1")).to_have_text(re.compile("Blue glass"))
        yield opened


@contextmanager
def window(browser: Browser, address: str) -> Iterator[Page]:
    """The preview in a window; neither its scripts nor its policy may complain."""
    wrong: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    opened = context.new_page()
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda told: wrong.extend([told.text] if told.type == "error" else []))
    opened.goto(address)
    yield opened
    context.close()
    assert wrong == []


def ask(port: int, path: str = "/", host: str = "", method: str = "GET") -> tuple[int, str, str]:
    """The status, the type and the text of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    connection.request(method, path, headers={"Host": host or f"127.0.0.1:{port}"})
    answer = connection.getresponse()
    told = answer.status, answer.getheader("Content-Type", ""), answer.read().decode()
    connection.close()
    return told


def shown(port: int, words: str) -> str:
    """The page, as soon as it has these words."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if words in (text := ask(port)[2]):
            return text
        time.sleep(0.1)
    raise AssertionError(f"the page never had: {words}")


# In the browser


def test_an_edit_is_shown_where_the_reader_is(preview: Running, page: Page) -> None:
    """Scroll place, folds, focus and the text of the search stay; the page's own script works on the new page, too."""
    page.locator("#search").fill("sneez")
    found = page.locator("#found").text_content()
    fold = page.locator("#section_evidence [aria-controls]").first
    expect(fold).to_have_attribute("aria-expanded", "false")
    fold.click()
    page.locator("#c5").scroll_into_view_if_needed()
    page.locator("#search").focus(timeout=1000)
    page.evaluate("document.querySelector('#search').setSelectionRange(2, 4)")
    page.evaluate("document.querySelector('#c5').scrollIntoView(); document.body.dataset.old = 'yes'")
    before = page.evaluate("document.querySelector('#c5').getBoundingClientRect().top")
    preview.edit(CLAIM, f"{CLAIM[:-1]} by a great deal, and this sentence goes on and on and on.")
    expect(page.locator("#c1")).to_have_text(re.compile("goes on and on"))
    assert page.evaluate("document.body.dataset.old") is None, "the body is a new one"
    assert page.evaluate("document.querySelector('#c5').getBoundingClientRect().top") == pytest.approx(before, abs=2)
    assert page.evaluate("scrollY") > 500
    expect(page.locator("#section_evidence [aria-controls]").first).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#search")).to_have_value("sneez")
    assert page.locator("#found").text_content() == found
    assert page.evaluate("[document.activeElement.id, document.activeElement.selectionStart]") == ["search", 2]
    page.keyboard.press("Escape")
    expect(page.locator("#search")).to_have_value("")


def test_an_edit_by_rename_and_fifty_in_a_burst_are_shown(preview: Running, page: Page) -> None:
    beside = preview.claims.with_name("saved~")
    beside.write_text(preview.edited(CLAIM, "Blue glass was renamed."))
    beside.replace(preview.claims)
    expect(page.locator("#c1")).to_have_text(re.compile("was renamed"))
    text = preview.claims.read_text()
    for number in range(50):
        preview.claims.write_text(text.replace("was renamed", f"came number {number}"))
        time.sleep(0.01)
    expect(page.locator("#c1")).to_have_text(re.compile("came number 49"))
    page.locator("#section_evidence [aria-controls]").first.click()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search", "one listener, or none too many"
    preview.process.send_signal(signal.SIGINT)
    said = preview.process.communicate(timeout=SECONDS)[0]
    assert 2 <= said.count(" shown") <= 10, said


def test_a_mistake_is_shown_at_its_record_until_it_is_mended(preview: Running, page: Page) -> None:
    preview.edit("    population: cells\n", "    popualtion: cells\n")
    bar = page.locator("#preview")
    expect(bar.locator("summary")).to_contain_text("2 errors")
    line = preview.claims.read_text()[: preview.claims.read_text().index("popualtion")].count("\n") + 1
    first = bar.locator("li.error", has_text="unknown-key")
    expect(first).to_contain_text(f"{preview.claims}:{line}:")
    expect(first).to_contain_text("did you mean `population`?")
    expect(page.locator("tbody.record", has=page.locator("#c2")).locator(".preview-note.error")).to_have_count(2)
    expect(page.locator("#c1")).to_contain_text("Blue glass lowers", timeout=1000)
    first.locator("a").click()
    expect(page.locator("#c2")).to_be_in_viewport()
    preview.edit("popualtion", "population")
    expect(page.locator(".error")).to_have_count(0)


def test_a_syntax_error_and_its_repair(preview: Running, page: Page) -> None:
    good = preview.claims.read_text()
    preview.edit(f"text: {CLAIM}", 'text: "Blue glass')
    expect(page.locator("#preview summary")).to_contain_text("the last good page is shown")
    expect(page.locator("#preview li.error").first).to_contain_text("this is not YAML")
    expect(page.locator("#c1")).to_contain_text("Blue glass lowers")
    preview.claims.write_text(good.replace(CLAIM, "Blue glass is mended."))
    expect(page.locator("#c1")).to_contain_text("is mended")
    expect(page.locator("#preview li.error")).to_have_count(0)
    told = [preview.process.stdout.readline() for _ in range(3)] if preview.process.stdout else []
    assert "the last good page stays; 1 error" in told[1], told
    assert re.match(rf"  {re.escape(str(preview.claims))}:\d+:\d+: error\[yaml\]: this is not YAML", told[2])


def test_a_letter_that_the_page_did_not_have_loads_it_again_in_its_place(preview: Running, page: Page) -> None:
    """The font has that letter from now on, so the policy is another one."""
    page.locator("#section_evidence [aria-controls]").first.click()
    page.evaluate("document.querySelector('#c5').scrollIntoView()")
    before = page.evaluate("document.querySelector('#c5').getBoundingClientRect().top")
    preview.edit(CLAIM, "Blue glass lowers sneezing in hay fever, says Đorđe.")
    expect(page.locator("#c1")).to_contain_text("Đorđe")
    expect(page.locator("html")).to_have_attribute("data-preview", re.compile(" "))
    assert page.evaluate("document.querySelector('#c5').getBoundingClientRect().top") == pytest.approx(before, abs=2)


def test_the_pages_of_the_pdf_follow_each_edit_where_the_reader_is(browser: Browser, tmp_path: Path) -> None:
    """Labelled, the new picture in place of the old one at the same scroll place; a mistake leaves them."""
    brief = shutil.copytree(BRIEF, tmp_path / "brief")
    with running(brief, "--port", "0", "--pdf") as preview:
        address = f"http://127.0.0.1:{preview.port}/pages"
        with window(browser, address) as page:
            third, picture = page.locator("#page-3"), page.locator("#page-3 > img")
            expect(third).to_contain_text("Preview, not the PDF: lines and pages can break elsewhere · page 3 of ")
            third.evaluate("one => { one.scrollIntoView(); scrollBy(0, 300); }")
            place, old = page.evaluate("scrollY"), picture.get_attribute("src")
            assert place > 2000
            preview.edit(CLAIM, "Blue glass lowers sneezing a great deal.")
            expect(picture).not_to_have_attribute("src", str(old))
            assert picture.evaluate("one => one.complete && one.naturalWidth") == 2 * 794, "shown before it was loaded"
            assert "lowers sneezing a great deal." in "".join(texts_of_pages(page.request.get(f"{address}.pdf").body()))
            new = picture.get_attribute("src")
            preview.edit("    population: cells\n", "    popualtion: cells\n")
            expect(page.locator("#preview li.error", has_text="popualtion")).to_have_count(1)
            expect(picture).to_have_attribute("src", str(new))
            preview.edit("popualtion", "population")
            expect(page.locator("#preview li.error")).to_have_count(0)
            assert page.evaluate("scrollY") == place
            page.get_by_role("link", name="Web page").click()
            expect(page.locator("#c1")).to_have_text(re.compile("a great deal"))
            expect(page.get_by_role("link", name="Pages", exact=True)).to_have_attribute("href", "/pages")


def test_what_is_unfinished_is_shown_as_the_draft(preview: Running, page: Page) -> None:
    preview.edit("    population: cells\n", "    population: TODO\n")
    expect(page.locator(".draft").first).to_be_visible()
    expect(page.locator("#preview li.warning", has_text="to-be-filled-in")).to_have_count(1)


# Without a browser


def test_nothing_but_the_page_is_served(untouched: Running) -> None:
    assert shown(untouched.port, "Blue glass").startswith("<!DOCTYPE html>")
    for path in ("/brief.yaml", "/claims/", "/../brief.yaml", "/?x", "/%2e%2e/brief.yaml", "http://x/"):
        assert ask(untouched.port, path)[:2] == (404, "text/plain; charset=utf-8"), path
    assert ask(untouched.port, method="POST")[0] == 501
    assert ask(untouched.port, method="HEAD")[2] == ""


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{}", "127.0.0.1", "localhost.evil.org:{}", "[::1]:{}"])
def test_a_request_under_a_foreign_name_is_refused(untouched: Running, host: str) -> None:
    for path in ("/", "/events"):
        status, _, text = ask(untouched.port, path, host.format(untouched.port))
        assert (status, text) == (403, "this is no address of the preview\n")
    assert ask(untouched.port, host=f"localhost:{untouched.port}")[0] == 200


def test_only_this_machine_is_listened_to(untouched: Running) -> None:
    with socket.socket() as other, pytest.raises(ConnectionRefusedError):
        other.connect(("127.0.0.2", untouched.port))


def test_a_taken_port_moves_on_and_says_so(tmp_path: Path) -> None:
    folder = shutil.copytree(BRIEF, tmp_path / "brief")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with running(folder, "--port", str(port)) as one:
            assert port < one.port < port + 20
            assert f"port {port} is taken" in "".join(one.said)
            assert ask(one.port)[0] == 200


def test_where_no_port_is_free_the_hint_is_how_to_get_one() -> None:
    shown = Session(BRIEF, datetime.date.today).shown
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 65535))
        taken.listen()
        with pytest.raises(OSError, match="65535 to 65535 is free; `--port 0`"):
            open_server(65535, Board(shown))


def test_ctrl_c_ends_it_cleanly(preview: Running) -> None:
    shown(preview.port, "Blue glass")
    preview.process.send_signal(signal.SIGINT)
    said = preview.process.communicate(timeout=SECONDS)[0]
    assert preview.process.returncode == 0
    assert "the preview has ended" in said
    assert "Traceback" not in said


def test_a_folder_that_is_made_anew_is_followed(preview: Running) -> None:
    shown(preview.port, CLAIM)
    aside = preview.folder.rename(preview.folder.with_name("aside"))
    time.sleep(1)
    shutil.copytree(aside, preview.folder)
    preview.edit(CLAIM, "Blue glass came back.")
    shown(preview.port, "came back")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "evibrief", "preview", str(tmp_path / "nothing")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert done.returncode == 1
    assert "there is no such folder" in done.stderr


# The page of the documentation


def test_what_the_page_shows_is_what_happens(tmp_path: Path) -> None:
    """The command of docs/preview.md for a new brief, and what it prints."""
    text = (DOCS / "preview.md").read_text()
    (line,), (printed,) = blocks(text, "sh"), blocks(text, "text")
    folder = checkout(tmp_path)
    assert typed(".venv/bin/evibrief new data/my-brief", folder).returncode == 0
    with subprocess.Popen(
        shlex.split(line), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout
        lines = (line for line in process.stdout if "is taken" not in line)
        said = [next(lines), next(lines)]
        process.kill()
    for found, shown_there in zip(said, printed.splitlines(), strict=True):
        assert re.sub(r"\d+", "0", found.strip()) == re.sub(r"\d+", "0", shown_there)
