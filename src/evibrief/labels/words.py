"""Everything that a brief prints by itself, as a type: each language has a file with just these words.

In: a file of `templates/labels/` as it was read. Out: `Words`. A word for each value that an author may choose, months,
counts, headings; a sentence that joins data is declared with the names of the values that it takes.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from evibrief.evidence.appraisals import AppraisalState
from evibrief.evidence.fields import Record, Text
from evibrief.evidence.news import NewsNoticeKind
from evibrief.evidence.retractions import NoticeKind
from evibrief.evidence.review_ledger import CommentDecision
from evibrief.evidence.vocabulary import (
    About,
    Basis,
    BriefStatus,
    Certainty,
    ChangeKind,
    CorrectionKind,
    Design,
    Direction,
    Directness,
    FurtherKind,
    Judgement,
    Leg,
    LinkKind,
    ListedState,
    Modality,
    NotCounted,
    Outcome,
    PublicationStanding,
    Role,
    StatementKind,
    Status,
    Tier,
    TimeUnit,
    VerificationState,
)
from evibrief.labels.appraisal_groups import AppraisalWords
from evibrief.labels.groups import (
    Captions,
    Columns,
    Counted,
    Counts,
    DraftWords,
    Facts,
    Figures,
    FootWords,
    Headings,
    Lists,
    Notes,
    PageWords,
    Plurals,
    Reading,
    Sentences,
)
from evibrief.labels.news_groups import NewsWords
from evibrief.labels.review_groups import Questions, Remarks, ReviewCopy
from evibrief.labels.sent_groups import ArchivePages, Letters
from evibrief.labels.sentence import every, just
from evibrief.labels.web_groups import WebWords
from evibrief.resources import routes


class Words(Record):
    """One file of labels. The first groups have a word for each value of a closed list."""

    about: Annotated[Mapping[About, Text], every(About)]
    direction: Annotated[Mapping[Direction, Text], every(Direction)]
    modality: Annotated[Mapping[Modality, Text], every(Modality)]
    status: Annotated[Mapping[Status, Text], every(Status)]
    role: Annotated[Mapping[Role, Text], every(Role)]
    sign: Annotated[Mapping[Role, Text], every(Role)]
    outcome: Annotated[Mapping[Outcome, Text], every(Outcome)]
    basis: Annotated[Mapping[Basis, Text], every(Basis)]
    tier: Annotated[Mapping[Tier, Text], every(Tier)]
    certainty: Annotated[Mapping[Certainty, Text], every(Certainty)]
    judgement: Annotated[Mapping[Judgement, Text], every(Judgement)]
    link: Annotated[Mapping[LinkKind, Text], every(LinkKind)]
    leg: Annotated[Mapping[Leg, Text], every(Leg)]
    not_counted: Annotated[Mapping[NotCounted, Text], every(NotCounted)]
    further: Annotated[Mapping[FurtherKind, Counted], every(FurtherKind)]
    statement_kind: Annotated[Mapping[StatementKind, Text], every(StatementKind)]
    directness: Annotated[Mapping[Directness, Text], every(Directness)]
    verification: Annotated[Mapping[VerificationState, Text], every(VerificationState)]
    standing: Annotated[Mapping[PublicationStanding, Text], every(PublicationStanding)]
    appraisal_state: Annotated[Mapping[AppraisalState, Text], every(AppraisalState)]
    notice: Annotated[Mapping[NoticeKind, Text], every(NoticeKind)]
    news_notice: Annotated[Mapping[NewsNoticeKind, Text], every(NewsNoticeKind)]
    design: Annotated[Mapping[Design, Text], every(Design)]
    correction: Annotated[Mapping[CorrectionKind, Text], every(CorrectionKind)]
    brief_status: Annotated[Mapping[BriefStatus, Text], every(BriefStatus)]
    listed: Annotated[Mapping[ListedState, Text], every(ListedState)]
    decision: Annotated[Mapping[CommentDecision, Text], every(CommentDecision)]
    comments: Annotated[Mapping[CommentDecision, Text], every(CommentDecision)]
    change: Annotated[Mapping[ChangeKind, Text], every(ChangeKind)]
    route: Annotated[Mapping[str, Text], just(routes)]
    months: tuple[Text, ...] = Field(min_length=12, max_length=12)
    durations: Annotated[Mapping[TimeUnit, Counted], every(TimeUnit)]
    counts: Counts
    lists: Lists
    page: PageWords
    web: WebWords
    foot: FootWords
    draft: DraftWords
    headings: Headings
    appraisals: AppraisalWords
    columns: Columns
    facts: Facts
    captions: Captions
    figures: Figures
    notes: Notes
    sentences: Sentences
    plurals: Plurals
    news: NewsWords
    review_copy: ReviewCopy
    questions: Questions
    ticks: Annotated[Mapping[TimeUnit, Counted], every(TimeUnit)]
    steps_above: tuple[Text, ...] = Field(min_length=3, max_length=3)
    steps_below: tuple[Text, ...] = Field(min_length=3, max_length=3)
    reading: Reading
    remarks: Remarks
    letters: Letters
    archive: ArchivePages
