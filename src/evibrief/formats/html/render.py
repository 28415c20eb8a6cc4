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
from evibrief.formats.html.markdown import Complaint, Typeset, inline
from evibrief.formats.html.policy import Contents, contents_of, with_policy
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
    complaints = [_with_text(complaint, filled) for complaint in set_texts.complaints]
    complaints += _too_long(filled, set_texts.fragments)
    html = marks.replaced(filled.html, fragments, set_texts.bibliography)
    if layer == "full":
        complaints += (_with_text(one, filled) for one in _dead_links(html, fragments))
    html = html if layer == "full" else without_dead_links(html)
    if complaints:
        return Rendered(html, tuple(complaints))
    contents = contents_of(html)
    if own:
        sheets = [look.styles, *(templates[f"{name}.css"] for name in ("style", "print", "screen"))]
        pictures = {figure.address for figure in view.figures} | {look.logo}
        _refuse(html, contents, own, sheets, pictures)
    return Rendered(with_policy(html, contents), ())


def _with_text(complaint: Complaint, filled: Filled) -> Complaint:
    return replace(complaint, text=filled.texts[complaint.index]) if complaint.index >= 0 else complaint


def _short(filled: Filled, fragments: tuple[str, ...]) -> Iterator[str]:
    """The fragments; those inside a line are without their `<p>`."""
    for index, fragment in enumerate(fragments):
        yield (inline(fragment) if index in filled.short else None) or fragment


def _dead_links(html: str, fragments: tuple[str, ...]) -> Iterator[Complaint]:
    """Links of authors to records that are not on the page. Those of citations are the engine's."""
    anchors = set(re.findall(r'\bid="([^"]+)"', html))
    for index, fragment in enumerate(fragments):
        for target in dict.fromkeys(re.findall(r'<a href="#([^"]*)"', fragment)):
            if target not in anchors and not target.startswith("ref-"):
                message, hint = f"the link `#{target}` leads to no record on the page", "use the id of a record"
                yield Complaint(index, message, hint, within=f"#{target}")


def _too_long(filled: Filled, fragments: tuple[str, ...]) -> Iterator[Complaint]:
    for index in sorted(filled.short):
        if fragments[index] and inline(fragments[index]) is None:
            message, hint = "this text has to be one paragraph", "it stands in a table or a list"
            yield Complaint(index, message, hint, filled.texts[index])


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
    """Fill a template without prose, which needs no typesetting; an HTML page gets its policy."""
    text = fill_template(name, templates, **values)
    return with_policy(text, contents_of(text)) if name.endswith(".html.jinja") else text


def without_dead_links(html: str) -> str:
    """The page with dead internal links turned into plain words."""
    anchors = set(re.findall(r'\bid="([^"]+)"', html))
    return re.sub(
        r'<a href="#([^"]*)"[^>]*>(.*?)</a>',
        lambda link: link[0] if link[1] in anchors else link[2],
        html,
        flags=re.DOTALL,
    )
