"""What counts as one study.

In: the appraisals of a brief's publications and their DOIs and PMIDs. Out: `Units`, which gives for each publication
the study that it reports, and for each review the studies inside it.

Publications are one study if they have the same DOI or PMID, report the same trial (`report_of`) or have overlapping
participants (`cohort`), directly or through a third publication. The names of the records and their order make no
difference to what is one study.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NewType, Protocol

Unit = NewType("Unit", str)
"""One study, by the key of its first report in the author's order."""


class Publication(Protocol):
    """What is asked of the appraisal of one publication."""

    @property
    def reference(self) -> str:
        """The key of the publication."""

    @property
    def design(self) -> str:
        """A word of the vocabulary."""

    @property
    def report_of(self) -> str | None:
        """Reports with the same value are one study."""

    @property
    def cohort(self) -> str | None:
        """Publications with the same value have overlapping participants."""

    @property
    def includes(self) -> Sequence[str]:
        """For a review: the keys of the publications that it contains."""

    @property
    def pooled(self) -> int | None:
        """For a review: how many studies it pools, if that is known."""


@dataclass(frozen=True, slots=True)
class Review:
    """A review with a method, or a meta-analysis."""

    parts: frozenset[Unit]
    """The studies inside it that the brief knows, and those inside the reviews that it contains."""

    trials: frozenset[Unit]
    """Those of its parts that are no reviews."""

    sources: frozenset[str]
    """The publications in which its trials are listed."""

    size: int
    """How many studies it pools: as given, or at least as many as are listed."""

    @property
    def is_listed_in_full(self) -> bool:
        """Whether every study that it pools is among its trials."""
        return bool(self.trials) and len(self.trials) >= self.size


@dataclass(frozen=True, slots=True)
class Units:
    """Which study each publication reports, and which studies are reviews of others."""

    by_source: Mapping[str, Unit]
    reviews: Mapping[Unit, Review]
    order: Mapping[Unit, int]
    """The place of each study in the author's order."""

    def of(self, source: str) -> Unit:
        """The study that a publication reports; one without an appraisal is a study of its own."""
        return self.by_source.get(source, Unit(source))

    def in_order(self, units: Iterable[Unit]) -> tuple[Unit, ...]:
        """The studies in the author's order; those without an appraisal come last, by key."""
        return tuple(sorted(units, key=lambda unit: (self.order.get(unit, len(self.order)), unit)))

    def contains(self, unit: Unit, part: Unit) -> bool:
        """Whether a study is a review that contains another one."""
        return unit in self.reviews and part in self.reviews[unit].parts


def units_of(
    reports: Iterable[Publication],
    identifiers: Mapping[str, Collection[Hashable]],
    review_designs: Collection[str],
) -> Units:
    """Find what is one study. `identifiers` has the DOIs and PMIDs of each publication, in their normal form."""
    reports = tuple(reports)
    by_source = _joined({report.reference: set(_marks(report, identifiers)) for report in reports})
    together: dict[Unit, list[Publication]] = {}
    for report in reports:
        together.setdefault(by_source[report.reference], []).append(report)
    of_reviews = {
        unit: members
        for unit, members in together.items()
        if all(member.design in review_designs or member.includes for member in members)
    }
    listed = {unit: {name for one in members for name in one.includes} for unit, members in of_reviews.items()}
    reviews = {unit: _review(unit, members, listed, by_source) for unit, members in of_reviews.items()}
    return Units(by_source, reviews, {unit: at for at, unit in enumerate(together)})


def _marks(report: Publication, identifiers: Mapping[str, Collection[Hashable]]) -> Iterator[Hashable]:
    """Everything that makes a publication one study with another one that has it, too."""
    yield from identifiers.get(report.reference, ())
    for kind, value in (("report_of", report.report_of), ("cohort", report.cohort)):
        if value is not None:
            yield kind, value


def _joined(marks: Mapping[str, set[Hashable]]) -> dict[str, Unit]:
    """The groups of sources that share a mark, directly or through others; each named by its first source."""
    groups: list[tuple[list[str], set[Hashable]]] = []
    for source, own in marks.items():
        touched = [group for group in groups if group[1] & own]
        groups = [group for group in groups if not group[1] & own]
        sources = [name for group in touched for name in group[0]] + [source]
        groups.append((sources, own.union(*(group[1] for group in touched))))
    order = {source: at for at, source in enumerate(marks)}
    first = {source: Unit(min(sources, key=order.__getitem__)) for sources, _ in groups for source in sources}
    return {source: first[source] for source in marks}


def _review(
    unit: Unit, members: Iterable[Publication], listed: Mapping[Unit, Collection[str]], by_source: Mapping[str, Unit]
) -> Review:
    """A review with everything in it, also what the reviews in it contain."""
    inside: dict[str, Unit] = {}
    waiting = set(listed[unit])
    while waiting:
        source = waiting.pop()
        inside[source] = by_source.get(source, Unit(source))
        waiting |= set(listed.get(inside[source], ())) - set(inside)
    sources = {source for source, part in inside.items() if part not in listed}
    trials = frozenset(inside[source] for source in sources)
    size = max(len(trials), *(member.pooled or 0 for member in members))
    return Review(frozenset(inside.values()) - {unit}, trials, frozenset(sources), size)
