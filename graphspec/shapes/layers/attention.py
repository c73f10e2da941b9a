"""Rules of the attention layers."""

from graphspec.shapes.layers import dot_attention, multi_head
from graphspec.shapes.rules import Rule

RULES: dict[str, Rule] = {**dot_attention.RULES, **multi_head.RULES}
