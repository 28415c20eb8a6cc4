"""What changed between two archived versions of a brief, in words, for the page that compares them.

In: the evidence of two versions. Out: a `Between`, in the language of the later one. It is computed once, when the
later version is archived, and kept beside the pages.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from evibrief.evidence.vocabulary import ChangeKind
from evibrief.labels import markdown, phrases
from evibrief.labels.languages import tag_of
from evibrief.labels.words import Words
from evibrief.rating.diff import ABSENT, Change, Side, Weight, compare, summary_of_changes
from evibrief.rating.diff_tallies import LevelAndCounts, changed_tallies

_OF_LEVELS: tuple[ChangeKind, ...] = ("tier", "certainty", "judgement")
"""The kinds of change whose values are levels of an instrument."""


@dataclass(frozen=True, slots=True)
class ChangeInWords:
    """One change in words. `what` is the title or text of the record, `part` says which part of it changed."""

    weight: Weight
    kind: str
    what: str
    record: str
    part: str
    was: str
    now: str
    reason: str


@dataclass(frozen=True, slots=True)
class CountsInWords:
    """The studies of a statement or link: for, against and inconclusive, before and now."""

    what: str
    record: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Between:
    """All changes from one version to a later one, conclusions first. `language` is the tag of its words."""

    older: str
    newer: str
    language: str
    summary: str
    changes: tuple[ChangeInWords, ...]
    counts: tuple[CountsInWords, ...]

    @property
    def conclusions(self) -> tuple[ChangeInWords, ...]:
        """The changed conclusions."""
        return tuple(one for one in self.changes if one.weight == "major")

    @property
    def others(self) -> Mapping[str, tuple[ChangeInWords, ...]]:
        """All other changes by kind, the most important kind first."""
        kinds = dict.fromkeys(one.kind for one in self.changes if one.weight != "major")
        rest = [one for one in self.changes if one.weight != "major"]
        return {kind: tuple(one for one in rest if one.kind == kind) for kind in kinds}

    def counts_of(self, record: str) -> CountsInWords | None:
        """The studies of a statement or link, if their number changed."""
        return next((one for one in self.counts if one.record == record), None)

    @property
    def counts_alone(self) -> tuple[CountsInWords, ...]:
        """The changed numbers of studies that no changed conclusion tells."""
        told = {one.record for one in self.conclusions}
        return tuple(one for one in self.counts if one.record not in told)


def between(old: Side, new: Side) -> Between:
    """What changed from one side to the other."""
    words, changes = new.findings.words, compare(old, new)
    names = _names(old) | _names(new)
    levels = _levels(old), _levels(new)
    told = tuple(_told(group, names, levels, words) for group in _joined(changes))
    return Between(
        old.brief.brief.version, new.brief.brief.version, tag_of(new.brief.brief.language),
        summary_of_changes(changes, words), told, tuple(_counted(old, new, names)),
    )  # fmt: skip


def _counted(old: Side, new: Side, names: Mapping[str, str]) -> Iterator[CountsInWords]:
    words = new.findings.words
    for one in changed_tallies(old.findings, new.findings):
        was, now = (_counts(side, words) for side in (one.was, one.now))
        if was != now:
            yield CountsInWords(names.get(one.record, one.record), one.record, was, now)


def _names(side: Side) -> dict[str, str]:
    """What a reader knows a record by: its title, its text, the name of a publication."""
    brief, notes = side.brief, side.findings.words.notes
    names: dict[str, str] = {one.id: markdown.without_marks(one.text) for one in brief.all_claims}
    names |= {one.id: markdown.without_marks(one.text) for one in brief.ranking.statements}
    for mechanism in brief.mechanisms:
        names |= {mechanism.id: mechanism.title}
        names |= {link.id: markdown.without_marks(link.text) for link in mechanism.links}
    names |= {one.id: phrases.short_name(one) for one in brief.references}
    return names | dict.fromkeys(("brief", brief.brief.id), notes.brief_itself)


Levels = Mapping[str, str]


def _levels(side: Side) -> Levels:
    """The word of each level: that of the instrument, or else that of the language."""
    words, ratings = side.findings.words, side.findings.ratings
    known: dict[str, str] = {ABSENT: words.notes.not_rated_here}
    for group in (words.judgement, words.certainty, words.tier):
        known |= {str(level): word for level, word in group.items()}
    for scale in (ratings.instrument.judgement, ratings.chain_scale, ratings.instrument.tier) if ratings else ():
        known |= {level.id: level.word for level in scale.levels}
    return known


def _joined(changes: Iterable[Change]) -> Iterator[Sequence[Change]]:
    """Equal changes of a computed and a final level are one."""
    groups: dict[tuple[str, ...], list[Change]] = {}
    for number, change in enumerate(changes):
        alike = (change.record.partition(",")[0], change.was, change.now) if change.kind in _OF_LEVELS else ()
        groups.setdefault((change.kind, *(alike or (str(number),))), []).append(change)
    yield from groups.values()


def _told(
    group: Sequence[Change], names: Mapping[str, str], levels: tuple[Levels, Levels], words: Words
) -> ChangeInWords:
    change = group[0]
    record = change.record.partition(", ")[0]
    parts = [part for one in group if (part := one.record.partition(", ")[2])]
    parts = [] if set(parts) == {"final", "computed"} else parts
    kind, what = _capital(phrases.change(change.kind, words)), names.get(record, record)
    if change.kind == "bottom line":
        what, parts = _of_the_bottom_line(parts, words), []
    was, now = (_value(change, text, known) for text, known in zip((change.was, change.now), levels, strict=True))
    part = phrases.all_of((_part(one, words) for one in parts), words) if parts else ""
    return ChangeInWords(change.weight, kind, what, record, part, was, now, markdown.without_marks(change.reason))


def _value(change: Change, text: str, levels: Levels) -> str:
    return levels.get(text, text) if change.kind in _OF_LEVELS else markdown.without_marks(text)


def _of_the_bottom_line(parts: Sequence[str], words: Words) -> str:
    facts = {"plausibility": words.facts.plausibility, "certainty": words.facts.certainty}
    return facts.get(parts[0], words.page.bottom_line)


def _part(field: str, words: Words) -> str:
    known = {"final": words.columns.final, "computed": words.columns.computed}
    return known.get(field, field.replace("_", " "))


def _counts(side: LevelAndCounts | None, words: Words) -> str:
    if side is None:
        return ""
    numbers = {"supporting": side["for"], "against": side["against"], "inconclusive": side["inconclusive"]}
    return words.archive.studies(**numbers) if any(numbers.values()) else words.counts.study(0)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
