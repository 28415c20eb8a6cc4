"""Documents that were made before from the same page, evidence and tools are not made again.

In: a page and a format. Out: the document, byte for byte as the format writes it.
"""

import json
import sys
import zlib
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from evibrief import __version__, resources
from evibrief.formats.apart import Writes
from evibrief.formats.contract import Document, Page
from evibrief.kept import Kept, key_of

if TYPE_CHECKING:
    from evibrief.sections.blocks import Layer

_LIBRARIES = (
    "font-source-sans-pro", "font-source-serif-pro", "markupsafe", "pikepdf", "pillow", "pydantic", "pydyf", "pyyaml",
    "tinycss2", "tinyhtml5",
)  # fmt: skip
"""Packages that have a hand in a document, beside those that a document names."""


def document_of(page: Page, one: Writes, layer: "Layer", kept: Kept | None) -> Document:
    """A document of a page: the kept one if there is one. Raises `Problems` that the author can fix."""
    if kept is None or not page.evidence:
        return one.write(page)
    key = _key(page, one, layer)
    if found := kept.get(key):
        pages, data = found.split(b"\n", 1)
        return Document(one.name, data, json.loads(pages))
    document = one.write(page)
    kept.put(key, json.dumps(document.pages).encode() + b"\n" + document.data)
    return document


def _key(page: Page, one: Writes, layer: "Layer") -> str:
    """Everything that decides the bytes: a page and what it shows are made from this evidence by these tools."""
    theme = page.theme
    looks = (theme.folder, theme.styles, theme.blocks, theme.word, theme.logo)
    evidence = (part for name, data in sorted(page.evidence.items()) for part in (name, data))
    return key_of("document", one.name, layer, *tools(), page.html, *looks, *evidence)


@cache
def tools() -> tuple[str, ...]:
    """The program, its libraries, and Python with what compresses for it, as they are in this process."""
    libraries = (f"{name} {version(name)}" for name in _LIBRARIES)
    machine = (f"python {sys.version}", f"zlib {zlib.ZLIB_RUNTIME_VERSION}")
    return (*resources.tool_versions(__version__), *libraries, *machine)
