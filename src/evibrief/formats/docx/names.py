"""The names in the package of a Word document: namespaces, and the parts that several modules read or change.

See ECMA-376 part 1, annex A, and part 2, clauses 9 and 10.
"""

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W = f"{{{WORD}}}"
"""Before the name of an element or attribute of Word: `{W}p` is a paragraph."""

PACKAGE = "http://schemas.openxmlformats.org/package/2006"
RELATIONSHIP = f"{{{PACKAGE}/relationships}}Relationship"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
"""The namespace of references to relationships, and the beginning of the name of each type of them."""

CONTENT_TYPES = "[Content_Types].xml"
DOCUMENT_RELATIONS = "word/_rels/document.xml.rels"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
"""The first line of a part that is written as text."""

OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
"""The beginning of an old .doc, and of a file with a password ([MS-CFB] 2.2)."""
