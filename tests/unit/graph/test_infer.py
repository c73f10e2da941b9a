"""What inference finds in whole graphs: nested and shared parts, names of sizes, and one message for one mistake."""

from pathlib import Path

import pytest

from graphspec.compiler import Compilation, Options, compile_bytes
from graphspec.graph.typed import output_types, total_flops, weights_of


def compiled(text: str, **options: object) -> Compilation:
    return compile_bytes(text.encode(), "spec.yaml", Options(**options), Path.cwd())  # type: ignore[arg-type]


def types_of(text: str) -> dict[str, str]:
    found = compiled(text)
    assert found.diagnostics == ()
    assert found.typed is not None
    return {name: str(item) for name, item in found.typed.types.items()}


def messages_of(text: str) -> list[str]:
    return [f"{item.code} {item.span.line}: {item.message}" for item in compiled(text).diagnostics]


def test_types_weights_and_flops_of_a_chain() -> None:
    found = compiled(
        """graphspec: 1
inputs: {x: [time, 8]}
nodes:
  h: {Dense: {units: 4, use_bias: false}, from: x}
  y: {Dense: {units: 2}, from: h}
outputs: y
"""
    ).typed
    assert found is not None
    assert [str(found.types[name]) for name in ("x", "h", "y")] == [
        "(batch, time, 8)", "(batch, time, 4)", "(batch, time, 2)",
    ]  # fmt: skip
    assert [weight.shape for weight in weights_of(found) or ()] == [(8, 4), (4, 2), (2,)]
    assert str(total_flops(found)) == f"{2 * 8 * 4 + 2 * 4 * 2 + 2}*time"


NESTED = """graphspec: 1
models:
  tower:
    inputs: {x: [null, 8]}
    nodes:
      y: {Dense: {units: 4}, from: x}
    outputs: {features: y, same: x}
inputs: {a: [time, 8], b: [5, 8]}
nodes:
  one: {call: tower, from: a}
  two: {call: tower, from: b}
  sum: {ops.add: {}, from: [one.features, two.features]}
outputs: [one.features, two.same, sum]
"""


def test_a_nested_model_sees_what_its_call_knows() -> None:
    found = compiled(NESTED)
    assert found.diagnostics == ()
    assert found.typed is not None
    assert [str(item) for item in output_types(found.typed).values()] == [
        "(batch, time, 4)", "(batch, 5, 8)", "(batch, 5, 4)",
    ]  # fmt: skip
    assert sum(weight.size for weight in weights_of(found.typed) or ()) == 8 * 4 + 4


def test_a_mistake_inside_a_nested_model_is_told_there_once() -> None:
    wrong = NESTED.replace("[null, 8]", "[null, null]")
    (message,) = messages_of(wrong)
    assert message.startswith('GS501 6: "y" (Dense) makes weights as large as dimension 2, of which nothing is known')
    assert message.endswith(': (batch, ?, ?) from "x"')


def test_a_call_that_does_not_fit_a_nested_model_is_told_at_the_call() -> None:
    assert messages_of(NESTED.replace("b: [5, 8]", "b: [5, 9]")) == [
        'GS501 11: "two" (call: tower) takes (batch, ?, 8) as "x", not (batch, 5, 9) from "b": dimension 2 is 8 and 9'
    ]


SHARED = """graphspec: 1
layers: {scorer: {Dense: {units: 3}}}
inputs: {a: [4], b: [5]}
nodes:
  one: {call: scorer, from: a}
  two: {call: scorer, from: b}
outputs: [one, two]
"""


def test_a_shared_layer_is_built_by_its_first_call() -> None:
    (message,) = messages_of(SHARED)
    assert message.startswith('GS501 6: "two" (Dense) is shared, and its first call has built "kernel" of shape (4, 3)')
    assert message.endswith('; this call would need (5, 3); it gets (batch, 5) from "b"')
    same = compiled(SHARED.replace("b: [5]", "b: [4]"))
    assert same.typed is not None
    assert len(weights_of(same.typed) or ()) == 2


def test_what_depends_on_a_mistake_is_silent_and_the_rest_is_checked() -> None:
    assert messages_of(
        """graphspec: 1
inputs: {a: [4], b: [5], c: [6]}
nodes:
  wrong: {ops.add: {}, from: [a, b]}
  after: {ops.add: {}, from: [wrong, c]}
  other: {ops.add: {}, from: [b, c]}
  typo: {Dense: {unit: 2}, from: a}
  later: {Dense: {units: 2}, from: typo}
outputs: [after, other, later]
"""
    ) == [
        'GS501 4: "wrong" (ops.add) cannot add (batch, 4) from "a" and (batch, 5) from "b": dimension 1 is 4 and 5',
        'GS501 6: "other" (ops.add) cannot add (batch, 5) from "b" and (batch, 6) from "c": dimension 1 is 5 and 6',
        'GS402 7: unknown argument "unit" of Dense; did you mean "units"?',
    ]


@pytest.mark.parametrize(
    ("sizes", "problem"),
    [
        (("time", "steps"), "dimension 1 is time and steps"),
        (("time", "time"), None),
        (("time", "7"), None),
        (("time", "null"), None),
        (("time", "1"), None),
        (("6", "7"), "dimension 1 is 6 and 7"),
    ],
)
def test_two_names_never_agree(sizes: tuple[str, str], problem: str | None) -> None:
    found = messages_of(
        f"graphspec: 1\ninputs: {{a: [{sizes[0]}], b: [{sizes[1]}]}}\n"
        "nodes: {y: {ops.add: {}, from: [a, b]}}\noutputs: y\n"
    )
    assert (found[0].endswith(problem) and len(found) == 1) if problem else found == []


def test_an_input_that_is_wrong_is_told_once() -> None:
    assert (
        len(messages_of("graphspec: 1\ninputs: {x: [2.5]}\nnodes: {y: {Dense: {units: 1}, from: x}}\noutputs: y\n"))
        == 1
    )


def test_a_layer_of_a_plugin_leaves_the_rest_checked() -> None:
    text = """graphspec: 1
inputs: {a: [4], b: [5]}
nodes:
  gate: {my.Gate: {}, from: a}
  after: {Dense: {units: 2}, from: gate}
  wrong: {ops.add: {}, from: [a, b]}
outputs: [after, wrong]
"""
    assert [item.code for item in compiled(text, plugins=("my",)).diagnostics] == ["GS501"]


def test_trainable_of_the_outer_part_holds_for_the_inner() -> None:
    found = compiled(NESTED.replace("{call: tower, from: a}", "{call: tower, from: a, trainable: false}")).typed
    assert found is not None
    assert not any(found.trainable[id(weight)] for weight in weights_of(found) or ())


def test_models_within_models_are_inferred_once_each() -> None:
    depth = 40
    inner = "inputs: {x: [null]}\nnodes: {y: {ops.exp: {}, from: x}}\noutputs: y\n"
    text = "graphspec: 1\nmodels:\n  m0:\n" + "".join(f"    {line}\n" for line in inner.splitlines())
    for number in range(1, depth):
        text += (
            f"  m{number}:\n    inputs: {{x: [null]}}\n"
            f"    nodes: {{y: {{call: m{number - 1}, from: x}}}}\n    outputs: y\n"
        )
    text += f"inputs: {{x: [3]}}\nnodes: {{y: {{call: m{depth - 1}, from: x}}}}\noutputs: y\n"
    assert types_of(text)["y"] == "(batch, 3)"


def test_an_argument_that_refers_to_a_wrong_entry_leaves_its_layer_unknown() -> None:
    found = messages_of(
        """graphspec: 1
layers: {bad: {Dence: {units: 3}}}
inputs: {x: [5, 4]}
nodes:
  a: {TimeDistributed: {layer: {ref: bad}}, from: x}
  b: {Dense: {units: 1}, from: a}
outputs: b
"""
    )
    assert [message[:5] for message in found] == ["GS401"]


def test_a_number_for_a_tensor_is_no_fault_of_ours() -> None:
    nodes = "{f: {Flatten: {}, with: {inputs: 5}}, y: {Dense: {units: 1}, from: x}}"
    assert messages_of(f"graphspec: 1\ninputs: {{x: [4]}}\nnodes: {nodes}\noutputs: y\n") == [
        'GS702 3: no output needs node "f", so it is not part of the model'
    ]


def test_several_tensors_for_a_layer_that_takes_one_are_told() -> None:
    text = """graphspec: 1
inputs: {x: [6]}
nodes:
  s: {ops.split: {indices_or_sections: 2, axis: 1}, from: x}
  y: {Identity: {}, from: s}
outputs: y
"""
    assert all("s" in message for message in messages_of(text))
    assert len(messages_of(text)) == 1


TWO_CALLS = """graphspec: 1
inputs: {x: [8]}
nodes:
  one: {LSTM: {units: 4}, from: x}
  two: {Conv1D: {filters: 4, kernel_size: 3}, from: x}
outputs: [one, two]
"""


def test_a_tensor_that_no_call_can_take_is_told_at_the_first() -> None:
    assert [message.split(" dim")[0] for message in messages_of(TWO_CALLS)] == ['GS501 4: "one" (LSTM) needs 3']


def test_a_model_whose_input_fits_no_call_is_told_at_the_first() -> None:
    wrong = NESTED.replace("x: [null, 8]", "x: [null, 9]")
    (message,) = messages_of(wrong.replace("b: [5, 8]", "b: [time, 8]"))
    assert message.startswith('GS501 10: "one" (call: tower) takes (batch, ?, 9) as "x", not (batch, time, 8) from "a"')


def test_tensors_that_do_not_fit_each_other_are_told_where_they_first_meet() -> None:
    text = """graphspec: 1
inputs: {x: [8], y: [9]}
nodes:
  sum: {Add: {}, from: [x, y]}
  low: {expr: "ops.exp(x) * 2 - ops.tanh(y)"}
  wide: {Dense: {units: 7}, from: x}
  other: {Add: {}, from: [wide, y]}
outputs: [sum, low, other]
"""
    assert [message[:20] for message in messages_of(text)] == ['GS501 4: "sum" (Add)', 'GS501 7: "other" (Ad']
