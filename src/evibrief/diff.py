"""What changed between two briefs: typed changes by id, the weightiest first.

In: two briefs with what is derived from them. Out: `Change`s. Records are joined by id, and by `replaces` where an id
was given up for another. A change of a conclusion is major, a coming or going of evidence minor, a change of words a
patch (after Semantic Versioning 2.0.0, with conclusions in the place of an interface).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from evibrief import words
from evibrief.derive import Findings
from evibrief.evidence import Claim, Evidence
from evibrief.fields import Record
from evibrief.instrument import Instrument
from evibrief.model import Brief, BriefRecord, Dose, Reference

Weight = Literal["major", "minor", "patch"]
WEIGHTS: tuple[Weight, ...] = ("major", "minor", "patch")
Kind = Literal[
    "tier", "certainty", "bottom line", "instrument", "judgement", "claim added", "claim removed", "claim corrected",
    "evidence added", "evidence removed", "evidence changed", "source added", "source removed", "source retracted",
    "dose added", "dose removed", "dose changed", "record added", "record removed", "rank moved", "wording",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One change: of which record, what it was and what it is, in words for people; why, where somebody signed."""

    weight: Weight
    kind: Kind
    record: str
    was: str
    now: str
    reason: str = ""

    def __str__(self) -> str:
        move = f"{self.was} → {self.now}" if self.was and self.now else self.now or self.was
        why = f" (reason: {self.reason})" if self.reason else ""
        return f"{self.record}: {self.kind}: {move}{why}"


@dataclass(frozen=True, slots=True)
class Side:
    """A brief with what is derived from it."""

    brief: Brief
    findings: Findings


def compare(old: Side, new: Side) -> tuple[Change, ...]:
    """Every change, conclusions first; nothing between a brief and itself."""
    changes = [
        *_bottom_line(old.brief, new.brief), *_ratings(old, new), *_claims(old, new), *_sources(old, new),
        *_doses(old.brief, new.brief), *_records(old.brief, new.brief), *_ranks(old.brief, new.brief),
        *_wording(old.brief, new.brief),
    ]  # fmt: skip
    return tuple(sorted(changes, key=lambda change: WEIGHTS.index(change.weight)))


def demanded(changes: Sequence[Change]) -> Weight | None:
    """The part of the version number that has to rise at least; None when nothing changed."""
    return next((weight for weight in WEIGHTS if any(change.weight == weight for change in changes)), None)


def risen(old: str, new: str) -> Weight | None:
    """Which part of a version number rose; None when it did not rise at all."""
    before, after = ([int(part) for part in one.split(".")] for one in (old, new))
    if after <= before:
        return None
    return next(weight for weight, a, b in zip(WEIGHTS, before, after, strict=True) if b > a)


def summary(changes: Sequence[Change]) -> str:
    """`conclusions unchanged`, or how many moved, and how much else changed."""
    numbers = {weight: sum(change.weight == weight for change in changes) for weight in WEIGHTS}
    moved = words.count(numbers["major"], "conclusion moved", "conclusions moved")
    first = moved[0].upper() + moved[1:] if numbers["major"] else "Conclusions unchanged"
    return (
        f"{first}; {words.count(numbers['minor'], 'change')} of evidence, {words.count(numbers['patch'], 'change')} of "
        "wording."
    )


def as_text(changes: Sequence[Change]) -> str:
    """The changes for a terminal."""
    lines = [summary(changes)]
    for weight in WEIGHTS:
        mine = [change for change in changes if change.weight == weight]
        lines += [f"\n{weight}"] * bool(mine) + [f"  {change}" for change in mine]
    return "\n".join(lines) + "\n"


def as_markdown(changes: Sequence[Change]) -> str:
    """The changes as Markdown, for a pull request or a mail."""
    lines = [f"**{summary(changes)}**", ""]
    for change in changes:
        lines.append(f"- *{change.weight}* **{change.record}**, {change.kind}: {change.was} → {change.now}")
    return "\n".join(lines) + "\n"


def as_json(changes: Sequence[Change]) -> str:
    """The changes for machines."""
    record = {"summary": summary(changes), "demands": demanded(changes), "changes": [asdict(one) for one in changes]}
    return json.dumps(record, indent=1, ensure_ascii=False) + "\n"


def _bottom_line(old: Brief, new: Brief) -> Iterator[Change]:
    for field in ("text", "plausibility", "certainty"):
        before, after = (getattr(brief.brief.bottom_line, field) for brief in (old, new))
        if before != after:
            yield Change("major", "bottom line", field, before, after)
    if old.brief.methods.instrument != new.brief.methods.instrument:
        was, now = (brief.brief.methods.instrument or "none" for brief in (old, new))
        yield Change("minor", "instrument", "methods", was, now)


def _ratings(old: Side, new: Side) -> Iterator[Change]:
    before, after = old.findings.ratings, new.findings.ratings
    if before is None or after is None:
        return
    signed = {statement.id: statement.final for statement in new.brief.ranking.statements}
    for name, rating in after.statements.items():
        if (earlier := before.statements.get(name)) is None:
            continue
        final = signed[name]
        reason = (final.reason or "") if final else ""
        for field in ("final", "computed"):
            was, now = getattr(earlier, field), getattr(rating, field)
            if was != now:
                yield Change("major", "tier", f"{name}, {field}", was, now, reason)
    decisions = {mechanism.id: mechanism.certainty for mechanism in new.brief.mechanisms}
    for name, chain in after.chains.items():
        was_chain = before.chains.get(name)
        if was_chain is not None and was_chain.final != chain.final:
            decision = decisions[name]
            reason = (decision.reason or "") if decision else ""
            yield Change("major", "certainty", name, was_chain.final, chain.final, reason)
    for name, link in after.links.items():
        was_link = before.links.get(name)
        if was_link is not None and was_link.judgement != link.judgement:
            yield Change("minor", "judgement", name, was_link.judgement, link.judgement)


def joined(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[dict[str, str], list[str], list[str]]:
    """Records that are the same (new id → old id), those that came and those that went."""
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
    same, came, went = joined(before, after)
    yield from (Change("minor", "claim added", name, "", after[name].text) for name in came)
    yield from (Change("minor", "claim removed", name, before[name].text, "") for name in went)
    for name, earlier in same.items():
        yield from _claim(name, before[earlier], after[name])


def _claim(name: str, old: Claim, new: Claim) -> Iterator[Change]:
    if old.status != new.status:
        reason = words.without_marks(new.status_note or "")
        yield Change("minor", "claim corrected", name, old.status, new.status, reason)
    for field in ("about", "direction", "modality", "population"):
        if getattr(old, field) != getattr(new, field):
            yield Change("minor", "claim corrected", f"{name}, {field}", getattr(old, field), getattr(new, field))
    before, after = ({entry.source: entry for entry in claim.evidence} for claim in (old, new))
    yield from (Change("minor", "evidence added", name, "", _told(after[key])) for key in after if key not in before)
    yield from (Change("minor", "evidence removed", name, _told(before[key]), "") for key in before if key not in after)
    for key in after:
        if key in before and (before[key].role, before[key].population) != (after[key].role, after[key].population):
            yield Change("minor", "evidence changed", name, _told(before[key]), _told(after[key]))


def _told(entry: Evidence) -> str:
    return f"{entry.source} {words.ROLE[entry.role].lower()} ({entry.population})"


def _sources(old: Side, new: Side) -> Iterator[Change]:
    before, after = old.findings.references, new.findings.references
    for key in after:
        if key not in before:
            yield Change("minor", "source added", key, "", words.short_name(after[key]))
    for key in before:
        if key not in after:
            yield Change("minor", "source removed", key, words.short_name(before[key]), "")
    for key in after:
        was, now = (str(side.findings.studies[key].integrity.state) if key in side.findings.studies else ""
                    for side in (old, new))  # fmt: skip
        if now == "retracted" and was not in ("", "retracted"):
            yield Change("minor", "source retracted", key, was, now)


def _doses(old: Brief, new: Brief) -> Iterator[Change]:
    before, after = ({dose.id: dose for dose in brief.doses.people} for brief in (old, new))
    same, came, went = joined(before, after)
    yield from (Change("minor", "dose added", name, "", _dose(after[name])) for name in came)
    yield from (Change("minor", "dose removed", name, _dose(before[name]), "") for name in went)
    for name, earlier in same.items():
        if _dose(before[earlier]) != _dose(after[name]):
            yield Change("minor", "dose changed", name, _dose(before[earlier]), _dose(after[name]))


def _dose(dose: Dose) -> str:
    return f"{words.amount(dose.amount)}, {dose.route}, {dose.population}"


def _records(old: Brief, new: Brief) -> Iterator[Change]:
    """Other records that came or went: links, statements, harms, corrections, unknowns and the rest."""
    before, after = (dict(_named(brief)) for brief in (old, new))
    yield from (Change("minor", "record added", name, "", after[name]) for name in after if name not in before)
    yield from (Change("minor", "record removed", name, before[name], "") for name in before if name not in after)


def _named(node: object) -> Iterator[tuple[str, str]]:
    """The id and the kind of every record that no other kind of change tells of."""
    if isinstance(node, tuple):
        for child in node:
            yield from _named(child)
    elif isinstance(node, Record) and not isinstance(node, Claim | Dose | Reference | Instrument | BriefRecord):
        if name := getattr(node, "id", None):
            yield str(name), type(node).__name__
        for field in type(node).model_fields:
            yield from _named(getattr(node, field))


def _ranks(old: Brief, new: Brief) -> Iterator[Change]:
    before, after = ([statement.id for statement in brief.ranking.statements] for brief in (old, new))
    kept_before = [name for name in before if name in after]
    kept_after = [name for name in after if name in before]
    for place, name in enumerate(kept_after, 1):
        if kept_before.index(name) + 1 != place:
            yield Change("patch", "rank moved", name, str(kept_before.index(name) + 1), str(place))


_WEIGHED = frozenset(
    {
        "bottom_line", "status", "about", "direction", "modality", "population", "evidence", "version", "date",
        "instrument", "amount", "route", "final", "certainty",
    }
)  # fmt: skip
"""Fields whose changes are told by a weightier kind, or that change with every version."""


def _wording(old: Brief, new: Brief) -> Iterator[Change]:
    """Texts of records that are there on both sides, field by field."""
    before, after = dict(_texts(old, "")), dict(_texts(new, ""))
    kept = {where.partition(",")[0] for where in before} & {where.partition(",")[0] for where in after}
    for where in dict.fromkeys((*after, *before)):
        was, now = before.get(where, ""), after.get(where, "")
        if was != now and where.partition(",")[0] in kept:
            yield Change("patch", "wording", where, was, now)


def _texts(node: object, record: str) -> Iterator[tuple[str, str]]:
    """Every text of every record with an id, by `id, field`."""
    if isinstance(node, tuple):
        for child in node:
            yield from _texts(child, record)
    elif isinstance(node, Record):
        name = str(getattr(node, "id", None) or getattr(node, "reference", None) or record)
        for field in type(node).model_fields:
            value = getattr(node, field)
            if field in _WEIGHED or field in ("changes", "references", "retractions", "since"):
                continue
            if isinstance(value, tuple) and value and all(isinstance(one, str) for one in value):
                yield f"{name}, {field}", " / ".join(value)
            elif isinstance(value, str) and field not in ("id", "reference"):
                yield f"{name}, {field}", value
            else:
                yield from _texts(value, name)
