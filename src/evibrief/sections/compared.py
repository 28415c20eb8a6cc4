"""What each statement, link and claim was in the version before, beside what it is now.

In: the brief, with `since.yaml` as written by `evibrief since`, and the findings. Out: a `Compared`, for a format that
has room for it. Only what `since.yaml` records is told, in the words of the page where it has any.

A claim is what it says, what became of it, what it is about, and which studies it has. How a study is described and
how it was checked is left to the data: a version that was read again has a thousand such changes.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Claim, Link, Statement
from evibrief.evidence.records import SinceChange
from evibrief.labels import phrases
from evibrief.labels.languages import english
from evibrief.labels.words import Words
from evibrief.rating.diff import ABSENT
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Compared, ComparedPart, ComparedRecord
from evibrief.sections.changes import as_read, level_word

_ADDED, _REMOVED, _RATED = ("claim added", "record added"), "claim removed", ("tier", "judgement")
_NAMED_BY_KIND = (*_RATED, "rank moved")
_OF_STUDIES = ("evidence added", "evidence removed", "evidence changed")


def compared(brief: Brief, findings: Findings) -> Compared | None:
    """The statements, links and claims that changed, in the order of the page; None where nothing is recorded."""
    told: dict[str, list[SinceChange]] = {}
    for change in brief.since.changes if brief.since else ():
        told.setdefault(change.record.partition(", ")[0], []).append(change)
    records = (*_changed(brief, told, findings), *_removed(brief, findings))
    return Compared(brief.since.version, records) if brief.since and records else None


def _changed(brief: Brief, told: Mapping[str, list[SinceChange]], findings: Findings) -> Iterator[ComparedRecord]:
    links = (link for mechanism in brief.mechanisms for link in mechanism.links)
    records: tuple[Statement | Link | Claim, ...] = (*brief.ranking.statements, *links, *brief.all_claims)
    for record in records:
        text, names = as_read(record.text, findings), _names(findings.words)
        parts = dict.fromkeys(
            part for change in told.get(record.id, ()) if (part := _part(change, text, names, findings))
        )
        if parts:
            reworded = any(part.what == names["text"] for part in parts)
            called = findings.called(record.id)
            yield ComparedRecord(record.id, phrases.capital(called), "" if reworded else text, tuple(parts))


def _removed(brief: Brief, findings: Findings) -> Iterator[ComparedRecord]:
    words = findings.words
    for change in brief.since.changes if brief.since else ():
        if change.kind == _REMOVED:
            was = as_read(change.was, findings)
            part = ComparedPart(words.web.part_text, was, words.notes.not_there)
            yield ComparedRecord("", phrases.capital(phrases.change(_REMOVED, words)), "", (part,))


def _names(words: Words) -> Mapping[str, str]:
    """What the page calls the fields that are compared."""
    reason = dict.fromkeys(("status_note", "remark", "note"), words.columns.reason)
    return reason | {
        "text": words.web.part_text, "about": words.web.part_about, "direction": words.columns.direction,
        "modality": words.web.part_modality, "population": words.web.part_population,
    }  # fmt: skip


def _part(change: SinceChange, text: str, names: Mapping[str, str], findings: Findings) -> ComparedPart | None:
    """One change; `text` is what the record says now. None for what is left to the data."""
    words, field = findings.words, change.record.partition(", ")[2]
    if change.kind in _ADDED:
        return ComparedPart(names["text"], words.notes.not_there, text)
    if change.kind in _NAMED_BY_KIND:
        name = phrases.capital(phrases.change(change.kind, words))
    elif change.kind in _OF_STUDIES:
        name = words.web.part_study
    else:
        name = names.get(field, "") if field else words.columns.status
    was, now = (_value(one, change, field, findings) for one in (change.was, change.now))
    return ComparedPart(name, was, now) if name else None


def _value(text: str, change: SinceChange, field: str, findings: Findings) -> str:
    words = findings.words
    if not text or text == ABSENT:
        return words.notes.not_rated_here if text else words.notes.not_there
    if change.kind in _RATED:
        return level_word(text, findings)
    if change.kind in _OF_STUDIES:
        return _study(text, findings)
    return _known(field, findings).get(text) or as_read(text, findings)


def _known(field: str, findings: Findings) -> Mapping[str, str]:
    """The words of the page for the values of a field."""
    words = findings.words
    if field == "population":
        return {name: one.label for name, one in findings.populations.items()}
    told: Mapping[str, Mapping[Any, str]] = {
        "about": words.about, "direction": words.direction, "modality": words.modality,
        "": {word.lower(): words.status[status] for status, word in english().status.items()},
    }  # fmt: skip
    return {str(name): word for name, word in told.get(field, {}).items()}


_STUDY = re.compile(r"(\S+) (.+) \((\w+)\)")
"""How `rating.diff` names a piece of evidence: its source, its role in English, its population."""


def _study(text: str, findings: Findings) -> str:
    """A piece of evidence as the page names it; as it is recorded where the page has no such study any more."""
    found = _STUDY.fullmatch(text)
    source = findings.references.get(found[1]) if found else None
    if not found or not source:
        return text
    roles = {word.lower(): findings.words.role[role] for role, word in english().role.items()}
    whom = findings.populations.get(found[3])
    told = findings.words.sentences.described(what=roles.get(found[2], found[2]), note=whom.label if whom else found[3])
    return findings.words.sentences.labelled(label=phrases.short_name(source), value=told)
