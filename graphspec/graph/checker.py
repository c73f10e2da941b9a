"""What checking a value needs beside the value itself."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from graphspec.diagnostics.diagnostic import Diagnostics

TRUST_HELP = "if you trust this spec, run again with --trust"


class Unknown:
    """What stands in for a value that was wrong and has been reported."""

    __slots__ = ()


UNKNOWN = Unknown()


@dataclass(frozen=True, slots=True)
class Checker:
    """What checking needs beside the value: the names in sight, what is trusted, and where mistakes go.

    ``callables`` holds the names of the entries of ``layers`` and ``models`` that an argument may refer to; a name
    that is used is added to ``used``. ``blocks`` and ``imports`` are names that stand for no layer.
    """

    callables: Mapping[str, bool]
    used: set[str]
    trust: bool
    plugins: tuple[str, ...]
    diagnostics: Diagnostics
    blocks: Collection[str] = ()
    imports: Collection[str] = ()
