"""What calls stand in: chains, blocks and copies, and what the blocks were given."""

from collections.abc import Mapping as MappingABC

from graphspec.frontend.program import Program, Reference, Use
from graphspec.graph.ir import CHAIN, BlockUse


def groups_of(program: Program) -> dict[str, str]:
    """Return what calls stand in, by name: a chain where it is no block and no copies, which the program knows."""
    heads: dict[str, str] = {}
    for call in program.calls:
        if "." not in call.path:
            continue
        parts = call.path.split(".")
        heads.update(dict.fromkeys((".".join(parts[:size]) for size in range(1, len(parts))), CHAIN))
    heads.update(program.groups)
    return heads


def uses_of(program: Program) -> dict[str, BlockUse]:
    """Return what each use of a block was given, by name."""
    return {path: BlockUse(use.block, use.params, _inputs(use, program.aliases)) for path, use in program.uses.items()}


def _inputs(use: Use, aliases: MappingABC[str, str]) -> dict[str, str]:
    """Return the names of inputs by what feeds them, as far as that is one tensor."""
    return {_end(operand.path, aliases): name for name, operand in use.inputs.items() if isinstance(operand, Reference)}


def _end(path: str, aliases: MappingABC[str, str]) -> str:
    """Return what a path stands for once the aliases are followed."""
    seen: set[str] = set()
    while path in aliases and path not in seen:
        seen.add(path)
        path = aliases[path]
    return path
