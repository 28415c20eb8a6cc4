"""The title block and page 1: what a reader with one minute gets."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import zip_longest

from evibrief.evidence.brief import Brief, KindOfSection, Person, Section, SourceDocument
from evibrief.evidence.fields import cited_keys
from evibrief.evidence.hashes import SHORT
from evibrief.evidence.identifiers import address_of_doi
from evibrief.evidence.instrument import LegInstrument
from evibrief.evidence.records import Harm
from evibrief.evidence.written import joined
from evibrief.labels import phrases
from evibrief.labels.words import Words
from evibrief.rating.diff import summary_of_changes
from evibrief.rating.findings import Findings
from evibrief.sections import methods, rating_lines
from evibrief.sections.blocks import Cite, FirstPage, Line, Pointer, TitleBlock
from evibrief.sections.figures import charts
from evibrief.sections.news import news_sentences


def title_block(brief: Brief, content: str, words: Words) -> TitleBlock:
    """The title block: title, status, version, date, people, source document."""
    record, facts, sentences = brief.brief, words.facts, words.sentences
    pairs = [
        (facts.audience, record.audience),
        (facts.authors, _people(record.authors, words)),
        (facts.raters, _people(record.raters, words)),
        (facts.reviewers, _people(record.reviewers, words)),
        (facts.funding, phrases.or_unknown(record.funding, words)),
        (facts.conflicts, phrases.or_unknown(record.conflicts, words)),
    ]
    if record.source_document:
        pairs.append((facts.source_document, _document(record.source_document, words)))
    status = sentences.labelled(label=words.brief_status[record.status], value=record.status_note)
    day, until = phrases.date(record.date, words), phrases.date(record.review_by, words)
    version = sentences.version_line(version=record.version, date=day, review_by=until, content=content[:SHORT])
    return TitleBlock(record.title, record.subtitle or "", status, version, tuple(pairs))


def _document(document: SourceDocument, words: Words) -> str:
    """The document whose claims are examined, in a line."""
    return words.sentences.document(
        title=document.title,
        author=phrases.or_unknown(document.author, words),
        date=phrases.date_or_unknown(document.date, words),
        method=document.grading_method,
        sources=document.stated_sources,
    )


def _people(people: Iterable[Person], words: Words) -> str:
    named = (words.sentences.described(what=_named(person, words), note=person.role) for person in people)
    return "; ".join(named) or words.notes.not_named


def _named(person: Person, words: Words) -> str:
    """A person's name, with the affiliation that they gave."""
    if person.affiliation is None:
        return person.name
    return words.sentences.of_affiliation(name=person.name, affiliation=person.affiliation)


def judgements(brief: Brief, findings: Findings) -> tuple[tuple[str, str], ...]:
    """Plausibility and certainty, as stated and as computed, in the words of page 1."""
    words, record, ratings = findings.words, brief.brief, findings.ratings
    plausibility, certainty = record.bottom_line.plausibility, record.bottom_line.certainty
    if ratings and ratings.statements:
        computed = rating_lines.tier_summary(ratings, words)
        plausibility = words.sentences.computed_too(stated=plausibility, computed=computed)
    if ratings and ratings.chains:
        computed = rating_lines.chain_summary(ratings, words)
        if isinstance(ratings.instrument, LegInstrument):
            return (*((words.facts.plausibility, plausibility), (words.facts.support, phrases.capital(computed))),
                    (words.facts.certainty, certainty))  # fmt: skip
        certainty = words.sentences.computed_too(stated=certainty, computed=computed)
    return ((words.facts.plausibility, plausibility), (words.facts.certainty, certainty))


def page_one(brief: Brief, findings: Findings) -> FirstPage:
    """Page 1: question, bottom line, ratings, counts, and how to find the current version."""
    record, words = brief.brief, findings.words
    question, facts = record.question, words.facts
    parts = (
        (facts.population, question.population),
        (facts.intervention, question.intervention),
        (facts.comparator, question.comparator),
        (facts.outcomes, phrases.all_of(question.outcomes, words)),
    )
    counts = methods.count_sentences(findings)
    picture = charts.plausibility(brief, findings)
    ranked = replace(picture, caption=words.captions.figure(number=1, caption=picture.caption)) if picture else None
    return FirstPage(
        question=question.text,
        question_parts=parts,
        bottom_line=record.bottom_line.text,
        judgements=judgements(brief, findings),
        ranking=ranked,
        counts=(counts[0], counts[2], *_not_verified(brief, findings)),
        known=tuple(zip_longest(record.known, record.not_known, fillvalue="")),
        safety=tuple(_safety(brief, findings)),
        not_this=record.not_this,
        who=_who(brief, words),
        where=_where(brief, words),
        currency=" ".join(_currency(brief, words)),
        cite=_cite(brief, words),
    )


def _safety(brief: Brief, findings: Findings) -> Iterator[Line]:
    """The harms that the author put first, and how many more the section on harms has."""
    sentences, plurals = findings.words.sentences, findings.words.plurals
    harms, first = {harm.id: harm for harm in brief.harms}, dict.fromkeys(brief.brief.safety)
    for name in first:
        yield Line(prose=joined(harms[name].effect, _cited(harms[name]), " ", sentences.see_harm(anchor=name)))
    if others := len(harms) - len(first):
        told = plurals.more_harms if first else plurals.harms_recorded
        yield Line(prose=told(others, anchor=anchor_of("harms")))


def _cited(harm: Harm) -> str:
    """The sources of a harm as a citation, without those that its text cites, and those that speak against it."""
    cited = tuple(cited_keys(harm.effect))
    telling = (entry.source for entry in harm.evidence if entry.role != "contradicts")
    keys = dict.fromkeys(key for key in telling if key not in cited)
    return f" [{'; '.join(f'@{key}' for key in keys)}]" if keys else ""


def _who(brief: Brief, words: Words) -> tuple[tuple[str, str], ...]:
    record, facts = brief.brief, words.facts
    return (
        (facts.authors, _people(record.authors, words)),
        (facts.reviewers, _people(record.reviewers, words)),
        (facts.funding, phrases.or_unknown(record.funding, words)),
        (facts.conflicts, phrases.or_unknown(record.conflicts, words)),
    )


def _where(brief: Brief, words: Words) -> tuple[Pointer, ...]:
    """The summary, then the sections of the brief that a reader of page 1 looks for first."""
    titles = {section.kind: section.title for section in brief.brief.sections}
    wanted = [kind for kind in LOOKED_FOR if kind in titles]
    return (Pointer("summary", words.page.summary), *(Pointer(anchor_of(kind), titles[kind]) for kind in wanted))


LOOKED_FOR = tuple(KindOfSection(kind) for kind in ("mechanisms", "doses", "harms", "limitations", "evidence"))
"""The sections that page 1 leads to."""


def anchor_of(kind: str) -> str:
    """The anchor of a section of this kind."""
    return "section_" + kind.replace("-", "_")


def _not_verified(brief: Brief, findings: Findings) -> Iterator[str]:
    total = len(brief.studies)
    if number := total - findings.verification.get("verified", 0):
        words = findings.words
        yield words.plurals.not_verified(number, references=words.counts.reference(total))


def _cite(brief: Brief, words: Words) -> Cite | None:
    record = brief.brief
    if record.doi is None:
        return None
    told = {"title": record.title, "version": record.version, "date": phrases.date(record.date, words)}
    authors = ", ".join(person.name for person in record.authors)
    sentence = words.sentences.cite_as_by(authors=authors, **told) if authors else words.sentences.cite_as(**told)
    return Cite(sentence, address_of_doi(record.doi))


def _currency(brief: Brief, words: Words) -> Iterator[str]:
    """Sentences: how readers can tell whether their file is the current version, and what this version changed."""
    record, since, sentences = brief.brief, brief.since, words.sentences
    yield sentences.this_version(version=record.version, date=phrases.date(record.date, words))
    if since:
        yield sentences.since_version(version=since.version, summary=summary_of_changes(since.changes, words))
    else:
        yield words.notes.no_earlier_version
    if number := sum(comment.decision == "open" for ledger in brief.reviews for comment in ledger.comments):
        yield sentences.open_comments(comments=words.counts.comment(number))
    yield from news_sentences(brief, words)
    yield sentences.out_of_date(date=phrases.date(record.review_by, words))
    unknown = record.versions_at == "unknown"
    yield words.notes.versions_unknown if unknown else sentences.versions_listed(place=record.versions_at)


def with_unlisted(brief: Brief, words: Words) -> Iterator[Section]:
    """The author's sections, and before the tables of claims those that must be printed all the same."""
    listed = brief.brief.sections
    kinds = {section.kind for section in listed}
    wanted = ((brief.doses.other, "exposures", words.headings.doses_other),
              (brief.limitations.corrections, "corrections", words.headings.corrections),
              (brief.appraisal_instruments, "appraisals", words.appraisals.section),
              (brief.studies, "verification", words.headings.verification),
              (brief.reviews, "review", words.headings.review))  # fmt: skip
    missing = [
        Section(kind=KindOfSection(kind), title=title) for has, kind, title in wanted if has and kind not in kinds
    ]
    for section in listed:
        if section.kind in ("evidence", "references"):
            yield from missing
            missing = []
        yield section
    yield from missing
