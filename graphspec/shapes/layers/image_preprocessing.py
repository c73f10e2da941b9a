"""Rules of the image_preprocessing layers."""

from graphspec.shapes.rules import Rule

RULES: dict[str, Rule] = {}
