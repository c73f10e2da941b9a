"""What keeps a Keras model from becoming a spec, and what of it a spec does not hold."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from graphspec.diagnostics.diagnostic import GraphSpecError


class LiftError(GraphSpecError):
    """Raised when a Keras model cannot become a spec; ``problems`` has a sentence for each reason."""

    def __init__(self, problems: Iterable[str]) -> None:
        """Carry the sentences, and show them as the message."""
        self.problems = tuple(dict.fromkeys(map(_printable, problems)))
        super().__init__("\n".join(self.problems))


@dataclass(slots=True)
class Notes:
    """A sink for sentences: ``problems`` keep a model from becoming a spec, ``warnings`` say what changes in it."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def refuse(self, message: str) -> None:
        """Record what keeps the model from becoming a spec."""
        self.problems.append(_printable(message))

    def warn(self, message: str) -> None:
        """Record what a spec does not hold."""
        self.warnings.append(_printable(message))


def _printable(message: str) -> str:
    """Return a message with the signs escaped that names from a stranger's file would send to a terminal."""
    if message.isprintable():
        return message
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in message)
