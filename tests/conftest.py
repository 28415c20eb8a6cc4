"""What several test modules share: the programs that outputs are opened with, and what is made once in a run."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest

from drawings import kept_drawings
from shared import Shared


@pytest.fixture(scope="session")
def program() -> Callable[..., str]:
    """The path of the first of these programs that is here; without any, a loud skip, and where CI=true a failure."""

    def find(*names: str) -> str:
        for name in names:
            if path := shutil.which(name):
                return path
        missing = f"{' or '.join(names)} is not installed; `make test` installs it or says how"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)

    return find


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    """Documents and an archive that are made once in a run and are not to be changed."""
    base = tmp_path_factory.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    place.mkdir(exist_ok=True)
    made = Shared(place)
    yield made
    assert made.altered() == []


@pytest.fixture(scope="session", autouse=True)
def _drawings() -> Iterator[None]:
    with kept_drawings():
        yield
