"""The words that an author chooses from: one closed list for each such field.

`instrument` and `brief` use these lists; `labels` says how each word is printed.
"""

from collections.abc import Mapping
from typing import Any, Literal

About = Literal["intervention", "condition", "direct", "bridge", "background", "gap"]
Direction = Literal["supports", "opposes", "neutral"]
Modality = Literal["asserted", "hedged", "proposed"]
Status = Literal["unexamined", "upheld", "corrected", "contested", "unsupported"]
Role = Literal["supports", "contradicts", "inconclusive", "context"]
Seen = Literal["full-text", "abstract", "record", "unknown"]
Outcome = Literal["primary", "secondary", "post-hoc"]
Basis = Literal["cited", "candidate"]
Exposure = Literal["intervention", "other", "none"]
Relation = Literal["target", "close", "other", "none"]
Species = Literal["human", "rat", "mouse", "animal", "cells", "none"]
Tier = Literal["strong", "medium", "weak", "gap"]
Certainty = Literal["high", "moderate", "low", "very-low"]
Judgement = Literal["supported", "limited", "conflicting", "absent"]
StatementKind = Literal["reason", "against", "missing"]
LinkKind = Literal["intervention", "exposure", "condition", "bridge"]
Design = Literal[
    "meta-analysis",
    "systematic-review",
    "randomised-trial",
    "crossover-trial",
    "non-randomised-trial",
    "post-hoc-analysis",
    "uncontrolled-trial",
    "protocol",
    "registry-entry",
    "cohort",
    "case-control",
    "cross-sectional",
    "observational",
    "pooled-analysis",
    "human-experiment",
    "case-series",
    "case-report",
    "animal-experiment",
    "cell-experiment",
    "structural-study",
    "guideline",
    "narrative-review",
    "hypothesis",
    "opinion",
    "conference-abstract",
    "web-page",
    "unknown",
]
WITHOUT_CONTROL: tuple[Design, ...] = ("uncontrolled-trial", "case-series", "case-report")
"""Designs that have no control group by their name. An instrument by legs has a list of its own."""

REVIEWS: tuple[Design, ...] = ("meta-analysis", "systematic-review", "pooled-analysis")
"""Designs that pool other studies. An instrument by legs has a list of its own."""

MEANT: Mapping[str, str] = {
    "drug": "intervention",
    "mixed": "inconclusive",
    "neutral": "inconclusive",
    "null": "inconclusive",
    "stands": "upheld",
    "supported": "upheld",
    "ma": "meta-analysis",
    "metaanalysis": "meta-analysis",
    "nma": "meta-analysis",
    "network-meta-analysis": "meta-analysis",
    "sr": "systematic-review",
    "srma": "meta-analysis",
    "review": "narrative-review",
    "scoping-review": "narrative-review",
    "rct": "randomised-trial",
    "crct": "randomised-trial",
    "randomized-trial": "randomised-trial",
    "randomized-controlled-trial": "randomised-trial",
    "randomised-controlled-trial": "randomised-trial",
    "crossover": "crossover-trial",
    "crossover-rct": "crossover-trial",
    "cct": "non-randomised-trial",
    "nrct": "non-randomised-trial",
    "quasi-rct": "non-randomised-trial",
    "controlled-trial": "non-randomised-trial",
    "nonrandomised-trial": "non-randomised-trial",
    "non-randomized-trial": "non-randomised-trial",
    "open-label": "uncontrolled-trial",
    "open-label-trial": "uncontrolled-trial",
    "single-arm": "uncontrolled-trial",
    "single-arm-trial": "uncontrolled-trial",
    "before-after": "uncontrolled-trial",
    "pre-post": "uncontrolled-trial",
    "cpg": "guideline",
    "registration": "registry-entry",
    "registry": "registry-entry",
    "nct": "registry-entry",
    "ipd": "pooled-analysis",
    "cc": "case-control",
    "survey": "cross-sectional",
    "in-vitro": "cell-experiment",
    "in-vivo": "animal-experiment",
    "preclinical": "animal-experiment",
    "editorial": "opinion",
    "letter": "opinion",
    "abstract": "conference-abstract",
    "fulltext": "full-text",
    "title": "record",
}
"""For words that are not on a list: the one that is usually meant. It is offered where the list has it."""

BriefStatus = Literal["draft", "reviewed", "final", "withdrawn"]
ListedState = Literal["current", "superseded", "withdrawn"]
"""What a version in an archive is: the newest that stands, an older one, or one that was taken back."""
VerificationState = Literal["verified", "partly", "unverified"]
CorrectionKind = Literal[
    "factual", "probably-factual", "inconsistent", "contested", "unsupported", "omission", "loose", "trivial"
]
TimeUnit = Literal["minutes", "hours", "days", "weeks", "months", "years"]
MEASURES: tuple[Any, ...] = (TimeUnit,)
"""Words of which no other is ever suggested in place of one that is not known: it would be another time."""
PublicationStanding = Literal[
    "not-checked", "no-identifier", "none-known", "erratum", "reinstated", "concern", "retracted"
]
"""What is known about notices on a publication, from best to worst. The program derives it."""

Leg = Literal["intervention", "condition", "direct"]
"""What the intervention does, what is so in the condition, what the intervention did in people with the condition."""

FurtherKind = Literal[
    "direct controlled", "direct uncontrolled", "condition controlled", "condition uncontrolled", "condition animals",
    "intervention controlled", "intervention uncontrolled", "intervention animals",
]  # fmt: skip
"""Further studies that would move a statement up."""

NotCounted = Literal[
    "context", "resolved", "proposed", "background", "gap", "not-given", "given", "other-people", "not-people",
    "nobody", "other-leg", "neutral", "not-required", "no-reason", "design", "unread", "differs",
]  # fmt: skip
"""Why a piece of evidence is shown and not counted.

`context`: its author says so. `resolved`: a contradiction that no longer counts. `proposed`: support of a claim that is
only proposed. `background`, `gap`: the claim is about something else, or records missing data.
`not-given`, `given`: the intervention was not given where it should have been, or was given where it should not.
`other-people`: neither the condition nor a close one. `not-people`: an animal does not have the condition. `nobody`:
reasoning or opinion. `other-leg`: it measured another leg than the link is about. `neutral`: the claim is neither for
nor against a benefit. `not-required`: the link is judged by other claims. `no-reason`: the statement is no reason for a
benefit. `design`: this design never counts. `unread`: only an introduction, a title or a record was read. `differs`:
studies in people are against it, so those in animals and cells carry nothing.
"""

Directness = Literal["direct", "not-given", "close", "other", "not-people", "opinion"]
"""How directly a piece of evidence bears on the condition of the question. The program derives it."""
ChangeKind = Literal[
    "bottom line", "tier", "certainty", "support", "source retracted", "instrument", "judgement", "dose added",
    "dose removed", "dose changed", "claim added", "claim removed", "claim corrected", "claim changed",
    "evidence added", "evidence removed", "evidence changed", "source added", "source removed", "source changed",
    "record added", "record removed", "value changed", "claim reworded", "wording", "rank moved", "order changed",
]  # fmt: skip
"""How evidence changed since the previous version, the most important first: what a clinician must know first."""
