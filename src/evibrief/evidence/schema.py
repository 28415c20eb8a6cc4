"""JSON Schemas of the data files, made from the record types: with them an editor completes and checks."""

import json
from collections.abc import Mapping
from types import GenericAlias
from typing import Any, get_args

from pydantic import TypeAdapter

from evibrief.evidence import files
from evibrief.evidence.brief import Brief

ONE_TO_A_FILE = (files.CLAIMS, "reviews")
"""Files of which each holds one record of the list that `Brief` has."""


def schema_texts() -> Mapping[str, str]:
    """The JSON Schema (2020-12) of every file that an author writes, by the file's name without its ending."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    stems = (*files.stems(), "instrument", "reviews")
    schemas = {stem: TypeAdapter(_shape_of(stem)).json_schema(mode="validation") for stem in stems}
    return {name: json.dumps(dialect | schema, indent=1, ensure_ascii=False) for name, schema in schemas.items()}


def _shape_of(stem: str) -> Any:
    """The type of a file as a whole: one record, or a list of them."""
    alone = {file.stem: file.records() for file in files.FILES if file.records}
    if stem in alone:
        return GenericAlias(list, alone[stem])
    annotation = next(field.annotation for name, field in Brief.model_fields.items() if stem == (field.alias or name))
    record = next((one for one in get_args(annotation) if isinstance(one, type) and one is not type(None)), annotation)
    many = any(one is Ellipsis for one in get_args(annotation)) and stem not in ONE_TO_A_FILE
    return GenericAlias(list, record) if many else record
