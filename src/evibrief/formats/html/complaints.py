"""What may be wrong with a text on the page, and finding it without typesetting.

In: a `View`. Out: complaints. The typesetter and the page make the same ones, in the same words.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from evibrief.labels import dialect
from evibrief.labels.dialect import Parsed
from evibrief.sections.blocks import View
from evibrief.sections.printed import Printed, link_targets_of, texts_of

ALLOWED_LINKS = ("#", "http://", "https://", "mailto:")


@dataclass(frozen=True)
class Complaint:
    """A complaint about one text, by index; -1 for all texts together, `IN_LIST` for the reference list.

    `text` is the text that the complaint is about, and `within` the part of it that is wrong, if it is known.
    """

    index: int
    message: str
    hint: str = ""
    text: str = ""
    within: str = ""
    of_style: bool = False


def complaints(view: View) -> Iterator[Complaint]:
    """What a build would complain about in the texts of a brief with our own look.

    The exceptions are what pandoc says of a citation style, and a text that it would print in other words than
    `labels.dialect` reads.
    """
    anchors = link_targets_of(view)
    for index, printed in enumerate(texts_of(view)):
        for one in _of_text(index, printed, anchors):
            yield replace(one, text=printed.prose)


def _of_text(index: int, printed: Printed, anchors: frozenset[str]) -> Iterator[Complaint]:
    parsed = dialect.parse_text(printed.prose)
    yield from two_ways(index, parsed)
    yield from (forbidden_link(index, target) for target in parsed.links if not target.startswith(ALLOWED_LINKS))
    if parsed.pictures:
        yield forbidden(index, "a picture")
    if printed.one_paragraph and not parsed.one_paragraph:
        yield too_long(index)
    yield from dead_links(index, parsed.links, anchors)


def two_ways(index: int, parsed: Parsed) -> Iterator[Complaint]:
    """Complaints about what can be read in two ways, and about what is no text."""
    for fault in parsed.faults:
        yield Complaint(index, fault.message, fault.hint, within=fault.within)


def forbidden(index: int, what: str) -> Complaint:
    """A complaint about something that no text can have."""
    return Complaint(index, f"{what} may not stand in a text", "texts are paragraphs, lists, links and citations")


def forbidden_link(index: int, target: str) -> Complaint:
    """A complaint about a link with an address that may not be on the page."""
    message, hint = f"the link `{target}` leads nowhere that is allowed", "use #id, https: or mailto:"
    return Complaint(index, message, hint, within=target)


def too_long(index: int) -> Complaint:
    """A complaint about several paragraphs where there is room for one."""
    return Complaint(index, "this text has to be one paragraph", "it stands in a table or a list")


def dead_links(index: int, links: Iterable[str], anchors: frozenset[str]) -> Iterator[Complaint]:
    """Complaints about links of authors, as typed, to records that are not on the page. Citations are no such links."""
    for link in links:
        target = dialect.target_of(link)
        if link.startswith("#") and target not in anchors and not target.startswith("ref-"):
            message, hint = f"the link `{link}` leads to no record on the page", "use the id of a record"
            yield Complaint(index, message, hint, within=link)
