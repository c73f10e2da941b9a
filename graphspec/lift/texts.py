"""Texts of a model that a spec would take for formulas, written so that it does not."""

import re
from typing import Any

_WHOLE_NAME = re.compile(r"\$[A-Za-z_][A-Za-z0-9_]*\Z")


def without_formulas(value: Any) -> Any:  # noqa: ANN401 - plain data
    """Return plain data in which no text is a formula.

    >>> without_formulas(["$a", "${b}", "$ 3"])
    ["${'$a'}", '$${b}', '$ 3']
    """
    if isinstance(value, str):
        return f"${{'{value}'}}" if _WHOLE_NAME.match(value) else value.replace("${", "$${")
    if isinstance(value, list):
        return [without_formulas(item) for item in value]
    if isinstance(value, dict):
        return {key: without_formulas(item) for key, item in value.items()}
    return value
