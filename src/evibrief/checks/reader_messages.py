"""What the reader and the model refuse: one sentence per rule name, for the documentation.

A test makes sure that the list is complete.
"""

from collections.abc import Mapping

DESCRIPTIONS: Mapping[str, str] = {
    "alias": "An alias (`*name`) or an anchor (`&name`): write the value out in each record.",
    "amount": "An amount that nobody can be given: none, less than none, or a range that does not rise.",
    "citation-style": "A citation style that does not exist: name one from the public collection, or a `.csl` file.",
    "condition": "A condition in an instrument that is neither a number such as `2+` nor a word.",
    "date": "A date that is not written as year-month-day, or that does not exist.",
    "decimal-comma": "A number with a comma, which ends a value there: decimals are written with a point.",
    "duplicate-id": "An id that two records share. Ids must be unique across all kinds of record.",
    "duplicate-key": "A key that occurs twice in one record; YAML would silently drop one of the two.",
    "empty": "A key without a value, or a text without words: write it, write `unknown`, or leave the key out.",
    "empty-file": "A file that is empty or has only comments.",
    "encoding": "A file that is not UTF-8.",
    "identifier": "An id that cannot be a Word bookmark: use a letter, then letters, digits or `_`, at most 40 in all.",
    "json": "A `references.json` that is not JSON: export it again as CSL-JSON.",
    "key": "A key that is not a plain word, or is too long.",
    "merge-key": "A merge key (`<<`): write the values out in each record.",
    "missing": "A required field is missing. If the value is not known, write `unknown`.",
    "moment": "A time before the start, or one of `first`, `peak` and `last` that is before the one ahead of it.",
    "no-file": "A file that every brief needs is missing.",
    "no-folder": "There is no such folder.",
    "number": "A number that is not written in digits with a decimal point, or that is out of range.",
    "open-citation": "A citation that begins with `[@` and has no `]`: it would be printed half.",
    "pattern": "A text that does not have the required form, such as `1.2.0` for a version.",
    "prose": "A text that cannot be printed: a heading, a picture, a table, or something opened and not closed.",
    "reference-field": "A field of a reference that is broken (error), or that was understood although it is odd: "
    "dates, type, title, DOI, PMID, PMCID and the others, as the schema of CSL has them.",
    "retractions": "A file of notices that is damaged or does not have the layout of the public Retraction Watch file.",
    "shape": "A list instead of a record, a text instead of a list, and so on.",
    "tag": "A YAML tag (`!…`): only text, lists and records are allowed.",
    "theme": "A theme file that is missing, or would load something from outside.",
    "too-large": "A file that is too large for an evidence base.",
    "two-places": "Claims both in `claims.yaml` and in `claims/`: keep one of the two.",
    "unknown-claim": "The id of a claim that does not exist.",
    "unknown-correction": "The id of a correction that does not exist.",
    "unknown-file": "A file that is not part of a brief; its name may be misspelt.",
    "unknown-instrument": "An instrument that is neither in or next to the brief's folder nor in the package.",
    "unknown-key": "A field that this kind of record does not have; it may be misspelt.",
    "unknown-language": "A language that no file in `templates/labels/` is for: the page would mix two languages.",
    "unknown-mechanism": "The id of a mechanism that does not exist.",
    "unknown-population": "The id of a population that does not exist.",
    "unknown-reference": "A key that is not in `references.json`.",
    "unreadable": "A file that cannot be read.",
    "value-in-title": "A title with `{a.value}`: file lists and the index of an archive print it as it is.",
    "word": "A word that this field does not allow.",
    "yaml": "A file that is not YAML.",
    "yaml-trap": "An unquoted word that YAML reads as something else: `NO`, `1.10`, `12:30`. Put it in quotes.",
}
