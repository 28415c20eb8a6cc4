"""The section `methods`: how the evidence was searched, read and rated, with the instrument's rules as tables."""

from collections.abc import Iterator

from evibrief.evidence.brief import Brief, Search
from evibrief.evidence.instrument import Condition, Instrument, Range, Rule, Scale
from evibrief.labels import english, phrases
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Bullets, Cell, Heading, Line, Paragraph, Row
from evibrief.sections.cells import table


def instrument_blocks(instrument: Instrument) -> Iterator[Block]:
    """The instrument with all its rules, as they are computed."""
    yield Heading(f"How ratings are computed: {instrument.name}", "methods_instrument")
    yield Paragraph(f"**{instrument.title}**, version {instrument.version}.")
    yield Paragraph(instrument.text)
    sorts = tuple((Line(text=f"{sort.words}{_of_what(instrument, sort.id)}"),) for sort in instrument.sorts)
    yield Paragraph("A study is counted as the first of these that fits it:")
    yield Bullets(sorts)
    for scale, title in (
        (instrument.tier, "Plausibility of a statement"),
        (instrument.judgement, "How well a link is supported"),
        (instrument.certainty, "Certainty of a link; a chain has that of its weakest link"),
    ):
        columns = (("Level", 14), ("What it means", 28), ("Given when", 58))
        rows = ([_level_row(level.id, scale, instrument)] for level in scale.levels)
        yield from table(title, columns, rows)


def _of_what(instrument: Instrument, sort: str) -> str:
    return "" if sort in instrument.contrary else " (never counted as contradiction)"


def _level_row(name: str, scale: Scale, instrument: Instrument) -> Row:
    level = next(level for level in scale.levels if level.id == name)
    rules = [rule for rule in scale.rules if rule.level == name]
    lines = [Line(text=line) for rule in rules for line in _rule_words(rule, instrument)]
    lines = lines or [Line(text="by nobody but a person, with a signature and a reason")]
    return Row((Cell((Line(text=level.word, style="word"),), scope="row"), Cell((Line(prose=level.meaning),)),
                Cell(tuple(lines))))  # fmt: skip


def _rule_words(rule: Rule, instrument: Instrument) -> Iterator[str]:
    """One line for each set of conditions of a rule."""
    if not rule.when:
        yield "otherwise"
    for line in rule.when:
        yield "; ".join(_condition_words(name, wanted, instrument) for name, wanted in line.items())


def _condition_words(name: str, wanted: Condition, instrument: Instrument) -> str:
    if not isinstance(wanted, Range):
        named = english.STATEMENT_KIND | english.LINK | english.JUDGEMENT
        return " or ".join(named[word].lower() for word in wanted)
    counted = {sort.id: sort.words for sort in instrument.sorts}
    counted |= {total.id: total.words for total in instrument.totals}
    return f"{counted.get(name, 'studies that contradict')}: {_number_words(wanted)}"


def _number_words(wanted: Range) -> str:
    if wanted.high is None:
        return f"{wanted.low} or more"
    if wanted.low == wanted.high:
        return str(wanted.low) if wanted.low else "none"
    return f"{wanted.low} to {wanted.high}"


def methods(brief: Brief, findings: Findings) -> Iterator[Block]:
    """How the evidence was found, counted, rated and checked; searches that found nothing; what was not done."""
    yield Paragraph(brief.brief.methods.text)
    yield Heading("What was counted", "methods_counts")
    yield Bullets(tuple((Line(text=sentence),) for sentence in count_sentences(findings)))
    yield Heading("Searches", "methods_searches")
    columns = (("Looked for", 44), ("Where and when", 24), ("Found", 32))
    if not brief.brief.methods.searches:
        yield Paragraph("No systematic search is recorded.")
    rows = ([_search_row(search)] for search in brief.brief.methods.searches)
    yield from table("Searches", columns, rows)
    rows = ([_search_row(search)] for search in brief.brief.methods.negative_searches)
    yield from table("Looked for and not found", columns, rows)
    if brief.instrument:
        yield from instrument_blocks(brief.instrument)
    yield Heading("How to read the tables", "methods_words")
    yield Bullets(tuple((Line(prose=sentence),) for sentence in READING))


READING = (
    "**Claim**: one sentence that can be right or wrong, in our words, with the line of the source document.",
    "**Direction** (for, against, neither): whether the claim favours the idea that the intervention may help.",
    "**Supports, contradicts, mixed, context**: how a publication bears on that one claim.",
    "**Candidate source**: the source document names none; this is the best that was found, and may be another.",
    "**Direct**: people with the condition received the intervention. All else needs an inference, named as such.",
    "**Stands, corrected, contested, unsupported**: what became of the claim when it was compared with the evidence. "
    "**Not examined**: it was compared with nothing.",
    "**Studies** are counted once, however many claims rest on them and however many reports they have.",
    "**Plausibility** (could it work?) and **certainty** (how sure are we that it does?) are different questions.",
)


def _search_row(search: Search) -> Row:
    when = "date unknown" if search.date == "unknown" else phrases.date(search.date)
    where = (Line(text=search.where), Line(text=when, style="muted"))
    return Row((Cell((Line(prose=search.what),), scope="row"), Cell(where), Cell((Line(prose=search.found),))))


def count_sentences(findings: Findings) -> tuple[str, ...]:
    """The counts of the evidence base in sentences, the weightiest first."""
    counts = findings.counts
    about, direction, status = counts.about, counts.direction, counts.status
    total = counts.stated + counts.added
    origin = (
        f"{counts.stated} were taken from the source document and {counts.added} added by this brief"
        if counts.stated
        else "none was taken from a source document"
    )
    return (
        f"{phrases.of(counts.direct, total, 'claim')} on the intervention given to people with the condition.",
        f"By subject: {about.get('condition', 0)} on the condition, {about.get('drug', 0)} on the intervention "
        f"elsewhere, {about.get('bridge', 0)} inferences that join the two, {about.get('gap', 0)} stated gaps.",
        _sources(findings),
        f"Of the {total} claims {origin}.",
        f"By direction: {direction.get('supports', 0)} for the idea that it may help, {direction.get('opposes', 0)} "
        f"against it, {direction.get('neutral', 0)} neither.",
        f"By status: {status.get('stands', 0)} stand, {status.get('corrected', 0)} corrected, "
        f"{status.get('contested', 0)} contested, {status.get('unsupported', 0)} unsupported"
        f"{f', {unexamined} not examined' if (unexamined := status.get('unexamined', 0)) else ''}.",
    )


def _sources(findings: Findings) -> str:
    """Where nothing was looked for, nothing was missed either: the two must not read alike."""
    counts = findings.counts
    total = counts.stated + counts.added
    named = f"the source document names or describes one for {counts.attributed}."
    if counts.status.get("unexamined", 0) == total:
        return f"No source was looked for. None of the {total} claims has one in this version; {named}"
    studies = phrases.count(counts.studies, "study", "different studies")
    found = f"No source was found for {counts.unsourced} of the {total} claims; {named}"
    return f"{found} Behind those with a source: {studies}."
