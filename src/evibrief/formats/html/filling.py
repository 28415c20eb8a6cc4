"""Fills templates; only this module uses `jinja2`.

In: templates and the values they place. Out: HTML in which every Markdown text is a mark, and the texts. A mark has a
token that is new for each page, so no text or template can know it. A brief's own template is almost a program: it is
filled in a separate process with limits, and whatever it raises becomes a problem at its line.
"""

import contextlib
import json
import os
import pickle
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

import jinja2
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from evibrief.evidence.written import Piece, pieces_of, written
from evibrief.problems import suggest
from evibrief.sections.blocks import Layer, Look, View

OWN_PAGE = "page.html.jinja"
"""The page template in a brief's own theme."""

SECONDS, MEGABYTES = 60, 1_500
"""Limits for filling a brief's own template; the largest page measured took one second."""

LARGEST_PAGE = 64_000_000
"""In characters; the largest page measured has three million."""


@dataclass(frozen=True)
class Filled:
    """A page with marks, the texts for them in page order, and the indices of texts that must be one paragraph."""

    html: str
    texts: tuple[str, ...]
    short: frozenset[int]


@dataclass(frozen=True)
class Marks:
    """The form of the marks of one page. The token is on both sides, so that a mark that was cut is noticed."""

    token: str

    def of_text(self, index: int) -> str:
        """The mark of a text."""
        return f"{self.token}n{index}n{self.token}"

    @property
    def of_list(self) -> str:
        """The mark of the reference list."""
        return f"{self.token}list{self.token}"

    def replaced(self, html: str, fragments: tuple[str, ...], listed: str) -> str:
        """The page with marks replaced by fragments, in one pass, so that fragments are never searched for marks."""
        values = {self.of_text(index): fragment for index, fragment in enumerate(fragments)} | {self.of_list: listed}
        return re.sub(rf"{self.token}(?:n\d+n|list){self.token}", lambda mark: values.get(mark[0], mark[0]), html)


@dataclass(frozen=True)
class TemplateFault:
    """A fault of a brief's own template: the line (0 if unknown), a message and a hint."""

    line: int
    message: str
    hint: str = "ask only for what the page has, or leave the file out"


class BadTemplate(Exception):
    """A brief's own template cannot be filled, or prints something that is not allowed on a page."""

    def __init__(self, *faults: TemplateFault) -> None:
        self.faults = faults
        super().__init__("; ".join(fault.message for fault in faults))


@dataclass
class _Texts:
    """Collects the texts that a template prints, in page order, and which of them must be one paragraph."""

    marks: Marks
    texts: list[str] = field(default_factory=list)
    short: set[int] = field(default_factory=set)

    def block(self, text: str) -> Markup:
        if not isinstance(text, str) or isinstance(text, Markup):
            raise TypeError("only a text of the brief can be typeset")
        self.texts.append(text)
        return Markup(self.marks.of_text(len(self.texts) - 1))

    def line(self, text: str) -> Markup:
        self.short.add(len(self.texts))
        return self.block(text)


class _Compiled(jinja2.BytecodeCache):
    """Our templates as they were compiled in this process; Jinja compares their content before it takes one."""

    def __init__(self) -> None:
        self._made: dict[str, bytes] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        if bucket.key in self._made:
            bucket.bytecode_from_string(self._made[bucket.key])

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        self._made[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


def environment(templates: Mapping[str, str]) -> jinja2.Environment:
    """A Jinja environment that loads nothing else, escapes all output, and refuses undefined values.

    With a template of the brief's own it is a sandbox; ours need none, which takes half the time, and are compiled once
    in a process.
    """

    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        return (templates[name], name, lambda: True) if name in templates else None

    own = OWN_PAGE in templates
    made = (SandboxedEnvironment if own else jinja2.Environment)(
        loader=jinja2.FunctionLoader(load), undefined=jinja2.StrictUndefined, autoescape=True, trim_blocks=True,
        lstrip_blocks=True, bytecode_cache=None if own else _COMPILED,
    )  # fmt: skip
    # A page must be the same in every build.
    made.filters.pop("random")
    made.globals.pop("lipsum")
    return made


def fill_page(view: View, templates: Mapping[str, str], layer: Layer, look: Look, marks: Marks) -> Filled:
    """Fill the page template: the brief's own, if any, which may extend ours and override its blocks.

    Raises whatever the template raises.
    """
    texts = _Texts(marks)
    made = environment(templates)
    made.filters |= {"prose": texts.block, "line": texts.line}
    page = made.get_template(OWN_PAGE if OWN_PAGE in templates else "brief.html.jinja")
    sheets = {name: Markup(templates[f"{name}.css"]) for name in ("style", "print", "screen")}
    sheets |= {"theme": Markup(look.styles), "bibliography": Markup(marks.of_list)}
    pieces, length = [], 0
    for piece in page.generate(view=view, layer=layer, look=look, **sheets):
        pieces.append(piece)
        if (length := length + len(piece)) > LARGEST_PAGE:
            raise MemoryError
    return Filled("".join(pieces), tuple(texts.texts), frozenset(texts.short))


def fill_apart(view: View, templates: Mapping[str, str], layer: Layer, look: Look, marks: Marks) -> Filled:
    """Like `fill_page`, for a brief with its own template, in a separate process. Raises `BadTemplate`."""
    command = [sys.executable, "-P", "-c", "from evibrief.formats.html.filling import answer; answer()"]
    given = pickle.dumps((view, dict(templates), layer, look, marks))
    try:
        run = subprocess.run(command, input=given, capture_output=True, check=False, timeout=2 * SECONDS)
    except subprocess.TimeoutExpired:
        raise BadTemplate(TemplateFault(0, f"it takes longer than {2 * SECONDS} seconds", _REPEATS)) from None
    if run.returncode == -signal.SIGXCPU:
        raise BadTemplate(TemplateFault(0, f"it takes longer than {SECONDS} seconds", _REPEATS))
    try:
        answered: dict[str, Any] = json.loads(run.stdout)
    except ValueError:
        raise BadTemplate(TemplateFault(0, "it takes too much memory, or is nested too deeply", _REPEATS)) from None
    if "line" in answered:
        raise BadTemplate(TemplateFault(**answered))
    return Filled(answered["html"], tuple(map(_opened, answered["texts"])), frozenset(answered["short"]))


_REPEATS = "it repeats something too often"


def answer() -> None:
    """The code of the process of `fill_apart`: prints the filled page, or the fault, as JSON."""
    for kind, most in ((resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_AS, MEGABYTES * 1024**2)):
        with contextlib.suppress(ValueError, OSError):  # the system may lack this limit, or already have a lower one
            resource.setrlimit(kind, (most, most))
    view, templates, layer, look, marks = pickle.load(sys.stdin.buffer)  # from our own process
    said: dict[str, Any]
    try:
        said = _filled_twice(view, templates, layer, look, marks)
    except Exception as error:  # whatever an author's template raises, the author must fix
        faults = error.faults if isinstance(error, BadTemplate) else [_what_is_wrong(error, templates)]
        said = asdict(faults[0])
    sys.stdout.buffer.write(json.dumps(said).encode())
    sys.stdout.flush()
    os._exit(0)  # an interpreter that ran out of memory need not clean up


def _filled_twice(
    view: View, templates: Mapping[str, str], layer: Layer, look: Look, marks: Marks
) -> dict[str, Any]:
    """Fill the template twice with different marks: if it reads, cuts or changes marks, the pages differ."""
    others = Marks(marks.token.translate(_OTHER_DIGITS))
    one, other = (_printable(fill_page(view, templates, layer, look, each)) for each in (marks, others))
    same = one.texts == other.texts and one.html == other.html.replace(others.token, marks.token)
    if not same or marks.token in marks.replaced(one.html, ("",) * len(one.texts), ""):
        message = "it changes a text before it is typeset, or prints something else each time"
        hint = "print a text as it is: `{{ text | prose }}`, with no filter after `prose` or `line`"
        raise BadTemplate(TemplateFault(0, message, hint))
    return {"html": one.html, "texts": [(text, pieces_of(text)) for text in one.texts], "short": sorted(one.short)}


def _opened(sent: tuple[str, list[tuple[str, list[str | int]]]]) -> str:
    """A text as it came out of the other process, with the places of its pieces."""
    text, pieces = sent
    return written(text, (Piece(words, tuple(location)) for words, location in pieces)) if pieces else text


def _printable(filled: Filled) -> Filled:
    """The same page. Raises `UnicodeEncodeError` for surrogates, which cannot be written to a file."""
    filled.html.encode()
    return filled


_OTHER_DIGITS = str.maketrans("0123456789abcdef", "fedcba9876543210")


def _what_is_wrong(error: Exception, templates: Mapping[str, str]) -> TemplateFault:
    line, message, hint = _line_of(error), str(error), TemplateFault(0, "").hint
    if isinstance(error, jinja2.TemplateNotFound):
        message = f"there is no template `{error.name}`"
        hint = suggest(str(error.name), templates) or "a template may only use those of this program, by their names"
    elif isinstance(error, MemoryError | RecursionError | OverflowError):
        kinds = {MemoryError: "it takes too much memory", RecursionError: "it calls itself without end"}
        message, hint = kinds.get(type(error), message), _REPEATS
    return TemplateFault(line, message[:300] or type(error).__name__, hint)


def _line_of(error: Exception) -> int:
    """The line of the brief's own template where the error happened."""
    if isinstance(error, jinja2.TemplateSyntaxError) and error.name == OWN_PAGE:
        return error.lineno
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == OWN_PAGE:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def fill_template(name: str, templates: Mapping[str, str], **values: object) -> str:
    """Fill a template without prose, which needs no typesetting. Raises whatever the template raises."""
    own = OWN_PAGE in templates
    made = environment(templates) if own else _environment_of_ours(frozenset(templates.items()))
    return made.get_template(name).render(**values)


@lru_cache(2)
def _environment_of_ours(templates: frozenset[tuple[str, str]]) -> jinja2.Environment:
    """One environment for all pages of the same templates: an archive has tens of thousands of them."""
    return environment(dict(templates))


def unescaped(html: str) -> Markup:
    """HTML of ours that a template prints unescaped."""
    return Markup(html)
