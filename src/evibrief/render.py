"""From a `View` to the one HTML that all three outputs are made of: the only owner of `jinja2`.

In: a `View`, templates, the style sheet, and the typesetter of the prose. Out: HTML, and what was wrong with texts.

Templates see words, never markup. A text in Markdown leaves a numbered mark; after the template has run, all texts
are typeset in one pass in the order in which they stand on the page, and the marks are replaced.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import jinja2
from jinja2 import TemplateError as TemplateError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from evibrief.page import Look, View
from evibrief.prose import Typeset, inline

_MARK = re.compile("\ue002(\\d+)\ue003")
PLAIN = Look()
OWN_PAGE = "page.html.jinja"
"""The template of a brief's own theme."""

_BIBLIOGRAPHY = "\ue002bibliography\ue003"


@dataclass(frozen=True)
class Rendered:
    """The HTML, and for each complaint the text it is about (empty: the whole) with what is wrong and a hint."""

    html: str
    complaints: tuple[tuple[str, str, str], ...]


@dataclass
class _Texts:
    """The texts that a template asked for, in the order of the page, and which of them have to be one paragraph."""

    texts: list[str] = field(default_factory=list)
    short: set[int] = field(default_factory=set)

    def block(self, text: str) -> Markup:
        self.texts.append(text)
        return Markup(f"\ue002{len(self.texts) - 1}\ue003")

    def line(self, text: str) -> Markup:
        self.short.add(len(self.texts))
        return self.block(text)


Layer = Literal["page", "summary", "full"]
"""How much of a brief: its first page, that and the summary, or all of it."""


def render(
    view: View,
    templates: Mapping[str, str],
    typesetter: Callable[[list[str]], Typeset],
    layer: Layer = "full",
    look: Look = PLAIN,
) -> Rendered:
    """Fill the templates and typeset the texts. A template `page.html.jinja` may extend ours and override its blocks.

    In a layer that leaves out records, links to them become plain words.

    Raises `jinja2.TemplateError` for a template that asks for what the view does not have: nothing is printed empty.
    """
    texts = _Texts()
    environment = SandboxedEnvironment(
        loader=jinja2.DictLoader(dict(templates)),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"prose": texts.block, "line": texts.line}
    page = environment.get_template(OWN_PAGE if OWN_PAGE in templates else "brief.html.jinja")
    sheets = {name: Markup(templates[f"{name}.css"]) for name in ("style", "print", "screen")}
    sheets |= {"theme": Markup(look.styles), "bibliography": Markup(_BIBLIOGRAPHY)}
    html = page.render(view=view, layer=layer, look=look, **sheets)
    set_texts = typesetter(texts.texts)
    complaints = [(texts.texts[c.index] if c.index >= 0 else "", c.message, c.hint) for c in set_texts.complaints]
    fragments = list(set_texts.fragments)
    for index in texts.short:
        if (short := inline(fragments[index])) is None and fragments[index]:
            complaints.append(
                (texts.texts[index], "this text has to be one paragraph", "it stands in a table or a list")
            )
        fragments[index] = short or fragments[index]
    html = _MARK.sub(lambda match: fragments[int(match[1])], html)
    html = html.replace(_BIBLIOGRAPHY, set_texts.bibliography)
    return Rendered(html if layer == "full" else without_dead_links(html), tuple(complaints))


def render_text(name: str, templates: Mapping[str, str], **values: object) -> str:
    """A template that holds no prose and needs no typesetting, filled with values. Raises as `render` does."""
    environment = SandboxedEnvironment(
        loader=jinja2.DictLoader(dict(templates)), undefined=jinja2.StrictUndefined, autoescape=True,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template(name).render(**values)


def without_dead_links(html: str) -> str:
    """The page with links to what it does not hold as plain words."""
    anchors = set(re.findall(r'\bid="([^"]+)"', html))
    return re.sub(
        r'<a href="#([^"]*)"[^>]*>(.*?)</a>',
        lambda link: link[0] if link[1] in anchors else link[2],
        html,
        flags=re.DOTALL,
    )
