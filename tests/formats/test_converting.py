"""A long page is read in pieces, and its Word document is the same to the byte as if it had been read whole."""

import datetime
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from evibrief.formats.docx import converting
from evibrief.formats.docx.converting import word_document
from evibrief.problems import Problems

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "templates" / "reference.docx").read_bytes()
FILTER = (ROOT / "templates" / "word.lua").read_text(encoding="utf-8")
DAY = datetime.date(2026, 11, 23)


def table(number: int) -> str:
    """A table with what tables have in them: identifiers, links, lists, elements of their own, signs as entities."""
    rows = "".join(
        f'<tr class="entry"><th scope="row" rowspan="1"><div><p><span id="c{number}_{row}">R{number}.{row}</span></p>'
        f'</div></th><td><ul><li>a &lt;div class="table"&gt; &amp; {row}</li></ul><a href="#c1_0">c1_0</a></td></tr>'
        for row in range(8)
    )
    return (
        f'<div class="table" tabindex="0" role="region" aria-label="a &lt;/div&gt; {number}">'
        f'<table data-custom-style="Evidence Table"><caption>Table {number}. What it rests on</caption>'
        f'<thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead><tbody>{rows}</tbody></table>\n</div>'
    )


# Tables beside each other, below headings that say nothing of an id, between words, in lists, quotations and cells.
PAGE = f"""<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>Glass</title></head><body>
<main id="main"><section><h2>Same words</h2><p>Before.</p>{table(1)}{table(2)}
{table(3)}<p>After.</p></section><section id="whole">{table(4)}</section>
<section><h2 id="named">Same words</h2>loose words {table(5)} and more of them<h2>Same words</h2>
<ul><li>short{table(6)}</li><li>tight</li></ul><blockquote>{table(7)}</blockquote>
<table><tr><td>{table(8)}</td></tr></table><div class="landscape">{table(9)}</div></section></main></body></html>"""


def document(page: str = PAGE) -> bytes:
    return word_document(page, DAY, REFERENCE, FILTER)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The options of each run of pandoc, with pages taken for long that are not."""
    seen: list[list[str]] = []
    run = subprocess.run

    def listen(command: list[str], **settings: Any) -> Any:
        seen.append(command)
        return run(command, **settings)

    monkeypatch.setattr("evibrief.formats.docx.converting.subprocess.run", listen)
    monkeypatch.setattr(converting, "_PIECE", 3_000)
    return seen


def read_as(runs: list[list[str]]) -> list[str]:
    return [next(word for word in command if word.startswith("--from=")) for command in runs]


def test_pieces_make_the_same_document_as_the_whole(runs: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = document()
    assert read_as(runs) == ["--from=html"] * (len(runs) - 1) + ["--from=json"]
    assert len(runs) > 4
    assert all("--sandbox" in command for command in runs)
    runs.clear()
    monkeypatch.setattr(converting, "_PIECE", 1_000_000)
    assert document() == pieces
    assert read_as(runs) == ["--from=html"]


def test_what_is_read_in_pieces_is_what_is_read_of_the_whole(runs: list[list[str]]) -> None:
    environment: Mapping[str, str] = {}
    whole = converting._read(PAGE, environment)
    assert json.loads(converting._read_in_pieces(PAGE, environment)) == json.loads(whole)
    assert whole.count(b'"t":"Table"') == 10


@pytest.mark.parametrize("page", [PAGE.replace("\n</div>", "", 1), PAGE.replace('class="table"', 'class="other"')])
def test_a_page_that_cannot_be_cut_is_read_whole(runs: list[list[str]], page: str) -> None:
    assert converting._read_in_pieces(page.replace(table(9), ""), {}) == b""
    document(page)
    assert read_as(runs) == ["--from=html"]


def test_a_mark_that_pandoc_does_not_give_back_is_noticed(
    runs: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = converting._read
    for lost in (b"n0", b"n8"):
        monkeypatch.setattr(converting, "_read", lambda *one, lost=lost: read(*one).replace(lost + b'"]', b'x"]'))
        assert converting._read_in_pieces(PAGE, {}) == b""
    monkeypatch.setattr(converting, "_read", lambda *one: b"")
    assert converting._read_in_pieces(PAGE, {}) == b""


def test_what_pandoc_says_of_a_piece_it_says_of_the_page(
    runs: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = PAGE.replace("R3.4", '<img src="missing.png" alt="x">')
    with pytest.raises(Problems) as in_pieces:
        document(page)
    monkeypatch.setattr(converting, "_PIECE", 1_000_000)
    with pytest.raises(Problems) as whole:
        document(page)
    assert in_pieces.value.problems == whole.value.problems
    assert len(whole.value.problems) > 0
