"""The argument as a graph, in GraphML: for Gephi, Cytoscape, igraph and networkx.

In: an `Exported`. Out: one GraphML file (graphml.graphdrawing.org, version 1.0). Nodes are statements, mechanisms,
their links, claims and publications; an edge says what rests on what, and which publication says what about a claim.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Claim
from evibrief.exports.contract import Exported
from evibrief.exports.people import date_in_iso
from evibrief.rating.findings import Findings

GRAPH_SPACE = "http://graphml.graphdrawing.org/xmlns"
Attributes = Mapping[str, str | int | None]
"""What a node or an edge says of itself; None is left out."""


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A node; its id is the kind and the id of the record, because a claim and a publication may have the same one."""

    kind: str
    id: str
    attributes: Attributes = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """What edges name it by."""
        return self.kind, self.id


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """An edge from what rests on something to that."""

    kind: str
    source: tuple[str, str]
    target: tuple[str, str]
    attributes: Attributes = field(default_factory=dict)


def nodes_of(brief: Brief, findings: Findings) -> Iterator[GraphNode]:
    """All nodes, in the order of the data files."""
    ratings = findings.ratings
    for statement in brief.ranking.statements:
        rated = ratings.statements.get(statement.id) if ratings else None
        tiers = {"tier": rated.computed, "final": rated.final} if rated and rated.is_reason else {}
        counts = _counts(statement.id, findings)
        yield GraphNode("statement", statement.id, {"label": statement.text, "sort": statement.kind, **tiers, **counts})
    for mechanism in brief.mechanisms:
        chain = ratings.chains.get(mechanism.id) if ratings else None
        levels = {"level": chain.computed, "final": chain.final} if chain else {}
        yield GraphNode("mechanism", mechanism.id, {"label": mechanism.title, **levels})
        for link in mechanism.links:
            judged = ratings.links.get(link.id) if ratings else None
            judgement = judged.judgement if judged else None
            yield GraphNode("link", link.id, {"label": link.text, "sort": link.kind, "judgement": judgement,
                                         **_counts(link.id, findings)})  # fmt: skip
    for claim in brief.all_claims:
        level = ratings.claims.get(claim.id) if ratings else None
        yield GraphNode("claim", claim.id, {"label": claim.text, "about": findings.subjects[claim.id], "level": level,
                                       "direction": claim.direction, "status": claim.status})  # fmt: skip
    for reference in brief.references:
        study = findings.studies.get(reference.id)
        seen = {"design": study.design, "n": str(study.n), "species": study.species} if study else {}
        doi, date = (reference.model_extra or {}).get("DOI"), date_in_iso(reference.issued or {})
        yield GraphNode("publication", reference.id, {
            "label": reference.title, "date": date or None, "doi": str(doi) if doi else None,
            "standing": findings.standings.get(reference.id), **seen,
        })  # fmt: skip


def _counts(name: str, findings: Findings) -> Attributes:
    tally = findings.tally(name)
    return {"for": tally.supporting.number, "against": tally.against.number, "inconclusive": tally.inconclusive.number}


def edges_of(brief: Brief) -> Iterator[GraphEdge]:
    """All edges, in the order of the data files."""
    for statement in brief.ranking.statements:
        yield from (GraphEdge("rests-on", ("statement", statement.id), ("claim", name)) for name in statement.claims)
    for mechanism in brief.mechanisms:
        for number, link in enumerate(mechanism.links, 1):
            yield GraphEdge("has", ("mechanism", mechanism.id), ("link", link.id), {"number": number})
            yield from (GraphEdge("rests-on", ("link", link.id), ("claim", name)) for name in link.claims)
            yield from (GraphEdge("requires", ("link", link.id), ("claim", name)) for name in link.requires)
    for claim in brief.all_claims:
        yield from _evidence(claim)
    for study in brief.studies:
        keys = dict.fromkeys(study.includes)
        yield from (GraphEdge("includes", ("publication", study.reference), ("publication", key)) for key in keys)


def _evidence(claim: Claim) -> Iterator[GraphEdge]:
    for entry in claim.evidence:
        yield GraphEdge("evidence", ("claim", claim.id), ("publication", entry.source), {
            "role": entry.role, "finding": entry.finding, "locator": entry.locator, "seen": entry.seen,
            "population": entry.population, "exposure": entry.exposure,
        })  # fmt: skip


def graph_as_xml(nodes: Iterable[GraphNode], edges: Iterable[GraphEdge], name: str) -> bytes:
    """A graph as GraphML. Ids are counted, because those of references may have signs that XML ids cannot have."""
    nodes, edges = tuple(nodes), tuple(edges)
    root = etree.Element(f"{{{GRAPH_SPACE}}}graphml", nsmap={None: GRAPH_SPACE})
    keys = {**_declared(root, "node", (_of_node(one) for one in nodes)),
            **_declared(root, "edge", (_of_edge(one) for one in edges))}  # fmt: skip
    graph = etree.SubElement(root, f"{{{GRAPH_SPACE}}}graph", id=name, edgedefault="directed")
    ids = {node.key: f"n{index}" for index, node in enumerate(nodes)}
    for node in nodes:
        _with_data(etree.SubElement(graph, f"{{{GRAPH_SPACE}}}node", id=ids[node.key]), "node", _of_node(node), keys)
    for index, edge in enumerate(edges):
        place = etree.SubElement(graph, f"{{{GRAPH_SPACE}}}edge", id=f"e{index}", source=ids[edge.source],
                                 target=ids[edge.target])  # fmt: skip
        _with_data(place, "edge", _of_edge(edge), keys)
    etree.indent(root, " ")
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return made + b"\n"


def _of_node(node: GraphNode) -> Attributes:
    return {"kind": node.kind, "id": node.id, **node.attributes}


def _of_edge(edge: GraphEdge) -> Attributes:
    return {"kind": edge.kind, **edge.attributes}


def _declared(root: etree._Element, place: str, found: Iterable[Attributes]) -> dict[tuple[str, str], str]:
    """Declare the attributes that some node or edge has. Returns the id of each."""
    kinds: dict[str, str] = {}
    for attributes in found:
        kinds |= {name: "int" if isinstance(value, int) else "string" for name, value in attributes.items()
                  if value is not None}  # fmt: skip
    for name, kind in kinds.items():
        declared = {"id": f"{place}_{name}", "for": place, "attr.name": name, "attr.type": kind}
        etree.SubElement(root, f"{{{GRAPH_SPACE}}}key", declared)
    return {(place, name): f"{place}_{name}" for name in kinds}


def _with_data(
    element: etree._Element, place: str, attributes: Attributes, keys: Mapping[tuple[str, str], str]
) -> None:
    for name, value in attributes.items():
        if value is not None:
            etree.SubElement(element, f"{{{GRAPH_SPACE}}}data", key=keys[place, name]).text = str(value)


def graph_of(exported: Exported) -> bytes:
    """The graph of a brief."""
    brief, findings = exported.printed
    return graph_as_xml(nodes_of(brief, findings), edges_of(brief), brief.brief.id)
