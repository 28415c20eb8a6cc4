"""Nothing of ours loads anything: pages are opened in a browser beside a server that counts what it is asked for."""

import base64
import contextlib
import hashlib
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright import sync_api

from evibrief import resources
from evibrief.archive import index
from evibrief.archive.between import Between, ChangeInWords, SignedReason
from evibrief.archive.shown import Choice, ShownFile, ShownVersion
from evibrief.archive.versions import Version
from evibrief.build import build
from evibrief.formats.html import citations
from evibrief.formats.html.policy import contents_of, policy, with_policy
from evibrief.formats.html.render import render_text
from evibrief.mailing.message import Letter, Part
from evibrief.problems import Problems
from office import converted

ROOT = Path(__file__).parents[2]
PLAIN = ROOT / "tests" / "briefs" / "blue-glass"
PAGE = '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>x</title>\n'


@dataclass
class Counting:
    """A server on this machine alone, with every path that it was asked for."""

    address: str
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Counting]:
    class Count(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            counting.asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x")

        do_POST = do_HEAD = do_OPTIONS = do_GET

        def log_message(self, format: str, *words: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Count)
    counting = Counting(f"http://127.0.0.1:{http.server_port}")
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield counting
    http.shutdown()
    http.server_close()


@dataclass(frozen=True)
class Browser:
    """Chromium, which opens each page as if it knew of no other and gives what it made of it."""

    chromium: sync_api.Browser

    def open(self, page: Path, shot: Path | None = None) -> str:
        """The page as it is when it has asked nobody for half a second; `shot` is where its picture goes."""
        context = self.chromium.new_context(viewport={"width": 1000, "height": 4000})
        try:
            window = context.new_page()
            window.goto(page.resolve().as_uri(), wait_until="networkidle")
            if shot:
                window.screenshot(path=shot)
            return window.content()
        finally:
            context.close()


@pytest.fixture
def browser(browser: sync_api.Browser) -> Browser:
    return Browser(browser)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "blue-glass"
    shutil.copytree(PLAIN, folder)
    (folder / "theme").mkdir()
    return folder


LOADERS = """<img src="{0}/img"><img srcset="{0}/set 1x"><script src="{0}/script"></script>
<link rel=stylesheet href="{0}/css">
<link rel=icon href="{0}/icon"><link rel=preload as=image href="{0}/preload"><iframe src="{0}/frame"></iframe>
<object data="{0}/object"></object><embed src="{0}/embed"><video src="{0}/film" autoplay></video>
<svg><image href="{0}/svg"/></svg><style>@import "{0}/import"; p {{ background: url({0}/url) }}
@font-face {{ font-family: q; src: url({0}/font) }} p {{ font-family: q }}</style>
<p style="background: url({0}/attribute)">a</p><script>fetch("{0}/fetch"); document.title = "run"</script>
<body background="{0}/background"><input type=image src="{0}/input"><audio src="{0}/sound" autoplay></audio>
<img src=x onerror="new Image().src='{0}/handler'">"""


def test_the_server_counts_and_the_policy_stops_what_would_load(
    browser: Browser, server: Counting, tmp_path: Path
) -> None:
    """The same page is opened without a policy, where it loads, and with the policy of its honest part: nothing."""
    hostile = PAGE + "</head><body>" + LOADERS.format(server.address) + "</body></html>"
    (tmp_path / "open.html").write_text(hostile)
    browser.open(tmp_path / "open.html")
    assert {"/img", "/script", "/css", "/import", "/attribute", "/fetch"} <= set(server.asked)
    server.asked.clear()
    honest = contents_of(PAGE + "</head><body><p>a</p></body></html>")
    (tmp_path / "closed.html").write_text(with_policy(hostile, honest))
    made = browser.open(tmp_path / "closed.html")
    assert server.asked == []
    assert "<title>x</title>" in made


def test_the_finished_page_asks_nobody_and_keeps_its_looks(
    browser: Browser, server: Counting, tmp_path: Path
) -> None:
    """Its styles, the widths of its columns and its figures work as they do without a policy: to the pixel."""
    page = build(PLAIN, tmp_path / "out", ["html"])[0].path
    html = page.read_text()
    assert html.count('http-equiv="Content-Security-Policy"') == 1
    assert html.index("http-equiv") < html.index("<style")
    assert "'unsafe-inline'" not in html
    (tmp_path / "free.html").write_text(re.sub(r"<meta http-equiv[^>]*>\n", "", html))
    shots = []
    for name, path in (("a", page), ("b", tmp_path / "free.html")):
        shot = tmp_path / f"{name}.png"
        browser.open(path, shot)
        shots.append(shot.read_bytes())
    assert len(shots[0]) > 50_000
    assert shots[0] == shots[1]
    bare = tmp_path / "bare.html"
    bare.write_text(html.replace("style-src", "style-src 'none'; x-src"))
    browser.open(bare, tmp_path / "c.png")
    assert (tmp_path / "c.png").read_bytes() != shots[0]
    assert server.asked == []


CSS = [
    "body {{ background: URL({0}/a) }}", "body {{ background: u\\72l({0}/a) }}", "@import '{0}/a';",
    "@font-face {{ font-family: q; src: url({0}/a) }}", "body {{ background: image-set('{0}/a' 1x) }}",
    ":root {{ --a: url({0}/a) }} body {{ background: var(--a) }}", "p::after {{ content: '</style><img src={0}/a>' }}",
    "p::after {{ content: '\\3c/style><img src={0}/a>' }}", "/* </style><img src={0}/a> */",
    "<!-- </style><img src={0}/a>",
    "p {{ color: red; }} }} @import '{0}/a';", "body {{ background: url ({0}/a) }}", "p {{ a: b; @import '{0}/a'; }}",
    "@namespace a '{0}/a'; p {{ margin: 0 }}", "p::after {{ content: '{0}/a' }}", "p[title='{0}/a'] {{ margin: 0 }}",
]  # fmt: skip


@pytest.mark.parametrize("css", CSS)
def test_a_hostile_style_sheet_is_refused_or_asks_nobody(
    css: str, browser: Browser, server: Counting, folder: Path, tmp_path: Path
) -> None:
    (folder / "theme" / "custom.css").write_text(css.format(server.address))
    refused: set[str] = set()
    try:
        browser.open(build(folder, tmp_path / "out", ["html"])[0].path)
    except Problems as wrong:
        refused = {Path(problem.place.path).name for problem in wrong.problems}
    assert refused <= {"custom.css"}
    assert server.asked == []


def test_hostile_texts_and_references_ask_nobody(
    browser: Browser, server: Counting, folder: Path, tmp_path: Path
) -> None:
    brief, references = folder / "brief.yaml", folder / "references.json"
    hostile = f"<img src={server.address}/text> &lt;img src={server.address}/text&gt; <script src={server.address}/s>"
    brief.write_text(brief.read_text().replace("title: Blue glass and hay fever", f"title: '{hostile}'"))
    typed = hostile.replace("&", "\\&")
    brief.write_text(brief.read_text().replace("Everything is invented.", f"Everything {typed} is invented."))
    page = build(folder, tmp_path / "out", ["html"])[0].path
    title = f"<img src='{server.address}/title'><i>On</i> </style><link rel=stylesheet href={server.address}/css>"
    text, count = re.subn(r'"title": "[^"]*"', lambda _: f'"title": "{title}"', references.read_text(), count=1)
    assert count == 1
    references.write_text(text)
    with pytest.raises(Problems, match="reference-field"):
        build(folder, tmp_path / "refused", ["html"])
    assert f"{server.address}/text" in page.read_text()
    browser.open(page)
    assert server.asked == []


PARENTS = [
    '<link rel="independent-parent" href="{0}/a"/>', "<link href='{0}/a' rel='independent-parent'/>",
    '<link rel = "independent-parent" href = "{0}/a"/>', '<link rel="independent&#45;parent" href="{0}/a"/>',
    '<link rel="independent-parent" href="{0}/apa"/><link rel="independent-parent" href="{0}/a"/>',
    '<link rel="independent-parent" href="{0}"/>', '<x:link xmlns:x="y" rel="independent-parent" href="{0}/"/>',
    '<link rel="independent-parent" href="{0}/nothing?/"/>', '<link rel="self" href="{0}/a"/>',
    '<link rel="template" href="{0}/a"/>', '<link rel=" Independent-Parent " href="{0}/a"/>',
]  # fmt: skip


@pytest.mark.parametrize("link", PARENTS)
def test_a_citation_style_asks_nobody_for_its_parent(link: str, server: Counting, folder: Path, tmp_path: Path) -> None:
    """Pandoc fetches the parent of a style from where the style says it is, whatever its sandbox."""
    style = citations.citation_style("apa", folder).decode()
    (folder / "house.csl").write_text(style.replace("<info>", f"<info>{link.format(server.address)}", 1))
    brief = folder / "brief.yaml"
    brief.write_text(re.sub(r"citation_style: .*", "citation_style: house.csl", brief.read_text()))
    with contextlib.suppress(Problems):
        build(folder, tmp_path / "out", ["html"])
    assert server.asked == []


def test_letters_and_the_pages_of_an_archive_ask_nobody(browser: Browser, server: Counting, tmp_path: Path) -> None:
    hostile = f'<img src="{server.address}/x"> "><script src="{server.address}/y"></script>'
    one = Version("x", hostile, "1.0.0", "2026-01-01", "0" * 64, hostile, "x/y", {hostile: "0" * 64}, "0" * 64,
                  "0" * 64, "current", hostile)  # fmt: skip
    signed = (SignedReason(hostile, hostile, hostile),)
    change = ChangeInWords("major", hostile, hostile, "s1", hostile, hostile * 2, hostile, hostile, signed)
    told = Between("0.9.0", "1.0.0", "en", hostile, (change, replace(change, weight="minor")), ())
    file = ShownFile(hostile, "pdf", 1, 2, "0" * 64)
    row = ShownVersion(one, hostile, "de", one, (file,), (), told, ((one, hostile),), first=False)
    gone = replace(row, version=replace(one, state="withdrawn"))
    choices = (Choice(one, hostile),)
    parts = (Part(hostile, (hostile,), (hostile,), "warning"), Part("a", ("b",)))
    said, listed = index._said_in("en"), {"rows": [row, gone], "groups": [[row, gone]]}
    pages: dict[str, dict[str, Any]] = {
        "mail.html.jinja": {"words": Letter(hostile, parts)},
        "index.html.jinja": {**said, **listed},
        "version.html.jinja": {**said, "row": gone},
        "compare.html.jinja": {**said, "told": told, "older": gone, "newer": row, "sides": (choices, choices)},
    }
    for name, values in pages.items():
        html = render_text(name, resources.template_texts(), **values)
        assert with_policy(html, contents_of(html)) == html, "a parser finds another policy"
        head = html[: html.index("</head>")]
        assert head.count("Content-Security-Policy") == 1
        assert head.index("Content-Security-Policy") < (head.index("<style") if "<style" in head else len(head))
        path = tmp_path / f"{name}.html"
        path.write_text(html)
        assert "Content-Security-Policy" in browser.open(path)
    assert server.asked == []
    assert "Content-Security" not in render_text("feed.atom.jinja", resources.template_texts(), **said, **listed)


@pytest.mark.parametrize("copy", ["brief", "review copy"])
def test_the_word_files_ask_nobody(
    copy: str, program: Callable[..., str], browser: Browser, server: Counting, tmp_path: Path
) -> None:
    """Opened in LibreOffice, and the page that it makes of them opened in the browser."""
    from command import run_here as evibrief

    if copy == "brief":
        word = build(PLAIN, tmp_path / "out", ["docx"])[0].path
    else:
        assert evibrief("review-copy", PLAIN, "--output", tmp_path / "out").returncode == 0
        word = next((tmp_path / "out").rglob("*.docx"))
    (page,) = converted([word], "html", tmp_path, program)
    browser.open(page)
    assert server.asked == []


def test_the_policy_allows_what_the_page_contains_by_its_hash() -> None:
    page = PAGE + '<style>\np { margin: 0 }\n</style></head><body><col style="width: 5%"></body></html>'
    made = policy(contents_of(page), ["let a = 1;"])
    for text in ("\np { margin: 0 }\n", "width: 5%", "let a = 1;"):
        assert f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in made
    assert made.startswith("default-src 'none'; script-src 'sha256-")
    assert policy(contents_of(PAGE)) == (
        "default-src 'none'; script-src 'none'; style-src 'none'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_a_script_of_our_own_runs_only_by_its_hash(browser: Browser, tmp_path: Path) -> None:
    page = PAGE + "</head><body><script>document.title = 'ran'</script></body></html>"
    for scripts, title in ((["document.title = 'ran'"], "ran"), (["another"], "x"), ([], "x")):
        (tmp_path / "page.html").write_text(with_policy(page, contents_of(page), scripts))
        assert f"<title>{title}</title>" in browser.open(tmp_path / "page.html")
