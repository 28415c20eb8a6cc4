"""How to cite a brief, as a `CITATION.cff` (Citation File Format 1.2.0): GitHub, Zenodo and Zotero read it.

In: an `Exported`. Out: YAML. Names are not taken apart: nobody can tell a family name from a given one.
"""

from typing import Any

from evibrief.evidence.write_yaml import yaml_text
from evibrief.exports.contract import Exported
from evibrief.labels.markdown import without_marks
from evibrief.problems import Problem, Problems


def citation_file(exported: Exported) -> str:
    """The text of the file. Raises `Problems` for a brief without authors, because the format asks for one."""
    record = exported.brief.brief
    if not record.authors:
        message = "nobody is named as an author, and a citation file has to name one"
        hint = "name the authors in brief.yaml; `--as json` and `--as ro-crate` need none"
        raise Problems([Problem(exported.source.place(("brief",)), "no-author", message, hint)])
    told: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "If you use this evidence brief, please cite it as below.",
        "type": "dataset",
        "title": record.title,
        "abstract": without_marks(record.question.text),
        "authors": [{"name": person.name} for person in record.authors],
        "version": record.version,
        "date-released": record.date,
    }
    if record.doi:
        told["doi"] = record.doi
    return yaml_text(told, ())
