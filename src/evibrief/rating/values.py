"""Values that prose takes from the data: `{smith2016.n}` prints the number of participants in `studies.yaml`.

In: a `Brief` and its `Findings`. Out: the values by name, and the brief with every reference replaced. A number
written in only one place cannot contradict itself.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields as dataclass_fields
from dataclasses import is_dataclass, replace
from typing import Any, TypeVar

from evibrief.evidence.brief import Brief
from evibrief.evidence.fields import Record
from evibrief.evidence.records import AnimalExposure, Dose
from evibrief.evidence.written import reworded
from evibrief.labels import phrases
from evibrief.rating.findings import Findings
from evibrief.rating.ratings import word_of

VALUE_REFERENCE = re.compile(r"\{([A-Za-z][\w:-]*\.[A-Za-z_]+)\}")
"""A reference in prose; its group is the name of the value."""

_Part = TypeVar("_Part")


def values_of(brief: Brief, findings: Findings) -> Mapping[str, str]:
    """Every value that prose may name, as printed."""
    return dict(_values(brief, findings))


def _values(brief: Brief, findings: Findings) -> Iterator[tuple[str, str]]:
    words, notes = findings.words, findings.words.notes
    for study in brief.studies:
        key = study.reference
        number = phrases.or_unknown(str(study.n), words)
        yield f"{key}.n", notes.not_applicable if study.n == "not-applicable" else number
        yield f"{key}.design", words.design[study.design].lower()
        if study.population in findings.populations:
            yield f"{key}.population", findings.populations[study.population].label
        if key in findings.references:
            yield f"{key}.year", phrases.year(findings.references[key]) or notes.unknown
    amounts: tuple[Dose | AnimalExposure, ...] = (*brief.doses.people, *brief.doses.other)
    for dose in amounts:
        yield f"{dose.id}.amount", phrases.given(dose, words)
        yield f"{dose.id}.route", phrases.route(dose, words)
    for statement in brief.ranking.statements:
        if statement.stated:
            yield f"{statement.id}.stated", words.tier[statement.stated].lower()
    yield from _rated(findings)
    counts = findings.counts
    for name in ("stated", "added", "direct", "unsourced", "studies"):
        yield f"counts.{name}", str(getattr(counts, name))
    yield "counts.claims", str(counts.stated + counts.added)
    yield "counts.references", str(len(brief.references))


def _rated(findings: Findings) -> Iterator[tuple[str, str]]:
    if not (ratings := findings.ratings):
        return
    instrument = ratings.instrument
    for name, statement in ratings.statements.items():
        yield f"{name}.computed", word_of(instrument.tier, statement.computed).lower()
        yield f"{name}.final", word_of(instrument.tier, statement.final).lower()
    for name, link in ratings.links.items():
        yield f"{name}.judgement", word_of(instrument.judgement, link.judgement).lower()
    for name, chain in ratings.chains.items():
        yield f"{name}.{ratings.chain_value}", word_of(ratings.chain_scale, chain.final).lower()


def fill_text(text: str, values: Mapping[str, str]) -> str:
    """A text with its references replaced, which keeps its location; a reference without a value stays as it is."""
    return reworded(text, VALUE_REFERENCE.sub(lambda match: values.get(match[1], match[0]), text))


def fill(part: _Part, values: Mapping[str, str]) -> _Part:
    """A value with the references in all its texts replaced; the same object if there are none.

    It covers records, tuples, mappings and what is derived from them, at any depth.
    """
    filled: Any = part
    if isinstance(part, str):
        filled = fill_text(part, values) if "{" in part else part
    elif isinstance(part, tuple):
        parts = tuple(fill(one, values) for one in part)
        filled = parts if any(new is not old for new, old in zip(parts, part, strict=True)) else part
    elif isinstance(part, Mapping):
        filled = {**part, **changed} if (changed := _changed(part, values)) else part
    elif isinstance(part, Record):
        fields = {name: getattr(part, name) for name in type(part).model_fields}
        filled = part.model_copy(update=changed) if (changed := _changed(fields, values)) else part
    elif is_dataclass(part):
        fields = {one.name: getattr(part, one.name) for one in dataclass_fields(part)}
        filled = replace(part, **changed) if (changed := _changed(fields, values)) else part  # type: ignore[type-var]
    return filled  # type: ignore[no-any-return]


def _changed(parts: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """Those of the parts in which something was replaced."""
    new = {name: fill(part, values) for name, part in parts.items()}
    return {name: part for name, part in new.items() if part is not parts[name]}
