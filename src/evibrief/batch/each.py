"""Does the same work for each of many briefs, several at once, and goes on or stops after one that fails.

In: folders, and a `Work`. Out: one `BriefOutcome` for each folder, when it is known. Only a few are under way at any
time, so memory does not grow with the number of briefs.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from evibrief.batch.processes import ProcessLost
from evibrief.problems import Place, Problem, Problems

Made = TypeVar("Made")
Done = TypeVar("Done", covariant=True)


class Work(Protocol[Made, Done]):
    """What is done for each brief: most of it elsewhere, the end of it here. Both raise `Problems` or `OSError`."""

    def begin(self, folder: Path) -> Future[Made]:
        """Begin the work for a brief."""
        ...

    def finish(self, folder: Path, made: Made) -> Done:
        """Finish it in this process, for one brief at a time."""
        ...


@dataclass(frozen=True)
class BriefOutcome(Generic[Done]):
    """What came of a brief: a result, or problems, or neither if it was not begun because another one failed."""

    folder: Path
    result: Done | None = None
    problems: tuple[Problem, ...] = ()


def outcomes(
    folders: Sequence[Path], work: Work[Made, Done], at_once: int, keep_going: bool
) -> Iterator[BriefOutcome[Done]]:
    """The outcome for each brief, in the order in which they end; those not begun come last.

    After one that fails, no other is begun, unless `keep_going`. Those under way are finished.
    """
    waiting, running, failed = deque(folders), dict[Future[Made], Path](), False
    while running or (waiting and (keep_going or not failed)):
        while waiting and len(running) < at_once and (keep_going or not failed):
            folder = waiting.popleft()
            running[_begun(work, folder)] = folder
        for ended in wait(running, return_when=FIRST_COMPLETED).done:
            outcome = _outcome(work, running.pop(ended), ended)
            failed = failed or outcome.result is None
            yield outcome
    yield from map(BriefOutcome, waiting)


def _begun(work: Work[Made, Done], folder: Path) -> Future[Made]:
    try:
        return work.begin(folder)
    except Exception as error:
        failed = Future[Made]()
        failed.set_exception(error)
        return failed


def _outcome(work: Work[Made, Done], folder: Path, ended: Future[Made]) -> BriefOutcome[Done]:
    """The outcome of work that has ended. Whatever went wrong is a problem of this brief alone."""
    try:
        return BriefOutcome(folder, work.finish(folder, ended.result()))
    except Exception as error:
        return BriefOutcome(folder, problems=tuple(_problems_of(folder, error)))


def _problems_of(folder: Path, error: Exception) -> Iterable[Problem]:
    match error:
        case Problems():
            return error.problems
        case OSError():
            return (Problem(Place(str(error.filename or folder)), "system", error.strerror or str(error)),)
        case CancelledError():  # so Dask ends what it has lost
            return (_problem(folder, "cluster", "the cluster was lost while it was worked on", "is it running?"),)
        case MemoryError():
            return (_problem(folder, "no-memory", "there was no memory left", "try fewer `--jobs`"),)
        case _ if isinstance(error, ProcessLost) or type(error).__name__ == "KilledWorker":  # so Dask calls it
            message = "the process that worked on it was killed, and so was the next one that tried"
            return (_problem(folder, "process-lost", message, "perhaps for want of memory: try fewer `--jobs`"),)
        case _:
            message = f"this brief crashed the program: {type(error).__name__}: {error}"
            return (_problem(folder, "bug", message, "please report it; build it alone to see where"),)


def _problem(folder: Path, rule: str, message: str, hint: str) -> Problem:
    return Problem(Place(str(folder)), rule, message, hint)
