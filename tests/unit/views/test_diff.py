"""What a diff says: nothing of one model written in two ways, and each change once, at its cause."""

import re
from pathlib import Path

import pytest

from graphspec.compiler import Options, compile_bytes
from graphspec.views.diff.changes import Diff
from graphspec.views.diff.compare import compare
from graphspec.views.diff.render_markdown import render_markdown
from graphspec.views.diff.render_text import render_text
from graphspec.views.diff.show import lines, title
from graphspec.views.diff.snapshot import Snapshot, snapshot


def model(text: str) -> Snapshot:
    result = compile_bytes(f"graphspec: 1\n{text}".encode(), "spec.yaml", Options(), Path())
    assert result.typed is not None, result.diagnostics
    assert not result.has_errors, result.diagnostics
    return snapshot(result.typed)


def diff(old: str, new: str) -> Diff:
    return compare(model(old), model(new), "old", "new")


def told(found: Diff) -> list[str]:
    """Return the changes, each as one line: its classes, its title, what there is to say."""
    return [f"{'/'.join(item.classes)}: {title(item)}: {'; '.join(lines(item))}" for item in found.changes]


BASE = """
inputs: {x: [8], z: [8]}
nodes:
  a: {Dense: {units: 4, activation: relu}, from: x}
  b: {Dense: {units: 4}, from: z}
  c: {Add: {}, from: [a, b]}
  d: {Dropout: {rate: 0.5}, from: c}
  e: {Dense: {units: 3}, from: d}
outputs: {o: e}
"""
CHAIN = """
inputs: {x: [8]}
nodes:
  body: {chain: [{Dense: {units: 64}}, {Dense: {units: 32}}, {Dense: {units: 10}}], from: x}
outputs: {o: body}
"""
CONV = "inputs: {x: [8, 8, 1]}\nnodes: {c: {Conv2D: {%s}, from: x}}\noutputs: {o: c}"

EQUAL = [
    (
        "keys in another order",
        BASE,
        """
outputs: {o: e}
nodes:
  e: {from: d, Dense: {units: 3}}
  d: {from: c, Dropout: {rate: 0.5}}
  c: {Add: {}, from: [a, b]}
  b: {Dense: {units: 4}, from: z}
  a: {Dense: {activation: relu, units: 4}, from: x}
inputs: {z: [8], x: [8]}
""",
    ),
    ("a comment", BASE, BASE.replace("nodes:", "# a comment\nnodes:")),
    ("a description", BASE, "description: A model.\n" + BASE),
    ("a default", BASE, BASE.replace("units: 3", "units: 3, use_bias: true, activation: null, dtype: null")),
    ("a default initializer", BASE, BASE.replace("units: 3", "units: 3, kernel_initializer: GlorotUniform")),
    (
        "an initializer with a default",
        BASE,
        BASE.replace("units: 3", "units: 3, kernel_initializer: {GlorotUniform: {seed: null}}"),
    ),
    ("a budget", BASE, BASE + "expect: {parameters: {max: 1000}}\n"),
    (
        "edges",
        BASE,
        """
inputs: {x: [8], z: [8]}
edges: [x -> a, z -> b, "a, b -> c -> d -> e"]
nodes:
  {a: {Dense: {units: 4, activation: relu}}, b: {Dense: {units: 4}}, c: {Add: {}}, d: {Dropout: {rate: 0.5}},
   e: {Dense: {units: 3}}}
outputs: {o: e}
""",
    ),
    (
        "an alias of a layer",
        CONV % "filters: 2, kernel_size: 3",
        (CONV % "filters: 2, kernel_size: 3").replace("Conv2D", "Convolution2D"),
    ),
    ("a size for both axes", CONV % "filters: 2, kernel_size: 3", CONV % "filters: 2, kernel_size: [3, 3], strides: 1"),
    ("a number with a point", BASE.replace("0.5", "0"), BASE.replace("0.5", "0.0")),
    ("another order of inputs", BASE, BASE.replace("{x: [8], z: [8]}", "{z: [8], x: [8]}")),
    (
        "an optimizer with its defaults",
        BASE + "compile: {optimizer: adam, loss: mse}",
        BASE + "compile: {optimizer: {Adam: {learning_rate: 0.001}}, loss: mse, run_eagerly: false}",
    ),
    (
        "a metric with the name that it has anyhow",
        BASE + "compile: {loss: mse, metrics: [AUC]}",
        BASE + "compile: {loss: mse, metrics: [{AUC: {name: auc}}]}",
    ),
]


@pytest.mark.parametrize(("old", "new"), [case[1:] for case in EQUAL], ids=[case[0] for case in EQUAL])
def test_one_model_in_two_ways_is_no_difference(old: str, new: str) -> None:
    assert told(diff(old, new)) == []
    assert told(diff(new, old)) == []


DROPOUT = "  d: {Dropout: {rate: 0.5}, from: c}\n  e: {Dense: {units: 3}, from: d}"
CHANGED = [
    (
        "units: 3",
        "units: 5",
        [
            (
                'interface/weights/behaviour/cost: changed Dense "e": units: 3 -> 5; output: (None, 3) -> (None, 5); '
                'so the output "o": (None, 3) -> (None, 5); so saved weights do not fit: e (kernel [4, 3] -> [4, 5]); '
                "parameters +10; FLOPs +18"
            ),
        ],
    ),
    ("relu", "tanh", ['behaviour: changed Dense "a": activation: relu -> tanh']),
    ("rate: 0.5", "rate: 0.1", ['behaviour: changed Dropout "d": rate: 0.5 -> 0.1']),
    (
        "z: [8]",
        "z: [9]",
        [
            (
                'interface/weights/cost: changed Input "z": type: (None, 8) -> (None, 9); '
                "so saved weights do not fit: b (kernel [8, 4] -> [9, 4]); parameters +4; FLOPs +8"
            ),
        ],
    ),
    ("{o: e}", "{p: e}", ['interface: changed output "p": name: o -> p']),
    ("{o: e}", "{o: e, q: d}", ['interface: added output "q": type: null -> (None, 4) float32']),
    (
        "{o: e}",
        "e",
        ['interface: changed "outputs": form: mapping -> one', 'interface: changed output "e": name: o -> e'],
    ),
    (
        "[a, b]",
        "[b, a]",
        [
            (
                'weights: reordered Add "c": from: [a, b] -> [b, a]; '
                "so saved weights do not fit: b would get those of a, a would get those of b"
            ),
        ],
    ),
    (DROPOUT, "  e: {Dense: {units: 3}, from: c}", ['behaviour: removed Dropout "d": ']),
    ("from: d}", "from: f}\n  f: {ReLU: {}, from: d}", ['behaviour/cost: added ReLU "f": FLOPs +4']),
    (DROPOUT, DROPOUT.replace("  d:", "  dd:").replace("from: d}", "from: dd}"), ["cosmetic: renamed 1 node: d -> dd"]),
    ("outputs", "dtype: mixed_float16\noutputs", None),
    ("outputs", "seed: 1\noutputs", ['behaviour: changed "seed": seed: null -> 1']),
    ("outputs", "name: other\noutputs", ['cosmetic: changed "name": name: spec -> other']),
    (
        "b: {Dense: {units: 4}, from: z}",
        "b: {Dense: {units: 4}, from: z, trainable: false}",
        ['behaviour: changed Dense "b": trainable: true -> false'],
    ),
    ("outputs", "compile: {optimizer: adam, loss: mse}\noutputs", None),
]


@pytest.mark.parametrize(("before", "after", "wanted"), CHANGED, ids=[case[1] for case in CHANGED])
def test_a_change_is_told_once_at_its_cause(before: str, after: str, wanted: list[str] | None) -> None:
    assert before in BASE
    found = told(diff(BASE, BASE.replace(before, after)))
    if wanted is None:
        assert len(found) == 1
        return
    assert sorted(found) == sorted(wanted)


def test_a_layer_put_into_a_chain_is_one_change_though_all_counts_shift() -> None:
    found = diff(CHAIN, CHAIN.replace("{Dense: {units: 32}}", "{Dense: {units: 48}}, {Dense: {units: 32}}"))
    added, *others = [change for change in found.changes if change.kind != "renamed"]
    assert (added.kind, added.where, others) == ("added", "body.dense_1", [])
    assert {item.layer for item in added.misfits} == {"body.dense_1", "body.dense_2", "body"}


def test_what_follows_is_counted_and_not_listed() -> None:
    long = "inputs: {x: [8]}\nnodes:\n  n0: {Dense: {units: %d}, from: x}\n" + "".join(
        f"  n{i}: {{ReLU: {{}}, from: n{i - 1}}}\n" for i in range(1, 30)
    )
    found = diff(long % 4 + "outputs: {o: n29}", long % 5 + "outputs: {o: n29}")
    assert len(found.changes) == 1
    assert "so 29 more nodes of another type: n1, n2, n3 and 26 more" in list(lines(found.changes[0]))


def test_all_names_may_be_others() -> None:
    renamed = re.sub(r"\b([abcde])(?=[:,}\]])", r"\1\1", BASE)
    found = diff(BASE, renamed.replace("rate: 0.5", "rate: 0.4"))
    assert [item for item in told(found) if not item.startswith("cosmetic")] == [
        'behaviour: changed Dropout "dd": rate: 0.5 -> 0.4'
    ]


def test_the_output_of_a_nested_model_is_named_after_it() -> None:
    text = """
models: {judge: {inputs: {x: [8]}, nodes: {y: {Dense: {units: 2}, from: x}}, outputs: y}}
inputs: {a: [8]}
nodes: {judged: {call: judge, from: a}}
outputs: judged
"""
    renamed = text.replace("judged", "judge_1")
    assert {item.split(":")[0] for item in told(diff(text, renamed))} == {"cosmetic"}
    named = "outputs: {judged: judged}", "outputs: {judge_1: judge_1}"
    assert "interface" in {
        item.split(":")[0]
        for item in told(diff(text.replace("outputs: judged", named[0]), renamed.replace("outputs: judge_1", named[1])))
    }


def test_a_seed_is_by_name_so_that_a_rename_is_a_change() -> None:
    seeded = BASE + "seed: 1\n"
    renamed = seeded.replace("  d:", "  dd:").replace("from: d}", "from: dd}")
    assert [item.classes for item in diff(seeded, renamed).changes] == [("behaviour",)]


SHARED = """
layers: {s: {Dense: {units: 4}}}
inputs: {x: [4]}
nodes: {a: {call: s, from: x}, b: {call: s, from: a}}
outputs: {o: b}
"""
NESTED = """
models: {m: {inputs: {t: [4]}, nodes: {h: {Dense: {units: 3}, from: t}, r: {ReLU: {}, from: h}}, outputs: r}}
inputs: {x: [4]}
nodes: {a: {call: m, from: x}, b: {Dense: {units: 2}, from: a}}
outputs: {o: b}
"""


def test_sharing() -> None:
    found = told(diff(SHARED, SHARED.replace("b: {call: s,", "b: {Dense: {units: 4},")))
    assert len(found) == 1
    assert found[0].startswith('weights/behaviour/cost: replaced Dense "b"') or "shares its layer with" in found[0]


def test_a_change_inside_a_model_is_told_inside() -> None:
    found = told(diff(NESTED, NESTED.replace("units: 3", "units: 5")))
    assert len(found) == 1
    assert found[0].startswith('weights/behaviour/cost: changed Dense "m/h": units: 3 -> 5')
    assert "so saved weights do not fit: m/h (kernel [4, 3] -> [4, 5]), b (kernel [3, 2] -> [5, 2])" in found[0]
    assert "parameters +14" in found[0]


def test_the_text_is_for_people_and_markdown_for_comments() -> None:
    found = diff(BASE, BASE.replace("units: 3", "units: 5"))
    text = render_text(found, color=False)
    assert text.splitlines()[:4] == [
        "old -> new", "", "interface: what goes in or comes out is another",
        '  ~ changed Dense "e" (also weights, behaviour, cost)  spec.yaml:9',
    ]  # fmt: skip
    assert text.splitlines()[-1] == "1 change: 1 interface, 1 weights, 1 behaviour, 1 cost"
    assert "\x1b[" in render_text(found, color=True)
    assert render_markdown(found).splitlines()[2:4] == ["| class | change | details |", "| --- | --- | --- |"]


def test_thousands_of_nodes_take_seconds() -> None:
    count = 3000
    text = "inputs: {x: [8]}\nnodes:\n  n0: {Dense: {units: 8}, from: x}\n" + "".join(
        f"  n{i}: {{{['Dense: {units: 8}', 'ReLU: {}'][i % 2]}, from: n{i - 1}}}\n" for i in range(1, count)
    )
    text += f"outputs: {{o: n{count - 1}}}"
    renamed = (
        text.replace("n1500: {Dense: {units: 8}", "n1500: {Dense: {units: 9}").replace(" n", " m").replace("{n", "{m")
    )
    found = diff(text, renamed.replace("modes", "nodes").replace("mnputs", "inputs"))
    assert sorted(change.kind for change in found.changes) == ["changed", "renamed"]
