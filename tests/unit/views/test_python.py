"""Plain Keras code from graphs: its text, and that the formatter has nothing to say of it."""

import random
import shutil
import subprocess
import textwrap
from pathlib import Path

import pytest

from graphspec.cli.main import run
from graphspec.compiler import Options, compile_bytes
from graphspec.views.layout import Code, Line, brackets, call, lay_out, parenthesised, subscript
from graphspec.views.python import render_python
from graphspec.views.python_names import Names

SPECS = sorted((Path(__file__).parents[3] / "specs").glob("*.yaml"))


def exported(text: str, description: str | None = None) -> str:
    spec = "graphspec: 1\nname: net\n" + textwrap.dedent(text)
    result = compile_bytes(spec.encode(), "spec.yaml", Options(), Path())
    assert not result.diagnostics
    assert result.typed is not None
    return render_python(result.typed, description)


def body(text: str) -> list[str]:
    """Return the lines of ``build_model``."""
    lines = exported(text).splitlines()
    start = lines.index("def build_model() -> keras.Model:")
    return [line.removeprefix("    ") for line in lines[start + 1 : lines.index('if __name__ == "__main__":') - 2]]


def formatted(path: Path) -> subprocess.CompletedProcess[str]:
    ruff = shutil.which("ruff")
    assert ruff is not None
    return subprocess.run(
        [ruff, "format", "--diff", "--isolated", "--no-cache", path], capture_output=True, text=True, check=False
    )


def test_a_module() -> None:
    text = """
    inputs: {visible: [10]}
    nodes:
      hidden: {Dense: {units: 10, activation: relu, use_bias: true}, from: visible}
      label: {Dense: {units: 1}, from: hidden}
    outputs: label
    compile: {optimizer: {Adam: {learning_rate: 1e-2}}, loss: mse}
    """
    assert exported(text, "Say  what\nit is.") == textwrap.dedent('''\
        """Say what it is."""

        import keras
        from keras import layers


        def build_model() -> keras.Model:
            visible = keras.Input(shape=(10,), name="visible")
            hidden = layers.Dense(10, activation="relu", name="hidden")(visible)
            label = layers.Dense(1, name="label")(hidden)
            model = keras.Model(inputs=[visible], outputs=label, name="net")
            model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.01), loss="mse")
            return model


        if __name__ == "__main__":
            build_model().summary()
        ''')


def test_a_nested_model_takes_what_it_shares() -> None:
    text = """
    layers: {shared: {Dense: {units: 4}}}
    models: {inner: {inputs: {x: [4]}, nodes: {y: {call: shared, from: x}}, outputs: y}}
    inputs: {a: [4]}
    nodes: {b: {call: shared, from: a}, c: {call: inner, from: b, trainable: false}}
    outputs: c
    """
    assert body(text) == [
        'a = keras.Input(shape=(4,), name="a")',
        'shared = layers.Dense(4, name="shared")',
        "b = shared(a)",
        "inner = build_inner(shared)",
        "inner.trainable = False",
        "c = inner(b)",
        'return keras.Model(inputs=[a], outputs=c, name="net")',
    ]
    assert "def build_inner(shared: keras.layers.Layer) -> keras.Model:\n" in exported(text)


def test_an_expression_goes_step_by_step() -> None:
    text = """
    inputs: {x: [9]}
    nodes: {y: {expr: "1 - ops.sum(x[:, 1:3] * 2, axis=-1, keepdims=true)"}}
    outputs: y
    """
    assert body(text)[1:-1] == [
        "y_get_item = x[:, 1:3]",
        "y_multiply = y_get_item * 2",
        "y_sum = ops.sum(y_multiply, axis=-1, keepdims=True)",
        "y = 1 - y_sum",
    ]


def test_what_no_input_reaches_is_computed_by_keras() -> None:
    text = """
    inputs: {x: [4]}
    nodes:
      steps: {expr: "ops.arange(4)"}
      y: {expr: "steps * 0.5 + x * (2 ** steps)"}
    outputs: y
    """
    assert body(text)[1:] == [
        "steps = ops.arange(4)",
        "y_multiply = ops.multiply(steps, 0.5)",
        "y_power = ops.power(2, steps)",
        "y_multiply_1 = x * y_power",
        "y = ops.add(y_multiply, y_multiply_1)",
        'return keras.Model(inputs=[x], outputs=y, name="net")',
    ]


def test_powers_keep_their_meaning(tmp_path: Path) -> None:
    text = """
    models: {two: {inputs: {x: [9]}, nodes: {d: {Dense: {units: 9}, from: x}}, outputs: {a: d}}}
    inputs: {x: [9]}
    nodes: {pair: {call: two, from: x}, y: {expr: "ops.power(-2, x) + x ** -0.5 + pair.a ** 2"}}
    outputs: y
    """
    assert body(text)[2:5] == ["y_power = ops.power(-2, x)", "y_power_1 = x**-0.5", "y_add = y_power + y_power_1"]
    assert 'y_power_2 = pair["a"] ** 2' in body(text)
    (tmp_path / "model.py").write_text(exported(text))
    assert formatted(tmp_path / "model.py").stdout == ""


def test_outputs_that_are_used_get_variables() -> None:
    text = """
    inputs: {x: [9, 2]}
    nodes:
      memory: {LSTM: {units: 3, return_state: true}, from: x}
      y: {Add: {}, from: [memory, memory.state_c]}
      part: {ops.split: {indices_or_sections: 1}, from: y}
    outputs: part.0
    """
    assert body(text)[1:-1] == [
        'memory, _, memory_state_c = layers.LSTM(3, return_state=True, name="memory")(x)',
        'y = layers.Add(name="y")([memory, memory_state_c])',
        "(part,) = ops.split(y, 1)",
    ]


def test_an_operation_that_could_get_the_name_of_a_layer_is_named() -> None:
    text = """
    inputs: {x: [9]}
    nodes: {multiply: {Dense: {units: 9}, from: x}, y: {expr: "multiply * 2 + x"}}
    outputs: y
    """
    assert body(text)[2:-1] == [
        "y_multiply = multiply * 2",
        'rename_operation(y_multiply, "y.multiply")',
        "y = y_multiply + x",
    ]


def test_an_output_in_a_list_goes_by_its_name() -> None:
    text = """
    layers: {twice: {Dense: {units: 9}}}
    inputs: {x: [9]}
    nodes: {a: {call: twice, from: x}, b: {call: twice, from: a}}
    outputs: [a, b]
    """
    assert body(text)[-8:] == [
        "return keras.Model(",
        "    inputs=[x],",
        "    outputs=[",
        '        layers.Identity(dtype="float32", name="a")(a),',
        '        layers.Identity(dtype="float32", name="b")(b),',
        "    ],",
        '    name="net",',
        ")",
    ]


def test_names_avoid_what_python_and_the_code_use() -> None:
    names = Names(("layers",), prefix="build_")
    wanted = ["a.b", "a_b", "lambda", "print", "l", "layers", "build_tower", "_", "x" * 50]
    assert [names.new(name) for name in wanted] == [
        "a_b", "a_b_2", "lambda_", "print_", "l_", "layers_2", "_build_tower", "__", "x" * 40,
    ]  # fmt: skip


@pytest.mark.parametrize("description", ['Say "no"', "A\\path", 'Three """ quotes', "word " * 40, "é" * 100])
def test_a_description_is_a_docstring(description: str, tmp_path: Path) -> None:
    text = exported("inputs: {x: [9]}\nnodes: {y: {Dense: {units: 9}, from: x}}\noutputs: y\n", description)
    docstring = compile(text, "model.py", "exec").co_consts[0]
    assert " ".join(docstring.split()) == " ".join(description.split())
    (tmp_path / "model.py").write_text(text, encoding="utf-8")
    assert formatted(tmp_path / "model.py").stdout == ""


def test_the_formatter_leaves_the_examples_alone(tmp_path: Path) -> None:
    for path in SPECS:
        assert run(["export", str(path), "-o", str(tmp_path / f"{path.stem}.py")]) == 0
    done = formatted(tmp_path)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_formatter_leaves_any_layout_alone(tmp_path: Path) -> None:
    numbers = random.Random(6)

    def value(depth: int) -> Code:
        kind = numbers.randrange(5 if depth else 2)
        if kind < 2:
            return '"' + "v" * numbers.randrange(1, 30) + '"'
        items = [value(depth - 1) for _ in range(numbers.randrange(4))]
        if kind == 2:
            return brackets("[", items, "]")
        if kind == 3:
            return brackets("{", [(f'"key{number}": ', item) for number, item in enumerate(items)], "}")
        return call("layers.Dense", [(f"argument{number}=", item) for number, item in enumerate(items)])

    def statement() -> str:
        made = call("layers." + "C" * numbers.randrange(1, 30), [value(2) for _ in range(numbers.randrange(6))])
        operands = call(made, [value(1) for _ in range(numbers.randrange(4))])
        name = "n" * numbers.randrange(1, 41)
        index = subscript("o" * numbers.randrange(1, 41), numbers.choice([":, 1:3", "0", "1:3"]))
        sides = [numbers.choice(["o" * numbers.randrange(1, 41), 'o["key"]', "-0.5"]) for _ in range(2)]
        sum_ = parenthesised((sides[0], Line(" "), "+ ", sides[1]))
        return "\n".join(lay_out((f"{name} = ", code), 4) for code in (operands, index, sum_))

    path = tmp_path / "layout.py"
    path.write_text("def f():\n" + "\n".join(statement() for _ in range(600)) + "\n")
    assert formatted(path).stdout == ""


def test_the_command_writes_or_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec, out = str(SPECS[0]), tmp_path / "model.py"
    assert run(["export", spec, "-o", str(out)]) == 0
    assert run(["export", spec, "-o", "-"]) == 0
    assert run(["export", spec]) == 0
    assert capsys.readouterr().out == out.read_text() * 2
    assert run(["export", spec, "--model", "decoder"]) == 0
    assert 'name="decoder")' in capsys.readouterr().out


def test_error_of_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "model.py"
    out.write_text("mine")
    assert run(["export", str(SPECS[0]), "-o", str(out), "--no-clobber"]) == 2
    assert "exists, and --no-clobber says to keep it" in capsys.readouterr().err
    assert run(["export", str(SPECS[0]), "-o", str(tmp_path)]) == 2
    assert "is a folder" in capsys.readouterr().err
    assert run(["export", str(SPECS[0]), "--model", "decodr"]) == 2
    assert 'did you mean "decoder"?' in capsys.readouterr().err
    (tmp_path / "wrong.yaml").write_text("graphspec: 1\n")
    assert run(["export", str(tmp_path / "wrong.yaml"), "-o", str(out)]) == 1
    assert out.read_text() == "mine"
