"""The mends of the PDF engine's libraries: they change no byte, and they go when the libraries no longer need them."""

import json
import re
import subprocess
import sys
from typing import Any

import pydyf
import pytest
import tinyhtml5
import weasyprint
from tinyhtml5 import inputstream
from weasyprint.layout import inline

from evibrief.formats.pdf import mended

APART = """
import datetime, hashlib, json, sys
import pydyf
from tinyhtml5 import inputstream
from weasyprint.text import line_break
from evibrief import resources
from evibrief.formats.pdf import write
if sys.argv[1] == "as it comes":
    write.mend = lambda: None
keys, writes_key = [], line_break._font_style_cache_key
line_break._font_style_cache_key = lambda *style, **size: keys.append(1) or writes_key(*style, **size)
parts = "".join(f'<h2 id="h{at}">{at} &amp; more</h2><p class="a b" title=\\'c"d\\'>A <a href="#h0">link</a> &lt;.</p>'
                f"<ul><li>one</li></ul><p style=break-after:page>Text\\t{at}</p>" for at in range(8))
head = '<meta charset="utf-8"><title>T</title><style>body { font-family: "Source Sans Pro" }</style>'
parts += "<p>" + "<b>bold</b> " * 200
page = f'<!DOCTYPE html><html lang="en"><head>{head}</head><body><h1>One</h1>{parts}<!-- end --></body></html>'
made = write.write_pdf(page, resources.fonts(), (), datetime.date(2026, 3, 1))
pdf = pydyf.PDF()
pdf.add_page(pydyf.Dictionary())
print(json.dumps({
    "sha256": hashlib.sha256(made.data).hexdigest(), "pages": made.pages,
    "keys": len(keys), "references anew": pdf.page_references is not pdf.page_references,
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


def test_another_version_is_left_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pydyf.PDF, "page_references", "theirs")
    monkeypatch.setattr(inputstream, "characters_until_regex", {})
    monkeypatch.setattr(pydyf, "VERSION", "0.13.1")
    monkeypatch.setattr(tinyhtml5, "VERSION", "2.1.1")
    monkeypatch.setattr(weasyprint, "VERSION", "70.1")
    monkeypatch.setattr(inline, "strut", "theirs")
    mended.mend.__wrapped__()
    assert (pydyf.PDF.page_references, inputstream.characters_until_regex, inline.strut) == ("theirs", {}, "theirs")


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
