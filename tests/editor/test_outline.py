"""Where the cursor is, `|` in the examples, in files that are not YAML yet."""

from textwrap import dedent

import pytest

from evibrief.editor.outline import Spot, spot_at
from evibrief.editor.positions import LinePosition, Lines, lines_fed


def spot(written: str) -> Spot | None:
    text = dedent(written).lstrip("\n")
    return spot_at(text.replace("|", "", 1), text.index("|"), ("f",))


@pytest.mark.parametrize(
    ("written", "location", "typed"),
    [
        ("title: Gl|ass", ("f", "title"), "Gl"),
        ("title: |", ("f", "title"), ""),
        ("title: 'Gl|ass", ("f", "title"), "Gl"),
        ("- id: a\n  kind: ob|", ("f", 0, "kind"), "ob"),
        ("claims:\n  - id: a\n    about: |\n    x: {", ("f", "claims", 0, "about"), ""),
        ("claims:\n- id: a\n  about: |", ("f", "claims", 0, "about"), ""),
        ("a:\n  - b:\n      - source: s\n        role: su|", ("f", "a", 0, "b", 0, "role"), "su"),
        ("a:\n  - b: x\n    c:\n      - - d: y|", ("f", "a", 0, "c", 0, 0, "d"), "y"),
        ("safety: [h1, h|]", ("f", "safety", 0), "h"),
        ("e:\n  - {source: a, role: su|", ("f", "e", 0, "role"), "su"),
        ("e:\n  - {source: a,\n     role: |}", ("f", "e", 0, "role"), ""),
        ("e:\n  - {at: {low: 1, unit: m|", ("f", "e", 0, "at", "unit"), "m"),
        ('e: {text: "a, b: {c", role: x|', ("f", "e", "role"), "x"),
        ("broken: [\n  - {\n\nclaims:\n  - about: co|", ("f", "claims", 0, "about"), "co"),
    ],
)
def test_a_value_has_its_location(written: str, location: tuple[str | int, ...], typed: str) -> None:
    found = spot(written)
    assert found
    assert (found.location, found.is_key, found.typed) == (location, False, typed)


@pytest.mark.parametrize(
    ("written", "location", "typed", "keys"),
    [
        ("ti|", ("f",), "ti", set()),
        ("id: a\nti|\nlanguage: x", ("f",), "ti", {"id", "language"}),
        ("- id: a\n  ki|\n  title: b\n- id: c\n  other: d", ("f", 0), "ki", {"id", "title"}),
        ("claims:\n  - id: a\n    |\n    # about: x\n\n    text: >-\n      stated: x\n", ("f", "claims", 0), "",
         {"id", "text"}),
        ("claims:\n  - id: a\n  - so|\n    text: x", ("f", "claims", 0), "so", {"text"}),
        ("e:\n  - {source: a, ro|}", ("f", "e", 0), "ro", {"source"}),
        ("amount: {|", ("f", "amount"), "", set()),
        ("amount:\n  lo|", ("f", "amount"), "lo", set()),
    ],
)  # fmt: skip
def test_a_key_has_its_record(written: str, location: tuple[str | int, ...], typed: str, keys: set[str]) -> None:
    found = spot(written)
    assert found
    assert (found.location, found.is_key, found.typed, set(found.keys)) == (location, True, typed, keys)


@pytest.mark.parametrize(
    "written",
    [
        "text: >-\n  one\n  two [@|", "text: one\n  two [@|", 'text: "one\n  two [@|',
        "- text: |-\n    a: b\n\n    two [@^",
    ],
)
def test_a_text_goes_on_over_lines(written: str) -> None:
    found = spot(written) if "^" not in written else spot_at(written.replace("^", ""), written.index("^"), ("f",))
    assert found
    assert found.is_text
    assert found.location[-1] == "text"
    assert found.typed.endswith("two [@")


@pytest.mark.parametrize("written", ["# title: |", "a: b\n  # |", "e: [a, b] |"])
def test_in_a_comment_or_behind_a_list_there_is_nothing(written: str) -> None:
    assert spot(written) is None


def test_columns_are_counted_as_the_editor_counts_them() -> None:
    text = "a\nµ😀ß|x"
    lines, offset = Lines(text), text.index("|")
    assert [lines.position(offset, name) for name in ("utf-8", "utf-16", "utf-32")] == [(1, 8), (1, 4), (1, 3)]
    for name in ("utf-8", "utf-16", "utf-32"):
        assert lines.offset(lines.position(offset, name), name) == offset
    assert lines.offset(LinePosition(1, 99), "utf-16") == len(text)
    assert lines.offset(LinePosition(99, 0), "utf-16") == len(text)
    assert lines.offset(LinePosition(0, 99)) == 1
    assert lines.line(1) == "µ😀ß|x"


def test_lines_end_in_one_way() -> None:
    assert lines_fed("\ufeffa\r\nb\rc\n") == "a\nb\nc\n"
