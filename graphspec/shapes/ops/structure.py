"""Rules of the structure ops."""

from graphspec.shapes.rules import Rule

RULES: dict[str, Rule] = {}
