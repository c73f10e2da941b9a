"""Rules of the reshaping layers."""

from graphspec.shapes.rules import Rule

RULES: dict[str, Rule] = {}
