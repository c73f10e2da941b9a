"""Rules of the image ops."""

from graphspec.shapes.rules import Rule

RULES: dict[str, Rule] = {}
