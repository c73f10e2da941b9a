"""Rules of the neural ops."""

from graphspec.shapes.rules import Rule

RULES: dict[str, Rule] = {}
