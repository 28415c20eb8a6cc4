"""The description of every rule, as printed in `docs/rules.md` and by `evibrief rules`."""

from collections.abc import Iterator

from evibrief.checks import reader_messages
from evibrief.checks.registry import RULES
from evibrief.checks.rule import Rule
from evibrief.problems import Severity

OVERRIDES = {
    "idle-override": "An override that is no longer needed: the problem it was signed for is gone. Remove it.",
    "unknown-rule": "An override of a rule that does not exist.",
}


def rules_in_words() -> str:
    """The documentation of every rule, in Markdown, generated from the docstrings."""
    parts = ["# The rules of `evibrief check`", _PREFACE]
    for severity, title in (("error", "Errors: nothing is built"), ("warning", "Warnings: worth a look")):
        parts.append(f"## {title}")
        parts += (f"### {rule.name}\n\n{_in_full(rule)}" for rule in RULES if rule.severity == severity)
    parts.append("## What the reader refuses")
    parts.append("\n".join(f"- **{name}**: {words}" for name, words in _refused()))
    return "\n\n".join(parts) + "\n"


def described_rules() -> Iterator[tuple[str, Severity, str]]:
    """The name, the severity and the description of every rule, and of what the reader refuses."""
    yield from ((rule.name, rule.severity, rule.description) for rule in RULES)
    yield from ((name, "error", words) for name, words in _refused())


def _refused() -> list[tuple[str, str]]:
    return sorted({**reader_messages.DESCRIPTIONS, **OVERRIDES}.items())


def _in_full(rule: Rule) -> str:
    """The description of a rule, and whether a draft can be made of what it finds."""
    return f"{rule.description}\n\n{_IN_DRAFTS}" if rule.unfinished else rule.description


_IN_DRAFTS = "A [draft](drafts.md) is made all the same."
_PREFACE = """\
A problem is printed as `file:line:column: severity[rule]: what is wrong`, with a hint. `make check` prints all problems
at once; `make pdf` refuses to build while there is an error.

To accept a problem, sign an override in the record, with a reason. The brief prints every override in its limitations:

    overrides:
      - rule: one-study
        reason: Why this is acceptable here.
        by: a name, or a role
        date: 2026-11-23

This page is generated from the rules by `make rules`."""


def describe(name: str) -> str | None:
    """What one rule looks for, why, and what to do; None if there is no such rule."""
    own = {rule.name: f"{rule.name} ({rule.severity})\n\n{rule.description}" for rule in RULES}
    return {**reader_messages.DESCRIPTIONS, **OVERRIDES, **own}.get(name)
