"""Texts at hand: which file is whose, and the words that are in it."""

import pytest

from evibrief.evidence.records import Reference
from evibrief.problems import Problems
from evibrief.quotes.at_hand import files_of_references
from evibrief.quotes.search import Hit, find_quote
from evibrief.quotes.texts import text_at_hand

REFERENCES = [
    Reference.model_validate({"id": "a2019", "type": "article", "title": "A", "DOI": "10.5555/example.1",
                              "PMID": "123"}),
    Reference.model_validate({"id": "a2019b", "type": "article", "title": "B", "DOI": "10.5555/example.1.2"}),
    Reference.model_validate({"id": "long_name", "type": "article", "title": "C", "PMCID": "PMC77"}),
    Reference.model_validate({"id": "long", "type": "article", "title": "D"}),
]


@pytest.mark.parametrize(("path", "owner"), [
    ("a2019.pdf", "a2019"), ("A2019 (full text).txt", "a2019"), ("a2019-supplement.md", "a2019"),
    ("a2019b.pdf", "a2019b"),
    ("a2019/methods.html", "a2019"), ("10.5555_example.1.pdf", "a2019"), ("10.5555%2Fexample.1.2.pdf", "a2019b"),
    ("doi_10.5555_EXAMPLE.1 final.txt", "a2019"), ("pmid123.txt", "a2019"), ("123.txt", "a2019"),
    ("PMC77.html", "long_name"),
    ("long_name.txt", "long_name"), ("long_supplement.txt", "long"), ("texts/2019/a2019.txt", "a2019"),
])  # fmt: skip
def test_a_file_is_found_by_its_name(path: str, owner: str) -> None:
    assert files_of_references([path], REFERENCES) == {owner: (path,)}


@pytest.mark.parametrize("path", [
    "a2019c.pdf", "a20.pdf", "1234.txt", "12.txt", "10.5555_example.1.3.pdf", "10.5555_example.11.pdf", "a2019.docx",
    "xa2019.pdf", "longer.txt", "notes on a2019.txt",
])  # fmt: skip
def test_a_file_of_something_else_is_not_taken(path: str) -> None:
    assert files_of_references([path], REFERENCES) == {}


def pdf(*pages: str) -> bytes:
    """A PDF with a line of text on each page, as small as one can be."""
    numbers = range(len(pages))
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in numbers)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]  # fmt: skip
    for number, words in enumerate(pages):
        drawn = "BT /F1 12 Tf 50 700 Td " + " ".join(f"({line}) Tj 0 -14 Td" for line in words.split("\n")) + " ET"
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {5 + 2 * number} 0 R "
                       "/Resources << /Font << /F1 3 0 R >> >> >>")  # fmt: skip
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
    made, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{one}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}"
    end += f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(made)}\n%%EOF"
    return made + end.encode()


def place_of(quote: str, name: str, data: bytes) -> str:
    text = text_at_hand(name, data)
    found = find_quote(quote, text.text)
    assert isinstance(found, Hit), found
    return text.place(found.start)


def test_a_pdf_has_pages_and_hyphens_at_the_end_of_lines() -> None:
    data = pdf("The first page", "Here sneezing was less fre-\nquent than before")
    assert place_of("less frequent than", "a.pdf", data) == "page 2"
    assert place_of("page Here sneezing", "a.pdf", data) == "page 1"


@pytest.mark.parametrize(("name", "data", "quote", "place"), [
    ("a.txt", b"One\r\ntwo three\r\nfour", "two three four", "line 2"),
    ("a.txt", "\ufeffGr\u00f6\u00dfer als \u2265 5 %".encode(), "gro\u0308\u00dfer als \u2265 5%", "line 1"),
    ("a.txt", "caf\u00e9 \u2013 5".encode("cp1252"), "caf\u00e9 -5", "line 1"),
    ("a.txt", "one two".encode("utf-16"), "one two", "line 1"),
    ("a.md", b"# Head\n> Less *sneezing* in [the group](https://example.org/1) A",
     "less sneezing in the group A", "line 2"),
    ("a.html", b"<html><head><style>p{}</style></head><body><p>Less <i>sn</i>eezing</p>"
               b"<script>no(1)</script><p>10<sup>6</sup> cells &lt; 5&nbsp;%</p>",
     "sneezing 10^6 cells < 5%", "paragraph 1"),
])  # fmt: skip
def test_words_of_each_kind_of_file(name: str, data: bytes, quote: str, place: str) -> None:
    assert place_of(quote, name, data) == place


def test_an_exponent_in_a_page_is_no_digit_more() -> None:
    text = text_at_hand("a.html", b"10<sup>6</sup> cells")
    assert not isinstance(find_quote("106 cells", text.text), Hit)


@pytest.mark.parametrize(("name", "data", "said"), [
    ("a.pdf", b"%PDF-1.7 nothing", "cannot be opened"), ("a.pdf", pdf(""), "has no text"),
    ("a.txt", b"", "has no text"),
    ("a.txt", b"\0\1\2", "not a text"),
])  # fmt: skip
def test_a_file_without_words_is_a_problem(name: str, data: bytes, said: str) -> None:
    with pytest.raises(Problems) as wrong:
        text_at_hand(name, data)
    (problem,) = wrong.value.problems
    assert said in problem.message
    assert problem.place.path == name


def test_a_text_longer_than_any_publication_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evibrief.quotes.texts.MOST_CHARACTERS", 50)
    assert text_at_hand("a.txt", b"word " * 10).text.words
    with pytest.raises(Problems, match="more than 50 characters"):
        text_at_hand("a.txt", b"word " * 11)
    with pytest.raises(Problems, match="more than 50 characters"):
        text_at_hand("a.pdf", pdf("word " * 8, "word " * 8, "word"))
