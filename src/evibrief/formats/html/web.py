"""Makes the web page of the page that all outputs share: figures inline, fonts, controls, and the one script.

In: a finished page with its figures. Out: HTML that loads nothing. All that a reader needs is in it without the script,
which only opens, folds, finds and copies. The script is ours, and the page's policy names it by its hash: nothing that
a brief brings can add another.
"""

import re
from collections.abc import Mapping
from html import escape
from urllib.parse import quote

from evibrief.formats.contract import Page
from evibrief.formats.html.cited import with_citation
from evibrief.formats.html.filling import fill_template, unescaped
from evibrief.formats.html.fonts import font_sheet
from evibrief.formats.html.kept_together import kept_together
from evibrief.formats.html.policy import contents_of, own_contents, with_policy, with_sheet
from evibrief.labels.languages import words_in
from evibrief.labels.sentence import Plural, Sentence
from evibrief.labels.web_groups import WebWords
from evibrief.resources import script_text, template_texts
from evibrief.sections.figures.picture import with_elements

FACETS = ("mechanism", "topic", "study-type", "directness", "status", "direction")
"""What claims can be filtered by, as the evidence tables name it in `data-` attributes."""


def web_page(page: Page) -> str:
    """The web page."""
    words, templates = words_in(page.brief.brief.language).web, template_texts()
    html = with_elements(kept_together(page.html), {figure.address: figure.drawing.inline for figure in page.figures})
    html = _with_controls(html, page, words, templates)
    html = _with_comparison(html, page, templates)
    html = html if page.view.stamp else with_citation(html, page.brief.brief)  # a draft is not to be cited
    html = _at_end(html, _report(page, words))
    script = script_text("screen.js")
    html = _at_end(html, f"<script>{script}</script>")
    lights = templates["appraisals.css"] if _LIGHTS in html else ""
    html = with_sheet(html, font_sheet(html) + templates["browser.css"] + lights)
    contents = (contents_of if page.theme.blocks else own_contents)(html)
    return with_policy(html, contents, [script])


_LIGHTS = 'id="figure_appraisals_'
"""Where it is, a page has a figure of appraisals, whose colours no other figure has."""

_CONTENTS = re.compile(
    r'<div class="contents" role="navigation"[^<>]*>\s*<h2 id="contents">(.*?)</h2>\s*<ul>\s*(.*?)\s*</ul>\s*</div>\n',
    re.DOTALL,
)
_NAVIGATION = """\
<nav class="contents" id="contents" aria-label="{title}">
<details><summary>{title}</summary>
<ul>
{first}{listed}
</ul>
</details>
</nav>
"""
_HEADING = re.compile('<h2 id="(bottom_line|summary)">(.*?)</h2>')
_FIRST = '<li class="level-2"><a href="#{}">{}</a></li>\n'
"""The contents of a page of paper begin behind page one and the summary; a browser has a way back to these."""


def _with_controls(html: str, page: Page, words: WebWords, templates: Mapping[str, str]) -> str:
    """The page with its contents and the controls before its text, behind the link that skips them."""
    found = _CONTENTS.search(html)
    html = html.replace(found[0], "", 1) if found else html
    first = "".join(_FIRST.format(*one) for one in _HEADING.findall(html)) if found else ""
    contents = unescaped(_NAVIGATION.format(title=found[1], first=first, listed=found[2]) if found else "")
    side = fill_template(
        "web.html.jinja", templates, words=words, facets=FACETS, contents=contents, said=_said(words),
        compared=page.view.compared if _CHANGES.search(html) else None,
    )  # fmt: skip
    place = re.search(r"(?=<main\b)", html) or re.search(r"<body[^<>]*>", html)
    end = place.end() if place else len(html)
    return html[:end] + side + html[end:]


_CHANGES = re.compile(r'<section [^<>]*aria-labelledby="section_changes">.*?(?=</section>)', re.DOTALL)


def _with_comparison(html: str, page: Page, templates: Mapping[str, str]) -> str:
    """The page with what each record was in the version before, at the end of its section on what changed."""
    section, compared = _CHANGES.search(html), page.view.compared
    if not section or not compared:
        return html
    words = words_in(page.brief.brief.language)
    table = fill_template("compared.html.jinja", templates, compared=compared, words=words.web, columns=words.columns)
    return html[: section.end()] + table + html[section.end() :]


def _said(words: WebWords) -> dict[str, dict[str, str]]:
    """What the script says: each text in its forms. Places for values are left as they are, for the script to fill."""
    said: dict[str, dict[str, str]] = {}
    for name, value in words:
        if isinstance(value, Plural):
            said[name] = {form: text for form, text in value if text}
        else:
            text = value(**{place: f"{{{place}}}" for place in value.names}) if isinstance(value, Sentence) else value
            said[name] = {"text": text}
    return said


def _report(page: Page, words: WebWords) -> str:
    """How to report an error."""
    contact = page.brief.brief.contact
    told = f"<p>{escape(words.no_contact)}</p>"
    if contact:
        subject = quote(words.report_subject(brief=page.view.running_title))
        told = f'<p><a href="mailto:{escape(contact)}?subject={subject}">{escape(words.report)}</a></p>'
    return f'<footer class="report">\n{told}\n</footer>\n'


def _at_end(html: str, last: str) -> str:
    """The page with something more at the end of its body."""
    place = html.rfind("</body>")
    place = len(html) if place < 0 else place
    return html[:place] + last + html[place:]
