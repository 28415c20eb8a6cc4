"""Gives memory back to the system between two steps that each take much of it: for its library that is a step, too."""

import ctypes


def give_back() -> None:
    """Give back what is free, where the library of the system can: else it keeps what lies between other things."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
