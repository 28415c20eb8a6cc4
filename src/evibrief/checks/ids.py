"""Rules on ids that the page or Word could not keep apart. Versions that were archived with such an id stay readable.

In: a `Context`. Out: the findings of each rule. A rule is a generator; its docstring is its documentation.
"""

import re
from collections.abc import Iterator

from evibrief.checks.rule import Context, Finding, Rule, error
from evibrief.evidence.source import Location
from evibrief.evidence.validate import ids_in

OF_THE_PAGE = frozenset((
    "about", "annexes", "bottom_line", "cite", "compare", "compared", "contents", "controls", "counts",
    "current", "dark", "filter", "found", "main", "not_this", "order", "popover", "question", "refs", "results",
    "safety", "said", "search", "shown", "sources", "summary", "title", "words",
))  # fmt: skip
"""The ids of the parts of the page itself, which no record may have."""

_PARTS_OF_THE_PAGE = re.compile("(section|summary|ranking|limits|methods|changes|figure)_.*")
"""How the page names its sections, figures and own headings: some come from the instrument or an addition."""


def is_of_the_page(name: str) -> bool:
    """Whether a part of the page itself has this id. Word tells no capital from a small letter in a bookmark."""
    small = name.lower()
    return small in OF_THE_PAGE or _PARTS_OF_THE_PAGE.fullmatch(small) is not None


def id_of_the_page(case: Context) -> Iterator[Finding]:
    """A record with the id of a part of the page, such as `main` or `section_harms`: links to it would lead there.

    Choose another. If the record was archived under that id, name it under `replaces`.
    """
    for kind, name, location in ids_in(case.source.tree):
        if kind != "references" and is_of_the_page(name):
            yield Finding(location, f"`{name}` cannot be an id: a part of the page is called so", "choose another")


def ids_alike(case: Context) -> Iterator[Finding]:
    """Two ids that differ in capitals only: Word takes them for one bookmark. Give one of the records another."""
    first: dict[str, tuple[str, Location]] = {}
    for _, name, location in ids_in(case.source.tree):
        known, at = first.setdefault(name.lower(), (name, location))
        if known != name:  # the same id twice is another problem
            message = f"the id `{name}` is already used at {case.source.place(at)}"
            hint = "give this record another id; to Word, capitals and small letters are the same in it"
            yield Finding(location, message, hint)


RULES: tuple[Rule, ...] = (
    error("id-of-the-page", id_of_the_page),
    error("ids-alike", ids_alike),
)
