"""The field types of records: text, prose, numbers, dates, words from a list, ids of other records.

In: text from `read_folder`. Out: Python values, or an error that says what to write instead. Nothing is coerced:
a number is written in plain decimal digits, a date is `2026-11-23`, and text that another YAML reader would read
as something else must be in quotes.
"""

import datetime
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, NewType

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from evibrief import resources
from evibrief.evidence.written import Written
from evibrief.problems import NEAR, NEAR_ID, Hints

Unknown = Literal["unknown"]
"""A value that is not known is written as the word `unknown`, and is printed."""

IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,9})?")
"""At most nine digits on either side of the point: a longer number is a typing error."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LANGUAGE = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}")
"""A tag of a language (BCP 47), as far as labels are told apart by it."""

_BRACKET = re.compile(r"\\.|[\[\]]", re.DOTALL)
_OPEN_CITATION = re.compile(r"\[[^\[\]@\n]{0,100}@\{?[A-Za-z0-9_][\w-]{0,40}")
CITATION = re.compile(r"(?<![\w@\\])-?@\{?([A-Za-z0-9_][\w:.#$%&+?<>~/-]*)")
_READ_AS = {
    "bool": "a truth value",
    "int": "a number",
    "float": "a number",
    "null": "no value",
    "timestamp": "a date",
    "merge": "a merge key",
    "value": "a default value",
    "comma": "a value and the name of a field",
}


class Record(BaseModel):
    """The base of all records: immutable, and an unknown key is an error.

    A misspelt key must never be ignored silently: a `limitaton` that is not printed can harm a patient.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")


NAMING_FIELDS = frozenset({"id", "reference", "source"})
"""The fields that name a record or a publication. Records are matched by them, and they are no text of an author."""

MESSAGE, HINT, WITHIN, STILL_OPEN = "\0message", "\0hint", "\0within", "\0still-open"
"""Keys of a refusal's context. They contain a NUL, which no text that is read has, so no text can be one of them."""


def refused(rule: str, message: str, hint: str, within: str = "", unfinished: bool = False) -> PydanticCustomError:
    """An error of a rule, ready to raise; `within` is the part of the text that is wrong.

    `unfinished` means that something is still to be written, and nothing is wrong.
    """
    said = {MESSAGE: message, HINT: hint} | ({WITHIN: within} if within else {})
    said |= {STILL_OPEN: "yes"} if unfinished else {}
    return PydanticCustomError(rule, f"{{{MESSAGE}}}", said)


_STILL_OPEN = re.compile(r"\s*((TODO|TBD|FIXME|XXX)\b.*|[Tt]o be filled in\W*)?", re.DOTALL)


def is_still_open(value: Any) -> bool:
    """Whether an author left a place open: nothing is written there, or `TODO`, `TBD`, `to be filled in`."""
    return isinstance(value, str) and _STILL_OPEN.fullmatch(value) is not None


def to_be_filled_in(value: str, what: str = "this") -> PydanticCustomError:
    """The refusal of a value that is still open, ready to raise."""
    return refused("to-be-filled-in", f"{what} is still open: it says `{value:.60}`", "write it", unfinished=True)


def _text(value: Any) -> Any:
    if isinstance(value, Plain):
        message = f"`{value}` is read as {_READ_AS[value.kind]} by YAML"
        raise refused("yaml-trap", message, f'put it in quotes: "{value}"')
    if isinstance(value, dict) and len(value) == 1 and isinstance(words := next(iter(value.values())), str):
        raise _taken_for_a_field(next(iter(value)), words)
    if not isinstance(value, str):
        raise refused("shape", "expected text", "write text, in quotes if necessary")
    if not value.strip():
        raise refused("empty", "this text is empty", "write it, or leave the key out", unfinished=True)
    if is_still_open(value):
        raise to_be_filled_in(value)
    return value


def as_text(value: Any) -> str:
    """The value of a field that names something, if it is a text. Raises a refusal that says what to write."""
    return str(_text(value))


def _taken_for_a_field(key: str, words: str) -> PydanticCustomError:
    """The refusal of a text that YAML takes for a record: `Known: it works`, or `{s1.final}` without quotes."""
    message = f"expected text, and YAML takes `{key:.60}` for the name of a field"
    typed = f"{key:.60}: {words:.60}" if words else f"{{{key:.60}}}"
    return refused("shape", message, f'put it in quotes: "{typed}"')


def _free_text(value: Any) -> Any:
    if isinstance(value, Cut):
        message = f"this text is cut: YAML takes `#{value.rest:.40}` for a comment"
        raise refused("cut-text", message, "put the text in quotes; write a comment on a line of its own")
    return _text(value)


def _number(value: Any) -> Decimal:
    if isinstance(value, Plain) and _NUMBER.fullmatch(value):
        return Decimal(value)
    if isinstance(value, Plain) and value.kind == "comma":
        raise refused("decimal-comma", f"`{value}`: a comma ends a value in braces", _NO_COMMA)
    hint = _NO_COMMA if "," in _shown(value) else "write digits alone, with a decimal point, without quotes or a unit"
    raise refused("number", f"`{_shown(value)}` is not a number", hint)


_NO_COMMA = "write a decimal with a point, and thousands without a comma"
"""No number as an example: beside a dose it would be read as one."""


def _count(value: Any) -> int:
    try:
        if (number := _number(value)) >= 1 and number == number.to_integral():
            return int(number)
    except PydanticCustomError:
        pass
    hint = "write a whole number of at least 1, in digits alone: no words, no quotes, no comma"
    raise refused("number", f"`{_shown(value)}` is not a count", hint)


def _events(value: Any) -> int:
    return 0 if value == "0" and isinstance(value, Plain) else _count(value)


def _date(value: Any) -> datetime.date:
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return datetime.date.fromisoformat(value)
    except ValueError:
        pass
    hint = "write year-month-day: 2026-11-23"
    raise refused("date", f"`{_shown(value)}` is not a date", hint)


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, str) else "a list" if isinstance(value, list) else "a record"


_NOT_KNOWN = frozenset((
    "?", "??", "???", "-", "--", "–", "—", "…", "~", "n/a", "na", "n.a.", "n/k", "nk", "n/r", "nr", "nd", "nil", "none",
    "null", "no data", "not available", "not given", "not known", "not recorded", "not reported", "not stated",
    "not sure", "no idea", "missing", "unclear", "unk", "unspecified", "tba", "tbc", "tbd", "to be determined",
    "to be confirmed", "to do", "todo", "xx", "xxx",
))  # fmt: skip
"""What people type where they know nothing, in small letters."""


def says_not_known(value: Any) -> bool:
    """Whether somebody typed that a value is not known, in other words than `unknown`."""
    return isinstance(value, str) and " ".join(value.split()).casefold() in _NOT_KNOWN


def hint_for_unknown(words: Iterable[str]) -> str:
    """What to write where nothing is known, in a field that takes these words."""
    hint = "what nobody knows is written `unknown`"
    return f"{hint}; where there can be no such value, `not-applicable`" if "not-applicable" in words else hint


def _or(words: tuple[str, ...], otherwise: Callable[[Any], Any]) -> BeforeValidator:
    """A field that accepts one of the words, or whatever `otherwise` accepts."""

    def check(value: Any) -> Any:
        try:
            return str(value) if value in words else otherwise(value)
        except PydanticCustomError as wrong:
            if not says_not_known(value):
                raise
            raise refused(wrong.type, wrong.message(), hint_for_unknown(words)) from None

    return BeforeValidator(check)


def _identifier(value: Any) -> Any:
    value = _text(value)
    if not IDENTIFIER.fullmatch(value):
        hint = "use letters, digits and underscores, a letter first, at most 40 in all (the limit of Word's bookmarks)"
        raise refused("identifier", f"`{value}` cannot be an id", hint)
    return value


def _prose(value: Any, info: ValidationInfo) -> Any:
    value = _free_text(value)
    if opened := _open_citation(value):
        raise refused("open-citation", f"the citation `{opened}` is not closed", "end it with `]`", within=opened)
    known = info.context and info.context["references"]
    if known is None:
        return value
    for match in CITATION.finditer(value):
        key = match[1].rstrip(".:,;?&/-")
        if key not in known:
            near = _hint(info, key, known, NEAR_ID)
            hint = "; ".join(filter(None, (near, f"for the sign itself write `\\@{key}`")))
            message = f"no reference has the key `{key}`"
            raise refused("unknown-reference", message, hint, within=f"@{key}", unfinished=True)
    return value


def _open_citation(prose: str) -> str:
    """The beginning of a citation whose bracket nothing closes; empty where there is none."""
    opened: list[int] = []
    for found in _BRACKET.finditer(prose):
        if found[0] == "[":
            opened.append(found.start())
        elif found[0] == "]" and opened:
            opened.pop()
    cited = (_OPEN_CITATION.match(prose, at) for at in opened)
    return next((found[0] for found in cited if found), "")


def _hint(info: ValidationInfo, word: str, known: Iterable[str], near: float = NEAR) -> str:
    hints: Hints = (info.context or {}).get("hints") or Hints()
    return hints.suggest(word, known, near)


def cited_keys(prose: str) -> Iterable[str]:
    """The keys of the references that a prose text cites, in reading order."""
    return (match[1].rstrip(".:,;?&/-") for match in CITATION.finditer(prose))


@dataclass(frozen=True, slots=True)
class Takes:
    """What a kind of field accepts, in words, for the documentation of the data files."""

    words: str


@dataclass(frozen=True, slots=True)
class Needed:
    """When a field is needed, in words, for the documentation: where it is not simply always or never."""

    when: str


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What a draft takes where a field is still open: what says least, and counts for nothing."""

    value: Any


@dataclass(frozen=True, slots=True)
class Whole:
    """A field or entry that may not be left out by itself, not even in a draft: half a number is another number."""


def asked(hint: str) -> BeforeValidator:
    """A field that another record may give in its place; if neither does, it is missing. Its default is None."""

    def check(value: Any) -> Any:
        if value is None:
            raise refused("missing", "this is missing", hint, unfinished=True)
        return value

    return BeforeValidator(check)


def _of_document(is_asked: bool) -> BeforeValidator:
    """A field about the source document. `document` in the context: whether there is one; None if that is open."""

    def check(value: Any, info: ValidationInfo) -> Any:
        has_document = (info.context or {}).get("document")
        if value is None and is_asked and has_document:
            hint = "add it: a brief with a source document says it everywhere"
            raise refused("missing", "this is missing", hint, unfinished=True)
        if value and has_document is False:
            hint = "leave it out, or name the document in brief.yaml"
            raise refused("no-document", "this is about a source document, and brief.yaml has none", hint)
        return value

    return BeforeValidator(check)


OF_DOCUMENT = (_of_document(False), Needed("no; only with a source document"))
"""Parts of the type of a field that only a brief with a source document may have."""

ASKED_OF_DOCUMENT = (_of_document(True), Needed("with a source document, and only then"))
"""The same for a field that such a brief must have. The field needs `default=None` and `validate_default=True`."""


def _names(kind: str, singular: str) -> BeforeValidator:
    """A field that holds the id of another record; the validation context has the ids that exist."""

    def check(value: Any, info: ValidationInfo) -> Any:
        value = _text(value)
        known = info.context and info.context[kind]
        if known is not None and value not in known:
            message = f"no {singular} has the id `{value}`"
            raise refused(f"unknown-{singular}", message, _hint(info, value, known, NEAR_ID), unfinished=True)
        return value

    return BeforeValidator(check)


def _language(value: Any) -> str:
    value = _text(value)
    if not _LANGUAGE.fullmatch(value) or resources.labels(value) is None:
        hint = f"there are: {', '.join(resources.languages())}; docs/adding-a-language.md says how one is added"
        raise refused("unknown-language", f"there are no labels in the language `{value:.40}`", hint)
    return str(value)


def one_of(words: Callable[[], Sequence[str]]) -> BeforeValidator:
    """A field that holds a word from a list. The list is fetched each time because other modules may add to it."""

    def check(value: Any, info: ValidationInfo) -> Any:
        if value in (known := words()):
            return str(value)
        message = f"`{_shown(value)}` is not one of: {', '.join(known)}"
        raise refused("word", message, _hint(info, _shown(value), known))

    return BeforeValidator(check)


def _measure(kind: str, shipped: Callable[[], tuple[str, ...]]) -> BeforeValidator:
    """A unit or a route: of the list that is shipped, or of those that the brief adds."""

    def check(value: Any, info: ValidationInfo) -> Any:
        value = _text(value)
        known = (*shipped(), *(info.context or {}).get(kind, ()))
        if value not in known:
            raise refused("word", f"`{value}` is not one of: {', '.join(known)}", _hint_for_measure(value, kind, known))
        return value

    return BeforeValidator(check)


def _hint_for_measure(value: str, kind: str, known: Sequence[str]) -> str:
    """What to do about a unit or route that is in no list. Only the very same unit is named, in its other spelling."""
    parts = (resources.unit_spellings().get(part, part) for part in value.split("/"))
    if kind == "units" and (same := "/".join(parts)) != value and same in known:
        return f"write what the source says; `{same}` in the list is the same unit as `{value:.60}`"
    return f"write what the source says; add what is missing under `{kind}` in brief.yaml, and never convert"


ClaimId = NewType("ClaimId", str)
ReferenceKey = NewType("ReferenceKey", str)
PopulationId = NewType("PopulationId", str)
CorrectionId = NewType("CorrectionId", str)
HarmId = NewType("HarmId", str)

def _with_place(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    checked = check(value)
    return value if isinstance(value, Written) else checked


_KEPT = WrapValidator(_with_place)
"""Keeps texts that know where they were written; pydantic would turn them into plain strings."""

Text = Annotated[str, _KEPT, BeforeValidator(_free_text), Takes("text")]
"""One line of words, printed as written."""

Prose = Annotated[str, _KEPT, BeforeValidator(_prose), Takes("Markdown")]
"""Markdown with pandoc's citations: `fatigue fell [@smith2016, p. 3]`."""



def is_prose(kind: Any) -> bool:
    """Whether an annotation of a field's type makes the field Markdown."""
    return isinstance(kind, BeforeValidator) and kind.func is _prose


UnitOfAmount = Annotated[str, _measure("units", resources.units), Takes("unit: " + ", ".join(resources.units()))]
"""The unit of an amount. Another one is never suggested: it would be another dose."""

Route = Annotated[str, _measure("routes", resources.routes), Takes("route: " + ", ".join(resources.routes()))]
"""The way in which something was given to people. Another one is never suggested."""

Language = Annotated[str, BeforeValidator(_language), Takes("language tag")]
"""A language by its tag (BCP 47), such as `en-GB`, for which there is a file of labels."""

Identifier = Annotated[str, BeforeValidator(_identifier), Takes("id")]
"""A name used by other records, links and Word bookmarks: a letter, then letters, digits or `_`; at most 40 in all."""

Number = Annotated[Decimal, BeforeValidator(_number), Takes("number")]
"""A decimal number, kept exactly as typed."""

Count = Annotated[int, BeforeValidator(_count), Takes("whole number, at least 1")]
"""A whole number of at least 1."""

Participants = Annotated[
    int | Literal["unknown", "not-applicable"],
    _or(("unknown", "not-applicable"), _count),
    Takes("whole number, at least 1; `unknown` or `not-applicable`"),
]
"""How many were studied; `not-applicable` for a review or an opinion."""

Events = Annotated[int, BeforeValidator(_events), Takes("whole number, at least 0")]
"""How many people had something: a whole number that may be 0."""

Date = Annotated[datetime.date, BeforeValidator(_date), Takes("date")]
DateOrUnknown = Annotated[datetime.date | Unknown, _or(("unknown",), _date), Takes("date or `unknown`")]

Claims = Annotated[
    tuple[Annotated[ClaimId, _names("claims", "claim"), Takes("claim id")], ...], Field(default=())
]
Source = Annotated[ReferenceKey, _names("references", "reference"), Takes("reference id")]
Sources = Annotated[tuple[Source, ...], Field(default=())]
Population = Annotated[PopulationId, _names("populations", "population"), Takes("population id")]
Mechanisms = Annotated[
    tuple[Annotated[str, _names("mechanisms", "mechanism"), Takes("mechanism id")], ...], Field(default=())
]
Harms = Annotated[tuple[Annotated[HarmId, _names("harms", "harm"), Takes("harm id")], ...], Field(default=())]
Corrections = Annotated[
    tuple[Annotated[CorrectionId, _names("corrections", "correction"), Takes("correction id")], ...],
    Field(default=()),
    *OF_DOCUMENT,
]


class Plain(str):
    """A scalar without quotes that YAML 1.1 would not read as text: `NO`, `1.10`, `12:30`, `2026-11-23`, `~`.

    `kind` is the type YAML 1.1 would give it. A number or date field parses it by its own rules; a text field
    refuses it, because two YAML readers would disagree about its value.
    """

    __slots__ = ("kind",)
    kind: str


class Cut(str):
    """A text without quotes behind which YAML found a comment: `fell in group #1` is read as `fell in group`.

    `rest` is what follows the `#`. A field that takes free text refuses it; a word from a list or an id may have a
    comment behind it.
    """

    __slots__ = ("rest",)
    rest: str
