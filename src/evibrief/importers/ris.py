"""RIS: the files that Zotero, EndNote, Mendeley, Rayyan, Covidence, Embase, Scopus and many others export.

In: the bytes of a file. Out: its references as CSL-JSON. rispy reads the records; which lines begin a record is counted
here, because rispy says nothing of a record that it does not read. Each program uses the tags in its own way: the
meanings are those on which the exports of many programs agree.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from evibrief.importers import csl_parts
from evibrief.importers.contract import FoundReference
from evibrief.importers.texts import LARGEST_IMPORT, beginning_of, lost, on_one_line, text_of
from evibrief.problems import Place, Problem, Problems, one_problem

_TAG = re.compile(r"([A-Z][A-Z0-9])  -(?: (.*)|$)")
_START = re.compile(r"TY  -(?: |$)", re.MULTILINE)
_LOOSE = re.compile(r"^[ \t]*TY[ \t]*-", re.MULTILINE)

TYPES_OF_RIS: Mapping[str, str] = {
    **dict.fromkeys(("JOUR", "EJOUR", "JFULL", "ABST", "INPR"), "article-journal"),
    "MGZN": "article-magazine", "NEWS": "article-newspaper", "UNPB": "manuscript", "MANSCPT": "manuscript",
    **dict.fromkeys(("BOOK", "EBOOK", "EDBOOK", "SER", "CLSWK", "WHOLE"), "book"),
    **dict.fromkeys(("CHAP", "ECHAP"), "chapter"), **dict.fromkeys(("CONF", "CPAPER"), "paper-conference"),
    "THES": "thesis", **dict.fromkeys(("RPRT", "GOVDOC"), "report"), "PAT": "patent", "STAND": "standard",
    **dict.fromkeys(("ELEC", "WEB", "ICOMM"), "webpage"), "BLOG": "post-weblog",
    **dict.fromkeys(("DATA", "DBASE", "AGGR"), "dataset"), "COMP": "software", "SLIDE": "speech",
    "DICT": "entry-dictionary", "ENCYC": "entry-encyclopedia", "MAP": "map", "PAMP": "pamphlet",
    **dict.fromkeys(("MPCT", "VIDEO", "ADVS"), "motion_picture"), "SOUND": "song", "MUSIC": "musical_score",
    **dict.fromkeys(("ART", "FIGURE", "CHART"), "graphic"), "PCOMM": "personal_communication", "CASE": "legal_case",
    **dict.fromkeys(("STAT", "LEGAL"), "legislation"), **dict.fromkeys(("BILL", "UNBILL"), "bill"), "HEAR": "hearing",
}  # fmt: skip
"""The types of RIS as CSL calls them; every other one is a `document`."""

_IN_A_BOOK = frozenset(("chapter", "paper-conference", "entry-dictionary", "entry-encyclopedia"))

Tags = Mapping[str, Sequence[str]]
"""The values of each tag of a record, in their order."""


class RisReferences:
    """RIS as an importer of references."""

    name = "ris"
    label = "RIS"
    largest = LARGEST_IMPORT

    def recognises(self, data: bytes) -> bool:
        """Whether a line begins a record."""
        return _LOOSE.search(beginning_of(data)) is not None

    def references(self, data: bytes, path: Path) -> tuple[FoundReference, ...]:
        """All references. Raises `Problems` if a record has no end, or if lines are in no record."""
        lines = list(_in_columns(text_of(data, path).split("\n")))
        starts = [number for number, line in enumerate(lines, 1) if _START.match(line)]
        if not starts:
            raise one_problem(
                str(path), "import", "no line begins a record of RIS, `TY  - `", "import it without `--from`"
            )
        if problems := list(_broken(lines, str(path))):
            raise Problems(problems)
        records = _records(lines)
        if len(records) < len(starts):
            raise lost(path, starts[len(records)], len(starts), len(records))
        return tuple(FoundReference(csl_of_ris(record), line) for record, line in zip(records, starts, strict=True))


def _in_columns(lines: Sequence[str]) -> Iterator[str]:
    """The lines with two spaces behind each tag, where the file has one everywhere: `TY - JOUR`."""
    narrow = re.compile(r"([A-Z][A-Z0-9]) -(?: |$)")
    first = next((line for line in lines if line.startswith("TY")), "")
    yield from (narrow.sub(r"\1  - ", line, count=1) if narrow.match(first) else line for line in lines)


def _broken(lines: Sequence[str], path: str) -> Iterator[Problem]:
    """A record without an end, and lines with tags that are in no record."""
    begun = 0
    for number, line in enumerate([*lines, "TY  - "], 1):
        tag = line[:2] if _TAG.fullmatch(line) else ""
        if begun and tag == "TY":
            hint = "the file may be cut off: export it again, or add the line"
            yield Problem(Place(path, begun, 1), "import", "this record has no end, `ER  -`", hint)
        elif not begun and tag != "TY" and (tag not in ("", "ER") or _LOOSE.match(line)):
            message, hint = f"this line is in no record: `{line.strip():.60}`", "a record is from `TY  - ` to `ER  - `"
            yield Problem(Place(path, number, 1), "import", message, hint)
        begun = number if tag == "TY" else 0 if tag == "ER" else begun


class _AnyTag(dict[str, str]):
    """The names that rispy gives to tags: their own."""

    def __missing__(self, tag: str) -> str:
        return tag


class _AllTags(list[str]):
    """The tags whose values rispy collects: all of them."""

    def __contains__(self, tag: object) -> bool:
        return True


def _records(lines: Iterable[str]) -> list[dict[str, list[str]]]:
    """The records as rispy reads them: the values of each tag."""
    import rispy  # here, because most commands do without it

    parser = rispy.RisParser(mapping=_AnyTag(), list_tags=_AllTags(), delimiter_tags_mapping={})
    read = parser.parse("\n".join(_joined(lines)))
    return [{tag: [value] if isinstance(value, str) else value for tag, value in record.items()} for record in read]


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """The lines with a tag, each with the lines without one that follow it: rispy would begin a new value there."""
    whole = ""
    for line in lines:
        if _TAG.fullmatch(line):
            yield whole
            whole = line
        elif line.strip():
            whole = f"{whole} {line.strip()}"
    yield whole


def csl_of_ris(tags: Tags) -> dict[str, Any]:
    """One record as CSL-JSON, without an id: the `ID` of RIS is a number that means nothing to an author."""
    kind = TYPES_OF_RIS.get(_first(tags, "TY"), "document")
    doi = _doi(tags)
    address = "" if doi else csl_parts.address_in(_all(tags, "UR", "L2", "LK"))
    return csl_parts.without_empty({
        "type": kind,
        "title": _first(tags, "TI", "T1", "CT", *(("BT",) if kind == "book" else ()), "ST"),
        **_containers(tags, kind),
        **_people(tags, kind),
        "issued": _issued(tags),
        "volume": _first(tags, "VL"), "issue": _first(tags, "IS", "CP"), "edition": _first(tags, "ET"),
        "page": csl_parts.csl_pages(_first(tags, "SP", "C7"), _first(tags, "EP")),
        "publisher": _first(tags, "PB"), "publisher-place": _first(tags, "CY", "PP"),
        **csl_parts.serial_numbers(_all(tags, "SN")),
        "DOI": doi, "PMID": _pmid(tags), "PMCID": csl_parts.pmcid_in(_all(tags, "C2", "PMC", "U2", "L2", "UR")),
        "URL": address,
        "accessed": csl_parts.csl_date(_first(tags, "Y2")) if address and kind == "webpage" else {},
    })  # fmt: skip


def _all(tags: Tags, *names: str) -> list[str]:
    """The values of these tags, in the order of the names."""
    return [on_one_line(value) for name in names for value in tags.get(name, ()) if value.strip()]


def _first(tags: Tags, *names: str) -> str:
    return next(iter(_all(tags, *names)), "")


def _containers(tags: Tags, kind: str) -> dict[str, str]:
    """The journal or book that it is in, the journal's short title, and the series."""
    if kind in ("book", "thesis", "report"):
        return {"collection-title": _first(tags, "T3", "T2")}
    known = list(dict.fromkeys(_all(tags, "JF", "T2", "BT", "JO", "JA", "J2", "J1")))
    short = _first(tags, "J2", "JA", "JO")
    whole = known[0] if known else ""
    return {"container-title": whole, "container-title-short": short if short != whole else ""}


def _people(tags: Tags, kind: str) -> dict[str, Any]:
    second = "editor" if kind in _IN_A_BOOK else "collection-editor" if kind == "book" else ""
    people = {"author": csl_parts.names_of(_all(tags, "A1", "AU")), "editor": csl_parts.names_of(_all(tags, "ED"))}
    if second and (others := csl_parts.names_of(_all(tags, "A2"))):
        people[second] = people.get(second, []) + others
    return people


def _issued(tags: Tags) -> Mapping[str, Any]:
    """When it was published: the year, or a date that tells more of that year."""
    return csl_parts.fullest(*(csl_parts.csl_date(_first(tags, name)) for name in ("PY", "DA", "Y1")))


def _doi(tags: Tags) -> str:
    """The DOI, from the tags that programs use for it. A `DO` that is none stays, so that its author hears of it."""
    own, addresses = _all(tags, "DO", "DI", "M3", "L3"), _all(tags, "UR", "L2", "LK")
    return csl_parts.doi_in(own) or csl_parts.doi_in_addresses(addresses) or _first(tags, "DO")


def _pmid(tags: Tags) -> str:
    """The PMID. Embase puts it into C5, Scopus into C2, PubMed and Ovid's Medline into AN."""
    notes = [note for note in _all(tags, "N1", "N2") if len(note) < 20]  # a longer one may name other publications
    named = csl_parts.pmid_in((*_all(tags, "C3", "AN", "ID", "U1", "UR", "L2", "LK"), *notes))
    sources = " ".join(_all(tags, "DB", "DP")).lower()
    own = {"medline": ("C5", "AN"), "pubmed": ("AN", "C5"), "scopus": ("C2",)}
    numbers = (_first(tags, tag) for word, names in own.items() if word in sources for tag in names)
    return named or next((number for number in numbers if re.fullmatch(r"[1-9]\d{4,8}", number)), "")
