"""The section `models`: theories of the condition, and their claims."""

from collections.abc import Iterator

from evibrief.evidence.brief import Brief
from evibrief.labels import phrases
from evibrief.labels.markdown import escape
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Heading, Paragraph
from evibrief.sections.phases import claims_named


def models(brief: Brief, findings: Findings) -> Iterator[Block]:
    """Models of the condition: where the intervention would act if the model is right, and what is missing."""
    words = findings.words
    titles = {mechanism.id: mechanism.title for mechanism in brief.mechanisms}
    for model in brief.models:
        yield Heading(model.title, model.id)
        yield Paragraph(model.text)
        yield Paragraph(words.sentences.would_need(text=model.would_need))
        if model.mechanisms:
            linked = (f"[{escape(titles[name])}](#{name})" for name in model.mechanisms)
            concerned = phrases.all_of(linked, words)
            told = words.plurals.mechanisms_concerned(len(model.mechanisms), mechanisms=concerned)
            yield Paragraph(told, style="note")
        yield from claims_named(model, findings)
