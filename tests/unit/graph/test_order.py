"""Topological order: stable, whole, and honest about cycles."""

import pytest

from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.diagnostics.span import Span
from graphspec.graph.order import order, report_cycles

ORDERS = [
    ({"a": [], "b": ["a"], "c": ["b"]}, ["a", "b", "c"]),
    ({"c": ["b"], "b": ["a"], "a": []}, ["a", "b", "c"]),
    ({"z": [], "y": [], "x": ["y", "z"]}, ["z", "y", "x"]),
    ({"b": ["input"], "a": ["b", "b"]}, ["b", "a"]),
]


@pytest.mark.parametrize(("sources", "expected"), ORDERS)
def test_every_node_follows_its_sources(sources: dict[str, list[str]], expected: list[str]) -> None:
    assert order(sources) == (expected, [])


CYCLES = [
    ({"a": ["a"]}, ["a -> a"]),
    ({"a": ["b"], "b": ["a"]}, ["a -> b -> a"]),
    ({"a": ["c"], "b": ["a"], "c": ["b"], "after": ["c"]}, ["a -> b -> c -> a"]),
    ({"a": ["b"], "b": ["a"], "x": ["y"], "y": ["x"], "z": ["a", "y"]}, ["a -> b -> a", "x -> y -> x"]),
]


@pytest.mark.parametrize(("sources", "expected"), CYCLES)
def test_error_each_cycle_is_shown_once_as_a_path(sources: dict[str, list[str]], expected: list[str]) -> None:
    ordered, stuck = order(sources)
    assert not set(ordered) & set(stuck)
    diagnostics = Diagnostics()
    places = {name: Span("spec.yaml", line, 1, line, 2) for line, name in enumerate(sources, 1)}
    report_cycles(sources, stuck, places, diagnostics)
    assert [item.message.split(": ", 1)[1] for item in diagnostics] == expected
