"""Blocks and copies as functions and loops in exported code: their text."""

import shutil
import subprocess
import textwrap
from pathlib import Path

import pytest

from graphspec.cli.main import run
from graphspec.compiler import Options, compile_bytes
from graphspec.views.python import render_python
from graphspec.views.python_loops import segments
from graphspec.views.python_wording import Term, counted_names, worded

ZOO = sorted((Path(__file__).parents[3] / "specs" / "zoo").glob("*.yaml"))
LAYER = """
blocks:
  layer:
    params: {units: {type: integer}, rate: 0.5}
    inputs: [x]
    nodes:
      dense: {Dense: {units: $units}, from: x}
      drop: {Dropout: {rate: $rate}, from: dense}
    outputs: drop
"""


def exported(text: str) -> str:
    result = compile_bytes(f"graphspec: 1\nname: net\n{textwrap.dedent(text)}".encode(), "s.yaml", Options(), Path())
    assert not result.diagnostics
    assert result.typed is not None
    return render_python(result.typed)


def function(name: str, text: str) -> list[str]:
    """Return the lines of a function."""
    lines = exported(text).splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"def {name}("))
    end = next(number for number in range(start + 1, len(lines)) if not lines[number])
    return lines[start:end]


def main(nodes: str, *, end: str) -> list[str]:
    """Return the statements of ``build_model`` without the input and the end."""
    lines = textwrap.indent(textwrap.dedent(nodes), "  ")
    text = f"{LAYER}inputs: {{x: [4]}}\nnodes:\n{lines}\noutputs: {end}\n"
    return [line.removeprefix("    ") for line in function("build_model", text)[2:-1]]


def test_a_block_that_is_used_twice_is_a_function() -> None:
    text = f"""{LAYER}
inputs: {{x: [4]}}
nodes:
  a: {{block: layer, with: {{units: 8}}, from: x}}
  b: {{block: layer, with: {{units: 2, rate: 0.1}}, from: a}}
outputs: b
"""
    assert exported(text) == textwrap.dedent('''\
        """The Keras model net."""

        import keras
        from keras import layers


        def layer(x, units, rate=0.5, *, name):
            dense = layers.Dense(units, name=f"{name}.dense")(x)
            return layers.Dropout(rate, name=f"{name}.drop")(dense)


        def build_model() -> keras.Model:
            x = keras.Input(shape=(4,), name="x")
            a = layer(x, 8, name="a")
            b = layer(a, 2, rate=0.1, name="b")
            return keras.Model(inputs=[x], outputs=b, name="net")


        if __name__ == "__main__":
            build_model().summary()
        ''')


def test_a_block_that_is_used_once_stays_in_place() -> None:
    assert main("a: {block: layer, with: {units: 8}, from: x}", end="a") == [
        'a_dense = layers.Dense(8, name="a.dense")(x)',
        'a_drop = layers.Dropout(0.5, name="a.drop")(a_dense)',
    ]


def test_copies_are_a_loop() -> None:
    assert main("a: {block: layer, with: {units: 8}, from: x, repeat: 3}", end="a") == [
        "a = x",
        "for index in range(3):",
        '    a = layer(a, name=f"a.{index + 1}")',
    ]


@pytest.mark.parametrize(
    ("value", "head", "argument"),
    [
        ("8 + index", "for index in range(5):", "index + 8"),
        ("8 - index", "for index in range(5):", "8 - index"),
        ("8 * 2 ** index", "for index in range(5):", "8 * 2**index"),
        ("2 ** (index % 3)", "for index in range(5):", "2 ** (index % 3)"),
        ("[9, 7, 8, 8, 9][index]", "for index, units in enumerate((9, 7, 8, 8, 9)):", "units"),
    ],
)
def test_what_differs_between_copies_is_a_formula_or_a_table(value: str, head: str, argument: str) -> None:
    nodes = f'a: {{block: layer, with: {{units: "${{{value}}}"}}, from: x, repeat: 5}}'
    assert main(nodes, end="a") == ["a = x", head, f'    a = layer(a, {argument}, name=f"a.{{index + 1}}")']


def test_a_first_copy_that_differs_stands_before_the_loop() -> None:
    nodes = 'a: {block: layer, with: {units: "${16 if index == 0 else 8}"}, from: x, repeat: 4}'
    assert main(nodes, end="a") == [
        'a = layer(x, 16, name="a.1")',
        "for index in range(1, 4):",
        '    a = layer(a, 8, name=f"a.{index + 1}")',
    ]


def test_two_copies_that_differ_are_two_calls() -> None:
    nodes = 'a: {block: layer, with: {units: "${16 if index == 0 else 8}"}, from: x, repeat: 2}'
    assert main(nodes, end="a") == ['a = layer(x, 16, name="a.1")', 'a = layer(a, 8, name="a.2")']


def test_several_columns_are_a_table() -> None:
    nodes = """
    a:
      block: layer
      with: {units: "${[8, 2, 8][index]}", rate: "${[0.5, 0.1, 0.0][index]}"}
      from: x
      repeat: 3
    """
    assert main(nodes, end="a")[1:] == [
        "for index, (units, rate) in enumerate([(8, 0.5), (2, 0.1), (8, 0.0)]):",
        '    a = layer(a, units, rate=rate, name=f"a.{index + 1}")',
    ]


def test_copies_of_a_chain_are_the_body_of_a_loop() -> None:
    nodes = 'a: {chain: [{Dense: {units: "${4 * (index + 1)}"}}, ReLU], from: x, repeat: 3}'
    assert main(nodes, end="a") == [
        "a = x",
        "for index in range(3):",
        '    dense = layers.Dense(4 * index + 4, name=f"a.{index + 1}.dense")(a)',
        '    a = layers.ReLU(name=f"a.{index + 1}")(dense)',
    ]


def test_copies_side_by_side_are_a_list() -> None:
    nodes = """
    a: {block: layer, with: {units: $item}, each: [8, 4, 9], from: x}
    all: {Concatenate: {}, from: a}
    """
    assert main(nodes, end="all") == [
        "a_copies = [",
        '    layer(x, units, name=f"a.{index + 1}") for index, units in enumerate((8, 4, 9))',
        "]",
        'all_ = layers.Concatenate(name="all")(a_copies)',
    ]


def test_outputs_of_copies_that_are_not_the_last_are_gathered() -> None:
    nodes = """
    a: {block: layer, with: {units: 4}, from: x, repeat: 3}
    sum: {Add: {}, from: [a.1.drop, a]}
    """
    assert main(nodes, end="sum") == [
        "a_copies = []",
        "a = x",
        "for index in range(3):",
        '    a = layer(a, name=f"a.{index + 1}")',
        "    a_copies.append(a)",
        'sum_ = layers.Add(name="sum")([a_copies[0], a])',
    ]


NESTED = """
blocks:
  unit:
    params: {filters: {type: integer}, stride: 1, project: "${stride != 1}"}
    inputs: [x]
    nodes:
      conv: {Conv1D: {filters: "${2 * filters}", kernel_size: 3, strides: $stride, padding: same}, from: x}
      back: {Conv1D: {filters: $filters, kernel_size: 1}, from: conv}
      skip: {Conv1D: {filters: $filters, kernel_size: 1, strides: $stride}, from: x, when: $project}
      add: {Add: {}, from: ["${'skip' if project else 'x'}", back]}
    outputs: add
  stage:
    params: {filters: {type: integer}, depth: {type: integer}}
    inputs: [x]
    nodes:
      first: {block: unit, with: {filters: $filters, stride: 2}, from: x}
      rest: {block: unit, with: {filters: $filters}, repeat: "${depth - 1}", from: first}
    outputs: rest
inputs: {x: [64, 3]}
nodes:
  a: {block: stage, with: {filters: 4, depth: 2}, from: x}
  b: {block: stage, with: {filters: 8, depth: 4}, from: a}
outputs: b
"""


def test_a_block_in_a_block_is_a_call_in_a_function() -> None:
    assert function("stage", NESTED) == [
        "def stage(x, filters, repeat, *, name):",
        '    first = unit_with_skip(x, filters, name=f"{name}.first")',
        "    rest = first",
        "    for index in range(repeat):",
        '        rest = unit(rest, filters, name=f"{name}.rest.{index + 1}")',
        "    return rest",
    ]


def test_another_structure_is_another_function() -> None:
    assert function("unit", NESTED) == [
        "def unit(x, filters, *, name):",
        '    conv = layers.Conv1D(2 * filters, 3, padding="same", name=f"{name}.conv")(x)',
        '    back = layers.Conv1D(filters, 1, name=f"{name}.back")(conv)',
        '    return layers.Add(name=f"{name}.add")([x, back])',
    ]
    assert function("unit_with_skip", NESTED)[-2:] == [
        '    skip = layers.Conv1D(filters, 1, strides=2, name=f"{name}.skip")(x)',
        '    return layers.Add(name=f"{name}.add")([skip, back])',
    ]


def test_products_of_products_are_left() -> None:
    text = """
    blocks:
      wide:
        params: {units: {type: integer}, half: "${2 * units}", whole: "${2 * half}", same: "${1 * units}"}
        inputs: [x]
        nodes:
          a: {Dense: {units: $units}, from: x}
          b: {Dense: {units: $half}, from: a}
          c: {Dense: {units: $whole}, from: b}
          d: {Dense: {units: "${2 * half}"}, from: c}
          e: {Dense: {units: "${2 * units}"}, from: d}
          f: {Dense: {units: "${1 * units}"}, from: e}
        outputs: f
    inputs: {x: [4]}
    nodes: {one: {block: wide, with: {units: 2}, from: x}, two: {block: wide, with: {units: 3}, from: one}}
    outputs: two
    """
    lines = function("wide", text)
    assert lines[0] == "def wide(x, units, half, *, name):"
    assert [line.partition("Dense(")[2].partition(",")[0] for line in lines[1:]] == [
        "units", "half", "2 * half", "2 * half", "half", "units",
    ]  # fmt: skip


def test_a_list_of_copies_in_a_loop_counts_by_itself() -> None:
    nodes = """
    a:
      chain:
        - {block: layer, with: {units: 4}, each: [1, 2, 3]}
        - Add
      from: x
      repeat: 3
    """
    assert main(nodes, end="a") == [
        "a = x",
        "for index in range(3):",
        "    layer_copies = [",
        '        layer(a, name=f"a.{index + 1}.layer.{index_2 + 1}") for index_2 in range(3)',
        "    ]",
        '    a = layers.Add(name=f"a.{index + 1}")(layer_copies)',
    ]


NAMED = """
blocks:
  block:
    params: {name: {type: string}, filters: {type: integer}, number: {type: integer}}
    inputs: [x]
    nodes:
      conv: {Dense: {units: $filters}, from: x, name: "${name}_1_conv"}
      drop: {Dropout: {rate: 0.5}, from: conv, name: "dropout_${number + 1}"}
    outputs: drop
"""


def named(nodes: str, *, end: str, block: str = NAMED) -> str:
    return f"{block}inputs: {{x: [4]}}\nnodes:\n{textwrap.indent(textwrap.dedent(nodes), '  ')}\noutputs: {end}\n"


def test_params_word_the_names_of_layers() -> None:
    nodes = """
    a: {block: block, from: x, with: {name: conv2_block1, filters: 8, number: 4}}
    b: {block: block, from: a, with: {name: "conv2_block${index + 2}", filters: 8, number: "${index + 5}"}, repeat: 2}
    """
    text = named(nodes, end="b")
    assert function("block", text) == [
        "def block(x, number, *, name):",
        '    conv = layers.Dense(8, name=f"{name}_1_conv")(x)',
        '    return layers.Dropout(0.5, name=f"dropout_{number + 1}")(conv)',
    ]
    assert function("build_model", text)[2:-1] == [
        '    a = block(x, 4, name="conv2_block1")',
        "    b = a",
        "    for index in range(2):",
        '        b = block(b, index + 5, name=f"conv2_block{index + 2}")',
    ]


@pytest.mark.parametrize(
    ("name", "number", "call"),
    [
        ("block2${'bcd'[index]}", "${index}", "block(a, index, name=f\"block2{'bcd'[index]}\")"),
        ("b${index}_${index + 3}", "${2 * index}", 'block(a, 2 * index, name=f"b{index}_{index + 3}")'),
        ("b${9 - index}", "${5 - index}", 'block(a, 5 - index, name=f"b{9 - index}")'),
    ],
)
def test_names_of_copies_are_counted(name: str, number: str, call: str) -> None:
    nodes = f'a: {{block: block, from: x, with: {{name: "{name}", filters: 8, number: "{number}"}}, repeat: 3}}'
    assert function("build_model", named(nodes, end="a"))[-2] == f"        a = {call}"


def test_names_of_copies_that_are_not_counted_are_a_table() -> None:
    nodes = """
    a: {block: block, from: x, with: {name: $item, filters: 8, number: "${index}"}, each: [one, two, six]}
    b: {Add: {}, from: a}
    """
    text = named(nodes, end="b")
    assert function("build_model", text)[2:-2] == [
        "    a_copies = [",
        "        block(x, index, name=layer_name)",
        '        for index, layer_name in enumerate(("one", "two", "six"))',
        "    ]",
    ]


def test_a_count_goes_on_after_a_first_copy_that_differs() -> None:
    nodes = """
    a:
      block: block
      from: x
      with: {name: "b${index + 2}", filters: "${16 if index == 0 else 8}", number: "${index + 1}"}
      repeat: 4
    """
    assert function("build_model", named(nodes, end="a"))[2:-1] == [
        '    a = block(x, 16, 1, name="b2")',
        "    for index in range(1, 4):",
        '        a = block(a, 8, index + 1, name=f"b{index + 2}")',
    ]


def test_rates_that_grow_as_shares_are_a_formula() -> None:
    nodes = 'a: {block: layer, with: {units: 8, rate: "${0.2 * (index + 3) / 7}"}, from: x, repeat: 4}'
    assert main(nodes, end="a")[-1] == '    a = layer(a, 0.2 * (index + 3) / 7, name=f"a.{index + 1}")'


STAGES = (
    NAMED
    + """
  stage:
    params: {name: {type: string}, filters: {type: integer}, copies: {type: integer}, number: 3}
    inputs: [x]
    nodes:
      first: {block: block, from: x, with: {name: "${name}1", filters: $filters, number: $number}}
      second: {block: block, from: first, with: {name: "${name}1_expand", filters: $filters, number: "${number + 2}"}}
      rest:
        block: block
        from: second
        with: {name: "${name}${index + 2}", filters: $filters, number: "${number + index + 4}"}
        repeat: $copies
      add: {Add: {}, from: [first, rest], name: "${name}_add"}
    outputs: add
"""
)


def test_names_are_worded_from_block_to_block() -> None:
    nodes = """
    a: {block: stage, from: x, with: {name: conv2_block, filters: 8, copies: 3}}
    b: {block: stage, from: a, with: {name: conv3_block, filters: 16, copies: 1, number: 20}}
    """
    assert function("stage", named(nodes, end="b", block=STAGES)) == [
        "def stage(x, filters, copies, number=3, *, name):",
        '    first = block(x, filters, number, name=f"{name}1")',
        '    second = block(first, filters, number + 2, name=f"{name}1_expand")',
        "    rest = second",
        "    for index in range(copies):",
        '        rest = block(rest, filters, index + number + 4, name=f"{name}{index + 2}")',
        '    return layers.Add(name=f"{name}_add")([first, rest])',
    ]


def test_a_param_called_name_and_the_path_are_two_parameters() -> None:
    text = """
    blocks:
      head:
        params: {name: {type: string}}
        inputs: [x]
        nodes:
          plain: {Dense: {units: 4}, from: x}
          own: {Dense: {units: 4}, from: plain, name: "${name}_dense"}
        outputs: own
    inputs: {x: [4]}
    nodes: {a: {block: head, from: x, with: {name: one}}, b: {block: head, from: a, with: {name: two}}}
    outputs: b
    """
    assert function("head", text) == [
        "def head(x, name_2, *, name):",
        '    plain = layers.Dense(4, name=f"{name}.plain")(x)',
        '    return layers.Dense(4, name=f"{name_2}_dense")(plain)',
    ]
    assert '    a = head(x, "one", name="a")' in function("build_model", text)


def test_a_name_that_is_that_of_the_use_is_worded_too() -> None:
    text = """
    blocks:
      act:
        params: {number: {type: integer}}
        inputs: [x]
        nodes: {out: {Dense: {units: 4}, from: x, name: "dense_${number}"}}
        outputs: out
    inputs: {x: [4]}
    nodes:
      dense_1: {block: act, from: x, with: {number: 1}}
      more: {block: act, from: dense_1, with: {number: "${index + 2}"}, repeat: 2}
    outputs: more
    """
    assert function("act", text) == ["def act(x, number):", '    return layers.Dense(4, name=f"dense_{number}")(x)']


def test_of_several_wordings_that_with_the_most_text_from_params_is_chosen() -> None:
    params = {"stage": ["conv2", "conv3"], "name": ["conv2_a", "conv3_a"], "number": [2, 3], "same": ["_a", "_a"]}
    assert worded(["conv2_a_1", "conv3_a_1"], params) == (Term("name"), "_1")
    assert worded(["conv2_b", "conv3_b"], params) == (Term("stage"), "_b")
    assert worded(["bn3_2", "bn4_3"], params) == ("bn", Term("number", 1), "_", Term("number"))
    assert worded(["conv2_1", "conv4_1"], params) is None
    assert worded(["{conv2}", "{conv3}"], params) is None
    longest = "x" * 193
    assert worded([f"{longest}conv2_a", f"{longest}conv3_a"], params) == (longest, Term("name"))
    assert worded([f"x{longest}conv2_a", f"x{longest}conv3_a"], params) is None
    assert worded([7, 8], params) == Term("number", 5)
    assert worded([7, 9], params) is None
    assert worded([True, False], params) is None


def test_names_of_copies_are_counted_alike_in_every_place() -> None:
    assert counted_names([["a_1_x", "a_2_x"], ["b2_1_x"]], 0) == ("a_{index + 1}_x", "b2_{index + 1}_x")
    assert counted_names([["a_1", "a_2"], ["b_2"]], 0) is None
    assert counted_names([["a_1", "a_2"], ["b_2", "b_3"]], 1) == ("a_{index}", "b_{index + 1}")
    assert counted_names([["2b", "2c", "2d"], ["3b", "3c"]], 1) == ("2{'bcd'[index - 1]}", "3{'bcd'[index - 1]}")
    assert counted_names([["{a}1", "{a}2"]], 0) is None
    assert counted_names([["1" * 5000, "2" * 5000]], 0) is None


def test_what_begins_too_far_to_the_right_stands_in_parentheses() -> None:
    model, node = "a_model_with_a_name_that_is_as_long_as_names_get", "what_the_model_makes_of_what_it_is_given"
    text = """
    models:
      MODEL: {inputs: {x: [4]}, nodes: {y: {Dense: {units: 4}, from: x}}, outputs: y}
    inputs: {x: [4]}
    nodes:
      NODE: {call: MODEL, from: x}
      z: {ReLU: {}, from: NODE}
    outputs: z
    """.replace("MODEL", model).replace("NODE", node)
    assert function("build_model", text)[2:5] == [
        f"    {node} = (",
        "        build_a_model_with_a_name_that_is_as_lon()(x)",
        "    )",
    ]


def test_layers_from_around_are_passed() -> None:
    text = """
    layers: {shared: {Dense: {units: 4}}}
    blocks:
      twice: {inputs: [x], nodes: {a: {call: shared, from: x}, b: {call: shared, from: a}}, outputs: b}
    inputs: {x: [4]}
    nodes: {one: {block: twice, from: x}, two: {block: twice, from: one}}
    outputs: two
    """
    assert function("twice", text) == [
        "def twice(x, shared, *, name):",
        "    a = shared(x)",
        "    return shared(a)",
    ]
    assert '    one = twice(x, shared, name="one")' in function("build_model", text)


def test_several_outputs_are_returned_together() -> None:
    text = """
    blocks:
      pair:
        inputs: [a, b]
        nodes: {left: {Dense: {units: 4}, from: a}, right: {Dense: {units: 4}, from: b}}
        outputs: {a: right, b: left}
    inputs: {x: [4], y: [4]}
    nodes:
      one: {block: pair, from: {a: x, b: y}}
      two: {block: pair, from: {a: one.a, b: one.b}, repeat: 3}
    outputs: [two.a, two.b]
    """
    assert function("pair", text)[0::3] == ["def pair(a, b, *, name):", "    return left, right"]
    assert [line for line in function("build_model", text) if "pair(" in line] == [
        '    one_left, one_right = pair(x, y, name="one")',
        '        two, two_right = pair(two_right, two, name=f"two.{index + 1}")',
    ]


def test_a_function_hides_no_variable() -> None:
    nodes = "layer: {block: layer, with: {units: 4}, from: x}\nname: {block: layer, with: {units: 4}, from: layer}"
    assert main(nodes, end="name") == [
        'layer_out = layer(x, name="layer")',
        'name_2 = layer(layer_out, name="name")',
    ]


def test_blocks_that_feed_each_other_stay_in_place() -> None:
    text = """
    blocks:
      pair:
        inputs: [x, y]
        nodes: {a: {Dense: {units: 4}, from: x}, b: {Dense: {units: 4}, from: y}}
        outputs: {a: a, b: b}
    inputs: {x: [4]}
    nodes:
      one: {block: pair, from: {x: x, y: two.a}}
      two: {block: pair, from: {x: one.a, y: one.b}}
    outputs: two.b
    """
    assert "def pair" not in exported(text)


def test_ruff_leaves_the_zoo_alone(tmp_path: Path) -> None:
    ruff = shutil.which("ruff")
    assert ruff is not None
    for path in ZOO:
        assert run(["export", str(path), "-q", "-o", str(tmp_path / f"{path.stem}.py")]) == 0
    for command in (["format", "--diff"], ["check"]):
        done = subprocess.run(
            [ruff, *command, "--isolated", "--no-cache", tmp_path], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout


def test_a_deep_resnet_is_short(capsys: pytest.CaptureFixture[str]) -> None:
    resnet = next(path for path in ZOO if path.stem == "resnet")
    assert run(["export", str(resnet), "--variant", "152"]) == 0
    assert len(capsys.readouterr().out.splitlines()) < 150


def kinds(*vectors: tuple[object, ...], lengths: tuple[int, ...] | None = None) -> list[list[str]]:
    """Return the kinds of the formulas of each segment for one argument in several places."""
    sizes = lengths or tuple(len(vector) for vector in vectors)
    found = segments([vectors], sizes, 0)  # type: ignore[list-item]
    return [[formula.kind for formula in segment.formulas] for segment in found]


def test_formulas_hold_in_every_place() -> None:
    assert kinds((3, 3, 3), (4, 4)) == [["same"]]
    assert kinds((3, 4, 5), (7, 8)) == [["linear"]]
    assert kinds((3, 4, 5), (7, 9)) == [["table"]]
    assert kinds((1, 2, 4, 8), (3, 6)) == [["power"]]
    assert kinds((9, 3, 3), (8, 4)) == [["same"], ["same"]]
    assert kinds((1, 2), (1, 3)) == [["same"], ["same"]]
    assert kinds((1, 2), (5,)) == [["table"]]
    assert kinds((True, False, True)) == [["table"]]
    assert kinds((0.1, 0.2, 0.3)) == [["table"]]
    assert kinds((0.0, 0.25, 0.5)) == [["linear"]]
    assert kinds((1, 2.0, 3)) == [["table"]]
