"""References for identifiers: what is new, and what is in the list already.

In: identifiers as somebody typed them, the references at hand, and what can be asked. Out: the new references with
their ids. Two answers about one publication become one reference. Nothing comes out unless all was answered.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from evibrief.evidence.identifiers import own_identifiers
from evibrief.evidence.records import Reference
from evibrief.evidence.same_reference import KnownReferences, is_same_title, new_reference_id, reference_of
from evibrief.evidence.write_references import in_order
from evibrief.lookups.contract import Answer, Asks
from evibrief.lookups.publications import (
    Registered,
    find_publication,
    identifier_in,
    identifier_in_words,
)
from evibrief.problems import Place, Problem, Problems

_One = TypeVar("_One")
_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class NewReference:
    """A reference to add: its CSL-JSON with an id, and the answers that it comes from."""

    csl: Mapping[str, Any]
    publications: tuple[Registered, ...]


@dataclass(frozen=True, slots=True)
class Cited:
    """What becomes of the identifiers: new references, and a sentence for each that was there already."""

    new: tuple[NewReference, ...]
    there: tuple[str, ...]
    answers: tuple[Answer, ...]


def cite(typed: Sequence[str], asks: Asks, at_hand: Sequence[Reference]) -> Cited:
    """Look identifiers up, except those of references at hand.

    Raises `Problems` for all that are none, are unknown, or have another title than a reference at hand.
    """
    wanted = dict.fromkeys(each_of(identifier_in, typed))
    known = {one: reference.id for reference in at_hand for one in own_identifiers(reference)}
    there = [f"{identifier_in_words(one)} is `{known[one]}` already" for one in wanted if one in known]
    found = each_of(lambda one: find_publication(asks, one), [one for one in wanted if one not in known])
    new: list[NewReference] = []
    problems: list[Problem] = []
    for publication in found:
        try:
            there += _placed(publication, at_hand, new)
        except Problems as wrong:
            problems += wrong.problems
    if problems:
        raise Problems(problems)
    return Cited(tuple(new), tuple(there), tuple(one.answer for one in found))


def each_of(work: Callable[[_One], _Found], each: Iterable[_One]) -> list[_Found]:
    """The results of all. Raises `Problems` with what is wrong with each; a service that fails is not asked on."""
    found: list[_Found] = []
    problems: list[Problem] = []
    for one in each:
        try:
            found.append(work(one))
        except Problems as wrong:
            problems += wrong.problems
            if any(problem.place.path.startswith("https://") for problem in wrong.problems):
                break
    if problems:
        raise Problems(problems)
    return found


def _placed(publication: Registered, at_hand: Sequence[Reference], new: list[NewReference]) -> Iterator[str]:
    """Put a publication to the new references, unless it is one that is there. Gives a sentence if it is."""
    found = reference_of(publication.csl)
    if same := KnownReferences(at_hand).same(found):
        demand_same_title(publication, same.reference.title or "", f"in references.json, for `{same.reference.id}`")
        more = "; if it is, write the number there, and --complete adds the rest" if not same.shared else ""
        yield f"{publication.number} is `{same.reference.id}` already: the same {same.by}{more}"
        return
    for index, one in enumerate(new):
        if same := KnownReferences([reference_of(one.csl)]).same(found):
            first = one.publications[0]
            demand_same_title(publication, first.title, f"at {first.answer.host}, for {first.number}")
            csl = dict(in_order({**publication.csl, **one.csl}))
            new[index] = NewReference(csl, (*one.publications, publication))
            yield f"{publication.number} is {first.number}: the same {same.by}"
            return
    taken = {reference.id for reference in at_hand} | {str(one.csl["id"]) for one in new}
    csl = {"id": new_reference_id(publication.csl, taken), **publication.csl}
    new.append(NewReference(dict(in_order(csl)), (publication,)))


def demand_same_title(publication: Registered, title: str, where: str) -> None:
    """Raise `Problems` with both titles if they are not those of one publication."""
    if title and not is_same_title(publication.title, title):
        raise Problems([other_title(publication, title, where, Place(publication.number))])


def other_title(publication: Registered, title: str, where: str, place: Place) -> Problem:
    """That a publication has another title than the one at hand."""
    told = f"“{publication.title}” at {publication.answer.host}, for {publication.number}"
    message = f"two titles for one publication: {told}; “{title}” {where}"
    return Problem(place, "lookup-title", message, "one of the two is wrong: look the publication up, and mend it")


def identifiers_by_kind(reference: Reference) -> Mapping[str, str]:
    """The first identifier of each kind that a reference has."""
    found: dict[str, str] = {}
    for kind, value in own_identifiers(reference):
        found.setdefault(kind, value)
    return found
