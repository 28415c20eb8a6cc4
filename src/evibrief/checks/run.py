"""Runs all rules and applies the overrides.

In: the `Context` that every rule gets. Out: problems. The rules are those in `registry`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from evibrief.checks.registry import RULES
from evibrief.checks.rule import Context, Finding, Rule
from evibrief.evidence.source import Location, SourceTree
from evibrief.problems import Problem, suggest


def check(context: Context) -> list[Problem]:
    """All findings of the rules that are not overridden, in the order of the rules."""
    findings, others = found_in(context)
    return [problem_of_finding(rule, found, context.source) for rule, found in findings] + others


def found_in(context: Context) -> tuple[list[tuple[Rule, Finding]], list[Problem]]:
    """The findings that are not overridden, each with its rule, and the problems of the overrides themselves."""
    overrides = dict(_overrides((), context.source.tree))
    used: set[Location] = set()
    findings = []
    for rule in RULES:
        for found in rule.find(context):
            if override := _override_of(found.location, rule.name, overrides):
                used.add(override)
            else:
                findings.append((rule, found))
    return findings, list(_idle(overrides, used, context.source))


def problem_of_finding(rule: Rule, found: Finding, source: SourceTree) -> Problem:
    """A finding as a problem at the place where the author wrote it."""
    place = source.place_of_text(found.location, found.within) if found.within else source.place(found.location)
    return Problem(place, rule.name, found.message, found.hint, rule.severity, rule.unfinished is not None)


def _overrides(location: Location, node: Any) -> Iterator[tuple[Location, str]]:
    """The rule of every override in the tree, by the location of the override."""
    if isinstance(node, Mapping):
        for index, override in enumerate(node.get("overrides", ())):
            yield (*location, "overrides", index), str(override["rule"])
    children = node.items() if isinstance(node, Mapping) else enumerate(node)
    for key, child in children:
        if isinstance(child, dict | list):  # most are texts
            yield from _overrides((*location, key), child)


def _override_of(location: Location, rule: str, overrides: Mapping[Location, str]) -> Location | None:
    """The override of a rule in the record at a location, or in a record around it."""
    for where, name in overrides.items():
        if name == rule and location[: len(where) - 2] == where[:-2]:
            return where
    return None


def _idle(overrides: Mapping[Location, str], used: set[Location], source: SourceTree) -> Iterator[Problem]:
    """Problems of overrides that name no rule, or are not needed because the rule finds nothing there."""
    names = [rule.name for rule in RULES]
    for location, name in overrides.items():
        place = source.place((*location, "rule"))
        if name not in names:
            yield Problem(place, "unknown-rule", f"there is no rule `{name}`", suggest(name, names))
        elif location not in used:
            message = f"this override of `{name}` is not needed"
            yield Problem(place, "idle-override", message, "remove it: the problem is gone", unfinished=True)
