"""A document becomes a brief of draft claims: each sentence with its place and what it cites; nothing is guessed."""

import datetime
import io
import json
import os
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from command import run_here as evibrief
from drafted_claims import claims_found
from evibrief.checks.draft import load_draft
from evibrief.checks.load import load
from evibrief.drafts import build_draft
from evibrief.evidence.write_yaml import read_yaml
from evibrief.importers.contract import DraftedBrief
from evibrief.importers.documents import MarkdownDocument, WordDocument
from evibrief.importers.drafted_files import as_prose
from evibrief.importers.passages import plain_citations
from evibrief.importers.registry import importer_of
from evibrief.importers.sentences import sentences_in
from evibrief.problems import Problems

DAY = datetime.date(2026, 3, 1)
DOCUMENT = """\
---
author: nobody
---
# On blue glass

Blue glass was worn by 12 people, e.g. in spring. Sneezing fell
by 0.5 points (Muster et al. 2019). It cost 10^5 euros[^1].

## What it does

**In people:**
- It lowers *sneezing* by 30 % [12]
- It helps with:
  - sleep
  - `IL-6`

| a | b |
|---|---|
| 1 | 2 |

## What is open

1. Nobody knows $x^2$. ![A figure](x.png)
2. See [the list](https://example.org) of [@muster2019].

<!-- a remark -->

```
code()
```

[^1]: In 2019.
"""


def drafted(text: str, name: str = "blue") -> DraftedBrief:
    return MarkdownDocument().draft(text.encode(), Path("glass.md"), name, DAY)


def claims_of(made: DraftedBrief) -> list[dict[str, Any]]:
    files = [data.decode() for name, data in sorted(made.files.items()) if name.startswith("claims/")]
    return [claim for text in files for claim in read_yaml(text)["claims"]]


def places_of(made: DraftedBrief) -> list[tuple[int, str]]:
    return [(int(claim["stated"]["line"]), str(claim["text"])) for claim in claims_of(made)]


@pytest.mark.parametrize("text", [
    "One. | Two.", "See e.g. the first. | Then i.e. this.", "He took 0.5 mg. | She took 1.5 mg/kg.",
    "Smith et al. found it. | So did Muster et al. in 2019.", "As in Fig. 2 and Figs. 3 and 4. | And Tab. 1.",
    "Is it so? | It is! | “Yes.” | Well.", "It was written by J. R. Smith. | It sold.",
    "It needs vitamin D. | The rest is known.",
    "In all no. 5 was best. | The answer was no. | They agreed.",
    "It rose vs. placebo, approx. 5 %. | Dr. Muster left.",
    "mTOR rose. | mTOR fell.", "It fell (p. 3). | It rose (cf. p. 4).", "In 2019. | In 2020.",
    "It was given i.v. to 5. | End",
    "10.5 % did. | 1.2.3 is a version.", "No end", "A… | And so on ... to the end.", "It was 3. | 12 people left.",
    "Ref. 5 says so. | Refs. 6-7 do not.", "It cost 5 min. | Then it ended.",
])  # fmt: skip
def test_sentences_end_where_they_end(text: str) -> None:
    expected = [part.strip() for part in text.split("|")]
    plain = " ".join(expected)
    assert [plain[start:end] for start, end in sentences_in(plain)] == expected


@pytest.mark.parametrize(("words", "found"), [
    ("It fell [12, 14-16].", ("[12, 14-16]",)),
    ("It fell (Smith 2019; Muster et al., 2020).",
     ("(Smith 2019; Muster et al., 2020)",)),
    ("Smith et al. (2019) say so.", ("Smith et al. (2019)",)),
    ("Smith and Muster (2019) say so.", ("Smith and Muster (2019)",)),
    ("See doi: 10.5555/abc.1.", ("doi: 10.5555/abc.1",)), ("See PMID: 123.", ("PMID: 123",)), ("It fell.¹²", ("¹²",)),
    ("10⁵ cells in 5 m² (n = 12)", ()), ("In 2019 (the first year) it fell [sic].", ()),
    ("See [@a2019, p. 3].", ("[@a2019, p. 3]",)),
])  # fmt: skip
def test_citations_in_plain_text_are_seen(words: str, found: tuple[str, ...]) -> None:
    assert plain_citations(words) == found


def test_every_sentence_and_entry_has_its_line_and_what_it_is_below() -> None:
    made = drafted(DOCUMENT)
    assert places_of(made) == [
        (6, "Blue glass was worn by 12 people, e.g. in spring."),
        (6, "Sneezing fell by 0.5 points (Muster et al. 2019)."), (7, "It cost 10\\^5 euros."),
        (12, "It lowers sneezing by 30 % \\[12\\]"), (13, "It helps with:"), (14, "sleep"), (15, "IL-6"),
        (23, "Nobody knows \\$x\\^2\\$."), (24, "See the list of \\[\\@muster2019\\]."),
    ]  # fmt: skip
    (people,) = (data.decode() for name, data in made.files.items() if name == "claims/02-what-it-does.yaml")
    assert re.search(r'  # In people\n  # It helps with:\n  - id: "c2_3"\n    text: "sleep"', people)


def test_what_is_in_no_claim_is_listed_with_its_line() -> None:
    made = drafted(DOCUMENT)
    listed = made.files["not-placed.md"].decode().split("\n")
    expected = [
        "line 7: a note: In 2019.", "line 6: a citation in plain text: (Muster et al. 2019)",
        "line 12: a citation in plain text: [12]", "line 17: a table: a b 1 2", "line 23: an equation: x^2",
        "line 23: a picture: A figure", "line 24: a citation in plain text: [@muster2019]",
        "line 24: the address of a link: https://example.org",
        "line 26: a comment: <!-- a remark -->", "line 28: code: code()",
    ]  # fmt: skip
    assert sorted(line[2:] for line in listed if line.startswith("- ")) == sorted(expected)
    told = [line.strip() for line in made.told if line.startswith("  ")]
    assert told == [line[2:] for line in listed if line.startswith("- ")]


def test_words_that_are_struck_out_are_no_claim_and_the_address_of_a_link_is_listed() -> None:
    made = drafted("It helps. ~~It cures everyone.~~ See [Muster](https://example.org/a) and <https://example.org/b>.\n")
    assert "cures" not in "".join(text for _, text in places_of(made))
    listed = made.files["not-placed.md"].decode()
    assert "words that are struck out: It cures everyone." in listed
    assert "the address of a link: https://example.org/a" in listed
    assert "https://example.org/b" in "".join(text for _, text in places_of(made)) + listed


def test_nothing_is_guessed() -> None:
    for claim in claims_of(drafted(DOCUMENT)):
        assert claim["status"] == "unexamined"
        assert {claim[field] for field in ("about", "direction", "population")} == {"to be filled in"}
        assert claim["stated"]["study_type"] == "to be filled in"
        assert "evidence" not in claim
    said = [claim["stated"]["attribution"] for claim in claims_of(drafted(DOCUMENT))]
    assert said.count("(Muster et al. 2019)") == 1
    assert said.count("to be filled in") == 6


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("drafted")
    (place / "glass.md").write_text(DOCUMENT)
    run = evibrief("import", place / "glass.md", "--draft", place / "blue")
    assert run.returncode == 0, run.stderr
    assert "9 claims from 3 sections" in run.stdout
    return place / "blue"


def test_the_folder_has_no_problem_but_what_is_to_be_filled_in(folder: Path) -> None:
    with pytest.raises(Problems) as wrong:
        load(folder)
    assert len(wrong.value.problems) > 40
    assert [one for one in wrong.value.problems if not one.unfinished] == []
    assert all(one.unfinished or one.severity == "warning" for one in load_draft(folder).warnings)


def test_a_draft_of_it_is_built(folder: Path) -> None:
    (written,), _ = build_draft(folder, folder.parent / "out", ("html",))
    page = written.path.read_text()
    assert "Sneezing fell by 0.5 points (Muster et al. 2019)." in page
    assert "line 12" in page


def test_the_example_of_the_page_is_what_comes_out() -> None:
    page = (Path(__file__).parents[2] / "docs" / "drafts.md").read_text()
    _, shown = page.split("This text in `glass.md`\n\n")
    between = "\n\nbecomes these claims (`claims/01-allergy.yaml`), of which the first is:\n\n"
    document, claim = (re.sub("^    ", "", part, flags=re.MULTILINE)
                       for part in shown.split("\n\n- `line`")[0].split(between))  # fmt: skip
    made = drafted(document)
    text = made.files["claims/01-allergy.yaml"].decode()
    assert re.sub("^  ", "", text, flags=re.MULTILINE).split("claims:\n")[1].startswith(claim + "\n")
    assert [claim["text"] for claim in claims_of(made)] == [
        "It lowers sneezing (Muster 2019)", "It is cheap.", "Nobody knows how it works, e.g. at night."]  # fmt: skip


def test_a_folder_that_is_there_is_left_alone(folder: Path) -> None:
    before = (folder / "brief.yaml").read_bytes()
    run = evibrief("import", folder.parent / "glass.md", "--draft", folder)
    assert run.returncode == 1
    assert (folder / "brief.yaml").read_bytes() == before


@pytest.mark.parametrize("text", [
    "a *b* _c_ [d] `e` <f> g^2^ h~3~ $i$ @j {k.n} #l \\ m", "- 5 points", "1. First", "+ 3", "# no", "> 60 mg",
    "5-10 mg - x",
])  # fmt: skip
def test_words_are_printed_as_they_are_in_the_document(text: str) -> None:
    from evibrief.labels.markdown import without_marks

    assert without_marks(as_prose(text)) == text


def test_raised_signs_are_raised_in_the_brief() -> None:
    assert as_prose("ONOO⁻ and 10⁵ of H₂O") == "ONOO^−^ and 10^5^ of H~2~O"


# Word documents

PAPERS = {
    "blue": {"type": "article-journal", "title": "A trial of blue glass",
             "author": [{"family": "Muster", "given": "M"}], "issued": {"date-parts": [[2019]]},
             "DOI": "10.5555/example.1"},
    "rats": {"type": "article-journal", "title": "Rats behind glass", "author": [{"family": "Example", "given": "E"}],
             "issued": {"date-parts": [[2018]]}},
}  # fmt: skip


def cited(shown: str, *papers: str, **more: str) -> str:
    """A citation as Mendeley writes it: its ids begin at `ITEM-1` in each."""
    items = [{"id": f"ITEM-{at}", "itemData": {"id": f"ITEM-{at}", **PAPERS[name]}, **more}
             for at, name in enumerate(papers, 1)]  # fmt: skip
    field = json.dumps({"citationItems": items, "properties": {"noteIndex": 0}, "schema": "csl-citation.json"})
    half = len(field) // 2  # Word may cut it anywhere
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve">ADDIN CSL_CITATION {escape(field[:half])}</w:instrText></w:r>'
        f'<w:r><w:instrText xml:space="preserve">{escape(field[half:])}</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run(shown)}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(*inside: str) -> str:
    return f"<w:p>{''.join(inside)}</w:p>"


def docx(*blocks: str, before: str = "", parts: Mapping[str, str] | None = None) -> bytes:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ' \
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' \
            '<Override PartName="/word/document.xml" ContentType=' \
            '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    links = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">' \
            '<Relationship Id="r1" Type=' \
            '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" ' \
            'Target="word/document.xml"/></Relationships>'  # fmt: skip
    body = f'<?xml version="1.0"?>{before}<w:document {space}><w:body>{"".join(blocks)}</w:body></w:document>'
    made = io.BytesIO()
    files = {"[Content_Types].xml": types, "_rels/.rels": links, "word/document.xml": body, **(parts or {})}
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in files.items():
            package.writestr(name, text)
    return made.getvalue()


def from_word(data: bytes) -> DraftedBrief:
    return WordDocument().draft(data, Path("glass.docx"), "blue", DAY)


WORD = docx(
    paragraph(run("Blue glass helps "), cited("(Muster 2019, p. 3)", "blue", locator="3"), run(". It is cheap.")),
    paragraph(),
    paragraph(run("Rats sneeze "), cited("(Example 2018)", "rats"), run(". Both are known "),
              cited("(Muster 2019; Example 2018)", "blue", "rats"), run(".")),
    paragraph(run("It is blue."), cited("1", "blue"), run(" It is green. "),
              cited("(Example 2018)", "rats"), run(" It is red.")),
)  # fmt: skip


def test_live_citations_are_the_evidence_of_their_sentence_and_of_their_own_publication() -> None:
    made = from_word(WORD)
    found = [(claim["text"], [(one["source"], one["locator"]) for one in claim.get("evidence", ())])
             for claim in claims_of(made)]  # fmt: skip
    assert found == [
        ("Blue glass helps.", [("muster2019", "p. 3")]), ("It is cheap.", []),
        ("Rats sneeze.", [("example2018", "to be filled in")]),
        ("Both are known.", [("muster2019", "to be filled in"), ("example2018", "to be filled in")]),
        ("It is blue.", [("muster2019", "to be filled in")]), ("It is green.", []), ("It is red.", []),
    ]  # fmt: skip
    (first, *_) = claims_of(made)[0]["evidence"]
    assert (first["basis"], first["role"], first["finding"]) == ("cited", "to be filled in", "to be filled in")
    assert [claim["stated"]["line"] for claim in claims_of(made)] == ["1", "1", "2", "2", "3", "3", "3"]
    assert [one["id"] for one in json.loads(made.files["references.json"])] == ["muster2019", "example2018"]
    assert made.files["studies.yaml"].count(b"- reference:") == 2
    listed = made.files["not-placed.md"].decode()
    assert "paragraph 3: a live citation: between two sentences: (Example 2018)" in listed


def test_a_citation_of_which_the_data_is_not_certain_is_no_evidence() -> None:
    # The same document again, with a citation more in a field that pandoc does not take for one.
    alone = '<w:fldSimple w:instr="ADDIN CSL_CITATION {&quot;citationItems&quot;: []}"/>'
    made = from_word(docx(paragraph(run("It is blue "), alone, cited("(Muster 2019)", "blue"), run("."))))
    assert "evidence" not in claims_of(made)[0]
    assert "data cannot be told from that of another: (Muster 2019)" in made.files["not-placed.md"].decode()


def test_raised_figures_stay_raised_and_may_be_a_citation() -> None:
    def raised(text: str) -> str:
        return f'<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>{text}</w:t></w:r>'

    words = (run("Of 10"), raised("6"), run(" cells many fell."), raised("12,13"), run(" It is so."))
    made = from_word(docx(paragraph(*words)))
    assert [claim["text"] for claim in claims_of(made)] == ["Of 10^6^ cells many fell.^12^,^13^", "It is so."]
    assert made.files["not-placed.md"].decode().endswith("paragraph 1: a citation in plain text: ¹²,¹³\n")


@pytest.mark.parametrize("change", ["del", "moveFrom"])
def test_what_was_deleted_or_moved_away_is_not_cited(change: str) -> None:
    gone = f"<w:{change} w:id='1' w:author='a'>{cited('(Example 2018)', 'rats')}</w:{change}>"
    made = from_word(docx(paragraph(run("It is blue "), gone, cited("(Muster 2019)", "blue"), run("."))))
    assert [one["source"] for one in claims_of(made)[0]["evidence"]] == ["muster2019"]


@pytest.mark.parametrize(("data", "said"), [
    (docx(paragraph()), "has no sentence"), (WORD[:200] + WORD[400:], "is damaged|cannot read it"),
    (docx(paragraph(run("A.")), before='<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>'), "entities of its own"),
    (docx(paragraph(run("A.")), parts={"word/footnotes.xml": "<a"}), "not XML"),
])  # fmt: skip
def test_a_document_that_is_damaged_or_made_to_do_harm_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(Problems, match=said):
        from_word(data)


def test_a_document_that_unpacks_to_gigabytes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evibrief.importers.word_citations.LARGEST_WORD", 10_000)
    with pytest.raises(Problems, match="unpacks to more"):
        from_word(docx(paragraph(run("a" * 20_000))))


def test_what_it_is_is_seen_from_its_content() -> None:
    assert importer_of(WORD).name == "docx"
    assert importer_of(DOCUMENT.encode(), drafts=True).name == "markdown"
    with pytest.raises(LookupError):
        importer_of(DOCUMENT.encode())
    assert importer_of(b"TY  - JOUR\nTI  - A\nER  - \n").name == "ris"


@pytest.mark.parametrize(("data", "said"), [
    (b"", "empty"), (b"   \n", "empty"), (b"\0\1", "no file that can be imported"), (b"---\n\n***\n", "no sentence"),
])  # fmt: skip
def test_a_file_without_words_is_one_problem_and_nothing_is_written(data: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(data)
    run = evibrief("import", tmp_path / "a.md", "--draft", tmp_path / "new")
    assert run.returncode == 1
    assert said in run.stderr
    assert run.stderr.count("error[") == 1
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif("SOURCE_DOCUMENT" not in os.environ, reason="the source document of the first brief is not here")
def test_all_claims_of_the_first_brief_are_found_in_its_source_document(tmp_path: Path) -> None:
    document = Path(os.environ["SOURCE_DOCUMENT"])
    made = MarkdownDocument().draft(document.read_bytes(), document, "first", DAY)
    found, in_all = claims_found(made, Path(__file__).parents[2] / "data" / "ketamine-mecfs")
    assert in_all == 144
    assert found >= 144


@pytest.mark.skipif("WORD_CITATIONS" not in os.environ, reason="pandoc's own documents with citations are not here")
def test_documents_of_others_keep_all_their_citations() -> None:
    folder = Path(os.environ["WORD_CITATIONS"])
    for name, references in (("zotero_citations.docx", 3), ("mendeley_citations.docx", 4)):
        data = (folder / name).read_bytes()
        made = WordDocument().draft(data, Path(name), "blue", DAY)
        assert len(json.loads(made.files["references.json"])) == references
