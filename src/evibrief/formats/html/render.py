"""Renders a `View` to the HTML that all three outputs are made from.

In: a `View`, templates, the look, and the typesetter for prose. Out: HTML, and complaints about its texts.

Templates see words, never markup. For each Markdown text the template prints a mark that nobody can know. Then all
texts are typeset in one run, in page order, and replace the marks. The page itself forbids a browser to load anything
but what it contains (`policy`).
"""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape

from evibrief.formats.html.complaints import Complaint, dead_links, too_long
from evibrief.formats.html.filling import (
    OWN_PAGE,
    BadTemplate,
    Filled,
    Marks,
    TemplateFault,
    fill_apart,
    fill_page,
    fill_template,
)
from evibrief.formats.html.foot import with_foot
from evibrief.formats.html.markdown import Typeset, inline
from evibrief.formats.html.policy import Contents, contents_of, own_contents, with_policy
from evibrief.formats.html.reference_notes import with_reference_notes, with_short_entries
from evibrief.formats.html.stamp import stamped
from evibrief.labels.dialect import parse_text
from evibrief.sections.blocks import Layer, Look, View
from evibrief.sections.figures.picture import addresses_in

PLAIN = Look()


@dataclass(frozen=True)
class Rendered:
    """The HTML, and the complaints about its texts."""

    html: str
    complaints: tuple[Complaint, ...]


def render(
    view: View,
    templates: Mapping[str, str],
    typesetter: Callable[[list[str]], Typeset],
    layer: Layer = "full",
    look: Look = PLAIN,
) -> Rendered:
    """Fill the templates and typeset the texts. A template `page.html.jinja` may extend ours and override its blocks.

    In a layer that leaves out records, links to them become plain words.

    Raises `BadTemplate` if the brief's own template cannot be filled, uses something that the view does not have, or
    prints something that is not allowed on a page.
    """
    marks = Marks(secrets.token_hex(16))
    templates = {**templates, "print.css": with_foot(templates["print.css"], view.foot)}
    own = templates.get(OWN_PAGE, "")
    filled = (fill_apart if own else fill_page)(view, templates, layer, look, marks)
    set_texts = typesetter(list(filled.texts))
    fragments = tuple(_short(filled, set_texts.fragments))
    html = with_reference_notes(marks.replaced(filled.html, fragments, set_texts.bibliography))
    html = with_names(html, view.names)
    html = with_short_entries(html, view.short_references) if layer == "core" else html
    # A draft may name records that are not there yet; its stamp marks them.
    found = tuple(_complaints(filled, set_texts, html if layer == "full" and not view.stamp else ""))
    html = html if layer == "full" else without_dead_links(html)
    if found:
        return Rendered(html, found)
    if own:
        contents = contents_of(html)
        sheets = [look.styles, *(templates[f"{name}.css"] for name in ("style", "print", "screen"))]
        pictures = {figure.address for figure in view.figures} | {look.logo}
        _refuse(html, contents, own, sheets, pictures)
    if view.stamp:
        html = stamped(html, view.stamp)
    return Rendered(with_policy(html, (contents_of if own else own_contents)(html)), ())


def _complaints(filled: Filled, set_texts: Typeset, html: str) -> Iterator[Complaint]:
    """What is wrong with the texts; links are looked at only with a whole page in `html`."""
    found = [*set_texts.complaints, *_too_long(filled, set_texts.fragments)]
    if html:
        found += _dead_links(html, filled.texts)
    for one in found:
        yield replace(one, text=filled.texts[one.index]) if one.index >= 0 else one


def _short(filled: Filled, fragments: tuple[str, ...]) -> Iterator[str]:
    """The fragments; those inside a line are without their `<p>`."""
    for index, fragment in enumerate(fragments):
        yield (inline(fragment) if index in filled.short else None) or fragment


def _dead_links(html: str, texts: tuple[str, ...]) -> Iterator[Complaint]:
    anchors = frozenset(re.findall(r'\bid="([^"]+)"', html))
    for index, text in enumerate(texts):
        yield from dead_links(index, parse_text(text).links, anchors)


def _too_long(filled: Filled, fragments: tuple[str, ...]) -> Iterator[Complaint]:
    for index in sorted(filled.short):
        if fragments[index] and inline(fragments[index]) is None:
            yield too_long(index)


def _refuse(html: str, contents: Contents, own: str, sheets: list[str], pictures: set[str]) -> None:
    """Raise `BadTemplate` for what a page may not hold; only a template of the brief's own can have printed it."""
    lines = list(enumerate(own.lower().split("\n"), 1))
    faults = []
    if contents.pictures != addresses_in(html):
        message, hint = "a picture cannot be told from what is around it", '<img src="…" alt="…">, and no more'
        faults.append(TemplateFault(0, message, hint))
    for wrong in contents.refused(sheets, pictures):
        line = next((number for number, words in lines if wrong.sign in words), 0)
        faults.append(TemplateFault(line, wrong.message, wrong.hint))
    if faults:
        raise BadTemplate(*faults)


def render_text(name: str, templates: Mapping[str, str], **values: object) -> str:
    """Fill a template of ours without prose, which needs no typesetting; an HTML page gets its policy."""
    text = fill_template(name, templates, **values)
    return with_policy(text, own_contents(text)) if name.endswith(".html.jinja") else text


def with_names(html: str, names: Mapping[str, str]) -> str:
    """The page with links that show an anchor alone, such as `E12`, showing what the page calls that record."""
    return re.sub(
        r'<a href="#([^"]+)"([^>]*)>\1</a>',
        lambda link: f'<a href="#{link[1]}"{link[2]}>{escape(names.get(link[1], link[1]))}</a>',
        html,
    )


def without_dead_links(html: str) -> str:
    """The page with dead internal links turned into plain words."""
    anchors = set(re.findall(r'\bid="([^"]+)"', html))
    return re.sub(
        r'<a href="#([^"]*)"[^>]*>(.*?)</a>',
        lambda link: link[0] if link[1] in anchors else link[2],
        html,
        flags=re.DOTALL,
    )
