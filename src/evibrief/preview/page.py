"""Makes the page of the preview from the web page of a brief.

In: the web page. Out: the same page with one more script and style sheet of ours. Its policy names both by their
hashes, and lets the page ask the address that it came from, and no other.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from html import escape

from evibrief.formats.html.policy import with_live_script
from evibrief.preview.pages import LABEL, LaidOut
from evibrief.resources import script_text, template_texts

_EMPTY = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
</head>
<body>
<main id="main"></main>
</body>
</html>
"""

_PAGES = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<link rel="icon" href="data:,">
<title>{title}</title>
</head>
<body class="preview-pages">
<main id="main">
{pages}
</main>
</body>
</html>
"""
_ONE = """\
<figure id="page-{number}">
<figcaption>{label} · page {number} of {last}</figcaption>
<img src="/pages/{name}/{number}.png" width="{width}" height="{height}" loading="lazy" alt="Page {number} of {last}">
</figure>"""
_POLICY = (
    "default-src 'none'; script-src 'none'; style-src 'none'; img-src 'self' data:; base-uri 'none'; form-action 'none'"
)
"""Of pictures in the page there is one: the empty icon, for which a browser would otherwise ask."""


@dataclass(frozen=True)
class LivePage:
    """A page in UTF-8, and its name, which is a hash of what it shows."""

    data: bytes = field(repr=False)
    name: str


def live_page(page: str) -> LivePage:
    """The page with the preview's script. Its own script is put into a function, so that it can run again."""
    name, own = sha256(page.encode()).hexdigest()[:16], script_text("screen.js")
    again = f"(() => {{\n{own}}})();\n"
    page = page.replace(f"<script>{own}</script>", f"<script>{again}</script>", 1)
    page = page.replace("</title>", f'</title>\n<meta name="preview" content="{name}">', 1)
    sheet = template_texts()["preview.css"]
    return LivePage(with_live_script(page, script_text("preview.js"), sheet, [again]).encode(), name)


def empty_page(title: str) -> LivePage:
    """The page of a brief of which none could be made yet."""
    return live_page(_EMPTY.format(title=escape(title)))


def pages_page(title: str, laid: LaidOut | None) -> LivePage:
    """A page with the pages of the PDF as pictures, each loaded when it is scrolled to; empty if there are none yet."""
    sizes = enumerate(laid.sizes if laid else (), 1)
    shown = (
        _ONE.format(label=LABEL, number=number, last=len(laid.sizes), name=laid.name, width=width, height=height)
        for number, (width, height) in sizes
        if laid
    )
    return live_page(_PAGES.format(policy=_POLICY, title=escape(f"Pages: {title}"), pages="\n".join(shown)))
