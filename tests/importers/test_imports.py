"""Files of reference managers: what each is, what is read of it, and what is refused with its line."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import rispy

from evibrief.importers.contract import ReferenceImporter
from evibrief.importers.registry import IMPORTERS, importer_named, importer_of
from evibrief.problems import Problem, Problems

FILES = Path(__file__).parent / "files"

RIS = """\
TY  - JOUR
AU  - Muster, Max A.
AU  - Example, Erika, Jr.
AU  - The Glass Group
TI  - A trial of blue glass in
people who sneeze
T2  - Annals of Examples
J2  - Ann. Ex.
PY  - 2019
DA  - 2019/05/03
VL  - 3
IS  - 2
SP  - 101
EP  - 9
SN  - 1234-5679
DO  - https://doi.org/10.5555/example.1
UR  - https://pubmed.ncbi.nlm.nih.gov/123456/
AB  - Nobody sneezed.
ER  - 
"""
NBIB = """\
PMID- 123456
OWN - NLM
VI  - 3
IP  - 2
DP  - 2019 May 3
TI  - A trial of blue glass in people
      who sneeze.
PG  - 101-9
LID - 10.5555/example.1 [doi]
AB  - Nobody sneezed.
FAU - Muster, Max A
AU  - Muster MA
CN  - The Glass Group
JT  - Annals of Examples
TA  - Ann Ex
PT  - Journal Article
PMC - PMC7654321
IS  - 1234-5679 (Print)
"""
PUBMED = """\
<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2024//EN" "https://dtd.invalid/pubmed.dtd">
<PubmedArticleSet>
<PubmedArticle><MedlineCitation><PMID Version="1">123456</PMID><Article>
<Journal><ISSN>1234-5679</ISSN><JournalIssue><Volume>3</Volume><Issue>2</Issue>
<PubDate><Year>2019</Year><Month>May</Month><Day>3</Day></PubDate></JournalIssue>
<Title>Annals of Examples</Title><ISOAbbreviation>Ann Ex</ISOAbbreviation></Journal>
<ArticleTitle>A trial of <i>blue</i> glass in people who sneeze.</ArticleTitle>
<Pagination><MedlinePgn>101-9</MedlinePgn></Pagination>
<AuthorList><Author><LastName>Muster</LastName><ForeName>Max A</ForeName></Author>
<Author><CollectiveName>The Glass Group</CollectiveName></Author></AuthorList>
</Article></MedlineCitation><PubmedData><ArticleIdList><ArticleId IdType="doi">10.5555/example.1</ArticleId>
<ArticleId IdType="pmc">PMC7654321</ArticleId></ArticleIdList></PubmedData></PubmedArticle>
<PubmedBookArticle><BookDocument><PMID>99</PMID><Book><Publisher><PublisherName>House of Examples</PublisherName>
</Publisher><BookTitle>All about glass</BookTitle><PubDate><Year>2001</Year></PubDate>
<AuthorList Type="editors"><Author><LastName>Herausgeber</LastName><Initials>HE</Initials></Author></AuthorList>
</Book><ArticleTitle>Blue glass</ArticleTitle></BookDocument></PubmedBookArticle>
</PubmedArticleSet>
"""
ENDNOTE = """\
<?xml version="1.0" encoding="UTF-8"?>
<xml><records><record><ref-type name="Journal Article">17</ref-type>
<contributors><authors><author><style face="normal">Muster, Max A.</style></author></authors></contributors>
<titles><title><style face="normal">A trial of blue </style><style face="italic">glass</style></title>
<secondary-title>Annals of Examples</secondary-title></titles>
<pages>101-9</pages><volume>3</volume><number>2</number>
<dates><year>2019</year><pub-dates><date>May 3</date></pub-dates></dates><isbn>1234-5679</isbn>
<accession-num>123456</accession-num><electronic-resource-num>doi:10.5555/example.1</electronic-resource-num>
<remote-database-provider>NLM</remote-database-provider></record>
<record><ref-type name="Book Section">5</ref-type>
<contributors><secondary-authors><author>Herausgeber, Hanna</author></secondary-authors></contributors>
<titles><title>Blue glass</title><secondary-title>All about glass</secondary-title></titles></record></records></xml>
"""
CSL = '[{"id": "a1", "type": "book", "title": "All about glass"}]'
BIB = """\
@string{ann = "Annals of Examples"}
@article{muster:2019,
  author = {Muster, Max A. and {The Glass Group}}, title = {Blue Glass in Parkinson Disease and {\\TH}or},
  journal = ann, year = 2019, month = may, volume = 3, number = 2, pages = {101--109},
  doi = {10.5555/example.1}, pmid = {123456}
}
@misc{web1, title = {Glass}, howpublished = {by post}}
"""
NOTICES = "Record ID,Title,RetractionDOI\n1,a,b\n"


def read(data: str | bytes, name: str = "", path: str = "refs.txt") -> list[dict[str, Any]]:
    """The references of a file, by the importer of this name or the one that recognises it."""
    content = data.encode() if isinstance(data, str) else data
    importer = importer_named(name) if name else importer_of(content)
    assert isinstance(importer, ReferenceImporter)
    return [dict(one.csl) for one in importer.references(content, Path(path))]


def refused(data: str | bytes, name: str = "") -> list[Problem]:
    with pytest.raises(Problems) as caught:
        read(data, name)
    return list(caught.value.problems)


def only(csl: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: csl.get(name) for name in names}


# What a file is


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (RIS, "ris"), ("\ufeff\n\nProvider: somebody\n" + RIS.replace("\n", "\r\n"), "ris"), (NBIB, "nbib"),
        (PUBMED, "pubmed-xml"), (ENDNOTE, "endnote-xml"), (CSL, "csl-json"), ('{"items": ' + CSL + "}", "csl-json"),
        (BIB, "bibtex"), (BIB.replace("journal =", "journaltitle ="), "biblatex"), (NOTICES, "retraction-watch"),
    ],
)  # fmt: skip
def test_a_file_is_known_by_its_content(data: str, name: str) -> None:
    assert importer_of(data.encode()).name == name


@pytest.mark.parametrize("data", ["", "Dear all,\nTY is a tag.\n", "<html><p>records</p></html>", "{}", "[1]", "a,b\n"])
def test_another_file_is_not_taken_for_one(data: str) -> None:
    with pytest.raises(LookupError):
        importer_of(data.encode(), drafts=False)


def test_each_importer_has_its_name_and_label() -> None:
    assert len({one.name for one in IMPORTERS}) == len({one.label for one in IMPORTERS}) == len(IMPORTERS) >= 8


def test_pubmed_in_a_file_called_ris_is_read_and_as_ris_it_is_refused() -> None:
    data = (FILES / "pubmed.ris").read_bytes()
    assert [one["PMID"] for one in read(data, path="pubmed.ris")] == ["10000001", "10000002", "10000003", "10000004"]
    assert rispy.loads(data.decode()) == []
    (problem,) = refused(data, "ris")
    assert (problem.message, problem.hint) == ("no line begins a record of RIS, `TY  - `", "import it without `--from`")


# What is read


def test_what_is_read_of_ris() -> None:
    assert read(RIS) == [{
        "type": "article-journal", "title": "A trial of blue glass in people who sneeze",
        "container-title": "Annals of Examples", "container-title-short": "Ann. Ex.",
        "author": [
            {"family": "Muster", "given": "Max A."}, {"family": "Example", "given": "Erika", "suffix": "Jr."},
            {"literal": "The Glass Group"},
        ],
        "issued": {"date-parts": [[2019, 5, 3]]}, "volume": "3", "issue": "2", "page": "101-9", "ISSN": "1234-5679",
        "DOI": "10.5555/example.1", "PMID": "123456",
    }]  # fmt: skip


def test_pubmed_says_the_same_in_both_of_its_formats() -> None:
    (nbib,), (xml, book) = read(NBIB), read(PUBMED)
    assert nbib == xml == {
        "type": "article-journal", "title": "A trial of blue glass in people who sneeze",
        "container-title": "Annals of Examples", "container-title-short": "Ann Ex",
        "author": [{"family": "Muster", "given": "Max A"}, {"literal": "The Glass Group"}],
        "issued": {"date-parts": [[2019, 5, 3]]}, "volume": "3", "issue": "2", "page": "101-9", "ISSN": "1234-5679",
        "DOI": "10.5555/example.1", "PMID": "123456", "PMCID": "PMC7654321",
    }  # fmt: skip
    assert book == {
        "type": "chapter", "title": "Blue glass", "container-title": "All about glass", "PMID": "99",
        "editor": [{"family": "Herausgeber", "given": "H E"}], "issued": {"date-parts": [[2001]]},
        "publisher": "House of Examples",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("data", "plain", "typed"),
    [
        (PUBMED, "<i>blue</i>", "10<sup>6</sup> H<sub>2</sub>O &lt; <i>5</i>"),
        (ENDNOTE, "A trial of blue ", '10</style><style face="superscript">6</style><style> H</style>'
         '<style face="subscript">2</style><style face="italic">O &lt; 5</style><style>'),
    ],
)  # fmt: skip
def test_what_is_raised_in_a_title_of_xml_is_no_other_number(data: str, plain: str, typed: str) -> None:
    assert plain in data
    assert "10<sup>6</sup> H<sub>2</sub>O < 5" in read(data.replace(plain, typed, 1))[0]["title"]


def test_a_doi_that_pubmed_calls_invalid_is_not_taken() -> None:
    without = re.sub('<ArticleId IdType="doi">.*</ArticleId>', "", PUBMED, count=1)
    given = '<ELocationID EIdType="doi" ValidYN="{}">10.5555/example.2</ELocationID></Article>'
    found = [read(without.replace("</Article>", given.format(valid), 1))[0].get("DOI") for valid in "NY"]
    assert found == [None, "10.5555/example.2"]


@pytest.mark.parametrize(("typed", "issued"), [
    ("2021", {"date-parts": [[2021]]}), ("20210503", {"date-parts": [[2021]]}), ("20210", {"literal": "20210"}),
    ("1990 Aug-Sep", {"date-parts": [[1990]]}), ("2019 Dec-2020 Jan", {"date-parts": [[2019]]}),
    ("2019 Dec", {"date-parts": [[2019, 12]]}), ("2021///", {"date-parts": [[2021]]}),
    ("2021/05//", {"date-parts": [[2021, 5]]}), ("2019-05-03T10:00", {"date-parts": [[2019, 5]]}),
    ("2021/05/03", {"date-parts": [[2021, 5, 3]]}),
])  # fmt: skip
def test_a_date_says_no_more_than_the_file(typed: str, issued: dict[str, Any]) -> None:
    assert read(f"TY  - JOUR\nTI  - A\nPY  - {typed}\nER  - \n")[0]["issued"] == issued


def test_what_is_read_of_endnote() -> None:
    article, chapter = read(ENDNOTE)
    assert article == {
        "type": "article-journal", "title": "A trial of blue glass", "container-title": "Annals of Examples",
        "author": [{"family": "Muster", "given": "Max A."}], "issued": {"date-parts": [[2019]]},
        "volume": "3", "issue": "2", "page": "101-9", "ISSN": "1234-5679", "DOI": "10.5555/example.1", "PMID": "123456",
    }  # fmt: skip
    assert chapter == {
        "type": "chapter", "title": "Blue glass", "container-title": "All about glass",
        "editor": [{"family": "Herausgeber", "given": "Hanna"}],
    }  # fmt: skip


def test_what_is_read_of_bibtex() -> None:
    article, web = read(BIB)
    assert only(article, "id", "type", "title", "container-title", "author", "DOI", "PMID", "page", "language") == {
        "id": "muster:2019", "type": "article-journal", "container-title": "Annals of Examples",
        "title": "Blue Glass in Parkinson Disease and Þor",
        "author": [{"family": "Muster", "given": "Max A."}, {"literal": "The Glass Group"}],
        "DOI": "10.5555/example.1", "PMID": "123456", "page": "101-109", "language": None,
    }  # fmt: skip
    assert only(web, "id", "type", "title") == {"id": "web1", "type": "document", "title": "Glass"}


def test_entries_without_a_key_or_with_that_of_another_are_read() -> None:
    data = "@article{, title={One}}\n@article{a, title={Two}}\n@article{a, title={Three}}\n@book{\n title={Four}}"
    found = [(one["id"], one["title"]) for one in read(data)]
    assert found == [("", "One"), ("a", "Two"), ("a", "Three"), ("", "Four")]


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("CO$_2$ and $\\beta_{12}$", "CO<sub>2</sub> and β<sub>12</sub>"), ("m$^{-2}$", "m<sup>-2</sup>"),
        ("1990\\textendash{}95 \\textpm 3", "1990–95 ±3"), ("\\ensuremath{\\alpha}-b, $p < 0.05$", "α-b, p < 0.05"),
        ("\\$5 and \\$6", "$5 and $6"), ("M\\\"uller \\ss{} {\\it this}", "Müller ß <i>this</i>"),
        ("Fatigue in Parkinson Disease", "Fatigue in Parkinson Disease"), ("DNA$_{\\textrm{2}}$", "DNA<sub>2</sub>"),
    ],
)  # fmt: skip
def test_no_letter_of_a_title_in_tex_is_lost(typed: str, title: str) -> None:
    assert read(f"@article{{a,\n  title = {{{typed}}},\n  year = 2001\n}}\n")[0]["title"] == title


ZOTERO = {
    "itemType": "journalArticle", "title": "A trial of blue glass", "publicationTitle": "Annals of Examples",
    "creators": [
        {"firstName": "Max", "lastName": "Muster", "creatorType": "author"},
        {"name": "The Glass Group", "creatorType": "author"},
        {"firstName": "E.", "lastName": "Ditor", "creatorType": "editor"},
    ],
    "date": "2019-05-03", "DOI": "10.5555/example.1", "extra": "PMID: 123456\nCitation Key: muster2019", "pages": "1-9",
}  # fmt: skip


@pytest.mark.parametrize(
    "wrapped",
    [
        [ZOTERO, {"itemType": "attachment", "title": "a file"}], {"items": [ZOTERO]},
        [{"key": "ABCD", "version": 3, "data": ZOTERO}], {"references": [ZOTERO]},
    ],
)  # fmt: skip
def test_what_is_read_of_zotero(wrapped: Any) -> None:
    assert read(json.dumps(wrapped)) == [{
        "id": "muster2019", "type": "article-journal", "title": "A trial of blue glass", "page": "1-9",
        "container-title": "Annals of Examples", "editor": [{"family": "Ditor", "given": "E."}],
        "author": [{"family": "Muster", "given": "Max"}, {"literal": "The Glass Group"}],
        "issued": {"date-parts": [[2019, 5, 3]]}, "DOI": "10.5555/example.1", "PMID": "123456",
    }]  # fmt: skip


@pytest.mark.parametrize("around", ["%s", '{"items": %s}', '{"references": %s}', '{"message": {"items": %s}}'])
def test_the_dialects_of_csl_are_one_list(around: str) -> None:
    assert read(around % CSL) == json.loads(CSL)


@pytest.mark.parametrize(
    ("file", "count", "dois", "pmids"),
    [
        ("scopus.ris", 3, 3, 3), ("embase.ris", 3, 3, 3), ("cochrane.ris", 3, 3, 3), ("cinahl.ris", 3, 3, 0),
        ("eppi-reviewer.ris", 3, 3, 0), ("pubmed.ris", 4, 4, 4), ("line-numbers.ris", 2, 0, 0),
        ("headed-records.ris", 2, 0, 0), ("addresses.ris", 4, 0, 0), ("blank-lines.ris", 1, 0, 0),
        ("books.bib", 2, 0, 0), ("formula.bib", 1, 1, 0), ("online.bib", 1, 0, 0), ("letters.bib", 1, 0, 0),
        ("same.bib", 2, 1, 0), ("same.json", 2, 1, 0),
    ],
)  # fmt: skip
def test_files_as_other_programs_write_them_are_read_whole(file: str, count: int, dois: int, pmids: int) -> None:
    found = read((FILES / file).read_bytes())
    assert len(found) == count
    assert all(one["title"] and one["author"] and one["issued"] for one in found)
    assert [sum(name in one and one[name] != "" for one in found) for name in ("DOI", "PMID")] == [dois, pmids]


def test_better_bibtex_and_we_read_the_same_of_its_file() -> None:
    ours, theirs = (
        sorted(read((FILES / f"same.{ending}").read_bytes()), key=lambda one: str(one["id"]))
        for ending in ("bib", "json")
    )
    assert [one["id"] for one in ours] == [one["id"] for one in theirs] == ["ExampleETAL:1997", "Muster2"]
    for name in ("volume", "page"):
        assert [one[name].replace("–", "-") for one in ours] == [one[name].replace("–", "-") for one in theirs]
    assert [[who["family"] for who in one["author"]] for one in ours] == [
        [who["family"] for who in one["author"]] for one in theirs
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_marks_at_the_beginning_are_no_text(encoding: str) -> None:
    assert read(RIS.encode(encoding)) == read(RIS)


def test_one_space_behind_the_tags_is_read_as_two() -> None:
    assert read(RIS.replace("  -", " -")) == read(RIS)


# What is refused


@pytest.mark.parametrize(
    ("data", "name", "line", "words"),
    [
        (RIS.replace("ER  - \n", ""), "ris", 1, "this record has no end"),
        (RIS.replace("ER  - \n", "") + RIS, "ris", 1, "this record has no end"),
        (RIS + "AU  - Nobody, N.\n", "ris", 20, "this line is in no record: `AU  - Nobody, N.`"),
        ("TY  - JOUR\nTI  - \xe4\n".encode("latin-1"), "ris", 2, "not UTF-8: byte 0xe4"),
        ("nothing\n", "ris", 0, "no line begins a record"),
        ("VI  - 3\n" + NBIB, "nbib", 1, "this line is in no record: `VI  - 3`"),
        (NBIB + "\n" + NBIB.replace("PMID- 123456", "PMID-"), "nbib", 20, "1 of 2 references were read"),
        (PUBMED.replace("<Article>", "<Article>&amp"), "pubmed-xml", 4, "this is not XML"),
        (PUBMED.replace("PubmedArticle>", "Other>"), "pubmed-xml", 4, "1 of 2 references were read"),
        (ENDNOTE.replace("</records>", "</records><more><record/></more>"), "endnote-xml", 12, "2 of 3 references"),
        ('{"items": [1]}', "csl-json", 1, "a record is wanted here, and this is `1`"),
        ('[{"id": "a",\n "title": }]', "csl-json", 2, "this is not JSON"),
        ('{"title": "x"}', "csl-json", 1, "not a list of references"),
        ("@article{a, title={x},\n year={2001}\n@article{b, title={y}}", "bibtex", 3, "unexpected"),
        ("@comment{\n@article{a, title={x}}\n}\n@book{b, title={y}}", "bibtex", 2, "the entry `a` was not read"),
        ("@book{b, title={y}} @misc{c, title={z}}", "bibtex", 1, "`c` does not begin a line"),
        ("@article(a, title={x})", "bibtex", 1, "unexpected '('"),
        ("@article{a,\n title = {x},\n author = {A \\foo B}\n}", "bibtex", 3, "does not know the command `\\foo`"),
        ("@article{a,\n title = {$\\frac{1}{2}$ of it}\n}", "bibtex", 1, "would be printed as it is typed"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_with_its_line(data: str | bytes, name: str, line: int, words: str) -> None:
    problems = refused(data, name)
    assert any(words in one.message and one.place.line == line for one in problems), problems
    assert all(one.hint and one.place.path == "refs.txt" for one in problems)


def test_a_record_that_the_library_does_not_return_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rispy.RisParser.parse
    monkeypatch.setattr(rispy.RisParser, "parse", lambda self, text: whole(self, text)[:-1])
    (problem,) = refused(RIS + RIS)
    assert (problem.place.line, problem.message) == (20, "1 of 2 references were read; this one was not")


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(9))


@pytest.mark.parametrize("declared", ['<!ENTITY x SYSTEM "file:///etc/passwd">', '<!ENTITY x "words">', LAUGHS])
@pytest.mark.parametrize(("data", "name"), [(PUBMED, "pubmed-xml"), (ENDNOTE, "endnote-xml")])
def test_entities_are_refused(data: str, name: str, declared: str) -> None:
    root = "PubmedArticleSet" if name == "pubmed-xml" else "xml"
    body = data.partition("?>")[2].partition("<PubmedArticleSet>" if name == "pubmed-xml" else "<xml>")
    entity = "&l8;" if "l8" in declared else "&x;"
    text = f"<!DOCTYPE {root} [{declared}]>{body[1]}{body[2]}".replace("glass", entity, 1)
    assert any("entities" in one.message or "not XML" in one.message for one in refused(text, name))
