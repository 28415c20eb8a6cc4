"""Numbers of trial registries: how they are written, and which registry one belongs to.

In: a number as an author typed it. Out: the registry. The forms are those that the registries give out themselves; the
list is of the registries that publish into the WHO's platform (ICTRP) and of the European Union.
"""

import re
from collections.abc import Mapping

ASKED_REGISTRY = "ClinicalTrials.gov"
"""The one registry that answers programs, in public and without a key."""

_FORMS: Mapping[str, re.Pattern[str]] = {
    ASKED_REGISTRY: re.compile(r"NCT[0-9]{8}"),
    "ISRCTN": re.compile(r"ISRCTN[0-9]{8}"),
    "CTIS": re.compile(r"20[0-9]{2}-5[0-9]{5}-[0-9]{2}-[0-9]{2}"),
    "EudraCT": re.compile(r"(?:19|20)[0-9]{2}-[0-9]{6}-[0-9]{2}"),
    "ANZCTR": re.compile(r"ACTRN[0-9]{14}"),
    "DRKS": re.compile(r"DRKS[0-9]{8}"),
    "ChiCTR": re.compile(r"ChiCTR(?:-[A-Z]{2,5}-)?[0-9]{8,10}"),
    "CRIS": re.compile(r"KCT[0-9]{7}"),
    "CTRI": re.compile(r"CTRI/20[0-9]{2}/[0-9]{2,3}/[0-9]{6}"),
    "IRCT": re.compile(r"IRCT[0-9]{10,20}N[0-9]{1,3}"),
    "jRCT": re.compile(r"jRCTs?[0-9]{9,10}"),
    "UMIN": re.compile(r"UMIN[0-9]{9}"),
    "PACTR": re.compile(r"PACTR[0-9]{15,16}"),
}


def registry_of(number: str) -> str | None:
    """The registry that gives out numbers of this form; None if there is none."""
    return next((name for name, form in _FORMS.items() if form.fullmatch(number)), None)


def can_be_asked(number: str) -> bool:
    """Whether `evibrief news` can ask the registry of this number."""
    return registry_of(number) == ASKED_REGISTRY
