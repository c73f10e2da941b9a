"""The law of the JSON Schema: whatever it finds wrong, ``validate`` finds wrong too, if it is there at all."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from graphspec.compiler import Options, compile_bytes
from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.frontend.json_schema import json_schema
from graphspec.frontend.read import read
from graphspec.frontend.source import Source
from graphspec.frontend.tree import plain

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases"
SPECS = sorted([*(ROOT / "specs").rglob("*.yaml"), *(CASES / "ok").glob("*.yaml")])
WRONG = sorted([*(CASES / "err").glob("*.yaml"), *(CASES / "many").glob("*.yaml")])
VALUES = st.sampled_from([
    None, True, False, 0, 1, -1, 3, 0.5, 1e9, "", "x", "relu", "same", "he_normal", "adam", "mse", "Dense", "Flatten",
    "yes", "1", "float32", "ops.exp", [], [1], [1, 2, 3], ["x"], [None], {}, {"units": 3}, {"Dense": {"units": 1}},
    {"HeNormal": {}}, {"HeNormal": None}, {"Adam": {"learning_rate": 0.1}}, {"x": "x"},
    "$width", "${1 + 1}", "${'same'}", "${[1, 2]}", "${width} * 2", "$", {"type": "integer"}, {"default": 1, "min": 0},
    [{"Dense": {"units": 1}}], {"x": [4]},
])  # fmt: skip
KEYS = st.sampled_from([
    "units", "unitz", "name", "from", "with", "trainable", "shape", "dtype", "Dense", "Dens", "chain", "call", "expr",
    "ops.exp", "ops.sofmax", "seed", "loss", "metrics", "activation", "padding", "ref", "min", "graphspec", "outputs",
    "params", "variants", "defaults", "imports", "blocks", "block", "repeat", "each", "when", "layers", "models",
    "type",
])  # fmt: skip


@cache
def validator() -> Draft7Validator:
    return Draft7Validator(json_schema())


@cache
def spec(path: Path) -> str:
    tree = read(Source(path.name, path.read_text(encoding="utf-8")), Diagnostics())
    assert tree is not None
    return json.dumps(plain(tree))


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, child in children for place in places(child, (*path, key)))]


def may_be_absent(value: Any, path: tuple[str | int, ...]) -> bool:
    """Say whether a place is in a block or defaults that nothing may use, or in a node that may not be there."""
    if path[:1] in [("blocks",), ("defaults",)]:
        return len(path) > 1
    for key in path:
        value = value[key]
        if isinstance(value, dict) and {"when", "repeat", "each"} & value.keys():
            return True
    return False


def change(value: Any, path: tuple[str | int, ...], data: st.DataObject) -> Any:
    """Return a value with one thing in it replaced, renamed, removed or added."""
    if path:
        changed = change(value[path[0]], path[1:], data)
        if isinstance(value, list):
            return [changed if number == path[0] else item for number, item in enumerate(value)]
        return {key: changed if key == path[0] else item for key, item in value.items()}
    if not isinstance(value, dict) or not value:
        return data.draw(VALUES)
    key = data.draw(st.sampled_from(sorted(value)))
    match data.draw(st.sampled_from(["replace", "rename", "misspell", "remove", "add"])):
        case "replace":
            return data.draw(VALUES)
        case "rename":
            return {data.draw(KEYS) if name == key else name: item for name, item in value.items()}
        case "misspell":
            return {f"{key[:-1]}q" if name == key else name: item for name, item in value.items()}
        case "remove":
            return {name: item for name, item in value.items() if name != key}
    return {**value, data.draw(KEYS): data.draw(VALUES)}


def check(text: str, folder: Path) -> None:
    result = compile_bytes(text.encode(), "spec.yaml", Options(), folder)
    if not result.has_errors:
        assert [error.message[:200] for error in validator().iter_errors(json.loads(text))] == []


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_what_the_schema_finds_validate_finds(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(SPECS))
    value = json.loads(spec(path))
    for _ in range(data.draw(st.integers(1, 2))):
        value = change(
            value, data.draw(st.sampled_from([it for it in places(value) if not may_be_absent(value, it)])), data
        )
    if isinstance(value, dict):
        check(json.dumps(value), path.parent)


@pytest.mark.parametrize("path", WRONG, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_on_the_mistakes_that_have_cases(path: Path) -> None:
    tree = read(Source(path.name, path.read_text(encoding="utf-8", errors="replace")), Diagnostics())
    if tree is not None:
        check(json.dumps(plain(tree)), path.parent)
