"""The public API: a spec as an object."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from graphspec.compiler import Choice, Compilation, Options, compile_bytes, compile_file
from graphspec.diagnostics.diagnostic import Diagnostic, Diagnostics, SpecError, UsageError
from graphspec.frontend.files import model_name
from graphspec.graph.infer import infer
from graphspec.graph.select import download_problem, model_of
from graphspec.graph.typed import TypedGraph

if TYPE_CHECKING:
    import keras  # noqa: TID251 - for the type of what build returns

    from graphspec.changes import Diff
    from graphspec.lift.lift import Lifted
    from graphspec.views.diff.snapshot import Snapshot
    from graphspec.views.plot.plot import Plot
    from graphspec.views.summary import Summary


@dataclass(frozen=True, slots=True)
class Spec:
    """A spec without mistakes: its typed graph, and the doubts that remain."""

    path: str
    graph: TypedGraph
    diagnostics: tuple[Diagnostic, ...]
    trust: bool = False
    allow_download: bool = False

    def build(self, model: str | None = None) -> "keras.Model":
        """Return the Keras model, compiled where the spec says how; ``model`` picks an entry of ``models``.

        Raises SpecError with Keras' own sentence where Keras refuses, and UsageError where Keras is not installed.
        """
        from graphspec.target.lower import lower  # noqa: PLC0415 - Keras is loaded by building alone

        graph = self.chosen(model).graph
        diagnostics = Diagnostics()
        problem = None if self.allow_download else download_problem(graph)
        if problem is not None:
            raise SpecError([problem])
        lowered = lower(graph, diagnostics, trust=self.trust)
        if lowered is None or diagnostics.has_errors:
            raise SpecError(diagnostics.sorted())
        built: keras.Model = lowered.model
        return built

    def examine(self, model: str | None = None, *, deep: bool = False) -> "Summary":
        """Return what is in the model; ``deep`` asks Keras, without allocating weights, for what inference leaves open.

        Raises SpecError with Keras' own sentence where Keras refuses.
        """
        from graphspec.views.summary import summarize  # noqa: PLC0415 - made on demand

        typed = self.chosen(model)
        return summarize(self._asked(typed) if deep else typed)

    def summary(self, model: str | None = None) -> None:
        """Print the table of the model: every call, its output shape, its parameters, and what feeds it."""
        from graphspec.views.table import Layout, render_table  # noqa: PLC0415 - drawn on demand

        sys.stdout.write(render_table(self.examine(model), Layout()) + "\n")

    def plot(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        model: str | None = None,
        depth: int | None = None,
        expand: Sequence[str] = (),
        direction: Literal["down", "right"] = "down",
        theme: Literal["light", "dark"] = "light",
        show: Sequence[str] | None = None,
        scale: float | None = None,
    ) -> "Plot":
        """Return a picture of the model, which a notebook shows, and save it to ``path`` as its ending says.

        Raises UsageError where an argument is wrong, or where the graph is too dense to be drawn.
        """
        from graphspec.views.plot.depict import depict  # noqa: PLC0415 - drawn on demand
        from graphspec.views.plot.plot import Plot, PlotOptions  # noqa: PLC0415 - as above

        options = PlotOptions(
            direction=direction, theme=theme, depth=depth, expand=tuple(expand), scale=scale,
            **({} if show is None else {"show": tuple(show)}),
        )  # fmt: skip
        plot = Plot(depict(self.chosen(model)), options)
        if path is not None:
            plot.save(Path(path))
        return plot

    def diff(self, other: "Spec", model: str | None = None) -> "Diff":
        """Return what has changed from this spec to another; ``model`` compares an entry of ``models`` of both."""
        from graphspec.changes import diff_of  # noqa: PLC0415 - compared on demand

        return diff_of(self._compared(model), other._compared(model), self.path, other.path)  # noqa: SLF001 - the same class

    def _compared(self, model: str | None) -> "Snapshot":
        """Return what is compared of a model; one that goes by the name of its file alone is without a name."""
        from graphspec.views.diff.snapshot import snapshot  # noqa: PLC0415 - as above

        found = snapshot(self.chosen(model))
        is_named = model is not None or self.graph.graph.name != model_name(Path(self.path))
        return found if is_named else replace(found, name="")

    def _repr_svg_(self) -> str:
        return self.plot()._repr_svg_()

    def _repr_html_(self) -> str:
        return self.plot()._repr_html_()

    def _asked(self, typed: TypedGraph) -> TypedGraph:
        from graphspec.target.ask import ask  # noqa: PLC0415 - Keras is loaded here alone

        diagnostics = Diagnostics()
        asked = ask(typed, diagnostics, trust=self.trust)
        if asked is None:
            raise SpecError(diagnostics.sorted())
        return asked

    def chosen(self, model: str | None) -> TypedGraph:
        """Return the typed graph of an entry of ``models``, or of the whole spec.

        Raises UsageError where there is no such entry, or where the whole spec is no model.
        """
        if model is not None:
            return infer(model_of(self.graph.graph, model), Diagnostics())
        if not self.graph.graph.outputs.names:
            raise UsageError(f'"{self.path}" has no model of its own; choose an entry of "models"')
        return self.graph


def from_keras(model: "keras.Model", *, plugins: Sequence[str] = ()) -> "Lifted":
    """Return the spec of a model in memory; its weights stay where they are.

    Raises LiftError, with every reason, where it cannot be one.
    """
    from graphspec.lift.lift import lift  # noqa: PLC0415 - as the next
    from graphspec.target.describe import describe  # noqa: PLC0415 - Keras is loaded by whoever has a model of it

    return lift(describe(model), plugins, tells_sharing=True)


def load(
    path: "str | os.PathLike[str] | keras.Model",
    *,
    params: Mapping[str, object] | None = None,
    variant: str | None = None,
    plugins: Sequence[str] = (),
    trust: bool = False,
    allow_download: bool = False,
) -> Spec:
    """Return the spec in a file, with these values for its params and this one of its variants.

    The file may be one that Keras has saved; instead of it, a Keras model stands for its spec.

    Raises SpecError, with every diagnostic, where the spec has mistakes, UsageError where there is no such file, and
    LiftError where a Keras model cannot be a spec.
    """
    choice = Choice(variant=variant)
    if params:
        from graphspec.frontend.settings import given_by_python  # noqa: PLC0415 - seldom given

        choice = Choice(params=given_by_python(params), variant=variant)
    result = _compiled(path, Options(trust=trust, plugins=tuple(plugins), choice=choice))
    if result.is_library:
        result = replace(result, typed=result.unfinished)
    if result.typed is None or result.has_errors:
        raise SpecError(result.diagnostics)
    return Spec(result.path, result.typed, result.diagnostics, trust, allow_download)


def _compiled(source: "str | os.PathLike[str] | keras.Model", options: Options) -> Compilation:
    if not isinstance(source, str | os.PathLike):
        lifted = from_keras(source, plugins=options.plugins)
        return compile_bytes(lifted.to_yaml(flat=True).encode(), f"<{source.name}>", options, Path.cwd())
    file = Path(source)
    if not file.exists():
        raise UsageError(f'there is no file "{source}"')
    return compile_file(file, options)


def validate(
    path: "str | os.PathLike[str] | keras.Model", *, plugins: Sequence[str] = (), trust: bool = False
) -> tuple[Diagnostic, ...]:
    """Return every diagnostic of the spec in a file or of a Keras model, ordered by place.

    Raises UsageError where there is no such file.
    """
    choice = Choice(every_variant=True)
    return _compiled(path, Options(trust=trust, plugins=tuple(plugins), choice=choice)).diagnostics


def diff(
    old: "Spec | str | os.PathLike[str] | keras.Model",
    new: "Spec | str | os.PathLike[str] | keras.Model",
    *,
    plugins: Sequence[str] = (),
    trust: bool = False,
) -> "Diff":
    """Return what has changed from one model to another, each a spec, a file as ``load`` takes it, or a Keras model.

    Raises what ``load`` raises.
    """
    before, now = (side if isinstance(side, Spec) else load(side, plugins=plugins, trust=trust) for side in (old, new))
    return before.diff(now)


def spec_of(result: Compilation, options: Options, *, allow_download: bool) -> Spec | None:
    """Return the spec that a compilation ended in, or None where it has mistakes."""
    if result.typed is None or result.has_errors:
        return None
    spec = Spec(result.path, result.typed, result.diagnostics)
    return replace(spec, trust=options.trust, allow_download=allow_download)
