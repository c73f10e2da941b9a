"""What a comparison has found so far, over all levels of nesting."""

from dataclasses import dataclass, field

from graphspec.views.diff.changes import Change


@dataclass(slots=True)
class Record:
    """The changes, and what they are found by later.

    ``same`` leads from each layer of the new model, by its path, to the same layer of the old; ``causes`` says which
    changes have made its weights others. ``dtype`` is the change of the model's policy, where there is one.
    """

    changes: list[Change] = field(default_factory=list)
    same: dict[str, str] = field(default_factory=dict)
    causes: dict[str, list[Change]] = field(default_factory=dict)
    renames: list[tuple[str, str]] = field(default_factory=list)
    dtype: Change | None = None

    def add(self, change: Change) -> Change:
        """Record a change."""
        self.changes.append(change)
        return change
