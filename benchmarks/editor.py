"""The milliseconds from an edit of a spec of 200 nodes to its diagnostics and hints: ``editor.py service|server``.

``service`` is the processor time of what the server does; ``server`` is the time that an editor waits for it.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import front_end

NODES = 200
EDITS = 30
TEXT = front_end.row(NODES)


def edited(number: int) -> str:
    return TEXT.replace("units: 64", f"units: {number + 2}", 1)


def service() -> float:
    from graphspec.lsp.hints import hints_of
    from graphspec.lsp.service import Service

    open_ = Service()
    taken = []
    for number in range(EDITS):
        start = time.process_time()
        open_.put("spec", Path.cwd() / "spec.yaml", edited(number))
        assert open_.diagnostics("spec") == []
        document = open_.document("spec")
        assert document is not None
        assert len(hints_of(document, 1, 10**6)) == NODES
        taken.append(time.process_time() - start)
    return statistics.median(taken[1:])


class Server:
    """The server as a process, spoken to as an editor does."""

    def __init__(self, folder: str) -> None:
        command = [sys.executable, "-m", "graphspec", "lsp"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder)
        self.send("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, 1)
        self.wait(lambda message: message.get("id") == 1)
        self.send("initialized", {})

    def send(self, method: str, params: object, number: int | None = None) -> None:
        request = {} if number is None else {"id": number}
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **request}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def wait(self, is_it: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        assert self.process.stdout is not None
        while True:
            size = 0
            while line := self.process.stdout.readline().strip():
                name, _, value = line.partition(b":")
                size = int(value) if name.lower() == b"content-length" else size
            message: dict[str, Any] = json.loads(self.process.stdout.read(size))
            if is_it(message):
                return message


def _is_published(message: dict[str, Any]) -> bool:
    return message.get("method") == "textDocument/publishDiagnostics"


def server() -> float:
    with tempfile.TemporaryDirectory() as folder:
        running = Server(folder)
        name = {"uri": (Path(folder) / "spec.yaml").as_uri()}
        item = {**name, "languageId": "yaml", "version": 0, "text": TEXT}
        running.send("textDocument/didOpen", {"textDocument": item})
        whole = {"start": {"line": 0, "character": 0}, "end": {"line": 10**6, "character": 0}}
        taken = []
        running.wait(_is_published)
        for number in range(EDITS):
            start = time.perf_counter()
            change = {"textDocument": {**name, "version": number + 1}, "contentChanges": [{"text": edited(number)}]}
            running.send("textDocument/didChange", change)
            running.send("textDocument/inlayHint", {"textDocument": name, "range": whole}, number + 2)
            # Whichever comes first.
            for _ in range(2):
                message = running.wait(lambda it, wanted=number + 2: _is_published(it) or it.get("id") == wanted)
                assert "method" in message or len(message["result"]) == NODES
            taken.append(time.perf_counter() - start)
        running.process.kill()
        running.process.wait()
    return statistics.median(taken[1:])


if __name__ == "__main__":
    print({"service": service, "server": server}[sys.argv[1]]() * 1000)
