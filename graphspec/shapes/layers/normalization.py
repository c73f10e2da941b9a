"""Rules of the normalization layers."""

from graphspec.shapes.rules import Rule

RULES: dict[str, Rule] = {}
