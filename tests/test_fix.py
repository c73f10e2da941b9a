"""``validate --fix``: what is certain is corrected, and not a character beside it."""

import os
import re
import stat
from collections import Counter
from pathlib import Path

import pytest

from graphspec.cli.fix import apply, fix_text
from graphspec.cli.main import run
from graphspec.compiler import Options, compile_bytes
from graphspec.diagnostics.diagnostic import Fix
from graphspec.diagnostics.span import Span
from graphspec.diagnostics.suggest import respelling

CASES = Path(__file__).parent / "cases"
SPAN = Span("a.yaml", 1, 1, 1, 2)
BASE = """\
# what this is
graphspec: 1
inputs: {x: [4]}   # one
nodes:
  hidden1: {Dense: {units: 8, activation: relu, kernel_initializer: he_normal}, from: x}
  hidden2: {"Dense": {'units': 8}, from: hidden1} # two
  label: {LSTM: {units: 2}, from: wide}
  wide: {ops.expand_dims: {axis: 1}, from: hidden2}

outputs: label
compile: {optimizer: {Adam: {learning_rate: 1e-3}}, loss: mse}
"""
CERTAIN = [
    ("activation: relu", "activatoin: relu"),
    ("activation: relu", "activation: reluu"),
    ("he_normal", "he_norml"),
    ('"Dense"', '"Dens"'),
    ("'units'", "'unit'"),
    ("from: hidden1", "from: hiden1"),
    ("ops.expand_dims", "ops.expand_dim"),
    ("LSTM", "CuDNNLSTM"),
    ("learning_rate", "lr"),
    ("learning_rate", "learningrate"),
    ("inputs:", "input:"),
    ("outputs:", "outptus:"),
    ("loss: mse", "los: mse"),
    ("from: wide", "form: wide"),
]


def _found(data: bytes) -> list[str]:
    return [item.code for item in compile_bytes(data, "a.yaml", Options(), Path()).diagnostics]


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
@pytest.mark.parametrize(("right", "wrong"), CERTAIN)
def test_what_is_certain_is_corrected_and_nothing_else(right: str, wrong: str, line_break: str) -> None:
    good = BASE.replace("\n", line_break).encode()
    bad = BASE.replace(right, wrong).replace("\n", line_break).encode()
    assert _found(good) == []
    assert len(_found(bad)) == 1
    fixed, fixes = fix_text(bad, "a.yaml", Options())
    assert (fixed.decode(), len(fixes)) == (good.decode(), 1)


def test_all_at_once() -> None:
    bad = BASE
    for right, wrong in (CERTAIN[0], *CERTAIN[3:7], CERTAIN[8], *CERTAIN[10:12]):
        bad = bad.replace(right, wrong)
    assert fix_text(bad.encode(), "a.yaml", Options())[0].decode() == BASE


OF_BLOCKS = """\
graphspec: 1
params: {squeeze: 4, kind: relu}
imports: {parts: parts.yaml}
blocks:
  residual:
    params: {width: 8}
    inputs: [x]
    nodes:
      hidden: {Dense: {units: $width}, from: x}
      sum: {expr: "x + 2 * hidden"}
    outputs: sum
inputs: {image: [8]}
nodes:
  body: {block: residual, with: {width: "${squeeze * 2}"}, from: image}
  tower: {call: parts.tower, from: body}
  stage: {block: parts.stage, from: tower}
  twice: {expr: "stage + 2 * body"}
  kept: {Dense: {units: $squeeze, activation: $kind}, from: twice}
outputs: [kept, body.hidden]
"""
PARTS = """\
graphspec: 1
layers: {tower: {Dense: {units: 8}}}
blocks:
  stage: {inputs: [x], nodes: {y: {Dense: {units: 8}, from: x}}, outputs: y}
"""
CERTAIN_IN_BLOCKS = [
    ("${squeeze * 2}", "${sqeeze * 2}"),
    ("units: $squeeze", "units: $squeze"),
    ("with: {width", "with: {widht"),
    ("block: residual", "block: residul"),
    ("parts.stage", "parts.stge"),
    ("parts.tower", "party.tower"),
    ("parts.tower", "parts.towr"),
    ("2 * body", "2 * bdy"),
    ("2 * hidden", "2 * hiden"),
    ("body.hidden", "body.hiden"),
]


@pytest.mark.parametrize(("right", "wrong"), CERTAIN_IN_BLOCKS)
def test_names_of_params_blocks_and_imports_are_corrected(right: str, wrong: str, tmp_path: Path) -> None:
    (tmp_path / "parts.yaml").write_text(PARTS)
    spec = str(tmp_path / "spec.yaml")
    bad = OF_BLOCKS.replace(right, wrong).encode()
    assert len(compile_bytes(bad, spec, Options(), tmp_path).diagnostics) == 1
    fixed, fixes = fix_text(bad, spec, Options())
    assert (fixed.decode(), len(fixes)) == (OF_BLOCKS, 1)


def test_every_use_of_a_misspelt_name_is_corrected() -> None:
    good = BASE.replace("outputs: label", "outputs: [label, hidden2, hidden2]").replace("loss: mse", "loss: null")
    bad = good.replace("[label, hidden2, hidden2]", "[label, hiden2, hiden2]").replace("from: hidden2", "from: hiden2")
    assert fix_text(bad.encode(), "a.yaml", Options())[0].decode() == good


@pytest.mark.parametrize(
    ("right", "wrong"), [("from: hidden1", "from: hidden3"), ("relu", "xelu"), ("units: 8, a", "units: eight, a")]
)
def test_what_may_be_several_things_stays(right: str, wrong: str) -> None:
    bad = BASE.replace(right, wrong).encode()
    assert fix_text(bad, "a.yaml", Options()) == (bad, [])


def test_a_byte_order_mark_stays() -> None:
    bad = b"\xef\xbb\xbf" + BASE.replace("# what this is\n", "").replace("graphspec:", "graphspce:").encode()
    fixed, fixes = fix_text(bad, "a.yaml", Options())
    assert (fixed[:14], len(fixes)) == (b"\xef\xbb\xbfgraphspec: ", 1)


CASE_FILES = sorted([*CASES.glob("err/*.yaml"), *CASES.glob("many/*.yaml")])


@pytest.mark.parametrize("path", CASE_FILES, ids=lambda path: path.stem)
def test_no_case_gets_worse(path: Path) -> None:
    data = path.read_bytes()
    found = compile_bytes(data, path.name, Options(), path.parent).diagnostics
    fixed, fixes = fix_text(data, path.name, Options())
    left = compile_bytes(fixed, path.name, Options(), path.parent).diagnostics
    assert bool(fixes) == (fixed != data)
    before, after = (Counter((item.code, item.message) for item in items) for items in (found, left))
    assert all(after[key] < before[key] for key in {(it.code, it.message) for it in found if it.fix in fixes})
    for item in found:
        if item.fix is not None and not item.fix.shift:
            assert f'"{item.fix.new}"' in item.message or item.code in {"GS406", "GS201", "GS402"}, item.message
    between = [re.sub(rb"[A-Za-z0-9_.]+|^ +", b"", text, flags=re.MULTILINE) for text in (data, fixed)]
    assert between[0] == between[1]


DEEP = """\
graphspec: 1
inputs:
  x: [4]
nodes:
  hidden:
    Dense:
      units: 8
      # why so
      activation: relu

    from: x # here
  deep:
    chain:
      - Dense:
          units: 8
          activation: relu
      - Dropout: {rate: 0.5}
    from: hidden
  label: {Dense: {units: 1}, from: deep}
outputs: label
compile:
  optimizer: adam
  loss: mse
"""
MOVED = [
    ("          units: 8\n          activation: relu\n", "        units: 8\n        activation: relu\n"),
    ("      units: 8\n      # why so\n      activation: relu\n", "    units: 8\n    # why so\n    activation: relu\n"),
    ("    from: x # here", "  from: x # here"),
    ("  x: [4]", "x: [4]"),
    ("  label: {", "label: {"),
    ("  label: {", "    label: {"),
    ("outputs: label", "  outputs: label"),
    ("  optimizer: adam\n  loss: mse\n", "optimizer: adam\nloss: mse\n"),
]


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
@pytest.mark.parametrize(("right", "wrong"), MOVED)
def test_what_stands_at_the_wrong_depth_is_moved(right: str, wrong: str, line_break: str) -> None:
    bad = DEEP.replace(right, wrong, 1).replace("\n", line_break).encode()
    assert _found(bad)
    fixed, _ = fix_text(bad, "a.yaml", Options())
    assert _found(fixed) == []
    assert fixed.decode().replace(line_break, "\n") == DEEP


RESPELT = [
    ("unit", ["units", "use_bias"], "units"),
    ("kernelSize", ["kernel_size", "kernel_sizes"], "kernel_size"),
    ("reluu", ["relu", "elu", "gelu", "selu"], "relu"),
    ("loft", ["left", "lift"], None),
    ("conv3", ["conv1"], None),
    ("h1", ["h2"], None),
    ("he_norml", ["he_normal", "HeNormal"], "he_normal"),
    ("far", ["away"], None),
]


@pytest.mark.parametrize(("word", "names", "meant"), RESPELT)
def test_respelling(word: str, names: list[str], meant: str | None) -> None:
    assert respelling(word, names, SPAN) == (None if meant is None else Fix(SPAN, word, meant))


def test_text_that_is_not_what_the_fix_expects_stays() -> None:
    assert apply("unitz: 1\n", [Fix(Span("a", 1, 1, 1, 6), "units", "x")]) == ("unitz: 1\n", [])
    assert apply("a: 1\n", [Fix(Span("a", 1, 1, 1, 2), "a", "b")] * 2)[0] == "b: 1\n"


@pytest.mark.skipif(os.name == "nt", reason="other systems have other rights")
def test_the_file_keeps_its_rights_and_its_link(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    real = tmp_path / "real.yaml"
    real.write_text(BASE.replace("inputs:", "input:"))
    real.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(real)
    assert run(["validate", "--fix", str(link)]) == 0
    assert (link.is_symlink(), stat.S_IMODE(real.stat().st_mode), real.read_text()) == (True, 0o640, BASE)
    assert capsys.readouterr().err == f'fixed {link}: "input" is now "inputs"\n'


def test_a_file_that_is_right_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(BASE)
    before = path.stat()
    assert run(["validate", "--fix", str(path)]) == 0
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_standard_input_has_no_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", "--fix", "-"]) == 2
    assert "standard input cannot be corrected" in capsys.readouterr().err
