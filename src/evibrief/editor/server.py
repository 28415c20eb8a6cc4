"""The language server: what an editor sends and gets (Language Server Protocol 3.17), over two streams.

In: messages of an editor. Out: answers that the other modules of this room give. This module alone knows the protocol's
library. It writes no file: a rename is handed to the editor, which writes it.
"""

import asyncio
import datetime
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from evibrief import __version__
from evibrief.checks.load import Loaded
from evibrief.editor.completion import Offer, offers_at
from evibrief.editor.desk import CheckedNow, Desk, checked_now, place_of_tree
from evibrief.editor.diagnostics import Diagnostic, diagnostics
from evibrief.editor.names import (
    Cursor,
    Target,
    definition_of,
    line_of_document,
    named_at,
    references_to,
    shown_at,
)
from evibrief.editor.positions import Encoding, LinePosition, Lines, TextRange
from evibrief.editor.renaming import CannotRename, renamed

DELAY = 0.3
"""Seconds without a change after which a brief is checked."""

Today = Callable[[], datetime.date]


class BriefServer(LanguageServer):
    """A server with the files that the editor has open."""

    def __init__(self, today: Today, delay: float = DELAY) -> None:
        super().__init__("evibrief", f"v{__version__}", lsp.TextDocumentSyncKind.Full)
        self.desk, self.today, self.delay = Desk(), today, delay
        self.loaded: dict[Path, Loaded] = {}
        self.with_errors: set[Path] = set()
        self._shown: dict[Path, set[Path]] = {}
        self._told: dict[tuple[Path, Path], list[lsp.Diagnostic]] = {}
        self._waiting: dict[Path, asyncio.Task[None]] = {}
        self._locks: dict[Path, asyncio.Lock] = {}

    @property
    def encoding(self) -> Encoding:
        """How the editor counts columns."""
        found: Encoding = "utf-16"
        match self.workspace.position_encoding:
            case lsp.PositionEncodingKind.Utf8:
                found = "utf-8"
            case lsp.PositionEncodingKind.Utf32:
                found = "utf-32"
        return found

    # Checking

    def check_soon(self, folder: Path | None, delay: float | None = None) -> None:
        """Check a brief when nothing has changed in it for a moment."""
        if folder is None:
            return
        if waiting := self._waiting.get(folder):
            waiting.cancel()
        self._waiting[folder] = asyncio.create_task(self._check(folder, self.delay if delay is None else delay))

    async def _check(self, folder: Path, delay: float) -> None:
        await asyncio.sleep(delay)
        # Not waited for with the task: a change cancels the waiting, and never a check that has begun.
        await asyncio.shield(asyncio.create_task(self._checked(folder)))

    async def _checked(self, folder: Path) -> None:
        async with self._locks.setdefault(folder, asyncio.Lock()):
            if not self.desk.open_files(folder):
                return
            self.desk.snapshot(folder)
            unsaved = dict(self.desk.unsaved(folder))
            try:
                found = await asyncio.to_thread(checked_now, folder, unsaved, self.today())
            except Exception as bug:  # a brief must not end the server; the next change is checked again
                self._report(f"the check of {folder.name} failed: {type(bug).__name__}: {bug}")
                return
            self._keep(folder, found)

    def _keep(self, folder: Path, found: CheckedNow) -> None:
        """Show what a check found; the computed values of an earlier one stay while there are errors."""
        if not self.desk.open_files(folder):
            return  # closed in the meantime
        if found.loaded:
            self.loaded[folder] = found.loaded
        (self.with_errors.discard if found.loaded else self.with_errors.add)(folder)
        self._show(folder, diagnostics(found.problems, folder, self.desk.text))

    def forget_gone(self) -> None:
        """Show nothing of a brief whose folder is gone."""
        for folder in [one for one in self._shown if not one.is_dir()]:
            self.forget(folder)

    def forget(self, folder: Path) -> None:
        """Show nothing of a brief that has no open file."""
        if waiting := self._waiting.pop(folder, None):
            waiting.cancel()
        self._show(folder, {})
        self.loaded.pop(folder, None)

    def _show(self, folder: Path, found: Mapping[Path, Iterable[Diagnostic]]) -> None:
        """Publish the problems by file, and that a file has none any more; last for the files that are looked at.

        Two briefs may share an instrument.
        """
        opened = self.desk.open_files(folder)
        for path in (*({*found, *self._shown.get(folder, ())} - {*opened}), *opened):
            lines = Lines(self.desk.text(path) or "")
            self._told[folder, path] = [self._diagnostic(lines, one) for one in found.get(path, ())]
            told = [one for (_, other), listed in self._told.items() if other == path for one in listed]
            self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri_of(path), told))
        self._shown[folder] = set(found)

    def _diagnostic(self, lines: Lines, one: Diagnostic) -> lsp.Diagnostic:
        start, end = (self._encoded(lines, place) for place in (one.start, one.end))
        severity = lsp.DiagnosticSeverity.Error if one.severity == "error" else lsp.DiagnosticSeverity.Warning
        return lsp.Diagnostic(lsp.Range(start, end), one.message, severity, one.rule, source="evibrief")

    def _report(self, words: str) -> None:
        self.window_log_message(lsp.LogMessageParams(lsp.MessageType.Error, words))

    # Positions

    def _encoded(self, lines: Lines, place: LinePosition) -> lsp.Position:
        """A position in code points as the editor counts."""
        found = lines.position(lines.offset(place), self.encoding)
        return lsp.Position(found.line, found.column)

    def range_of(self, lines: Lines, stretch: TextRange) -> lsp.Range:
        """A stretch of a text as a range."""
        start, end = (lines.position(offset, self.encoding) for offset in stretch)
        return lsp.Range(lsp.Position(*start), lsp.Position(*end))

    def location_of(self, target: Target) -> lsp.Location:
        """A place in a file, for the editor to go to."""
        if target.stretch is None:
            line = lsp.Position(target.line, 0)
            return lsp.Location(uri_of(target.path), lsp.Range(line, line))
        lines = Lines(self.desk.text(target.path) or "")
        return lsp.Location(uri_of(target.path), self.range_of(lines, target.stretch))

    def cursor(self, uri: str, position: lsp.Position) -> tuple[Cursor, Path, Lines] | None:
        """Where the cursor is, in which brief; None in a file that belongs to none."""
        path = file_at(uri)
        folder = path and self.desk.brief_of(path)
        if path is None or folder is None or (text := self.desk.text(path)) is None:
            return None
        lines = Lines(text)
        offset = lines.offset(LinePosition(position.line, position.character), self.encoding)
        return Cursor(path, text, offset, place_of_tree(path, folder)), folder, lines


def uri_of(path: Path) -> str:
    """The address of a file."""
    return str(from_fs_path(str(path)))


def file_at(uri: str) -> Path | None:
    """The file at an address; None for what is no file."""
    try:
        found = to_fs_path(uri)
    except ValueError:
        return None
    return Path(found) if found and "\0" not in found else None


def server(today: Today, delay: float = DELAY) -> BriefServer:
    """A server that answers everything below."""
    made = BriefServer(today, delay)
    for name, (answer, options) in _ANSWERS.items():
        made.feature(name, options)(answer)
    return made


def serve(today: Today, incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """Answer an editor until it says goodbye, or is gone."""
    sys.stdout = sys.stderr  # nothing but messages may be written to the editor
    server(today).start_io(incoming, outgoing)


# What the editor tells


def _opened(ls: BriefServer, params: lsp.DidOpenTextDocumentParams) -> None:
    _put(ls, params.text_document.uri, params.text_document.text, 0)


def _changed(ls: BriefServer, params: lsp.DidChangeTextDocumentParams) -> None:
    for change in params.content_changes:
        _put(ls, params.text_document.uri, change.text, None)


def _put(ls: BriefServer, uri: str, text: str, delay: float | None) -> None:
    if path := file_at(uri):
        ls.desk.put(path, text)
        ls.check_soon(ls.desk.brief_of(path), delay)


def _saved(ls: BriefServer, params: lsp.DidSaveTextDocumentParams) -> None:
    if path := file_at(params.text_document.uri):
        ls.check_soon(ls.desk.brief_of(path), 0)


def _closed(ls: BriefServer, params: lsp.DidCloseTextDocumentParams) -> None:
    if (path := file_at(params.text_document.uri)) is None:
        return
    folder = ls.desk.brief_of(path)
    ls.desk.close(path)
    if folder and ls.desk.open_files(folder):
        ls.check_soon(folder)
    elif folder:
        ls.forget(folder)


def _files_changed(ls: BriefServer, params: lsp.DidChangeWatchedFilesParams) -> None:
    ls.forget_gone()
    paths = filter(None, (file_at(change.uri) for change in params.changes))
    for folder in {ls.desk.brief_of(path) for path in paths}:
        ls.check_soon(folder)


def _initialized(ls: BriefServer, params: lsp.InitializedParams) -> None:
    """Ask to be told when a file is changed, made or deleted by another program."""
    workspace = ls.client_capabilities.workspace
    watched = workspace and workspace.did_change_watched_files
    if watched and watched.dynamic_registration:
        patterns = [lsp.FileSystemWatcher(pattern) for pattern in ("**/*.yaml", "**/references.json")]
        options = lsp.DidChangeWatchedFilesRegistrationOptions(patterns)
        wanted = lsp.Registration("files", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        ls.client_register_capability(lsp.RegistrationParams([wanted]))


# What the editor asks


def _complete(ls: BriefServer, params: lsp.CompletionParams) -> lsp.CompletionList | None:
    if (found := ls.cursor(params.text_document.uri, params.position)) is None:
        return None
    cursor, folder, lines = found
    snapshot = ls.desk.last_snapshot(folder)
    offers = offers_at(cursor.text, cursor.offset, cursor.root, snapshot, ls.loaded.get(folder))
    items = [_item(ls, lines, offer, number) for number, offer in enumerate(offers)]
    return lsp.CompletionList(is_incomplete=False, items=items)


_KINDS = {
    "record": lsp.CompletionItemKind.Reference, "word": lsp.CompletionItemKind.EnumMember,
    "key": lsp.CompletionItemKind.Field, "value": lsp.CompletionItemKind.Value,
}  # fmt: skip


def _item(ls: BriefServer, lines: Lines, offer: Offer, number: int) -> lsp.CompletionItem:
    edit = lsp.TextEdit(ls.range_of(lines, offer.replaces), offer.insert)
    return lsp.CompletionItem(
        offer.label, kind=_KINDS[offer.kind], detail=offer.detail, sort_text=f"{number:05}", text_edit=edit
    )


def _define(ls: BriefServer, params: lsp.DefinitionParams) -> lsp.Location | None:
    if (found := ls.cursor(params.text_document.uri, params.position)) is None:
        return None
    cursor, folder, _ = found
    snapshot = ls.desk.snapshot(folder)
    named = named_at(cursor, snapshot)
    target = definition_of(named.name, snapshot) if named else line_of_document(cursor, snapshot)
    return ls.location_of(target) if target else None


def _refer(ls: BriefServer, params: lsp.ReferenceParams) -> list[lsp.Location] | None:
    if (found := ls.cursor(params.text_document.uri, params.position)) is None:
        return None
    cursor, folder, _ = found
    snapshot = ls.desk.snapshot(folder)
    if (named := named_at(cursor, snapshot)) is None:
        return None
    return [ls.location_of(one) for one in references_to(named.name, snapshot, params.context.include_declaration)]


def _hover(ls: BriefServer, params: lsp.HoverParams) -> lsp.Hover | None:
    if (found := ls.cursor(params.text_document.uri, params.position)) is None:
        return None
    cursor, folder, lines = found
    shown = shown_at(cursor, ls.desk.snapshot(folder), ls.loaded.get(folder), folder in ls.with_errors)
    if shown is None or not shown[0]:
        return None
    words, stretch = shown
    content = lsp.MarkupContent(lsp.MarkupKind.Markdown, words)
    return lsp.Hover(content, ls.range_of(lines, stretch) if stretch else None)


def _may_rename(ls: BriefServer, params: lsp.PrepareRenameParams) -> lsp.PrepareRenamePlaceholder | None:
    """What would be renamed at the cursor; None if nothing can be."""
    if (found := ls.cursor(params.text_document.uri, params.position)) is None:
        return None
    cursor, folder, lines = found
    named = named_at(cursor, ls.desk.snapshot(folder))
    return lsp.PrepareRenamePlaceholder(ls.range_of(lines, named.stretch), named.name) if named else None


def _rename(ls: BriefServer, params: lsp.RenameParams) -> lsp.WorkspaceEdit:
    if (found := ls.cursor(params.text_document.uri, params.position)) is None:
        raise _refusal("this file belongs to no brief")
    cursor, folder, _ = found
    snapshot = ls.desk.snapshot(folder)
    if (named := named_at(cursor, snapshot)) is None:
        raise _refusal("no record is named here")
    try:
        places = renamed(snapshot, named.name, params.new_name)
    except CannotRename as why:
        raise _refusal(str(why)) from None
    changes: dict[str, list[lsp.TextEdit]] = {}
    for path, listed in places.items():
        lines = Lines(snapshot.source.texts[str(path)])
        edits = [lsp.TextEdit(ls.range_of(lines, TextRange(one.start, one.end)), one.words) for one in listed]
        changes[uri_of(path)] = edits
    return lsp.WorkspaceEdit(changes=changes)


def _refusal(words: str) -> JsonRpcException:
    """An error that an editor shows: the request is right, and cannot be done."""
    return JsonRpcException(words, code=lsp.LSPErrorCodes.RequestFailed)


_ANSWERS: Mapping[str, tuple[Callable[..., Any], Any]] = {
    lsp.INITIALIZED: (_initialized, None),
    lsp.TEXT_DOCUMENT_DID_OPEN: (_opened, None),
    lsp.TEXT_DOCUMENT_DID_CHANGE: (_changed, None),
    lsp.TEXT_DOCUMENT_DID_SAVE: (_saved, None),
    lsp.TEXT_DOCUMENT_DID_CLOSE: (_closed, None),
    lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES: (_files_changed, None),
    lsp.TEXT_DOCUMENT_COMPLETION: (_complete, lsp.CompletionOptions(trigger_characters=["@", "{", "#", ":", " ", "["])),
    lsp.TEXT_DOCUMENT_DEFINITION: (_define, None),
    lsp.TEXT_DOCUMENT_REFERENCES: (_refer, None),
    lsp.TEXT_DOCUMENT_HOVER: (_hover, None),
    lsp.TEXT_DOCUMENT_PREPARE_RENAME: (_may_rename, None),
    lsp.TEXT_DOCUMENT_RENAME: (_rename, lsp.RenameOptions(prepare_provider=True)),
}
