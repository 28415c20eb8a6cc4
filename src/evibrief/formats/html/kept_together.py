"""Keeps together on one line what a reader takes in at once: `0.5 mg/kg`, `n = 24`, `T1/T2`.

In: a page. Out: the same page and the same words. A browser gets spans that do not break, so that what is copied from
the page is what was written. The engine of the PDF breaks lines badly beside such spans; it gets signs that forbid a
break, which are not in the text that a viewer finds and copies. Word gets its no-break space, which its search takes
for a space; it has no sign that joins words and that every font has, and it breaks no line at a slash. Headings are
left alone: they are entries of outlines.
"""

import re
from functools import lru_cache

from evibrief import resources
from evibrief.labels.sentence import NO_BREAK

_WHOLE = "|".join(rf"<{tag}\b.*?</{tag}>" for tag in ("style", "script", "title", "h1", "h2", "h3", "h4"))
_SKIPPED = re.compile(rf"({_WHOLE}|<[^>]*>)", re.DOTALL)
_UNITS = "|".join(re.escape(unit) for unit in sorted((*resources.units(), "%"), key=len, reverse=True))
_TOGETHER = re.compile(
    rf"""
    (?<![\w/.:-])(?:
      \d[\d.,\u2013-]*\ (?:{_UNITS})(?![\w/])                                    # an amount with its unit
      | [A-Za-z\u0370-\u03ff]{{1,2}}\ (?:[=<>\u2264\u2265]|&[lg]t;)\ -?[\d.,]*\d      # n = 24, p < 0.05
      | [^\W_]{{1,7}}/[^\W_]{{1,7}}(?![\w/.])                                        # T1/T2, 3/3
    )""",
    re.VERBOSE,
)
_NAME_AND_YEAR = re.compile(r"(?<=[^\W\d_]{2})\ (?=(?:19|20)\d\d(?!\d))")
_SHORT_COMPOUND = re.compile(r"(?<![\w-])([^\W\d_][^\W_]{0,3}-)(?=[^\W_]{1,8}(?![\w-]))")
JOINER = "\u2060"

_remembered = lru_cache(10_000)
"""Cells of tables say the same again and again, and an edit in a preview leaves all words but its own as they were."""


def kept_together(html: str) -> str:
    """The page with a span around each of these. Addresses are left alone: they have to break somewhere."""
    parts = _SKIPPED.split(html)
    parts[::2] = map(_spanned, parts[::2])
    return "".join(parts)


def joined_together(html: str) -> str:
    """The page with signs in these that forbid a break; also in a name with its year, and in a short compound."""
    parts = _SKIPPED.split(html)
    parts[::2] = map(_with_signs, parts[::2])
    return "".join(parts)


def spaced_together(html: str) -> str:
    """The page with no-break spaces in these, and between a name and its year."""
    parts = _SKIPPED.split(html)
    parts[::2] = map(_spaced, parts[::2])
    return "".join(parts)


@_remembered
def _spanned(words: str) -> str:
    return _TOGETHER.sub(r'<span class="together">\g<0></span>', words)


@_remembered
def _spaced(words: str) -> str:
    return _NAME_AND_YEAR.sub(NO_BREAK, _TOGETHER.sub(lambda one: one[0].replace(" ", NO_BREAK), words))


@_remembered
def _with_signs(words: str) -> str:
    signed = _TOGETHER.sub(lambda one: one[0].replace(" ", NO_BREAK).replace("/", f"/{JOINER}"), words)
    return _SHORT_COMPOUND.sub(rf"\1{JOINER}", _NAME_AND_YEAR.sub(NO_BREAK, signed))
