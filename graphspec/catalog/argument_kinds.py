"""Look up what kind of value an argument takes, in the tables that people wrote; the generator alone asks."""

import re
from collections.abc import Mapping

from graphspec.catalog.kinds import parse_kind
from graphspec.catalog.tables import layers, objects, ops

_RANK = re.compile(r"([123])D")


class Lookup:
    """Kinds by owner and argument; what no table knows is gathered, so that one run names all of it."""

    def __init__(self) -> None:
        self.missing: list[str] = []
        self.used: set[tuple[str, str]] = set()

    def layer(self, owner: str, argument: str) -> str:
        """Return the kind of a constructor argument of a layer."""
        rank = _RANK.search(owner)
        kind = self._find(layers.OF_CLASS, layers.ARGUMENTS, owner, argument)
        return kind.replace("{n}", rank[1]) if rank else kind

    def op(self, owner: str, argument: str) -> str:
        """Return the kind of the literal form of an argument of an op."""
        return self._find(ops.OF_OP, ops.ARGUMENTS, owner, argument)

    def object_(self, owner: str, argument: str) -> str:
        """Return the kind of an argument of an initializer, optimizer, loss and the like."""
        return self._find(objects.OF_CLASS, objects.ARGUMENTS, owner, argument)

    def application(self, owner: str, argument: str) -> str:
        """Return the kind of an argument of an application."""
        return self._find({}, objects.OF_APPLICATIONS, owner, argument)

    def _find(
        self, specific: Mapping[str, Mapping[str, str]], general: Mapping[str, str], owner: str, argument: str
    ) -> str:
        kind = specific.get(owner, {}).get(argument)
        if kind is not None:
            self.used.add((owner, argument))
        else:
            kind = general.get(argument)
        if kind is None:
            self.missing.append(f"{owner}.{argument}")
            return "any"
        parse_kind(kind.replace("{n}", "1"))
        return kind

    def unused(self) -> list[str]:
        """Return what the tables say of classes and arguments that Keras does not have."""
        tables = (layers.OF_CLASS, ops.OF_OP, objects.OF_CLASS)
        written = {(owner, argument) for table in tables for owner, kinds in table.items() for argument in kinds}
        return sorted(f"{owner}.{argument}" for owner, argument in written - self.used)
