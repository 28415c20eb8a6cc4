"""CSL-JSON in its dialects, and the JSON of Zotero and Better BibTeX.

In: the bytes of a file. Out: its references as CSL-JSON. A list may stand alone or be in a record, as `items`,
`references` or Crossref's `message`. An entry may be CSL, or an item of Zotero, which calls the fields otherwise.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from evibrief.evidence.csl_json import OTHER_TYPES
from evibrief.evidence.read_references import typed_references
from evibrief.importers import csl_parts
from evibrief.importers.contract import FoundReference
from evibrief.importers.texts import LARGEST_IMPORT, beginning_of, text_of
from evibrief.problems import Place, Problem, Problems

_OF_CSL = re.compile(r'"(?:type|title|itemType|issued|DOI)"\s*:')

_ROLES = {
    "author": "author", "artist": "author", "inventor": "author", "presenter": "author", "programmer": "author",
    "podcaster": "author", "cartographer": "author", "sponsor": "author", "director": "director",
    "interviewee": "author", "editor": "editor", "seriesEditor": "collection-editor", "translator": "translator",
    "bookAuthor": "container-author", "interviewer": "interviewer", "reviewedAuthor": "reviewed-author",
}  # fmt: skip
"""Who a creator of Zotero is in CSL."""

_TEXTS = {
    "title": ("title", "caseName", "nameOfAct", "subject"), "title-short": ("shortTitle",),
    "container-title": ("publicationTitle", "bookTitle", "proceedingsTitle", "encyclopediaTitle", "dictionaryTitle",
                        "websiteTitle", "blogTitle", "forumTitle", "programTitle"),
    "container-title-short": ("journalAbbreviation",), "collection-title": ("series", "seriesTitle"),
    "volume": ("volume",), "issue": ("issue",), "page": ("pages",), "edition": ("edition",),
    "publisher": ("publisher", "university", "institution", "company", "label", "studio"),
    "publisher-place": ("place",), "ISBN": ("ISBN",), "ISSN": ("ISSN",), "DOI": ("DOI",), "URL": ("url",),
    "number": ("reportNumber", "patentNumber", "number"), "genre": ("thesisType", "reportType"),
    "event-title": ("conferenceName", "meetingName"), "number-of-pages": ("numPages",), "language": ("language",),
    "id": ("citationKey", "citekey"),
}  # fmt: skip
"""The fields of CSL, with those of Zotero that they come from."""

_NOT_CITED = frozenset(("attachment", "note", "annotation"))
_LINE_OF_EXTRA = re.compile(r"^\s*(DOI|PMID|PMCID|Citation Key)\s*:\s*(\S+)\s*$", re.IGNORECASE | re.MULTILINE)
_NAMES_OF_EXTRA = {"doi": "DOI", "pmid": "PMID", "pmcid": "PMCID", "citation key": "id"}


class CslReferences:
    """CSL-JSON as an importer of references."""

    name = "csl-json"
    label = "CSL-JSON"
    largest = LARGEST_IMPORT

    def recognises(self, data: bytes) -> bool:
        """Whether it begins as JSON and names a field of a reference."""
        text = beginning_of(data).lstrip()
        return text[:1] in ("[", "{") and _OF_CSL.search(text) is not None

    def references(self, data: bytes, path: Path) -> tuple[FoundReference, ...]:
        """All references. Raises `Problems` for what is not JSON, is no list, or has entries that are no records."""
        typed = typed_references(str(path), text_of(data, path))
        if problems := typed.problems or list(_strangers(typed.entries, [span.line for span, _ in typed.places], path)):
            raise Problems(problems)
        read = zip(typed.entries, typed.places, strict=True)
        found = ((_as_csl(entry), span.line) for entry, (span, _) in read if not _is_beside(entry))
        return tuple(FoundReference(csl, line) for csl, line in found)


def _strangers(entries: list[Any], lines: list[int], path: Path) -> Iterator[Problem]:
    for entry, line in zip(entries, lines, strict=True):
        if not isinstance(entry, dict):
            message = f"a record is wanted here, and this is `{json.dumps(entry, ensure_ascii=False):.40}`"
            yield Problem(Place(str(path), line, 1), "import", message, "export the references again, as CSL-JSON")


def _item_of(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """What holds the fields: Zotero's own interface puts them into `data`."""
    inside = entry.get("data")
    return inside if isinstance(inside, dict) and "itemType" in inside else entry


def _is_beside(entry: Mapping[str, Any]) -> bool:
    """Whether this is a file or note of Zotero that belongs to a reference."""
    return _item_of(entry).get("itemType") in _NOT_CITED


def _as_csl(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    item = _item_of(entry)
    return csl_of_zotero(item) if "itemType" in item else entry


def csl_of_zotero(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item of Zotero as CSL-JSON."""
    csl: dict[str, Any] = {"type": _type_of(str(item["itemType"]))}
    for name, theirs in _TEXTS.items():
        csl[name] = next((item[one] for one in theirs if item.get(one)), None)
    for creator in item.get("creators") or ():
        if isinstance(creator, dict) and (role := _ROLES.get(str(creator.get("creatorType")))):
            csl.setdefault(role, []).append(_name(creator))
    csl["issued"] = csl_parts.csl_date(str(item.get("date") or ""))
    for name, value in _LINE_OF_EXTRA.findall(str(item.get("extra") or "")):
        csl[_NAMES_OF_EXTRA[name.lower()]] = csl.get(_NAMES_OF_EXTRA[name.lower()]) or value
    for name in ("PMID", "PMCID"):
        csl[name] = item.get(name) or csl.get(name)
    return csl_parts.without_empty(csl)


_TYPES_OF_ZOTERO = {
    "film": "motion_picture", "videoRecording": "motion_picture", "audioRecording": "song", "podcast": "song",
    "tvBroadcast": "broadcast", "radioBroadcast": "broadcast", "email": "personal_communication",
    "letter": "personal_communication", "instantMessage": "personal_communication", "artwork": "graphic",
}  # fmt: skip


def _type_of(name: str) -> str:
    """The type as CSL calls it; what CSL does not have stays, so that its author hears of it."""
    return _TYPES_OF_ZOTERO.get(name) or OTHER_TYPES.get(name, name)


def _name(creator: Mapping[str, Any]) -> dict[str, Any]:
    if creator.get("name"):
        return {"literal": creator["name"]}
    if not creator.get("firstName"):
        return {"literal": creator.get("lastName")} if creator.get("fieldMode") else {"family": creator.get("lastName")}
    return csl_parts.without_empty({"family": creator.get("lastName"), "given": creator["firstName"]})
