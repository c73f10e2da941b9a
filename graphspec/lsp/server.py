"""The language server: requests of an editor in, what the other modules know out. The only importer of pygls."""

import asyncio
import functools
import gc
import logging
from collections.abc import Callable, Iterable
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from lsprotocol import types as lsp
from pygls import uris
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from graphspec.compiler import Options
from graphspec.diagnostics.diagnostic import Diagnostic, UsageError
from graphspec.diagnostics.span import Span
from graphspec.lsp.analysis import Document
from graphspec.lsp.complete import completions_of
from graphspec.lsp.fixes import fixes_of
from graphspec.lsp.hints import hints_of
from graphspec.lsp.hover import hover_of
from graphspec.lsp.names import Use
from graphspec.lsp.outline import Item, folds_of, outline_of
from graphspec.lsp.positions import Encoding, Text
from graphspec.lsp.rename import RenameError, renameable, renamed
from graphspec.lsp.service import Service, named_files
from graphspec.version import __version__

_LOG = logging.getLogger(__name__)
# Long enough for what an editor sends together to be one change, and too short to be seen.
_PAUSE = 0.005
# Long enough for the next key to come first: variants are checked where nobody waits for anything else.
_REST = 0.3
_Handler = TypeVar("_Handler", bound=Callable[..., Any])
_ENCODINGS: dict[str, Encoding] = {"utf-8": "utf-8", "utf-16": "utf-16", "utf-32": "utf-32"}
_SYMBOLS = {
    "section": lsp.SymbolKind.Namespace,
    "input": lsp.SymbolKind.Interface,
    "node": lsp.SymbolKind.Variable,
    "layer": lsp.SymbolKind.Object,
    "model": lsp.SymbolKind.Class,
    "member": lsp.SymbolKind.Field,
    "entry": lsp.SymbolKind.Property,
    "block": lsp.SymbolKind.Function,
    "param": lsp.SymbolKind.TypeParameter,
}
_COMPLETIONS = {
    "input": lsp.CompletionItemKind.Interface,
    "node": lsp.CompletionItemKind.Variable,
    "layer": lsp.CompletionItemKind.Value,
    "model": lsp.CompletionItemKind.Class,
    "member": lsp.CompletionItemKind.Field,
    "output": lsp.CompletionItemKind.Field,
    "block": lsp.CompletionItemKind.Function,
    "import": lsp.CompletionItemKind.Module,
    "param": lsp.CompletionItemKind.TypeParameter,
}


def serve(options_for: Callable[[Path | None], Options]) -> None:
    """Serve an editor on standard input and output until it says to stop."""
    make_server(options_for).start_io()


def make_server(options_for: Callable[[Path | None], Options]) -> LanguageServer:
    """Return a server; ``options_for`` says what the person who runs it allows in a folder."""
    # Whole texts: positions of changes would be counted in lines that YAML does not have.
    server = LanguageServer("graphspec", __version__, text_document_sync_kind=lsp.TextDocumentSyncKind.Full)
    _Handlers(server, options_for).register()
    return server


def pygls_version() -> str:
    """Return the version of pygls."""
    return version_of("pygls")


def _guarded(handler: _Handler) -> _Handler:
    """Answer nothing where a handler fails, and log why: an editor must not lose its server over one request."""

    @functools.wraps(handler)
    def guarded(*args: Any) -> Any:  # noqa: ANN401 - whatever the handler takes and returns
        try:
            return handler(*args)
        except RenameError as error:
            raise JsonRpcInvalidParams(str(error)) from None
        except Exception:  # noqa: BLE001 - the last place before the editor
            _LOG.exception("a fault of GraphSpec %s in %s", __version__, handler.__name__)
            return None

    return guarded  # type: ignore[return-value]


class _Handlers:
    """What each request is answered with."""

    def __init__(self, server: LanguageServer, options_for: Callable[[Path | None], Options]) -> None:
        self.server = server
        self.options_for = options_for
        self.service = Service()
        self.waiting: dict[str, asyncio.Handle] = {}

    def register(self) -> None:
        feature = self.server.feature
        actions = lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix])
        renaming = lsp.RenameOptions(prepare_provider=True)
        completing = lsp.CompletionOptions(trigger_characters=[".", " ", "[", ",", "$", "{"])
        for method, handler, options in (
            (lsp.INITIALIZED, self.initialized, None),
            (lsp.TEXT_DOCUMENT_DID_OPEN, self.changed, None),
            (lsp.TEXT_DOCUMENT_DID_CHANGE, self.changed, None),
            (lsp.TEXT_DOCUMENT_DID_CLOSE, self.closed, None),
            (lsp.TEXT_DOCUMENT_DID_SAVE, self.saved, None),
            (lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, self.files_changed, None),
            (lsp.TEXT_DOCUMENT_INLAY_HINT, self.inlay_hints, None),
            (lsp.TEXT_DOCUMENT_HOVER, self.hover, None),
            (lsp.TEXT_DOCUMENT_DEFINITION, self.definition, None),
            (lsp.TEXT_DOCUMENT_REFERENCES, self.references, None),
            (lsp.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT, self.highlights, None),
            (lsp.TEXT_DOCUMENT_PREPARE_RENAME, self.prepare_rename, None),
            (lsp.TEXT_DOCUMENT_RENAME, self.rename, renaming),
            (lsp.TEXT_DOCUMENT_COMPLETION, self.completion, completing),
            (lsp.TEXT_DOCUMENT_CODE_ACTION, self.code_actions, actions),
            (lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL, self.document_symbols, None),
            (lsp.TEXT_DOCUMENT_FOLDING_RANGE, self.folding_ranges, None),
        ):
            feature(method, options)(_guarded(handler))

    # What the editor tells.

    def initialized(self, _: lsp.InitializedParams) -> None:
        root = self.server.workspace.root_path
        self.service.encoding = _ENCODINGS.get(self.server.workspace.position_encoding or "", "utf-16")
        try:
            self.service.options = self.options_for(Path(root) if root else None)
        except UsageError as problem:
            message = lsp.ShowMessageParams(lsp.MessageType.Error, f"GraphSpec: {problem}")
            self.server.window_show_message(message)
        # What is loaded by now stays: no collection need look at it between a key and its answer.
        gc.freeze()

    def changed(self, params: lsp.DidOpenTextDocumentParams | lsp.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        text = self.server.workspace.get_text_document(uri).source
        self.publish_soon(self.service.put(uri, self.path_of(uri), text))

    def closed(self, params: lsp.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        self.publish_soon(self.service.remove(uri))
        self.send(uri, [])

    def saved(self, params: lsp.DidSaveTextDocumentParams) -> None:
        self.publish_soon(self.service.forget_readers(self.path_of(params.text_document.uri)))

    def files_changed(self, params: lsp.DidChangeWatchedFilesParams) -> None:
        for change in params.changes:
            self.publish_soon(self.service.forget_readers(self.path_of(change.uri)))

    def path_of(self, uri: str) -> Path:
        """Return the path of a document; of one that is no file, one in the workspace that is not there."""
        path = uris.to_fs_path(uri) if urlsplit(uri).scheme == "file" else None
        if path:
            return Path(path)
        return Path(self.server.workspace.root_path or "/nowhere") / "untitled.graphspec.yaml"

    def publish_soon(self, found: Iterable[str]) -> None:
        loop = asyncio.get_running_loop()
        for uri in found:
            if uri in self.waiting:
                self.waiting[uri].cancel()
            self.waiting[uri] = loop.call_later(_PAUSE, _guarded(self.publish), uri)

    def publish(self, uri: str) -> None:
        self.waiting.pop(uri, None)
        if uri not in self.service.opened:
            return
        diagnostics = self.service.diagnostics(uri)
        if self.service.has_more(uri):
            loop = asyncio.get_running_loop()
            self.waiting[uri] = loop.call_later(_REST, _guarded(self.check_variant), uri)
        text = self.service.opened[uri].text
        self.send(uri, [self.diagnostic(item, text, uri) for item in diagnostics])

    def check_variant(self, uri: str) -> None:
        """Check one variant, and let the editor ask in between; with the last one all is known that is wrong."""
        self.waiting.pop(uri, None)
        if not self.service.has_more(uri):
            return
        self.service.check_variant(uri)
        following = self.check_variant if self.service.has_more(uri) else self.publish
        self.waiting[uri] = asyncio.get_running_loop().call_soon(_guarded(following), uri)

    def send(self, uri: str, diagnostics: list[lsp.Diagnostic]) -> None:
        self.server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, diagnostics))

    # What the editor asks.

    def inlay_hints(self, params: lsp.InlayHintParams) -> list[lsp.InlayHint] | None:
        document = self.service.document(params.text_document.uri)
        if document is None:
            return None
        text = document.now.text
        return [
            lsp.InlayHint(
                position=lsp.Position(hint.line - 1, text.units(hint.line, len(text.line(hint.line)) + 1)),
                label=hint.label,
                kind=lsp.InlayHintKind.Type,
                padding_left=True,
            )
            for hint in hints_of(document, params.range.start.line + 1, params.range.end.line + 1)
        ]

    def hover(self, params: lsp.HoverParams) -> lsp.Hover | None:
        document, line, column = self.at(params)
        found = None if document is None else hover_of(document, line, column)
        if document is None or found is None:
            return None
        content = lsp.MarkupContent(lsp.MarkupKind.Markdown, found.markdown)
        return lsp.Hover(content, _range(found.span, document.now.text))

    def definition(self, params: lsp.DefinitionParams) -> lsp.Location | None:
        document, line, column = self.at(params)
        use = None if document is None else _use_at(document, line, column)
        if document is None or use is None:
            return None
        if use.symbol.kind == "file":
            return next((lsp.Location(_uri_of(path), _START) for path, span in named_files(document.good)
                         if span == use.span and path.is_file()), None)  # fmt: skip
        place = document.good.names.definition(use.symbol)
        return self.location(document, place, params.text_document.uri)

    def location(self, document: Document, span: Span | None, uri: str) -> lsp.Location | None:
        now = None if span is None else document.here(span)
        return None if now is None else lsp.Location(uri, _range(now, document.now.text))

    def references(self, params: lsp.ReferenceParams) -> list[lsp.Location] | None:
        uri = params.text_document.uri
        document, line, column = self.at(params)
        use = None if document is None else _use_at(document, line, column)
        if document is None or use is None:
            return None
        found = [other for other in document.good.names.of(use.symbol)
                 if params.context.include_declaration or not other.is_definition]  # fmt: skip
        places = (self.location(document, other.span, uri) for other in found)
        return [place for place in places if place is not None]

    def highlights(self, params: lsp.DocumentHighlightParams) -> list[lsp.DocumentHighlight] | None:
        document, line, column = self.at(params)
        use = None if document is None else _use_at(document, line, column)
        if document is None or use is None:
            return None
        places = (document.here(other.span) for other in document.good.names.of(use.symbol))
        return [lsp.DocumentHighlight(_range(place, document.now.text)) for place in places if place is not None]

    def prepare_rename(self, params: lsp.PrepareRenameParams) -> lsp.Range | None:
        document, line, column = self.at(params)
        # A broken text is not edited in many places at once.
        use = renameable(document.now, line, column) if document is not None and document.now.is_whole else None
        return None if document is None or use is None else _range(use.span, document.now.text)

    def rename(self, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
        document, line, column = self.at(params)
        if document is None:
            return None
        if not document.now.is_whole:
            raise RenameError("the text cannot be read; mend it first")
        use = renameable(document.now, line, column)
        if use is None:
            raise RenameError("there is no name here that can be changed")
        edits = renamed(document.now, use.symbol, params.new_name)
        text = document.now.text
        return lsp.WorkspaceEdit(
            {params.text_document.uri: [lsp.TextEdit(_range(span, text), new) for span, new in edits]}
        )

    def completion(self, params: lsp.CompletionParams) -> lsp.CompletionList | None:
        document, line, column = self.at(params)
        if document is None:
            return None
        items = [
            lsp.CompletionItem(found.label, kind=_COMPLETIONS.get(found.kind), detail=found.detail or None)
            for found in completions_of(document, line, column)
        ]
        return lsp.CompletionList(is_incomplete=False, items=items)

    def code_actions(self, params: lsp.CodeActionParams) -> list[lsp.CodeAction] | None:
        uri = params.text_document.uri
        document = self.service.document(uri)
        if document is None:
            return None
        text = document.now.text
        first, last = params.range.start.line + 1, params.range.end.line + 1
        found: list[lsp.CodeAction] = []
        for item in self.service.diagnostics(uri):
            if item.span.end_line < first or item.span.line > last:
                continue
            for fix in fixes_of(item, text):
                edit = lsp.WorkspaceEdit({uri: [lsp.TextEdit(_range(fix.span, text), fix.new)]})
                found.append(
                    lsp.CodeAction(
                        fix.title,
                        kind=lsp.CodeActionKind.QuickFix,
                        diagnostics=[self.diagnostic(item, text, uri)],
                        is_preferred=fix.is_preferred,
                        edit=edit,
                    )
                )
        return found

    def document_symbols(self, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol] | None:
        document = self.service.document(params.text_document.uri)
        tree = None if document is None else document.good.tree
        if document is None or tree is None:
            return None
        symbols = (_symbol(item, document) for item in outline_of(tree))
        return [symbol for symbol in symbols if symbol is not None]

    def folding_ranges(self, params: lsp.FoldingRangeParams) -> list[lsp.FoldingRange] | None:
        document = self.service.document(params.text_document.uri)
        tree = None if document is None else document.good.tree
        if document is None or tree is None:
            return None
        spans = (document.here(Span("", first, 1, last, 1)) for first, last in folds_of(tree))
        return [lsp.FoldingRange(span.line - 1, span.end_line - 1) for span in spans if span is not None]

    def at(self, params: Any) -> tuple[Document | None, int, int]:  # noqa: ANN401 - all that have a position
        """Return the document that a request is about, and the line and column, from 1, that it points to."""
        document = self.service.document(params.text_document.uri)
        line = params.position.line + 1
        if document is None:
            return None, line, 1
        return document, line, document.now.text.column(line, params.position.character)

    def diagnostic(self, item: Diagnostic, text: Text, uri: str) -> lsp.Diagnostic:
        related = [
            lsp.DiagnosticRelatedInformation(self.related_place(place.span, uri), place.message)
            for place in item.related
        ]
        return lsp.Diagnostic(
            range=_range(item.span, text),
            message=f"{item.message}\n{item.help}" if item.help else item.message,
            severity=lsp.DiagnosticSeverity.Error if item.severity == "error" else lsp.DiagnosticSeverity.Warning,
            code=item.code,
            source="graphspec",
            related_information=related or None,
        )

    def related_place(self, span: Span, uri: str) -> lsp.Location:
        opened = self.service.opened
        if uri in opened and span.path == str(opened[uri].path):
            return lsp.Location(uri, _range(span, opened[uri].text))
        return lsp.Location(_uri_of(Path(span.path)), _range(span, Text("")))


_START = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))


def _use_at(document: Document, line: int, column: int) -> Use | None:
    then = document.then(line)
    return None if then is None else document.good.names.at(then, column)


def _uri_of(path: Path) -> str:
    return uris.from_fs_path(str(path)) or path.as_uri()


def _range(span: Span, text: Text) -> lsp.Range:
    """Return the range of a span; of a line that is not there, its columns as they are."""
    return lsp.Range(_position(span.line, span.column, text), _position(span.end_line, span.end_column, text))


def _position(line: int, column: int, text: Text) -> lsp.Position:
    units = text.units(line, column) if line <= len(text.lines) else column - 1
    return lsp.Position(max(0, line - 1), max(0, units))


def _symbol(item: Item, document: Document) -> lsp.DocumentSymbol | None:
    whole, key = document.here(item.whole), document.here(item.key)
    if whole is None or key is None:
        return None
    text = document.now.text
    children = [symbol for symbol in (_symbol(inner, document) for inner in item.items) if symbol is not None]
    return lsp.DocumentSymbol(
        item.name or "(empty)", _SYMBOLS[item.kind], _range(whole, text), _range(key, text), item.detail or None,
        children=children,
    )  # fmt: skip
