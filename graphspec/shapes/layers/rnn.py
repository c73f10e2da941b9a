"""Rules of the rnn layers."""

from graphspec.shapes.rules import Rule

RULES: dict[str, Rule] = {}
