"""Rules on the list of references: no publication twice.

In: a `Context`. Out: the findings of each rule. A rule is a generator; its docstring is its documentation.
"""

from collections.abc import Iterator

from evibrief.checks.rule import Context, Finding, Rule, error, warning
from evibrief.evidence.identifiers import FIELD_OF, OwnIdentifier, normalised_title, own_identifiers


def same_publication(case: Context) -> Iterator[Finding]:
    """One publication under two ids: the same DOI, PMID or PMCID.

    Each id is counted as a study of its own, so the evidence would look larger than it is. Keep one of the two
    entries, and cite that one everywhere.
    """
    seen: dict[OwnIdentifier, str] = {}
    for index, reference in enumerate(case.brief.references):
        shared = next((one for one in own_identifiers(reference) if one in seen), None)
        if shared:
            field = FIELD_OF[shared[0]]
            message = f"`{reference.id}` and `{seen[shared]}` are one publication: the same {field}, {shared[1]}"
            where = (field,) if (reference.model_extra or {}).get(field) else ()
            yield Finding(("references", index, *where), message, "keep one of the two, and cite it everywhere")
        for one in own_identifiers(reference):
            seen.setdefault(one, reference.id)


def same_title(case: Context) -> Iterator[Finding]:
    """Two references with the same title and year.

    They may be one publication, or two reports of one study, such as a preprint and the article. Keep one, or give
    both the same `report_of` in `studies.yaml`, so that they count once.
    """
    seen: dict[tuple[str, int | None], str] = {}
    reports: dict[str, str] = {one.reference: one.report_of for one in case.brief.studies if one.report_of}
    known: set[OwnIdentifier] = set()
    for index, reference in enumerate(case.brief.references):
        key, own = (normalised_title(reference.title or ""), reference.year), set(own_identifiers(reference))
        first = seen.setdefault(key, reference.id)
        joined = first in reports and reports.get(reference.id) == reports[first]
        if key[0] and first != reference.id and not joined and not own & known:
            message = f"`{reference.id}` has the title and the year of `{first}`"
            hint = "keep one of the two, or give both the same `report_of` in studies.yaml"
            yield Finding(("references", index, "title"), message, hint)
        known |= own


RULES: tuple[Rule, ...] = (
    error("same-publication", same_publication),
    warning("same-title", same_title),
)
