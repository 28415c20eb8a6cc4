"""What the type of a field says about it: which words it takes, whether it may be left out, where its text goes.

In: a location in the tree, or a record type. Out: the field, as its record type declares it.
"""

from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from evibrief.evidence.brief import type_of
from evibrief.evidence.fields import Meanwhile, Record, Takes, Whole
from evibrief.evidence.source import Location


def unwrapped(annotation: Any, metadata: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    """A type without `Annotated` and without `None`, and all that its annotations say."""
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        said = (part for one in more for part in (one.metadata if isinstance(one, FieldInfo) else (one,)))
        return unwrapped(inner, (*metadata, *said))
    if get_origin(annotation) in (Union, UnionType):
        kinds = [one for one in get_args(annotation) if one is not NoneType]
        if len(kinds) == 1:
            return unwrapped(kinds[0], metadata)
    return annotation, metadata


def words_allowed(kind: Any) -> tuple[Any, ...]:
    """The words of a type that takes words from a list, alone or beside something else."""
    if get_origin(kind) is Literal:
        return get_args(kind)
    return tuple(word for one in get_args(kind) for word in words_allowed(one)) if get_origin(kind) is not tuple else ()


def takes_unknown(field: FieldInfo) -> bool:
    """Whether an author may write `unknown` there: a word of the list, or a plain text that is no sentence."""
    kind, metadata = unwrapped(field.annotation, tuple(field.metadata))
    has_form = any(hasattr(one, "pattern") for one in metadata)
    is_text = any(isinstance(one, Takes) and one.words == "text" for one in metadata) and not has_form
    return is_text or "unknown" in words_allowed(kind)


def as_field(kind: Any, metadata: tuple[Any, ...]) -> FieldInfo:
    """A field of this type, for an entry of a list, which has none of its own."""
    field = FieldInfo(annotation=kind)
    field.metadata = list(metadata)
    return field


def field_at(location: Location) -> FieldInfo | None:
    """The field, or the entry of a list, at a location."""
    field = as_field(type_of(str(location[0])), ())
    for step in location[1:]:
        kind, _ = unwrapped(field.annotation, ())
        if isinstance(step, int):
            if get_origin(kind) is not tuple:
                return None
            field = as_field(*unwrapped(get_args(kind)[0], ()))
        elif isinstance(kind, type) and issubclass(kind, Record):
            found = (one for name, one in kind.model_fields.items() if step == (one.alias or name))
            if (named := next(found, None)) is None:
                return None
            field = named
        else:
            return None
    return field


def is_asked(field: FieldInfo) -> bool:
    """Whether the field may not simply be left out."""
    return field.is_required() or bool(field.validate_default)


def is_whole(location: Location) -> bool:
    """Whether a field or an entry may not be left out without what is around it."""
    field = field_at(location)
    return field is not None and any(isinstance(one, Whole) for one in field.metadata)


def record_type_at(location: Location) -> type[Record] | None:
    """The type of the record at a location; None if there is something else."""
    field = field_at(location)
    kind = unwrapped(field.annotation, ())[0] if field else None
    return kind if isinstance(kind, type) and issubclass(kind, Record) else None


def text_field(kind: type[Record]) -> str | None:
    """The field of a record that a mark is put into: a text that is always printed, if there is one."""
    texts = [
        (not field.is_required(), name == "title", takes == "text", index, name)
        for index, (name, field) in enumerate(kind.model_fields.items())
        for takes in [next((one.words for one in unwrapped(field.annotation, tuple(field.metadata))[1]
                            if isinstance(one, Takes)), "")]
        if takes in ("text", "Markdown") and not any(hasattr(one, "pattern") for one in field.metadata)
        and not any(isinstance(one, Meanwhile) for one in field.metadata)
    ]  # fmt: skip
    return min(texts)[-1] if texts else None
