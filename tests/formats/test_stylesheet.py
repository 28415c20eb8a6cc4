"""A theme's style sheet loads nothing, ends no element of the page, and is passed on only as far as it was read."""

import random
import re

import pytest
import tinycss2  # type: ignore[import-untyped]

from evibrief.formats.html.stylesheet import read_sheet
from evibrief.problems import Problems

LOADS = [
    "p{background:url(x)}", r"p{background:\75rl(x)}", r"p{background:u\72l('x')}", r"p{background:\000055 rl(x)}",
    "p{background:URL (x)}", "p{background:UrL(x)}", "p{background:url( 'x' )}", "p{background:url(x", "@import 'x';",
    "@IMPORT url(x);", r"@\69mport 'x';", "@import url(x) layer(a) supports(b:c) print;", "@font-face{src:url(x)}",
    "@font-face{font-family:q;src:local(x)}", "@media print{@font-face{src:url(x)}}", "@layer a{@import 'x';}",
    "@supports (a:b){@media print{p{background:url(x)}}}", "@page{@top-left{content:url(x)}}",
    "@page{background:url(x)}", ":root{--a:url(x)}", ":root{--a:{b:url(x)}}", "p{q &{background:url(x)}}",
    "p{background:image-set('x' 1x)}", "p{background:-webkit-image-set('x' 1x)}", "p{background:image('x')}",
    "p{background:-webkit-cross-fade(a,b)}", "p{background:cross-fade(a,b)}", "p{background:element(#a)}",
    "p{background:-moz-element(#a)}", "p{background:attr(a url)}", "p{background:attr(a type(<url>))}",
    "p{background:attr(a, 'b')}", "p{background:src('x')}", "p{background:src(var(--a))}", "p{background:paint(a)}",
    "p{behavior:x}", r"p{beha\76ior:x}", "p{-moz-binding:x}", "p{-MS-behavior:x}", "p{width:expression(a)}",
    "p{filter:progid:DXImageTransform.Microsoft.AlphaImageLoader(src='x')}", "p[a=url(x)]{}", "@media url(x){p{a:b}}",
    "@supports (a:url(x)){p{a:b}}", "@namespace a url(x);", "@document url(x){p{a:b}}", "@foo{p{a:url(x)}}",
    "@counter-style a{symbols:url(x)}", "@keyframes a{from{background:url(x)}}", "@container (a:b){p{a:url(x)}}",
    "p{cursor:url(x),auto}", "p{list-style:url(x)}", "p{mask:url(x)}", "p{clip-path:url(#x)}",
    "@color-profile a{src:b}",
    "p{unknown-function:later(x)}", "@view-transition{navigation:auto}", "@charset 'x';",
    "@property --a{syntax:url(x)}",
]  # fmt: skip
ENDS = [
    "/* </style> */", "p::after{content:'</style>'}", r"p::after{content:'\3c/style>'}", r"p::after{content:'\3c !--'}",
    "<!-- p{} -->", "a</b{}", r"\</style{a:b}", r"p{a\3c\2fstyle:b}", r"#\3c\2f style{}", "p{a:b}</STYLE ><script>",
    "/*<!*/", r"@\3c\2fstyle{}", "p[title='</']{}", ":root{--a:'</style'}", "p <script{}",
]  # fmt: skip
BROKEN = [
    "p { color red; } q{}", "p{color:red}}", "} p{a:b}", "p{a:'b\n}", "p", "p{a:b", "@media print", "@media;", "p{:a}",
    "p{a:b;;c}", "p{} ]", "p{a:)}", "(" * 3000, "p{" * 3000, "@media x{" * 3000, "p{a:" + "calc(" * 3000,
    "@page{@foo{}}",
]  # fmt: skip
FINE = [
    "", "a:hover{color:red}", ".x::after { content: 'a' counter(x) attr(href); }", "@page :first { margin: 1cm }",
    "@media (max-width: 3rem) and (400px <= width < 700px) { a:hover{b:c;color:red} }", "@layer a, b;",
    "@page { size: A4; @top-left { content: 'x' string(running) } }",
    "p{ &:hover{color:red} @media print{color:blue} }",
    "@supports (display:grid) and (not (a:b)) {p{color:var(--x, #123456)}}", ":root{--a: {x:y}; --b: calc(1px + 2px)}",
    "@namespace svg 'http://www.w3.org/2000/svg';", "@keyframes x { from {color:red} to {color:blue} }",
    "p{background:linear-gradient(90deg, red, blue 40%);transform:rotate(3deg)}", ".\\31 a{color:red !important}",
    "a::after{content:leader('.') target-counter(attr(href), page)}",
    "p:not(.a):nth-child(2n + 1){color:rgb(1 2 3 / 4%)}",
]  # fmt: skip


def places(text: str) -> list[tuple[int, int]]:
    with pytest.raises(Problems) as caught:
        read_sheet(text, "custom.css")
    assert {problem.place.path for problem in caught.value.problems} == {"custom.css"}
    return [(problem.place.line, problem.place.column) for problem in caught.value.problems]


@pytest.mark.parametrize("text", [*LOADS, *ENDS])
def test_what_could_load_or_end_is_refused_at_its_place(text: str) -> None:
    found = places(f"p {{ margin: 0 }}\n\n{text}")
    assert all(line == 3 for line, _ in found), found


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: text[:20])
def test_what_cannot_be_read_is_refused_and_not_mended(text: str) -> None:
    if text == "p{a:b":
        assert read_sheet(text, "custom.css") == "p{a:b}"  # the end of a file closes all (CSS Syntax 3, 5.4.8)
    elif text == "p{a:b;;c}":
        assert places(text) == [(1, 8)]
    else:
        assert places(text)


@pytest.mark.parametrize("text", FINE)
def test_a_sheet_that_loads_nothing_is_passed_on_as_it_is(text: str) -> None:
    assert read_sheet(text, "custom.css").replace('"', "'") == text


def test_comments_go_and_everything_else_stays_where_it_was() -> None:
    text = "/* a\nb */ p { /* c */ color: /**/red }\nq/**/r { margin: 0 }"
    made = read_sheet(text, "custom.css")
    assert "a" not in made.split("p")[0]
    assert [len(line) for line in made.split("\n")] == [len(line) for line in text.split("\n")]
    assert made.split("\n")[1].index("color") == text.split("\n")[1].index("color")


def test_all_places_are_told_at_once() -> None:
    assert places("p{a:url(x)}\nq{b:url(y)}\n@import 'z';") == [(1, 5), (2, 5), (3, 1)]


@pytest.mark.parametrize("text", ["@import 'x';", r"@\69mport 'x';", "@font-face{src:local(x)}"])
def test_what_would_load_something_is_called_so(text: str) -> None:
    with pytest.raises(Problems, match="would load something"):
        read_sheet(text, "custom.css")


@pytest.mark.slow
def test_whatever_is_passed_on_is_read_again_without_a_find() -> None:
    """Pieces put together at random, 3,000 times: what passes holds no address in any spelling, and ends nothing."""
    chance = random.Random(14)
    pieces = [*"{}()[];:,'\"<>/*!-\\@# \n", "url(", "u\\72l(", "a", "p", "@media x", "src", "/style", "/*", "*/",
    "image-set(",
              "3c ", "\\3c", "--b", "1px", "calc(", "var(", "@import"]  # fmt: skip
    passed = 0
    for _ in range(3000):
        text = "".join(chance.choice(pieces) for _ in range(chance.randint(1, 14)))
        try:
            made = read_sheet(text, "custom.css")
        except Problems:
            continue
        passed += 1
        assert not re.search(r"</|<!", made)
        assert read_sheet(made, "custom.css") == made
        assert not any(node.type == "error" for node in tinycss2.parse_component_value_list(made)), made
    assert passed > 100
