"""Rules of the merging layers."""

from graphspec.shapes.rules import Rule

RULES: dict[str, Rule] = {}
