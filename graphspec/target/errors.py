"""What Keras says when it refuses, without its traceback."""

import re

MAX_LENGTH = 600
_ARGUMENTS = re.compile(r"\n\s*\n?Arguments received by .*", re.DOTALL)
_CALLING = re.compile(r"^Exception encountered when calling [^\n]*\n\s*", re.DOTALL)
_BOLD = re.compile(r"\x1b\[[0-9;]*m")


def keras_sentence(error: Exception) -> str:
    """Return the sentence of an error that Keras raised, without the arguments that Keras repeats after it."""
    text = _BOLD.sub("", str(error))
    text = _ARGUMENTS.sub("", text)
    text = _CALLING.sub("", text)
    text = " ".join(text.split())
    if not text:
        return type(error).__name__
    return text if len(text) <= MAX_LENGTH else text[: MAX_LENGTH - 3] + "..."
