"""What an author typed is what a reader reads: in all texts of all briefs, in the PDF, the DOCX and on the web page."""

import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from evibrief.build import build, checked
from evibrief.checks.load import load
from evibrief.formats.html.citations import citation_style
from evibrief.formats.html.markdown import Typeset, typeset
from evibrief.formats.pdf.write import counted_on
from evibrief.formats.registry import format_named
from evibrief.labels.dialect import CITED, parse_text, words_of
from evibrief.problems import Problems
from evibrief.rating.values import fill_text, values_of
from evibrief.review.patches import _is_markdown
from evibrief.review.place import field_texts
from evibrief.sections.blocks import Layer
from fuzz import NASTY, mutate
from shared import FIRST, ROOT, SECOND, Shared
from test_bad import good_brief

EXAMPLE = ROOT / "docs" / "example"
LDN = ROOT / "tests" / "briefs" / "ldn"
NO_TEXTS = frozenset((
    "language", "date", "review_by", "relation", "species", "kind", "stated", "population", "basis", "sources",
    "design",
    "report_of", "when", "state", "checked", "n", "level", "mechanisms", "about", "modality", "direction", "role",
    "exposure", "seen", "outcome",
    "status", "source", "claims", "corrections", "tier", "rule", "unit", "route", "id", "key", "reference",
    "searched", "target", "cohort", "links", "safety",
    "sha256", "matched_by", "record", "weight", "decision", "decided", "when_decided", "version",
    "evidence", "citation_style", "instrument", "low", "high", "value", "line", "rows", "replaces",
    "domain", "overall",
))  # fmt: skip
"""Words from lists, ids, dates and numbers, which are printed as the words of a language, and what is not printed."""


UNPRINTED = frozenset((
    "theme.accent", "theme.text_font", "theme.heading_font", "theme.logo", "closing.certainty",
    "populations.label", "brief.routes",
))  # fmt: skip
"""What no page prints as it is. A population has its label on the page only where somebody in it was studied, and a
route where something was given by it."""


def squeezed(text: str) -> str:
    """A text without spaces and the marks that a page may break a line at. PDFium reads a hyphen there as U+FFFE."""
    return re.sub(r"[\s\u00ad\u200b\u2060]", "", text).replace("\ufffe", "-")


def pieces(text: str, markdown: bool) -> list[str]:
    """What has to be read in one piece: the words between citations, around which a style moves points and commas."""
    words = parse_text(text).words if markdown else text
    return [piece for one in re.split(f"{CITED}|\n\n", words) if (piece := squeezed(one).strip(".,;:"))]


def is_told(piece: str, words: str) -> bool:
    """Whether a text has these words; a piece that begins a sentence of ours has a capital letter there."""
    return piece in words or piece[:1].upper() + piece[1:] in words


def told_by(brief: Path, shared: Shared) -> dict[str, str]:
    """The text of each output."""
    return {
        kind: squeezed(format_named(kind).text(path.read_bytes())) for kind, path in shared.documents(brief).items()
    }


@pytest.mark.parametrize("brief", [SECOND, EXAMPLE, LDN, FIRST], ids=lambda path: path.name)
def test_all_texts_are_read_back_from_all_three_outputs(brief: Path, shared: Shared) -> None:
    loaded = load(brief)
    values = values_of(loaded.brief, loaded.findings)
    told, names_of = told_by(brief, shared), loaded.findings.names()
    looked = 0
    for text in field_texts(loaded.source):
        names = [one for one in text.location if isinstance(one, str)]
        known = names[-1] in NO_TEXTS or ".".join(names[-2:]) in UNPRINTED
        # A reason is printed in the version whose tier it moved; later ones have the text of that version.
        known = known or (names[:2] == ["changes", "reasons"] and text.location[1] != 0)
        if known or names[0] in ("references", "instrument", "retractions", "since", "reviews"):
            continue
        # `none` becomes a sentence.
        typed = text.text.removeprefix("none") if names[-1] == "attribution" else text.text
        # A link that shows an id alone is printed with what the page calls that record.
        typed = re.sub(r"\[(\w+)\]\(#\1\)", lambda link: f"[{names_of[link[1]]}](#{link[1]})", fill_text(typed, values))
        wanted = pieces(typed, _is_markdown(text))
        missing = {kind for kind, words in told.items() if not all(is_told(piece, words) for piece in wanted)}
        assert not missing, (text.location, text.text)
        looked += 1
    assert looked > 40


@pytest.mark.parametrize("layer", ["full", "core"])
@pytest.mark.parametrize("kind", ["html", "docx", "pdf"])
def test_a_brief_without_a_source_document_has_no_word_of_one(kind: str, layer: Layer, shared: Shared) -> None:
    """Nor a unit that is only in another brief."""
    assert load(LDN).brief.brief.source_document is None
    path = shared.documents(LDN, layer)[kind]
    words = " ".join(re.sub("\u00ad", "", format_named(kind).text(path.read_bytes())).split())
    assert "low-dose naltrexone" in words.casefold()
    assert re.findall(r"(?i)source document|\bstated\b|added by this brief|uncited|candidate source", words) == []
    assert re.findall(r"(?i)ketamine|mg/kg|µg/kg|ng/ml|intravenous|intranasal", words) == []


PRINTED = {
    "reviews": {"role", "name", "quoted", "text", "removed", "added", "reason", "decided_by"},
    "since": {"summary", "was", "now", "reason"},
    "retractions": {"source", "searched", "doi"},
    "instrument": {"title", "text", "word", "meaning"},
}
"""What the pages print of files that are written by commands or by somebody else than the author."""

MARKDOWN = {("reviews", "reason"), ("since", "was"), ("since", "now"), ("since", "reason"), ("instrument", "text")}


@pytest.mark.parametrize(("brief", "files"), [(SECOND, {"reviews", "instrument"}), (EXAMPLE, set(PRINTED))],
                         ids=["blue-glass", "example"])  # fmt: skip
def test_what_others_wrote_is_read_back_as_well(brief: Path, files: set[str], shared: Shared) -> None:
    told, looked = told_by(brief, shared), set()
    for location, text in load(brief).source.scalars():
        file, field = location[0], next(one for one in reversed(location) if isinstance(one, str))
        if field in PRINTED.get(str(file), ()) and text != "unknown":
            wanted = pieces(str(text), (file, field) in MARKDOWN)
            missing = {kind for kind, words in told.items() if not all(piece in words for piece in wanted)}
            assert not missing, (location, text)
            looked.add((file, field))
    assert {file for file, _ in looked} == files
    assert all((file, field) in looked for file in files & {"since", "instrument"} for field in PRINTED[str(file)])


AS_TYPED = [
    "CYP2B6*6 and CYP3A4*22; HLA-B*27:05 and HLA-DRB1*04:01", "10~20mg/kg,30~40mg/kg", "about ~5 mg and ~10 mg",
    "5'-AMP and 3'-UTR", 'a "quoted" word -- and so on ...', "> 60 mg was called a high dose.", ">60 mg",
    "- 5 points was the mean change.", "+ 5 points", "* p < 0.05 against placebo", "[11C](R)-PK11195",
    "[11C](+)-PHNO and [18F](2S,4R)-4F-Gln", "[3H](–)-nicotine", "10^5 to 10^6 cells", "2^10", "*4/*5 and *6",
    "p < 0.05*, **p < 0.01, ***p < 0.001", "a * b * c", "2*3*4", "snake_case_name, IL_6 and TNF_a", "a@b.example",
    "p<0.05 and n>3", "R&D, Q&A; AT&T", "$5 and $6", "{2016} and {x}", "#1 and #2", "(c) one", "(d) two", "c) three",
    "1985. That year", "1) one", "i. one", "A. muscaria", "| r | > 0.5", ": one", "~ 5 mg", "= 5", "% of people",
    "[note]: a line", "[a][b] and [c]", "5`-AMP and 3`-AMP", "!important [x]", "C:\\dose", "a\\b", "<0.5 mg",
    "https://example.org/a_b_c/~user", "@ noon", "5 µg·kg−1·min−1", "1. only one", "a ^ b ^ c", "é~é",
    "10 % ~ 20 %", "x:smile:", "^1", "[^1]", "^[note]", "5 * 10^3 * 2", "`", "--", "=", "a – b — c", "…",
]  # fmt: skip
MARKED = [
    ("*in vitro* and **not** a _drug_", "in vitro and not a drug"), ("H~2~O, ONOO^−^ and ^18^F-FDG",
    "H2O, ONOO− and 18F-FDG"),
    ("CO~2~, GABA~A~, 10^5^-10^6^", "CO2, GABAA, 105-106"), ("[the page](https://example.org/a)", "the page"),
    ("<https://example.org/a*b>", "https://example.org/a*b"), ("`<b>*x*`", "<b>*x*"), ("\\*6 and 10\\^5-10\\^6",
    "*6 and 10^5-10^6"),
    ("write to \\@drexample", "write to @drexample"), ("- one\n- two", "onetwo"), ("1. one\n2. two", "onetwo"),
    ("3. one\n4. two", "onetwo"), ("* 5 mg\n* 10 mg", "5mg10mg"), ("- one\n\n- two\n\n  more", "onetwomore"),
    ("one\\\ntwo", "one two"), ("a\n> b\n- c\n# d", "a > b - c # d"), ("\\> 60 mg", "> 60 mg"), ("\\(x\\)", "(x)"),
    ("CH~3~(CH~2~)~16~COOH", "CH3(CH2)16COOH"),
]  # fmt: skip
TWO_WAYS = {
    "10^5-10^6 cells": ("`10^5^-10^6^`", "`10\\^5-10\\^6`"), "10^-5-10^-6 M": ("`10^-5^-10^-6^`", "\\^"),
    "x^2+y^2=z^2": ("`x^2^+y^2^=z^2^`", "\\^"), "10^5,10^6,10^7": ("10^5^,10^6^", "\\^"),
    "10^5/10^6": ("10^5^/10^6^", "\\^"),
    "10mg~20mg,30mg~40mg": ("10mg~20mg~", "\\~"), "- 5 points\n- 6 points": ("`* `", "`\\-`"),
    "*1* and others": ("`_1_`", "`\\*`"), "(*6, *22)*": ("`_", "`\\*`"), "&alpha; and more": ("character itself",
    "`\\&alpha;`"),
    "# of people": ("\\#", "paragraphs"), "1. a\n3. b": ("`2.`", "`3\\.`"), "| a | b |\n|---|---|": ("paragraphs", ""),
    "a\n---": ("paragraphs", ""), "    code": ("paragraphs", ""), "```\nx\n```": ("paragraphs", ""),
    "***": ("backslash", ""),
    "[@a][x]": ("space", ""), "@a[p. 3]": ("space", ""),
}  # fmt: skip
CITATION = [("It fell [@a, p. 3].", f"It fell {CITED}."), ("As @a [p. 3] says", f"As {CITED} says"), ("[-@a]", CITED)]


@pytest.fixture(scope="module")
def style() -> bytes:
    return citation_style("apa", ROOT)


A = [{"id": "a", "type": "book", "title": "T", "author": [{"family": "Smith"}], "issued": {"date-parts": [[2020]]}}]


def set_all(texts: list[str], style: bytes) -> Typeset:
    return typeset(texts, A, style, "en-GB")


def shown(fragment: str) -> str:
    from html import unescape

    return unescape(re.sub(r"<[^>]*>", "", fragment))


def test_signs_of_science_are_printed_as_typed(style: bytes) -> None:
    done = set_all(AS_TYPED, style)
    assert [(AS_TYPED[one.index], one.message) for one in done.complaints] == []
    assert [squeezed(shown(one)) for one in done.fragments] == list(map(squeezed, AS_TYPED))
    assert [words_of(one) for one in AS_TYPED] == [" ".join(one.split()) for one in AS_TYPED]
    assert not any(re.search("<(em|strong|sup|sub|ul|ol|code|blockquote)", one) for one in done.fragments)


def test_markup_is_taken_away_and_nothing_else(style: bytes) -> None:
    done = set_all([typed for typed, _ in MARKED], style)
    assert done.complaints == ()
    assert [squeezed(shown(one)) for one in done.fragments] == [squeezed(words) for _, words in MARKED]


@pytest.mark.parametrize("typed", TWO_WAYS)
def test_what_can_be_read_in_two_ways_is_refused_with_both_spellings(typed: str) -> None:
    faults = parse_text(typed).faults
    assert len(faults) == 1
    assert all(spelling in faults[0].hint for spelling in TWO_WAYS[typed])
    assert faults[0].within.split()[0] in typed


def test_citations_are_told_from_words() -> None:
    assert [parse_text(typed).words for typed, _ in CITATION] == [words for _, words in CITATION]


def test_numbers_of_lists_are_those_that_were_typed(style: bytes) -> None:
    (fragment,) = set_all(["1. a\n2. b\n\nBetween.\n\n3. c\n4. d"], style).fragments
    assert re.findall(r"<ol[^>]*>", fragment) == ["<ol>", '<ol start="3">']
    assert '<ol style="counter-reset: list-item 2">' in counted_on(fragment)


LISTS = "1. apple\\n2. banana\\n\\nBetween.\\n\\n3. cherry\\n4. damson\\n\\n(c) elder\\n\\n(d) fig"
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def test_list_numbers_are_the_same_in_all_three_outputs(tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    brief = folder / "brief.yaml"
    brief.write_text(re.sub("(?<=methods:\n  )text: .*", lambda _: f'text: "{LISTS}"', brief.read_text(), count=1))
    made = {one.path.suffix[1:]: one.path for one in build(folder, tmp_path / "out")}
    pdf = format_named("pdf").text(made["pdf"].read_bytes())
    words = [re.escape(word) for word in ("apple", "banana", "Between.", "cherry", "damson", "(c) elder", "(d) fig")]
    assert re.search(".*".join(words), pdf, re.DOTALL)
    assert re.findall(r"(?m)^(\d)\. $", pdf) == ["1", "2", "3", "4"]  # WeasyPrint draws a list's numbers behind it
    page = made["html"].read_text()
    assert re.search(r'<ol start="3"[^>]*>\s*<li>(<p>)?cherry', page)
    assert re.search(r"<ol>\s*<li>(<p>)?apple", page)
    assert re.search(r"<p>\(c\)\selder</p>\s*<p>\(d\)\sfig</p>", page)
    with zipfile.ZipFile(made["docx"]) as package:
        body, numbering = (etree.fromstring(package.read(f"word/{name}.xml")) for name in ("document", "numbering"))
    begins = {word: _begins(body, numbering, word) for word in ("apple", "banana", "cherry", "damson")}
    assert (begins["apple"][1], begins["cherry"][1]) == (1, 3)
    assert begins["apple"] == begins["banana"]
    assert begins["cherry"] == begins["damson"]
    assert begins["apple"][0] != begins["cherry"][0]


def _begins(body: Any, numbering: Any, word: str) -> tuple[str, int]:
    """The list that a paragraph of the Word document is in, and the number at which that list begins."""
    (paragraph,) = [one for one in body.iter(f"{WORD}p") if "".join(one.itertext("{*}t")).strip() == word]
    name = paragraph.find(f".//{WORD}numId").get(f"{WORD}val")
    (number,) = [one for one in numbering.iter(f"{WORD}num") if one.get(f"{WORD}numId") == name]
    start = number.find(f".//{WORD}startOverride")
    if start is None:
        of = number.find(f"{WORD}abstractNumId").get(f"{WORD}val")
        (kind,) = [one for one in numbering.iter(f"{WORD}abstractNum") if one.get(f"{WORD}abstractNumId") == of]
        start = kind.find(f"{WORD}lvl/{WORD}start")
    return name, int(start.get(f"{WORD}val"))


SCRAPS = [
    "*", "**", "_", "^", "~", "`", "[", "]", "(", ")", "[@a]", "[@a, p. 3]", "@a ", "<", ">", "&", "\\", "\\*", "!",
    "#",
    "1. ", "2. ", "- ", "+ ", "* ", ": ", "|", "\n", "\n\n", " ", "  ", "a", "b", "word", "5", "10", ".", ",", "'", '"',
    "--", "...", "{", "}", "$", "=", "---", "[w](#x)", "https://x.example", "/", "%", "−", "é", "n=5", ";", "(c) ",
    "\t",
]  # fmt: skip
texts = st.lists(st.sampled_from(SCRAPS), min_size=1, max_size=9).map("".join).filter(lambda text: text.strip())


@settings(max_examples=8, deadline=None)
@given(st.lists(texts, min_size=60, max_size=120))
def test_no_text_is_changed_in_silence(generated: list[str]) -> None:
    """Either a text is refused, or its page has the words that the dialect says it has."""
    done = set_all(generated, citation_style("apa", ROOT))
    refused = {one.index for one in done.complaints}
    assert -1 not in refused
    for index, (typed, fragment) in enumerate(zip(generated, done.fragments, strict=True)):
        if index not in refused and CITED not in parse_text(typed).words:
            assert squeezed(shown(fragment)) == squeezed(parse_text(typed).words), typed
    assert len(refused) < len(generated)


def answers(folder: Path) -> Iterator[list[tuple[str, int, int, str]]]:
    """The errors of `check` and of `build`, with their places."""
    for do in (checked, lambda one: build(one, one.parent / "out", ["html", "docx"])):
        try:
            do(folder)
            yield []
        except Problems as wrong:
            yield [(Path(one.place.path).name, one.place.line, one.place.column, one.rule)
                   for one in wrong.problems if one.severity == "error"]  # fmt: skip


MORE = ["[x](y.html)", "[x](#nowhere)", "@none", "# h", " #1", "{a.n}", "[11C](R)"]
quoted = st.lists(st.sampled_from([*SCRAPS, *MORE]), min_size=1, max_size=6).map("".join)
quoted = quoted.filter(lambda text: text.strip())


@settings(max_examples=20, deadline=None)
@given(quoted, st.sampled_from(["finding", "text", "plain"]))
def test_check_and_build_agree_on_every_text(tmp_path_factory: pytest.TempPathFactory, typed: str, where: str) -> None:
    folder = good_brief(tmp_path_factory.mktemp("agree") / "blue")
    path = folder / ("brief.yaml" if where == "text" else "claims/01-glass.yaml")
    field = "(?<=methods:\n  )text: .*" if where == "text" else "finding: .*"
    text = "".join(f"\\{one}" if one in '\\"' else {"\n": "\\n", "\t": "\\t"}.get(one, one) for one in typed)
    words = " ".join(typed.split()) if where == "plain" else f'"{text}"'
    name = "text" if where == "text" else "finding"
    path.write_text(re.sub(field, lambda _: f"{name}: {words}", path.read_text(), count=1))
    check, made = answers(folder)
    assert check == made


FILES = sorted(path.relative_to(SECOND) for path in SECOND.rglob("*") if path.suffix in (".yaml", ".json"))
LINES = [(path, at) for path in FILES for at in range(len((SECOND / path).read_text().split("\n")))]
KINDS = ("replace value", "insert", "cut", "indent", "append", "double")


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(LINES), st.sampled_from(KINDS), st.sampled_from(NASTY))
def test_check_and_build_agree_on_every_damaged_file(
    tmp_path_factory: pytest.TempPathFactory, line: tuple[Path, int], kind: str, words: str
) -> None:
    """Any line of any file of a brief, replaced, cut or doubled, or with something hostile in it."""
    folder = Path(shutil.copytree(SECOND, tmp_path_factory.mktemp("damaged") / "blue-glass"))
    mutate(folder, (line[0], kind, line[1], words))
    check, made = answers(folder)
    assert check == made


CUT = [
    ("Sneezing fell in group #1; in group #2 it rose.", True), ("Sneezing fell in group # 1", True),
    ("#1 of the groups sneezed less", True), ("Group #1", True), ("Group # 1", True),
    ("Sneezing fell in group\n          #1; it rose", True),
    ("Sneezing fell\n          in group #1", True), ("Sneezing fell. # a remark", True), ("'Group #1'", False),
    ('"Group #1" # a remark', False), (">-\n          Group #1", False), ("Group#1", False),
    ("one    # a remark", False),
    ("Sneezing fell.\n        # a remark", False),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "cut"), CUT)
def test_a_text_that_yaml_cuts_is_refused_at_its_place(typed: str, cut: bool, tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    path = folder / "claims" / "01-glass.yaml"
    text = path.read_text()
    path.write_text(text.replace("finding: Sneezing fell in 7 of 12 people.", f"finding: {typed}"))
    assert path.read_text() != text
    told = []
    try:
        load(folder)
    except Problems as wrong:
        told = [(one.rule, one.place.line, "quotes" in one.hint) for one in wrong.problems]
    line = text[: text.index("finding:")].count("\n") + 1
    assert told == ([("cut-text", line, True)] if cut else [])


def refusal(folder: Path, file: str, old: str, new: str) -> str:
    path = folder / file
    assert path.read_text().count(old) == 1
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(Problems) as caught:
        load(folder)
    (problem,) = caught.value.problems
    return f"{problem.message} | {problem.hint}"


def test_a_sentence_that_yaml_splits_is_told_to_be_quoted(tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    old = "This is not a recommendation to treat."
    assert 'in quotes: "Known: it works"' in refusal(folder, "brief.yaml", old, "Known: it works")


def test_a_name_with_an_at_sign_is_told_how_to_be_typed(tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    told = refusal(folder, "brief.yaml", "text: This text says", "text: Write to @drexample; this text says")
    assert "write `\\@drexample`" in told


def test_a_missing_file_is_called_by_its_name(tmp_path: Path) -> None:
    folder = good_brief(tmp_path / "blue")
    (folder / "studies.yaml").unlink()
    with pytest.raises(Problems, match=re.escape("`studies.yaml` is missing")):
        load(folder)


PAGE = (ROOT / "docs" / "texts.md").read_text()


def test_what_the_page_says_is_printed_as_typed(style: bytes) -> None:
    typed = PAGE.partition("```text\n")[2].partition("```")[0].splitlines()
    done = set_all(typed, style)
    assert len(typed) >= 10
    assert done.complaints == ()
    assert [shown(one) for one in done.fragments] == typed


def test_both_spellings_of_the_page_are_read_in_one_way(style: bytes) -> None:
    rows = re.findall(r"^\| `(.*?)` \| `(.*?)` \| `(.*?)` \|$", PAGE, re.MULTILINE)
    assert len(rows) == 4
    for typed, markup, sign in rows:
        assert len(parse_text(typed).faults) == 1
        done = set_all([markup, sign], style)
        assert done.complaints == ()
        assert shown(done.fragments[1]) == typed
        assert shown(done.fragments[0]) != typed
