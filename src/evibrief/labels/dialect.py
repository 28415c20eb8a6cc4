"""The Markdown of briefs: what an author may mark up, and nothing else.

In: a text as typed. Out: the same text for pandoc, with a backslash before every sign that is no markup here; the words
that are printed; and what can be read in two ways, with both spellings. docs/texts.md has the rules for authors.

Markup is `*emphasis*`, `**strong emphasis**`, `^raised^`, `~lowered~`, `` `code` ``, `[words](address)`, `<address>`,
`[@citation]`, lists of two items or more, and a backslash before a sign that is meant as such. Signs between letters,
as in `CYP2B6*6`, are signs.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html.entities import html5
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import unquote

CITED = "\ufffc"
"""Stands for a citation in the printed words."""

_SIGNS = frozenset("\\`*_^~[]<>@&!")
"""What pandoc could read as markup inside a line."""

_KEY = r"@(?:\{[^{}\s]+\}|[A-Za-z0-9_](?:\w|[:.#$%&+?<>~/-](?=\w))*)"
_CITATION = re.compile(rf"-?{_KEY}")
_NO_CITATION = {"-": ("w", "@", "\\", "."), "@": ("w", "@", "\\", ".", "-")}
"""What is not in front of a citation; `w` is any letter or digit."""

_BRACKETS = re.compile(r"\\.|[\[\]]", re.DOTALL)
DEEPEST = 12
"""Brackets inside more brackets than this are signs; nobody cites like that."""

_LOCATOR = re.compile(r" \[(?:\\.|[^\[\]\\@])*\](?![(\[])")
_HAS_CITATION = re.compile(rf"(?<![\w@\\])-?{_KEY}")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~ \n])")
_CODE = re.compile(r"(?<![\w`])(`+)(?!`)((?:(?!(?<!`)\1(?!`)).)+)(?<!`)\1(?![\w`])", re.DOTALL)
_AUTOLINK = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]*:[^\s<>]*|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)>")
_LINK = re.compile(r"!?\[((?:\\.|\[[^\[\]\n]*\]|[^\[\]\\])*)\]\(((?:\\.|\([^()\s]*\)|[^()\s\\])*)\)")
_ADDRESS = re.compile(r"#|[A-Za-z][A-Za-z0-9+.-]*:|.*/|.*\.[A-Za-z]{2}|\Z")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]*);")
_RAISED = {sign: re.compile(rf"{re.escape(sign)}((?:\\.|[^\s\\{sign}])+){re.escape(sign)}") for sign in "^~"}
_TWO_BASES = re.compile(r"\w[^\w\s]+\w")
_ITEM = re.compile(r"( {0,3})(?:([-*+])|([0-9]{1,9})\.)( +)(?=\S)")
_NUMBER_FIRST = re.compile(r"[0-9.,]*[0-9]")
_TABLE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)+\|?\s*")
_OPENING = re.compile(r"[#>+:|=%-]|[0-9]+(?=[.)])")


@dataclass(frozen=True, slots=True)
class MarkupFault:
    """What can be read in two ways, or may not stand in a text; `within` is the part of the text."""

    message: str
    hint: str
    within: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text for pandoc, and the words that it prints, with `CITED` for each citation.

    `links` are the addresses that it leads to, `pictures` those of pictures, which no text may have. `citations` are
    as typed: `[@a; @b]`, `@c [p. 3]`.
    """

    markdown: str
    words: str
    faults: tuple[MarkupFault, ...] = ()
    links: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    one_paragraph: bool = True
    citations: tuple[str, ...] = ()


@dataclass
class _Piece:
    """A piece of a line: what pandoc gets, and what is printed. A run of stars may yet become emphasis."""

    markdown: str
    words: str
    run: str = ""
    opens: bool = False
    closes: bool = False


@dataclass
class _Reading:
    """What was found in one text, and in how many brackets its reader is."""

    faults: list[MarkupFault] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    citations: list[str] = field(default_factory=list)
    lists: int = 0
    depth: int = 0


class _Item(NamedTuple):
    marker: str
    number: int
    lines: list[str]


@lru_cache(maxsize=10_000)
def parse_text(text: str) -> Parsed:
    """Read a text: paragraphs with empty lines between them, and lists."""
    reading = _Reading()
    blocks = list(_blocks(text.expandtabs(4).split("\n"), reading))
    markdown = "\n\n".join(one for one, _ in blocks)
    words = " ".join(one for _, one in blocks)
    links, pictures = tuple(dict.fromkeys(reading.links)), tuple(reading.pictures)
    one_paragraph = sum(bool(one) for one, _ in blocks) < 2 and not reading.lists
    citations = tuple(reading.citations)
    return Parsed(markdown, words, tuple(dict.fromkeys(reading.faults)), links, pictures, one_paragraph, citations)


def target_of(link: str) -> str:
    """The id that a link inside the page leads to, without the backslashes and percent signs of an address."""
    return unquote(_ESCAPE.sub(r"\1", link[1:]))


def words_of(text: str) -> str:
    """The words that a text prints, on one line, without citations."""
    return " ".join(re.sub(f" ?{CITED}", "", parse_text(text).words).split())


def _blocks(lines: list[str], reading: _Reading) -> Iterator[tuple[str, str]]:
    waiting = list(_chunks(lines))
    while waiting:
        items, taken = _items(waiting)
        if taken:
            yield from _list(items, reading)
            waiting = waiting[taken:]
        else:
            yield _paragraph(waiting.pop(0), reading)


def _chunks(lines: Iterable[str]) -> Iterator[list[str]]:
    """The lines between empty lines."""
    chunk: list[str] = []
    for line in lines:
        if line.strip():
            chunk.append(line)
        elif chunk:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _items(chunks: list[list[str]]) -> tuple[list[_Item], int]:
    """The items of the list at the beginning, and the number of chunks that it takes; no list has one item."""
    items: list[_Item] = []
    taken, indent = 0, 0
    for chunk in chunks:
        first = _ITEM.match(chunk[0])
        if items and chunk[0].startswith(" " * max(indent, 2)):  # a further paragraph of the last item
            items[-1].lines.extend(("", *(line[indent:] if not line[:indent].strip() else line for line in chunk)))
        elif first and (not items or _kind(first) == _kind_of(items[0])):
            for line in chunk:
                found = _ITEM.match(line)
                if found and len(found[1]) <= len(first[1]) and _kind(found) == _kind(first):
                    indent = found.end()
                    items.append(_Item(found[2] or f"{found[3]}.", int(found[3] or 0), [line[indent:]]))
                else:
                    items[-1].lines.append(line[indent:] if not line[:indent].strip() else line)
        else:
            break
        taken += 1
    return (items, taken) if len(items) > 1 else ([], 0)


def _kind(found: re.Match[str]) -> bool:
    return bool(found[3])


def _kind_of(item: _Item) -> bool:
    return item.marker.endswith(".")


def _list(items: list[_Item], reading: _Reading) -> Iterator[tuple[str, str]]:
    """The list as one block. Numbers that do not follow each other, and dashes before numbers, are faults."""
    for one, after in pairwise(items):
        if _kind_of(one) and after.number != one.number + 1:
            message = f"`{after.marker}` follows `{one.marker}`, and a list counts by itself"
            hint = f"for a list write `{one.number + 1}.`; for the words as they are write `{after.number}\\.`"
            reading.faults.append(MarkupFault(message, hint, f"{after.marker} "))
            break
    if items[0].marker in "-+" and all(_NUMBER_FIRST.match(one.lines[0]) for one in items):
        reading.faults.append(_sign_or_list(items[0]))
    reading.lists += 1
    parts, words = [], []
    for one in items:
        blocks = list(_blocks(one.lines, reading))
        marker = f"{one.marker if _kind_of(one) else '-'} "
        inner = "\n\n".join(markdown for markdown, _ in blocks)
        parts.append(marker + inner.replace("\n", "\n" + " " * len(marker)))
        words += [text for _, text in blocks]
    loose = any("" in one.lines for one in items)
    yield ("\n\n" if loose else "\n").join(parts), " ".join(words)


def _sign_or_list(item: _Item) -> MarkupFault:
    typed = f"{item.marker} {item.lines[0]}"[:40]
    message = f"`{typed}` can be read as a list, or as a sign before a number"
    hint = f"for a list begin each item with `* `; for the sign write `\\{item.marker}` or a minus: `−5`"
    return MarkupFault(message, hint, f"{item.marker} {item.lines[0][:20]}")


_PARAGRAPHS = "texts are paragraphs, lists, links and citations"


def _paragraph(lines: list[str], reading: _Reading) -> tuple[str, str]:
    if what := _other_block(lines):
        reading.faults.append(MarkupFault(f"{what[0]} may not stand in a text", what[1], lines[0].strip()[:40]))
        return "", ""
    text = re.sub(r"(?<!\\)[ \n]+", " ", "\n".join(line.strip() for line in lines))
    markdown, words = _line(text, reading)
    return "\n".join(map(_opened, markdown.split("\n"))), words


def _opened(line: str) -> str:
    """A line whose first sign begins no list, heading or quotation."""
    opening = _OPENING.match(line)
    if not opening or line.startswith("-@"):
        return line
    at = opening.end() if opening[0].isdecimal() else 0
    return f"{line[:at]}\\{line[at:]}"


def _other_block(lines: list[str]) -> tuple[str, str] | None:
    """What a paragraph is elsewhere in Markdown, and what to do."""
    first = lines[0]
    if sign := re.match(r"#{1,6}(?= )", first):
        return "a heading", f"{_PARAGRAPHS}; for the sign write `\\{sign[0]}`"
    if len(lines) > 1 and re.fullmatch(r"\s*(=+|-{3,})\s*", lines[1]):
        return "a heading", f"{_PARAGRAPHS}; take the line of signs away"
    if len(lines) > 1 and any(_TABLE.fullmatch(line) for line in lines[:2]):
        return "a table", _PARAGRAPHS
    if first.startswith("    "):
        return "a block of code", f"{_PARAGRAPHS}; take the spaces in front away"
    if re.match(r"\s*(```|~~~)", first):
        return "a block of code", _PARAGRAPHS
    if re.fullmatch(r"\s*([-*_])(?: *\1){2,}\s*", first):
        return "a rule", f"{_PARAGRAPHS}; for the signs write a backslash before each"
    return None


def _line(text: str, reading: _Reading, cites: bool = False) -> tuple[str, str]:
    """A paragraph for pandoc, and its words. In a bracket of a citation (`cites`) the words are not looked at."""
    reading.depth += 1
    pieces = list(_pieces(text, reading))
    reading.depth -= 1
    _emphasise(pieces, reading)
    markdown = "".join(one.markdown for one in pieces)
    return markdown, CITED if cites else "".join(one.words for one in pieces)


def _pieces(text: str, reading: _Reading) -> Iterator[_Piece]:
    at, closing = 0, _closing(text) if reading.depth <= DEEPEST else {}
    while at < len(text):
        piece, at = _piece(text, at, closing, reading)
        yield piece


def _piece(text: str, at: int, closing: Mapping[int, int], reading: _Reading) -> tuple[_Piece, int]:
    """The piece that begins at a place, and the place behind it. `closing` has the bracket that closes each."""
    sign, before = text[at], re.sub(r"\w", "w", text[at - 1 : at] if at else "")
    if sign not in _SIGNS and not (sign == "-" and text[at + 1 : at + 2] == "@"):
        end = at + 1
        while end < len(text) and text[end] not in _SIGNS and text[end] != "-":
            end += 1
        return _Piece(text[at:end], text[at:end]), end
    if sign == "\\" and (found := _ESCAPE.match(text, at)):
        letter = {" ": "\u00a0", "\n": " "}.get(found[1], found[1])
        return _Piece(found[0], letter), found.end()
    if sign == "`" and (found := _CODE.match(text, at)):
        return _Piece(found[0], found[2].strip()), found.end()
    if sign == "<" and (found := _AUTOLINK.match(text, at)):
        reading.links.append(found[1] if ":" in found[1] else f"mailto:{found[1]}")
        return _Piece(found[0], found[1].removeprefix("mailto:")), found.end()
    end = closing.get(at + (sign == "!"), 0)
    if end and text[end + 1 : end + 2] == "(" and (found := _LINK.match(text, at)) and _ADDRESS.match(found[2]):
        return _link(found, reading), found.end()
    if sign == "[" and end and _HAS_CITATION.search(text, at, end):
        if text[end + 1 : end + 2] in ("[", "("):
            reading.faults.append(_too_near(text[at : end + 2]))
        before_it = len(reading.citations)
        inner, words = _line(text[at + 1 : end], reading, cites=True)
        reading.citations[before_it:] = [text[at : end + 1]]
        return _Piece(f"[{inner}]", words), end + 1
    if sign in "-@" and not before.endswith(_NO_CITATION[sign]) and (found := _CITATION.match(text, at)):
        return _bare_citation(text, found, reading)
    if sign == "&" and (found := _ENTITY.match(text, at)):
        return _entity(found, reading), found.end()
    if sign in "*_":
        return _run(text, at)
    if sign in "^~" and (found := _raised(text, at)):
        return _set_apart(text, found, reading), found.end()
    return _Piece(sign if sign in "-!" else f"\\{sign}", sign), at + 1


def _link(found: re.Match[str], reading: _Reading) -> _Piece:
    before = len(reading.links)
    label, words = _line(found[1], reading)
    if len(reading.links) > before:
        hint = "keep one address; for brackets that are signs write `\\[` and `\\]`"
        reading.faults.append(MarkupFault("a link may not stand in a link", hint, found[0]))
    (reading.pictures if found[0].startswith("!") else reading.links).append(found[2])
    return _Piece(f"{found[0].partition('[')[0]}[{label}]({found[2]})", words)


def _closing(text: str) -> Mapping[int, int]:
    """The place of the bracket that closes each opening one, by the place of that."""
    opened: list[int] = []
    pairs: dict[int, int] = {}
    for found in _BRACKETS.finditer(text):
        if found[0] == "[":
            opened.append(found.start())
        elif found[0] == "]" and opened:
            pairs[opened.pop()] = found.start()
    return pairs


def _bare_citation(text: str, found: re.Match[str], reading: _Reading) -> tuple[_Piece, int]:
    if text[found.end() : found.end() + 1] == "[":
        reading.faults.append(_too_near(text[found.start() : found.end() + 1]))
    elif locator := _LOCATOR.match(text, found.end()):
        reading.citations.append(text[found.start() : locator.end()])
        return _Piece(f"{found[0]} [{_line(locator[0][2:-1], reading)[0]}]", CITED), locator.end()
    reading.citations.append(found[0])
    return _Piece(found[0], CITED), found.end()


def _too_near(typed: str) -> MarkupFault:
    message = "a bracket follows a citation, and nothing is between them"
    return MarkupFault(message, "put a space between them; several citations are one bracket: `[@a; @b]`", typed[:40])


def _entity(found: re.Match[str], reading: _Reading) -> _Piece:
    """A character reference: nobody can tell whether its letters are meant, or the character."""
    if found[0][1] == "#" or found[0][1:] in html5:
        hint = f"for the character write the character itself; for these letters write `\\{found[0]}`"
        reading.faults.append(MarkupFault(f"`{found[0]}` can be read as letters, or as a character", hint, found[0]))
    return _Piece(f"\\{found[0]}", found[0])


def _run(text: str, at: int) -> tuple[_Piece, int]:
    """Signs of emphasis: they open after a space or a mark, and close before one, never inside a word."""
    found = re.compile(r"\*+|_+").match(text, at)
    assert found
    before, after = text[at - 1 : at] if at else "", text[found.end() : found.end() + 1]
    edge = len(found[0]) <= 3
    opens = edge and not re.match(r"\w", before or " ") and bool(after.strip())
    closes = edge and not re.match(r"\w", after or " ") and bool(before.strip())
    plain = "".join(f"\\{sign}" for sign in found[0])
    return _Piece(plain, found[0], found[0], opens, closes), found.end()


def _emphasise(pieces: list[_Piece], reading: _Reading) -> None:
    """Join the runs that open and close each other; all others are signs."""
    opened: list[int] = []
    waiting: Counter[str] = Counter()
    for at, piece in enumerate(pieces):
        first = _mate(piece, pieces, opened) if piece.closes and waiting[piece.run] else None
        if first is not None and first < at - 1:
            while opened and opened[-1] >= first:
                waiting[pieces[opened.pop()].run] -= 1
            inner = "".join(one.words for one in pieces[first + 1 : at])
            if piece.run == "*" and inner[:1].isdigit():
                message = f"`*{inner}*` can be read as emphasis, or as two stars"
                hint = f"for emphasis write `_{inner}_`; for the sign write `\\*`"
                reading.faults.append(MarkupFault(message, hint, f"*{inner}*"))
            for index in (first, at):
                pieces[index].markdown, pieces[index].words = "*" * len(piece.run), ""
        elif piece.opens:
            opened.append(at)
            waiting[piece.run] += 1


def _mate(piece: _Piece, pieces: list[_Piece], opened: list[int]) -> int | None:
    """The last open run of the same signs."""
    return next((index for index in reversed(opened) if pieces[index].run == piece.run), None)


def _raised(text: str, at: int) -> re.Match[str] | None:
    """The raised or lowered characters that begin at a place, or None if the sign is a sign.

    A `~` between two digits, or with no character to lower something beside, is a sign: `10~20 mg`, `~5 mg`.
    """
    sign, before = text[at], text[at - 1 : at] if at else ""
    found = _RAISED[sign].match(text, at)
    if not found or found[1].startswith("\\ "):
        return None
    if sign == "^":
        return found
    ends = found.end() - 1
    ranges = [text[one - 1 : one].isdigit() and text[one + 1 : one + 2].isdigit() for one in (at, ends)]
    return None if any(ranges) or not re.match(r"[\w)\]}^*'’′]", before or " ") else found


def _set_apart(text: str, found: re.Match[str], reading: _Reading) -> _Piece:
    sign, inner = found[0][0], found[1]
    before = text[found.start() - 1 : found.start()] if found.start() else ""
    after = text[found.end() : found.end() + 1]
    in_word = bool(re.match(r"\w", before or " "))
    two_bases = _TWO_BASES.search(inner) and re.match(r"[\w+−–(-]", after or " ")
    if in_word and (two_bases or after.isdigit()):
        reading.faults.append(_two_ways(text, found, sign))
    markdown, words = _line(inner, reading)
    return _Piece(f"{sign}{markdown}{sign}", words)


def _two_ways(text: str, found: re.Match[str], sign: str) -> MarkupFault:
    start, end = found.start(), found.end()
    while start and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    word = text[start:end]
    closed = re.sub(rf"{re.escape(sign)}([+−-]?\w+){re.escape(sign)}?", rf"{sign}\1{sign}", word)
    what = "raised" if sign == "^" else "lowered"
    message = f"`{word:.60}` can be read in two ways"
    signs = word.replace(sign, "\\" + sign)
    hint = f"for {what} characters close each: `{closed:.60}`; for the sign itself write `{signs:.60}`"
    return MarkupFault(message, hint, word)
