"""A new brief to start from.

In: the starter templates. Out: texts by file name; `cli` writes them.
"""

import datetime
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from evibrief.problems import Place, Problem, Problems

REVIEW_AFTER = datetime.timedelta(days=182)
"""A draft is due for review after half a year, unless its author sets another date."""


def new_brief_texts(name: str, today: datetime.date, templates: Mapping[str, str]) -> Mapping[str, str]:
    """The files of a new brief, by path inside its folder."""
    filled = {"@ID@": name, "@TODAY@": today.isoformat(), "@REVIEW_BY@": (today + REVIEW_AFTER).isoformat()}
    return {path: _fill(text, filled) for path, text in templates.items()}


def _fill(text: str, words: Mapping[str, str]) -> str:
    for mark, word in words.items():
        text = text.replace(mark, word)
    return text


def identifier_of(folder: Path) -> str:
    """The id of a brief, from its folder's name. Raises `Problems` if the name cannot be an id."""
    name = folder.resolve().name.lower().replace("_", "-").replace(" ", "-")
    if not all(part.isascii() and part.isalnum() for part in name.split("-")):
        message = f"`{folder.name}` cannot be the id of a brief"
        hint = f"use letters, digits and single hyphens, such as `{_nearest_identifier(name)}`"
        raise Problems([Problem(Place(str(folder)), "folder-name", message, hint)])
    return name


def _nearest_identifier(name: str) -> str:
    """The letters and digits of a name, without accents, joined by hyphens."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one))
    return "-".join(re.findall("[a-z0-9]+", plain)) or "my-brief"


def has_identifier(brief: str, name: str) -> bool:
    """Whether the text of a `brief.yaml` has this id."""
    return re.search(rf"""^id:[ \t]*["']?{re.escape(name)}["']?[ \t]*(?:#|$)""", brief, re.MULTILINE) is not None
