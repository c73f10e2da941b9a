"""Rules of the creation ops."""

from graphspec.shapes.rules import Rule

RULES: dict[str, Rule] = {}
