"""What is missing in the references at hand, looked up by the identifier that each has.

In: the references, with their places, and what can be asked. Out: fields to add. What an author wrote is never
replaced: where the answer says otherwise, both are told.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from evibrief.evidence.identifiers import FIELD_OF, OwnIdentifier
from evibrief.evidence.records import Reference
from evibrief.evidence.same_reference import is_same_title, reference_of
from evibrief.evidence.source import SourceTree
from evibrief.lookups.citing import each_of, identifiers_by_kind, other_title
from evibrief.lookups.contract import Answer, Asks
from evibrief.lookups.publications import (
    Registered,
    UnknownPublication,
    find_pmid,
    find_publication,
    identifier_in_words,
)
from evibrief.problems import NEAR_ID, Place, Problem, Problems, suggest

_OF_ARTICLES = ("author", "issued", "container-title", "volume", "page")
_OF_OTHERS = ("author", "issued", "publisher")
_PARTS = ("chapter", "paper-conference", "entry", "entry-dictionary", "entry-encyclopedia")
_COMPARED = ("volume", "page")
_KINDS: tuple[Literal["doi", "pmid", "pmcid"], ...] = ("doi", "pmid", "pmcid")
"""In the order in which they are asked for."""


@dataclass(frozen=True, slots=True)
class Completed:
    """Fields to add, by the number of the reference; what to tell; the answers that were used."""

    fields: Mapping[int, Mapping[str, Any]]
    told: tuple[str, ...]
    answers: tuple[Answer, ...]


@dataclass(slots=True)
class _Work:
    """One reference while it is completed: what was found for it, and what was asked."""

    index: int
    reference: Reference
    place: Place
    found: dict[str, Any] = field(default_factory=dict)
    differs: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    @property
    def csl(self) -> Mapping[str, Any]:
        """Its fields, with what was found."""
        return {**self.reference.model_dump(exclude_none=True), **self.found}

    @property
    def own(self) -> Mapping[str, str]:
        """Its identifiers, with those that were found."""
        return identifiers_by_kind(reference_of(self.csl))

    @property
    def missing(self) -> list[str]:
        """The fields that it lacks and that such a publication has."""
        article = self.reference.type.startswith("article")
        named = [FIELD_OF[kind] for kind in (("doi", "pmid") if article else ("doi",)) if kind not in self.own]
        return [*named, *(name for name in (_OF_ARTICLES if article else _OF_OTHERS) if not self.csl.get(name))]


def complete(source: SourceTree, asks: Asks, only: Sequence[str] = ()) -> Completed:
    """Complete all references that have an identifier and lack something, or only those with these ids.

    Raises `Problems` for an id that is not there, an identifier that nobody knows, one that belongs to a publication
    with another title or to two references, and a service that gives no answer.
    """
    works = [_Work(index, reference_of(entry), source.place(("references", index)))
             for index, entry in enumerate(source.tree["references"])]  # fmt: skip
    chosen = _chosen(works, only)
    asked = [work for work in chosen if work.own and work.missing]
    each_of(lambda work: _complete(work, asks), asked)
    _demand_single(works)
    fields = {work.index: work.found for work in asked if work.found}
    answers = dict.fromkeys(answer for work in asked for answer in work.answers)
    return Completed(fields, tuple(_told(chosen, asked)), tuple(answers))


def _chosen(works: Sequence[_Work], only: Sequence[str]) -> list[_Work]:
    known = [work.reference.id for work in works]
    unknown = [name for name in only if name not in known]
    if unknown:
        said = "there is no such reference"
        raise Problems(Problem(Place(name), "lookup", said, suggest(name, known, NEAR_ID)) for name in unknown)
    return [work for work in works if not only or work.reference.id in only]


def _complete(work: _Work, asks: Asks) -> None:
    """Ask for a reference, by one identifier after the other, until nothing is missing or nobody is left to ask."""
    for kind in _KINDS:
        if kind == "pmid" and "pmid" not in work.own and "PMID" in work.missing and "doi" in work.own:
            _find_pmid(work, asks)
        elif kind in work.own and work.missing:
            _take(work, _published(work, asks, (kind, work.own[kind])))


def _find_pmid(work: _Work, asks: Asks) -> None:
    """Search PubMed for the DOI, and take what it finds if that is this publication."""
    pmid, answer = find_pmid(asks, work.own["doi"])
    work.answers.append(answer)
    if pmid:
        _take(work, _published(work, asks, ("pmid", pmid)))


def _published(work: _Work, asks: Asks, identifier: OwnIdentifier) -> Registered:
    """What is said of the publication with an identifier. Raises `Problems` at the place of the reference."""
    try:
        publication = find_publication(asks, identifier)
    except UnknownPublication as unknown:
        [problem] = unknown.problems
        message = f"`{work.reference.id}`: {identifier_in_words(identifier)}: {problem.message}"
        raise UnknownPublication([Problem(work.place, problem.rule, message, problem.hint)]) from None
    work.answers.append(publication.answer)
    return publication


def _take(work: _Work, publication: Registered) -> None:
    """Add what is missing. Raises `Problems` if the answer is about another publication."""
    title = work.reference.title or ""
    if title and not is_same_title(publication.title, title):
        if _is_of_its_book(work, publication):
            work.differs.append(f"{work.reference.id}: {publication.number} is that of its book; nothing was taken")
            return
        raise Problems([other_title(publication, title, f"here, in `{work.reference.id}`", work.place)])
    told = identifiers_by_kind(reference_of(publication.csl))
    for kind, value in work.own.items():
        if told.get(kind, value) != value:
            known = f"{publication.answer.host} gives {publication.number} the {FIELD_OF[kind]} {told[kind]}"
            message = f"`{work.reference.id}` has the {FIELD_OF[kind]} {value}, but {known}"
            raise Problems([Problem(work.place, "lookup", message, "one of the two is wrong: look both up")])
    work.differs += _differences(work, publication)
    work.found |= {name: publication.csl[name] for name in _wanted(work) if name in publication.csl}


def _is_of_its_book(work: _Work, publication: Registered) -> bool:
    """Whether a part of a book has the identifier of the whole."""
    return work.reference.type in _PARTS and is_same_title(publication.title, str(work.csl.get("container-title", "")))


def _wanted(work: _Work) -> list[str]:
    """What is taken from an answer: what is missing, and what not every publication has."""
    more = [name for name in ("title", "issue") if not work.csl.get(name)]
    return [*work.missing, *more, *(["PMCID"] if "pmcid" not in work.own else [])]


def _differences(work: _Work, publication: Registered) -> Iterator[str]:
    """What the author wrote otherwise than the answer has it: year, volume and first page."""
    mine, told = _plainly(work.reference), _plainly(reference_of(publication.csl))
    for name, value in mine.items():
        if value and told[name] and value != told[name]:
            host = publication.answer.host
            yield f"{work.reference.id}: the {name} is {value} here, and {told[name]} at {host}; yours was kept"


def _plainly(reference: Reference) -> Mapping[str, str]:
    fields = reference.model_extra or {}
    volume, page = (str(fields.get(name, "")) for name in _COMPARED)
    first = page.replace("–", "-").split("-")[0].strip()
    return {"year": str(reference.year or ""), "volume": volume, "first page": first}


def _demand_single(works: Sequence[_Work]) -> None:
    """Raise `Problems` if an identifier that was found is that of another reference."""
    seen: dict[tuple[str, str], _Work] = {}
    problems = []
    for work in works:
        for one in work.own.items():
            other = seen.setdefault(one, work)
            if other is not work and (work.found or other.found):
                shared = f"{FIELD_OF[one[0]]} {one[1]}"
                message = f"`{other.reference.id}` and `{work.reference.id}` are one publication: {shared}"
                problems.append(Problem(work.place, "lookup", message, "keep one of the two, and cite it everywhere"))
    if problems:
        raise Problems(problems)


def _told(chosen: Sequence[_Work], asked: Sequence[_Work]) -> Iterator[str]:
    for work in asked:
        added = ", ".join(f"{name} {_shown(value)}" for name, value in work.found.items())
        still = f"not found: {', '.join(work.missing)}" if work.missing else ""
        yield f"{work.reference.id}: {'; '.join(filter(None, (added and f'added {added}', still)))}"
        yield from dict.fromkeys(work.differs)
    if without := [work.reference.id for work in chosen if not work.own]:
        yield f"without DOI, PMID or PMCID, so not looked up: {', '.join(without)}"
    if whole := sum(bool(work.own) and work not in asked for work in chosen):
        yield f"nothing is missing in {whole} other{'s' * (whole != 1)}"


def _shown(value: Any) -> str:
    match value:
        case {"date-parts": [parts, *_]}:
            return "-".join(map(str, parts))
        case [{}, *_]:
            return "; ".join(str(one.get("family") or one.get("literal")) for one in value)
    return str(value)
