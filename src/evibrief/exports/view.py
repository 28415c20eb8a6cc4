"""The computed view of a brief as JSON: every record as it is printed, and everything that is computed from them.

In: an `Exported`. Out: JSON that keeps the published schema, `data/schemas/export.json`, which `evibrief schema export`
prints. A number that an author typed with a decimal point is a text, so that no digit is lost.
"""

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, TypeAdapter

from evibrief.evidence.brief import Brief
from evibrief.evidence.fields import Record
from evibrief.evidence.hashes import content_hash, evidence_hash
from evibrief.evidence.vocabulary import About, Leg, PublicationStanding, Tier
from evibrief.exports.contract import Exported
from evibrief.rating.findings import Findings
from evibrief.rating.tally_records import ratings_as_data


class CountedStudies(Record):
    """The studies on one side. Each is named by the key of its first publication."""

    number: int = Field(description="how many count")
    studies: tuple[str | tuple[str, ...], ...] = Field(
        description="what counts; reviews that may contain the same trials are a list, and count as one study"
    )
    through: tuple[str, ...] = Field(description="reviews that count through their trials, which are in `studies`")


class NotCountedStudy(Record):
    """A study that is shown and not counted."""

    study: str
    reasons: tuple[str, ...]


class CountedTally(Record):
    """The one tally that pages, figures and letters print."""

    supporting: CountedStudies = Field(alias="for")
    against: CountedStudies
    inconclusive: CountedStudies
    context: tuple[NotCountedStudy, ...]


class ComputedStatement(CountedTally):
    """A ranked statement."""

    computed: Tier | None = Field(default=None, description="its tier by the instrument")
    final: Tier | None = Field(default=None, description="the same, unless a person decided otherwise")
    is_reason: bool | None = Field(default=None, description="what is no reason for a benefit has no tier that counts")
    legs: Mapping[Leg, str] = Field(default={}, description="the word of each leg, by an instrument by legs")
    without: Mapping[str, str] = Field(default={}, description="its tier if one study is left out, by study")


class ComputedLink(CountedTally):
    """A link of a mechanism."""

    judgement: str | None = Field(default=None, description="by the instrument")
    without: Mapping[str, str] = Field(default={}, description="its judgement if one study is left out, by study")


class ComputedChain(Record):
    """A mechanism as a whole. Which of the two words it has depends on the instrument."""

    support: str | None = Field(default=None, description="unless a person decided otherwise, `computed`")
    certainty: str | None = Field(default=None, description="unless a person decided otherwise, `computed`")
    computed: str
    weakest: tuple[str, ...] = Field(description="the links that decide it")


class ComputedClaim(Record):
    """A claim."""

    called: str = Field(description="what the page calls it")
    about: About = Field(description="what it is printed as being about")
    level: str | None = Field(default=None, description="how well it alone is supported, by the instrument")


class ComputedStudy(Record):
    """An appraised publication."""

    standing: PublicationStanding = Field(description="the worse of its appraisal and the check for retractions")
    claims: tuple[str, ...] = Field(description="the claims that have it as evidence")


class ComputedCounts(Record):
    """Numbers of claims and studies."""

    claims: int
    stated: int = Field(description="claims of the source document")
    added: int = Field(description="claims that the brief added")
    direct: int = Field(description="claims with evidence from people with the condition who received the intervention")
    unsourced: int = Field(description="claims without a source")
    studies: int


class ComputedView(Record):
    """Everything that the program computes, by the id of the record."""

    instrument: str | None = Field(description="what computed the tiers; without one there are none")
    counts: ComputedCounts
    statements: Mapping[str, ComputedStatement]
    links: Mapping[str, ComputedLink]
    chains: Mapping[str, ComputedChain] = {}
    claims: Mapping[str, ComputedClaim]
    studies: Mapping[str, ComputedStudy]


class ExportedView(Record):
    """A brief as `evibrief export --as json` writes it."""

    layout: Literal[1] = Field(description="of this file; a change that breaks its readers gets another number")
    content_sha256: str = Field(description="of all that a reader sees; page 1 prints its beginning")
    evidence_sha256: str = Field(description="of what the evidence says")
    records: Brief = Field(description="what the author wrote, in the newest format, as it is printed")
    computed: ComputedView


def view_of(exported: Exported) -> ExportedView:
    """The computed view."""
    brief, findings = exported.printed
    typed = exported.source.as_typed
    return ExportedView(
        layout=1,
        content_sha256=content_hash(typed, exported.evidence),
        evidence_sha256=evidence_hash(typed),
        records=brief,
        computed=computed_view(findings),
    )


def computed_view(findings: Findings) -> ComputedView:
    """What is computed of a brief."""
    data = ratings_as_data(findings)
    counts = findings.counts
    return ComputedView.model_validate({
        "instrument": findings.ratings.instrument.name if findings.ratings else None,
        "counts": {
            "claims": counts.stated + counts.added,
            **{name: getattr(counts, name) for name in ("stated", "added", "direct", "unsourced", "studies")},
        },
        "statements": {name: {**one, **_of_statement(name, findings)} for name, one in data["statements"].items()},
        "links": {name: {**one, **_of_link(name, findings)} for name, one in data["links"].items()},
        "chains": data.get("chains", {}),
        "claims": {name: _of_claim(name, findings) for name in findings.claims},
        "studies": {
            name: {"standing": findings.standings[name], "claims": findings.claims_of_study.get(name, ())}
            for name in findings.studies
        },
    })  # fmt: skip


def _of_statement(name: str, findings: Findings) -> Mapping[str, Any]:
    if not findings.ratings:
        return {}
    rating = findings.ratings.statements[name]
    without = {one.without: one.level for one in rating.falls}
    return {"is_reason": rating.is_reason, "legs": rating.legs, "without": without}


def _of_link(name: str, findings: Findings) -> Mapping[str, Any]:
    falls = findings.ratings.links[name].falls if findings.ratings else ()
    return {"without": {one.without: one.level for one in falls}}


def _of_claim(name: str, findings: Findings) -> Mapping[str, Any]:
    level = findings.ratings.claims.get(name) if findings.ratings else None
    return {"called": findings.called(name), "about": findings.subjects[name], "level": level}


def view_as_json(exported: Exported) -> bytes:
    """The view as JSON, with the keys in the order of the schema."""
    data = view_of(exported).model_dump(mode="json", by_alias=True)
    return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode()


def schema_of_export() -> str:
    """The JSON Schema (2020-12) of the view."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    schema = TypeAdapter(ExportedView).json_schema(mode="serialization", by_alias=True)
    return json.dumps(dialect | schema, indent=1, ensure_ascii=False)
