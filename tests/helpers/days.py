"""The day that a test compares with: what the program prints and what is expected have the same one."""

import datetime

LONGEST_TEST = 120.0


def today() -> str:
    """The day as the program writes it. Asked in a test, never when a file is imported: a run can pass midnight."""
    return datetime.date.today().isoformat()


def to_wait(now: datetime.datetime) -> float:
    """Seconds until midnight if a test that begins now could end after it, otherwise 0."""
    midnight = datetime.datetime.combine(now.date() + datetime.timedelta(days=1), datetime.time())
    left = (midnight - now).total_seconds()
    return left if left < LONGEST_TEST else 0.0
