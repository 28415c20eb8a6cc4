"""The ratings of a brief with the studies that they count, as plain data for other programs.

In: `Findings`. Out: mappings and lists, ready for JSON. A study is named by the key of its first publication; reviews
that count as one study are one list.
"""

from collections.abc import Mapping
from typing import Any

from evibrief.rating.findings import Findings
from evibrief.rating.ratings import Tally
from evibrief.rating.tally import StudyColumn

Data = Mapping[str, Any]


def ratings_as_data(findings: Findings) -> Data:
    """Every statement, link and chain with its level, and the tally of each statement and link."""
    rated = findings.ratings
    statements = {name: _tally(findings.tally(name)) for name in findings.statements}
    links = {name: _tally(findings.tally(name)) for name in findings.links}
    if not rated:
        return {"statements": statements, "links": links}
    for name, rating in rated.statements.items():
        statements[name] = {"computed": rating.computed, "final": rating.final, **statements[name]}
    for name, link in rated.links.items():
        links[name] = {"judgement": link.judgement, **links[name]}
    chains = {
        name: {rated.chain_value: chain.final, "computed": chain.computed, "weakest": list(chain.weakest)}
        for name, chain in rated.chains.items()
    }
    return {"statements": statements, "links": links, "chains": chains}


def _tally(tally: Tally) -> Data:
    context = [{"study": one.unit, "reasons": list(one.reasons)} for one in tally.context]
    return {
        "for": _column(tally.supporting), "against": _column(tally.against),
        "inconclusive": _column(tally.inconclusive), "context": context,
    }  # fmt: skip


def _column(column: StudyColumn) -> Data:
    studies = [item[0] if len(item) == 1 else list(item) for item in column.items]
    return {"number": column.number, "studies": studies, "through": list(column.through)}
