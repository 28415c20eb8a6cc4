"""Keeps together on one line what a reader takes in at once: `0.5 mg/kg`, `n = 24`, `T1/T2`.

In: a page. Out: the same page and the same words, with these in spans that do not break. A word joiner would do it too,
but then nobody would find the words by searching for them.
"""

import re

_SKIPPED = re.compile(r"(<style\b.*?</style>|<script\b.*?</script>|<[^>]*>)", re.DOTALL)
_TOGETHER = re.compile(
    r"""
    (?<![\w/.:-])(?:
      \d[\d.,\u2013-]*\ (?:[^\W\d_]{1,3}|%)(?:/[^\W\d_]{1,6}){0,2}(?![\w/])  # an amount with its unit
      | [A-Za-z\u0370-\u03ff]{1,2}\ (?:[=<>\u2264\u2265]|&[lg]t;)\ -?[\d.,]*\d      # n = 24, p < 0.05
      | [^\W_]{1,7}/[^\W_]{1,7}(?![\w/.])                                        # T1/T2, 3/3
    )""",
    re.VERBOSE,
)


def kept_together(html: str) -> str:
    """The page with a span around each of these. Addresses are left alone: they have to break somewhere."""
    parts = _SKIPPED.split(html)
    parts[::2] = (_TOGETHER.sub(r'<span class="together">\g<0></span>', words) for words in parts[::2])
    return "".join(parts)
