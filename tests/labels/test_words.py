"""The words that a brief prints: all of them are in the files of labels, each file has just these, each is used.

The second language of these tests is the first one in other letters: wherever a page has a Latin letter that is no
author's, a word was left in the code.
"""

import ast
import copy
import re
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache, partial
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, get_args

import pytest
import yaml
from pydantic import BaseModel, BeforeValidator, ValidationError

from evibrief import resources
from evibrief.archive.between import Between, ChangeInWords
from evibrief.archive.evidence_words import evidence_in_words
from evibrief.archive.versions import Version, versions
from evibrief.archive.withdraw import withdraw_version
from evibrief.build import build
from evibrief.checks.load import load
from evibrief.evidence import fields as kinds
from evibrief.evidence import vocabulary
from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Stated
from evibrief.evidence.records import AnimalExposure, Dose, SinceChange
from evibrief.formats.docx.footers import footer_parts
from evibrief.formats.docx.names import WORD
from evibrief.formats.html import citations
from evibrief.formats.html.foot import with_foot
from evibrief.formats.html.markdown import typeset
from evibrief.formats.html.render import render, render_text
from evibrief.formats.html.web import FACETS
from evibrief.labels import groups, phrases
from evibrief.labels.languages import english, read_words, words_in
from evibrief.labels.sentence import Plural, Sentence
from evibrief.labels.words import Words
from evibrief.mailing.letters import Enclosed, Sent, brief_letter, recall_letter
from evibrief.mailing.message import Letter
from evibrief.mailing.recipients import Recipient, Sender
from evibrief.problems import Problems
from evibrief.rating.findings import Findings, derive
from evibrief.rating.sides import Side
from evibrief.rating.values import fill, values_of
from evibrief.sections.blocks import PAGE, PAGES, Foot
from evibrief.sections.compose import compose_view
from parsed import PACKAGE as SOURCE
from parsed import trees
from shared import Shared

ROOT = Path(__file__).parents[2]
LABELS = ROOT / "templates" / "labels" / "en.yaml"
BRIEF = ROOT / "tests" / "briefs" / "blue-glass"
Path_ = tuple[str | int, ...]


@cache
def labels() -> Any:
    return yaml.safe_load(LABELS.read_text())


def leaves(node: Any, at: Path_ = ()) -> Iterator[tuple[Path_, str]]:
    if isinstance(node, str):
        yield at, node
    for key, child in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from leaves(child, (*at, key))


def entry(tree: Any, at: Path_) -> Any:
    for step in at:
        tree = tree[step]
    return tree


# Complete, and nothing else: a file of labels against its type.


def test_there_are_many_words() -> None:
    assert len(list(leaves(labels()))) > 400


@pytest.mark.slow
def test_a_word_that_is_missing_is_found_whichever_it_is() -> None:
    kept = []
    for at, _ in leaves(labels()):
        less = copy.deepcopy(labels())
        del entry(less, at[:-1])[at[-1]]
        try:
            Words.model_validate(less)
            kept.append(at)
        except ValidationError:
            pass
    assert {at[-1] for at in kept} == {"none"}  # the one form of a count that a language may do without


def test_a_word_that_nobody_prints_is_found_wherever_it_is() -> None:
    groups_of = {at[:-1] for at, _ in leaves(labels())} | {()}
    assert len(groups_of) > 60
    for at in groups_of:
        more = copy.deepcopy(labels())
        group = entry(more, at)
        if isinstance(group, list):
            group.append("one more")
        else:
            group["one-more"] = "one more"
        with pytest.raises(ValidationError):
            Words.model_validate(more)


def test_each_vocabulary_of_the_evidence_has_its_words() -> None:
    named = {name: value for name, value in vars(vocabulary).items() if get_args(value)}
    printed = [get_args(field.annotation) for field in Words.model_fields.values()]
    keyed = {get_args(parts[0]) for parts in printed if parts}
    # Of three of these the page says what follows, the directness; what was read of a publication is not printed yet.
    unprinted = {"Exposure", "Relation", "Seen", "Species"}
    assert len(named) > 15
    assert {name for name, value in named.items() if get_args(value) not in keyed} == unprinted


@pytest.mark.parametrize(
    ("was", "now", "line_of", "told"),
    [
        ("  strong: Strong\n", "", "  medium: Medium", "tier: there is nothing for: strong"),
        ("  strong: Strong\n", "  strong: Strong\n  other: X\n", "  other: X", "tier.other: no value is called this"),
        ("  effect: Effect\n", "", "  became_and_found: ", "columns.effect: this is missing"),
        ("  effect: Effect\n", "  effect: Effect\n  effekt: X\n", "  effekt: X", "columns.effekt: no label is"),
        ('"of {statements}, {tiers}"', '"of {statements}"', "  tier_summary: ", "other places for values"),
        ('"of {statements}, {tiers}"', '"of {statements}, {tiers}{x}"', "  tier_summary: ", "other places for values"),
        ('"of {statements}, {tiers}"', '"of {statements}, {tiers.x}"', "  tier_summary: ", "no place for a value"),
        ('"of {statements}, {tiers}"', '"of {statements}, {tiers"', "  tier_summary: ", "no place for a value"),
        ('  why: "Why: {reason}"\n', "", "  language: English", "letters.why: this is missing"),
        ('  why: "Why: {reason}"\n', '  why: "Why?"\n', '  why: "Why?"', "other places for values"),
        ("  all_versions: All versions\n", "", "  title: ", "archive.all_versions: this is missing"),
        ("  superseded: superseded\n", "", "  current: current", "listed: there is nothing for: superseded"),
        ("  effect: Effect\n", "  effect: [Effect]\n", "  effect: [Effect]", "expected text"),
        ("  effect: Effect\n", "  effect: no\n", "  effect: no", "is read as a truth value by YAML"),
    ],
)
def test_what_is_wrong_with_a_file_of_labels_has_its_place(
    was: str, now: str, line_of: str, told: str, tmp_path: Path
) -> None:
    text = LABELS.read_text()
    assert was in text
    path = tmp_path / "en.yaml"
    path.write_text(text.replace(was, now, 1))
    with pytest.raises(Problems) as caught:
        read_words(path)
    (problem,) = caught.value.problems
    lines = path.read_text().split("\n")
    assert problem.place.path == str(path)
    assert lines[problem.place.line - 1].startswith(line_of)
    assert problem.place.column > 1
    assert told in problem.message
    assert problem.hint


def test_a_language_is_read_once_and_serves_all_its_countries() -> None:
    assert words_in("en") is words_in("en-GB") is words_in("en-US") is english()
    assert resources.labels("tlh") is None
    with pytest.raises(LookupError):
        words_in("tlh")


def test_the_nearest_file_of_a_language_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "labels").mkdir()
    for tag in ("en", "pt", "pt-BR"):
        (tmp_path / "labels" / f"{tag}.yaml").write_text("")
    monkeypatch.setattr(resources, "templates", lambda: tmp_path)
    assert resources.languages() == ("en", "pt", "pt-BR")
    chosen = {tag: resources.labels(tag) for tag in ("pt", "pt-BR", "pt-PT", "pt-BR-x-a", "p", "en-GB")}
    assert {tag: path and path.stem for tag, path in chosen.items()} == {
        "pt": "pt", "pt-BR": "pt-BR", "pt-PT": "pt", "pt-BR-x-a": "pt-BR", "p": None, "en-GB": "en",
    }  # fmt: skip


# Each word is used, and each sentence is given just the values that it takes: read out of the code.


GROUPS: Mapping[str, type[BaseModel]] = {
    name: field.annotation for name, field in Words.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
}  # fmt: skip


Word = tuple[str, str]
Function = ast.FunctionDef


def named(node: ast.AST, groups: Mapping[str, str]) -> Word | None:
    """The group and the name of a word that an expression asks for: `words.notes.none`, or `notes.none`."""
    if not isinstance(node, ast.Attribute):
        return None
    group = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
    group = groups.get(group, group)
    return (group, node.attr) if group in GROUPS and node.attr in GROUPS[group].model_fields else None


def given_names(function: Function) -> Iterator[tuple[str, ast.AST]]:
    """What a function gives local names to."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
            both = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
            pairs = zip(target.elts, value.elts, strict=True) if both else [(target, value)]  # type: ignore[attr-defined]
            yield from ((one.id, said) for one, said in pairs if isinstance(one, ast.Name))


def local_groups(function: Function) -> dict[str, str]:
    """Local names for groups: `names = words.columns`."""
    told = ((name, said.attr) for name, said in given_names(function) if isinstance(said, ast.Attribute))
    return {name: group for name, group in told if group in GROUPS}


def local_words(function: Function) -> dict[str, Word]:
    """Local names for sentences: `labelled = words.sentences.labelled`."""
    known = local_groups(function)
    return {name: word for name, said in given_names(function) if (word := named(said, known))}


def functions() -> Iterator[tuple[Path, Function]]:
    for path, tree in trees().items():
        yield from ((path, node) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


Call = tuple[Path, int, Word, set[str], bool]


@cache
def calls() -> tuple[Call, ...]:
    """Every call of a sentence: its place, which it is, the names that it gives, and whether these are all."""
    return tuple(found for path, function in functions() for found in calls_in(path, function))


def calls_in(path: Path, function: Function) -> Iterator[Call]:
    known, local = local_groups(function), local_words(function)
    for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
        if word := named(call.func, known) or local.get(getattr(call.func, "id", "")):
            given = {one.arg for one in call.keywords if one.arg}
            yield path, call.lineno, word, given, all(one.arg for one in call.keywords)


def test_each_word_is_used() -> None:
    used = {
        word for _, function in functions() for known in [local_groups(function)] for node in ast.walk(function)
        if (word := named(node, known))
    }  # fmt: skip
    templates = "".join((ROOT / "templates" / f"{name}.html.jinja").read_text() for name in ("brief", "blocks"))
    used |= {("page", name) for name in re.findall(r"\bwords\.(\w+)", templates)}
    used |= {("archive", name) for name in words_of_archive_templates()}
    used |= {("web", name) for name in words_of_web()}
    used |= {("reading", name) for name in groups.Reading.model_fields}  # printed all, in their order
    every = {(group, name) for group, record in GROUPS.items() for name in record.model_fields}
    assert len(every) > 300
    assert every - used == set()
    attributes = {node.attr for tree in trees().values() for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert set(Words.model_fields) - attributes == {"reading"} - attributes


def test_templates_ask_for_just_the_words_of_the_page() -> None:
    templates = "".join((ROOT / "templates" / f"{name}.html.jinja").read_text() for name in ("brief", "blocks"))
    assert set(re.findall(r"\bwords\.(\w+)", templates)) == set(groups.PageWords.model_fields)


def words_of_web() -> set[str]:
    """The words of the web page's controls: those in its template, those that the code puts in, those of the script."""
    templates = "".join((ROOT / "templates" / f"{name}.html.jinja").read_text() for name in ("web", "compared"))
    script = (ROOT / "templates" / "screen.js").read_text()
    code = (SOURCE / "formats" / "html" / "web.py").read_text()
    code += "".join(re.findall(r"\bwords\.web\.\w+", (SOURCE / "sections" / "compared.py").read_text()))
    asked = {*re.findall(r"\bwords\.(?:web\.)?(\w+)", templates + code), *(facet.replace("-", "_") for facet in FACETS)}
    return asked | (set(re.findall(r'"(\w+)"', script)) & set(GROUPS["web"].model_fields))


def test_the_script_asks_for_no_word_that_is_not_there() -> None:
    script = (ROOT / "templates" / "screen.js").read_text()
    said: dict[str, str] = dict(re.findall(r'\bsay\("(\w+)"(, \{)?', script))
    assert len(said) > 8
    assert set(said) <= set(GROUPS["web"].model_fields)
    # A sentence is given values, and nothing else is.
    sentences = {name for name in said if isinstance(getattr(english().web, name), Sentence)}
    assert {name for name, values in said.items() if values} == sentences


ARCHIVE_TEMPLATES = ("index.html", "version.html", "compare.html", "archive.html", "archive-parts", "feed.atom")


def words_of_archive_templates() -> set[str]:
    texts = "".join((ROOT / "templates" / f"{name}.jinja").read_text() for name in ARCHIVE_TEMPLATES)
    return set(re.findall(r"\bwords\.(\w+)", texts))


def test_the_pages_of_an_archive_ask_for_just_their_words() -> None:
    in_code = {name for _, _, (group, name), _, _ in calls() if group == "archive"}
    assert in_code == {"studies"}
    assert words_of_archive_templates() | in_code == set(GROUPS["archive"].model_fields)


def test_each_sentence_is_given_just_the_values_that_it_takes() -> None:
    assert len(calls()) > 120
    for path, line, (group, name), given, whole in calls():
        word = getattr(getattr(english(), group), name)
        if isinstance(word, Sentence):
            names = set(word.names)
        else:
            assert isinstance(word, Plural)
            names = set(Sentence(word.other).names) - {"number"}
        assert given == names if whole else given < names, f"{path.name}:{line}: {group}.{name}"


def test_each_sentence_is_called_somewhere() -> None:
    called = {word for _, _, word, _, _ in calls()}
    every = {
        (group, name) for group in GROUPS for name in GROUPS[group].model_fields
        if isinstance(getattr(getattr(english(), group), name), Sentence)
    }  # fmt: skip
    called |= {("archive", name) for name in words_of_archive_templates()}  # what they are given, a page shows
    called |= {("web", name) for name in words_of_web()}  # the script gives them their values
    assert every - called == set()


def test_a_sentence_refuses_other_values() -> None:
    sentence = Sentence("{number} of {total}")
    assert sentence(number=1, total=2) == "1 of 2"
    for wrong in ({"number": 1}, {"number": 1, "total": 2, "more": 3}):
        with pytest.raises(TypeError):
            sentence(**wrong)


def test_what_is_put_in_is_never_a_place_itself() -> None:
    assert Sentence("{label}: {value}")(label="{value}", value="{0.x}") == "{value}: {0.x}"


# No word for a reader is typed in the code of the page.


NO_WORDS = {
    "changes.py": {"bottom line"},  # how a change of it is called in the data
    "compared.py": {f"{what} {how}" for what in ("claim", "record", "evidence")
                    for how in ("added", "removed", "changed")} | {"rank moved"},  # the same
    "between.py": {"bottom line"},  # how a change of it is called in the data
    "letters.py": {"evibrief verify FILE"},  # a command
    "picture.py": {'(<img src=")([^"<>]*)(")'},  # markup
}
NOT_PAGE = {"sheet.py", "inline.py"}  # they print what they are given: by the library that draws, and as SVG


def typed(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Literals that read like words: letters and a space between them, or a capital; docstrings are none."""
    documentation = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    names = {id(node) for call in ast.walk(tree) if isinstance(call, ast.Call) for node in call.args[:1]
             if getattr(call.func, "id", "") == "TypeVar"}  # fmt: skip
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in documentation | names:
            continue
        if re.search(r"[^\W\d_]{2,}[ \u00a0]|[ \u00a0][^\W\d_]{2,}|\b[A-Z][a-z]{2,}", node.value):
            yield node.lineno, node.value


def worded(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Literals with letters that are given to the page as its text."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        texts = [one.value for one in call.keywords if one.arg in ("text", "prose", "caption", "title", "heading")]
        if getattr(call.func, "id", "") in ("Heading", "Paragraph", "Column", "Figure", "table"):
            texts += call.args[:1]
        for text in texts:
            for node in ast.walk(text):
                inside = isinstance(node, ast.Constant) and isinstance(node.value, str)
                if inside and re.search(r"[^\W\d_]{2,}", node.value) and not isinstance(text, ast.Call):  # type: ignore[attr-defined]
                    yield node.lineno, node.value  # type: ignore[attr-defined]


def test_no_word_for_a_reader_is_typed_in_the_sections() -> None:
    modules = [path for path in trees() if SOURCE / "sections" in path.parents and path.name not in NOT_PAGE]
    assert len(modules) > 20
    modules += [SOURCE / "mailing" / "letters.py"]
    modules += [SOURCE / "archive" / f"{name}.py" for name in ("index", "shown", "between", "evidence_words")]
    found = {
        (path.name, line, text) for path in modules for line, text in (*typed(trees()[path]), *worded(trees()[path]))
        if text not in NO_WORDS.get(path.name, ())
    }  # fmt: skip
    assert found == set()


@pytest.mark.parametrize("code", ['Line(text="none")', 'x = f"of {n} claims"', 'Heading("Harms", "h")', 'y = "Harms"'])
def test_a_typed_word_would_be_found(code: str) -> None:
    assert list(typed(ast.parse(code))) + list(worded(ast.parse(code)))


def test_no_word_for_a_reader_is_typed_in_the_templates_of_the_page() -> None:
    for name in ("brief.html", "blocks.html", *ARCHIVE_TEMPLATES, "mail.html", "sentence"):
        text = (ROOT / "templates" / f"{name}.jinja").read_text()
        unseen = r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<style.*?</style>|<(?:id|updated)>.*?(?=</)|<[^>]*>"
        bare = re.sub(unseen, " ", text, flags=re.DOTALL)
        attributes = r'[\w-]+="[^"]*"|\bdata- ="[^"]*"'  # the name of one of `data-…` may be a value
        assert re.findall(r"[^\W\d_]{2,}", re.sub(attributes, " ", bare)) == [], name


# A language without labels, and a second language from one end to the other.


def test_a_brief_in_a_language_without_labels_is_refused(tmp_path: Path) -> None:
    folder = shutil.copytree(BRIEF, tmp_path / "blue")
    path = folder / "brief.yaml"
    path.write_text(path.read_text().replace("\nlanguage: en-GB\n", "\nlanguage: ar\n"))
    with pytest.raises(Problems) as caught:
        build(folder, tmp_path / "out", ["html"])
    (problem,) = caught.value.problems
    line = path.read_text().split("\n").index("language: ar") + 1
    assert (problem.place.path, problem.place.line, problem.place.column) == (str(path), line, 11)
    assert problem.rule == "unknown-language"
    assert "`ar`" in problem.message
    assert "en" in problem.hint
    assert not (tmp_path / "out").exists()


CYRILLIC = {ord(letter): 0x430 + at for at, letter in enumerate("abcdefghijklmnopqrstuvwxyz")}
CYRILLIC |= {ord(letter): 0x410 + at for at, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
KEPT = re.compile(r"(\{[^{}]*\}|\]\([^()]*\)|\[[^\[\]]*@[^\[\]]*\]|@[\w:-]+)")
"""What stays in Latin letters: places for values, targets of links, citations."""


def other(text: str) -> str:
    """A text in other letters."""
    parts = KEPT.split(text)
    return "".join(part if at % 2 else part.translate(CYRILLIC) for at, part in enumerate(parts))


def in_other_letters(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: in_other_letters(child) for key, child in node.items()}
    return [in_other_letters(child) for child in node] if isinstance(node, list) else other(node)


@pytest.fixture
def second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The templates with a second language, `ru`."""
    folder = shutil.copytree(ROOT / "templates", tmp_path / "templates")
    made = yaml.safe_dump(in_other_letters(labels()), allow_unicode=True, sort_keys=False, width=1000)
    (folder / "labels" / "ru.yaml").write_text(made)
    monkeypatch.setattr(resources, "templates", lambda: folder)
    return folder


# Texts that are names for the program: of versions, hashes, rules, styles, files, ids.
NAMES = {"id", "version", "evidence", "rule", "citation_style", "instrument", "level", "accent", "logo", "when", "key",
         "records", "record", "kind", "sha256"}  # fmt: skip


def is_text(annotation: Any) -> bool:
    parts = (annotation, *getattr(annotation, "__metadata__", ()))
    readers = (kinds._text, kinds._free_text, kinds._prose)
    if any(isinstance(one, BeforeValidator) and one.func in readers for one in parts):
        return True
    return any(map(is_text, get_args(annotation)))


def foreign(node: Any, text: bool = False) -> Any:
    """Records as an author would have written them in other letters; ids, numbers and words from lists stay."""
    if isinstance(node, str) and text:
        return node if node == "unknown" else other(node)
    if isinstance(node, Stated) and node.attribution.startswith("none"):  # here `none` is a word from a list
        attribution = "none" + other(node.attribution.removeprefix("none"))
        return node.model_copy(update={"attribution": attribution, "study_type": other(node.study_type)})
    if isinstance(node, tuple):
        return tuple(foreign(one, text) for one in node)
    if isinstance(node, BaseModel):
        changed = {}
        for name, field in type(node).model_fields.items():
            if isinstance(node, SinceChange) and name in ("was", "now", "reason"):
                changed[name] = other(getattr(node, name))
                continue
            mine = name not in NAMES and (any(map(is_text, field.metadata)) or is_text(field.annotation))
            changed[name] = foreign(getattr(node, name), mine)
        return node.model_copy(update=changed)
    return node


def foreign_brief(folder: Path) -> Brief:
    brief: Brief = foreign(load(folder).brief)
    references = tuple(
        one.model_copy(update={
            "title": other(one.title or ""),
            "author": tuple({key: other(str(name)) for key, name in author.items()} for author in one.author),
        }) for one in brief.references
    )  # fmt: skip
    record = brief.brief.model_copy(update={"language": "ru"})
    found: Brief = brief.model_copy(update={"brief": record, "references": references})
    return found


def variants(folder: Path) -> dict[str, Brief]:
    brief = foreign_brief(folder)
    return {
        "whole": brief,
        "without an instrument": brief.model_copy(update={"instrument": None}),
        "without a review": brief.model_copy(update={"reviews": ()}),
        "without a source document": brief.model_copy(
            update={"brief": brief.brief.model_copy(update={"source_document": None})}
        ),
    }


def texts(node: Any, name: str = "") -> Iterator[str]:
    """What a reader sees of a view: no anchors, addresses or kinds of blocks."""
    if is_dataclass(node):
        if getattr(node, "style", "") == "identifier":
            return
        for field in fields(node):
            if field.name not in UNSEEN:
                yield from texts(getattr(node, field.name), field.name)
    elif isinstance(node, tuple | list):
        for child in node:
            yield from texts(child, name)
    elif isinstance(node, Mapping):
        yield from (text for text in node.values())
    elif isinstance(node, str):
        yield node


UNSEEN = {
    "anchor", "kind", "style", "scope", "links", "svg", "lettered", "png", "language", "date", "judged", "key", "name",
}  # fmt: skip


def latin(text: str, known: re.Pattern[str]) -> set[str]:
    """Words in Latin letters that are neither ids nor units nor names of things that have no other name."""
    addresses = r"\]\([^()]*\)|doi:\S+|https?:\S+"
    bare = re.sub(rf"{addresses}|\[[^\[\]]*@[^\[\]]*\]|@[\w:-]+|\b[0-9a-f]{{12,64}}\b|\{{pages?\}}", " ", text)
    return set(re.findall(r"[A-Za-z]+", known.sub(" ", bare)))


def names_in(findings: Findings, brief: Brief) -> re.Pattern[str]:
    """What `latin` leaves out of account: one pattern, because a large brief has thousands of texts and of names."""
    amounts: tuple[Dose | AnimalExposure, ...] = (*brief.doses.people, *brief.doses.other)
    known = {*findings.claims, *findings.links, *findings.statements, *findings.references}
    known |= {one.id for one in brief.limitations.corrections} | {name.lstrip("s") for name in findings.statements}
    known |= {rule for _, rule, _, _ in findings.overrides}
    # What changed is told with the name of its field in the data files.
    told = {one.record.partition(", ")[2].replace("_", " ") for one in brief.since.changes} if brief.since else set()
    known |= {word for field in told for word in (field, *field.split())}
    known |= {brief.instrument.name} if brief.instrument else set()
    known |= {dose.amount.unit for dose in amounts}
    names = "|".join(map(re.escape, sorted(known - {""}, key=len, reverse=True)))
    return re.compile(rf"(?<![\w-])(?:{names})(?![\w-])")


@pytest.mark.slow
@pytest.mark.parametrize("folder", [BRIEF, ROOT / "data" / "ketamine-mecfs"], ids=lambda folder: folder.name)
def test_a_page_in_a_second_language_has_no_word_of_the_first(folder: Path, second: Path) -> None:
    for name, brief in variants(folder).items():
        findings = derive(brief)
        view = compose_view(fill(brief, values_of(brief, findings)), findings, "0" * 64)
        seen = list(texts(view))
        assert len(seen) > 500
        assert any("\u0430" <= letter <= "\u0451" for text in seen for letter in text)
        known = names_in(findings, brief)
        assert {text: left for text in seen if (left := latin(text, known))} == {}, name


def test_the_web_page_is_in_the_second_language(second: Path) -> None:
    brief = foreign_brief(BRIEF)
    findings = derive(brief)
    view = compose_view(fill(brief, values_of(brief, findings)), findings, "0" * 64)
    style = citations.citation_style(brief.brief.citation_style, BRIEF)
    references = [one.model_dump(exclude_none=True) for one in brief.references]
    page = render(view, resources.template_texts(), partial(typeset, references=references, style=style, language="ru"))
    assert page.complaints == ()
    assert '<html lang="ru">' in page.html
    seen = re.sub(r"<head>.*?</head>|<style.*?</style>|<[^>]*>", " ", page.html, flags=re.DOTALL)
    assert other(str(labels()["page"]["bottom_line"])) in seen
    assert len(re.findall(r"\w+", seen)) > 1000
    # What is said of the structure of the page, to those who do not see it, has to be in the language as well.
    page_only = re.sub(r"<meta(?! name=.description)[^>]*>", "", page.html)
    said = re.findall(r'(?:alt|aria-label|content)="([^"]*)"', page_only)
    assert len(said) > 10
    known = names_in(findings, brief)
    assert {text for text in said if latin(text, known)} == set()


@pytest.mark.slow
def test_a_brief_in_the_second_language_is_built(second: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(BRIEF, tmp_path / "blue")
    path = folder / "brief.yaml"
    path.write_text(path.read_text().replace("\nlanguage: en-GB\n", "\nlanguage: ru-RU\n"))
    page = build(folder, tmp_path / "out", ["html"])[0].path.read_text()
    assert '<html lang="ru-RU">' in page
    assert f'<h2 id="bottom_line">{other(str(labels()["page"]["bottom_line"]))}</h2>' in page
    assert f'content: "{other(str(labels()["foot"]["no_advice"]))}";' in page


# What goes round a brief: letters, the pages of an archive, what `verify` says of the evidence.


def in_second(folder: Path) -> Side:
    brief = foreign_brief(folder)
    findings = derive(brief)
    return Side(*fill((brief, findings), values_of(brief, findings)))


def lines_of(letter: Letter) -> list[str]:
    html = render_text("mail.html.jinja", resources.template_texts(), words=letter)
    assert '<html lang="ru">' in html
    seen = re.sub(r"<head>.*?</head>|<[^>]*>", "\n", html, flags=re.DOTALL)
    told = [text for part in letter.parts for text in (part.heading, *part.paragraphs, *part.items)]
    return [letter.subject, *told, *unescape(seen).split("\n")]


def english_left(lines: Iterable[str], side: Side, given: Iterable[str] = ()) -> dict[str, set[str]]:
    """What is left in Latin letters of each line, without what the caller gave, which is no word of ours."""
    told = {}
    for line in lines:
        bare = line
        for text in sorted(given, key=len, reverse=True):
            bare = bare.replace(text, " ")
        told[line] = latin(bare, names_in(side.findings, side.brief))
    return {line: left for line, left in told.items() if left}


CHANGES = tuple(ChangeInWords("major", "а", "б", f"{number}", "", "", "в", "", ()) for number in range(20))
SINCE = Between("1.0.0", "1.1.0", "ru", "а", CHANGES, ())
GIVEN = {"a.pdf", "fr-CA", "evibrief verify FILE", "https://example.org/briefs"}
SENDER = Sender(name="а", address="s@example.org")
CORE = Enclosed({"a.pdf": b""}, core=True, pages=4, whole_pages=9)


def archived(number: str, state: str) -> Version:
    return Version("x", "а", number, "2026-02-01", "", "", "", {}, "", "", state, "2026-02-02: б")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["reader", "reviewer"])
@pytest.mark.parametrize("content", ["c" * 64, ""], ids=["content", "evidence"])
@pytest.mark.parametrize("until", [None, date(2026, 12, 5)])
def test_a_letter_in_a_second_language_has_no_word_of_the_first(
    kind: Literal["reader", "reviewer"], content: str, until: date | None, second: Path
) -> None:
    side = in_second(BRIEF)
    name = "б" if until else None
    reader = Recipient(id="a", role="b", address="a@example.org", language="fr-CA", kind=kind, name=name)
    held = (archived("1.0.0", "withdrawn"), archived("1.1.0", "superseded"))
    sent = Sent(side, "e" * 64, content, archived("2.0.0", "current"))
    lines = lines_of(brief_letter(sent, CORE, SENDER, reader, held, SINCE, until))
    assert other("No dose in it is advice.") in " ".join(lines)
    assert other("is available in English only").split()[-2] in " ".join(lines)
    assert english_left(lines, side, GIVEN) == {}


@pytest.mark.slow
@pytest.mark.parametrize("replaced", [True, False])
def test_a_recall_in_a_second_language_has_no_word_of_the_first(replaced: bool, second: Path) -> None:
    side = in_second(BRIEF)
    reader = Recipient(id="a", role="b", address="a@example.org", language="ru")
    words, now = side.findings.words, Sent(side, "e" * 64, "c" * 64) if replaced else None
    gone = archived("1.0.0", "withdrawn")
    letter = recall_letter(now, CORE, SENDER, reader, gone, "б", SINCE, "ru-RU", words)
    lines = lines_of(letter)
    assert other("not a recommendation to treat") in " ".join(lines)
    assert english_left(lines, side, GIVEN) == {}


def test_a_reader_who_asked_for_another_language_is_told_which_it_is(second: Path) -> None:
    for asked, told in {"ru": False, "ru-RU": False, "en": True, "de": True}.items():
        reader = Recipient(id="a", role="b", address="a@example.org", language=asked)
        letter = brief_letter(Sent(in_second(BRIEF)), Enclosed({}), SENDER, reader, (), None, None)
        first = letter.parts[0].paragraphs[1]
        assert (f"“{asked}”" in first, other("English") in first) == (told, told)


def test_what_verify_says_of_the_evidence_is_in_the_language_of_the_brief(second: Path) -> None:
    side = in_second(BRIEF)
    lines = evidence_in_words(side.brief)
    assert len(lines) > 5
    assert english_left(lines, side) == {}


@pytest.fixture(scope="module")
def documented(shared: Shared) -> Shared:
    """What an archive needs of documents is made before a test puts other templates in place of ours."""
    shared.archive()
    return shared


@pytest.fixture
def foreign_archive(documented: Shared, second: Path, tmp_path: Path) -> Path:
    """An archive of one brief in the second language, whose pages are as the program makes them."""
    folder = shutil.copytree(BRIEF, tmp_path / "blue")
    path = folder / "brief.yaml"
    path.write_text(path.read_text().replace("\nlanguage: en-GB\n", "\nlanguage: ru-RU\n"))
    documented.archive_version(folder, tmp_path / "archive", date(2026, 3, 2))
    return tmp_path / "archive"


def words_on(page: str, version: Version) -> str:
    """What a page shows and says, without what an author wrote, names of files and hashes."""
    unseen = r"<style.*?</style>|<meta[^>]*>|<(?:updated|id)>[^<]*(?=<)"
    bare = re.sub(unseen, " ", page, flags=re.DOTALL)
    seen = unescape(" ".join([*re.findall(r'title="([^"]*)"', bare), re.sub(r"<[^>]*>|SHA-256", " ", bare)]))
    for name in (version.title, version.changed, *version.files, "SHA-256", "PDF", "DOCX", "HTML"):
        seen = seen.replace(name, " ")
    return re.sub(r"\b[0-9a-f]{12,64}\b", " ", seen)


@pytest.mark.slow
def test_an_archive_in_a_second_language_has_no_word_of_the_first(foreign_archive: Path) -> None:
    (version,) = versions(foreign_archive)
    names = ("index.html", "feed.atom", f"{version.id}/v{version.version}.html")
    texts = [(foreign_archive / name).read_text() for name in names]
    withdraw_version(foreign_archive, version.id, version.version, "б", date(2026, 3, 3))
    texts += [(foreign_archive / name).read_text() for name in names]
    labels_of = words_in("ru").archive
    assert labels_of.title in texts[0]
    assert labels_of.feed in texts[1]
    assert labels_of.all_versions in texts[2]
    assert labels_of.withdrawn(date=phrases.date(date(2026, 3, 3), words_in("ru")), reason="б") in texts[5]
    for text in texts:
        assert re.search(r'<(?:html|feed)[^>]* (?:xml:)?lang="ru"', text)
        assert re.findall("[A-Za-z]{2,}", words_on(text, version)) == []


@pytest.mark.slow
def test_an_archive_of_two_languages_is_english_and_marks_the_titles_of_the_other(
    foreign_archive: Path, documented: Shared, tmp_path: Path
) -> None:
    folder = shutil.copytree(BRIEF, tmp_path / "green")
    path = folder / "brief.yaml"
    path.write_text(path.read_text().replace("\nid: blue-glass\n", "\nid: green-glass\n"))
    documented.archive_version(folder, foreign_archive, date(2026, 3, 2))
    index, feed = ((foreign_archive / name).read_text() for name in ("index.html", "feed.atom"))
    assert '<html lang="en">' in index
    assert english().archive.title in index
    assert english().archive.feed in feed
    first, second = versions(foreign_archive)
    assert index.count(f'<h2 lang="ru-RU">{first.title}</h2>') == 1
    assert f"<h2>{second.title}</h2>" in index
    assert '<html lang="ru">' in (foreign_archive / first.id / f"v{first.version}.html").read_text()
    assert '<html lang="en">' in (foreign_archive / second.id / f"v{second.version}.html").read_text()


# The foot of each sheet of paper: only a program that sets pages knows its numbers.


def footer(foot: Foot, reference: bytes) -> str:
    """What a footer of a reference document says with the words of a foot; fields as their names."""
    parts = {name: zipfile.ZipFile(BytesIO(reference)).read(name) for name in ["word/footer1.xml"]}
    made = footer_parts(parts, foot).get("word/footer1.xml", parts["word/footer1.xml"]).decode()
    body = re.sub(r'<w:fldSimple w:instr=" (\w+) ".*?</w:fldSimple>', r"<\1/>", made[made.index("<w:p>") :])
    return re.sub(r"<(?!PAGE|NUMPAGES)[^>]*>", "", body)


@pytest.mark.parametrize(
    ("number", "sheet", "word"),
    [
        (("Page ", PAGE, " of ", PAGES), '"Page " counter(page) " of " counter(pages)',
         "No · Page <PAGE/> of <NUMPAGES/>"),
        ((PAGES, ":", PAGE), 'counter(pages) ":" counter(page)', "No · <NUMPAGES/>:<PAGE/>"),
        (("第", PAGE, "页"), '"第" counter(page) "页"', "No · 第<PAGE/>页"),
        (('"\\</style>', PAGE), r'"\22 \5c \3c /style\3e " counter(page)', 'No · "\\&lt;/style&gt;<PAGE/>'),
    ],
)
def test_the_foot_of_a_page_is_in_the_language(number: tuple[str, ...], sheet: str, word: str) -> None:
    foot = Foot("No", number)
    css = resources.template_texts()["print.css"]
    assert css.count('"{page_number}"') == css.count('"{no_advice}"') == 1
    made = with_foot(css, foot)
    assert f"content: {sheet};" in made
    assert 'content: "No";' in made
    assert "{" not in re.sub(r"\{[^{}]*\}", "", re.sub(r"\{[^{}]*\}", "", made))
    assert footer(foot, resources.reference_document()) == word


def test_the_foot_of_a_page_in_english_is_that_of_the_reference_document() -> None:
    view = compose_view(load(BRIEF).brief, derive(load(BRIEF).brief), "0" * 64)
    assert view.foot == Foot("Not a recommendation to treat", ("Page ", PAGE, " of ", PAGES))
    assert footer_parts({"word/footer1.xml": b"never read"}, view.foot) == {}


def test_a_footer_that_a_designer_wrote_stays() -> None:
    paragraph = "<w:p><w:r><w:t>Own</w:t></w:r></w:p>"
    own = f'<w:ftr xmlns:w="{WORD}">{paragraph}</w:ftr>'.encode()
    made = footer_parts({"word/footer1.xml": own}, Foot("No", (PAGE, PAGES)))["word/footer1.xml"]
    assert own in made
