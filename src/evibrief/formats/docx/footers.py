"""The foot of each page in Word, in the words of the brief's language.

In: the parts of a package made with a reference document. Out: the footers that change. What a designer wrote there
instead of ours stays as it is.
"""

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lxml import etree

from evibrief.formats.docx.names import W
from evibrief.formats.docx.package import serialised
from evibrief.formats.docx.reference import FOOT
from evibrief.sections.blocks import PAGE, PAGES, Foot


def footer_parts(parts: Mapping[str, bytes], foot: Foot) -> Mapping[str, bytes]:
    """The footers that have our words in them, with those of the brief; none where they are the same."""
    first, *rest = foot.page_number
    pieces = [f"{foot.no_advice} · {'' if first in (PAGE, PAGES) else first}"]
    pieces += [first, *rest] if first in (PAGE, PAGES) else rest
    if pieces == [FOOT[0], PAGE, FOOT[1], PAGES]:
        return {}
    changed = {}
    for name in parts:
        if re.fullmatch(r"word/footer\d*\.xml", name):
            tree = etree.fromstring(parts[name])
            for paragraph in list(_ours(tree)):
                _reword(paragraph, pieces)
            changed[name] = serialised(tree)
    return changed


def _ours(tree: Any) -> Iterator[Any]:
    """The paragraphs that say what our reference document says, each text in a run of its own."""
    for paragraph in tree.iter(f"{W}p"):
        texts = tuple("".join(run.itertext()) for run in paragraph.iterchildren(f"{W}r"))
        if texts == FOOT and len(list(paragraph.iterchildren(f"{W}fldSimple"))) == len(FOOT):
            yield paragraph


def _reword(paragraph: Any, pieces: Sequence[str]) -> None:
    """The paragraph's runs and fields anew, in the order of the pieces."""
    run = next(paragraph.iterchildren(f"{W}r"))
    page, pages = paragraph.iterchildren(f"{W}fldSimple")
    fields = {PAGE: page, PAGES: pages}
    made = [copy.deepcopy(fields.get(piece, run)) for piece in pieces]
    for old in list(paragraph.iterchildren(f"{W}r", f"{W}fldSimple")):
        paragraph.remove(old)
    for piece, new in zip(pieces, made, strict=True):
        if piece not in fields:
            new.find(f"{W}t").text = piece
        paragraph.append(new)
