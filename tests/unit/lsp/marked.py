"""Places in a text that a bar marks."""


def split(text: str) -> tuple[str, int, int]:
    """Return a text without its bar, and the line and the column where that stood."""
    start = text.index("|")
    head = text[:start]
    return text.replace("|", "", 1), head.count("\n") + 1, start - head.rfind("\n")


def place_of(fragment: str, spec: str) -> tuple[int, int]:
    """Return the line and the column of the bar in a fragment of a spec."""
    text, line, column = split(spec.replace(fragment.replace("|", "", 1), fragment, 1))
    assert text == spec, fragment
    return line, column
