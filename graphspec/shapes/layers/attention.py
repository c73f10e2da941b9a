"""Rules of the attention layers."""

from graphspec.shapes.rules import Rule

RULES: dict[str, Rule] = {}
