"""What the evidence of a brief says, in plain words, for a reader who cannot trust how the page looks.

In: a brief. Out: lines of text in the language of the brief, made without any template, style or font.
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
    record, words = brief.brief, findings.words
    labelled, page, names = words.sentences.labelled, words.page, words.columns
    yield labelled(label=page.question, value=record.question.text)
    yield labelled(label=page.bottom_line, value=markdown.without_marks(record.bottom_line.text))
    yield from (labelled(label=name, value=value) for name, value in judgements(brief, findings))
    if findings.ratings:
        tiers = {level.id: level.word for level in findings.ratings.instrument.tier.levels}
        for statement in brief.ranking.statements:
            rating = findings.ratings.statements[statement.id]
            rated = labelled(label=markdown.without_marks(statement.text), value=tiers[rating.final])
            yield labelled(label=names.statement, value=rated)
    day, until = phrases.date(record.date, words), phrases.date(record.review_by, words)
    status = labelled(label=words.brief_status[record.status], value=record.status_note)
    yield labelled(label=names.status, value=status)
    version = words.sentences.version_until(version=record.version, date=day, review_by=until)
    yield labelled(label=names.version, value=version)
