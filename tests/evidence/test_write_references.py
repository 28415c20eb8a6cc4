"""References are added to references.json in place: what is there stays to the byte, in each layout of programs."""

import json

import pytest

from evibrief.evidence.read_references import read_references
from evibrief.evidence.records import Reference
from evibrief.evidence.same_reference import (
    KnownReferences,
    is_same_title,
    may_be_same_title,
    new_reference_id,
    reference_of,
)
from evibrief.evidence.write_references import in_order, with_fields, with_references
from evibrief.problems import Problems

NEW = {"id": "new2020", "type": "article-journal", "title": "On “blue” glass", "issued": {"date-parts": [[2020]]}}
OLD = {"id": "old2019", "type": "book", "title": "Glass", "author": [{"family": "Muster"}]}
LAYOUTS = {
    "indented": json.dumps([OLD], indent=2) + "\n",
    "tabs": json.dumps([OLD], indent="\t"),
    "flush": json.dumps([OLD], indent=0),
    "on one line": json.dumps([OLD]),
    "dense": json.dumps([OLD], separators=(",", ":")),
    "an entry a line": f"[\n  {json.dumps(OLD)}\n]\n",
    "opened in front": "[{" + json.dumps(OLD, indent=2)[1:] + "]",
    "wrapped": json.dumps({"items": [OLD]}, indent=1),
    "one alone in a wrap": json.dumps({"message": {"items": [OLD]}, "total": 1}),
}


def entries(text: str) -> list[dict[str, object]]:
    content = json.loads(text)
    while isinstance(content, dict):
        content = content.get("items") or content["message"]
    assert isinstance(content, list)
    return content


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_entry_is_added_behind_the_others(layout: str) -> None:
    text = LAYOUTS[layout]
    new = with_references(text, "", "references.json", [NEW, {**NEW, "id": "new2021"}])
    assert entries(new) == [OLD, NEW, {**NEW, "id": "new2021"}]
    at = text.rindex("]")
    assert new.startswith(text[:at].rstrip())
    assert new.endswith(text[at:])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_field_is_added_at_the_end_of_an_entry(layout: str) -> None:
    text = with_references(LAYOUTS[layout], "", "references.json", [NEW])
    new = with_fields(text, "", "references.json", {0: {"PMID": "12", "volume": "3"}, 1: {"DOI": "10.5555/a"}})
    assert entries(new) == [{**OLD, "PMID": "12", "volume": "3"}, {**NEW, "DOI": "10.5555/a"}]
    added = ['"PMID": "12"', '"volume": "3"', '"DOI": "10.5555/a"']
    for words in added:
        new = new.replace(words, "")
    assert "".join(new.replace(",", "").split()) == "".join(text.replace(",", "").split())


def test_fields_are_written_as_the_file_is() -> None:
    new = with_fields(LAYOUTS["tabs"], "", "references.json", {0: {"PMID": "12", "note": "“a”"}})
    assert new.endswith('\t\t],\n\t\t"PMID": "12",\n\t\t"note": "“a”"\n\t}\n]')
    new = with_fields(LAYOUTS["an entry a line"], "", "references.json", {0: {"PMID": "12"}})
    assert new.endswith(', "PMID": "12"}\n]\n')


@pytest.mark.parametrize("text", ["", "\n", "[]", " [] \n"])
def test_the_first_entry_begins_the_list(text: str) -> None:
    new = with_references(text, "", "references.json", [NEW])
    assert entries(new) == [NEW]
    assert new.startswith('[\n  {\n    "id": "new2020",\n')
    assert new.endswith("\n  }\n]\n")


@pytest.mark.parametrize("text", ['{"items": []}', "{}", "[null]", "nothing", '[{"type": "book"}]', json.dumps(OLD)])
def test_a_file_that_cannot_be_added_to_is_refused(text: str) -> None:
    with pytest.raises(Problems, match="nothing can be added to this list"):
        with_references(text, "", "references.json", [NEW])


def test_an_entry_that_would_not_be_read_as_it_is_is_refused() -> None:
    with pytest.raises(Problems, match="nothing can be added"):
        with_fields(LAYOUTS["indented"], "", "references.json", {0: {"licence": "free"}})


def test_fields_are_in_the_order_in_which_they_are_looked_for() -> None:
    mixed = {"PMID": "1", "publisher": "X", "ISSN": "1", "title": "T", "id": "a1"}
    assert list(dict(in_order(mixed))) == ["id", "title", "PMID", "ISSN", "publisher"]


# Whether it is there already.


def at_hand(**fields: object) -> Reference:
    [read] = read_references("r", json.dumps([{"id": "a2019", "type": "book", **fields}])).entries
    return reference_of(read)


TITLED = {"title": "Effects of <i>blue</i> glass", "issued": {"date-parts": [[2019]]}}


@pytest.mark.parametrize(
    ("there", "new", "by"),
    [
        ({"DOI": "10.5555/A"}, {"DOI": "10.5555/a"}, "DOI"),
        ({"URL": "https://doi.org/10.5555/a"}, {"DOI": "10.5555/a"}, "DOI"),
        ({"note": "PMID: 12"}, {"PMID": "12"}, "PMID"),
        ({"PMCID": "PMC3"}, {"PMCID": "PMC3", "DOI": "10.5555/a"}, "PMCID"),
        (TITLED, {**TITLED, "title": "Effects of Blue Glass.", "DOI": "10.5555/a"}, "title, year and first author"),
        ({**TITLED, "PMID": "1"}, {**TITLED, "DOI": "10.5555/a"}, "title, year and first author"),
        ({**TITLED, "DOI": "10.5555/preprint"}, {**TITLED, "DOI": "10.5555/a"}, None),
        (TITLED, {**TITLED, "issued": {"date-parts": [[2020]]}}, None),
        (TITLED, {**TITLED, "author": [{"family": "Muster"}]}, None),
        ({"title": "…"}, {"title": "—"}, None),
        ({}, {}, None),
    ],
)
def test_a_publication_is_known_by_what_it_shares(
    there: dict[str, object], new: dict[str, object], by: str | None
) -> None:
    known = KnownReferences([at_hand(title="Another", DOI="10.5555/other"), at_hand(**there)])
    found = known.same(reference_of(new))
    assert (found and found.by) == by


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("On blue glass", "On Blue Glass."),
        ("On blue glass", "[On blue glass]"),
        ("On blue glass: a pilot study", "On blue glass"),
        ("On blue glass – a pilot study", "On blue glass: A pilot study"),
        ("Is blue glass safe?", "Is blue glass safe? A pilot study"),
        ("β-glass & light", "Beta glass and light"),
        ("TNF-α in anti-inflammatory light", "TNFalpha in antiinflammatory light"),
        ("On blue glass: TNFα", "On blue glass"),
        ("On µ-opioid glass", "On mu opioid glass"),
        ("The effect of ς", "The effect of final sigma".replace("final ", "")),
        ("Protocol for blue glass", "Protocol for blue glass: a pilot"),
        ("On blue glass", "On blue glass: a trial in 20 participants"),
        ("On blue glass", "On blue glass: supplementation of partial light"),
    ],
)
def test_titles_of_one_publication(one: str, other: str) -> None:
    assert is_same_title(one, other)
    assert is_same_title(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("On blue glass", "On red glass"),
        ("On blue glass: a pilot study", "On blue glass: a protocol"),
        ("On blue glass", "On blue glass: protocol of a trial"),
        ("On blue glass", "On blue glass: correction"),
        ("On blue glass", "On blue glass – authors' reply"),
        ("On blue glass", "On blue glass. Part 2"),
        ("Glass", "Glass: a pilot study"),
        ("On blue", "On blue glass"),
        ("On blue glass 1", "On blue glass 2"),
        ("α-glass in winter", "β-glass in winter"),
        ("", ""),
        ("…", "—"),
    ],
)
def test_titles_of_two(one: str, other: str) -> None:
    assert not is_same_title(one, other)
    assert not is_same_title(other, one)


@pytest.mark.parametrize(
    ("one", "other", "may_be"),
    [
        ("On blue glass in winter", "On blue glas in winter", True),
        ("On blue glass in winter", "On blue glass in winter, in 5 rooms", False),
        ("On blue glass in the long winter", "Correction: On blue glass in the long winter", False),
        ("On blue glass in the long winter", "On blue glass in the long winter: a protocol", False),
        ("A trial of blue glass in winter", "A trial of blue glass in winter at the houses of the poor", False),
    ],
)
def test_a_slip_of_the_pen_is_no_other_title(one: str, other: str, may_be: bool) -> None:
    assert may_be_same_title(one, other) == may_be
    assert may_be_same_title(other, one) == may_be
    assert not is_same_title(one, other)


@pytest.mark.parametrize(
    ("csl", "key"),
    [
        ({"author": [{"family": "Muster"}], "issued": {"date-parts": [[2019, 3]]}}, "muster2019"),
        ({"author": [{"family": "Machado-Vieira"}], "issued": {"date-parts": [[2024]]}}, "machadovieira2024"),
        ({"author": [{"family": "Jørgensen Straße"}]}, "jorgensenstrasse"),
        ({"author": [{"literal": "The Glass Group"}], "issued": {"date-parts": [[2019]]}}, "theglassgroup2019"),
        ({"title": "«Über» Glas", "issued": {"date-parts": [[2019]]}}, "uber2019"),
        ({"author": [{"family": "王"}], "title": "玻璃", "issued": {"date-parts": [[2019]]}}, "reference2019"),
        ({"author": [{"family": "No"}]}, "no0"),
    ],
)
def test_an_id_is_name_and_year(csl: dict[str, object], key: str) -> None:
    assert new_reference_id(csl, ()) == key
    assert new_reference_id(csl, {key}) == f"{key}b"
    assert new_reference_id(csl, {key, *(f"{key}{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")}) == f"{key}aa"
