"""Names and dates of CSL-JSON as one text each."""

from collections.abc import Mapping
from typing import Any


def name_of_person(person: Mapping[str, Any]) -> str:
    """A name of CSL-JSON as catalogues sort it: `van der Berg, Ana`; that of a group as it is."""
    family = " ".join(str(person[part]) for part in ("non-dropping-particle", "family") if person.get(part))
    given = " ".join(str(person[part]) for part in ("given", "dropping-particle", "suffix") if person.get(part))
    return str(person.get("literal") or ", ".join(part for part in (family, given) if part))


def date_in_iso(issued: Mapping[str, Any]) -> str:
    """A date of CSL-JSON as far as it is known, as ISO 8601 writes it, or its words; empty if it is not known."""
    parts = issued.get("date-parts") or [[]]
    ends = ["-".join(f"{part:04d}" if index == 0 else f"{part:02d}" for index, part in enumerate(end)) for end in parts]
    return "/".join(filter(None, ends)) or str(issued.get("literal") or "")
