"""What a reviewer does in LibreOffice, done through its UNO interface. Run by the Python that has `uno`, not by ours.

usage: office_edits.py PIPE SOURCE TARGET ACTIONS, where ACTIONS is a JSON list of `[action, where, text, author]`.
Prints as JSON which actions the office program could do.
"""

# mypy: ignore-errors

import contextlib
import json
import os
import sys
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.uno import RuntimeException
from com.sun.star.util import DateTime


def connected(pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(150):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:
            time.sleep(0.2)
    raise SystemExit("the office program does not answer")


def with_author(context, author):
    """Tracked changes bear the name that the profile has."""
    provider = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.configuration.ConfigurationProvider", context
    )
    place = PropertyValue()
    place.Name, place.Value = "nodepath", "/org.openoffice.UserProfile/Data"
    access = provider.createInstanceWithArguments(
        "com.sun.star.configuration.ConfigurationUpdateAccess", (place,)
    )
    first, _, last = author.partition(" ")
    access.givenname, access.sn = first, last
    access.commitChanges()


def found(document, words):
    search = document.createSearchDescriptor()
    search.SearchString, search.SearchCaseSensitive = words, True
    place = document.findFirst(search)
    if place is None:
        raise SystemExit(f"not in the document: {words}")
    return place


def moment():
    when = DateTime()
    when.Year, when.Month, when.Day, when.Hours, when.Minutes = 2026, 3, 2, 10, 30
    return when


def annotation(document, text, author):
    note = document.createInstance("com.sun.star.text.textfield.Annotation")
    note.Content, note.Author, note.DateTimeValue = text, author, moment()
    return note


def comment(document, place, text, author, whole=True):
    note = annotation(document, text, author)
    target = place if whole else place.getStart()
    target.getText().insertTextContent(target, note, whole)
    return note


def notes(document):
    every = document.getTextFields().createEnumeration()
    listed = []
    while every.hasMoreElements():
        one = every.nextElement()
        if one.supportsService("com.sun.star.text.textfield.Annotation"):
            listed.append(one)
    return listed


def row_of(document, words):
    for table in document.getTextTables():
        for name in table.getCellNames():
            if words in table.getCellByName(name).getString():
                return table, int("".join(one for one in name if one.isdigit())) - 1
    raise SystemExit(f"in no table: {words}")


def act(document, action, where, text, author):
    if action == "comment":
        comment(document, found(document, where), text, author)
    elif action == "point":
        comment(document, found(document, where), text, author, whole=False)
    elif action == "resolve":
        next(one for one in notes(document) if one.Content == where).Resolved = True
    elif action == "reply":
        parent = next(one for one in notes(document) if one.Content == where)
        note = annotation(document, text, author)
        if not note.getPropertySetInfo().hasPropertyByName("ParentName"):
            raise AttributeError("this version makes no replies")
        note.ParentName = parent.Name
        place = parent.getAnchor()
        try:
            place.getText().insertTextContent(place, note, True)
        except RuntimeException as error:  # LibreOffice 25.2
            raise AttributeError("this version makes no replies here") from error
    elif action == "insert":
        place = found(document, where)
        place.getText().insertString(place.getEnd(), text, False)
    elif action == "delete":
        found(document, where).setString("")
    elif action == "replace":
        found(document, where).setString(text)
    elif action == "row":
        table, row = row_of(document, where)
        table.getRows().removeByIndex(row, 1)
    else:
        raise SystemExit(f"no such action: {action}")


def main(pipe, source, target, actions):
    context = connected(pipe)
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    hidden, filtered = PropertyValue(), PropertyValue()
    hidden.Name, hidden.Value = "Hidden", True
    filtered.Name, filtered.Value = "FilterName", "MS Word 2007 XML"
    done = []
    document = desktop.loadComponentFromURL(Path(source).resolve().as_uri(), "_blank", 0, (hidden,))
    document.RecordChanges = True
    for action, where, text, author in json.loads(actions):
        with_author(context, author)
        try:
            act(document, action, where, text, author)
            done.append(True)
        except AttributeError as error:
            done.append(str(error))
    document.storeToURL(Path(target).resolve().as_uri(), (filtered,))
    document.close(True)
    print(json.dumps(done), flush=True)
    with contextlib.suppress(Exception):
        desktop.terminate()
    os._exit(0)  # the bridge to an office that has gone may crash an interpreter that tidies up


main(*sys.argv[1:])
