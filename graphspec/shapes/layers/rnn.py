"""The recurrent layers, their cells and their wrappers."""

from graphspec.shapes.layers import conv_lstm, recurrent, rnn_wrappers
from graphspec.shapes.rules import Rule

RULES: dict[str, Rule] = {**recurrent.RULES, **conv_lstm.RULES, **rnn_wrappers.RULES}
