"""The changes between two briefs: typed, by id, the most important first.

In: two briefs with their findings. Out: `Change`s. Records are matched by id, or by `replaces` if an id was replaced.
A changed conclusion is major, added or removed evidence is minor, a change of wording is a patch (as in Semantic
Versioning 2.0.0, with conclusions in place of an interface).
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Protocol, TypeVar, get_args

from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Claim, Evidence
from evibrief.evidence.records import Dose, Reference
from evibrief.evidence.vocabulary import ChangeKind
from evibrief.labels import markdown, phrases
from evibrief.labels.languages import english
from evibrief.labels.words import Words
from evibrief.problems import plain
from evibrief.rating.diff_tallies import TallyChange
from evibrief.rating.sides import NOTHING, Side
from evibrief.rating.support import printed_subject
from evibrief.rating.values import fill_text

Weight = Literal["major", "minor", "patch"]
WEIGHTS: tuple[Weight, ...] = ("major", "minor", "patch")
CHANGE_KINDS: tuple[ChangeKind, ...] = get_args(ChangeKind)

ABSENT = "not rated"
"""The value of a rating that no instrument computed."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change: the record, its old and new value in words, and the reason if a person signed one."""

    weight: Weight
    kind: ChangeKind
    record: str
    was: str
    now: str
    reason: str = ""

    def __str__(self) -> str:
        move = f"{self.was} → {self.now}" if self.was and self.now else self.now or self.was
        why = f" (reason: {self.reason})" if self.reason else ""
        return f"{self.record}: {self.kind}: {move}{why}"


def compare(old: Side, new: Side) -> tuple[Change, ...]:
    """Every change, conclusions first; empty for two equal briefs.

    Everything that changes the evidence hash is reported, except the notes in `changes.yaml`.
    """
    changes = [
        *_bottom_line(old.brief, new.brief), *_ratings(old, new), *_claims(old, new), *_sources(old, new),
        *_doses(old.brief, new.brief, new.findings.words), *_records(old.records, new.records),
        *_ranks(old.brief, new.brief),
    ]  # fmt: skip
    changes += _rest(old, new, frozenset(_told_whole(changes)))
    changes = list(_as_printed(changes, old, new))
    return tuple(sorted(changes, key=lambda change: (WEIGHTS.index(change.weight), CHANGE_KINDS.index(change.kind))))


def _as_printed(changes: Iterable[Change], old: Side, new: Side) -> Iterator[Change]:
    """The changes with the values that each side prints; as typed where only the typed words differ."""
    before, after = old.printed, new.printed
    for change in changes:
        was, now = fill_text(change.was, before), fill_text(change.now, after)
        typed = was == now and change.was != change.now
        yield change if typed else replace(change, was=was, now=now, reason=fill_text(change.reason, after))


def demanded(changes: Sequence[Change]) -> Weight | None:
    """The part of the version number that must at least be raised; None if nothing changed."""
    return next((weight for weight in WEIGHTS if any(change.weight == weight for change in changes)), None)


def risen(old: str, new: str) -> Weight | None:
    """Which part of a version number was raised; None if none was.

    Before 1.0.0 nothing is settled: there the second number counts as the first (after Semantic Versioning 2.0.0,
    clause 4), and whatever is more than wording needs it.
    """
    before, after = ([int(part) for part in one.split(".")] for one in (old, new))
    if after <= before:
        return None
    rose = next(weight for weight, a, b in zip(WEIGHTS, before, after, strict=True) if b > a)
    return "major" if before[0] == 0 and rose == "minor" else rose


def least_number(old: str, demand: Weight) -> str:
    """The smallest version number that is high enough for a change of this weight."""
    first, second, third = (int(part) for part in old.split("."))
    larger = (f"{first}.{second}.{third + 1}", f"{first}.{second + 1}.0", f"{first + 1}.0.0")
    return next(one for one in larger if (rose := risen(old, one)) and WEIGHTS.index(rose) <= WEIGHTS.index(demand))


class Weighed(Protocol):
    """What a summary counts: a change computed here, or one read from `since.yaml`."""

    @property
    def weight(self) -> str:
        """`major`, `minor` or `patch`."""

    @property
    def kind(self) -> str:
        """A `ChangeKind`, or one of another version of the program."""

    @property
    def record(self) -> str:
        """The record that changed, and the field."""

    @property
    def was(self) -> str:
        """The old value."""

    @property
    def now(self) -> str:
        """The new value."""


_One = TypeVar("_One", bound=Weighed)


def conclusions_of(changes: Iterable[_One]) -> tuple[tuple[_One, ...], ...]:
    """The changed conclusions, as every list has them. A computed and a final tier that changed alike are one."""
    groups: dict[tuple[str, ...], list[_One]] = {}
    for change in (one for one in changes if one.weight == "major"):
        named = change.record.partition(",")[0] if change.kind == "tier" else change.record
        groups.setdefault((change.kind, named, change.was, change.now), []).append(change)
    return tuple(map(tuple, groups.values()))


def summary_of_changes(changes: Sequence[Weighed], words: Words) -> str:
    """How many conclusions changed, counted as they are listed, and how much else did."""
    numbers = {weight: sum(change.weight == weight for change in changes) for weight in WEIGHTS}
    return words.sentences.changes(
        conclusions=words.counts.conclusion_moved(len(conclusions_of(changes))),
        evidence=words.counts.change(numbers["minor"]),
        wording=words.counts.change(numbers["patch"]),
    )


def changes_as_text(changes: Sequence[Change]) -> str:
    """The changes for a terminal."""
    lines = [summary_of_changes(changes, english())]
    for weight in WEIGHTS:
        mine = [change for change in changes if change.weight == weight]
        lines += [f"\n{weight}"] * bool(mine) + [f"  {_one_line(str(change))}" for change in mine]
    return "\n".join(lines) + "\n"


def changes_as_markdown(changes: Sequence[Change]) -> str:
    """The changes as Markdown, for a pull request or a mail."""
    lines = [f"**{summary_of_changes(changes, english())}**", ""]
    for change in changes:
        told = _literal(_one_line(f"{change.was} → {change.now}"))
        lines.append(f"- *{change.weight}* **{_literal(_one_line(change.record))}**, {change.kind}: {told}")
    return "\n".join(lines) + "\n"


def _one_line(text: str) -> str:
    """A text of the evidence on one line, so that none of its lines can look like one of ours."""
    return plain(" ".join(text.split()))


def _literal(text: str) -> str:
    """The text escaped for Markdown, so that no link, picture or tag from the evidence gets into a mail."""
    return re.sub(r"([\\`*_\[\]<>!|~&#])", r"\\\1", text)


def changes_as_json(changes: Sequence[Change], tallies: Sequence[TallyChange] = ()) -> str:
    """The changes for machines, and the counts that changed."""
    told, counts = [asdict(one) for one in changes], [asdict(one) for one in tallies]
    summary = {"summary": summary_of_changes(changes, english()), "demands": demanded(changes)}
    record = {**summary, "changes": told, "tallies": counts}
    return json.dumps(record, indent=1, ensure_ascii=False) + "\n"


def _bottom_line(old: Brief, new: Brief) -> Iterator[Change]:
    for field in ("text", "plausibility", "certainty"):
        before, after = (getattr(brief.brief.bottom_line, field) for brief in (old, new))
        if before != after:
            yield Change("major", "bottom line", f"bottom line, {field}", before, after)
    if old.brief.methods.instrument != new.brief.methods.instrument:
        was, now = (brief.brief.methods.instrument or "none" for brief in (old, new))
        yield Change("minor", "instrument", "methods", was, now)


def _ratings(old: Side, new: Side) -> Iterator[Change]:
    """Tiers, levels of chains and judgements that changed; a rating that was never computed is `not rated`."""
    if old.findings.ratings or new.findings.ratings:
        yield from _tiers(old, new)
        yield from _chains(old, new)
        yield from _judgements(old, new)


def _tiers(old: Side, new: Side) -> Iterator[Change]:
    signed = {statement.id: statement.final for statement in new.brief.ranking.statements}
    before, after = _statements(old), _statements(new)
    for name in (name for name in after if name in before):
        final = signed[name]
        reason = (final.reason or "") if final else ""
        for field in ("final", "computed"):
            was, now = before[name][field], after[name][field]
            if was != now:
                yield Change("major", "tier", f"{name}, {field}", was, now, reason)


def _statements(side: Side) -> Mapping[str, Mapping[str, str]]:
    """The tiers of each statement; without an instrument, the signed one or `not rated`."""
    ratings = side.findings.ratings.statements if side.findings.ratings else {}
    tiers: dict[str, Mapping[str, str]] = {}
    for one in side.brief.ranking.statements:
        rating, signed = ratings.get(one.id), one.final.tier if one.final else ABSENT
        tiers[one.id] = {"final": rating.final if rating else signed, "computed": rating.computed if rating else ABSENT}
    return tiers


def _chains(old: Side, new: Side) -> Iterator[Change]:
    """Chains whose level changed, in the word of the newer instrument: its certainty or its support."""
    kind = next(side.findings.ratings.chain_value for side in (new, old) if side.findings.ratings)
    before, after = (side.findings.ratings.chains if side.findings.ratings else {} for side in (old, new))
    decisions = {mechanism.id: mechanism.certainty for mechanism in new.brief.mechanisms}
    for name in (one.id for one in old.brief.mechanisms if one.id in decisions):
        was, now = (getattr(ratings.get(name), "final", ABSENT) for ratings in (before, after))
        decision = decisions[name]
        if was != now:
            yield Change("major", kind, name, was, now, (decision.reason or "") if decision else "")


def _judgements(old: Side, new: Side) -> Iterator[Change]:
    before, after = (side.findings.ratings.links if side.findings.ratings else {} for side in (old, new))
    for name in (name for name in new.findings.links if name in old.findings.links):
        was, now = (getattr(ratings.get(name), "judgement", ABSENT) for ratings in (before, after))
        if was != now:
            yield Change("minor", "judgement", name, was, now)


def pairs_of_records(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[dict[str, str], list[str], list[str]]:
    """The records in both (new id → old id), the added ids and the removed ids."""
    same = {name: name for name in new if name in old}
    taken = set(same.values())
    for name, record in new.items():
        earlier = next((one for one in getattr(record, "replaces", ()) if one in old and one not in taken), None)
        if name not in same and earlier:
            same[name] = earlier
            taken.add(earlier)
    return same, [name for name in new if name not in same], [name for name in old if name not in taken]


def _claims(old: Side, new: Side) -> Iterator[Change]:
    before, after = old.findings.claims, new.findings.claims
    same, came, went = pairs_of_records(before, after)
    yield from (Change("minor", "claim added", name, "", after[name].text) for name in came)
    yield from (Change("minor", "claim removed", name, before[name].text, "") for name in went)
    format = max(side.brief.brief.format for side in (old, new))
    for name, earlier in same.items():
        yield from _claim(name, before[earlier], after[name], format)


def _claim(name: str, old: Claim, new: Claim, format: int) -> Iterator[Change]:
    """The changes of one claim. Two briefs in format 1 are compared in its words, as they always were."""
    if old.status != new.status:
        reason = markdown.without_marks(new.status_note or "")
        kind: ChangeKind = "claim corrected" if new.status == "corrected" else "claim changed"
        was, now = (english().status[claim.status].lower() for claim in (old, new))
        yield Change("minor", kind, name, was, now, reason)
    if (was_about := printed_subject(old, format)) != (now_about := printed_subject(new, format)):
        yield Change("minor", "claim changed", f"{name}, about", was_about, now_about)
    for field in ("direction", "modality", "population"):
        was, now = (str(getattr(claim, field) or "") for claim in (old, new))
        if was != now:
            yield Change("minor", "claim changed", f"{name}, {field}", was, now)
    before, after = ({entry.source: entry for entry in claim.evidence} for claim in (old, new))
    yield from (Change("minor", "evidence added", name, "", _told(after[key])) for key in after if key not in before)
    yield from (Change("minor", "evidence removed", name, _told(before[key]), "") for key in before if key not in after)
    for key in after:
        if key in before and _told(before[key]) != _told(after[key]):
            yield Change("minor", "evidence changed", name, _told(before[key]), _told(after[key]))


def _told(entry: Evidence) -> str:
    """What a rating counts of a piece of evidence. A resolved contradiction counts on neither side."""
    resolved = ", resolved" if entry.resolved else ""
    return f"{entry.source} {english().role[entry.role].lower()}{resolved} ({entry.population})"


def _sources(old: Side, new: Side) -> Iterator[Change]:
    before, after = old.findings.references, new.findings.references
    for key in after:
        if key not in before:
            yield Change("minor", "source added", key, "", phrases.short_name(after[key]))
        else:
            yield from _source(key, before[key], after[key])
    for key in before:
        if key not in after:
            yield Change("minor", "source removed", key, phrases.short_name(before[key]), "")
    for key, now in new.findings.standings.items():
        was = old.findings.standings.get(key)
        if now == "retracted" and was not in (None, now):
            yield Change("minor", "source retracted", key, str(was), now)


def _source(key: str, old: Reference, new: Reference) -> Iterator[Change]:
    """Changes in one reference, field by field."""
    before, after = old.model_dump(), new.model_dump()
    for field in dict.fromkeys((*after, *before)):
        was, now = (_plain(one.get(field)) for one in (before, after))
        if was != now:
            yield Change("minor", "source changed", f"{key}, {field}", was, now)


def _plain(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _doses(old: Brief, new: Brief, words: Words) -> Iterator[Change]:
    before, after = ({dose.id: _dose(dose, words) for dose in brief.doses.people} for brief in (old, new))
    same, came, went = pairs_of_records(*({dose.id: dose for dose in brief.doses.people} for brief in (old, new)))
    yield from (Change("minor", "dose added", name, "", after[name]) for name in came)
    yield from (Change("minor", "dose removed", name, before[name], "") for name in went)
    for name, earlier in same.items():
        if before[earlier] != after[name]:
            yield Change("minor", "dose changed", name, before[earlier], after[name])


def _dose(dose: Dose, words: Words) -> str:
    """A dose on one line, with its salt, and that it is doubtful: an amount is never told without them."""
    return f"{phrases.given(dose, words)}, {dose.route}, {dose.population}"


def _records(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    """Other records that were added or removed: links, statements, harms, corrections, unknowns and the rest."""
    yield from (Change("minor", "record added", name, "", after[name]) for name in after if name not in before)
    yield from (Change("minor", "record removed", name, before[name], "") for name in before if name not in after)


def _ranks(old: Brief, new: Brief) -> Iterator[Change]:
    before, after = ([statement.id for statement in brief.ranking.statements] for brief in (old, new))
    kept_before = [name for name in before if name in after]
    kept_after = [name for name in after if name in before]
    for place, name in enumerate(kept_after, 1):
        if kept_before.index(name) + 1 != place:
            yield Change("patch", "rank moved", name, str(kept_before.index(name) + 1), str(place))


_OF_EVIDENCE = ("role", "population")

def _told_whole(changes: Sequence[Change]) -> Iterator[str]:
    """What is already reported: the fields of added or removed records are not listed again."""
    for change in changes:
        if change.kind in ("evidence added", "evidence removed"):
            yield f"{change.record}, evidence {(change.now or change.was).partition(' ')[0]}"
        elif change.kind == "evidence changed":
            yield from (f"{change.record}, evidence {change.now.partition(' ')[0]} {field}" for field in _OF_EVIDENCE)
        elif change.kind.endswith((" added", " removed")):
            yield change.record


def _rest(old: Side, new: Side, told: frozenset[str]) -> Iterator[Change]:
    """Every other changed field of records that are in both briefs, then lists in another order."""
    same = old.instrument == new.instrument
    before, after = (one.fields if same else one.fields_without_instrument for one in (old, new))
    for where in dict.fromkeys((*after, *before)):
        was, now = before.get(where, NOTHING), after.get(where, NOTHING)
        record, field = where.split(", ")
        if was.text != now.text and not {record, where, f"{record}, {field.rpartition(' ')[0]}"} & told:
            kind = now.kind if now.text else was.kind
            yield Change("minor" if kind == "value changed" else "patch", kind, where, was.text, now.text)
    for where, keys in new.orders.items():
        kept = [key for key in old.orders.get(where, ()) if key in keys]
        order = [key for key in keys if key in kept]
        if kept != order and where != "brief, ranking statements":
            yield Change("patch", "order changed", where, ", ".join(kept), ", ".join(order))
