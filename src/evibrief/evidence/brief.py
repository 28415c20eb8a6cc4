"""The record types of `brief.yaml`, and the whole `Brief`."""

import re
from types import GenericAlias
from typing import Annotated, Any, Literal, NewType

from pydantic import AfterValidator, BeforeValidator, Field, SerializeAsAny, WithJsonSchema

from evibrief.evidence import files
from evibrief.evidence.appraisals import AppraisalInstrument
from evibrief.evidence.claims import (
    Claim,
    ClaimGroup,
    IntegrityDefault,
    Mechanism,
    Overridable,
    PopulationRecord,
    Ranking,
    Study,
    VerificationDefault,
)
from evibrief.evidence.fields import (
    Claims,
    Count,
    Date,
    DateOrUnknown,
    Harms,
    Identifier,
    Language,
    Meanwhile,
    Prose,
    Record,
    Takes,
    Text,
    one_of,
    refused,
)
from evibrief.evidence.files import section_kinds
from evibrief.evidence.identifiers import bare_doi
from evibrief.evidence.instrument import AnyInstrument
from evibrief.evidence.news import News
from evibrief.evidence.quotes import QuoteReport
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
from evibrief.evidence.upgrade import NEWEST
from evibrief.evidence.vocabulary import BriefStatus

Font = Literal["Source Sans Pro", "Source Serif Pro"]


class Person(Record):
    """A person who agreed to be named, and what they did."""

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
    """The document whose claims are examined, as it describes itself."""

    title: Text
    stated_sources: Text = Field(description="what it says that it rests on")
    author: Text = Field(description="as named in the document, or `unknown`")
    date: DateOrUnknown
    grading_method: Text = Field(description="how it says that it graded")


class BottomLine(Record):
    """What a reader with one minute takes away. Plausibility and certainty are always separate."""

    text: Prose
    plausibility: Text = Field(description="could it work?")
    certainty: Text = Field(description="how sure are we that it does?")


class Search(Record):
    """One search. A search that found nothing is as valuable as one that found something."""

    what: Prose = Field(description="what was looked for")
    where: Text = Field(description="the index or the library")
    date: DateOrUnknown
    found: Prose
    links: tuple[Identifier, ...] = Field(default=(), description="the links of mechanisms that it was about, by id")
    claims: Claims = Field(default=(), description="the claims that it was about, by id: above all stated gaps")
    query: Text | None = Field(default=None, description="a query for PubMed, which `evibrief news` asks again")
    trials: tuple[Text, ...] = Field(
        default=(), description="numbers of trials in their registries, which `evibrief news` asks about: `NCT…`"
    )


class Methods(Record):
    """How the evidence was found, rated and checked, and which of these steps were not done."""

    text: Prose
    searches: tuple[Search, ...] = ()
    negative_searches: tuple[Search, ...] = ()
    instrument: Text | None = Field(
        default=None, description="the rating instrument and its version, like its file name: `plausibility-2`"
    )


KindOfSection = NewType("KindOfSection", str)
"""A word from a fixed list, not free text."""

SectionKind = Annotated[
    KindOfSection, one_of(section_kinds), Field(json_schema_extra={"enum": list(section_kinds())})
]


class Section(Record):
    """One section of the brief: its kind, heading and introduction."""

    kind: SectionKind = Field(description="which section")
    title: Text = Field(description="the heading")
    intro: Prose | None = Field(default=None, description="a paragraph below the heading")


class Theme(Record):
    """The brief's own look: a colour, one of the two shipped fonts, a logo. For the rest use `theme/custom.css`."""

    accent: Annotated[Text, Field(pattern=r"^#[0-9a-fA-F]{6}$")] | None = Field(
        default=None, description="colour of headings, links and marks; dark enough to read on white"
    )
    text_font: Font | None = None
    heading_font: Font | None = Field(default=None, description="font of the title")
    logo: Annotated[Text, Field(pattern=r"^theme/[A-Za-z0-9_.-]+\.png$")] | None = Field(
        default=None, description="a PNG in the brief's folder: `theme/logo.png`"
    )
    logo_alternative: Text | None = Field(default=None, description="what the logo says, for readers who cannot see it")


def _without_value(title: str) -> str:
    if found := re.search(r"\{[A-Za-z][\w:-]*\.[A-Za-z_]+\}", title):
        message = f"`{found[0]:.60}` takes a value from the data, and a title is also in lists that know no data"
        raise refused("value-in-title", message, "write the words out", within=found[0])
    return title


def _known_format(number: int) -> int:
    if number > NEWEST:
        message = f"this evidence has format {number}, and this program reads formats up to {NEWEST}"
        raise refused("unknown-format", message, "take a newer version of evibrief")
    return number


def _doi(value: Any) -> str:
    """A DOI alone. Every version has one of its own, so that a reader of an old one is not sent to another."""
    if isinstance(value, str) and not re.search(r"\s", value.strip()) and (doi := bare_doi(value)):
        return doi
    hint = "write it as registered, `10.5555/12345678`, or leave the field out until there is one"
    raise refused("doi", f"`{value!s:.80}` is no DOI", hint)


Doi = Annotated[str, BeforeValidator(_doi), Takes("DOI")]
"""A Digital Object Identifier, with or without the address in front."""

EvidenceFormat = Annotated[Count, AfterValidator(_known_format), Takes("`1` or `2`")]

Title = Annotated[Text, AfterValidator(_without_value)]


class Defaults(Record):
    """What is the same in most appraisals, said once. An appraisal that says it itself is not changed."""

    verification: VerificationDefault | None = None
    integrity: IntegrityDefault | None = None


_METHODS_ALONE = ({"kind": "methods", "title": "Methods"},)


class BriefRecord(Overridable):
    """`brief.yaml`: what the brief asks, who is responsible for it, and the order of its sections."""

    format: EvidenceFormat = Field(
        default=1, description="of all files of the brief; `evibrief upgrade` writes the newest"
    )
    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")] = Field(
        description="letters, digits and hyphens; part of every file name"
    )
    title: Title
    subtitle: Text | None = None
    language: Language = "en-GB"
    question: Question
    audience: Text
    status: Annotated[BriefStatus, Meanwhile("draft")]
    status_note: Text
    version: Annotated[Text, Field(pattern=r"^\d+\.\d+\.\d+$")]
    date: Date = Field(description="of this version")
    doi: Doi | None = Field(default=None, description="of this version, where one is registered; page 1 prints it")
    review_by: Date = Field(description="after this day readers are to treat it as out of date")
    authors: tuple[Person, ...] = Field(default=(), description="an empty list is printed as `none named`")
    raters: tuple[Person, ...] = Field(default=(), description="who rated the statements")
    reviewers: tuple[Person, ...] = Field(default=(), description="who reviewed it, if they agreed to be named")
    contact: Annotated[str, Field(pattern=r"^[^@\s<>?&\"]+@[^@\s<>?&\"]+$")] | None = Field(
        default=None, description="an e-mail address for readers who find an error"
    )
    funding: Text
    conflicts: Text
    source_document: SourceDocument | None = Field(
        default=None, description="leave it out where the brief examines no document"
    )
    bottom_line: BottomLine
    known: tuple[Prose, ...] = Field(default=(), max_length=3, description="what is known: three things, with sources")
    not_known: tuple[Prose, ...] = Field(default=(), max_length=3, description="what is not known: three things")
    safety: Annotated[Harms, Field(max_length=3, description="harms that page 1 tells")] = ()
    versions_at: Text = Field(default="unknown", description="where the list of all versions is kept, for readers")
    not_this: tuple[Prose, ...] = Field(min_length=1, description="what this brief is not; printed on page 1")
    methods: Methods
    populations: tuple[PopulationRecord, ...] = Field(min_length=1, description="who was studied")
    defaults: Defaults = Defaults()
    units: tuple[Text, ...] = Field(default=(), description="of amounts, beside those that every brief knows")
    routes: tuple[Text, ...] = Field(default=(), description="beside those that every brief knows")
    sections: Annotated[tuple[Section, ...], Meanwhile(_METHODS_ALONE)] = Field(
        min_length=1, description="in the order of the page"
    )
    theme: Theme = Theme()
    citation_style: Annotated[Text, Meanwhile("american-medical-association")] = Field(
        description="the name of a CSL style, or the path of a .csl file next to this file"
    )


class More(Record):
    """The records of a data file that has no field in `Brief`."""

    stem: str
    records: tuple[Annotated[SerializeAsAny[Record], WithJsonSchema({"type": "object"})], ...]


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
    instrument: AnyInstrument | None = None
    appraisal_instruments: tuple[AppraisalInstrument, ...] = Field(default=(), alias="appraisal-instruments")
    since: Since | None = None
    retractions: RetractionReport | None = None
    quotes: QuoteReport | None = None
    news: News | None = None
    reviews: tuple[ReviewLedger, ...] = ()
    more: tuple[More, ...] = ()

    def records_of(self, stem: str) -> tuple[Record, ...]:
        """The records of a data file that has no field here, in file order."""
        return next((one.records for one in self.more if one.stem == stem), ())

    @property
    def all_claims(self) -> tuple[Claim, ...]:
        """Every claim, in file order. Not cached, because a copy with other claims would keep the old ones."""
        return tuple(claim for group in self.claims for claim in group.claims)


def type_of(stem: str) -> Any:
    """The type of a data file's content in a brief: a record or a tuple of records; None for an unknown file."""
    alone = {file.stem: file.records() for file in files.FILES if file.records}
    if stem in alone:
        return GenericAlias(tuple, (alone[stem], ...))
    named = (field.annotation for name, field in Brief.model_fields.items() if stem == (field.alias or name))
    return next(named, None)
