"""What the words mean that an author chooses from, for the documentation of the data files.

In: the lists of words that the record types have. Out: one sentence for each word. A list whose words say it
themselves, such as units and routes, has none.
"""

from collections.abc import Mapping
from typing import Any, Literal

from evibrief.evidence import vocabulary
from evibrief.evidence.appraisals import AppraisalState, AppraisedKind, Concern, OutcomeNeed
from evibrief.evidence.news import NewsDecision, NewsNoticeKind
from evibrief.evidence.quotes import QuoteState
from evibrief.evidence.retractions import NoticeKind, RetractionState
from evibrief.evidence.review_ledger import CommentDecision, RemarkKind

_STATES_OF_A_PUBLICATION = Literal["not-checked", "none-known", "erratum", "concern", "retracted"]
_WEIGHTS = Literal["major", "minor", "patch"]
_GIVEN = Literal["rule", "signature"]
_KINDS_OF_RECIPIENT = Literal["reader", "reviewer"]

MEANINGS: Mapping[Any, Mapping[str, str]] = {
    vocabulary.About: {
        "intervention": "what the intervention does elsewhere",
        "condition": "what is so in the condition",
        "direct": "what the intervention does in people with the condition or a close one",
        "bridge": "an inference that joins the two, and that nobody has tested",
        "background": "physiology, or a related drug; it carries no rating",
        "gap": "something that is stated to be unknown or untried",
    },
    vocabulary.Direction: {
        "supports": "it is a reason to expect that the intervention helps",
        "opposes": "it is a reason to expect that it does not",
        "neutral": "neither",
    },
    vocabulary.Modality: {
        "asserted": "stated as fact",
        "hedged": "stated with a word such as may or could",
        "proposed": "put forward as an idea",
    },
    vocabulary.Status: {
        "unexamined": "nobody has looked for evidence yet",
        "upheld": "the evidence upholds it",
        "corrected": "it is wrong as the source document has it, and `corrections` say how",
        "contested": "the evidence conflicts, or is too thin to carry it",
        "unsupported": "nothing that was read supports it; what nobody looked for is not known",
    },
    vocabulary.Role: {
        "supports": "the publication found what the claim says",
        "contradicts": "it found the opposite, or no effect",
        "inconclusive": "it looked, and its result is neither: it found both, or its result is too uncertain to say",
        "context": "it is worth knowing here and counts for nothing",
    },
    vocabulary.Seen: {
        "full-text": "the whole publication was read",
        "abstract": "its abstract was read",
        "record": "only its title or its entry in an index was seen",
        "unknown": "nobody knows any more",
    },
    vocabulary.Outcome: {
        "primary": "the study was made for this outcome",
        "secondary": "one of several others that were planned",
        "post-hoc": "it was chosen when the results were known",
    },
    vocabulary.Basis: {
        "cited": "the source document names this publication",
        "candidate": "we found it; the document may mean another",
    },
    vocabulary.Exposure: {
        "intervention": "this population received the intervention of the question",
        "other": "it received something else",
        "none": "it received nothing",
    },
    vocabulary.Relation: {
        "target": "the people whom the question is about",
        "close": "people near enough to them to learn from",
        "other": "other people, animals or cells",
        "none": "nobody: reasoning or opinion",
    },
    vocabulary.Species: {
        "human": "people",
        "rat": "rats",
        "mouse": "mice",
        "animal": "other animals, or several kinds",
        "cells": "cells, tissue or molecules",
        "none": "nothing living was studied",
    },
    vocabulary.Tier: {
        "strong": "the best level of a statement",
        "medium": "the second",
        "weak": "the third",
        "gap": "the least. The instrument says when each level is given",
    },
    vocabulary.Certainty: {
        "high": "the best level of a chain",
        "moderate": "the second",
        "low": "the third",
        "very-low": "the least. The instrument says when each level is given",
    },
    vocabulary.Judgement: {
        "supported": "the best level of a link",
        "limited": "support that is thin",
        "conflicting": "studies contradict each other",
        "absent": "no study that the instrument counts. It says when each level is given",
    },
    vocabulary.StatementKind: {
        "reason": "a reason to expect a benefit",
        "against": "a reason against one",
        "missing": "only a record that data are missing",
    },
    vocabulary.LinkKind: {
        "intervention": "what the intervention does elsewhere",
        "exposure": "whether that is reached at the doses given",
        "condition": "what is so in the condition",
        "bridge": "the inference that joins them; every mechanism has one",
    },
    vocabulary.Design: {
        "meta-analysis": "a systematic review that joins the results of studies by calculation",
        "systematic-review": "a review with a method",
        "randomised-trial": "people were allotted to groups by chance",
        "crossover-trial": "each person received both, in an order decided by chance",
        "non-randomised-trial": "groups or periods were compared, and not allotted by chance",
        "post-hoc-analysis": "a question asked of a trial after it had ended",
        "uncontrolled-trial": "everybody received the intervention, and nothing was compared with it",
        "protocol": "the plan of a study, without results",
        "registry-entry": "an entry in a register of trials, without results",
        "cohort": "groups followed over time and compared; one group alone is `observational`",
        "case-control": "people with and without the outcome, looked back on",
        "cross-sectional": "people seen once",
        "observational": "another study that only observed",
        "pooled-analysis": "data of several studies analysed together",
        "human-experiment": "an experiment in people that is no trial",
        "case-series": "several patients, with nobody to compare them with",
        "case-report": "one patient or a few",
        "animal-experiment": "an experiment in animals",
        "cell-experiment": "an experiment in cells or tissue",
        "structural-study": "the structure of a molecule",
        "guideline": "recommendations of an organisation",
        "narrative-review": "a review without a method",
        "hypothesis": "an idea, argued",
        "opinion": "an editorial, a letter or a comment",
        "conference-abstract": "an abstract, with no full paper",
        "web-page": "a page on the web",
        "unknown": "nobody saw the design",
    },
    vocabulary.BriefStatus: {
        "draft": "not yet reviewed",
        "reviewed": "somebody reviewed it; `reviewers` says who, where they agreed",
        "final": "released",
        "withdrawn": "not to be used any more",
    },
    vocabulary.VerificationState: {
        "verified": "its record, abstract or text was seen where `where` says",
        "partly": "a part was seen; `note` says which",
        "unverified": "nobody has looked",
    },
    _STATES_OF_A_PUBLICATION: {
        "not-checked": "nobody has looked for notices",
        "none-known": "no notice is known to whoever appraised it",
        "erratum": "corrected",
        "concern": "an expression of concern",
        "retracted": "retracted",
    },
    vocabulary.CorrectionKind: {
        "factual": "wrong",
        "probably-factual": "probably wrong",
        "inconsistent": "the document contradicts itself",
        "contested": "stated as fact, and disputed elsewhere",
        "unsupported": "no source that was read says so",
        "omission": "something is left out that readers need",
        "loose": "right in substance, and loosely worded",
        "trivial": "a slip that misleads nobody",
    },
    _WEIGHTS: {
        "major": "a conclusion moved",
        "minor": "evidence or claims came, went or changed",
        "patch": "words changed",
    },
    NoticeKind: {
        "retraction": "the publication was retracted",
        "concern": "an expression of concern",
        "correction": "a correction",
        "reinstatement": "a retraction was taken back",
    },
    RetractionState: {
        "none-found": "looked up, and no notice was found",
        "correction": "corrected",
        "reinstated": "retracted, then reinstated",
        "concern": "an expression of concern",
        "retracted": "retracted",
        "no-identifier": "not looked up, for want of a DOI or PMID",
    },
    QuoteState: {
        "found": "its words are in the text at hand",
        "not-found": "they are not",
    },
    NewsDecision: {
        "open": "nobody has decided; the brief says that it is waiting",
        "done": "the brief was changed",
        "declined": "it was not; `reason` says why",
    },
    NewsNoticeKind: {
        "retraction": "the publication was retracted",
        "concern": "an expression of concern",
        "correction": "a correction",
        "reinstatement": "a retraction was taken back",
        "other-notice": "another notice; `called` says which",
    },
    RemarkKind: {
        "comment": "a comment in the margin",
        "reply": "an answer to a comment",
        "insertion": "text that was added",
        "deletion": "text that was removed",
        "replacement": "text that was replaced",
        "move": "text that was moved",
        "untracked": "an edit made with tracking off",
        "strikethrough": "text that was struck through",
        "formatting": "other formatting that means something, such as a highlight",
    },
    CommentDecision: {
        "open": "not decided; it is shown beside its record",
        "accepted": "the brief was changed, or the question answered",
        "declined": "it was not; `reason` says why",
        "deferred": "put off; `reason` says why",
    },
    AppraisalState: {
        "draft": "nobody has verified it; the page says so",
        "signed": "whoever `by` names stands for it",
    },
    Concern: {
        "none": "the best level: nothing is wrong",
        "some": "worse than the best",
        "serious": "bad",
        "critical": "worse than bad",
        "unclear": "not enough is reported; it has no place in the order",
        "not-applicable": "the domain does not apply; it has no place in the order",
    },
    AppraisedKind: {
        "study": "one study; its appraisals are in studies.yaml",
        "body": "the evidence for a statement; its appraisals are in ranking.yaml",
    },
    OutcomeNeed: {
        "needed": "each appraisal names the outcome that it is about",
        "none": "an appraisal is of the whole study",
    },
    _GIVEN: {
        "rule": "a rule of the table gives it",
        "signature": "only a person gives it, with a reason",
    },
    _KINDS_OF_RECIPIENT: {
        "reader": "gets what `wants` says",
        "reviewer": "gets the review copy",
    },
}  # fmt: skip
