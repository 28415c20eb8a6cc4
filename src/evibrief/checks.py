"""All rules, run: problems with places, and what a person let pass.

In: a `Brief`, its `Source` for places, the characters that the fonts have, and the day. Out: problems. The rules that
run are the explicit tuple below; what they say of themselves is the documentation.
"""

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from evibrief import rules_of_evidence, rules_of_reading, rules_of_records, rules_of_review, rules_of_wording
from evibrief.model import Brief
from evibrief.problems import Problem, suggest
from evibrief.rule import Case, Found, Rule
from evibrief.source import Location, Source

RULES: tuple[Rule, ...] = (
    *rules_of_records.RULES, *rules_of_evidence.RULES, *rules_of_review.RULES, *rules_of_wording.RULES,
)  # fmt: skip


OVERRIDES = {
    "idle-override": "An override that lets nothing pass: what it was signed for is gone. Drop it.",
    "unknown-rule": "An override of a rule that does not exist.",
}


def rules_in_words() -> str:
    """The documentation of every rule, in Markdown, from what the code says of itself."""
    parts = ["# The rules of `evibrief check`", _PREFACE]
    for severity, title in (("error", "Errors: nothing is built"), ("warning", "Warnings: worth a look")):
        parts.append(f"## {title}")
        parts += (f"### {rule.name}\n\n{rule.description}" for rule in RULES if rule.severity == severity)
    parts.append("## What the reader refuses")
    refused = sorted({**rules_of_reading.DESCRIPTIONS, **OVERRIDES}.items())
    parts.append("\n".join(f"- **{name}**: {words}" for name, words in refused))
    return "\n\n".join(parts) + "\n"


_PREFACE = """\
A problem is printed as `file:line:column: severity[rule]: what is wrong`, with a hint. `make check` prints all of them
at once; `make pdf` refuses to build while there is an error.

A person may let a rule pass for a record, beside the record, with a reason and a signature; the brief prints every such
override in its limitations:

    overrides:
      - rule: one-study
        reason: Why this is right here.
        by: a name, or a role
        date: 2026-11-23

This page is written by `make rules` from the rules themselves."""


def describe(name: str) -> str | None:
    """What one rule looks for, why, and what to do; None when there is no such rule."""
    own = {rule.name: f"{rule.name} ({rule.severity})\n\n{rule.description}" for rule in RULES}
    return {**rules_of_reading.DESCRIPTIONS, **OVERRIDES, **own}.get(name)


def check(
    brief: Brief, source: Source, characters: frozenset[int], today: datetime.date | None = None
) -> list[Problem]:
    """Everything that the rules find and nobody overrode, in the order of the rules."""
    case = Case(brief, source, characters, today)
    overrides = dict(_overrides((), source.tree))
    used: set[Location] = set()
    problems = []
    for rule in RULES:
        for found in rule.find(case):
            if override := _override_of(found.location, rule.name, overrides):
                used.add(override)
            else:
                problems.append(_problem(rule, found, source))
    return problems + list(_idle(overrides, used, source))


def _problem(rule: Rule, found: Found, source: Source) -> Problem:
    place = source.place_of_text(found.location, found.within) if found.within else source.place(found.location)
    return Problem(place, rule.name, found.message, found.hint, rule.severity)


def _overrides(location: Location, node: Any) -> Iterator[tuple[Location, str]]:
    """The rule of every override in the tree, by the location of the override."""
    if isinstance(node, Mapping):
        for index, override in enumerate(node.get("overrides", ())):
            yield (*location, "overrides", index), str(override["rule"])
        for key, child in node.items():
            yield from _overrides((*location, key), child)
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from _overrides((*location, index), child)


def _override_of(location: Location, rule: str, overrides: Mapping[Location, str]) -> Location | None:
    """The override of a rule in the record of a location or in one around it."""
    for where, name in overrides.items():
        if name == rule and location[: len(where) - 2] == where[:-2]:
            return where
    return None


def _idle(overrides: Mapping[Location, str], used: set[Location], source: Source) -> Iterator[Problem]:
    """An override that lets nothing pass is a signature under something that is no longer there."""
    names = [rule.name for rule in RULES]
    for location, name in overrides.items():
        place = source.place((*location, "rule"))
        if name not in names:
            yield Problem(place, "unknown-rule", f"no rule is called `{name}`", suggest(name, names))
        elif location not in used:
            message = f"this override of `{name}` lets nothing pass"
            yield Problem(place, "idle-override", message, "drop it: what it was for is gone")
