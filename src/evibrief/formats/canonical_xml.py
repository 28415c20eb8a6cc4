"""Reads XML from strangers within limits, and writes it so that equal meaning gives equal bytes.

In: bytes. Out: a tree, read without entities, DTD or outside resources; its canonical form (W3C, Canonical XML 1.0).
"""

from typing import Any

from lxml import etree

LARGEST_XML = 48 * 1024 * 1024
"""In bytes: the default limit for one XML document."""


def parse(data: bytes, most: int = LARGEST_XML) -> Any:
    """The root of an XML document, with its comments.

    Raises `ValueError` if the data are not XML, have a DTD, or are longer than `most` bytes: an element may have four
    bytes, and takes a hundred times that as a tree.
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
    """An element as canonical bytes; `whole` adds comments and processing instructions around the root."""
    return bytes(etree.tostring(root.getroottree() if whole else root, method="c14n", with_comments=True))
