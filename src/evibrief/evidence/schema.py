"""JSON Schemas of the data files, made from the record types, so that editors can complete and check them."""

import json
from collections.abc import Mapping
from types import GenericAlias
from typing import Any, get_args

from pydantic import TypeAdapter

from evibrief.evidence import brief, files
from evibrief.evidence.appraisals import APPRAISAL_INSTRUMENTS

ONE_TO_A_FILE = (files.CLAIMS, "reviews", APPRAISAL_INSTRUMENTS)
"""Files that each hold one record of a list in `Brief`."""


def schema_texts() -> Mapping[str, str]:
    """The JSON Schema (2020-12) of every data file, by file name without extension."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    stems = (*files.stems(), "instrument", APPRAISAL_INSTRUMENTS, "reviews")
    schemas = {stem: TypeAdapter(_shape_of(stem)).json_schema(mode="validation") for stem in stems}
    return {name: json.dumps(dialect | schema, indent=1, ensure_ascii=False) for name, schema in schemas.items()}


def _shape_of(stem: str) -> Any:
    """The type of a whole file: one record, or a list of records."""
    whole = brief.type_of(stem)
    parts = [part for part in get_args(whole) if part is not type(None)]
    record = parts[0] if parts else whole
    return GenericAlias(list, record) if Ellipsis in parts and stem not in ONE_TO_A_FILE else record
