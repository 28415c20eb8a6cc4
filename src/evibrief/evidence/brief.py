"""What an author may write in `brief.yaml`, and a brief as a whole."""

import re
from types import GenericAlias
from typing import Annotated, Any, Literal, NewType

from pydantic import AfterValidator, Field

from evibrief.evidence import files
from evibrief.evidence.claims import Claim, ClaimGroup, Mechanism, Overridable, PopulationRecord, Ranking, Study
from evibrief.evidence.fields import Date, DateOrUnknown, Language, Prose, Record, Text, one_of, refused
from evibrief.evidence.files import section_kinds
from evibrief.evidence.instrument import Instrument
from evibrief.evidence.records import (
    Comparator,
    Doses,
    Harm,
    Limitations,
    ModelRecord,
    Phase,
    Reference,
    Since,
    TimeCourse,
    VersionNote,
)
from evibrief.evidence.retractions import RetractionReport
from evibrief.evidence.review_ledger import ReviewLedger
from evibrief.evidence.vocabulary import BriefStatus

Font = Literal["Source Sans Pro", "Source Serif Pro"]


class Person(Record):
    """Somebody who has agreed to be named, with what they did."""

    name: Text
    role: Text = Field(description="what they did for the brief")
    affiliation: Text | None = None


class Question(Record):
    """What the brief asks, in the four parts of a clinical question."""

    text: Prose
    population: Text
    intervention: Text
    comparator: Text
    outcomes: tuple[Text, ...] = Field(min_length=1)


class SourceDocument(Record):
    """The document whose claims are examined, as it presents itself."""

    title: Text
    stated_sources: Text = Field(description="what it says that it rests on")
    author: Text = Field(description="as named in the document, or `unknown`")
    date: DateOrUnknown
    grading_method: Text = Field(description="how it says that it graded")


class BottomLine(Record):
    """What a reader with one minute takes away. Plausibility and certainty are never one word for both."""

    text: Prose
    plausibility: Text = Field(description="could it work?")
    certainty: Text = Field(description="how sure are we that it does?")


class Search(Record):
    """A search that somebody made. One that found nothing is worth as much as one that did."""

    what: Prose = Field(description="what was looked for")
    where: Text = Field(description="the index or the library")
    date: DateOrUnknown
    found: Prose


class Methods(Record):
    """How the evidence was found, rated and checked, and what of that was not done."""

    text: Prose
    searches: tuple[Search, ...] = ()
    negative_searches: tuple[Search, ...] = ()
    instrument: Text | None = Field(
        default=None, description="the rating instrument with its version, as its file is called: `plausibility-1`"
    )


KindOfSection = NewType("KindOfSection", str)
"""A word from a list: not words of an author's."""

SectionKind = Annotated[
    KindOfSection, one_of(section_kinds), Field(json_schema_extra={"enum": list(section_kinds())})
]


class Section(Record):
    """One section of the brief: what it shows, under which heading, with which introduction."""

    kind: SectionKind = Field(description="which section")
    title: Text = Field(description="the heading")
    intro: Prose | None = Field(default=None, description="a paragraph below the heading")


class Theme(Record):
    """How this brief differs in looks: a colour, the two shipped fonts, a logo. The rest is `theme/custom.css`."""

    accent: Annotated[Text, Field(pattern=r"^#[0-9a-fA-F]{6}$")] | None = Field(
        default=None, description="of headings, links and marks; dark enough to be read on white"
    )
    text_font: Font | None = None
    heading_font: Font | None = Field(default=None, description="of the title")
    logo: Annotated[Text, Field(pattern=r"^theme/[A-Za-z0-9_.-]+\.png$")] | None = Field(
        default=None, description="a PNG in the brief's own folder: `theme/logo.png`"
    )
    logo_alternative: Text | None = Field(default=None, description="what the logo says, for those who cannot see it")


def _without_value(title: str) -> str:
    if found := re.search(r"\{[A-Za-z][\w:-]*\.[A-Za-z_]+\}", title):
        message = f"`{found[0]:.60}` takes a value from the data, and a title is also in lists that know no data"
        raise refused("value-in-title", message, "write the words out", within=found[0])
    return title


Title = Annotated[Text, AfterValidator(_without_value)]


class BriefRecord(Overridable):
    """`brief.yaml`: what the brief asks, who is behind it, and in which order it is told."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")] = Field(
        description="letters, digits and hyphens; part of every file name"
    )
    title: Title
    subtitle: Text | None = None
    language: Language = "en-GB"
    question: Question
    audience: Text
    status: BriefStatus
    status_note: Text
    version: Annotated[Text, Field(pattern=r"^\d+\.\d+\.\d+$")]
    date: Date = Field(description="of this version")
    review_by: Date = Field(description="after this day readers are to treat it as out of date")
    authors: tuple[Person, ...] = Field(default=(), description="nobody is invented: none is printed as `not named`")
    raters: tuple[Person, ...] = Field(default=(), description="who rated the statements")
    reviewers: tuple[Person, ...] = Field(default=(), description="who reviewed it, if they agreed to be named")
    funding: Text
    conflicts: Text
    source_document: SourceDocument | None = Field(
        default=None, description="leave it out where the brief examines no document"
    )
    bottom_line: BottomLine
    known: tuple[Prose, ...] = Field(default=(), max_length=3, description="what is known: three things, with sources")
    not_known: tuple[Prose, ...] = Field(default=(), max_length=3, description="what is not known: three things")
    versions_at: Text = Field(default="unknown", description="where the list of all versions is kept, for readers")
    not_this: tuple[Prose, ...] = Field(min_length=1, description="what this brief is not; printed on page one")
    methods: Methods
    populations: tuple[PopulationRecord, ...] = Field(min_length=1, description="who was studied")
    sections: tuple[Section, ...] = Field(min_length=1, description="in the order of the page")
    theme: Theme = Theme()
    citation_style: Text = Field(description="a CSL style by name, or the path of a .csl file beside this one")


class More(Record):
    """The records of a data file that no other field of a brief has."""

    stem: str
    records: tuple[Record, ...]


class Brief(Record):
    """A whole brief."""

    brief: BriefRecord
    references: tuple[Reference, ...]
    studies: tuple[Study, ...]
    claims: tuple[ClaimGroup, ...] = Field(min_length=1)
    mechanisms: tuple[Mechanism, ...] = ()
    ranking: Ranking = Ranking(corrections=())
    doses: Doses = Doses()
    time_course: tuple[TimeCourse, ...] = Field(default=(), alias="time-course")
    harms: tuple[Harm, ...] = ()
    phases: tuple[Phase, ...] = ()
    comparators: tuple[Comparator, ...] = ()
    models: tuple[ModelRecord, ...] = ()
    limitations: Limitations = Limitations()
    changes: tuple[VersionNote, ...] = ()
    instrument: Instrument | None = None
    since: Since | None = None
    retractions: RetractionReport | None = None
    reviews: tuple[ReviewLedger, ...] = ()
    more: tuple[More, ...] = ()

    def records_of(self, stem: str) -> tuple[Record, ...]:
        """The records of a data file that has no field of its own here, in the order of the file."""
        return next((one.records for one in self.more if one.stem == stem), ())

    @property
    def all_claims(self) -> tuple[Claim, ...]:
        """Every claim, in the order of the files. Not kept: a copy with other claims would keep the old ones."""
        return tuple(claim for group in self.claims for claim in group.claims)


def type_of(stem: str) -> Any:
    """The type of what a data file holds, as it is in a brief: a record, or a tuple of them; None for no such file."""
    alone = {file.stem: file.records() for file in files.FILES if file.records}
    if stem in alone:
        return GenericAlias(tuple, (alone[stem], ...))
    named = (field.annotation for name, field in Brief.model_fields.items() if stem == (field.alias or name))
    return next(named, None)
