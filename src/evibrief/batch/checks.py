"""The work of `check` for many briefs: nothing is written.

In: a folder. Out: its warnings, counts and ratings.
"""

import datetime
from collections.abc import Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evibrief.batch.orders import Order, as_typed, at_its_place, order_for
from evibrief.build import checked
from evibrief.problems import Problem
from evibrief.rating.tally_records import ratings_as_data


@dataclass(frozen=True)
class CheckedBrief:
    """A brief in which the rules found no error: warnings, numbers of claims and references, ratings as data."""

    warnings: tuple[Problem, ...]
    claims: int
    references: int
    ratings: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Checks:
    """Checks briefs for a day. `elsewhere`: the workers have their own current folder, as on a cluster."""

    executor: Executor
    today: datetime.date
    elsewhere: bool = False

    def begin(self, folder: Path) -> Future[CheckedBrief]:
        """Have a brief checked."""
        return self.executor.submit(checked_apart, order_for(folder, self.elsewhere), self.today)

    def finish(self, folder: Path, made: CheckedBrief) -> CheckedBrief:
        """Nothing is left to do."""
        return made


def checked_apart(order: Order, today: datetime.date) -> CheckedBrief:
    """Check a brief in another process. Raises `Problems`, with the warnings among them."""
    with at_its_place(order) as place:
        loaded = checked(place, today)
        warnings = tuple(as_typed(one, order) for one in loaded.warnings)
        counts = len(loaded.brief.all_claims), len(loaded.brief.studies)
        return CheckedBrief(warnings, *counts, ratings_as_data(loaded.findings))
