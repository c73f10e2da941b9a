"""Rules of the convolution layers."""

from graphspec.shapes.rules import Rule

RULES: dict[str, Rule] = {}
