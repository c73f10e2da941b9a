"""Rules of the preprocessing layers."""

from graphspec.shapes.rules import Rule

RULES: dict[str, Rule] = {}
