"""NBIB: what PubMed calls its own format (`Send to: Citation manager`), and MEDLINE, which is the same.

In: the bytes of a file. Out: its references as CSL-JSON. The tags are those of the MEDLINE/PubMed Data Element
(Field) Descriptions of the National Library of Medicine.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from evibrief.importers import csl_parts
from evibrief.importers.contract import FoundReference
from evibrief.importers.texts import LARGEST_IMPORT, beginning_of, lost, on_one_line, text_of
from evibrief.problems import Place, Problem, Problems

_TAG = re.compile(r"([A-Z]{2,4}) {0,2}- ?(.*)")
_FIRST = re.compile(r"^(?:PMID|OWN) {0,2}- ", re.MULTILINE)
_BEGIN = ("PMID", "OWN")
_INITIALS = re.compile(r"(.+) ([A-Z]{1,4})(?: (Jr|Sr|2nd|3rd|4th|I{2,3}|IV))?")


class MedlineElement(NamedTuple):
    """One field of a record: its tag and its value."""

    tag: str
    value: str


class Nbib:
    """NBIB as an importer of references."""

    name = "nbib"
    label = "NBIB"
    largest = LARGEST_IMPORT

    def recognises(self, data: bytes) -> bool:
        """Whether a line begins with the tag of a PMID or, as in ERIC's files, of the owner of a record."""
        return _FIRST.search(beginning_of(data)) is not None

    def references(self, data: bytes, path: Path) -> tuple[FoundReference, ...]:
        """All references. Raises `Problems` if a line is in no record."""
        lines = text_of(data, path).split("\n")
        records = list(_records(lines, str(path)))
        held = [number for number, line in enumerate(lines, 1) if line.startswith("PMID")]
        read = [line for line, elements in records if _first(elements, "PMID")]
        if len(read) < len(held) or not records:
            raise lost(path, next((line for line in held if line not in read), 1), len(held), len(read))
        return tuple(FoundReference(csl_of_nbib(elements), line) for line, elements in records)


def _records(lines: Sequence[str], path: str) -> Iterator[tuple[int, list[MedlineElement]]]:
    """The line of each record and its elements. A blank line ends a record, and a second PMID begins another."""
    begun, elements = 0, list[MedlineElement]()
    for number, line in enumerate([*lines, ""], 1):
        found = _TAG.fullmatch(line)
        again = found and found[1] == "PMID" and any(one.tag == "PMID" for one in elements)
        if begun and (again or not line.strip()):
            yield begun, elements
            begun, elements = 0, []
        if found and (begun or found[1] in _BEGIN):
            begun = begun or number
            elements.append(MedlineElement(found[1], found[2].strip()))
        elif line[:1] == " " and line.strip() and elements:
            elements[-1] = MedlineElement(elements[-1].tag, f"{elements[-1].value} {line.strip()}")
        elif line.strip():
            message, hint = f"this line is in no record: `{line.strip():.60}`", "a record begins with `PMID-`"
            raise Problems([Problem(Place(path, number, 1), "import", message, hint)])


def csl_of_nbib(elements: Sequence[MedlineElement]) -> dict[str, Any]:
    """One record as CSL-JSON."""
    kind = _type_of(elements)
    title = sentence_as_title(_first(elements, *(("BTI", "TI") if kind == "book" else ("CTI", "TI", "BTI"))))
    journal, short = _first(elements, "JT"), _first(elements, "TA")
    in_journal = kind.startswith("article")
    return csl_parts.without_empty({
        "type": kind, "title": title,
        "container-title": (journal or short) if in_journal else _first(elements, "BTI") if kind == "chapter" else "",
        "container-title-short": short if in_journal and journal and short != journal else "",
        "author": people_of(elements, "FAU", "AU"), "editor": people_of(elements, "FED", "ED"),
        "issued": csl_parts.csl_date(_first(elements, "DP", "DEP")),
        "volume": _first(elements, "VI"), "issue": _first(elements, "IP"), "page": _first(elements, "PG"),
        "publisher": "" if in_journal else _first(elements, "PB", "JT"),
        **csl_parts.serial_numbers(_all(elements, "ISBN", "IS")),
        "DOI": _marked(elements, "doi"), "PMID": _first(elements, "PMID"),
        "PMCID": csl_parts.pmcid_in(_all(elements, "PMC")),
    })  # fmt: skip


def _all(elements: Iterable[MedlineElement], *tags: str) -> list[str]:
    """The values of these tags, in the order of the tags."""
    known = list(elements)
    return [on_one_line(one.value) for tag in tags for one in known if one.tag == tag and one.value]


def _first(elements: Iterable[MedlineElement], *tags: str) -> str:
    return next(iter(_all(elements, *tags)), "")


def _marked(elements: Iterable[MedlineElement], mark: str) -> str:
    """The article's number of a kind, which is marked: `10.1000/1 [doi]`."""
    marked = (text for text in _all(elements, "LID", "AID") if text.endswith(f"[{mark}]"))
    return next((text.removesuffix(f"[{mark}]").strip() for text in marked), "")


_TYPES = {"Book": "book", "Dissertations": "thesis", "Reports": "report", "Preprint": "article"}
"""What a type of publication begins with, if it is no article in a journal; the first three are those of ERIC."""


def _type_of(elements: Iterable[MedlineElement]) -> str:
    """The type of CSL. PubMed gives the title of a book a tag of its own."""
    types = _all(elements, "PT")
    if _first(elements, "BTI"):
        return "chapter" if _first(elements, "CTI", "TI") else "book"
    if any(one.startswith("Journal Article") for one in types) and "Preprint" not in types:
        return "article-journal"
    found = (kind for word, kind in _TYPES.items() if any(one.startswith(word) for one in types))
    return next(found, "article-journal")


def people_of(elements: Sequence[MedlineElement], full: str, short: str) -> list[dict[str, str]]:
    """People and groups in their order: by their full names or, in old records, with initials."""
    wanted = full if _all(elements, full) else short
    groups = ("CN",) if full == "FAU" else ()
    return [
        {"literal": on_one_line(one.value)} if one.tag in groups else _person(on_one_line(one.value))
        for one in elements if one.value and one.tag in (wanted, *groups)
    ]  # fmt: skip


def _person(text: str) -> dict[str, str]:
    """`Muster, Max` or, as in `AU`, `Muster M`."""
    found = None if "," in text else _INITIALS.fullmatch(text)
    if not found:
        return csl_parts.csl_name(text)
    return csl_parts.without_empty({"family": found[1], "given": " ".join(found[2]), "suffix": found[3]})


def sentence_as_title(text: str) -> str:
    """A title without the full stop that PubMed puts behind it."""
    words = on_one_line(text)
    return words[:-1] if words.endswith(".") and not words.endswith("..") else words
