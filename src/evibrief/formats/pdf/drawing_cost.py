"""Estimates the cost of drawing a page before it is rendered: a few lines of a PDF can ask for billions of strokes.

In: a page. Out: whether it may be drawn. A form that draws another form ten times, twelve levels deep, would never
finish, and a renderer cannot be interrupted.
"""

from collections.abc import Iterator
from typing import Any

from evibrief.formats.pdf.object_names import kind_of

MOST_COST = 20_000_000
"""In bytes of content drawn for one page, counted as often as drawn; the largest page so far has 200,000."""

MOST_FORMS = 5_000
_RISKY = ("/Pattern", "/Shading")


def may_be_drawn(page: Any) -> bool:
    """Whether a page that is not entirely ours can be drawn quickly."""
    held = page.get("/Contents")
    streams = [held] if kind_of(held) == "stream" else list(held) if kind_of(held) == "array" else []
    costs: dict[Any, int] = {}
    try:
        forms = _drawn_by(page, True)
        cost = _cost(forms, costs) + 1
        contents = [bytes(one.read_bytes()) for one in streams]
    except _TooMuch:
        return False
    return sum(len(data) + data.count(b"Do") * cost for data in contents) + cost <= MOST_COST


class _TooMuch(Exception):
    """Drawing would take too long, or never end."""


def _cost(forms: list[Any], costs: dict[Any, int]) -> int:
    """The highest cost of these forms, each including the forms it draws. Raises `_TooMuch` for cycles."""
    waiting = [(form, False) for form in forms]
    while waiting:
        form, ready = waiting.pop()
        key = form.objgen
        if ready:
            below = max((costs[one.objgen] for one in _drawn_by(form)), default=0)
            data = form.read_bytes()
            costs[key] = min(len(data) + data.count(b"Do") * below, MOST_COST + 1)
        elif costs.get(key, 0) < 0 or len(costs) > MOST_FORMS:
            raise _TooMuch
        elif key not in costs:
            costs[key] = -1
            waiting += [(form, True), *((one, False) for one in _drawn_by(form) if costs.get(one.objgen, -1) < 0)]
    return max((costs[form.objgen] for form in forms), default=0)


def _drawn_by(owner: Any, is_page: bool = False) -> list[Any]:
    """The forms that a page or form can draw. Raises `_TooMuch` for features whose cost cannot be seen."""
    resources = owner.get("/Resources", {})
    if any(len(resources.get(name, {})) for name in _RISKY):
        raise _TooMuch
    if any(str(font.get("/Subtype")) == "/Type3" for font in _values(resources.get("/Font", {}))):
        raise _TooMuch
    if any("/SMask" in state for state in _values(resources.get("/ExtGState", {}))):
        raise _TooMuch
    drawn = [one for one in _values(resources.get("/XObject", {})) if str(one.get("/Subtype")) == "/Form"]
    return drawn + (list(_appearances(owner)) if is_page else [])


def _appearances(page: Any) -> Iterator[Any]:
    for annotation in page.get("/Annots", []):
        for look in _values(annotation.get("/AP", {})):
            yield from [look] if kind_of(look) == "stream" else _values(look)


def _values(dictionary: Any) -> list[Any]:
    return [dictionary[key] for key in dictionary.keys()]  # noqa: SIM118  # not a dict
