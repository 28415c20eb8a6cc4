"""The words that a brief prints for the values that an author writes, and how dates and amounts are written.

In: values of the model. Out: text. One place, so that one thing has one name on every page.
"""


ABOUT = {
    "drug": "What the intervention does elsewhere",
    "condition": "What is shown in the condition",
    "bridge": "The inference that joins them",
    "gap": "What is stated to be unknown",
}
DIRECTION = {"supports": "For", "opposes": "Against", "neutral": "Neither"}
MODALITY = {"asserted": "stated flatly", "hedged": "hedged", "proposed": "proposed"}
STATUS = {
    "unexamined": "Not examined",
    "stands": "Stands",
    "corrected": "Corrected",
    "contested": "Contested",
    "unsupported": "Unsupported",
}
ROLE = {"supports": "Supports", "contradicts": "Contradicts", "mixed": "Mixed", "context": "Context"}
BASIS = {"cited": "named in the source document", "candidate": "candidate source"}
TIER = {"strong": "Strong", "medium": "Medium", "weak": "Weak", "gap": "Gap"}
CERTAINTY = {"high": "High", "moderate": "Moderate", "low": "Low", "very-low": "Very low"}
JUDGEMENT = {"supported": "Supported", "limited": "Limited", "conflicting": "Conflicting", "absent": "Absent"}
LINK = {
    "drug": "The intervention elsewhere",
    "exposure": "Reached at the doses given?",
    "condition": "In the condition",
    "bridge": "Bridge",
}
STATEMENT_KIND = {
    "reason": "A reason to expect a benefit",
    "against": "A reason against a benefit",
    "missing": "A record that data are missing",
}
VERIFICATION = {"verified": "verified", "partly": "partly verified", "unverified": "unverified"}
INTEGRITY = {
    "not-checked": "not checked",
    "no-identifier": "without a DOI or PMID to check by",
    "none-known": "no notice known",
    "erratum": "erratum",
    "reinstated": "retracted, then reinstated",
    "concern": "expression of concern",
    "retracted": "RETRACTED",
}
NOTICE = {
    "retraction": "Retraction",
    "concern": "Expression of concern",
    "correction": "Correction",
    "reinstatement": "Reinstatement",
}
DESIGN = {
    "systematic-review": "Systematic review",
    "randomised-trial": "Randomised trial",
    "crossover-trial": "Randomised crossover trial",
    "post-hoc-analysis": "Post hoc analysis",
    "uncontrolled-trial": "Uncontrolled study",
    "cohort": "Cohort study",
    "case-control": "Case-control study",
    "cross-sectional": "Cross-sectional study",
    "observational": "Observational study",
    "pooled-analysis": "Pooled analysis",
    "human-experiment": "Experiment in people",
    "case-report": "Case report",
    "animal-experiment": "Animal experiment",
    "cell-experiment": "Cell experiment",
    "structural-study": "Structural study",
    "narrative-review": "Narrative review",
    "hypothesis": "Hypothesis",
    "opinion": "Opinion",
    "conference-abstract": "Conference abstract",
    "web-page": "Web page",
    "unknown": "Design not seen",
}
SPECIES = {"human": "", "rat": "rats", "mouse": "mice", "animal": "animals", "cells": "cells", "none": ""}
CORRECTION = {
    "factual": "Factual",
    "probably-factual": "Probably factual",
    "inconsistent": "Inconsistent",
    "contested": "Contested",
    "unsupported": "Unsupported",
    "omission": "Omission",
    "loose": "Loose wording",
    "trivial": "Trivial",
}
STATUS_OF_BRIEF = {"draft": "Draft", "reviewed": "Reviewed", "final": "Final", "withdrawn": "Withdrawn"}
