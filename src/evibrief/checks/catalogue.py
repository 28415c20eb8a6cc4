"""The rules in words, as `docs/rules.md` has them: what each finds, and which of them a person may let pass."""

from evibrief.checks import reader_messages
from evibrief.checks.registry import RULES

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
    refused = sorted({**reader_messages.DESCRIPTIONS, **OVERRIDES}.items())
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
    return {**reader_messages.DESCRIPTIONS, **OVERRIDES, **own}.get(name)
