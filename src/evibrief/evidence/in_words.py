"""The data files in words, as `docs/data-files.md` has them: what each is for, an example, and every field.

In: the list of files, the record types, the texts of an example brief. Out: Markdown. Nothing here knows a file or a
field by its name: a file that is added is described when it has its line in `files` and its example.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from evibrief.evidence import files
from evibrief.evidence.appraisals import APPRAISAL_INSTRUMENTS
from evibrief.evidence.brief import type_of
from evibrief.evidence.fields import Needed, Record, Takes
from evibrief.evidence.meanings import MEANINGS
from evibrief.problems import Place, Problem, Problems

IN_FOLDERS = {
    files.CLAIMS: "claims", "reviews": "reviews", "instrument": "instruments",
    APPRAISAL_INSTRUMENTS: "instruments/appraisals",
}  # fmt: skip
"""What has a folder of its own, a file to a record."""


@dataclass(frozen=True)
class Described:
    """One data file: its name, the type of a record in it, an example, and whether it holds a list of records."""

    name: str
    record: type[Record]
    example: str
    is_list: bool = False
    needed: bool = False
    by_command: bool = False
    """Its record type says by which."""

    other_forms: tuple[type[Record], ...] = ()
    """What the file may hold instead."""


@dataclass
class _Told:
    """What the page has explained already: record types, and lists of words with the record that has them."""

    records: set[type[Record]] = field(default_factory=set)
    words: dict[Any, type[Record]] = field(default_factory=dict)


def described_files(examples: Mapping[str, str]) -> Iterator[Described]:
    """Every data file of a brief: first what each brief needs, last what commands write.

    `examples` are the texts of an example brief by their path in its folder.
    """
    listed = sorted(files.FILES, key=lambda file: (file.by_command, not file.required))
    by_stem = {file.stem: file for file in listed}
    needed = [file.stem for file in listed if file.required]
    others = [file.stem for file in listed if not file.required]
    instruments = ("instrument", APPRAISAL_INSTRUMENTS)
    for stem in (*needed[:1], "references", *needed[1:], files.CLAIMS, *others, "reviews", *instruments):
        pattern = f"{IN_FOLDERS[stem]}/" if stem in IN_FOLDERS else f"{stem}."
        named = (path for path in sorted(examples) if path.startswith(pattern))
        path = next((path for path in named if "/" not in path.removeprefix(pattern)), "")
        if not path:
            raise Problems([Problem(Place(f"docs/example/{pattern}"), "no-example", "this kind of file has no example",
                                    "write one: every kind of file is explained with one")])  # fmt: skip
        record, *other_forms = _records_in(type_of(stem))
        yield Described(
            f"{IN_FOLDERS[stem]}/NAME.yaml" if stem in IN_FOLDERS else path,
            record,
            examples[path],
            is_list=get_origin(type_of(stem)) is tuple and stem not in IN_FOLDERS,
            needed=stem in (*needed, files.CLAIMS),
            by_command=stem in by_stem and by_stem[stem].by_command,
            other_forms=tuple(other_forms),
        )


def files_in_words(described: Iterable[Described], preface: str = "") -> str:
    """The files, each with its example and a table of its fields; a record type is explained once, where it is new."""
    told = _Told()
    parts = [preface] if preface else []
    for file in described:
        language = "json" if file.name.endswith(".json") else "yaml"
        parts += [f"## {file.name}", _purpose(file), f"```{language}\n{file.example.rstrip()}\n```"]
        parts += _explained(file.record, told)
        for other in file.other_forms:
            heading, *rest = _explained(other, told)
            parts += [heading, f"The other form of this file. {_docstring(other)}", *rest]
    return "\n\n".join(parts) + "\n"


def _purpose(file: Described) -> str:
    need = "Every brief needs it." if file.needed else "" if file.by_command else "Optional."
    own = re.sub(r"^`[^`]*`[:.] *", "", _docstring(file.record))
    own = f"A list. One entry: {own[:1].lower()}{own[1:]}" if file.is_list else f"{own[:1].upper()}{own[1:]}"
    return f"{own} {need}".strip()


def _docstring(record: type[Record]) -> str:
    return " ".join((record.__doc__ or "").split())


def heading_of(record: type[Record]) -> str:
    """What a record type is called on the page: `Animal exposure` for `AnimalExposure`, `Model` for `ModelRecord`."""
    words = re.findall(r"[A-Z][a-z]*", record.__name__)
    words = words[:-1] if words[-1] == "Record" and len(words) > 1 else words
    return " ".join(words).capitalize()


def _anchor(record: type[Record]) -> str:
    return heading_of(record).lower().replace(" ", "-")


def _explained(record: type[Record], told: _Told) -> Iterator[str]:
    """The fields of a record type, then those of the records inside it."""
    told.records.add(record)
    hints = get_type_hints(record, include_extras=True)
    fields = [(name, hints[name]) for name in sorted(record.model_fields, key=lambda one: _is_inherited(record, one))]
    rows = (_row(record, name, hint) for name, hint in fields)
    yield f"### {heading_of(record)}"
    yield "\n".join(("| field | value | needed | meaning |", "|---|---|---|---|", *rows))
    yield from (_meanings(name, words, record, told) for name, hint in fields for words in _words_in(hint))
    for inside in dict.fromkeys(one for _, hint in fields for one in _records_in(hint)):
        if inside not in told.records:
            heading, *rest = _explained(inside, told)
            yield from (heading, _docstring(inside), *rest)


def _is_inherited(record: type[Record], name: str) -> bool:
    return name not in record.__annotations__


def _row(record: type[Record], name: str, hint: Any) -> str:
    info = record.model_fields[name]
    default = info.get_default()
    words = default if isinstance(default, str) else ", ".join(default) if isinstance(default, tuple) else ""
    needed = "yes" if info.is_required() else f"no; else `{words}`" if words else "no"
    needed = next((one.when for one in get_args(hint) if isinstance(one, Needed)), needed)
    value = value_in_words(hint)
    value = ", ".join((value, *(limit for limit in _limits(info.metadata) if limit not in value)))
    cells = (f"`{name}`", value, needed, info.description or "")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _limits(metadata: Iterable[Any]) -> Iterator[str]:
    """How many entries a list has, and how a text is written, where Markdown can quote it."""
    for one in metadata:
        for limit, words in _LIMITS.items():
            if "`" not in str(value := getattr(one, limit, "`")):
                yield words.format(value)


_LIMITS = {"min_length": "at least {}", "max_length": "at most {}", "pattern": "written as `{}`"}


def value_in_words(hint: Any) -> str:
    """What may be written there."""
    inside = get_args(hint)
    if get_origin(hint) is Annotated:
        own = [one.words for one in inside[1:] if isinstance(one, Takes)]
        own += [_listed(one.json_schema_extra["enum"]) for one in inside[1:] if getattr(one, "json_schema_extra", None)]
        limits = (limit for one in inside[1:] for limit in _limits(getattr(one, "metadata", ())))
        return ", ".join((own[-1] if own else value_in_words(inside[0]), *limits))
    if get_origin(hint) is Literal:
        return _listed(inside)
    if get_origin(hint) in (Union, UnionType):
        return " or ".join(value_in_words(one) for one in inside if one is not type(None))
    if get_origin(hint) is tuple:
        value = value_in_words(inside[0])
        return f"list of {value}{'s' * value.endswith(('id', 'text'))}"
    if isinstance(hint, type) and issubclass(hint, Record):
        return f"[{heading_of(hint).lower()}](#{_anchor(hint)})"
    return "text" if hint is str else "record"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _meanings(name: str, words: Any, record: type[Record], told: _Told) -> str:
    """What each word of a list means, or where that was said before."""
    if words in told.words:
        return f"Words of `{name}`: see [{heading_of(told.words[words])}](#{_anchor(told.words[words])})."
    told.words[words] = record
    return "\n".join((f"Words of `{name}`:\n", *(f"- `{word}`: {what}" for word, what in MEANINGS[words].items())))


def _words_in(hint: Any) -> Iterator[Any]:
    """The lists of words in a type that have meanings."""
    if get_origin(hint) is Literal:
        yield from (hint,) if hint in MEANINGS else ()
    else:
        yield from (words for one in get_args(hint) for words in _words_in(one))


def _records_in(hint: Any) -> Iterator[type[Record]]:
    """The record types in a type."""
    if isinstance(hint, type) and issubclass(hint, Record):
        yield hint
    yield from (record for one in get_args(hint) for record in _records_in(one))
