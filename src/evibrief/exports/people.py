"""Names and dates of CSL-JSON as one text each."""

from collections.abc import Iterable, Mapping
from typing import Any


def named_people(people: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The people whom a list names. BibTeX's `and others` is a literal name for pandoc, which prints it as “et al.”."""
    return [person for person in people if person != {"literal": "others"}]


def name_of_person(person: Mapping[str, Any]) -> str:
    """A name of CSL-JSON as catalogues and RIS have it: `van der Berg, Ana, Jr.`; that of a group as it is."""
    if person.get("literal"):
        return str(person["literal"])
    groups = (("non-dropping-particle", "family"), ("given", "dropping-particle"), ("suffix",))
    told = (" ".join(str(person[part]) for part in group if person.get(part)) for group in groups)
    return ", ".join(filter(None, told))


def date_in_iso(issued: Mapping[str, Any]) -> str:
    """A date of CSL-JSON as far as it is known, as ISO 8601 writes it, or its words; empty if it is not known."""
    parts = issued.get("date-parts") or [[]]
    ends = ["-".join(f"{part:04d}" if index == 0 else f"{part:02d}" for index, part in enumerate(end)) for end in parts]
    return "/".join(filter(None, ends)) or str(issued.get("literal") or "")
