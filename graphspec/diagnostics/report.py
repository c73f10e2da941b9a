"""What a run over several specs found, as every format needs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from graphspec.diagnostics.diagnostic import Diagnostic


@dataclass(frozen=True, slots=True)
class Report:
    """The diagnostics of some files, the texts that they stand in, and how long each file took.

    ``root`` is the folder of the repository, to which the paths of formats for CI are relative.
    """

    diagnostics: Sequence[Diagnostic]
    files: Sequence[str]
    sources: Mapping[str, str] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    root: str = "."
    is_strict: bool = False

    @property
    def errors(self) -> int:
        """Return how many errors there are."""
        return sum(item.severity == "error" for item in self.diagnostics)

    @property
    def warnings(self) -> int:
        """Return how many warnings there are."""
        return len(self.diagnostics) - self.errors

    def worst_first(self) -> list[Diagnostic]:
        """Return the errors, then the warnings: some readers show the first few alone."""
        return sorted(self.diagnostics, key=lambda item: item.severity != "error")
