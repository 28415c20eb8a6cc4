"""How a brief says an amount, a date, a number of participants, a list of names."""

import datetime
from collections.abc import Iterable

from evibrief.evidence.claims import Evidence, PopulationRecord, Study
from evibrief.evidence.records import Amount, Moment, Reference
from evibrief.labels.english import DESIGN

NO_BREAK = "\u00a0"


def directness(evidence: Evidence, population: PopulationRecord) -> str:
    """How directly a piece of evidence bears on the condition of the question."""
    if population.species not in ("human", "none"):
        return "Indirect: not in people"
    match population.relation:
        case "target":
            return "Direct" if evidence.exposure == "intervention" else "The condition, not the intervention"
        case "close":
            return "Indirect: close population"
        case "none":
            return "Reasoning or opinion"
    return "Indirect: other population"


def study_type(study: Study) -> str:
    """Design and size: `Post hoc analysis (pooled); n = 36`."""
    design = DESIGN[study.design] + (f" ({study.design_note})" if study.design_note else "")
    return f"{design}; {participants(study)}" if study.n != "not-applicable" else design


def participants(study: Study) -> str:
    """The number studied, as `n = 36`, `n = 9 (9 patients)` or `n unknown`."""
    if study.n == "not-applicable":
        return "no participants"
    number = "n unknown" if study.n == "unknown" else f"n{NO_BREAK}={NO_BREAK}{study.n}"
    return f"{number} ({study.n_note})" if study.n_note else number


def short_name(reference: Reference) -> str:
    """A reference as people say it: `Saligan 2016`, or the start of its title where no author was seen."""
    first = reference.author[0] if reference.author else {}
    name = str(first.get("family") or first.get("literal") or "")
    when = year(reference)
    if not name:
        title = (reference.title or reference.id).strip("[]")
        name = title if len(title) <= 40 else title[:40].rsplit(" ", 1)[0] + " …"
    return f"{name} {when}" if when else name


def year(reference: Reference) -> str:
    """The year of publication, or nothing where it was not seen."""
    parts = (reference.issued or {}).get("date-parts") or [[""]]
    return str(parts[0][0]) if parts[0] else ""


def date(day: datetime.date) -> str:
    """`23 November 2026`, without the machine's locale."""
    return f"{day.day}{NO_BREAK}{_MONTHS[day.month - 1]}{NO_BREAK}{day.year}"


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


def amount(quantity: Amount) -> str:
    """`0.5 mg/kg`, `100–250 µM`."""
    numbers = str(quantity.low) if quantity.high is None else f"{quantity.low}–{quantity.high}"
    return f"{numbers}{NO_BREAK}{quantity.unit}"


def moment(point: Moment | None) -> str:
    """`40 minutes`, `day 2` as `2 days`, or `unknown`."""
    if point is None:
        return "unknown"
    unit = point.unit.removesuffix("s") if point.value == 1 else point.unit
    return f"{point.value}{NO_BREAK}{unit}"


def count(number: int, singular: str, plural: str = "") -> str:
    """`1 study`, `3 studies`, `no study`."""
    if number == 0:
        return f"no {singular}"
    return f"{number}{NO_BREAK}{singular if number == 1 else plural or singular + 's'}"


def of(number: int, total: int, singular: str) -> str:
    """`0 of 144 claims rest`, `1 of 144 claims rests`."""
    return f"{number} of {total} {singular}{'s' * (total != 1)} {'rests' if number == 1 else 'rest'}"


def listed(words: Iterable[str]) -> str:
    """`a, b and c`."""
    *most, last = list(words) or ["none"]
    return f"{', '.join(most)} and {last}" if most else last
