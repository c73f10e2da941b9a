"""The language server as an editor has it: started as a process, spoken to over its standard input and output."""

import asyncio
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_lsp
from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig, LanguageClient

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-m", "graphspec", "lsp", "--stdio"]
SPEC = """\
graphspec: 1
description: 層 \U0001f600
inputs: {image: [8, 8, 1]}
nodes:
  flat: {Flatten: {}, from: image}
  label: {Dense: {units: 3}, from: flat} # \U0001f600
outputs: label
"""


@pytest_lsp.fixture(config=ClientServerConfig(server_command=COMMAND))
async def client(lsp_client: LanguageClient, tmp_path: Path) -> AsyncIterator[None]:
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    capabilities = pytest_lsp.client_capabilities("visual-studio-code")
    params = lsp.InitializeParams(capabilities=capabilities, root_uri=tmp_path.as_uri())
    await lsp_client.initialize_session(params)
    yield
    await lsp_client.shutdown_session()


class Editor:
    """A document of an editor."""

    def __init__(self, client: LanguageClient, path: Path) -> None:
        self.client, self.uri, self.version = client, path.as_uri(), 0
        self.identifier = lsp.TextDocumentIdentifier(self.uri)
        self.everything = lsp.Range(lsp.Position(0, 0), lsp.Position(100_000, 0))

    async def write(self, text: str) -> list[lsp.Diagnostic]:
        self.version += 1
        published = asyncio.ensure_future(self.client.wait_for_notification("textDocument/publishDiagnostics"))
        await asyncio.sleep(0)
        if self.version == 1:
            item = lsp.TextDocumentItem(self.uri, "yaml", self.version, text)
            self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        else:
            identifier = lsp.VersionedTextDocumentIdentifier(self.version, self.uri)
            change = lsp.TextDocumentContentChangeWholeDocument(text)
            self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(identifier, [change]))
        await asyncio.wait_for(published, 30)
        return list(self.client.diagnostics.get(self.uri, []))

    async def hints(self) -> list[lsp.InlayHint]:
        params = lsp.InlayHintParams(self.identifier, self.everything)
        return list(await self.client.text_document_inlay_hint_async(params) or [])


@pytest.mark.asyncio
async def test_diagnostics_and_hints_follow_what_is_written(client: LanguageClient, tmp_path: Path) -> None:
    editor = Editor(client, tmp_path / "spec.yaml")
    assert await editor.write(SPEC) == []
    hints = await editor.hints()
    assert [(hint.position.line, hint.label) for hint in hints] == [
        (4, "\u2192 (batch, 64)"),
        (5, "\u2192 (batch, 3), 195 parameters"),
    ]
    # The end of the line in UTF-16 units: one character of it takes two.
    assert hints[1].position.character == len(SPEC.splitlines()[5]) + 1
    (item,) = await editor.write(SPEC.replace("units", "unit"))
    assert (item.code, item.source, item.severity) == ("GS402", "graphspec", lsp.DiagnosticSeverity.Error)
    assert (item.range.start, item.range.end) == (lsp.Position(5, 18), lsp.Position(5, 22))
    assert await editor.write(SPEC) == []


@pytest.mark.asyncio
async def test_positions_are_in_utf_16_units(client: LanguageClient, tmp_path: Path) -> None:
    editor = Editor(client, tmp_path / "spec.yaml")
    text = SPEC.replace("  label: {", "  label: {name: \U0001f600/層, ")
    (item,) = await editor.write(text)
    assert (item.range.start.character, item.range.end.character) == (16, 20)
    hover = await client.text_document_hover_async(lsp.HoverParams(editor.identifier, lsp.Position(5, 24)))
    assert hover is not None
    assert "densely-connected" in str(hover.contents)


@pytest.mark.asyncio
async def test_a_quick_fix_mends(client: LanguageClient, tmp_path: Path) -> None:
    editor = Editor(client, tmp_path / "spec.yaml")
    diagnostics = await editor.write(SPEC.replace("from: flat", "from: flta"))
    context = lsp.CodeActionContext(diagnostics)
    actions = await client.text_document_code_action_async(
        lsp.CodeActionParams(editor.identifier, diagnostics[0].range, context)
    )
    (action,) = actions or []
    assert isinstance(action, lsp.CodeAction)
    assert action.edit is not None
    (edit,) = (action.edit.changes or {})[editor.uri]
    assert (edit.new_text, edit.range) == ("flat", diagnostics[0].range)


@pytest.mark.asyncio
async def test_definition_references_rename_symbols_folds(client: LanguageClient, tmp_path: Path) -> None:
    editor = Editor(client, tmp_path / "spec.yaml")
    await editor.write(SPEC)
    at_flat = lsp.Position(5, 37)
    found = await client.text_document_definition_async(lsp.DefinitionParams(editor.identifier, at_flat))
    assert isinstance(found, lsp.Location)
    assert found.range.start == lsp.Position(4, 2)
    context = lsp.ReferenceContext(include_declaration=True)
    places = await client.text_document_references_async(lsp.ReferenceParams(context, editor.identifier, at_flat))
    assert len(places or []) == 2
    edit = await client.text_document_rename_async(lsp.RenameParams(editor.identifier, at_flat, "even"))
    assert edit is not None
    assert [item.new_text for item in (edit.changes or {})[editor.uri]] == ["even", "even"]
    with pytest.raises(Exception, match="is there already"):
        await client.text_document_rename_async(lsp.RenameParams(editor.identifier, at_flat, "image"))
    symbols = await client.text_document_document_symbol_async(lsp.DocumentSymbolParams(editor.identifier))
    assert [item.name for item in symbols or []] == ["graphspec", "description", "inputs", "nodes", "outputs"]
    folds = await client.text_document_folding_range_async(lsp.FoldingRangeParams(editor.identifier))
    assert [(item.start_line, item.end_line) for item in folds or []] == [(3, 5)]


@pytest.mark.asyncio
async def test_completion_offers_references(client: LanguageClient, tmp_path: Path) -> None:
    editor = Editor(client, tmp_path / "spec.yaml")
    await editor.write(SPEC)
    await editor.write(SPEC.replace("from: flat}", "from: "))
    found = await client.text_document_completion_async(lsp.CompletionParams(editor.identifier, lsp.Position(5, 35)))
    assert isinstance(found, lsp.CompletionList)
    assert {item.label for item in found.items} == {"image", "flat"}
    assert {item.detail for item in found.items} == {"(batch, 8, 8, 1)", "(batch, 64)"}


NESTED = (
    "graphspec: 1\ninputs: {image: [8]}\nmodels: {enc: enc.yaml}\nnodes: {y: {call: enc, from: image}}\noutputs: y\n"
)
INNER = "graphspec: 1\ninputs: {x: [8]}\nnodes: {z: {Dense: {units: 2}, from: x}}\noutputs: z\n"


@pytest.mark.asyncio
async def test_unsaved_neighbours_count(client: LanguageClient, tmp_path: Path) -> None:
    (tmp_path / "enc.yaml").write_text(INNER, encoding="utf-8")
    outer, inner = Editor(client, tmp_path / "outer.yaml"), Editor(client, tmp_path / "enc.yaml")
    assert await outer.write(NESTED) == []
    assert [hint.label for hint in await outer.hints()] == ["\u2192 (batch, 2), 18 parameters"]
    await inner.write(INNER.replace("units: 2", "units: 5"))
    assert [hint.label for hint in await outer.hints()] == ["\u2192 (batch, 5), 45 parameters"]
    await inner.write(INNER.replace("units: 2", "unit: 5"))
    await outer.hints()
    await asyncio.sleep(0.1)
    (item,) = client.diagnostics[outer.uri]
    assert item.range.start == lsp.Position(2, 14)
    assert "enc.yaml" in item.message
    found = await client.text_document_definition_async(lsp.DefinitionParams(outer.identifier, lsp.Position(2, 16)))
    assert isinstance(found, lsp.Location)
    assert found.uri == inner.uri


VARIED = """\
graphspec: 1
params: {units: 3}
variants:
  small: {units: 2}
  none: {units: 0}
  less: {units: -1}
inputs: {x: [8]}
nodes:
  label: {Dense: {units: $units}, from: x}
outputs: label
"""


@pytest.mark.asyncio
async def test_variants_are_checked_when_the_editor_rests(client: LanguageClient, tmp_path: Path) -> None:
    editor = Editor(client, tmp_path / "spec.yaml")
    published: list[list[str]] = []

    class Recorded(dict[str, list[lsp.Diagnostic]]):
        def __setitem__(self, uri: str, found: list[lsp.Diagnostic]) -> None:
            super().__setitem__(uri, found)
            published.append([item.message for item in found])

    client.diagnostics = Recorded()
    assert await editor.write(VARIED) == []
    # Answers come while variants wait.
    assert [hint.label for hint in await editor.hints()] == ["\u2192 (batch, 3), 27 parameters"]
    await asyncio.sleep(1.5)
    first, found = published
    assert first == []
    assert len(found) == len(set(found)) == 1
    # What was on its way is of a text that is no more; what was known stays until it is known anew.
    published.clear()
    for text in (VARIED.replace("units: 3", "units: 4"), VARIED, VARIED.replace("units: 0", "units: 5")):
        await editor.write(text)
        await asyncio.sleep(0.05)
    await asyncio.sleep(1.5)
    assert len(published) == 4
    assert [len(item) for item in published] == [1, 1, 1, 1]
    (item,) = client.diagnostics[editor.uri]
    assert [place.message for place in item.related_information or []][-1:] == ['only with variant "less"']


@pytest.mark.asyncio
async def test_nothing_outside_the_root_is_read(client: LanguageClient, tmp_path: Path) -> None:
    editor = Editor(client, tmp_path / "spec.yaml")
    for path in ("../secret.yaml", "/etc/passwd", "file:///etc/passwd"):
        (item,) = await editor.write(NESTED.replace("enc.yaml", path))
        assert item.code == "GS301"
        found = await client.text_document_definition_async(
            lsp.DefinitionParams(editor.identifier, lsp.Position(2, 16))
        )
        assert found is None


@pytest.mark.asyncio
async def test_other_yaml_is_left_alone(client: LanguageClient, tmp_path: Path) -> None:
    editor = Editor(client, tmp_path / "compose.yaml")
    assert await editor.write("services: {web: {image: nginx}}\n") == []
    assert await editor.hints() == []


@pytest.mark.asyncio
async def test_whatever_is_written_the_server_lives(client: LanguageClient, tmp_path: Path) -> None:
    editor = Editor(client, tmp_path / "spec.yaml")
    chance = random.Random(7)
    text = SPEC
    for _ in range(60):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice([0, 1, 1, 2, 8]))
        piece = chance.choice(
            ["", "[", "{", "}", ":", "\n", "- ", "&a ", "*a", "\U0001f600", "\u2028", "\t", '"', "\ufeff", "!x "]
        )
        text = text[:start] + piece + text[end:]
        await editor.write(text)
        place = lsp.Position(chance.randrange(12), chance.randrange(60))
        for ask in (
            client.text_document_hover_async(lsp.HoverParams(editor.identifier, place)),
            client.text_document_definition_async(lsp.DefinitionParams(editor.identifier, place)),
            client.text_document_completion_async(lsp.CompletionParams(editor.identifier, place)),
            client.text_document_document_symbol_async(lsp.DocumentSymbolParams(editor.identifier)),
            client.text_document_folding_range_async(lsp.FoldingRangeParams(editor.identifier)),
            client.text_document_inlay_hint_async(lsp.InlayHintParams(editor.identifier, editor.everything)),
        ):
            await ask
    assert await editor.write(SPEC) == []


def messages(*items: dict[str, Any] | bytes) -> bytes:
    bodies = [item if isinstance(item, bytes) else json.dumps({"jsonrpc": "2.0", **item}).encode() for item in items]
    return b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies)


def test_nonsense_from_the_client_does_not_end_the_server() -> None:
    uri = "untitled:one"
    name = {"textDocument": {"uri": uri}}
    far = {**name, "position": {"line": 10**9, "character": 10**9}}
    negative = {"textDocument": {"uri": "x:\x00"}, "position": {"line": -1, "character": -5}}
    hints = {**name, "range": {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}}
    opening = {"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": SPEC}}

    def change(text: str) -> dict[str, Any]:
        params = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": text}]}
        return {"method": "textDocument/didChange", "params": params}

    sent = messages(
        {"id": 1, "method": "textDocument/hover", "params": far},
        {"id": 2, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}},
        {"method": "initialized", "params": {}},
        {"method": "textDocument/didOpen", "params": opening},
        {"method": "textDocument/didOpen", "params": {"textDocument": 3}},
        {"method": "textDocument/didChange", "params": {"textDocument": {"uri": "file:///no", "version": 1}}},
        {"id": 3, "method": "textDocument/hover", "params": far},
        {"id": 4, "method": "textDocument/hover", "params": negative},
        {"id": 5, "method": "no/such", "params": [1]},
        {"id": 6, "method": "textDocument/rename", "params": {**far, "newName": "y"}},
        {"method": "workspace/didChangeWatchedFiles", "params": {"changes": [{"uri": "file:///%00", "type": 9}]}},
        change("graphspec: \ud800"),
        b"{",
        b"[]",
        {"id": 7, "method": "textDocument/inlayHint", "params": hints},
        change(SPEC),
        {"id": 8, "method": "textDocument/inlayHint", "params": hints},
        {"id": 9, "method": "shutdown"},
        {"method": "exit"},
    )
    done = subprocess.run(COMMAND, input=sent, capture_output=True, check=False, timeout=60, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "195 parameters" in done.stdout.decode()


def test_an_edit_of_a_large_spec_is_answered_at_once(tmp_path: Path) -> None:
    """The bound is generous for machines that are busy; on one that is not it takes a tenth of it."""
    from graphspec.compiler import Options
    from graphspec.lsp.analysis import analyse, start
    from graphspec.lsp.hints import hints_of
    from graphspec.lsp.positions import Text

    nodes = "".join(f"  n{i + 1}: {{Dense: {{units: {i + 1}}}, from: n{i}}}\n" for i in range(200))
    text = f"graphspec: 1\ninputs: {{n0: [8]}}\nnodes:\n{nodes}outputs: n200\n"
    path = tmp_path / "spec.yaml"
    taken = []
    for count in range(5):
        edited = text.replace("units: 1}", f"units: {count + 2}}}")
        before = time.process_time()
        document = analyse(path, Text(edited), start(path, Options(), {path: edited}).result(), None)
        assert len(hints_of(document, 1, 1000)) == 200
        taken.append(time.process_time() - before)
    assert statistics.median(taken) < 0.5


def test_without_pygls_it_says_what_to_install(tmp_path: Path) -> None:
    script = (
        "import sys\nsys.modules['pygls'] = None\nfrom graphspec.cli.main import run\nsys.exit(run(['lsp', '--check']))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 2
    assert 'pip install "graphspec[lsp]"' in done.stderr


def test_it_loads_no_keras() -> None:
    script = (
        "import sys, graphspec.lsp.server\n"
        "loaded = [name for name in ('keras', 'tensorflow', 'numpy') if name in sys.modules]\nassert not loaded, loaded"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
