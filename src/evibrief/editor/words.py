"""Records in a few words, for lists and for what an editor shows beside the mouse.

In: the records of a brief, and what was computed of them. Out: Markdown.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from evibrief.checks.load import Loaded
from evibrief.editor.desk import Snapshot
from evibrief.evidence.source import Location
from evibrief.labels import phrases
from evibrief.labels.messages import count
from evibrief.rating.ratings import Ratings, Tally, word_of

OLD = "*Computed before the errors that are here now.*"

_Record = Mapping[str, Any]


def record_at(snapshot: Snapshot, location: Location) -> Any:
    """What is at a location in the tree of a brief; None if there is nothing."""
    node: Any = snapshot.source.tree
    for step in location:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return None
    return node


def in_a_line(snapshot: Snapshot, name: str) -> str:
    """What a record is, in some words: its title, its text, or its publication."""
    known = snapshot.definitions.get(name)
    record = record_at(snapshot, known.location) if known else None
    if not isinstance(record, Mapping):
        return ""
    if known and known.kind == "references":
        return _short(" ".join((_authors(record, 1), _year(record), _text(record, "title"))))
    found = (_text(record, field) for field in ("title", "text", "label", "effect", "name", "right"))
    return _short(next(filter(None, found), ""))


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 100 else f"{words[:100].rsplit(' ', 1)[0]} …"


def _text(record: _Record, field: str) -> str:
    return " ".join(str(record[field]).split()) if isinstance(record.get(field), str) else ""


def about(snapshot: Snapshot, name: str, loaded: Loaded | None, is_old: bool = False) -> str:
    """What a record says and what was computed of it, in Markdown; empty for what is no record.

    `loaded` is the brief when it last had no error; `is_old` says that it has one now.
    """
    known = snapshot.definitions.get(name)
    record = record_at(snapshot, known.location) if known else None
    if known is None or not isinstance(record, Mapping):
        return ""
    told = [f"**{name}** · {_KINDS.get(known.kind, known.kind)}", *_SAID.get(known.kind, _said)(record)]
    computed = [*_computed(known.kind, name, loaded)] if loaded else []
    told += computed
    return "\n\n".join((*told, *([OLD] if computed and is_old else ())))


_KINDS = {
    "references": "publication", "claims": "claim", "statements": "statement", "links": "link", "groups": "topic",
    "mechanisms": "mechanism", "populations": "population", "corrections": "correction", "harms": "harm",
    "doses": "dose", "exposures": "amount in animals or cells", "phases": "phase", "comparators": "comparator",
    "models": "model", "lacks": "lack", "unknowns": "unknown", "gaps": "gap", "time-course": "time course",
}  # fmt: skip


def _said(record: _Record) -> Iterator[str]:
    """The texts of a record, and the words that were chosen in it."""
    yield from filter(None, (_text(record, field) for field in ("title", "text", "label", "effect", "name", "summary")))
    yield _chosen(record, ("about", "direction", "modality", "kind", "relation", "species", "population", "status",
                           "stated"))  # fmt: skip


def _chosen(record: _Record, fields: Iterable[str]) -> str:
    return " · ".join(f"{field}: {_text(record, field)}" for field in fields if _text(record, field))


def _claim(record: _Record) -> Iterator[str]:
    yield from _said(record)
    stated = record.get("stated")
    if isinstance(stated, Mapping) and _text(stated, "line"):
        yield f"line {_text(stated, 'line')} of the source document; {_text(stated, 'attribution')}"


def _correction(record: _Record) -> Iterator[str]:
    yield _chosen(record, ("kind", "lines"))
    yield f"*It says:* {_text(record, 'says')}"
    yield f"*Right is:* {_text(record, 'right')}"


def _dose(record: _Record) -> Iterator[str]:
    amount = record.get("amount")
    if isinstance(amount, Mapping):
        numbers = "–".join(filter(None, (_text(amount, "low"), _text(amount, "high"))))
        yield " ".join((_text(record, "label"), numbers, _text(amount, "unit")))
    yield _chosen(record, ("salt", "route", "duration", "population", "doubtful"))


def _publication(record: _Record) -> Iterator[str]:
    """A publication as most lists have it: authors, title, where, when."""
    where = " ".join(filter(None, (_text(record, "container-title"), _year(record))))
    volume = str(record.get("volume") or "") + (f"({record['issue']})" if record.get("issue") else "")
    pages = str(record.get("page") or "")
    place = "; ".join(filter(None, (where, ":".join(filter(None, (volume, pages))))))
    yield ". ".join(filter(None, (_authors(record, 6).rstrip("."), _text(record, "title").rstrip("."), place))) + "."
    signs = (("doi:", "DOI"), ("PMID ", "PMID"), ("", "URL"))
    yield next((f"{sign}{record[field]}" for sign, field in signs if record.get(field)), "")


def _authors(record: _Record, most: int) -> str:
    listed = record.get("author")
    people = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list | tuple) else []
    names = [_author(one) for one in people]
    return ", ".join(names[:most]) + (" et al." if len(names) > most else "")


def _author(person: _Record) -> str:
    given = "".join(part[:1] for part in _text(person, "given").replace("-", " ").split())
    return " ".join(filter(None, (_text(person, "family") or _text(person, "literal"), given)))


def _year(record: _Record) -> str:
    issued = record.get("issued")
    parts = issued.get("date-parts") if isinstance(issued, Mapping) else None
    first = parts[0] if isinstance(parts, list | tuple) and parts else None
    return str(first[0]) if isinstance(first, list | tuple) and first and first[0] is not None else ""


_SAID: Mapping[str, Callable[[_Record], Iterator[str]]] = {
    "claims": _claim, "corrections": _correction, "doses": _dose, "exposures": _dose, "references": _publication,
}  # fmt: skip


def _computed(kind: str, name: str, loaded: Loaded) -> Iterator[str]:
    """What was computed of a record: levels, counts, and what names it."""
    findings = loaded.findings
    if kind == "references" and name in findings.studies:
        study = findings.studies[name]
        yield "; ".join((phrases.study_type(study, findings.words), findings.populations[study.population].label))
        yield f"{study.verification.state}; notices: {findings.standings[name]}"
        claims = [claim.id for claim in loaded.brief.all_claims if any(one.source == name for one in claim.evidence)]
        yield f"evidence for {_counted(claims, 'claim')}"
    elif kind == "claims" and name in findings.claims:
        yield from _of_claim(name, loaded)
    elif name in findings.statements or name in findings.links:
        yield from _of_tallied(name, loaded)
    elif findings.ratings and name in findings.ratings.chains:
        chain = findings.ratings.chains[name]
        level = word_of(findings.ratings.chain_scale, chain.final)
        yield f"{findings.ratings.chain_value}: **{level}** ({chain.reason}); weakest: {', '.join(chain.weakest)}"
    elif kind == "corrections":
        yield f"corrects {_counted(findings.claims_of_correction.get(name, ()), 'claim')}"


def _counted(names: Iterable[str], word: str) -> str:
    listed = tuple(names)
    return count(len(listed), word).replace("\u00a0", " ") + (f": {', '.join(listed)}" if listed else "")


def _of_claim(name: str, loaded: Loaded) -> Iterator[str]:
    claim, findings = loaded.findings.claims[name], loaded.findings
    roles = [one.role for one in claim.evidence]
    told = (f"{roles.count(role)} {role}" for role in dict.fromkeys(roles))
    yield f"printed as claim {findings.numbers[name]}; evidence: {', '.join(told) or 'none'}"
    if findings.ratings and name in findings.ratings.claims:
        yield f"alone: **{word_of(findings.ratings.instrument.judgement, findings.ratings.claims[name])}**"
    statements = [one.id for one in loaded.brief.ranking.statements if name in one.claims]
    links = [one.id for chain in loaded.brief.mechanisms for one in chain.links if name in one.all_claims]
    if statements or links:
        yield f"used by {', '.join((*statements, *links))}"


def _of_tallied(name: str, loaded: Loaded) -> Iterator[str]:
    findings = loaded.findings
    if findings.ratings:
        yield from _levels(name, findings.ratings)
    yield _tally_words(findings.tally(name))


def _levels(name: str, ratings: Ratings) -> Iterator[str]:
    if name in ratings.links:
        link = ratings.links[name]
        yield f"**{word_of(ratings.instrument.judgement, link.judgement)}** ({link.reason})"
        return
    rating = ratings.statements[name]
    scale = ratings.instrument.tier
    decided = f"; decided: **{word_of(scale, rating.final)}**" if rating.final != rating.computed else ""
    yield f"computed: **{word_of(scale, rating.computed)}** ({rating.reason}){decided}"
    if rating.falls:
        falls = (f"{word_of(scale, fall.level).lower()} without {fall.without}" for fall in rating.falls)
        yield "; ".join(falls)


def _tally_words(tally: Tally) -> str:
    columns = (("for", tally.supporting), ("against", tally.against), ("inconclusive", tally.inconclusive))
    told = (f"{column.number} {word}" + (f" ({', '.join(column.studies)})" if column.studies else "")
            for word, column in columns)  # fmt: skip
    return "studies: " + "; ".join(told)
