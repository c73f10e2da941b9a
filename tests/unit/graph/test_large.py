"""Large specs take time in proportion to their size: more than ten seconds show that they do not."""

import time
from pathlib import Path

import pytest

from graphspec.compiler import Options, compile_bytes

HEAD = "graphspec: 1\ninputs: {x: [8]}\n"
MISSPELT = "".join(f"  n{i}: {{Dense: {{units: 8}}, from: y{i}}}\n" for i in range(3000))
LAYERS = "".join(f"  n{i}: {{Dense: {{units: 8}}}}\n" for i in range(20_000))
LARGE = [
    (f"nodes:\n{MISSPELT}outputs: n1\n", 3000),
    (f"layers:\n{LAYERS}nodes: {{y: {{Dense: {{units: 8}}, from: x}}}}\noutputs: y\n", 0),
]


@pytest.mark.parametrize(("text", "errors"), LARGE, ids=["wrong names", "layers"])
def test_time_grows_with_the_size_alone(text: str, errors: int, tmp_path: Path) -> None:
    started = time.process_time()
    found = compile_bytes((HEAD + text).encode(), "spec.yaml", Options(), tmp_path)
    assert time.process_time() - started < 10
    assert sum(item.severity == "error" for item in found.diagnostics) == errors
