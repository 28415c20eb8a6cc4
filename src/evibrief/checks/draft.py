"""Reads and checks a brief that is still being written.

In: a folder. Out: a brief without holes, and what is unfinished in it as warnings. Whatever is wrong, and not merely
unfinished, is refused as `load` refuses it.
"""

import datetime
from dataclasses import replace
from pathlib import Path

from evibrief import resources
from evibrief.checks.load import Loaded
from evibrief.checks.rule import Context
from evibrief.checks.run import found_in, problem_of_finding
from evibrief.evidence.brief import Brief
from evibrief.evidence.read_folder import read_brief
from evibrief.evidence.unfinished import MOST_ROUNDS, Filling
from evibrief.evidence.validate import read_records
from evibrief.problems import Problem, Problems, errors_in
from evibrief.rating.withheld import without_tiers


def load_draft(folder: Path, today: datetime.date | None = None) -> Loaded:
    """Read and check a brief, with placeholders where something is still to be written.

    Raises `Problems` if anything is wrong in it.
    """
    source, told = read_brief(folder)
    if ("brief",) in source.unread or _wrong(told):
        raise _refusal(_once(told, read_records(source)[1]))
    filling = Filling(source)
    brief = filling.complete()
    if brief is None or _wrong(filling.problems):
        raise _refusal(_once(told, filling.problems))
    context, found = _filled(filling, brief, today)
    problems = _once(told, [*filling.problems, *found])
    if _wrong(problems):
        raise _refusal(problems)
    findings = without_tiers(context.findings, filling.withheld)
    return Loaded(folder, context.brief, filling.source, findings, tuple(sorted(_as_warnings(problems))))


def _wrong(problems: list[Problem]) -> bool:
    """Whether something is an error, and not merely unfinished."""
    return any(not one.unfinished for one in errors_in(problems))


def _as_warnings(problems: list[Problem]) -> list[Problem]:
    """The problems, in which what is unfinished is no error."""
    return [replace(one, severity="warning") if one.unfinished else one for one in problems]


def _refusal(problems: list[Problem]) -> Problems:
    """What is wrong, and beside it what is unfinished, ready to raise."""
    told = _as_warnings(problems)
    return Problems(told if errors_in(told) else problems)


def _once(told: list[Problem], more: list[Problem]) -> list[Problem]:
    """The problems of the reader, then those at places of which it said nothing."""
    places = {one.place for one in told}
    return [*told, *dict.fromkeys(one for one in more if one.place not in places)]


def _filled(filling: Filling, brief: Brief, today: datetime.date | None) -> tuple[Context, list[Problem]]:
    """The brief in which also the holes are filled that only rules find, with all that the rules find in it."""
    open_places: list[Problem] = []
    for _ in range(MOST_ROUNDS):
        context = Context(brief, filling.source, resources.covered_characters(), today)
        found, others = found_in(context)
        problems = [(rule, one, problem_of_finding(rule, one, context.source)) for rule, one in found]
        before = str(filling.tree)
        for rule, one, problem in problems:
            if rule.unfinished:
                open_places += [] if filling.is_filled(one.location) else [problem]
                rule.unfinished(filling, one)
        if str(filling.tree) == before:
            break
        brief = filling.complete() or brief
    last = [problem for rule, one, problem in problems if not rule.unfinished and not filling.is_filled(one.location)]
    return context, [*open_places, *last, *others]
