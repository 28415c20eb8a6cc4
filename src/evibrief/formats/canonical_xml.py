"""XML that a stranger wrote, read within bounds, and written so that equal meaning gives equal bytes.

In: bytes. Out: a tree without entities, without a DTD and without reaching for anything outside; its canonical form
(W3C, Canonical XML 1.0).
"""

from typing import Any

from lxml import etree

MOST_BYTES = 48 * 1024 * 1024
"""Bytes of one document of XML, when nobody says less."""


def parse(data: bytes, most: int = MOST_BYTES) -> Any:
    """The root of a document of XML, with its comments.

    Raises `ValueError` for what is no XML, has a DTD, or is longer than `most`: an element can have four bytes, and
    takes a hundred times that as a tree.
    """
    if len(data) > most:
        raise ValueError("it is much longer than it should be")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"it is not XML: {error}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise ValueError("it defines entities")
    return root


def canonical(root: Any, whole: bool = False) -> bytes:
    """An element as canonical bytes; `whole` adds the comments and instructions around the root."""
    return bytes(etree.tostring(root.getroottree() if whole else root, method="c14n", with_comments=True))
