"""How a brief says an amount, a date, a number of participants, a list of names.

In: values, and the words of a language. Out: text.
"""

import datetime
from collections.abc import Iterable

from evibrief.evidence.claims import Evidence, PopulationRecord, Study
from evibrief.evidence.fields import Unknown
from evibrief.evidence.records import Amount, AnimalExposure, Dose, Moment, Reference
from evibrief.evidence.vocabulary import Directness
from evibrief.labels.sentence import NO_BREAK
from evibrief.labels.words import Words


def directness(evidence: Evidence, population: PopulationRecord) -> Directness:
    """How directly a piece of evidence bears on the condition of the question."""
    if population.species not in ("human", "none"):
        return "not-people"
    match population.relation:
        case "target":
            return "direct" if evidence.exposure == "intervention" else "not-given"
        case "close":
            return "close"
        case "none":
            return "opinion"
    return "other"


def study_type(study: Study, words: Words) -> str:
    """Design and size: `Post hoc analysis (pooled); n = 36`."""
    design = words.design[study.design] + (f" ({study.design_note})" if study.design_note else "")
    return f"{design}; {participants(study, words)}" if study.n != "not-applicable" else design


def participants(study: Study, words: Words) -> str:
    """The number studied, as `n = 36`, `n = 9 (9 patients)` or `n unknown`."""
    lists = words.lists
    if study.n == "not-applicable":
        return lists.no_participants
    number = lists.participants_unknown if study.n == "unknown" else lists.participants(number=study.n)
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


def short_reference(reference: Reference) -> str:
    """`Saligan 2016, doi:10.1037/…`: a publication in a line, with the shortest address that finds it."""
    fields = reference.model_extra or {}
    places = (("doi:", fields.get("DOI")), ("PMID ", fields.get("PMID")), ("", fields.get("URL")))
    found = next((f"{sign}{place}" for sign, place in places if place), "")
    return f"{short_name(reference)}, {found}" if found else short_name(reference)


def addresses(doi: str | None, pmid: str | None) -> list[str]:
    """`doi:10.1037/…`, `PMID 123`: the addresses of a publication that are known."""
    return [f"{sign}{place}" for sign, place in (("doi:", doi), ("PMID ", pmid)) if place]


def year(reference: Reference) -> str:
    """The year of publication, words such as `in press`, or nothing where it was not seen."""
    issued = reference.issued or {}
    parts = issued.get("date-parts") or [[issued.get("literal", "")]]
    return str(parts[0][0]) if parts[0] else ""


def date(day: datetime.date, words: Words) -> str:
    """`23 November 2026`, without the machine's locale."""
    return f"{day.day}{NO_BREAK}{words.months[day.month - 1]}{NO_BREAK}{day.year}"


def or_unknown(text: str, words: Words) -> str:
    """A text, or the language's own word where an author wrote `unknown`."""
    return words.notes.unknown if text == "unknown" else text


def date_or_unknown(day: datetime.date | Unknown, words: Words) -> str:
    """A day, or that it is not known."""
    return words.notes.date_unknown if day == "unknown" else date(day, words)


def change(kind: str, words: Words) -> str:
    """What a kind of change is called; one of another version of the program by the name that it has there."""
    return next((word for name, word in words.change.items() if name == kind), kind)


def route(dose: Dose | AnimalExposure, words: Words) -> str:
    """How something was given: a word from the list for people, the author's own words for the rest."""
    return words.route.get(dose.route, dose.route) if isinstance(dose, Dose) else or_unknown(dose.route, words)


def amount(quantity: Amount) -> str:
    """`0.5 mg/kg`, `100–250 µM`."""
    numbers = str(quantity.low) if quantity.high is None else f"{quantity.low}–{quantity.high}"
    return f"{numbers}{NO_BREAK}{quantity.unit}"


def given(record: Dose | AnimalExposure, words: Words) -> str:
    """An amount with what must never be missing beside it: of which salt it is, and that it is doubtful."""
    said = caveats(record, words)
    return f"{amount(record.amount)} ({'; '.join(said)})" if said else amount(record.amount)


def caveats(record: Dose | AnimalExposure, words: Words) -> tuple[str, ...]:
    """The salt that an amount is of, and that it is doubtful, where that is so."""
    return ((record.salt,) if record.salt else ()) + ((words.notes.doubtful,) if record.doubtful else ())


def moment(point: Moment | None, words: Words) -> str:
    """`40 minutes`, `1 day`, or `unknown`."""
    return words.notes.unknown if point is None else words.durations[point.unit](point.value)


def all_of(things: Iterable[str], words: Words) -> str:
    """`a, b and c`."""
    *most, last = list(things) or [words.notes.none]
    return words.lists.last(most=words.lists.separator.join(most), last=last) if most else last


def capital(text: str) -> str:
    """A text of ours that is a sentence of its own, with a capital letter."""
    return text[:1].upper() + text[1:]


def any_of(things: Iterable[str], words: Words) -> str:
    """`a or b or c`."""
    return words.lists.either.join(things)
