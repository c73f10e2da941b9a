"""The JSON Schema agrees with ``validate``: what the compiler accepts, an editor does not complain about."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from graphspec.catalog import catalog
from graphspec.catalog.catalog import Layer
from graphspec.catalog.definitions import definition_of_kind, schema_of_kind
from graphspec.cli.main import run
from graphspec.compiler import Options, compile_bytes
from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.frontend.json_schema import json_schema
from graphspec.frontend.read import read
from graphspec.frontend.source import Source
from graphspec.frontend.tree import plain

ROOT = Path(__file__).parent.parent
PUBLISHED = ROOT / "schemas" / "graphspec.schema.json"
VALID = sorted([*(ROOT / "specs").rglob("*.yaml"), *(ROOT / "tests" / "cases" / "ok").glob("*.yaml")])
SPEC = "graphspec: 1\ninputs: {{x: [8]}}\nnodes:\n  y: {{{0}, from: x}}\noutputs: y\n"


@pytest.fixture(scope="module")
def validator() -> Draft7Validator:
    return Draft7Validator(json_schema())


def _read(text: str) -> object:
    tree = read(Source("spec.yaml", text), Diagnostics())
    assert tree is not None
    return plain(tree)


def test_is_a_schema_of_draft_7() -> None:
    Draft7Validator.check_schema(json_schema())


def test_published_schema_is_the_one_of_this_version() -> None:
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == json_schema()
    assert run(["schema", "--check", str(PUBLISHED)]) == 0


def test_check_finds_an_old_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = tmp_path / "old.json"
    assert run(["schema", "-o", str(old)]) == 0
    assert old.read_text(encoding="utf-8") == PUBLISHED.read_text(encoding="utf-8")
    old.write_text("{}", encoding="utf-8")
    assert run(["schema", "--check", str(old)]) == 1
    assert "graphspec schema -o" in capsys.readouterr().err
    assert run(["schema", "--check", str(tmp_path / "none.json")]) == 2


@pytest.mark.parametrize("path", VALID, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_accepts_what_is_valid(path: Path, validator: Draft7Validator) -> None:
    problems = [
        f"{list(error.path)}: {error.message[:200]}" for error in validator.iter_errors(_read(path.read_text("utf-8")))
    ]
    assert problems == []


@pytest.mark.parametrize(
    ("node", "where"),
    [
        ("Dens: {units: 3}", ["nodes", "y"]),
        ("Dense: {unitz: 3, units: 3}", ["nodes", "y", "Dense"]),
        ("Dense: {unitz: 3}", ["nodes", "y", "Dense"]),
        ("Dense: {units: 3, dtype: flot32}", ["nodes", "y", "Dense", "dtype"]),
        ("Dense: {units: 0}", ["nodes", "y", "Dense", "units"]),
        ("Dense: {units: three}", ["nodes", "y", "Dense", "units"]),
        ("Dense: {units: 3, activation: rellu}", ["nodes", "y", "Dense", "activation"]),
        (
            "Dense: {units: 3, kernel_initializer: {HeNormal: {sed: 1}}}",
            ["nodes", "y", "Dense", "kernel_initializer", "HeNormal"],
        ),
        ("Conv2D: {filters: 3, kernel_size: 3, padding: smae}", ["nodes", "y", "Conv2D", "padding"]),
        ("Conv2D: {filters: 3, kernel_size: [3, 3, 3]}", ["nodes", "y", "Conv2D", "kernel_size"]),
        ("TimeDistributed: {layer: {Dens: {units: 3}}}", ["nodes", "y", "TimeDistributed", "layer"]),
        ("ops.sofmax: {}", ["nodes", "y"]),
        ("applications.VGG61: {}", ["nodes", "y"]),
        ("chain: [Flaten]", ["nodes", "y", "chain", 0]),
        ("Dense: {units: 3}, trainable: 1", ["nodes", "y", "trainable"]),
    ],
)
def test_finds_what_validate_finds(node: str, where: list[object], validator: Draft7Validator) -> None:
    text = SPEC.format(node)
    errors = list(validator.iter_errors(_read(text)))
    assert [list(error.absolute_path) for error in errors] == [where]
    assert compile_bytes(text.encode(), "spec.yaml", Options(), ROOT).diagnostics


@pytest.mark.parametrize(
    ("section", "where"),
    [
        ("{optimizer: adm}", ["optimizer"]),
        ("{optimizer: {Adam: {learning_rat: 1}}}", ["optimizer", "Adam"]),
        (
            "{optimizer: {Adam: {learning_rate: {CosineDecay: {steps: 1}}}}}",
            ["optimizer", "Adam", "learning_rate", "CosineDecay"],
        ),
        ("{loss: msee}", ["loss"]),
        ("{loss: {Huber: {delt: 1}}}", ["loss", "Huber"]),
        ("{loss: {y: msee}}", ["loss", "y"]),
        ("{metrics: [acuracy]}", ["metrics"]),
        ("{metrics: {y: [acuracy]}}", ["metrics", "y"]),
        ("{optimiser: adam}", []),
    ],
)
def test_finds_what_validate_finds_in_compile(section: str, where: list[object], validator: Draft7Validator) -> None:
    text = SPEC.format("Dense: {units: 1}") + f"compile: {section}\n"
    errors = list(validator.iter_errors(_read(text)))
    assert [list(error.absolute_path) for error in errors] == [["compile", *where]]
    assert compile_bytes(text.encode(), "spec.yaml", Options(), ROOT).diagnostics


@pytest.mark.parametrize(
    "node",
    [
        'Dense: {units: "${2 * width}", use_bias: $biased, activation: $activation, kernel_initializer: $initializer}',
        'Conv2D: {filters: $filters, kernel_size: ["${k}", 3], padding: "${padding}"}',
        'Dropout: {rate: $rate}, trainable: "${rate > 0}"',
        'chain: [{Dense: {units: $width}}, "${kind}"]',
    ],
)
def test_admits_what_is_computed_from_params(node: str, validator: Draft7Validator) -> None:
    assert validator.is_valid(_read(SPEC.format(node)))


def test_a_computed_text_is_no_number(validator: Draft7Validator) -> None:
    assert not validator.is_valid(_read(SPEC.format('Dense: {units: "${width} * 2"}')))


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("int[1:]", [1, 10], [0, 1.5, "1", None, True]),
        ("null|int[1:]", [None, 1], [0, "x"]),
        ("float[0:1]", [0, 0.5, 1], [-0.1, 1.1, "a"]),
        ("float(0:]", [0.1], [0]),
        ("bool", [True, False], [1, 0, "true"]),
        ("'valid'|'same'", ["valid", "same"], ["SAME!", 1, None]),
        ("null|'avg'|'max'", [None, "avg"], ["mean"]),
        ("bool|'auto'", [True, "auto"], ["yes", 1]),
        ("int[1:]|list<int[1:];2>", [3, [3, 3]], [[3], [3, 3, 3], [0, 1], "3"]),
        ("float[0:1]|list<float;2>", [0.5, [-1, 1]], [2, [0.5]]),
        ("int|float[0:1]", [5, 0.5], ["a"]),
        ("null|string|int", [None, "a", 1], [1.5, []]),
        ("list<layer>", [[{"Dense": {"units": 1}}, "Flatten"]], ["Flatten", [{"Dens": {}}]]),
    ],
)
def test_kinds(kind: str, right: list[object], wrong: list[object]) -> None:
    schema = json_schema()
    validator = Draft7Validator({**schema_of_kind(kind), "definitions": schema["definitions"]})
    assert [value for value in right if not validator.is_valid(value)] == []
    assert [value for value in wrong if validator.is_valid(value)] == []


def test_every_layer_argument_and_object_is_described() -> None:
    definitions = json_schema()["definitions"]
    for name in catalog.layer_names():
        layer = catalog.layer(name)
        assert layer is not None
        assert list(definitions[f"layers.{name}"]["properties"]) == list(layer.arguments)
        assert all(item["description"] for item in definitions[f"layers.{name}"]["properties"].values())


def test_definitions_of_kinds_have_names_of_their_own() -> None:
    kinds = {argument.kind for name in catalog.layer_names() for argument in _layer(name).arguments.values()}
    assert len({definition_of_kind(kind) for kind in kinds}) == len(kinds)


def _layer(name: str) -> Layer:
    layer = catalog.layer(name)
    assert layer is not None
    return layer


def test_references_lead_somewhere() -> None:
    schema = json_schema()
    wanted = {part["$ref"] for part in _parts(schema) if "$ref" in part}
    assert {reference.removeprefix("#/definitions/") for reference in wanted} <= schema["definitions"].keys()


def _parts(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [part for item in value for part in _parts(item)]
    if isinstance(value, dict):
        return [value, *(part for item in value.values() for part in _parts(item))]
    return []


def test_no_list_of_names_is_empty() -> None:
    """Editors check the schema by a stricter reading of draft 7, and refuse all of it."""
    assert not [part for part in _parts(json_schema()) if part.get("enum") == [] or part.get("anyOf") == []]
