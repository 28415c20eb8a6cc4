"""What the PDF engine has no more use for is gone when it should be, and the bytes are the same as if all were kept."""

import ctypes
import gc
import json
import subprocess
import sys
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
import tinyhtml5.parser
import weasyprint
from weasyprint import document, layout, pdf

from evibrief import resources
from evibrief.formats import memory
from evibrief.formats.pdf import accessibility, freed, write

TABLE = """<table><colgroup><col style="width: 30%"><col></colgroup><thead><tr><th scope="col">A<th scope="col">B
</thead><tbody><tr><th scope="row">{at}</th><td>Some <a href="#p{at}">words</a> of it</td></tr></tbody></table>"""
PARTS = "".join(f'<h2 id="p{at}">Part {at}</h2>{TABLE.format(at=at)}<p>After <em>it</em>.</p>' for at in range(40))
PAGE = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>T</title><style>
li a::after {{ content: " " target-counter(attr(href), page) }} body {{ font-family: "Source Sans Pro" }}
</style></head><body><main id="main"><h1>One</h1><ul><li><a href="#p30">thirty</a></li></ul>
{PARTS}</main></body></html>"""
DAY = date(2026, 3, 1)


def found(what: str) -> int:
    """How many objects there are of a class, or of those derived from it."""
    module, _, name = what.rpartition(".")
    kind = getattr(sys.modules[module], name)
    return sum(isinstance(one, kind) for one in gc.get_objects())


def boxes() -> int:
    return found("weasyprint.formatting_structure.boxes.Box")


def measured_apart(code: str) -> dict[str, int]:
    """What a process prints in which the collector of circles never runs."""
    start = "import gc, json, sys; sys.path[:0] = sys.argv[1:]; import test_freed as t; gc.collect(); gc.disable()\n"
    command = [sys.executable, "-c", start + code, *sys.path]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


LAID_OUT = """
laid = t.write.lay_out(t.PAGE, t.resources.fonts())
inside = sum(1 for page in laid.pages for box in t.freed._with_inner(page._page_box))
print(json.dumps({"pages": len(laid.pages), "boxes": t.boxes(), "inside": inside,
                  "elements": t.found("tinyhtml5.treebuilder.Element"),
                  "sets": sum(type(box.remove_decoration_sides) is set for page in laid.pages
                              for box in t.freed._with_inner(page._page_box))}))
"""


def test_what_pages_were_made_from_is_gone_when_they_are_made() -> None:
    as_it_comes = measured_apart("t.write.mend = lambda: None\n" + LAID_OUT)
    found_now = measured_apart(LAID_OUT)
    assert found_now["pages"] > 2
    assert found_now["inside"] == as_it_comes["inside"]
    assert as_it_comes["boxes"] > 1.8 * as_it_comes["inside"], "leave this out"
    assert found_now["boxes"] < 1.3 * found_now["inside"]
    assert as_it_comes["elements"] > 200 > 10 > found_now["elements"], "leave this out"
    assert as_it_comes["sets"] > 3 * found_now["sets"], "leave this out"


WRITTEN = """
seen, paint = {"drawn": [], "boxes": []}, t.document.Page.paint
def painted(page, *how):
    seen["boxes"].append(t.boxes())
    paint(page, *how)
    seen["drawn"].append(sum("pango_layout" in vars(box) for page in laid[0].pages if "_page_box" in vars(page)
                             for box in t.freed._with_inner(page._page_box)))
t.document.Page.paint = painted
laid, lay_out = [], t.write.lay_out
t.write.lay_out = lambda *how: laid.append(lay_out(*how)) or laid[0]
finish = t.write.make_accessible
def finished(pdf, types):
    seen["boxes"].append(t.boxes())
    finish(pdf, types)
t.write.make_accessible = finished
done = t.write.write_pdf(t.PAGE, t.resources.fonts(), (), t.DAY)
print(json.dumps({"pages": done.pages, "first": seen["drawn"][0], "last": seen["drawn"][-1],
                  "boxes": seen["boxes"][0], "tagged": seen["boxes"][-1]}))
"""


def test_a_text_is_gone_when_it_is_drawn_and_a_page_when_it_is_tagged() -> None:
    written = measured_apart(WRITTEN)
    assert written["pages"] > 2
    assert written["first"] > 2 * written["last"]
    assert written["boxes"] > 3 * written["tagged"], "a page and what was laid out in vain"


def test_a_document_that_is_not_written_once_can_be_written_again() -> None:
    laid = write.lay_out(PAGE, resources.fonts())
    once, again = (laid.write_pdf(pdf_variant=write.VARIANT) for _ in range(2))
    assert once == again
    assert all(page._page_box for page in laid.pages)


def test_it_is_written_to_the_same_bytes_once() -> None:
    kept = write.lay_out(PAGE, resources.fonts()).write_pdf(pdf_variant=write.VARIANT)
    once = freed.written_once(write.lay_out(PAGE, resources.fonts()))
    assert once.write_pdf(pdf_variant=write.VARIANT) == kept
    assert all("_page_box" not in vars(page) for page in once.pages)


def test_an_object_is_empty_when_its_bytes_are_made() -> None:
    made: list[Any] = []
    laid = write.lay_out(PAGE, resources.fonts())
    laid.write_pdf(pdf_variant=write.VARIANT, finisher=lambda *both: made.extend(both[1:]))
    (file,) = made
    elements = [one for one in file.objects if isinstance(one, dict) and one is not file.info]
    assert len(elements) > 300
    assert not any(elements)
    assert sum(len(vars(one)["_bytes"]) for one in elements) > 20_000
    assert b"/Producer" in file.info.data


def test_another_version_is_left_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tinyhtml5, "VERSION", "2.1.1")
    monkeypatch.setattr(weasyprint, "VERSION", "70.1")
    theirs = {(tinyhtml5.parser.HTMLParser, "parse"), (layout, "make_all_pages"), (document, "layout_document"),
              (pdf, "add_annotations"), (pdf, "add_tags")}  # fmt: skip
    for where, name in theirs:
        monkeypatch.setattr(where, name, "theirs")
    freed.free_early()
    assert {getattr(where, name) for where, name in theirs} == {"theirs"}
    laid = SimpleNamespace(_html="theirs", pages=[SimpleNamespace(paint="theirs")])
    assert freed.written_once(laid) is laid
    assert (laid._html, laid.pages[0].paint) == ("theirs", "theirs")


def test_a_part_of_a_page_that_is_not_there_is_no_decoration() -> None:
    drawn = b"q\n/TH\n<</MCID 1>>\nBDC\nBT\nEMC\n/TH\n<</MCID 11>>\nBDC\nEMC"
    assert accessibility._as_artifact(drawn, 11) == drawn.replace(b"/TH\n<</MCID 11>>\nBDC", b"/Artifact\nBMC")
    with pytest.raises(ValueError, match="number 111"):
        accessibility._as_artifact(drawn, 111)


@pytest.mark.parametrize("library", [SimpleNamespace(), SimpleNamespace(malloc_trim=[].append)])
def test_memory_is_given_back_where_the_system_can(monkeypatch: pytest.MonkeyPatch, library: Any) -> None:
    monkeypatch.setattr(ctypes, "CDLL", {None: library}.__getitem__)
    memory.give_back()
