"""What a compilation leaves as it was."""

import gc
from pathlib import Path

import pytest

from graphspec.compiler import Options, compile_bytes


@pytest.mark.parametrize("was_enabled", [True, False])
def test_garbage_is_collected_after_a_compilation_as_before(*, was_enabled: bool) -> None:
    (gc.enable if was_enabled else gc.disable)()
    try:
        compile_bytes(b"graphspec: 1\n", "spec.yaml", Options(), Path("unused"))
        assert gc.isenabled() is was_enabled
    finally:
        gc.enable()


def test_a_compilation_leaves_no_garbage() -> None:
    spec = b"graphspec: 1\ninputs: {x: [3]}\nnodes: {y: {Dense: {units: 2}, from: x}}\noutputs: y\n"
    compile_bytes(spec, "spec.yaml", Options(), Path("unused"))
    gc.collect()
    compile_bytes(spec, "spec.yaml", Options(), Path("unused"))
    assert gc.collect() == 0
