"""Blocks, params, variants and imports, through the front door."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import graphspec
from graphspec.cli.main import run
from graphspec.compiler import Choice, Options, compile_bytes, compile_file
from graphspec.diagnostics.diagnostic import Diagnostic
from graphspec.graph.ir import Graph
from graphspec.views.emit import emit

ROOT = Path(__file__).parent.parent
PARTS = """graphspec: 1
params: {size: 4}
defaults: {Dense: {activation: relu}}
blocks:
  layer:
    params: {units: 4}
    inputs: [x]
    nodes:
      hidden: {Dense: {units: $units}, from: x}
      out: {call: shared, from: hidden}
    outputs: out
layers:
  shared: {Dense: {units: $size}}
models:
  tower:
    inputs: {x: [4]}
    nodes: {y: {call: shared, from: x}}
    outputs: y
"""
USER = """graphspec: 1
imports: {parts: parts.yaml}
inputs: {x: [4]}
nodes:
  a: {block: parts.layer, from: x, repeat: 2}
  b: {call: parts.shared, from: a}
  c: {call: parts.tower, from: b}
  plain: {Dense: {units: 4}, from: c}
outputs: plain
"""


def _write(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder / "spec.yaml"


def _found(spec: Path, **choice: object) -> tuple[Diagnostic, ...]:
    return compile_file(spec, Options(choice=Choice(**choice)), spec.name).diagnostics  # type: ignore[arg-type]


def test_imports_share_layers_and_bring_their_own_params_and_defaults(tmp_path: Path) -> None:
    summary = graphspec.load(_write(tmp_path, spec=USER, parts=PARTS)).examine()
    assert [(row.name, row.type) for row in summary.calls][:5] == [
        ("a.1.hidden", "Dense"), ("a.1.out", "Dense"), ("a.2.hidden", "Dense"), ("a.2.out", "Dense"), ("b", "Dense"),
    ]  # fmt: skip
    graph = graphspec.load(tmp_path / "spec.yaml").graph.graph
    assert graph.callables["a.1.hidden"].arguments["activation"] == "relu"
    assert "activation" not in graph.callables["plain"].arguments
    assert {node.target for node in graph.nodes} >= {"parts.shared", "parts.tower"}


def test_mistake_in_an_imported_file_is_told_there_once(tmp_path: Path) -> None:
    spec = _write(tmp_path, spec=USER, parts=PARTS.replace("{units: $units}", "{unitz: $units}"))
    (found,) = _found(spec)
    assert (found.code, found.span.path, found.span.line) == ("GS402", "parts.yaml", 9)
    assert [(item.span.path, item.span.line) for item in found.related] == [("spec.yaml", 5)]


@pytest.mark.parametrize(
    ("old", "new", "code", "path"),
    [
        ("parts.layer", "parts.layr", "GS311", "spec.yaml"),
        ("parts.layer", "party.layer", "GS311", "spec.yaml"),
        ("parts.shared", "parts.shard", "GS311", "spec.yaml"),
        ("parts.yaml", "../parts.yaml", "GS301", "spec.yaml"),
        ("parts.yaml", "https://example.org/parts.yaml", "GS301", "spec.yaml"),
        ("parts.yaml", "part.yaml", "GS302", "spec.yaml"),
        ("parts: parts.yaml", "parts: [parts.yaml]", "GS203", "spec.yaml"),
    ],
)
def test_wrong_import_is_told_once(old: str, new: str, code: str, path: str, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    spec = _write(tmp_path, spec=USER.replace(old, new, 1), parts=PARTS)
    (found, *others) = _found(spec)
    assert (found.code, found.span.path, others) == (code, path, [])


@pytest.mark.parametrize(
    ("old", "new", "help_"),
    [
        ("block: parts.layer", "block: parts.shared", '"parts.shared" is a layer: write call: parts.shared'),
        ("call: parts.tower", "block: parts.tower", '"parts.tower" is a model: write call: parts.tower'),
        ("call: parts.shared", "call: parts.layer", '"parts.layer" is a block: write block: parts.layer'),
        ("call: parts.shared", "parts.shared: {}", '"parts" is an import: write call: parts.shared'),
    ],
)
def test_name_of_an_import_used_as_something_else_is_told_with_its_use(
    old: str, new: str, help_: str, tmp_path: Path
) -> None:
    (found,) = _found(_write(tmp_path, spec=USER.replace(old, new, 1), parts=PARTS))
    assert found.help == help_


def test_files_that_import_each_other_are_shown(tmp_path: Path) -> None:
    spec = _write(tmp_path, spec=USER, parts=PARTS.replace("params:", "imports: {other: other.yaml}\nparams:", 1),
                  other=PARTS.replace("params:", "imports: {parts: parts.yaml}\nparams:", 1))  # fmt: skip
    (found,) = _found(spec)
    assert (found.code, found.span.path) == ("GS303", "other.yaml")
    assert "parts.yaml -> other.yaml -> parts.yaml" in found.message


def test_file_for_others_alone_has_no_mistake_and_no_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = _write(tmp_path, spec=PARTS)
    assert _found(spec) == ()
    assert run(["summary", str(spec)]) == 2
    assert "has no model of its own" in capsys.readouterr().err


def test_file_for_others_alone_is_checked(tmp_path: Path) -> None:
    spec = _write(
        tmp_path,
        spec="""graphspec: 1
blocks:
  one: {params: {n: 3}, inputs: [x], nodes: {a: {Dense: {units: $n, use_bais: true}, from: x}}, outputs: a}
layers:
  embed: {Embedding: {input_dim: 3}}
""",
    )
    assert [item.code for item in _found(spec)] == ["GS402", "GS403"]


VARIANTS = """graphspec: 1
params: {width: {type: integer, min: 1}}
variants: {small: {width: 2}, large: {width: 8}}
inputs: {x: [8]}
nodes: {y: {Dense: {units: $width}, from: x}}
outputs: y
"""


def test_params_and_variants_from_python(tmp_path: Path) -> None:
    spec = _write(tmp_path, spec=VARIANTS)
    choices: list[dict[str, Any]] = [
        {"variant": "small"},
        {"variant": "large"},
        {"params": {"width": 3}},
        {"variant": "large", "params": {"width": 1}},
    ]
    sizes = [graphspec.load(spec, **choice).examine().parameters for choice in choices]
    assert sizes == [18, 72, 27, 9]
    assert graphspec.validate(spec) == ()
    with pytest.raises(graphspec.SpecError, match="GS308"):
        graphspec.load(spec)
    with pytest.raises(graphspec.SpecError, match="must be at least 1"):
        graphspec.load(spec, params={"width": 0})
    with pytest.raises(graphspec.UsageError, match="width"):
        graphspec.load(spec, params={"width": object()})


def test_all_that_a_spec_must_be_given_is_told_once_with_the_variants_that_give_it(tmp_path: Path) -> None:
    text = """graphspec: 1
params: {width: {type: integer}, depth: {type: integer}}
variants: {small: {width: 2, depth: 1}, large: {width: 8, depth: 3}, wide: {width: 9}}
inputs: {x: [8]}
nodes: {y: {chain: [Dense: {units: $width}], repeat: $depth, from: x}}
outputs: y
"""
    spec = _write(tmp_path, spec=text)
    (found,) = _found(spec)
    assert (found.code, found.span.line, found.span.column) == ("GS308", 2, 10)
    assert found.message == 'the spec needs values for params "width" and "depth"'
    assert found.help == "choose --variant small or --variant large, or give --set width=... --set depth=..."
    (found,) = _found(spec, variant="wide")
    assert (found.message, found.help) == (
        'the spec needs a value for param "depth"',
        "choose --variant small or --variant large, or give --set depth=...",
    )


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["--set", "width=wide"], '--set:1:7: error[GS309]: param "width" of the spec must be an integer, not "wide"'),
        (["--set", "width=0"], '--set:1:7: error[GS309]: param "width" of the spec must be at least 1, not 0'),
        (["--set", "width=1", "--set", "witdh=2"], '--set:2:1: error[GS307]: the spec has no param "witdh"'),
        (["--variant", "smal"], 'error[GS316]: the spec has no variant "smal"; did you mean "small"?'),
    ],
)
def test_wrong_choice_points_at_the_option(
    arguments: list[str], shown: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["validate", str(_write(tmp_path, spec=VARIANTS)), *arguments]) == 1
    out = capsys.readouterr().out
    assert shown in out
    assert out.endswith("\n1 error in 1 file\n")


UNTYPED = """graphspec: 1
params: {width: 4, twice: "${width * 2}", table: [[4, 0.5]]}
blocks:
  part: {params: {n: {}}, inputs: [x], nodes: {d: {Dense: {units: $n}, from: x}}, outputs: d}
inputs: {x: [8]}
nodes:
  a: {Dense: {units: $width}, from: x}
  b: {Dense: {units: $twice}, from: a}
  c: {block: part, with: {n: $width}, from: b, repeat: 2}
  d: {Dense: {units: "${table[0][0]}"}, from: c}
  e: {Dense: {units: "${3 * width}"}, from: d}
outputs: e
"""


@pytest.mark.parametrize(
    ("setting", "shown", "uses"),
    [
        ("width=many", '--set:1:7: error[GS404]: "units" of Dense must be a positive integer, not "many"', 4),
        ("width=-1", '--set:1:7: error[GS404]: "units" of Dense must be a positive integer, not -1', 4),
        ("width=", '--set:1:6: error[GS306]: "*" takes numbers, not null', 4),
        ("table=[[many, 1]]", '--set:1:9: error[GS404]: "units" of Dense must be a positive integer, not "many"', 1),
        ("table=4", "--set:1:7: error[GS306]: the integer 4 has no items", 1),
    ],
    ids=str,
)
def test_a_wrong_value_of_an_untyped_param_is_told_once_at_the_option(
    setting: str, shown: str, uses: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["validate", str(_write(tmp_path, spec=UNTYPED)), "--set", setting]) == 1
    out = capsys.readouterr().out
    assert out.startswith(shown)
    assert out.endswith("\n1 error in 1 file\n")
    assert out.count(": it is used here\n") == uses


def test_a_wrong_value_from_python_is_told_once(tmp_path: Path) -> None:
    with pytest.raises(graphspec.SpecError) as caught:
        graphspec.load(_write(tmp_path, spec=UNTYPED), params={"width": -1})
    (found,) = caught.value.diagnostics
    assert found.span.path == "params['width']"


@pytest.mark.parametrize("setting", ["width", "=3", "width=[1", "width=1\nx: 2"])
def test_what_is_no_setting_is_wrong_usage(setting: str, tmp_path: Path) -> None:
    assert run(["validate", str(_write(tmp_path, spec=VARIANTS)), "--set", setting]) == 2


@pytest.mark.parametrize(("blocks", "repeat"), [(1, 10**12), (4, 1000), (12, 10)])
def test_bomb_is_refused_by_counting(blocks: int, repeat: int) -> None:
    text = "graphspec: 1\nblocks:\n  b0: {inputs: [x], nodes: {d: {Flatten: {}, from: x}}, outputs: d}\n"
    for number in range(1, blocks + 1):
        use = f"{{block: b{number - 1}, repeat: {repeat}, from: x}}"
        text += f"  b{number}: {{inputs: [x], nodes: {{d: {use}}}, outputs: d}}\n"
    text += f"inputs: {{x: [4]}}\nnodes: {{y: {{block: b{blocks}, from: x}}}}\noutputs: y\n"
    (found,) = compile_bytes(text.encode(), "spec.yaml", Options(), ROOT).diagnostics
    assert found.code == "GS108"


def _without_places(graph: Graph) -> str:
    return re.sub(r"span: \S+", "", emit(replace(graph, name="")))


FEATURES = """graphspec: 1
params: {width: 4}
defaults: {Dense: {activation: relu}}
blocks:
  two:
    params: {units: 4}
    inputs: [x, skip]
    nodes:
      mixed: {expr: "x + 0.5 * skip"}
      chained: {chain: [{Dense: {units: $units}, name: first}, {expr: "_ * 2"}, ReLU], from: mixed}
    outputs: {x: chained, kept: mixed}
layers: {shared: {Dense: {units: 4}}}
models:
  tower: {block: two, inputs: {x: [4], skip: [4]}}
inputs: {a: [4], b: [4]}
nodes:
  row: {block: two, with: {units: $width}, from: {x: a, skip: b}, repeat: 2}
  many: {chain: [{Dense: {units: "${4 + 0 * item}"}}, {call: shared}], each: [1, 2], from: row.x}
  none: {block: two, from: row.kept, repeat: 0}
  sum: {expr: "ops.concatenate(many, axis=-1)"}
  called: {call: tower, from: {x: none, skip: a}}
  off: {Dense: {units: 1}, from: a, when: false}
outputs: {sum: sum, called: called.x}
"""


def test_expanded_spec_is_the_same_model(tmp_path: Path) -> None:
    spec = _write(tmp_path, spec=FEATURES)
    assert _found(spec) == ()
    assert run(["expand", str(spec), "-o", str(tmp_path / "flat.yaml")]) == 0
    whole, flat = (graphspec.load(tmp_path / name).graph for name in ("spec.yaml", "flat.yaml"))
    names = [[node.keras_name for node in graph.graph.nodes if node.kind != "call"] for graph in (whole, flat)]
    assert names[0] == names[1]
    assert list(whole.types.values()) == list(flat.types.values())
    assert [made.keras_name for made in whole.graph.callables.values()] == [
        made.keras_name for made in flat.graph.callables.values()
    ]
    assert graphspec.load(spec).examine().parameters == graphspec.load(tmp_path / "flat.yaml").examine().parameters


def test_lists_in_lists_are_written_out_as_one(tmp_path: Path) -> None:
    text = (ROOT / "tests/cases/ok/lists_spread_in_lists.yaml").read_text()
    spec = _write(tmp_path, spec=text.replace("copies, halves]", "none, copies, halves]").replace(
        "  by_from:", "  none: {chain: [ReLU], each: [], from: x}\n  by_from:"))  # fmt: skip
    assert run(["expand", str(spec), "-o", str(tmp_path / "flat.yaml")]) == 0
    whole, flat = (graphspec.load(tmp_path / name).graph for name in ("spec.yaml", "flat.yaml"))
    assert list(whole.types.values()) == list(flat.types.values())


def test_spec_without_blocks_is_expanded_to_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for spec in sorted((ROOT / "specs").glob("*.yaml")):
        assert run(["expand", str(spec), "-q"]) == 0
        flat = capsys.readouterr().out
        before = compile_file(spec, Options(), spec.name)
        after = compile_bytes(flat.encode(), spec.name, Options(), spec.parent)
        assert before.graph is not None
        assert after.graph is not None
        assert _without_places(before.graph) == _without_places(after.graph)


def test_summary_calls_a_block_by_its_name(tmp_path: Path) -> None:
    rows = graphspec.load(_write(tmp_path, spec=USER, parts=PARTS)).examine().rows
    (copies,) = (row for row in rows if row.name == "a")
    assert (copies.type, [(row.name, row.type) for row in copies.rows]) == (
        "copies",
        [("a.1", "layer"), ("a.2", "layer")],
    )


BIASED = """graphspec: 1
params: {bias: true}
variants: {plain: {bias: false}, full: {bias: true}}
inputs: {x: [4]}
nodes:
  y: {Dense: {units: 4, use_bias: $bias}, from: x}  # graphspec: ignore[GS707]
  z: {BatchNormalization: {}, from: y}
outputs: z
"""


def test_a_comment_that_another_variant_needs_is_not_idle(tmp_path: Path) -> None:
    spec = _write(tmp_path, spec=BIASED)
    assert [item.code for item in _found(spec, variant="plain")] == []
    assert [item.code for item in _found(spec, every_variant=True)] == []
    spec = _write(tmp_path, spec=BIASED.replace("GS707", "GS705"))
    assert {item.code for item in _found(spec, every_variant=True)} == {"GS704", "GS707"}


def test_a_layer_from_outside_keras_has_the_defaults_of_its_class(tmp_path: Path) -> None:
    text = (
        "graphspec: 1\ndefaults: {mine.Gate: {units: 4}}\ninputs: {x: [4]}\n"
        "nodes: {y: {mine.Gate: {}, from: x}, z: {TimeDistributed: {layer: {mine.Gate: {bias: 1}}}, from: x}}\n"
        "outputs: [y, z]\n"
    )
    graph = graphspec.load(_write(tmp_path, spec=text), plugins=["mine"]).graph.graph
    assert graph.callables["y"].arguments == {"units": 4}
    assert graph.callables["z"].arguments["layer"].arguments == {"bias": 1, "units": 4}  # type: ignore[union-attr]


LIBRARIES = {
    "layers": "graphspec: 1\nlayers: {emb: {Dense: {units: 3}}}\n",
    "models": "graphspec: 1\nmodels:\n head: {inputs: {h: [4]},nodes: {y: {Dense: {units: 2}, from: h}}, outputs: y}\n",
}


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_file_of_layers_or_models_alone_is_right(tmp_path: Path, name: str) -> None:
    assert not _found(_write(tmp_path, spec=LIBRARIES[name]))


@pytest.mark.parametrize(
    "words", [["summary"], ["export"], ["plot", "-o", "head.svg"], ["plot", "-o", "head.dot"], ["diff", "spec.yaml"]]
)
def test_a_model_of_a_file_without_one_of_its_own_is_taken_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    _write(tmp_path, spec=LIBRARIES["models"])
    monkeypatch.chdir(tmp_path)
    command = [words[0], "spec.yaml", *words[1:]]
    assert run([*command, "--model", "head"]) == 0
    assert run(command) != 0
    assert "take one by --model: head" in capsys.readouterr().err


def test_a_model_of_a_file_without_one_of_its_own_is_loaded(tmp_path: Path) -> None:
    spec = graphspec.load(_write(tmp_path, spec=LIBRARIES["models"]))
    assert spec.examine("head").parameters == 10
    with pytest.raises(graphspec.UsageError, match="has no model of its own"):
        spec.examine()


def test_a_file_without_a_model_of_its_own_is_no_nested_model(tmp_path: Path) -> None:
    text = "graphspec: 1\ninputs: {x: [4]}\nmodels: {m: parts.yaml}\nnodes: {y: {call: m, from: x}}\noutputs: y\n"
    (found,) = _found(_write(tmp_path, spec=text, parts=LIBRARIES["models"]))
    assert (found.code, found.message) == ("GS302", '"parts.yaml" has no model of its own')
    assert found.help == 'name the file under "imports", and call its models as NAME.head'
