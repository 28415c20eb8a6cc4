"""The same work for each of many briefs: what comes of one never depends on another."""

from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from evibrief.batch.each import BriefOutcome, outcomes
from evibrief.batch.processes import ProcessLost
from evibrief.problems import Place, Problem, Problems

FOLDERS = [Path(f"b{number}") for number in range(8)]
WRONG = Problem(Place("b2/brief.yaml", 3, 5), "rule", "this is wrong")


@dataclass
class Named:
    """Work that gives the name of a folder, or raises what is planned for it."""

    executor: ThreadPoolExecutor
    in_begin: dict[str, Exception] = field(default_factory=dict)
    in_call: dict[str, Exception] = field(default_factory=dict)
    in_finish: dict[str, Exception] = field(default_factory=dict)
    begun: list[str] = field(default_factory=list)
    under_way: int = 0
    most: int = 0

    def begin(self, folder: Path) -> Future[str]:
        self.begun.append(folder.name)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        _raise(self.in_begin, folder.name)
        return self.executor.submit(self._call, folder.name)

    def _call(self, name: str) -> str:
        _raise(self.in_call, name)
        return name

    def finish(self, folder: Path, made: str) -> str:
        self.under_way -= 1
        _raise(self.in_finish, folder.name)
        return made.upper()


def _raise(planned: dict[str, Exception], name: str) -> None:
    if name in planned:
        raise planned[name]


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(3) as threads:
        yield threads


def by_name(work: Named, at_once: int = 3, keep_going: bool = True) -> dict[str, BriefOutcome[str]]:
    found = list(outcomes(FOLDERS, work, at_once, keep_going))
    assert len(found) == len(FOLDERS)
    return {one.folder.name: one for one in found}


def test_each_has_its_own_result(executor: ThreadPoolExecutor) -> None:
    found = by_name(Named(executor))
    assert {name: one.result for name, one in found.items()} == {path.name: path.name.upper() for path in FOLDERS}


@pytest.mark.parametrize("at_once", [1, 3])
def test_no_more_are_under_way_than_asked(at_once: int, executor: ThreadPoolExecutor) -> None:
    work = Named(executor)
    by_name(work, at_once)
    assert work.most == at_once


@pytest.mark.parametrize("where", ["in_begin", "in_call", "in_finish"])
@pytest.mark.parametrize(
    ("error", "place", "rule"),
    [
        (Problems([WRONG]), "b2/brief.yaml:3:5", "rule"),
        (OSError(28, "No space left on device", "out/x.pdf"), "out/x.pdf", "system"),
        (OSError("no more words"), "b2", "system"),
        (MemoryError(), "b2", "no-memory"),
        (CancelledError(), "b2", "cluster"),
        (ProcessLost(), "b2", "process-lost"),
        (KeyError("a bug"), "b2", "bug"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_what_goes_wrong_is_a_problem_of_that_brief_alone(
    where: str, error: Exception, place: str, rule: str, executor: ThreadPoolExecutor
) -> None:
    found = by_name(Named(executor, **{where: {"b2": error}}))  # type: ignore[arg-type]
    (problem,) = found["b2"].problems
    assert (str(problem.place), problem.rule) == (place, rule)
    assert found["b2"].result is None
    assert all(one.result and not one.problems for name, one in found.items() if name != "b2")


def test_after_one_that_fails_no_other_is_begun(executor: ThreadPoolExecutor) -> None:
    work = Named(executor, in_call={"b2": KeyError("a bug")})
    found = by_name(work, 1, keep_going=False)
    assert work.begun == ["b0", "b1", "b2"]
    assert [name for name, one in found.items() if one.result] == ["b0", "b1"]
    assert [name for name, one in found.items() if one.problems] == ["b2"]


def test_those_under_way_are_finished(executor: ThreadPoolExecutor) -> None:
    work = Named(executor, in_begin={"b0": KeyError("a bug")})
    found = by_name(work, 3, keep_going=False)
    assert work.begun == ["b0", "b1", "b2"]
    assert [name for name, one in found.items() if one.result] == ["b1", "b2"]
