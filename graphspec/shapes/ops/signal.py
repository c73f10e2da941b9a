"""Rules of the signal ops."""

from graphspec.shapes.rules import Rule

RULES: dict[str, Rule] = {}
