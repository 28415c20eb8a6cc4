"""Typesets only the texts that are new, for a process that makes the same page again and again.

In: texts, references, a citation style. Out: what `markdown.typeset` gives, byte for byte.

A text without citations is always set alike. One with citations depends on all citations of the page, in their order:
on what stands before it in a numbered list, on names that two publications share, on where a publication is cited
first. So the texts that are known are set by their citations alone, in their places between the new ones. A style that
puts citations into notes moves words and signs around them; with such a style every text is set each time.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

from evibrief.formats.html import markdown
from evibrief.formats.html.markdown import Typeset
from evibrief.formats.kept_documents import tools
from evibrief.kept import Kept, key_of
from evibrief.labels.dialect import parse_text

Typesetter = Callable[[Sequence[str], Sequence[Mapping[str, Any]], bytes, str], Typeset]

MOST_KEPT = 20_000
"""Texts that are kept; the largest brief measured has 6,000."""

_Key = tuple[str, str]
"""What a text depends on besides itself, as a hash; and the text."""


class KeptTexts:
    """A typesetter that remembers; with a folder of what was made before, also what another process set."""

    def __init__(self, kept: Kept | None = None, brief: Path | None = None) -> None:
        """`brief` is the folder of the brief whose texts these are."""
        self._fragments: dict[_Key, str] = {}
        self._lists: dict[str, str] = {}
        self._kept = kept
        self._name = key_of("texts", *tools(), os.fsencode(brief.resolve())) if kept and brief else ""
        self._before = kept.get(self._name) if kept else None
        if self._before:
            fragments, self._lists = json.loads(self._before)
            self._fragments = {(context, text): fragment for context, text, fragment in fragments}

    def keep(self) -> None:
        """Keep what it knows for the next process, if that is more than was known."""
        fragments = [(*key, fragment) for key, fragment in self._fragments.items()]
        known = json.dumps([fragments, self._lists]).encode()
        if self._kept and known != self._before:
            self._kept.put(self._name, known)
            self._before = known

    def __call__(
        self, texts: Sequence[str], references: Sequence[Mapping[str, Any]], style: bytes, language: str
    ) -> Typeset:
        """Turn every text into HTML, and number the citations through all of them."""
        if b'class="in-text"' not in style:
            return markdown.typeset(texts, references, style, language)
        context = _context(texts, references, style, language)
        keys = list(_keys(texts, context, sha256(style + language.encode()).hexdigest()))
        if context not in self._lists or any(key not in self._fragments for key in keys):
            made = self._set(keys, context, references, style, language)
            if made.complaints:  # each needs the index of its text
                return markdown.typeset(texts, references, style, language)
        found = Typeset(tuple(self._fragments[key] for key in keys), self._lists[context], ())
        self._forget(keys, context)
        return found

    def _set(
        self, keys: Sequence[_Key], context: str, references: Sequence[Mapping[str, Any]], style: bytes, language: str
    ) -> Typeset:
        """Set what is new, and keep it unless something is wrong with it."""
        new = [key for key in dict.fromkeys(keys) if key not in self._fragments]
        alone = context in self._lists and not any(parse_text(text).citations for _, text in new)
        wanted = [(key, key[1]) for key in new] if alone else list(self._wanted(keys))
        made = markdown.typeset([text for _, text in wanted], [] if alone else references, style, language)
        if not made.complaints:
            pairs = zip(wanted, made.fragments, strict=True)
            self._fragments |= {key: fragment for (key, _), fragment in pairs if key}
            self._lists.setdefault(context, made.bibliography)
        return made

    def _wanted(self, keys: Sequence[_Key]) -> Iterator[tuple[_Key | None, str]]:
        """The new texts with their keys, and between them the citations of the known ones, without a key."""
        for known, run in groupby(keys, key=lambda key: key in self._fragments):
            if not known:
                yield from ((key, key[1]) for key in run)
            elif cited := [one for key in run for one in parse_text(key[1]).citations]:
                yield None, "\n\n".join(f"Cited: {one}" for one in cited)

    def _forget(self, keys: Sequence[_Key], context: str) -> None:
        """Keep what this page uses and, if there is room, what others used."""
        if len(self._fragments) > MOST_KEPT:
            self._fragments = {key: self._fragments[key] for key in keys}
            self._lists = {context: self._lists[context]}


def _keys(texts: Sequence[str], context: str, plain: str) -> Iterator[_Key]:
    """The key of each text. One that cites is known by its place among these, too: a style may cite shorter again."""
    cited = 0
    for text in texts:
        cites = bool(parse_text(text).citations)
        cited += cites
        yield (f"{context} {cited}" if cites else plain), str(text)


def _context(texts: Sequence[str], references: Sequence[Mapping[str, Any]], style: bytes, language: str) -> str:
    """A hash of everything that a citation of a page depends on."""
    cited = list(filter(None, (parse_text(text).citations for text in texts)))
    told = json.dumps([cited, references, language], default=str)
    return sha256(style + told.encode()).hexdigest()
