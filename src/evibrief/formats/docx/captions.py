"""Captions of tables and figures as Word makes them: with a number that it counts, and references that follow it.

In: the body, with captions that begin like `Table 3.` Out: the same, in which each such number is a SEQ field in a
bookmark (ECMA-376 part 1, 17.16.5.56), and each link to that table whose words are `Table 3` is a REF field to it
(17.16.5.46). All fields hold the same words as before, so that the text is right whether they are updated or not.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from evibrief.formats.docx.names import W
from evibrief.formats.docx.paragraphs import (
    BOOKMARK_ENDS,
    PARAGRAPH,
    bookmarked,
    free_numbers,
    paragraph_style,
    text_inside,
    whole_field,
    word_run,
)

_CAPTIONS = ("TableCaption", "ImageCaption", "Caption")
_NUMBERED = re.compile(r"(\D*[^\W\d_]\W*)(\d+)(?!\d)")
"""The label and number that a caption begins with, such as `Table ` and `3`."""


@dataclass(frozen=True, slots=True)
class WordCaption:
    """A numbered caption: the name by which Word counts it, its bookmark, its label with the number, and its words.

    `around` are the names of the bookmarks that hold the caption: what leads to one of them leads to its figure.
    """

    sequence: str
    bookmark: str
    label: str
    words: str
    around: frozenset[str]


def number_captions(body: Any) -> tuple[WordCaption, ...]:
    """Make the number of every caption a field; return the captions in their order."""
    counts: Counter[str] = Counter()
    numbers, found = free_numbers(body), []
    for paragraph, around in list(_captions(body)):
        for text in list(paragraph.iter(f"{W}t"))[:1]:
            if numbered := _NUMBERED.match(text.text or ""):
                field = _field(numbered, counts)
                caption = _caption(numbered, text_inside(paragraph), around)
                _number(text.getparent(), numbered, bookmarked(next(numbers), caption.bookmark, *field))
                found.append(caption)
    return tuple(found)


def _captions(body: Any) -> Iterator[tuple[Any, frozenset[str]]]:
    """Each caption with the names of the bookmarks that are open where it begins."""
    open_: dict[str, str] = {}
    for element in body.iter(PARAGRAPH, *BOOKMARK_ENDS):
        if element.tag == PARAGRAPH and paragraph_style(element) in _CAPTIONS:
            yield element, frozenset(open_.values())
        elif element.tag == BOOKMARK_ENDS[0]:
            open_[element.get(f"{W}id")] = element.get(f"{W}name")
        else:
            open_.pop(element.get(f"{W}id"), None)


def _field(numbered: re.Match[str], counts: Counter[str]) -> tuple[Any, ...]:
    """Label and number of a caption, the number as a field; `counts` are the numbers before it."""
    label, number = numbered.groups()
    sequence = _sequence(label)
    counts[sequence] += 1
    # A number that is not the next one is set: counting would change it.
    start = "" if int(number) == counts[sequence] else rf" \r {number}"
    counts[sequence] = int(number)
    return word_run(label), *whole_field(rf"SEQ {sequence} \* ARABIC{start}", word_run(number))


def _sequence(label: str) -> str:
    return "".join(letter for letter in label if letter.isalnum())


def _caption(numbered: re.Match[str], words: str, around: frozenset[str]) -> WordCaption:
    label, number = numbered.groups()
    sequence = _sequence(label)
    return WordCaption(sequence, f"_Ref_{sequence}_{number}"[:40], f"{label}{number}", words, around)


def _number(run: Any, numbered: re.Match[str], bookmark: Iterable[Any]) -> None:
    """Put the bookmark before a run that begins with label and number, and take these out of the run."""
    for element in bookmark:
        run.addprevious(element)
    run.find(f"{W}t").text = numbered.string[numbered.end() :]


def refer_to_captions(body: Any, captions: Iterable[WordCaption]) -> None:
    """Make links such as `Table 3` references to the caption, if they lead to its table.

    Others stay as they are: their words may name a table of a source, or they lead to a row.
    """
    named = {" ".join(caption.label.split()): caption for caption in captions}
    for link in list(body.iter(f"{W}hyperlink")):
        caption = named.get(" ".join(text_inside(link).split()))
        if caption and link.get(f"{W}anchor") in caption.around:
            for element in whole_field(rf"REF {caption.bookmark} \h", *link):
                link.addprevious(element)
            link.getparent().remove(link)
