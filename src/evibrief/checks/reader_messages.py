"""What the reader and the model refuse: one sentence for each name that their problems carry.

In comes nothing; out come descriptions, for the documentation. A test keeps the list complete.
"""

from collections.abc import Mapping

DESCRIPTIONS: Mapping[str, str] = {
    "alias": "An alias (`*name`) or an anchor: what a record says has to stand in the record.",
    "citation-style": "A citation style that does not exist; name one of the public collection, or a `.csl` file.",
    "condition": "A condition in an instrument that is neither a number such as `2+` nor a word.",
    "date": "A day that is not written as year-month-day, or that the calendar does not have.",
    "duplicate-id": "An id that two records have, of whatever kind: links and bookmarks share one space.",
    "duplicate-key": "A key that stands twice in one record, of which YAML would silently drop one.",
    "empty": "A key without a value, or a text without words: write it, write `unknown`, or leave the key out.",
    "empty-file": "A file that holds nothing but comments.",
    "encoding": "A file that is not UTF-8.",
    "identifier": "An id that Word's bookmarks would not take: a letter first, letters, digits, `_`, at most 40.",
    "json": "A `references.json` that is not JSON: export it again as CSL-JSON.",
    "key": "A key that is no plain word.",
    "merge-key": "A merge key (`<<`): what a record says has to stand in the record.",
    "missing": "A field that every such record has: what nobody knows is `unknown`.",
    "no-file": "A file that every brief needs is missing.",
    "no-folder": "There is no such folder.",
    "number": "A number that is not written in digits with a decimal point, or that is out of range.",
    "pattern": "A text that has to be written in a certain way, such as a version: `1.2.0`.",
    "prose": "A text that cannot be set: a heading, a picture, a table, or something that it opens and does not close.",
    "retractions": "A file of notices that is damaged, or that has not the layout of the public Retraction Watch file.",
    "shape": "A list where a record is wanted, a text where a list is wanted, and so on.",
    "tag": "A YAML tag (`!…`): nothing but text, lists and records is read.",
    "theme": "A file of the theme that is missing, or that would load something from outside.",
    "too-large": "A file larger than any evidence base is.",
    "two-places": "Claims in `claims.yaml` and in `claims/` as well: keep one of the two.",
    "unknown-claim": "The id of a claim that does not exist.",
    "unknown-correction": "The id of a correction that does not exist.",
    "unknown-file": "A file name that no part of a brief has.",
    "unknown-instrument": "An instrument that stands neither beside the brief nor in the package.",
    "unknown-key": "A field that no such record has: a misspelt key must not be silence.",
    "unknown-language": "A language that no file in `templates/labels/` is for: the page would mix two languages.",
    "unknown-mechanism": "The id of a mechanism that does not exist.",
    "unknown-population": "The id of a population that does not exist.",
    "unknown-reference": "A key that `references.json` does not have.",
    "unreadable": "A file that the system does not let us read.",
    "word": "A word that is not in the list of this field.",
    "yaml": "A file that is not YAML.",
    "yaml-trap": "A bare word that YAML takes for something else: `NO`, `1.10`, `12:30`. Put it in quotes.",
}
