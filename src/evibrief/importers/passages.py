"""Takes a document apart into sentences with their places, their headings and their live citations.

In: a document as pandoc reads it (its JSON), with lines (`data-pos`) if it is Markdown. Out: passages by heading, and
what is no sentence: tables, notes, pictures, equations, code, and citations in plain text. Nothing is left out unsaid.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evibrief.importers.sentences import RAISED_FIGURES, sentences_in

PandocNode = Mapping[str, Any]

_CITE, _NOTE = "\ufdd0", "\ufdd1"
_NO_LETTERS = re.compile("[\ufdd0-\ufdef]")
_RAISED = str.maketrans(
    "0123456789+-\u2212=()n",
    "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207a\u207b\u207b\u207c\u207d\u207e\u207f",
)
_LOWERED = str.maketrans(
    "0123456789+-\u2212=()",
    "\u2080\u2081\u2082\u2083\u2084\u2085\u2086\u2087\u2088\u2089\u208a\u208b\u208b\u208c\u208d\u208e",
)
_NAME = r"[A-Z\u00c0-\u00de][\w'\u2019-]+"
_YEAR = r"(?:19|20)\d\d[a-z]?"
_PLAIN_CITATION = re.compile(
    r"\[\d{1,3}(?:\s*[,;\u2013-]\s*\d{1,3})*\]"
    r"|\[[^\[\]\n]{0,200}?@[\w:.-]+[^\[\]\n]{0,200}\]"
    rf"|\([^()\n]{{0,200}}?{_NAME}[^()\n]{{0,100}}?\b{_YEAR}\b[^()\n]{{0,100}}\)"
    rf"|{_NAME}(?: et al\.?,?|,? (?:and|&) {_NAME},?)? \({_YEAR}\)"
    rf"|\(?{_NAME} et al\b\.?\)?"
    r"|\b(?:doi:\s*)?10\.\d{4,9}/[^\s\])]+[^\s\]).,;]|\bPMID:?\s*\d{1,9}|\bhttps?://[^\s\])]+[^\s\]).,;]"
)
_RAISED_NUMBERS = re.compile(
    rf"(?:(?<=[^\W\d_]{{4}})|(?<=[.,;:)\u201d\"]))[{RAISED_FIGURES}]+(?:[,;\u2013\u207b] ?[{RAISED_FIGURES}]+)*"
)


_PLAIN = "a citation in plain text"


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence or list entry: its words, the line or paragraph, the headings above it, what it cites.

    `live` numbers the live citations of the document, from 0; `plain` has those in plain text, as they are written.
    """

    text: str
    place: int
    context: tuple[str, ...]
    live: tuple[int, ...]
    plain: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotPlaced:
    """What is in the document and in no passage: where, what it is, and how it begins."""

    place: int
    what: str
    words: str = ""


@dataclass
class Topic:
    """The passages below one heading."""

    title: str
    passages: list[Passage] = field(default_factory=list)


@dataclass
class Passages:
    """A document taken apart. `live` has the ids and the words of each live citation, in reading order."""

    title: str
    topics: list[Topic]
    not_placed: list[NotPlaced]
    live: list[tuple[tuple[str, ...], str]]


def passages_of(document: PandocNode, has_lines: bool) -> Passages:
    """The passages of a document that pandoc read. `has_lines`: places are lines, else paragraphs are counted."""
    reader = _Reader(has_lines)
    title = _words(document.get("meta", {}).get("title", {}).get("c", []))
    headings = [block["c"] for block in _unwrapped(document["blocks"]) if block["t"] == "Header"]
    levels = [one[0] for one in headings]
    first = next(_unwrapped(document["blocks"]), {"t": ""})
    if first["t"] == "Header" and levels.count(levels[0]) == 1:
        title, levels = title or _words(first["c"][2]), levels[1:]
    reader.read(document["blocks"], _topic_level(levels), title)
    reader.not_placed.sort(key=lambda one: one.place)
    return Passages(title, [one for one in reader.topics if one.passages], reader.not_placed, reader.live)


def _topic_level(levels: Sequence[int]) -> int:
    """The level of headings that parts the document: the highest that there is more than once."""
    return next((level for level in sorted(set(levels)) if levels.count(level) > 1), min(levels, default=1))


def _unwrapped(blocks: Sequence[PandocNode]) -> Iterator[PandocNode]:
    for block in blocks:
        if block["t"] == "Div":
            yield from _unwrapped(block["c"][1])
        else:
            yield block


class _Reader:
    """Goes through the blocks in reading order."""

    def __init__(self, has_lines: bool) -> None:
        self.topics: list[Topic] = [Topic("")]
        self.not_placed: list[NotPlaced] = []
        self.live: list[tuple[tuple[str, ...], str]] = []
        self._has_lines = has_lines
        self._paragraphs = 0
        self._line = 0
        self._headings: list[tuple[int, str]] = []
        self._lead = ""
        self._level = 1

    def read(self, blocks: Sequence[PandocNode], level: int, title: str) -> None:
        """Read all blocks; headings of this level or above begin a topic."""
        self._level = level
        self.topics[0].title = title
        self._blocks(blocks, ())

    def _blocks(self, blocks: Sequence[PandocNode], around: tuple[str, ...]) -> None:
        for block in blocks:
            self._block(block["t"], block.get("c"), around)

    def _block(self, kind: str, content: Any, around: tuple[str, ...]) -> None:
        match kind:
            case "Div":
                self._moved_to(content[0])
                self._blocks(content[1], around)
            case "Header":
                self._moved_to(content[1])
                self._heading(content[0], content[2])
            case "Para" | "Plain":
                self._paragraph(content, around)
            case "LineBlock":
                self._paragraph([one for line in content for one in (*list(line), {"t": "SoftBreak"})], around)
            case "BulletList":
                self._entries(content, around)
            case "OrderedList":
                self._entries(content[1], around)
            case "DefinitionList":
                for term, definitions in content:
                    for one in definitions:
                        self._blocks(one, (*around, _words(term)))
            case "BlockQuote":
                self._blocks(content, around)
            case "HorizontalRule" | "Null":
                pass
            case _:
                self._other(kind, content)

    def _other(self, kind: str, content: Any) -> None:
        """A block that is no text: a table, a picture, code."""
        self._line = min(_lines_in(content), default=self._line)
        what = {"Table": "a table", "Figure": "a picture", "CodeBlock": "code", "RawBlock": "markup"}.get(kind, kind)
        if not self._has_lines:
            self._paragraphs += 1
        words = content[1] if kind in ("CodeBlock", "RawBlock") else _words(content)
        if kind == "RawBlock" and str(words).lstrip().startswith("<!--"):
            what = "a comment"
        self.not_placed.append(NotPlaced(self._place(), what, _short(str(words))))
        self._cites_in(content, what)

    def _cites_in(self, content: Any, what: str) -> None:
        """Number the live citations in what is not placed, so that those after it keep their numbers."""
        for one in _cites(content):
            self.live.append(_cite(one))
            self.not_placed.append(NotPlaced(self._place(), f"a live citation in {what}", _short(self.live[-1][1])))

    def _heading(self, level: int, inlines: Sequence[PandocNode]) -> None:
        if not self._has_lines:
            self._paragraphs += 1
        flow = self._flow(inlines)
        words = _clean(flow.text)
        self._homeless(flow)
        self._headings = [one for one in self._headings if one[0] < level]
        self._lead = ""
        if level <= self._level:
            self._headings = []
            self.topics.append(Topic(words))
        else:
            self._headings.append((level, words))

    def _entries(self, entries: Sequence[Sequence[PandocNode]], around: tuple[str, ...]) -> None:
        lead = (self._lead,) if self._lead else ()
        self._lead = ""
        for blocks in entries:
            own = next((_words(one["c"]) for one in _unwrapped(blocks) if one["t"] in ("Para", "Plain")), "")
            has_more = sum(1 for _ in _unwrapped(blocks)) > 1
            first, *rest = blocks or [{"t": "Null"}]
            if first["t"] == "Div" and has_more:  # pandoc puts a whole entry into one
                self._moved_to(first["c"][0])
                rest = [*first["c"][1], *rest]
                first = rest.pop(0)
            self._blocks([first], (*around, *lead))
            self._lead = ""
            self._blocks(rest, (*around, *lead, _short(own)))
            self._lead = ""

    def _paragraph(self, inlines: Sequence[PandocNode], around: tuple[str, ...]) -> None:
        if not self._has_lines:
            self._paragraphs += 1
        flow = self._flow(inlines)
        words = _clean(flow.text)
        if words.endswith(":"):
            self._lead = words.rstrip(":")
        elif words:
            lead, self._lead = self._lead, ""
            around = (*around, lead) if lead else around
        if not words or (words.endswith(":") and _is_strong(inlines)):
            self._homeless(flow)
            return
        for start, end in sentences_in(flow.text):
            self._sentence(flow, start, end, around)

    def _sentence(self, flow: "_Flow", start: int, end: int, around: tuple[str, ...]) -> None:
        """Take in one sentence. A citation in front of it may belong to the one before: nobody guesses that."""
        text = flow.text[start:end]
        place = flow.line_at(start) if self._has_lines else self._paragraphs
        in_front = len(text) - len(text.lstrip(_CITE + _NOTE)) if start else 0
        for mark, number in flow.marks_in(start, start + in_front):
            if mark == _CITE:
                said = f"between two sentences: {self.live[number][1]}"
                self.not_placed.append(NotPlaced(place, "a live citation", _short(said)))
        live = tuple(number for mark, number in flow.marks_in(start + in_front, end) if mark == _CITE)
        words = _clean(text)
        if not re.search(r"\w", words):
            self._homeless(flow, live)
            return
        plain = plain_citations(words)
        for one in plain:
            self.not_placed.append(NotPlaced(place, _PLAIN, _short(one)))
        context = (*(words for _, words in self._headings), *(one for one in around if one))
        self.topics[-1].passages.append(Passage(words, place, context, live, plain))

    def _homeless(self, flow: "_Flow", numbers: Sequence[int] | None = None) -> None:
        """Say which citations there are where no sentence is: in a heading, in words that lead to a list."""
        for number in flow.live if numbers is None else numbers:
            self.not_placed.append(NotPlaced(self._place(), "a live citation without a sentence", self.live[number][1]))
        for one in plain_citations(_clean(flow.text)) if numbers is None else ():
            self.not_placed.append(NotPlaced(self._place(), _PLAIN, _short(one)))

    def _flow(self, inlines: Sequence[PandocNode]) -> "_Flow":
        flow = _Flow(self, self._line)
        flow.read(inlines)
        return flow

    def _moved_to(self, attributes: Any) -> None:
        self._line = _line_of(attributes) or self._line

    def _place(self) -> int:
        return self._line if self._has_lines else self._paragraphs

    def note(self, what: str, words: str, line: int) -> None:
        """Something in a paragraph that is no text."""
        self.not_placed.append(NotPlaced(line if self._has_lines else self._paragraphs, what, _short(words)))


class _Flow:
    """The text of a paragraph, with a mark for each live citation and note, and the line at which each piece begins."""

    def __init__(self, reader: _Reader, line: int) -> None:
        self._reader, self._line = reader, line
        self._pieces: list[str] = []
        self._length = 0
        self._lines: list[tuple[int, int]] = [(0, line)]
        self._marks: list[tuple[int, str, int]] = []

    @property
    def text(self) -> str:
        """The whole text on one line."""
        return "".join(self._pieces)

    @property
    def live(self) -> tuple[int, ...]:
        """The numbers of its live citations."""
        return tuple(number for _, mark, number in self._marks if mark == _CITE)

    def line_at(self, at: int) -> int:
        """The line of a place in the text."""
        return [line for start, line in self._lines if start <= at][-1]

    def marks_in(self, start: int, end: int) -> Iterator[tuple[str, int]]:
        """The marks from one place to another, each with the number of its citation."""
        return ((mark, number) for at, mark, number in self._marks if start <= at < end)

    def read(self, inlines: Sequence[PandocNode]) -> None:
        """Take in the inline elements of a paragraph."""
        for one in inlines:
            self._one(one["t"], one.get("c"))

    def _add(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)

    def _mark(self, mark: str, number: int) -> None:
        self._marks.append((self._length, mark, number))
        self._add(mark)

    def _one(self, kind: str, content: Any) -> None:
        match kind:
            case "Str":
                self._add(_NO_LETTERS.sub("\ufffd", content))
            case "Space" | "SoftBreak" | "LineBreak":
                self._add(" ")
            case "Span":
                if line := _line_of(content[0]):
                    self._line = line
                    self._lines.append((self._length, line))
                self.read(content[1])
            case "Emph" | "Strong" | "Underline" | "SmallCaps":
                self.read(content)
            case "Strikeout":
                self._reader.note("words that are struck out", _words(content), self._line)  # somebody took them back
            case "Link":
                self.read(content[1])
                if (address := content[2][0]).startswith(("http:", "https:")) and address != _words(content[1]):
                    self._reader.note("the address of a link", address, self._line)
            case "Superscript" | "Subscript":
                self._shifted(_words(content), _RAISED if kind == "Superscript" else _LOWERED)
            case "Quoted":
                marks = "\u2018\u2019" if content[0]["t"] == "SingleQuote" else "\u201c\u201d"
                self._add(marks[0])
                self.read(content[1])
                self._add(marks[1])
            case "Code":
                self._add(_NO_LETTERS.sub("\ufffd", content[1]))
            case _:
                self._special(kind, content)

    def _special(self, kind: str, content: Any) -> None:
        reader = self._reader
        if kind == "Cite":
            reader.live.append(_cite(content))
            self._mark(_CITE, len(reader.live) - 1)
        elif kind == "Note":
            reader.note("a note", _words(content), self._line)
            for one in _cites(content):
                reader.live.append(_cite(one))
                self._mark(_CITE, len(reader.live) - 1)
            self._mark(_NOTE, -1)
        elif kind == "Math":
            reader.note("an equation", content[1], self._line)
            self._add(_NO_LETTERS.sub("\ufffd", f"${content[1]}$"))
        elif kind == "Image":
            reader.note("a picture", _words(content[1]) or content[2][0], self._line)
        elif kind == "RawInline":
            reader.note("markup", content[1], self._line)

    def _shifted(self, words: str, signs: Mapping[int, int]) -> None:
        """Raised or lowered words, in signs of their own if there are such; else as in a formula."""
        shifted = words.translate(signs)
        changed = all(ord(one) in signs.values() or one in ",;\u2013 " for one in shifted)
        self._add(shifted if changed else words if signs is _LOWERED else f"^{words}")


def plain_citations(words: str) -> tuple[str, ...]:
    """What looks like a citation in plain text: `[12]`, `(Smith 2019)`, a DOI, a raised number; each once."""
    return tuple(dict.fromkeys((*_PLAIN_CITATION.findall(words), *_RAISED_NUMBERS.findall(words))))


def _cite(content: Any) -> tuple[tuple[str, ...], str]:
    """The ids of a live citation, and how it is printed in the document."""
    return tuple(str(one["citationId"]) for one in content[0]), _words(content[1])


def _cites(node: Any) -> Iterator[Any]:
    """The live citations anywhere in a node."""
    if isinstance(node, dict):
        if node.get("t") == "Cite":
            yield node["c"]
            return
        yield from _cites(node.get("c"))
    elif isinstance(node, list):
        for one in node:
            yield from _cites(one)


def _line_of(attributes: Any) -> int:
    """The first line that the attributes of an element name; 0 if they name none."""
    named = dict(attributes[2]).get("data-pos", "")
    found = re.search(r"(?:^|@)(\d+):\d+-", named)
    return int(found[1]) if found else 0


def _lines_in(node: Any) -> Iterator[int]:
    """The lines that are named anywhere in a node: a table names the line below its head, and its cells theirs."""
    if isinstance(node, dict):
        yield from _lines_in(node.get("c"))
    elif isinstance(node, list):
        if len(node) == 3 and isinstance(node[0], str) and isinstance(node[2], list):
            found = _line_of(node) if all(isinstance(one, list) and len(one) == 2 for one in node[2]) else 0
            yield from [found] if found else []
        for one in node:
            yield from _lines_in(one)


def _is_strong(inlines: Sequence[PandocNode]) -> bool:
    """Whether all words are set strong, as a heading without the style of one."""
    inside = [one for one in inlines if one["t"] not in ("Space", "SoftBreak", "LineBreak")]
    while len(inside) == 1 and inside[0]["t"] == "Span":
        inside = [one for one in inside[0]["c"][1] if one["t"] not in ("Space", "SoftBreak")]
    return bool(inside) and all(
        one["t"] == "Strong" or (one["t"] == "Span" and _is_strong(one["c"][1])) or one == {"t": "Str", "c": ":"}
        for one in inside
    )


def _words(node: Any) -> str:
    """The words of a node, on one line."""
    return " ".join("".join(_pieces(node)).split())


def _pieces(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _pieces(one)
    elif isinstance(node, dict):
        kind, content = node.get("t"), node.get("c", [])
        if kind == "Str":
            yield str(content)
        elif kind in ("Space", "SoftBreak", "LineBreak"):
            yield " "
        elif kind in ("Code", "Math"):
            yield str(content[1])
        elif kind not in ("Note", "RawInline"):
            yield from _pieces(content)
            yield " " if kind in ("Para", "Plain", "Header") else ""


def _clean(text: str) -> str:
    """A text without marks, and without the space that a citation leaves in front of a full stop."""
    without = re.sub(rf"\s*[{_CITE}{_NOTE}]+(?=[.,;:!?)])|[{_CITE}{_NOTE}]", "", text)
    return " ".join(without.split())


def _short(words: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(words.split())
    return line if len(line) <= 80 else f"{line[:80].rsplit(' ', 1)[0]} …"
