"""Rules of the image_augmentation layers."""

from graphspec.shapes.rules import Rule

RULES: dict[str, Rule] = {}
