"""Rules of the pooling layers."""

from graphspec.shapes.rules import Rule

RULES: dict[str, Rule] = {}
