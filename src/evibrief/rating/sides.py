"""One side of a comparison: a brief with its findings, as flat texts by record and field.

In: a brief and its findings. Out: a `Side`. What follows from it is worked out once, for all that it is compared with.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, get_args

from evibrief.evidence.appraisals import Appraisal, AppraisalInstrument, DomainJudgement
from evibrief.evidence.brief import Brief, BriefRecord, More, Section
from evibrief.evidence.claims import Claim
from evibrief.evidence.fields import NAMING_FIELDS, Record
from evibrief.evidence.instrument import Instrument
from evibrief.evidence.records import Dose, Reference
from evibrief.evidence.vocabulary import ChangeKind
from evibrief.rating.findings import Findings
from evibrief.rating.values import values_of


@dataclass(frozen=True)
class Side:
    """A brief with its findings. What follows from it is worked out once, for all that it is compared with."""

    brief: Brief
    findings: Findings

    @cached_property
    def fields(self) -> Mapping[str, "FieldValue"]:
        """Every field that has a text, by record and name."""
        return dict(_values(self.brief, "brief", "wording"))

    @property
    def fields_without_instrument(self) -> Mapping[str, "FieldValue"]:
        """The same without the rules of its instrument, for a brief that is rated by another one."""
        return dict(_values(self.brief.model_copy(update={"instrument": None}), "brief", "wording"))

    @cached_property
    def records(self) -> Mapping[str, str]:
        """The kind of every record that no other kind of change covers, by its id."""
        return dict(_named(self.brief))

    @cached_property
    def orders(self) -> Mapping[str, tuple[str, ...]]:
        """The ids or sources of each list of records, in order."""
        return dict(_orders(self.brief, "brief"))

    @cached_property
    def printed(self) -> Mapping[str, str]:
        """The values that its texts can take."""
        return values_of(self.brief, self.findings)

    @property
    def instrument(self) -> str:
        """The name of its instrument."""
        return self.brief.brief.methods.instrument or ""


def _named(node: object) -> Iterator[tuple[str, str]]:
    """The id and the kind of every record that no other kind of change covers."""
    if isinstance(node, tuple):
        for child in node:
            yield from _named(child)
    elif isinstance(node, AppraisalInstrument):
        yield node.name, "appraisal instrument"
    elif isinstance(node, Record) and not isinstance(node, Claim | Dose | Reference | Instrument | BriefRecord):
        if name := getattr(node, "id", None):
            yield str(name), re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__.removesuffix("Record")).lower()
        for field in type(node).model_fields:
            yield from _named(getattr(node, field))


_TOLD = {
    "Claim": {"status", "about", "direction", "modality", "population"},
    "Dose": {"amount", "route", "population"},
    "BriefRecord": {"version", "date"},
    "BottomLine": {"text", "plausibility", "certainty"},
    "Methods": {"instrument"},
    "Brief": {"changes", "references", "since", "reviews", "quotes", "news"},
}
"""Fields that a more important kind of change reports, that follow from a comparison, or change in every version."""


@dataclass(frozen=True, slots=True)
class FieldValue:
    """The text of one field, and the kind of its change."""

    text: str
    kind: ChangeKind


NOTHING = FieldValue("", "wording")


def _values(
    node: object, record: str, kind: ChangeKind, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, FieldValue]]:
    """Every leaf, named `id, field`; records without ids are named by source or by position in their list."""
    if isinstance(node, More):
        yield from _values(node.records, record, kind, (node.stem,))
    elif isinstance(node, AppraisalInstrument):
        yield from _of_appraisal_instrument(node)
    elif isinstance(node, Record):
        record, path = (name, ()) if (name := _name(node)) else (record, path)
        for field, info in type(node).model_fields.items():
            if field not in _TOLD.get(type(node).__name__, ()) and field not in NAMING_FIELDS:
                yield from _values(getattr(node, field), record, _kind(node, field, info.annotation), (*path, field))
    elif isinstance(node, tuple) and any(isinstance(one, Record) for one in node):
        for number, one in enumerate(node, 1):
            yield from _values(one, record, kind, (*path, str(_own_key(one) or number)))
    elif node not in (None, ()):
        text = " / ".join(map(str, node)) if isinstance(node, tuple) else str(node)
        yield f"{record}, {' '.join(path)}", FieldValue(text, kind)


def _of_appraisal_instrument(node: AppraisalInstrument) -> Iterator[tuple[str, FieldValue]]:
    """Each field as one text: its domains and levels are no records of the brief."""
    for field in type(node).model_fields:
        if value := getattr(node, field):
            text = " / ".join(map(str, value)) if isinstance(value, tuple) else str(value)
            yield f"{node.name}, {field}", FieldValue(text, "value changed")


def _kind(record: Record, field: str, annotation: object) -> ChangeKind:
    if isinstance(record, Claim) and field == "text":
        return "claim reworded"
    return "wording" if _is_words(annotation) else "value changed"


def _orders(node: object, record: str, path: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The ids or sources of each list of records, in order."""
    if isinstance(node, More):
        yield from _orders(node.records, record, (node.stem,))
    elif isinstance(node, AppraisalInstrument):
        return
    elif isinstance(node, Record):
        record, path = (name, ()) if (name := _name(node)) else (record, path)
        for field in type(node).model_fields:
            yield from _orders(getattr(node, field), record, (*path, field))
    elif isinstance(node, tuple) and any(isinstance(one, Record) for one in node):
        keys = tuple(_name(one) or _own_key(one) for one in node)
        if all(keys):
            yield f"{record}, {' '.join(path)}", keys
        for one in node:
            yield from _orders(one, record, path)


def _own_key(record: Any) -> str:
    """What identifies a record without an id: its source, the kind of a section, the domain of a judgement."""
    if isinstance(record, Appraisal):  # without a comma, which would end the name of the record
        return " ".join(filter(None, (record.instrument, record.outcome, record.by))).replace(",", "")
    if isinstance(record, DomainJudgement):
        return str(record.domain)
    return str(record.kind) if isinstance(record, Section) else str(getattr(record, "source", ""))


def _name(record: Any) -> str:
    return str(getattr(record, "id", None) or getattr(record, "reference", None) or "")


@cache
def _is_words(annotation: object) -> bool:
    """Whether a field holds free text, as opposed to a number, an id or a word from a list."""
    return annotation is str or any(_is_words(part) for part in get_args(annotation))
