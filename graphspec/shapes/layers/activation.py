"""Rules of the activation layers."""

from graphspec.shapes.rules import Rule

RULES: dict[str, Rule] = {}
