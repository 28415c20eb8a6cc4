"""What changed between two archived versions of a brief, in words, for the page that compares them.

In: the evidence of two versions. Out: a `Between`, in the language of the later one. It is computed once, when the
later version is archived, and kept beside the pages.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evibrief.evidence.vocabulary import ChangeKind
from evibrief.labels import markdown, phrases
from evibrief.labels.languages import tag_of
from evibrief.labels.words import Words
from evibrief.rating.diff import ABSENT, Change, Weight, compare, conclusions_of, summary_of_changes
from evibrief.rating.diff_tallies import LevelAndCounts, changed_tallies
from evibrief.rating.sides import Side
from evibrief.rating.values import fill_text, values_of

_OF_LEVELS: tuple[ChangeKind, ...] = ("tier", "certainty", "support", "judgement")
"""The kinds of change whose values are levels of an instrument."""


@dataclass(frozen=True, slots=True)
class SignedReason:
    """Why a rating moved, who signed that, and with which version."""

    reason: str
    by: str
    version: str


@dataclass(frozen=True, slots=True)
class ChangeInWords:
    """One change in words. `what` is the title or text of the record, `part` says which part of it changed.

    `reason` is that of the record itself; `signed` are those of `changes.yaml`, the newest first.
    """

    weight: Weight
    kind: str
    what: str
    record: str
    part: str
    was: str
    now: str
    reason: str
    signed: tuple[SignedReason, ...]


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
    signed = _signed(old, new)
    told = tuple(_told(group, names, levels, signed, words) for group in _groups(changes))
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


def _groups(changes: Sequence[Change]) -> Iterator[Sequence[Change]]:
    """The changed conclusions, as they are counted, then every other change."""
    yield from conclusions_of(changes)
    yield from ((one,) for one in changes if one.weight != "major")


SignedReasons = Mapping[str, tuple[SignedReason, ...]]


def _signed(old: Side, new: Side) -> SignedReasons:
    """The signed reasons by record, from each version after the old one up to the new one."""
    found: dict[str, tuple[SignedReason, ...]] = {}
    values = values_of(new.brief, new.findings)
    last, now = (_number(side.brief.brief.version) for side in (old, new))
    for note in (one for one in new.brief.changes if last < _number(one.version) <= now):
        for one in note.reasons:
            reason = markdown.without_marks(fill_text(one.reason, values))
            found[one.record] = (*found.get(one.record, ()), SignedReason(reason, one.by, note.version))
    return found


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _told(
    group: Sequence[Change],
    names: Mapping[str, str],
    levels: tuple[Levels, Levels],
    signed: SignedReasons,
    words: Words,
) -> ChangeInWords:
    change = group[0]
    record = change.record.partition(", ")[0]
    parts = [part for one in group if (part := one.record.partition(", ")[2])]
    parts = [] if set(parts) == {"final", "computed"} else parts
    kind, what = phrases.capital(phrases.change(change.kind, words)), names.get(record, record)
    if change.kind == "bottom line":
        what, parts = _of_the_bottom_line(parts, words), []
    was, now = (_value(change, text, known) for text, known in zip((change.was, change.now), levels, strict=True))
    part = phrases.all_of((_part(one, words) for one in parts), words) if parts else ""
    reason, by = markdown.without_marks(change.reason), signed.get(record, ()) if change.weight == "major" else ()
    return ChangeInWords(change.weight, kind, what, record, part, was, now, reason, by)


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

