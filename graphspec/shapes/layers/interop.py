"""Rules of the interop layers."""

from graphspec.shapes.rules import Rule

RULES: dict[str, Rule] = {}
