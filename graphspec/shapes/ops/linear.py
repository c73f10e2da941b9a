"""Rules of the linear ops."""

from graphspec.shapes.rules import Rule

RULES: dict[str, Rule] = {}
