"""Makes the page of the preview from the web page of a brief.

In: the web page. Out: the same page with one more script and style sheet of ours. Its policy names both by their
hashes, and lets the page ask the address that it came from, and no other.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from html import escape

from evibrief.formats.html.policy import with_live_script
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
