"""Generators of random calls, one file a family; half of what they make should be right, and half near a limit."""
