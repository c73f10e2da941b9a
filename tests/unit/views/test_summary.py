"""The summary in all its forms, from inference alone."""

import csv
import io
import json
from pathlib import Path

import pytest

from graphspec.compiler import Options, compile_bytes
from graphspec.views.summary import Summary, summarize
from graphspec.views.summary_formats import render_csv, render_json, render_markdown
from graphspec.views.table import COLUMNS, Layout, render_table

SPEC = """graphspec: 1
name: example
layers: {scorer: {Dense: {units: 2}}}
models:
  tower:
    inputs: {x: [8]}
    nodes: {h: {Dense: {units: 8}, from: x}, y: {ops.exp: {}, from: h}}
    outputs: y
inputs: {a: [time, 8], b: [8]}
nodes:
  mix:
    chain: [{Dense: {units: 4}}, {Dense: {units: 8}}]
    from: b
  seen: {call: tower, from: mix}
  first: {call: scorer, from: seen}
  second: {call: scorer, from: a}
  idle: {Dense: {units: 7}, from: b}
outputs: {first: first, second: second}
"""


@pytest.fixture
def summary() -> Summary:
    typed = compile_bytes(SPEC.encode(), "spec.yaml", Options(), Path.cwd()).typed
    assert typed is not None
    return summarize(typed)


def test_table_opens_chains_and_counts_a_shared_layer_once(summary: Summary) -> None:
    assert (
        render_table(summary, Layout())
        == """\
Model: "example"
---------------------------------------------------------
Node (type)        Output shape     Parameters  From
---------------------------------------------------------
a (Input)          (None, time, 8)           0
b (Input)          (None, 8)                 0
mix (chain)        (None, 8)                76  b
  dense (Dense)    (None, 4)                36  b
  mix (Dense)      (None, 8)                40  mix.dense
seen (Functional)  (None, 8)                72  mix
first (Dense)      (None, 2)                18  seen
second (Dense)     (None, time, 2)    as first  a
---------------------------------------------------------
Total parameters: 166 (664 B)
Trainable: 166
Not trainable: 0
FLOPs for one sample: 34*time + 318"""
    )


def test_depth_closes_chains_and_opens_models(summary: Summary) -> None:
    assert "dense (Dense)" not in render_table(summary, Layout(depth=0))
    opened = render_table(summary, Layout(depth=1))
    assert "  h (Dense)" in opened
    assert "  y (ops.exp)" in opened


@pytest.mark.parametrize("width", [62, 70, 80])
def test_table_fits_the_width_and_cuts_nothing_off(summary: Summary, width: int) -> None:
    text = render_table(summary, Layout(width=width, columns=("flops", "dtype")))
    table = text.split("Total parameters")[0]
    assert max(map(len, table.splitlines())) <= width
    assert "Parameters" in table
    assert "float32" in table


def test_sorted_rows_come_without_groups_and_largest_first(summary: Summary) -> None:
    labels = [line.split()[0] for line in render_table(summary, Layout(sort="parameters")).splitlines()[6:11]]
    assert labels[0] == "seen"
    assert "chain" not in render_table(summary, Layout(sort="name"))


def test_further_columns(summary: Summary) -> None:
    heading = render_table(summary, Layout(columns=tuple(COLUMNS))).splitlines()[2]
    assert all(column.heading in heading for column in COLUMNS.values())


def test_json_has_names_of_sizes_and_formulas(summary: Summary) -> None:
    document = json.loads(render_json(summary, Layout(depth=1)))
    assert document["parameters"] == {"total": 166, "trainable": 166, "non_trainable": 0}
    assert (document["weights_bytes"], document["flops"], document["exact"]) == (664, None, True)
    assert document["flops_formula"] == "34*time + 318"
    nodes = {node["name"]: node for node in document["nodes"]}
    assert list(nodes) == ["mix.dense", "mix", "seen", "first", "second"]
    assert nodes["second"]["output_shape"] == [None, "time", 2]
    assert nodes["second"]["shared_with"] == "first"
    assert [node["name"] for node in nodes["seen"]["nodes"]] == ["h", "y"]


def test_csv_and_markdown(summary: Summary) -> None:
    lines = list(csv.DictReader(io.StringIO(render_csv(summary, Layout()))))
    assert [line["name"] for line in lines][-1] == "second"
    assert "| second (Dense) | (None, time, 2) | as first | a |" in render_markdown(summary, Layout()).splitlines()


def test_the_last_call_of_a_group_has_a_short_name_too() -> None:
    text = """graphspec: 1
blocks:
  b: {inputs: [x], nodes: {path: {chain: [{Dense: {units: 4}}, {ReLU: {}}], from: x}}, outputs: path}
inputs: {x: [8]}
nodes: {y: {block: b, from: x, repeat: 2}}
outputs: y
"""
    typed = compile_bytes(text.encode(), "spec.yaml", Options(), Path.cwd()).typed
    assert typed is not None
    labels = [line.split("(")[0].rstrip() for line in render_table(summarize(typed), Layout()).splitlines()[5:14]]
    copy = ["    path", "      dense", "      path"]
    assert labels == ["y", "  1", *copy, "  2", *copy]


def test_what_is_not_known_is_said() -> None:
    nodes = "nodes: {g: {my.Gate: {}, from: x}, y: {Dense: {units: 2}, from: g}}"
    spec = f"graphspec: 1\ninputs: {{x: [4]}}\n{nodes}\noutputs: y\n"
    typed = compile_bytes(spec.encode(), "spec.yaml", Options(plugins=("my",)), Path.cwd()).typed
    assert typed is not None
    found = summarize(typed)
    assert (found.exact, found.parameters, found.unknown) == (False, None, ("g",))
    assert "Not known without Keras: g; --deep asks it" in render_table(found, Layout())
    assert json.loads(render_json(found, Layout()))["nodes"][1]["parameters"] is None
