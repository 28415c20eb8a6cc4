"""All rules of `evibrief check`, in the order they run."""

from evibrief.checks import (
    amounts,
    appraisals,
    counting,
    evidence,
    ids,
    judgements,
    news,
    quotes,
    records,
    references,
    review,
    wording,
)
from evibrief.checks.rule import Rule

RULES: tuple[Rule, ...] = (
    *records.RULES, *ids.RULES, *references.RULES, *evidence.RULES, *counting.RULES, *amounts.RULES,
    *appraisals.RULES, *judgements.RULES, *quotes.RULES, *review.RULES, *news.RULES, *wording.RULES,
)  # fmt: skip
