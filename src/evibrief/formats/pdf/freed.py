"""Frees what the PDF engine keeps although it has no more use for it, in the version that does, and changes no byte.

In: a page that is parsed and laid out, and a document that is written once. Out: the same pages, without what they were
made from; and the same file, for which each text is let go when it is drawn, each page when it is tagged, and each
object when its bytes are made. So a long brief takes what its pages take, and no more while they are written.
"""

from collections.abc import Callable, Iterator
from copy import copy
from typing import Any

import pydyf

from evibrief.formats.memory import give_back

_PAGES_TOGETHER = 20
"""How many pages are let go before their memory is given back, which takes some milliseconds."""

_NO_SIDES: frozenset[str] = frozenset()


def free_early() -> None:
    """Let go of what is not needed, in each document that is `written_once` also as it is written."""
    import tinyhtml5.parser
    import weasyprint
    from weasyprint import document, layout, pdf

    if tinyhtml5.VERSION == "2.1.0":
        tinyhtml5.parser.HTMLParser.parse = parsing_once(tinyhtml5.parser.HTMLParser.parse)
    if weasyprint.VERSION == "70.0":
        layout.make_all_pages = with_small_boxes(layout.make_all_pages)
        document.layout_document = without_sources(document.layout_document)
        pdf.add_annotations = with_links_once(pdf.add_annotations)
        pdf.add_tags = tagging_once(pdf.add_tags)


def parsing_once(parse: Callable[..., Any]) -> Callable[..., Any]:
    """The same tree, without the parser: it and its own elements hold each other, and the text of the page.

    The collector of such circles seldom runs while a page is laid out.
    """

    def parsed(parser: Any, *how: Any, **named: Any) -> Any:
        made = parse(parser, *how, **named)
        waiting = [parser.tree.document]
        while waiting:
            element = waiting.pop()
            waiting += element._children
            vars(element).clear()
        vars(parser).clear()
        return made

    return parsed


def with_small_boxes(make_pages: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    """The same pages, whose boxes have no empty set each: of the sides without a border at the edge of a page.

    A page that is made again lets go of its boxes: it and its area for footnotes hold each other.
    """

    def made(context: Any, root_box: Any, html: Any, before: list[Any]) -> Iterator[Any]:
        pages = []
        for page in make_pages(context, root_box, html, before):
            for box in _with_inner(page):
                if not box.remove_decoration_sides:
                    box.remove_decoration_sides = _NO_SIDES
            pages.append(page)
            yield page
        for page in before:
            if page not in pages:
                page.children = []

    return made


def without_sources(lay_out: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    """The same pages, without what they were made from.

    A column knows the cells of its table, a target its box, and a picture the state of the layout with all styles.
    """

    def laid_out(html: Any, root_box: Any, context: Any, *how: Any) -> Iterator[Any]:
        pages = []
        for page in lay_out(html, root_box, context, *how):
            pages.append(page)
            yield page
        for one in (*pages, root_box):
            for box in _with_inner(one):
                vars(box).pop("get_cells", None)  # for backgrounds of columns, which are laid out
                vars(box.style).pop("_lines", None)
        vars(context.target_collector).clear()
        for name in ("style_for", "target_collector", "page_maker", "tables", "running_elements"):
            setattr(context, name, None)
        del html, root_box
        give_back()

    return laid_out


def _with_inner(box: Any) -> Iterator[Any]:
    """A box and all boxes in it."""
    waiting = [box]
    while waiting:
        one = waiting.pop()
        yield (one := getattr(one, "_box", one))  # where it is laid out apart from what is around it
        waiting += one.all_children()


def written_once(document: Any) -> Any:
    """The document, whose pages are let go of as they are written: it cannot be written again."""
    import weasyprint

    if weasyprint.VERSION == "70.0":
        document.is_written_once = True
        del document._html  # nothing asks for it
        for page in document.pages:
            page.paint = _painting_once(page.paint, page)
    return document


def _painting_once(paint: Callable[..., None], page: Any) -> Callable[..., None]:
    """The same drawing, of which each text is let go, and whose operators are joined: a page has ten thousand."""

    def painted(stream: Any, *how: Any) -> None:
        paint(stream, *how)
        stream.stream = [b"\n".join(map(pydyf._to_bytes, stream.stream))]
        for box in _with_inner(page._page_box):
            vars(box).pop("pango_layout", None)

    return painted


def with_links_once(add_annotations: Callable[..., None]) -> Callable[..., None]:
    """The same annotations, after which the links of a page, which know their boxes, are let go."""

    def added(links: list[Any], matrix: Any, document: Any, *where: Any) -> None:
        add_annotations(links, matrix, document, *where)
        if vars(document).get("is_written_once"):
            links.clear()

    return added


def tagging_once(add_tags: Callable[..., None]) -> Callable[..., None]:
    """The same tags, for each of which a page is let go if its document is written once."""

    def tagged(pdf: Any, document: Any, *how: Any) -> None:
        if vars(document).get("is_written_once"):
            document = copy(document)
            document.pages = _LetGo(document.pages)
        add_tags(pdf, document, *how)

    return tagged


class _LetGo(list[Any]):
    """Pages that are gone through once: each is emptied when the next is asked for."""

    def __iter__(self) -> Iterator[Any]:
        for number, page in enumerate(super().__iter__()):
            yield page
            vars(page).clear()
            if number % _PAGES_TOGETHER == 0:
                give_back()
