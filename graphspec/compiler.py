"""The pipeline, on one screen.

    text --read--> tree --validate--> document --expand--> program --resolve--> graph --infer--> typed graph
                                                                                   graph --lower--> keras.Model

Each step takes the one before and a sink of diagnostics; it goes on past a mistake as far as it can, so that one run
shows all of them. Only ``lower`` and what follows it load Keras.
"""

import gc
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from graphspec.diagnostics.diagnostic import Diagnostic, Diagnostics, Related
from graphspec.diagnostics.span import Span
from graphspec.diagnostics.suppress import IDLE, suppress
from graphspec.diagnostics.trace import trace
from graphspec.frontend.comments import ignores
from graphspec.frontend.document import Document
from graphspec.frontend.expand import expand
from graphspec.frontend.features import may_have_params, may_mean_params
from graphspec.frontend.files import OutsideRootError, meant_file, model_name, root_of, within_root
from graphspec.frontend.program import FileProgram, Program
from graphspec.frontend.read import read
from graphspec.frontend.source import Limits, Source, decode, load_source
from graphspec.frontend.tree import Mapping as TreeMapping
from graphspec.frontend.validate import validate
from graphspec.graph.infer import infer
from graphspec.graph.ir import Graph
from graphspec.graph.lint_layers import lint_layers
from graphspec.graph.resolve import Surroundings, resolve
from graphspec.graph.typed import TypedGraph

_SPEC_ENDINGS = (".yaml", ".yml")

if TYPE_CHECKING:
    from graphspec.frontend.imports import Chosen, Units
    from graphspec.frontend.params import Given
    from graphspec.frontend.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is chosen for the params of a spec: values from outside, in whose ``text`` they have their places.

    ``every_variant`` asks what is wrong with each variant, where none is chosen.
    """

    params: Mapping[str, "Given"] = field(default_factory=dict)
    text: str = ""
    variant: str | None = None
    every_variant: bool = False

    @property
    def is_made(self) -> bool:
        """Say whether anything is chosen."""
        return bool(self.params) or self.variant is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the person who runs GraphSpec allows and chooses.

    ``folds`` asks for blocks in what is read of a file of Keras, which else is a node for every call.
    """

    trust: bool = False
    plugins: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    choice: Choice = field(default_factory=Choice)
    folds: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Compilation:
    """What became of a spec: every stage that was reached, what was found, and the texts to show it in.

    ``unfinished`` is what is known of a graph that has mistakes. Where every variant was asked for, ``variants`` has
    what became of each, and ``variant`` says which of them this is, where the spec lacks values without one.
    """

    path: str
    tree: TreeMapping | None = None
    document: Document | None = None
    unit: "Unit | None" = None
    program: Program | None = None
    graph: Graph | None = None
    typed: TypedGraph | None = None
    unfinished: TypedGraph | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    variants: "Mapping[str, Compilation]" = field(default_factory=dict)
    variant: str | None = None

    @property
    def has_errors(self) -> bool:
        """Say whether any mistake, as opposed to a doubt, was found."""
        return any(item.severity == "error" for item in self.diagnostics)

    @property
    def is_library(self) -> bool:
        """Say whether the spec has no model of its own, and no mistakes: ``unfinished`` then has what it offers."""
        return self.unit is not None and self.graph is None and not self.has_errors


def compile_file(path: Path, options: Options, shown_as: str | None = None) -> Compilation:
    """Return what becomes of the spec in a file."""
    diagnostics = Diagnostics()
    shown = shown_as or str(path)
    with _GarbageLeft():
        source = _source(path, shown, options, diagnostics)
        return _compile(_Session(options, diagnostics, path), source, shown)


def _source(path: Path, shown: str, options: Options, diagnostics: Diagnostics) -> Source | None:
    """Return the text of a spec, which a file of Keras is first made into."""
    if path.suffix.lower() in _SPEC_ENDINGS:
        return load_source(path, shown, options.limits, diagnostics)
    from graphspec.lift.load import load_model  # noqa: PLC0415 - most specs are specs
    from graphspec.lift.source import is_model_file  # noqa: PLC0415 - as above

    if not is_model_file(path):
        return load_source(path, shown, options.limits, diagnostics)
    return load_model(path, shown, options.plugins, diagnostics, flat=not options.folds)


def compile_bytes(data: bytes, shown_as: str, options: Options, folder: Path) -> Compilation:
    """Return what becomes of a spec that is not in a file; paths in it are relative to ``folder``."""
    diagnostics = Diagnostics()
    with _GarbageLeft():
        source = decode(data, shown_as, options.limits, diagnostics)
        return _compile(_Session(options, diagnostics, folder / "spec.yaml"), source, shown_as)


def compile_stepwise(path: Path, options: Options, unsaved: Mapping[Path, str]) -> "Stepwise":
    """Start to compile a file some of whose neighbours, or which itself, have been edited and not saved.

    ``unsaved`` has their texts by real path; such a file need not exist yet.
    """
    diagnostics = Diagnostics()
    with _GarbageLeft():
        session = _Session(options, diagnostics, path, unsaved)
        return Stepwise(session, session.source(path, str(path), diagnostics), str(path))


def _compile(session: "_Session", source: Source | None, shown: str) -> Compilation:
    if session.options.choice.text:
        session.sources["--set"] = session.options.choice.text
    return _finished(Stepwise(session, source, shown))


def _finished(steps: "Stepwise") -> Compilation:
    while steps.waiting:
        steps.step()
    return steps.result()


class Stepwise:
    """A spec in one variant after another: first as it is, or in its first variant where it lacks values without one.

    ``waiting`` are the places of the variants that are still to come.
    """

    def __init__(self, session: "_Session", source: Source | None, shown: str) -> None:
        """Compile the first."""
        self.session, self.source, self.shown = session, source, shown
        self.waiting: dict[str, Related] = {}
        self.runs: list[tuple[str | None, Related | None, Compilation]] = []
        first, choice = session.compile(source, shown), session.options.choice
        is_whole = choice.variant is not None or not choice.every_variant
        if first.tree is None or is_whole or not may_have_params(session.sources[shown]):
            self.runs.append((None, None, first))
            return
        from graphspec.frontend.imports import lacks_values  # noqa: PLC0415 - few specs have variants
        from graphspec.frontend.units import variant_places, with_meant_sections  # noqa: PLC0415 - as above

        tree = with_meant_sections(first.tree, Diagnostics())
        self.waiting = variant_places(tree)
        if self.waiting and lacks_values(tree, choice.params):
            self.step()
        else:
            self.runs.append((None, None, first))

    def step(self) -> None:
        """Compile the next variant."""
        name = next(iter(self.waiting))
        place = self.waiting.pop(name)
        with _GarbageLeft():
            self.runs.append((name, place, self.session.again(name).compile(self.source, self.shown)))

    def result(self) -> Compilation:
        """Return what has become of the spec so far."""
        name, _, first = self.runs[0]
        if len(self.runs) > 1 or name is not None:
            from graphspec.diagnostics.merge import merge  # noqa: PLC0415 - as above

            found = merge([(place, run.diagnostics) for _, place, run in self.runs])
            errors = tuple(item for item in found if item.severity == "error")
            variants = {variant: run for variant, _, run in self.runs if variant is not None}
            first = replace(first, diagnostics=errors or found, variants=variants, variant=name)
        return replace(first, diagnostics=self._unsilenced(first))

    def _unsilenced(self, result: Compilation) -> tuple[Diagnostic, ...]:
        """Return what no comment silences, and the comments that silence nothing."""
        session, choice = self.session, self.session.options.choice
        # Of an imported file not all is looked at: whether its comments are idle is seen where it is checked itself.
        imported: set[str] = set() if session.units is None else session.units.imported
        left = suppress(result.diagnostics, ignores(session.sources))
        # What a comment silences may be in another variant.
        is_part = result.unit is not None and (choice.is_made or not choice.every_variant or bool(self.waiting))
        return tuple(it for it in left if it.code != IDLE or not (is_part or it.span.path in imported))


class _GarbageLeft:
    """Keep Python from searching for garbage: a compilation makes next to none, and a long spec has much to search.

    A class and no generator: whatever that would make at its end sets off the search that was put off.
    """

    def __enter__(self) -> None:
        self.was_enabled = gc.isenabled()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        if self.was_enabled:
            gc.enable()


class _Session:
    """One run over a spec and the files that it names, each of which is read once."""

    def __init__(
        self, options: Options, diagnostics: Diagnostics, path: Path, unsaved: Mapping[Path, str] | None = None
    ) -> None:
        self.options = options
        self.diagnostics = diagnostics
        self.path = path
        self.unsaved = unsaved or {}
        self.sources: dict[str, str] = {}
        self.trees: dict[str, TreeMapping | None] = {}
        self.graphs: dict[Path, Graph | None] = {}
        self.units: Units | None = None
        self.open: list[tuple[Path, str]] = []

    def source(self, path: Path, shown: str, diagnostics: Diagnostics) -> Source | None:
        text = self.unsaved.get(Path(os.path.realpath(path))) if self.unsaved else None
        if text is None:
            return load_source(path, shown, self.options.limits, diagnostics)
        return decode(text.encode("utf-8", "surrogatepass"), shown, self.options.limits, diagnostics)

    def again(self, variant: str) -> "_Session":
        """Return a run over the same files with a variant chosen."""
        options = replace(self.options, choice=replace(self.options.choice, variant=variant))
        session = _Session(options, Diagnostics(), self.path, self.unsaved)
        session.sources, session.trees = self.sources, self.trees
        return session

    def compile(self, source: Source | None, shown: str) -> Compilation:
        result = self.stages(source, self.path, shown)
        typed = None if result.graph is None else infer(result.graph, self.diagnostics)
        if result.document is not None and result.document.expect is not None:
            from graphspec.graph.expect import check_expect  # noqa: PLC0415 - few specs expect anything

            check_expect(result.document.expect, typed, self.diagnostics)
        if typed is not None and not self.diagnostics.has_errors:
            lint_layers(typed, self.diagnostics)
        return replace(result, typed=typed, diagnostics=self.told(), sources=self.sources)

    def told(self) -> tuple[Diagnostic, ...]:
        """Return what is worth telling: while there are mistakes no doubts, since mending those may settle these."""
        found = self.diagnostics.sorted()
        if self.units is not None and found:
            from graphspec.frontend.given import with_given  # noqa: PLC0415 - most specs have no params

            hints, givings = self.units.hints, self.units.givings
            found = tuple(with_given(_hinted(item, hints), givings, self.sources) for item in found)
        errors = tuple(item for item in found if item.severity == "error")
        return trace(errors or found)

    def stages(self, source: Source | None, path: Path, shown: str) -> Compilation:
        if source is None:
            return Compilation(path=shown)
        tree = self.read_once(source, shown)
        if tree is None:
            return Compilation(path=shown)
        unit: Unit | None = None
        is_chosen = path is self.path and self.options.choice.is_made
        if is_chosen or may_have_params(source.text) or may_mean_params(tree):
            unit, program = self.opened().whole(tree, path, shown, self.chosen(path))
            document = None if unit is None else unit.document
        else:
            document = validate(tree, self.diagnostics)
            program = None if document is None else expand(document, self.diagnostics)
        if document is None or program is None:
            return Compilation(path=shown, tree=tree, document=document, unit=unit)
        if len(program.calls) > self.options.limits.graph_nodes:
            self.report_size(program)
            return Compilation(path=shown, tree=tree, document=document, unit=unit)
        self.open.append((path, shown))
        surroundings = Surroundings(
            load=lambda model: self.load(model, path, shown), trust=self.options.trust, plugins=self.options.plugins
        )
        graph = resolve(
            program,
            document.name or model_name(path),
            surroundings,
            self.diagnostics,
            seed=document.seed,
            compile_section=document.compile,
        )
        self.open.pop()
        known = [infer(unfinished, self.diagnostics, in_sight) for unfinished, in_sight in surroundings.unfinished]
        # The whole is resolved after its parts, so it stands last.
        rest = known[-1] if known and graph is None else None
        return Compilation(
            path=shown, tree=tree, document=document, unit=unit, program=program, graph=graph, unfinished=rest
        )

    def read_once(self, source: Source, shown: str) -> TreeMapping | None:
        if shown not in self.trees:
            self.sources[shown] = source.text
            self.trees[shown] = read(source, self.diagnostics, self.options.limits)
        return self.trees[shown]

    def opened(self) -> "Units":
        """Return what opens specs with params, blocks and imports."""
        if self.units is None:
            from graphspec.frontend.imports import Units  # noqa: PLC0415 - most specs have none of them

            self.units = Units(self, self.options.limits.graph_nodes)
        return self.units

    def chosen(self, path: Path) -> "Chosen":
        """Return what is chosen for a spec: only for the one that was named is anything chosen."""
        from graphspec.frontend.imports import Chosen  # noqa: PLC0415 - as above

        choice = self.options.choice
        return Chosen(choice.params, choice.variant) if path is self.path else Chosen()

    def report_size(self, program: Program) -> None:
        most = self.options.limits.graph_nodes
        self.diagnostics.error(
            "GS108",
            f"the graph has {len(program.calls)} nodes, more than {most}",
            program.calls[most].span,
            help="raise the limit with --max-graph-nodes",
        )

    def load(self, model: FileProgram, spec: Path, shown: str) -> Graph | None:
        """Return the graph of a nested model's file; its mistakes are reported in that file."""
        found = self.located(model.path, model.span, spec, shown)
        if found is None:
            return None
        path, shown_as = found
        around = [Path(os.path.realpath(other)) for other, _ in self.open]
        if path in around:
            self.report_cycle(around.index(path), shown_as, model.span)
            return None
        if path not in self.graphs:
            source = self.source_of(path, shown_as, model.path, model.span, spec)
            before = self.diagnostics.errors
            result = self.stages(source, path, shown_as)
            self.graphs[path] = result.graph
            if source is not None and result.graph is None and self.diagnostics.errors == before:
                self.report_library(result, model)
        return self.graphs[path]

    def report_library(self, result: Compilation, model: FileProgram) -> None:
        models = () if result.document is None else tuple(result.document.models)
        help_ = 'name the file under "imports"'
        if models:
            help_ += f", and call its models as NAME.{models[0]}"
        self.diagnostics.error("GS302", f'"{model.path}" has no model of its own', model.span, help=help_)

    def located(self, named: str, place: Span, spec: Path, shown: str) -> tuple[Path, str] | None:
        """Return a file by the name that a spec has for it, and what to call it, or None once that was reported."""
        try:
            path = within_root(named, spec, root_of(self.path))
        except OutsideRootError as error:
            self.diagnostics.error("GS301", f'"{named}" cannot be read: {error}', place)
            return None
        return path, os.path.normpath(Path(shown).parent / named)

    def source_of(self, path: Path, shown: str, named: str, place: Span, spec: Path) -> Source | None:
        """Return the text of a file that a spec names, or None once that was reported."""
        if path not in self.unsaved and not path.exists():
            meant = meant_file(path, named, spec)
            hint = f'; did you mean "{meant}"?' if meant else ""
            self.diagnostics.error("GS302", f'there is no file "{named}"{hint}', place)
            return None
        before = Diagnostics()
        source = self.source(path, shown, before)
        if source is None:
            problem = next(iter(before))
            self.diagnostics.error("GS302", f'"{named}": {problem.message}', place, help=problem.help)
        return source

    def report_cycle(self, start: int, shown_as: str, place: Span) -> None:
        files = [shown for _, shown in self.open[start:]]
        self.diagnostics.error(
            "GS303",
            f"these files name each other in a cycle: {' -> '.join([*files, shown_as])}",
            place,
            related=[Related("the cycle leads through this file", Span.of_file(shown)) for shown in files[1:]],
        )


def _hinted(item: Diagnostic, hints: Mapping[Span, str]) -> Diagnostic:
    # The help for a class of an unknown module speaks of plugins, where an import of that name may be meant.
    is_open = not item.help or item.code == "GS401"
    return replace(item, help=hints[item.span]) if is_open and item.span in hints else item
