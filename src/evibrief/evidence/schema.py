"""JSON Schemas of the data files, made from the record types: with them an editor completes and checks."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from evibrief.evidence import brief, claims, records
from evibrief.evidence.instrument import Instrument
from evibrief.evidence.retractions import RetractionReport
from evibrief.evidence.review_ledger import ReviewLedger

FILES: Mapping[str, Any] = {
    "brief": brief.BriefRecord,
    "claims": claims.ClaimGroup,
    "studies": list[claims.Study],
    "mechanisms": list[claims.Mechanism],
    "ranking": claims.Ranking,
    "doses": records.Doses,
    "time-course": list[records.TimeCourse],
    "harms": list[records.Harm],
    "phases": list[records.Phase],
    "comparators": list[records.Comparator],
    "models": list[records.ModelRecord],
    "limitations": records.Limitations,
    "changes": list[records.VersionNote],
    "instrument": Instrument,
    "since": records.Since,
    "retractions": RetractionReport,
    "reviews": ReviewLedger,
}


def schema_texts() -> Mapping[str, str]:
    """The JSON Schema (2020-12) of every file that an author writes, by the file's name without its ending."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    schemas = {name: TypeAdapter(shape).json_schema(mode="validation") for name, shape in FILES.items()}
    return {name: json.dumps(dialect | schema, indent=1, ensure_ascii=False) for name, schema in schemas.items()}
