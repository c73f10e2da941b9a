"""What became of the layers and arguments that earlier versions of Keras had."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Renamed:
    """What an old name is called now, if one thing is meant by it, and what to do."""

    new: str | None
    advice: str

LAYERS: Mapping[str, Renamed] = MappingProxyType({})
EVERY_LAYER: Mapping[str, Renamed] = MappingProxyType({})
EVERY_OPTIMIZER: Mapping[str, Renamed] = MappingProxyType({})
ARGUMENTS: Mapping[tuple[str,str], Renamed] = MappingProxyType({})
