"""What the evidence of a brief says, in plain words, for a reader who cannot trust how the page looks.

In: a brief. Out: lines of text, made without any template, style or font.
"""

from collections.abc import Iterator

from evibrief.evidence.brief import Brief
from evibrief.labels import markdown, phrases
from evibrief.rating.findings import Findings, derive
from evibrief.rating.values import fill, values_of
from evibrief.sections.first_page import judgements


def evidence_in_words(brief: Brief) -> tuple[str, ...]:
    """Question, bottom line, judgements, the tier of each statement, status and version, one line each."""
    findings = derive(brief)
    filled = fill((brief, findings), values_of(brief, findings))
    return tuple(" ".join(line.split()) for line in _lines(*filled))


def _lines(brief: Brief, findings: Findings) -> Iterator[str]:
    record = brief.brief
    yield f"Question: {record.question.text}"
    yield f"Bottom line: {markdown.without_marks(record.bottom_line.text)}"
    yield from (f"{name}: {value}" for name, value in judgements(brief, findings))
    if findings.ratings:
        tiers = {level.id: level.word for level in findings.ratings.instrument.tier.levels}
        for statement in brief.ranking.statements:
            rating = findings.ratings.statements[statement.id]
            yield f"Statement: {markdown.without_marks(statement.text)}: {tiers[rating.final]}"
    words = findings.words
    day, until = phrases.date(record.date, words), phrases.date(record.review_by, words)
    yield f"Status: {words.brief_status[record.status]}: {record.status_note}"
    yield f"Version: {record.version} of {day}; review by {until}"
