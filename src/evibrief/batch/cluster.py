"""Runs calls on the workers of a Dask cluster. Only this module uses `distributed`, from the extra `cluster`.

In: the address of a scheduler. Out: an executor. When a worker is killed, another one begins its call again; Dask gives
up on a call that several workers were lost with.
"""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from evibrief.problems import Problems, one_problem

MOST_WAITED = 30
"""How long a scheduler and its first worker are waited for."""


@contextmanager
def cluster(address: str) -> Iterator[tuple[Executor, int]]:
    """An executor for the workers of a cluster, and how many calls they can run at once.

    Raises `Problems` if `distributed` is not installed, if there is no scheduler, or if it has no worker.
    """
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise _problem(address, "Dask is not installed", "install it: pip install 'evibrief[cluster]'") from None
    try:
        client = Client(address, timeout=MOST_WAITED, set_as_default=False)
    except (OSError, ValueError) as error:  # a time-out is one of the former, a wrong address of the latter
        hint = "is it running? `dask scheduler` prints its address"
        raise _problem(address, "no Dask scheduler answers here", hint) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=MOST_WAITED)
        except TimeoutError as error:
            raise _problem(address, "this scheduler has no worker", "start some: dask worker ADDRESS") from error
        yield client.get_executor(pure=False), len(client.nthreads())


def _problem(address: str, message: str, hint: str) -> Problems:
    return one_problem(address, "cluster", message, hint)
