"""What a new author gets: a brief to start from, and the schemas that let an editor complete and check it.

In: the models and the starter's templates. Out: texts by file name; `cli` writes them.
"""

import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from evibrief import evidence, model
from evibrief.instrument import Instrument
from evibrief.ledger import ReviewLedger
from evibrief.notices import RetractionReport
from evibrief.problems import Place, Problem, Problems

FILES: Mapping[str, Any] = {
    "brief": model.BriefRecord,
    "claims": evidence.ClaimGroup,
    "studies": list[evidence.Study],
    "mechanisms": list[evidence.Mechanism],
    "ranking": evidence.Ranking,
    "doses": model.Doses,
    "time-course": list[model.TimeCourse],
    "harms": list[model.Harm],
    "phases": list[model.Phase],
    "comparators": list[model.Comparator],
    "models": list[model.ModelRecord],
    "limitations": model.Limitations,
    "changes": list[model.Change],
    "instrument": Instrument,
    "since": model.Since,
    "retractions": RetractionReport,
    "reviews": ReviewLedger,
}
REVIEW_AFTER = datetime.timedelta(days=182)
"""A draft is looked at again after half a year, unless its author says otherwise."""


def schema_texts() -> Mapping[str, str]:
    """The JSON Schema (2020-12) of every file that an author writes, by the file's name without its ending."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    schemas = {name: TypeAdapter(shape).json_schema(mode="validation") for name, shape in FILES.items()}
    return {name: json.dumps(dialect | schema, indent=1, ensure_ascii=False) for name, schema in schemas.items()}


def starter_texts(name: str, today: datetime.date, templates: Mapping[str, str]) -> Mapping[str, str]:
    """The files of a new brief by their path inside its folder."""
    filled = {"@ID@": name, "@TODAY@": today.isoformat(), "@REVIEW_BY@": (today + REVIEW_AFTER).isoformat()}
    return {path: _fill(text, filled) for path, text in templates.items()}


def _fill(text: str, words: Mapping[str, str]) -> str:
    for mark, word in words.items():
        text = text.replace(mark, word)
    return text


def identifier_of(folder: Path) -> str:
    """The id of a brief, after its folder. Raises `Problems` when the name cannot be one."""
    name = folder.resolve().name.lower().replace("_", "-").replace(" ", "-")
    if not all(part.isascii() and part.isalnum() for part in name.split("-")):
        message = f"`{folder.name}` cannot be the id of a brief"
        hint = "use letters, digits and hyphens: my-brief"
        raise Problems([Problem(Place(str(folder)), "folder-name", message, hint)])
    return name
