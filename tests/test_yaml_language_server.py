"""The schema as yaml-language-server reads it, where that is installed: ``npm install -g yaml-language-server``.

``YAML_LANGUAGE_SERVER`` names one that is not on the path.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
SCHEMA = ROOT / "schemas" / "graphspec.schema.json"
SPECS = sorted((ROOT / "specs").rglob("*.yaml"))
SERVER = os.environ.get("YAML_LANGUAGE_SERVER") or shutil.which("yaml-language-server")
# A server says nothing of a good text that it would not say of one it has not looked at: this it must find.
PROBE = "zzz: 1\n"
FOUND = "Property zzz is not allowed."
SECONDS = 120

pytestmark = pytest.mark.skipif(SERVER is None, reason="yaml-language-server is not installed")


class Server:
    """The server, spoken to over its standard input and output."""

    def __init__(self, command: str) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([command, "--stdio"], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        self.watchdog = Timer(SECONDS, self.process.kill)
        self.watchdog.start()
        capabilities = {"workspace": {"configuration": True}, "textDocument": {"publishDiagnostics": {}}}
        self.send(id=1, method="initialize", params={"processId": None, "rootUri": None, "capabilities": capabilities})
        while self.receive().get("id") != 1:
            pass
        self.send(method="initialized", params={})
        self.opened = 0

    def send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        size = 0
        while (line := self.process.stdout.readline().strip()) or not size:
            assert self.process.poll() is None or line, "the server has ended"
            name, _, value = line.partition(b":")
            size = int(value) if name.lower() == b"content-length" else size
        message: dict[str, Any] = json.loads(self.process.stdout.read(size))
        if "id" in message and "method" in message:
            self.answer(message)
        return message

    def answer(self, message: dict[str, Any]) -> None:
        settings = {"yaml": {"validate": True, "schemaStore": {"enable": False}, "format": {"enable": False}}}
        items = message.get("params", {}).get("items", []) if message["method"] == "workspace/configuration" else None
        result = None if items is None else [settings.get(item.get("section", ""), {}) for item in items]
        self.send(id=message["id"], result=result)

    def diagnostics(self, text: str) -> list[str]:
        """Return what the server says of a text, once it has looked at it."""
        self.opened += 1
        uri = (ROOT / f"opened{self.opened}.yaml").as_uri()
        text = f"# yaml-language-server: $schema={SCHEMA.as_uri()}\n{text.rstrip()}\n{PROBE}"
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.send(method="textDocument/didOpen", params={"textDocument": document})
        while True:
            message = self.receive()
            params = message.get("params", {})
            if message.get("method") == "textDocument/publishDiagnostics" and params["uri"] == uri:
                found = [f"{it['range']['start']['line']}: {it['message']}" for it in params["diagnostics"]]
                if any(FOUND in item for item in found):
                    return [item for item in found if FOUND not in item]

    def stop(self) -> None:
        self.watchdog.cancel()
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    started = Server(str(SERVER))
    yield started
    started.stop()


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: str(spec.relative_to(ROOT)))
def test_a_good_spec_is_clean(spec: Path, server: Server) -> None:
    assert server.diagnostics(spec.read_text(encoding="utf-8")) == []


GOOD = "graphspec: 1\ninputs: {x: [4]}\nnodes:\n  y: {Dense: {units: 2, activation: relu}, from: x}\noutputs: y\n"
WRONG = [
    ("Dense", "Dens", "Dens"),
    ("units", "unitz", "unitz"),
    ("units: 2", "units: many", "integer"),
    ("relu", "rellu", "relu"),
    ("nodes", "node", "node"),
]


@pytest.mark.parametrize(("before", "after", "told"), WRONG, ids=[item[1] for item in WRONG])
def test_a_mistake_is_found_in_its_line(before: str, after: str, told: str, server: Server) -> None:
    found = server.diagnostics(GOOD.replace(before, after))
    assert found
    assert any(told in item for item in found)
