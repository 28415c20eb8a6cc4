"""The stamp of a draft finds its places in whatever page a template of the brief's own makes."""

import pytest

from evibrief.formats.html.policy import contents_of, with_policy
from evibrief.formats.html.stamp import stamped
from evibrief.sections.blocks import Stamp

STAMP = Stamp("DRAFT", "This is a draft.", "What is unfinished", ("brief.yaml, line 2: title is missing",))
HEAD = '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
FRONT, STYLES = '<section class="draft"', "section.draft .banner"


@pytest.mark.parametrize(
    "page",
    [
        "</head>\n<body>\n@<p>Words</p></body></html>",
        "</head>\n<body>\n<main>@<p>Words</p></main></body></html>",
        "<title>x</title>\n<body>\n@<p>Words</p></body></html>",
        "</HEAD>\n<BODY>\n<MAIN>@<p>Words</p></MAIN></BODY></html>",
        '</head>\n<body title="<main>"><p title="<main>">First</p><main>@<p>Words</p></main></body>',
        '<meta name="description" content="</head>"></head>\n<body>@<p>Words</p></body>',
        '<style>p::after { content: "</head><main>" }</style></head>\n<body>@<p>Words</p></body>',
        "@</head>\n<p>Words</p>",
        "@<p>Words</p>",
    ],
)
def test_the_list_is_in_front_and_the_styles_come_last_in_the_head(page: str) -> None:
    before, after = page.split("@")
    made = stamped(f"{HEAD}{before}{after}", STAMP)
    front = made.index(FRONT)
    assert "Words" not in made[:front]
    assert made.partition("</section>")[2].lstrip() == after
    assert made.index(STYLES) < front
    assert sum(STYLES in sheet for sheet in contents_of(made).styles) == 1
    assert with_policy(made, contents_of(made))


def test_only_links_to_records_that_are_not_there_are_marked() -> None:
    links = '<a href="#there">one</a> <a href="#c9">two</a> <a href="#ref-smith2020">three</a>'
    made = stamped(f'{HEAD}</head>\n<body><main id="there">{links}</main></body>', STAMP)
    assert '<a href="#there">one</a> two <mark class="unfinished">[unfinished: no record c9 yet]</mark>' in made
    assert '<a href="#ref-smith2020">three</a>' in made
