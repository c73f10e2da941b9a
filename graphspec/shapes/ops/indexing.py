"""Rules of the indexing ops."""

from graphspec.shapes.rules import Rule

RULES: dict[str, Rule] = {}
