"""`build` and `check` for several briefs: a line for each, problems at their places, and a bar on a terminal.

In: arguments. Out: lines and the exit code of the worst.
"""

import argparse
import datetime
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from evibrief.cli.caching import kept_of
from evibrief.cli.printing import print_annotations, print_problems, print_sarif, without_error
from evibrief.formats.registry import names
from evibrief.problems import Problem, as_record, errors_in

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from evibrief.batch.builds import WrittenBrief
    from evibrief.batch.checks import CheckedBrief
    from evibrief.batch.each import BriefOutcome, Work

_Done = TypeVar("_Done")


def add_many(parser: argparse.ArgumentParser) -> None:
    """Add to a command the folders of the briefs, and the options for several of them."""
    parser.add_argument("briefs", type=Path, nargs="+", metavar="data/BRIEF", help="the folder of a brief, or several")
    jobs = "work on so many briefs at once (default: as many as there are processors and memory for)"
    parser.add_argument("--jobs", type=_count, metavar="N", help=jobs)
    parser.add_argument("--keep-going", action="store_true", help="begin other briefs after one that fails")
    cluster = "have the work done by a Dask cluster, such as tcp://HOST:8786"
    parser.add_argument("--scheduler", type=_address, metavar="ADDRESS", help=cluster)


def _count(text: str) -> int:
    """A number of processes. Raises `ArgumentTypeError` for anything else."""
    if not re.fullmatch("[1-9][0-9]{0,2}", text):
        raise argparse.ArgumentTypeError("write a whole number from 1 to 999")
    return int(text)


def _address(text: str) -> str:
    """The address of a scheduler. Raises `ArgumentTypeError` for anything else."""
    if not re.fullmatch(r"([a-z]+://)?[^/\s:]+:[0-9]{1,5}", text):
        raise argparse.ArgumentTypeError("write it such as tcp://HOST:8786")
    return text


def are_many(options: argparse.Namespace) -> bool:
    """Whether the work is to be done for several briefs, or elsewhere."""
    return len(options.briefs) > 1 or options.scheduler is not None


def build_many(options: argparse.Namespace) -> int:
    """Build several briefs into one folder."""
    from evibrief.batch.builds import Builds
    from evibrief.batch.distinct import demand_distinct

    if options.draft:
        print("evibrief: --draft takes one brief", file=sys.stderr)
        return 2
    demand_distinct(options.briefs)
    formats = tuple(name for name in names() if name in (options.format or names()))

    def work(executor: "Executor") -> Builds:
        return Builds(executor, options.output, formats, options.layer, options.scheduler is not None, kept_of(options))

    return _sum_up(_run(options, work, _tell_built))


def check_many(options: argparse.Namespace) -> int:
    """Check several briefs."""
    from evibrief.batch.checks import Checks

    if alone := [name for name in ("retractions", "quotes") if getattr(options, name)]:
        print(f"evibrief: --{alone[0]} takes one brief", file=sys.stderr)
        return 2

    def work(executor: "Executor") -> Checks:
        return Checks(executor, datetime.date.today(), options.scheduler is not None)

    found = _run(options, work, _tell_checked)
    if options.format == "json":
        _print_as_json(options, found)
    if options.format == "sarif":
        print_sarif([problem for one in _as_ordered(options, found) for problem in _problems_of(one)])
    return _sum_up(found)


def _run(
    options: argparse.Namespace,
    work: "Callable[[Executor], Work[Any, _Done]]",
    tell: "Callable[[argparse.Namespace, BriefOutcome[_Done]], None]",
) -> "list[BriefOutcome[_Done]]":
    """Do the work for each brief, telling of each as it ends."""
    from evibrief.batch.each import outcomes

    found: list[BriefOutcome[_Done]] = []
    with _executor(options) as (executor, at_once), _bar(options) as bar:
        for outcome in outcomes(options.briefs, work(executor), at_once, options.keep_going):
            found.append(outcome)
            with bar.after(found):
                tell(options, outcome)
    return found


@contextmanager
def _executor(options: argparse.Namespace) -> "Iterator[tuple[Executor, int]]":
    """What does the work, and how many briefs it is given at once."""
    from evibrief.batch.cluster import cluster
    from evibrief.batch.processes import processes

    most = min(options.jobs or _affordable(), len(options.briefs))
    if options.scheduler is None:
        with processes(most) as executor:
            yield executor, most
    else:
        with cluster(options.scheduler) as (executor, workers):
            yield executor, options.jobs or workers


def _affordable() -> int:
    """How many builds this machine has processors for, and memory even if each brief is large; at least one."""
    from evibrief.formats.apart import processors

    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(1, min(processors(), memory // _OF_ONE_BUILD))


_OF_ONE_BUILD = 1_600 * 1024**2
"""Bytes of memory that the largest brief measured took, with the programs that its build started."""


class _Bar:
    """The last line of a terminal: how far the work is. Elsewhere nothing is drawn."""

    def __init__(self, total: int, shown: bool) -> None:
        self._total, self._shown, self._drawn = total, shown, ""

    def draw(self, done: int, failed: int) -> None:
        part = _WIDTH * done // self._total
        errors = f", {failed} with errors" if failed else ""
        self._drawn = f"[{'#' * part}{'.' * (_WIDTH - part)}] {done} of {self._total}{errors}"
        if self._shown:
            print(f"\r{self._drawn}"[: shutil.get_terminal_size().columns], end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._shown:
            print(f"\r{' ' * len(self._drawn)}"[: shutil.get_terminal_size().columns], end="", file=sys.stderr)
            print("\r", end="", file=sys.stderr, flush=True)

    @contextmanager
    def after(self, found: "Sequence[BriefOutcome[Any]]") -> Iterator[None]:
        """Out of the way while lines are printed, and drawn again after them."""
        self.clear()
        yield
        sys.stdout.flush()
        self.draw(sum(map(_begun, found)), len(list(filter(_failed, found))))


_WIDTH = 20


@contextmanager
def _bar(options: argparse.Namespace) -> Iterator[_Bar]:
    bar = _Bar(len(options.briefs), sys.stderr.isatty() and not getattr(options, "quiet", False))
    bar.draw(0, 0)
    try:
        yield bar
    finally:
        bar.clear()


def _failed(outcome: "BriefOutcome[Any]") -> bool:
    return bool(outcome.problems)


def _begun(outcome: "BriefOutcome[Any]") -> bool:
    return outcome.result is not None or _failed(outcome)


def _tell_built(options: argparse.Namespace, outcome: "BriefOutcome[WrittenBrief]") -> None:
    """The problems of a brief, then one line: its files, or that it has none."""
    print_problems(outcome.problems)
    if options.quiet or not _begun(outcome):
        return
    print(f"{outcome.folder}: {_files(outcome.result) if outcome.result else _counted(outcome)}", flush=True)


def _files(built: "WrittenBrief") -> str:
    """Such as `build/glass_2026-03-01_v0.1.0 (pdf, docx, html), 812 kB`, with the number of warnings."""
    files = built.files
    kinds = ", ".join(file.path.suffix.removeprefix(".") for file in files)
    size = f"{sum(file.size for file in files) / 1024:.0f} kB"
    state = "" if any(file.fresh for file in files) else " (up to date)"
    warnings = f"; {_number(built.warnings, 'warning')}" if built.warnings else ""
    return f"{files[0].path.with_suffix('')} ({kinds}), {size}{state}{warnings}"


def _tell_checked(options: argparse.Namespace, outcome: "BriefOutcome[CheckedBrief]") -> None:
    """The problems of a brief in the wanted format; as text, then one line."""
    problems = _problems_of(outcome)
    if options.format == "github":
        print_annotations(problems)
    if options.format != "text" or not _begun(outcome):
        return
    print_problems(problems, "")
    checked = outcome.result
    print(f"{outcome.folder}: {without_error(checked.claims, checked.references) if checked else _counted(outcome)}")


def _counted(outcome: "BriefOutcome[Any]") -> str:
    """The numbers of errors and warnings of a brief that failed."""
    errors = len(errors_in(outcome.problems))
    counts = ((errors, "error"), (len(outcome.problems) - errors, "warning"))
    return ", ".join(_number(*one) for one in counts if one[0])


def _number(count: int, word: str) -> str:
    return f"{count} {word}{'s' * (count != 1)}"


def _print_as_json(options: argparse.Namespace, found: "Sequence[BriefOutcome[CheckedBrief]]") -> None:
    """The problems of all briefs as one record, in the order of the command line."""
    briefs = []
    for one in _as_ordered(options, found):
        problems = _problems_of(one)
        ratings = {"ratings": one.result.ratings} if one.result else {}
        about = {"brief": str(one.folder), "begun": _begun(one), "problems": list(map(as_record, problems))}
        briefs.append(about | ratings)
    print(json.dumps({"briefs": briefs}, indent=1, ensure_ascii=False))


def _as_ordered(
    options: argparse.Namespace, found: "Sequence[BriefOutcome[CheckedBrief]]"
) -> "list[BriefOutcome[CheckedBrief]]":
    """The outcomes in the order of the command line."""
    order = {folder: number for number, folder in reversed([*enumerate(options.briefs)])}
    return sorted(found, key=lambda one: order[one.folder])


def _problems_of(outcome: "BriefOutcome[CheckedBrief]") -> "Sequence[Problem]":
    return outcome.result.warnings if outcome.result else outcome.problems


def _sum_up(found: "Sequence[BriefOutcome[Any]]") -> int:
    """Name what failed and what was not begun. Returns the exit code of the worst."""
    failed = [str(one.folder) for one in found if _failed(one)]
    rest = [one for one in found if not _begun(one)]
    if failed:
        print(f"evibrief: {len(failed)} of {len(found)} with errors: {', '.join(failed)}", file=sys.stderr)
    if rest:
        print(f"evibrief: {len(rest)} not begun; --keep-going would go on", file=sys.stderr)
    return 1 if failed or rest else 0
