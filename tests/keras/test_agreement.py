"""Static inference agrees with Keras on generated calls of every layer and op that a spec may use."""

from collections.abc import Callable

import pytest
from agreement import FAMILIES, Generator, generators, tally

from graphspec.catalog import catalog

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

# What carries code, whose shapes nobody knows before it runs; and what no spec can call, since it takes mappings alone.
WITHOUT_CASES = {"FlaxLayer", "JaxLayer", "Lambda", "TFSMLayer", "TorchModuleWrapper", "MaxNumBoundingBoxes"}
CASES: dict[str, Generator] = {name: generator for family in FAMILIES for name, generator in generators(family).items()}


def test_every_layer_and_op_has_cases() -> None:
    layers = set(catalog.layer_names()) - WITHOUT_CASES
    ops = {f"ops.{name}" for name in catalog.op_names() if catalog.op(name).refused is None}  # type: ignore[union-attr]
    assert sorted((layers | ops) - CASES.keys()) == []


@pytest.mark.parametrize("name", sorted(CASES))
def test_inference_agrees_with_keras(
    name: str, pytestconfig: pytest.Config, record_property: Callable[[str, object], None]
) -> None:
    counts, problems = tally(name, CASES[name], pytestconfig.getoption("--cases"))
    record_property("cases", dict(counts))
    assert not problems, f"{counts}\n" + "\n".join(problems[:5])
    assert counts["skip"] < counts.total() / 2, f"{name} has too few cases that reach inference"
