"""Lists what reviewers said, by record, from one or more reviewed files.

In: `Reviewed` files, the `SourceTree` of the current data, and which records changed since. Out: a `Listing`. A remark
in two files is listed once. Every remark is in the list: under its record, or among those not matched to a record.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from evibrief.evidence.source import SourceTree
from evibrief.formats.docx.review_copy import AUTHOR
from evibrief.labels import messages
from evibrief.review.patches import Proposal, changed_words, proposals
from evibrief.review.place import Placed, place_remarks, record_places
from evibrief.review.read import Reviewed


@dataclass(frozen=True, slots=True)
class Listed:
    """One matched remark, and the files that contain it."""

    placed: Placed
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """All remarks by record, in data order; those not matched; proposals; disagreements between reviewers.

    `warnings` are for people: records that changed since, a file without our marks, macros.
    """

    files: tuple[Reviewed, ...]
    records: Mapping[str, tuple[Listed, ...]]
    unplaced: tuple[Listed, ...]
    proposals: tuple[Proposal, ...]
    disagreements: tuple[tuple[Proposal, Proposal], ...]
    warnings: tuple[str, ...]

    @property
    def remarks(self) -> tuple[Listed, ...]:
        """Every remark once, even if it is about several records."""
        every = [*(one for listed in self.records.values() for one in listed), *self.unplaced]
        return tuple({one.placed.remark.key: one for one in every}.values())

    @property
    def answered(self) -> frozenset[str]:
        """The keys of comments that have a reply."""
        return frozenset(one.placed.remark.answers for one in self.remarks if one.placed.remark.answers)


def listing(
    files: Sequence[Reviewed], source: SourceTree, changed: Mapping[str, Sequence[str]], known: Iterable[str] = ()
) -> Listing:
    """The remarks of all files. `changed` maps each record to its kinds of change since the file was sent.

    Remarks with a key in `known` were in an earlier import and are left out.
    """
    where: dict[str, list[str]] = {}
    remarks = {remark.key: remark for file in files for remark in file.remarks}
    for file in files:
        for remark in file.remarks:
            where.setdefault(remark.key, []).append(file.name)
    earlier = frozenset(known)
    placed = place_remarks((remark for key, remark in remarks.items() if key not in earlier), source)
    listed = [Listed(one, tuple(where[one.remark.key])) for one in placed]
    proposed = proposals(placed, source)
    return Listing(
        tuple(files),
        dict(_by_record(listed, record_places(source))),
        tuple(one for one in listed if not one.placed.records),
        proposed,
        tuple(_disagreements(proposed)),
        tuple(_warnings(files, listed, changed)),
    )


def is_our_question(one: Listed) -> bool:
    """Whether a remark is a question from the review copy itself. It is listed with its answers, but is no comment."""
    return one.placed.remark.author == AUTHOR and one.placed.remark.kind == "comment"


def _by_record(listed: Sequence[Listed], order: Iterable[str]) -> Iterator[tuple[str, tuple[Listed, ...]]]:
    others = (name for one in listed for name in one.placed.records)
    for name in dict.fromkeys((*order, *others)):
        if mine := tuple(one for one in listed if name in one.placed.records):
            yield name, mine


def _disagreements(proposed: Sequence[Proposal]) -> Iterator[tuple[Proposal, Proposal]]:
    """Pairs of proposals by different reviewers that change the same words differently."""
    groups: dict[tuple[str, str, str], list[Proposal]] = {}
    for one in proposed:
        if one.record and one.patch:
            groups.setdefault((one.record, one.field, one.was), []).append(one)
    for group in groups.values():
        for one, other in combinations(group, 2):
            if one.now != other.now and one.authors != other.authors and _meet(one, other):
                yield one, other


def _meet(one: Proposal, other: Proposal) -> bool:
    """Whether two edits touch the same words of a text."""
    (start, end), (from_, to) = changed_words(one.was, one.now), changed_words(other.was, other.now)
    return max(start, from_) < min(end, to) or (start, end) == (from_, to)


def _warnings(
    files: Sequence[Reviewed], listed: Sequence[Listed], changed: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    for file in files:
        if not file.evidence:
            yield f"{file.name}: it does not say which version was reviewed; remarks are matched by quoted text"
        if (read := sum(remark.elements for remark in file.remarks)) != file.counted:
            yield f"{file.name}: comments and revisions in it: {file.counted}, read: {read}; check the file"
        yield from (f"{file.name}: {warning}" for warning in file.warnings)
        if file.macros:
            yield f"{file.name}: it contains macros, which were not run; ask the sender before you open it"
    for record in dict.fromkeys(name for one in listed for name in one.placed.records if changed.get(name)):
        yield f"{record} changed since it was reviewed: {messages.listed(changed[record])}"
    yield from dict.fromkeys(one.placed.warning for one in listed if one.placed.warning)
