"""Words with places for values, and words that fit a number: how a file of labels says them.

In: text as a translator writes it. Out: callables that refuse any values but those that they were declared with.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from string import Formatter
from typing import Any, TypeVar, get_args

from pydantic import AfterValidator, PlainValidator

from evibrief.evidence.fields import Record, Text, refused
from evibrief.evidence.written import with_pieces

NO_BREAK = "\u00a0"

_Key = TypeVar("_Key", bound=str)


class Sentence:
    """A text with places for values: `{number} of {total}`. `~` is a space at which no line breaks."""

    __slots__ = ("names", "text")

    def __init__(self, text: str) -> None:
        self.text = text.replace("~", NO_BREAK)
        self.names = frozenset(_names(text))

    def __call__(self, **values: object) -> str:
        """The text with its values, which keep the places where they were written.

        Raises `TypeError` for other values than it has places for.
        """
        if values.keys() != self.names:
            raise TypeError(f"wanted {sorted(self.names)}, given {sorted(values)}: {self.text}")
        return with_pieces(self.text.format_map(values), values.values())

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """The words before each place and the name of the value there, in order; a template puts links in between."""
        return tuple((words, name or "") for words, name, _, _ in Formatter().parse(self.text))


def _names(text: str) -> list[str]:
    """The names in a template. Raises `ValueError` for anything in braces that is not simply a name."""
    fields = [part[1:] for part in Formatter().parse(text) if part[1] is not None]
    for name, form, conversion in fields:
        if not str(name).isidentifier() or form or conversion:
            raise ValueError(f"{{{name}}}")
    return [str(name) for name, _, _ in fields]


class Plural(Record):
    """One text for each kind of number: `none` for zero, where there is one, `one`, and `other` for all the rest.

    `none` and `one` may do without some of the values that `other` has.
    """

    none: Text | None = None
    one: Text
    other: Text

    def __call__(self, number: int | Decimal, **values: object) -> str:
        """The text for a number, with the number and the values in their places."""
        form = Sentence(self.none if self.none and number == 0 else self.one if number == 1 else self.other)
        given = {"number": number, **values}
        return form(**{name: given[name] for name in form.names})


def takes(*names: str) -> PlainValidator:
    """A `Sentence` with places for just these values."""

    def read(value: Any) -> Sentence:
        sentence = _sentence(value)
        _demand(sentence.names == frozenset(names), names)
        return sentence

    return PlainValidator(read)


def counts(*names: str) -> AfterValidator:
    """A `Plural` with places for its number and just these values."""

    def check(value: Plural) -> Plural:
        every = frozenset(("number", *names))
        forms = [_sentence(form).names for form in (value.none, value.one, value.other) if form]
        _demand(forms[-1] == every and all(form <= every for form in forms), sorted(every))
        return value

    return AfterValidator(check)


def by_number(*names: str) -> AfterValidator:
    """A `Plural` that its number chooses the form of, with places for just these values; it need not say the number."""

    def check(value: Plural) -> Plural:
        given = frozenset(names)
        forms = [_sentence(form).names - {"number"} for form in (value.none, value.one, value.other) if form]
        _demand(forms[-1] == given and all(form <= given for form in forms), sorted(given))
        return value

    return AfterValidator(check)


def every(kind: Any) -> AfterValidator:
    """A mapping with a word for each word of a closed list, a `Literal`."""

    def check(value: Mapping[_Key, Any]) -> Mapping[_Key, Any]:
        if missing := [word for word in get_args(kind) if word not in value]:
            raise refused("label", f"there is nothing for: {', '.join(missing)}", "add it")
        return value

    return AfterValidator(check)


def just(names: Callable[[], Sequence[str]]) -> AfterValidator:
    """A mapping with a word for each name of a list that is data, and for no other."""

    def check(value: Mapping[str, Any]) -> Mapping[str, Any]:
        known = names()
        if missing := [name for name in known if name not in value]:
            raise refused("label", f"there is nothing for: {', '.join(missing)}", "add it")
        if others := [name for name in value if name not in known]:
            raise refused("label", f"no value is called: {', '.join(others)}", "remove it")
        return value

    return AfterValidator(check)


def _sentence(value: Any) -> Sentence:
    if not isinstance(value, str) or not value.strip():
        raise refused("label", "expected text", "write one text, in quotes if need be")
    try:
        return Sentence(value)
    except ValueError:
        message = "this has a brace that is no place for a value"
        raise refused("label", message, "write `{name}`, nothing else") from None


def _demand(right: bool, names: Any) -> None:
    if not right:
        places = ", ".join(f"{{{name}}}" for name in names)
        raise refused("label", "this has other places for values than it should", f"it has to have {places}")
