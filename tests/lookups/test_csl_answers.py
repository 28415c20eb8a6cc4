"""What registries send is read as CSL, and what was changed is named."""

from typing import Any

import pytest

from evibrief.lookups.csl_answers import read_csl
from registries import NO_DATE, crossref, crossref_rest, datacite, pubmed

DOI = "10.5555/blue.1"


def test_a_record_of_crossref_keeps_what_a_list_needs() -> None:
    read = read_csl(crossref(DOI, "On blue glass"))
    assert read.csl == {
        "type": "article-journal", "title": "On blue glass", "DOI": DOI, "volume": "7", "issue": "2", "page": "115-119",
        "author": [{"family": "Beispiel", "given": "Erika"}, {"family": "Muster", "given": "Max"}],
        "issued": {"date-parts": [[2021, 3, 4]]}, "container-title": "Journal of Examples", "source": "Crossref",
        "container-title-short": "J. Ex.", "ISSN": "1234-5679, 2345-678X", "language": "en",
        "publisher": "Example Press",
    }  # fmt: skip
    assert read.changed == ("`type`: “journal-article” is read as `article-journal`",)


def test_lists_are_texts_and_a_subtitle_is_put_behind_the_title() -> None:
    lists, texts = read_csl(crossref_rest(DOI, "On blue glass")), read_csl(crossref(DOI, "On blue glass"))
    assert lists.csl == texts.csl
    read = read_csl(crossref_rest(DOI, "On blue glass", ["a pilot study"]))
    assert read.csl["title"] == "On blue glass: a pilot study"
    assert "`title`: its subtitle was put behind it, “a pilot study”" in read.changed
    read = read_csl(crossref_rest(DOI, "On glass: A pilot study", ["a pilot study"]))
    assert read.csl["title"] == "On glass: A pilot study"


def test_of_several_titles_the_first_is_taken_and_told() -> None:
    read = read_csl(crossref(DOI, "", title=["On blue glass", "Über blaues Glas"]))
    assert read.csl["title"] == "On blue glass"
    assert "`title`: the first of 2 was taken" in read.changed


@pytest.mark.parametrize(
    ("sent", "read", "told"),
    [
        ("On <jats:italic>blue</jats:italic> glass", "On <i>blue</i> glass", "is read as “On <i>blue</i> glass”"),
        ("On H<sub>2</sub>O &amp;amp; glass", "On H<sub>2</sub>O & glass", "is read as"),
        ("<p>On <mml:math><mml:mi>x</mml:mi></mml:math></p> glass", "On x glass", "taken away: <p>, <mml:math>"),
        ("On <i>blue glass", "On blue glass", "marks were taken away: <i>"),
        ("On <i>blue <b>old</i></b> glass", "On blue old glass", "marks were taken away: <i>, <b>, </i>, </b>"),
        ("On\n   blue glass", "On blue glass", ""),
        ("Is p < 0.05 and q > 3?", "Is p < 0.05 and q > 3?", ""),
    ],
)
def test_marks_in_titles(sent: str, read: str, told: str) -> None:
    found = read_csl(crossref(DOI, sent))
    assert found.csl["title"] == read
    about = [change for change in found.changed if "title" in change]
    assert (told in about[0] and len(about) == 1) if told else about == []


@pytest.mark.parametrize("issued", [NO_DATE, {"date-parts": [[]]}, {}, None])
def test_a_date_that_says_nothing_is_told_and_another_one_taken(issued: Any) -> None:
    read = read_csl(crossref(DOI, "On glass", issued=issued))
    assert read.csl["issued"] == {"date-parts": [[2021, 4]]}
    assert "`issued` says nothing: `published-print` was taken" in read.changed
    record = crossref(DOI, "On glass", issued=issued)
    del record["published-print"], record["published-online"]
    read = read_csl(record)
    assert "issued" not in read.csl
    assert any("says nothing of its year" in change for change in read.changed)


def test_a_record_of_datacite() -> None:
    read = read_csl(datacite(DOI, "On glass"))
    assert read.csl == {
        "type": "report", "title": "On glass", "DOI": DOI.upper(), "author": [{"literal": "The Glass Group"}],
        "issued": {"date-parts": [[2022]]}, "publisher": "Figments", "URL": f"https://figments.example/{DOI}",
    }  # fmt: skip
    assert read.changed == ("names that are not taken apart: The Glass Group",)


def test_a_record_of_pubmed_leaves_the_day_of_the_request_out() -> None:
    read = read_csl(pubmed("12345", "On glass", DOI))
    assert {"abstract", "accessed", "id"} & set(read.csl) == set()
    assert (read.csl["PMID"], read.csl["DOI"], read.csl["title"]) == ("12345", DOI, "On glass")
    assert read.changed == ("`title`: the full stop at its end was taken away",)
    assert read_csl(pubmed("12345", "On glass ..")).csl["title"] == "On glass ..."


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://www.ncbi.nlm.nih.gov/pubmed/12345", False), ("https://pubmed.ncbi.nlm.nih.gov/12345/", False),
        ("https://pubmed.ncbi.nlm.nih.gov/54321/", True), (f"http://dx.doi.org/{DOI}", False),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC222/", False), ("https://example.org/12345", True),
    ],
)  # fmt: skip
def test_an_address_that_says_a_number_again_is_left_out(address: str, kept: bool) -> None:
    read = read_csl(pubmed("12345", "On glass", DOI, PMCID="PMC222", URL=address))
    assert ("URL" in read.csl) is kept


def test_what_is_broken_is_left_out_and_told() -> None:
    read = read_csl(crossref(DOI, "On glass", author=[{"suffix": "x"}], page={"a": 1}, type="component"))
    assert {"author", "page"} & set(read.csl) == set()
    assert read.csl["type"] == "document"
    told = "\n".join(read.changed)
    for words in ("`author` was left out: a name in it has no words", "`page` was left out", "“component” is read as"):
        assert words in told


def test_names_in_capitals_and_of_groups_are_told() -> None:
    people = [{"family": "WINTER", "given": "GEORGE D."}, {"name": "The Glass Group"}, {"family": "Wu", "given": "X"}]
    read = read_csl(crossref(DOI, "On glass", author=people))
    assert read.csl["author"][1] == {"literal": "The Glass Group"}
    assert "names in capitals, which are printed so: WINTER; write them as they are spelled" in read.changed
    assert "names that are not taken apart: The Glass Group" in read.changed
    read = read_csl(crossref(DOI, "On glass", author=[{"literal": f"Group {number}"} for number in range(5)]))
    assert "names that are not taken apart: Group 0; Group 1; Group 2 and 2 more" in read.changed


def test_characters_that_no_text_may_have_are_taken_away() -> None:
    people = [{"family": "Bei\x1bspiel", "given": "E\x00"}]
    read = read_csl(crossref(DOI, "On \x1b[31mblue\x00 glass\ud800", author=people))
    assert (read.csl["title"], read.csl["author"]) == ("On [31mblue glass", [{"family": "Beispiel", "given": "E"}])
    assert [change for change in read.changed if "characters" in change] == [
        "`title`: characters that no text may have were taken away",
        "`author`: characters that no text may have were taken away",
    ]


@pytest.mark.parametrize("title", ["RETRACTED: On glass", "[Retracted] On glass", "WITHDRAWN: On glass"])
def test_a_retraction_that_the_title_tells_is_told(title: str) -> None:
    assert any("retracted or withdrawn" in change for change in read_csl(crossref(DOI, title)).changed)
    assert not any("retracted" in change for change in read_csl(crossref(DOI, "On retracted glass")).changed)
