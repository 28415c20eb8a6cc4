"""Mends what makes the libraries of the PDF engine slow, in the versions that have it, without changing a byte.

Each mend is for one version of one library, and does nothing in any other. A test asks each library whether it still
needs it.
"""

import ctypes.util
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from functools import cache
from html import unescape
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

import pydyf
import tinyhtml5.inputstream

from evibrief.formats.pdf.freed import free_early

_ABOUT_NOTES = re.compile(r"footnote|note\(|\\", re.IGNORECASE)
"""What a page with footnotes has in its styles, or the backslash that can write these words otherwise."""

_ABOUT_LIST_ITEMS = re.compile(r"list-item|\\", re.IGNORECASE)
"""What a page has in its styles if anything but `li` is an item of a list, or the backslash."""

_LONGEST_KEPT = 2_000
"""In characters. Of a text that is broken into lines or words, each rest is kept: memory grows as the square."""

_SIZES = "width", "height", "min_width", "min_height", "max_width", "max_height"
_SPACES = tuple(f"{kind}_{side}" for kind in ("margin", "padding") for side in ("top", "right", "bottom", "left"))


def mend() -> None:
    """Import the engine and mend its libraries, once in this process, whichever thread comes first."""
    with _ONE_AT_A_TIME:
        _mend()


_ONE_AT_A_TIME = threading.Lock()


@cache
def _mend() -> None:
    if pydyf.VERSION == "0.13.0":
        pydyf.PDF.page_references = property(_page_references)
        _make_bytes_once()
    if tinyhtml5.VERSION == "2.1.0":
        tinyhtml5.inputstream.characters_until_regex = Expressions()
    _mend_layout()


@contextmanager
def _libraries_by_their_names() -> Iterator[None]:
    """Open libraries by the names that Linux has for them, without searching for other names of theirs.

    WeasyPrint 70.0 tries the names of other systems first. For each, Python asks `ldconfig`, `gcc` and `ld`.
    """
    search = ctypes.util.find_library
    if sys.platform == "linux" and version("weasyprint") == "70.0":
        ctypes.util.find_library = lambda name: None
    try:
        yield
    finally:
        ctypes.util.find_library = search


def _mend_layout() -> None:
    with _libraries_by_their_names():
        import weasyprint  # here, because it takes half a second
    from weasyprint.layout import inline, percent, preferred
    from weasyprint.text import ffi, line_break

    if weasyprint.VERSION == "70.0":
        inline.strut = kept_with_style(inline.strut)
        ffi.ffi.cdef("PangoLayout * pango_layout_copy (PangoLayout *layout);", override=True)
        line_break.Layout.setup = copied_for_style(line_break.Layout.setup)
        split = lines_kept_with_style(line_break.split_first_line)
        line_break.split_first_line = inline.split_first_line = preferred.split_first_line = split
        _replace_everywhere(percent.resolve_percentages, lengths_kept_with_style(percent.resolve_percentages))
    free_early()


def _replace_everywhere(theirs: Any, ours: Any) -> None:
    """Replace a function in the modules of WeasyPrint that have imported it by name."""
    named = theirs.__name__
    for name, module in [*sys.modules.items()]:
        if name.startswith("weasyprint.") and getattr(module, named, None) is theirs:
            setattr(module, named, ours)


def _page_references(pdf: Any) -> tuple[bytes, ...]:
    """The references of all pages, made again only after a page was added.

    pydyf 0.13.0 makes all of them whenever one is asked for, and WeasyPrint asks for one for each structure element.
    """
    kids = pdf.pages["Kids"]
    kept: tuple[bytes, ...] = vars(pdf).get("_references", ())
    if len(kids) != 3 * len(kept):
        kept = vars(pdf)["_references"] = tuple(f"{number} 0 R".encode() for number in kids[::3])
    return kept


def _make_bytes_once() -> None:
    for kind in (pydyf.Array, pydyf.Dictionary, pydyf.Stream, pydyf.String):
        kind.data = property(_or_kept(kind.data.fget))
    pydyf.PDF.write = _keeping_bytes(pydyf.PDF.write)


def _or_kept(data: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    return lambda one: vars(one).get("_bytes") or data(one)


def _keeping_bytes(write: Callable[..., None]) -> Callable[..., None]:
    """The same file, for which the bytes of each object are made once.

    pydyf 0.13.0 makes and compresses them for the file, and then again for the identifier, which is their hash.
    """

    def written(pdf: Any, *how: Any, **named: Any) -> None:
        def add(one: Any) -> None:
            type(pdf).add_object(pdf, one)
            vars(one)["_bytes"] = one.data

        for one in pdf.objects[1:]:  # the first one is always free, and has no bytes
            vars(one)["_bytes"] = one.data
            _empty(one, pdf)
        pdf.add_object = add  # for the stream of objects, which is made while writing
        write(pdf, *how, **named)

    return written


def _empty(one: Any, pdf: Any) -> None:
    """Let go of what the bytes of an object were made from; whether there is information is asked for later."""
    if isinstance(one, pydyf.Stream):
        one.stream = []
    elif isinstance(one, pydyf.Dictionary | pydyf.Array) and one is not pdf.info:
        one.clear()


class Expressions(dict[tuple[Any, bool], re.Pattern[str]]):
    """The expression for some characters, or for all others, made when it is first asked for.

    tinyhtml5 2.1.0 keeps each under a key that nothing asks for, so it writes each anew for every piece of a page.
    """

    def __missing__(self, key: tuple[Any, bool]) -> re.Pattern[str]:
        characters, opposite = key
        listed = "".join(f"\\x{ord(character):02x}" for character in characters)
        made = self[key] = re.compile(f"[{listed}]+" if opposite else f"[^{listed}]+")
        return made


def kept_with_style(strut: Callable[[Any], tuple[float, float]]) -> Callable[[Any], tuple[float, float]]:
    """The same height of a line and its baseline for a style, found once for each style.

    WeasyPrint 70.0 finds what it knows by a text of sixteen properties, which it writes for each line and each element.
    """

    def found(style: Any) -> tuple[float, float]:
        kept: tuple[float, float] | None = vars(style).get("_strut")
        if kept is None:
            kept = vars(style)["_strut"] = strut(style)
        return kept

    return found


def copied_for_style(setup: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """The same empty layout of a text, made once for each style and then copied.

    WeasyPrint 70.0 describes the font, its features and the language to Pango for each line, to lay it out and to draw.
    """
    from weasyprint.text.ffi import ffi, gobject, pango

    def set_up(layout: Any, style: Any) -> None:
        kept: dict[str, Any] | None = vars(style).get("_layout")
        if kept is None:
            first = object.__new__(type(layout))
            setup(first, style)
            kept = vars(style)["_layout"] = {name: value for name, value in vars(first).items() if name != "style"}
        copied = ffi.gc(pango.pango_layout_copy(kept["layout"]), gobject.g_object_unref)
        vars(layout).update(kept, style=style, layout=copied)

    return set_up


def lines_kept_with_style(split: Callable[..., tuple[Any, ...]]) -> Callable[..., tuple[Any, ...]]:
    """The same first line of a text that is not very long, found once for each style and width.

    WeasyPrint 70.0 lays out a cell to find how wide a column must be, and a page or columns again until they are right.
    """

    def found(text: str, style: Any, context: Any, *where: Any, **how: Any) -> tuple[Any, ...]:
        if len(text) > _LONGEST_KEPT:
            return split(text, style, context, *where, **how)
        kept = vars(style).setdefault("_lines", {})
        key = (text, *where, *how.items())
        if key not in kept:
            kept[key] = split(text, style, context, *where, **how)
        layout, *measures = kept[key]
        return copy(layout), *measures  # a copy, because a layout that is drawn is changed

    return found


def lengths_kept_with_style(resolve: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """The same lengths of a box, found once for a style that has no percentages.

    WeasyPrint 70.0 finds eighteen lengths each time that it lays out a box, and most are zero or automatic.
    """

    def resolved(box: Any, containing_block: Any) -> None:
        style = box.style
        sizes = [style[name] for name in _SIZES]  # the layout of flexible boxes and grids changes these
        before, lengths = vars(style).get("_lengths", (None, None))
        if before != sizes:
            lengths = _fixed_lengths(style, resolve)
            vars(style)["_lengths"] = sizes, lengths
        if lengths and not (style["border_collapse"] == "collapse" and "Table" in type(box).__name__):
            vars(box).update(lengths)
        else:  # the borders of a table's parts are not those of its styles, if they collapse
            resolve(box, containing_block)

    return resolved


def _fixed_lengths(style: Any, resolve: Callable[[Any, Any], None]) -> dict[str, Any]:
    values = [style[name] for name in (*_SIZES, *_SPACES)]
    if not all(value == "auto" or getattr(value, "unit", None) == "px" for value in values):
        return {}
    box = SimpleNamespace(style=style)
    resolve(box, (0, 0))
    return {name: value for name, value in vars(box).items() if name != "style"}


def without_idle_rules(page: Any, html: str) -> None:
    """Take the rules of footnotes, if a page has none, and those of the marks of lists for all that is in no list.

    WeasyPrint 70.0 has six such rules in its own sheet, and finds the style of each mark for each element of a page.
    """
    import weasyprint

    if weasyprint.VERSION == "70.0":
        sheets, styles = page._ua_stylesheets, unescape(html)
        has_notes, has_items = (bool(about.search(styles)) for about in (_ABOUT_NOTES, _ABOUT_LIST_ITEMS))
        page._ua_stylesheets = lambda forms=False: [_lean(sheet, has_notes, has_items) for sheet in sheets(forms)]


def _lean(sheet: Any, has_notes: bool, has_items: bool) -> Any:
    """A sheet whose marks of notes are gone, and whose marks of lists are asked for `li` alone."""
    lean = copy(sheet)
    lean.matcher = matcher = copy(sheet.matcher)
    if not has_notes:
        matcher.other_selectors = [one for one in matcher.other_selectors if "note-" not in (one[-2] or "")]
    if not has_items:
        of_items = [one for one in matcher.other_selectors if one[-2] == "marker"]
        matcher.other_selectors = [one for one in matcher.other_selectors if one not in of_items]
        named = matcher.lower_local_name_selectors
        matcher.lower_local_name_selectors = {**named, "li": [*named.get("li", ()), *of_items]}
    return lean
