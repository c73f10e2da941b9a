"""Rules of the reduction ops."""

from graphspec.shapes.rules import Rule

RULES: dict[str, Rule] = {}
