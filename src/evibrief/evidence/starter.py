"""What a new author gets: a brief to start from, and the schemas that let an editor complete and check it.

In: the models and the starter's templates. Out: texts by file name; `cli` writes them.
"""

import datetime
from collections.abc import Mapping
from pathlib import Path

from evibrief.problems import Place, Problem, Problems

REVIEW_AFTER = datetime.timedelta(days=182)
"""A draft is looked at again after half a year, unless its author says otherwise."""


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
