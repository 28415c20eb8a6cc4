"""The words that an author chooses from: one closed list for each such field.

`instrument` and `brief` use these lists; `labels` says how each word is printed.
"""

from typing import Any, Literal

About = Literal["drug", "condition", "bridge", "gap"]
Direction = Literal["supports", "opposes", "neutral"]
Modality = Literal["asserted", "hedged", "proposed"]
Status = Literal["unexamined", "stands", "corrected", "contested", "unsupported"]
Role = Literal["supports", "contradicts", "mixed", "context"]
Basis = Literal["cited", "candidate"]
Exposure = Literal["intervention", "other", "none"]
Relation = Literal["target", "close", "other", "none"]
Species = Literal["human", "rat", "mouse", "animal", "cells", "none"]
Tier = Literal["strong", "medium", "weak", "gap"]
Certainty = Literal["high", "moderate", "low", "very-low"]
Judgement = Literal["supported", "limited", "conflicting", "absent"]
StatementKind = Literal["reason", "against", "missing"]
LinkKind = Literal["drug", "exposure", "condition", "bridge"]
Design = Literal[
    "systematic-review",
    "randomised-trial",
    "crossover-trial",
    "post-hoc-analysis",
    "uncontrolled-trial",
    "cohort",
    "case-control",
    "cross-sectional",
    "observational",
    "pooled-analysis",
    "human-experiment",
    "case-report",
    "animal-experiment",
    "cell-experiment",
    "structural-study",
    "narrative-review",
    "hypothesis",
    "opinion",
    "conference-abstract",
    "web-page",
    "unknown",
]
BriefStatus = Literal["draft", "reviewed", "final", "withdrawn"]
VerificationState = Literal["verified", "partly", "unverified"]
CorrectionKind = Literal[
    "factual", "probably-factual", "inconsistent", "contested", "unsupported", "omission", "loose", "trivial"
]
AmountUnit = Literal["mg", "mg/kg", "mg/kg/h", "µg/kg/min", "µM", "nM", "ng/ml", "%", "mg/day", "g/day", "mg/l"]
Route = Literal["intravenous", "intranasal", "oral", "intramuscular", "subcutaneous", "inhaled", "infusion"]
TimeUnit = Literal["minutes", "hours", "days", "weeks", "months", "years"]
MEASURES: tuple[Any, ...] = (AmountUnit, Route, TimeUnit)
"""Words of which no other is ever suggested in place of one that is not known: it would be another dose."""
PublicationStanding = Literal[
    "not-checked", "no-identifier", "none-known", "erratum", "reinstated", "concern", "retracted"
]
"""What is known about notices on a publication, from best to worst. The program derives it."""

Directness = Literal["direct", "not-given", "close", "other", "not-people", "opinion"]
"""How directly a piece of evidence bears on the condition of the question. The program derives it."""
ChangeKind = Literal[
    "bottom line", "tier", "certainty", "source retracted", "instrument", "judgement", "dose added", "dose removed",
    "dose changed", "claim added", "claim removed", "claim corrected", "claim changed", "evidence added",
    "evidence removed", "evidence changed", "source added", "source removed", "source changed", "record added",
    "record removed", "value changed", "claim reworded", "wording", "rank moved", "order changed",
]  # fmt: skip
"""How evidence changed since the previous version, the most important first: what a clinician must know first."""
