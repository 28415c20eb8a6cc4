"""A client of the language server: pygls' own, over the standard streams of a real process."""

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient
from pygls.uris import from_fs_path, to_fs_path

_Answer = TypeVar("_Answer")


def uri(path: Path) -> str:
    return str(from_fs_path(str(path)))


class Editor:
    """An editor with one server. Its calls wait for the answer; what the server publishes is kept by file."""

    def __init__(self, *command: str, encodings: tuple[str, ...] = ()) -> None:
        self.loop = asyncio.new_event_loop()
        self.client = LanguageClient("a test", "1")
        self.published: dict[str, list[lsp.Diagnostic]] = {}
        self.times: dict[str, int] = {}
        self.logged: list[str] = []
        self.watching: list[str] = []
        self.versions: dict[str, int] = {}
        self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda told: self._publish(told))
        self.client.feature(lsp.WINDOW_LOG_MESSAGE)(lambda told: self.logged.append(told.message))
        self.client.feature(lsp.WINDOW_SHOW_MESSAGE)(lambda told: self.logged.append(told.message))
        self.client.feature(lsp.CLIENT_REGISTER_CAPABILITY)(lambda asked: self._register(asked))
        self.run(self.client.start_io(*(command or (sys.executable, "-m", "evibrief", "lsp", "--stdio"))))
        watched = lsp.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
        general = lsp.GeneralClientCapabilities(position_encodings=list(encodings)) if encodings else None
        workspace = lsp.WorkspaceClientCapabilities(did_change_watched_files=watched)
        asked = lsp.InitializeParams(lsp.ClientCapabilities(workspace=workspace, general=general), root_uri=None)
        self.capabilities = self.run(self.client.initialize_async(asked)).capabilities
        self.client.initialized(lsp.InitializedParams())

    def run(self, what: Coroutine[Any, Any, _Answer], seconds: float = 120) -> _Answer:
        return self.loop.run_until_complete(asyncio.wait_for(what, seconds))

    def _publish(self, told: lsp.PublishDiagnosticsParams) -> None:
        self.published[told.uri] = list(told.diagnostics)
        self.times[told.uri] = self.times.get(told.uri, 0) + 1

    def _register(self, asked: lsp.RegistrationParams) -> None:
        self.watching += [one.method for one in asked.registrations]

    def end(self) -> int | None:
        """Say goodbye. Returns the exit code of the server."""
        self.run(self.client.shutdown_async(None))
        self.client.exit(None)
        process = self.client._server
        assert process
        self.run(process.wait(), 30)
        self.run(self.client.stop())  # type: ignore[no-untyped-call]
        self.loop.close()
        return process.returncode

    # What an editor tells

    def open(self, path: Path, text: str | None = None) -> None:
        shown = path.read_bytes().decode() if text is None else text
        self.versions[uri(path)] = 1
        item = lsp.TextDocumentItem(uri(path), "yaml", 1, shown)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))

    def change(self, path: Path, text: str) -> None:
        self.versions[uri(path)] += 1
        named = lsp.VersionedTextDocumentIdentifier(self.versions[uri(path)], uri(path))
        whole = [lsp.TextDocumentContentChangeWholeDocument(text)]
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(named, whole))

    def save(self, path: Path) -> None:
        self.client.text_document_did_save(lsp.DidSaveTextDocumentParams(lsp.TextDocumentIdentifier(uri(path))))

    def close(self, path: Path) -> None:
        self.client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri(path))))

    def tell_changed(self, path: Path, how: lsp.FileChangeType) -> None:
        changes = [lsp.FileEvent(uri(path), how)]
        self.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams(changes))

    # What an editor asks

    def _at(self, path: Path, at: tuple[int, int]) -> dict[str, Any]:
        return {"text_document": lsp.TextDocumentIdentifier(uri(path)), "position": lsp.Position(*at)}

    def complete(self, path: Path, at: tuple[int, int]) -> list[lsp.CompletionItem]:
        found = self.run(self.client.text_document_completion_async(lsp.CompletionParams(**self._at(path, at))))
        return list(found.items) if isinstance(found, lsp.CompletionList) else []

    def define(self, path: Path, at: tuple[int, int]) -> lsp.Location | None:
        found = self.run(self.client.text_document_definition_async(lsp.DefinitionParams(**self._at(path, at))))
        assert found is None or isinstance(found, lsp.Location)
        return found

    def hover(self, path: Path, at: tuple[int, int]) -> str:
        found = self.run(self.client.text_document_hover_async(lsp.HoverParams(**self._at(path, at))))
        return found.contents.value if found and isinstance(found.contents, lsp.MarkupContent) else ""

    def references(self, path: Path, at: tuple[int, int]) -> list[lsp.Location]:
        context = lsp.ReferenceContext(include_declaration=True)
        asked = lsp.ReferenceParams(context, **self._at(path, at))
        found = self.run(self.client.text_document_references_async(asked))
        return list(found or ())

    def prepare_rename(self, path: Path, at: tuple[int, int]) -> Any:
        return self.run(self.client.text_document_prepare_rename_async(lsp.PrepareRenameParams(**self._at(path, at))))

    def rename(self, path: Path, at: tuple[int, int], name: str) -> lsp.WorkspaceEdit | None:
        return self.run(self.client.text_document_rename_async(lsp.RenameParams(new_name=name, **self._at(path, at))))

    # What it then does

    def shown(self, path: Path) -> list[lsp.Diagnostic]:
        return self.published.get(uri(path), [])

    def until(self, seen: Any, seconds: float = 120) -> None:
        """Let the server speak until something is so."""

        async def wait() -> None:
            while not seen():
                await asyncio.sleep(0.01)

        self.run(wait(), seconds)


def applied(edit: lsp.WorkspaceEdit) -> dict[Path, str]:
    """The texts of the files after an edit; columns are in UTF-16, as the protocol has them."""
    texts = {}
    for name, edits in (edit.changes or {}).items():
        path = Path(str(to_fs_path(name)))
        lines = path.read_bytes().decode().splitlines(keepends=True)
        for one in sorted(edits, key=lambda one: (one.range.start.line, one.range.start.character), reverse=True):
            assert one.range.start.line == one.range.end.line
            units = lines[one.range.start.line].encode("utf-16-le")
            start, end = 2 * one.range.start.character, 2 * one.range.end.character
            changed = units[:start] + one.new_text.encode("utf-16-le") + units[end:]
            lines[one.range.start.line] = changed.decode("utf-16-le")
        texts[path] = "".join(lines)
    return texts
