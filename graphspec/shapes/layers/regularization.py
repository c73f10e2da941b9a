"""Rules of the regularization layers."""

from graphspec.shapes.rules import Rule

RULES: dict[str, Rule] = {}
