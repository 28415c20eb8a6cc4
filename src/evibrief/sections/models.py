"""The section `models`: theories of the condition, and which claims they rest on."""

from collections.abc import Iterator

from evibrief.evidence.brief import Brief
from evibrief.labels import phrases
from evibrief.labels.markdown import escape
from evibrief.rating.findings import Findings
from evibrief.sections.blocks import Block, Heading, Paragraph
from evibrief.sections.phases import claims_in_short


def models(brief: Brief, findings: Findings) -> Iterator[Block]:
    """Models of the condition: where the intervention would act if the model were right, and what is missing."""
    titles = {mechanism.id: mechanism.title for mechanism in brief.mechanisms}
    for model in brief.models:
        yield Heading(model.title, model.id)
        yield Paragraph(model.text)
        yield Paragraph(f"**What would have to be shown first.** {model.would_need}")
        if model.mechanisms:
            linked = (f"[{escape(titles[name])}](#{name})" for name in model.mechanisms)
            yield Paragraph(f"Mechanisms concerned: {phrases.listed(linked)}.", style="note")
        yield from claims_in_short(model, findings)
