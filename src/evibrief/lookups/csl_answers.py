"""Reads the CSL that registries send, which is not quite CSL, and names what was changed.

In: a record as Crossref, DataCite or NCBI send it. Out: the fields that a list of references needs, as `csl_json` has
them. Crossref writes titles as lists, a subtitle beside the title, its own words for types, marks of JATS and HTML in
titles, `name` for a group and `[[null]]` for a date that it does not know (github.com/CrossRef/rest-api-doc,
`api_format.md`). NCBI adds the day of the request, and DataCite the address of the DOI.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evibrief.evidence.csl_json import cleaned
from evibrief.evidence.identifiers import normalise_doi, normalise_pmcid, normalise_pmid, normalised_title
from evibrief.files import NOT_TEXT

_LEFT_OUT = frozenset(("id", "abstract", "accessed", "keyword", "annote", "note", "license", "references", "event"))
"""Fields of CSL that are not taken over: what others have rights to, and what is about the request."""
_MARKED = ("title", "container-title", "title-short", "container-title-short", "collection-title")
_KNOWN_TAG = re.compile(r"</?(?:jats:)?(?:i|em|italic|b|strong|bold|sub|inf|sup|sc|scp)>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_PUBLISHED = ("published", "published-print", "published-online")
_LONGEST_SHOWN = 100
_RETRACTED = re.compile(r"\W*(retract|withdr|removed\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CslAnswer:
    """A record as CSL-JSON without `id`, and what was changed, each in a phrase."""

    csl: Mapping[str, Any]
    changed: tuple[str, ...]


def read_csl(record: Mapping[str, Any]) -> CslAnswer:
    """The fields of a record that a list of references needs. What is broken is left out and named."""
    plain = {name: _printable(value) for name, value in record.items() if name not in _LEFT_OUT}
    changed = [f"`{name}`: characters that no text may have were taken away" for name in plain
               if plain[name] != record[name]]  # fmt: skip
    changed += [*_without_full_stop(plain), *_with_subtitle(plain), *_with_year(plain)]
    for name in _MARKED:
        changed += _without_marks(plain, name)
    kept, faults = cleaned({**plain, "id": "?"})
    csl = {name: value for name, value in (kept or {}).items() if name != "id"}
    if _says_number_again(csl):
        del csl["URL"]
    changed += (f"`{one.field}` was left out: {one.message}" for one in faults
                if one.severity == "error" and one.field not in ("title", "type"))  # fmt: skip
    return CslAnswer(csl, tuple(dict.fromkeys((*changed, *_read_otherwise(plain, csl)))))


def _says_number_again(csl: Mapping[str, Any]) -> bool:
    """Whether the address of a publication is that of its DOI, PMID or PMCID."""
    readers = {"DOI": normalise_doi, "PMID": normalise_pmid, "PMCID": normalise_pmcid}
    return any(name in csl and read(csl.get("URL", "")) == read(csl[name]) for name, read in readers.items())


def _printable(value: Any) -> Any:
    """A value without the characters that no text may have."""
    match value:
        case str():
            return NOT_TEXT.sub("", value)
        case list():
            return [_printable(one) for one in value]
        case dict():
            return {name: _printable(one) for name, one in value.items()}
    return value


def _with_subtitle(plain: dict[str, Any]) -> Iterator[str]:
    """Put a subtitle behind the title, unless the title has it already."""
    title, subtitle = _first(plain.get("title")), _first(plain.get("subtitle"))
    if title and subtitle and normalised_title(subtitle) not in normalised_title(title):
        plain["title"] = f"{title.rstrip(' :')}: {subtitle}"
        yield f"`title`: its subtitle was put behind it, “{subtitle:.100}”"


def _without_full_stop(plain: dict[str, Any]) -> Iterator[str]:
    """Take away the full stop that PubMed puts at the end of each title, which a list of references puts itself."""
    title = _first(plain.get("title"))
    if title.endswith(".") and not title.endswith(".."):
        plain["title"] = title[:-1]
        yield "`title`: the full stop at its end was taken away"


def _first(value: Any) -> str:
    """A text, or the first one of a list."""
    texts = value if isinstance(value, list) else [value]
    return next((one.strip() for one in texts if isinstance(one, str) and one.strip()), "")


def _with_year(plain: dict[str, Any]) -> Iterator[str]:
    """Take the first known date where `issued` says nothing."""
    if _says_year(plain.get("issued")):
        return
    other = next((name for name in _PUBLISHED if _says_year(plain.get(name))), None)
    if other:
        plain["issued"] = plain[other]
        yield f"`issued` says nothing: `{other}` was taken"
    else:
        plain.pop("issued", None)
        yield "it says nothing of its year: `issued` is missing; write it if it is known"


def _says_year(date: Any) -> bool:
    return isinstance(date, str) or (isinstance(date, dict) and any(map(str.isdigit, str(date))))


def _without_marks(plain: dict[str, Any], name: str) -> Iterator[str]:
    """Take marks away that CSL does not have, such as those of formulas; all of them if one does not end."""
    text = _first(plain.get(name))
    unknown = [tag for tag in _TAG.findall(text) if not _KNOWN_TAG.fullmatch(tag)]
    bare = _TAG.sub(lambda tag: tag[0] if _KNOWN_TAG.fullmatch(tag[0]) else "", text)
    if not _is_closed(bare):
        unknown, bare = _TAG.findall(text), _TAG.sub("", text)
    if unknown:
        plain[name] = bare
        yield f"`{name}`: marks were taken away: {', '.join(dict.fromkeys(unknown)):.100}"


def _is_closed(text: str) -> bool:
    """Whether each mark in a text ends, the last one first."""
    opened: list[str] = []
    for tag in _KNOWN_TAG.findall(text):
        name = tag.strip("</>").lower()
        if not tag.startswith("</"):
            opened.append(name)
        elif not opened or opened.pop() != name:
            return False
    return not opened


def _read_otherwise(plain: Mapping[str, Any], csl: Mapping[str, Any]) -> Iterator[str]:
    """What is read otherwise than it was sent."""
    for name in ("title", "container-title", "DOI", "PMID", "PMCID"):
        sent = plain.get(name)
        if isinstance(sent, list) and len(sent) > 1:
            yield f"`{name}`: the first of {len(sent)} was taken"
        elif name in csl and isinstance(sent, str) and " ".join(sent.split()) != csl[name]:
            yield f"`{name}`: {_short(sent)} is read as {_short(csl[name])}"
    if plain.get("type") != csl.get("type"):
        yield f"`type`: {_short(plain.get('type'))} is read as `{csl.get('type')}`"
    if _RETRACTED.match(str(csl.get("title", ""))):
        yield "its title says that it was retracted or withdrawn: look before you cite it"
    people = [one for role in ("author", "editor") for one in csl.get(role, ())]
    if groups := [one["literal"] for one in people if "literal" in one]:
        yield f"names that are not taken apart: {_few(groups)}"
    if loud := [one["family"] for one in people if _is_loud(one.get("family", ""))]:
        yield f"names in capitals, which are printed so: {_few(loud)}; write them as they are spelled"


def _few(names: Sequence[str]) -> str:
    return "; ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _short(value: Any) -> str:
    text = str(value)
    return f"“{text[:_LONGEST_SHOWN]}{'…' * (len(text) > _LONGEST_SHOWN)}”"


def _is_loud(name: str) -> bool:
    return len(name) > 3 and name.isupper()
