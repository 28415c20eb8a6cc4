"""Numbers and lists in what the program itself says, to a terminal or in a log: always English."""

from collections.abc import Iterable


def count(number: int, singular: str, plural: str = "") -> str:
    """`1 remark`, `3 remarks`, `no remark`."""
    if number == 0:
        return f"no {singular}"
    return f"{number}\u00a0{singular if number == 1 else plural or singular + 's'}"


def listed(things: Iterable[str]) -> str:
    """`a, b and c`."""
    *most, last = list(things) or ["none"]
    return f"{', '.join(most)} and {last}" if most else last
