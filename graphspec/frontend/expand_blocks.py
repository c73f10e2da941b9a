"""Unit -> program: every use of a block written out, every copy made."""

import os
from collections.abc import Mapping as MappingABC
from dataclasses import replace
from pathlib import Path

from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.diagnostics.span import Span
from graphspec.frontend.document import BlockModel, BlockSpec, Body, FileModel, InputSpec, LayerSpec, ModelSpec, What
from graphspec.frontend.evaluate import UnknownValueError
from graphspec.frontend.instantiate import ExpansionStoppedError, Instantiation
from graphspec.frontend.pieces import ReadyUse
from graphspec.frontend.place import Placement
from graphspec.frontend.program import FileProgram, Outputs, Program
from graphspec.frontend.templates import Sight, substitute
from graphspec.frontend.tree import Mapping, Scalar, Unknown
from graphspec.frontend.units import Unit
from graphspec.frontend.validate import read_inputs


def expand_blocks(unit: Unit, limit: int, diagnostics: Diagnostics) -> Program | None:
    """Return the calls that a spec with params and blocks stands for, or None where it is too large or has no end."""
    expansion = _Expansion(unit, Instantiation(limit, diagnostics), diagnostics)
    try:
        return expansion.whole()
    except ExpansionStoppedError:
        return None
    finally:
        diagnostics.origin = None


def expand_library(unit: Unit, limit: int, diagnostics: Diagnostics) -> Program | None:
    """Return what is to be checked of a spec that has no model of its own, or None where it has no end."""
    expansion = _Expansion(unit, Instantiation(limit, diagnostics), diagnostics)
    try:
        return expansion.library()
    except ExpansionStoppedError:
        return None
    finally:
        diagnostics.origin = None


class _Expansion:
    def __init__(self, unit: Unit, made: Instantiation, diagnostics: Diagnostics) -> None:
        self.unit = unit
        self.made = made
        self.diagnostics = diagnostics
        self.layers: dict[str, LayerSpec] = {}
        self.models: dict[str, Program | FileProgram | None] = {}

    def whole(self) -> Program:
        self.take_own()
        program = self.program(self.unit.document.body, self.unit)
        self.take_wanted()
        return replace(program, layers=self.layers, models=self.models, drafts=self.drafts())

    def library(self) -> Program:
        self.take_own()
        self.take_wanted()
        return Program(
            inputs={}, calls=(), aliases={}, outputs=None, span=self.unit.document.body.span, layers=self.layers,
            models=self.models, drafts=self.drafts(),
        )  # fmt: skip

    def take_own(self) -> None:
        for name, spec in self.unit.document.layers.items():
            self.layers[name] = self.layer(spec, self.unit)
        for name, model in self.unit.document.models.items():
            self.models[name] = self.model(model, self.unit)

    def drafts(self) -> tuple[Program, ...]:
        """Return the blocks that nothing uses, unless they use what no other part of the spec takes of its imports."""
        wanted = set(self.unit.wanted)
        drafts = [self.draft(block) for block in self.unit.document.blocks.values() if block is not None]
        new = [key for key in self.unit.wanted if key not in wanted]
        for key in new:
            del self.unit.wanted[key]
        return () if new else tuple(draft for draft in drafts if draft is not None)

    def draft(self, block: BlockSpec) -> Program | None:
        piece = self.made.of_unused(block, self.unit)
        if piece is None:
            return None
        placement = Placement(self.diagnostics, self.made.told)
        placement.place_draft(piece, block)
        return _program(placement, {}, None, block.span, None)

    def take_wanted(self) -> None:
        """Take what is used of other files; what is taken may use more."""
        wanted = self.unit.wanted
        done: set[str] = set()
        while left := [key for key in wanted if key not in done]:
            for key in left:
                done.add(key)
                home, name = wanted[key]
                if name in home.document.layers:
                    self.layers[key] = self.layer(home.document.layers[name], home)
                else:
                    self.models[key] = self.model(home.document.models[name], home)

    def layer(self, spec: LayerSpec, unit: Unit) -> LayerSpec:
        what = None if spec.what is None else unit.settled_what(spec.what, self.diagnostics)
        return spec if what is spec.what else LayerSpec(spec.span, what, spec.trainable, spec.name)

    def model(self, spec: ModelSpec | None, unit: Unit) -> Program | FileProgram | None:
        if spec is None:
            return None
        if isinstance(spec, FileModel):
            return FileProgram(path=self.path_from_spec(spec.path, unit), span=spec.span)
        if isinstance(spec, BlockModel):
            return self.block_model(spec, unit)
        return self.program(spec, unit)

    def path_from_spec(self, path: str, unit: Unit) -> str:
        """Return the path of a file, which is relative to the file that names it, relative to the spec."""
        if unit is self.unit:
            return path
        folder = os.path.relpath(Path(unit.shown).parent, Path(self.unit.shown).parent)
        return Path(os.path.normpath(Path(folder) / path)).as_posix()

    def program(self, body: Body, unit: Unit) -> Program:
        placement = Placement(self.diagnostics, self.made.told)
        outputs = placement.place(self.made.of_body(body, unit))
        return replace(_program(placement, body.inputs, outputs, body.span, body.dtype), name=body.name)

    def block_model(self, spec: BlockModel, unit: Unit) -> Program | None:
        name = spec.block
        if isinstance(name, Unknown) or isinstance(spec.literals, Unknown):
            return None
        if not isinstance(name, Scalar) or not isinstance(name.value, str):
            self.diagnostics.error("GS203", '"block" must be the name of a block', name.span)
            return None
        literals = spec.literals if isinstance(spec.literals, Mapping) else None
        found = self.made.of_use(What("block", name.value, name.span), literals, unit, name.span)
        if found is None:
            return None
        block, sight, piece, use = found
        inputs = spec.inputs
        if inputs is None and block.shapes is not None:
            inputs = self.shapes(block.shapes, sight)
        inputs = self.complete(inputs or {}, piece.inputs, block.name, name.span)
        if inputs is None:
            return None
        placement = Placement(self.diagnostics, self.made.told)
        outputs = placement.place_model(ReadyUse(piece, block, None, use, piece.size, name.span, sight.values))
        return replace(_program(placement, inputs, outputs, spec.span, spec.dtype), name=spec.name)

    def shapes(self, tree: Mapping, sight: Sight) -> MappingABC[str, InputSpec]:
        try:
            shapes = substitute(tree, sight, self.diagnostics)
        except UnknownValueError:
            return {}
        return read_inputs(shapes, self.diagnostics) if isinstance(shapes, Mapping) else {}

    def complete(
        self, inputs: MappingABC[str, InputSpec], names: tuple[str, ...], block: str, place: Span
    ) -> dict[str, InputSpec] | None:
        missing = [name for name in names if name not in inputs]
        for name, item in inputs.items():
            if name not in names:
                self.diagnostics.error("GS315", f'block "{block}" has no input "{name}"', item.span)
                return None
        if missing:
            shown = ", ".join(f"{name}: [...]" for name in missing)
            self.diagnostics.error(
                "GS315", f'block "{block}" as a model needs the shape of its input "{missing[0]}"', place,
                help=f"write inputs: {{{shown}}} beside it",
            )  # fmt: skip
            return None
        return {name: inputs[name] for name in names}


def _program(
    placement: Placement, inputs: MappingABC[str, InputSpec], outputs: Outputs | None, span: Span, dtype: str | None
) -> Program:
    return Program(
        inputs=inputs, calls=tuple(placement.calls), aliases=placement.aliases, outputs=outputs,
        span=span, dtype=dtype, absent=placement.absent, groups=placement.groups, uses=placement.uses,
        copies=placement.copies,
    )  # fmt: skip
