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

from graphspec.diagnostics.diagnostic import Diagnostic, Diagnostics, Related
from graphspec.diagnostics.span import Span
from graphspec.diagnostics.suggest import did_you_mean
from graphspec.diagnostics.suppress import suppress
from graphspec.frontend.comments import ignores
from graphspec.frontend.document import Document
from graphspec.frontend.expand import expand
from graphspec.frontend.files import OutsideRootError, root_of, within_root
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the person who runs GraphSpec allows and chooses."""

    trust: bool = False
    plugins: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compilation:
    """What became of a spec: every stage that was reached, what was found, and the texts to show it in."""

    path: str
    tree: TreeMapping | None = None
    document: Document | None = None
    program: Program | None = None
    graph: Graph | None = None
    typed: TypedGraph | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_errors(self) -> bool:
        """Say whether any mistake, as opposed to a doubt, was found."""
        return any(item.severity == "error" for item in self.diagnostics)


def compile_file(path: Path, options: Options, shown_as: str | None = None) -> Compilation:
    """Return what becomes of the spec in a file."""
    diagnostics = Diagnostics()
    shown = shown_as or str(path)
    with _GarbageLeft():
        source = load_source(path, shown, options.limits, diagnostics)
        return _Session(options, diagnostics, path).compile(source, shown)


def compile_bytes(data: bytes, shown_as: str, options: Options, folder: Path) -> Compilation:
    """Return what becomes of a spec that is not in a file; paths in it are relative to ``folder``."""
    diagnostics = Diagnostics()
    with _GarbageLeft():
        source = decode(data, shown_as, options.limits, diagnostics)
        return _Session(options, diagnostics, folder / "spec.yaml").compile(source, shown_as)


def compile_unsaved(path: Path, options: Options, unsaved: Mapping[Path, str]) -> Compilation:
    """Return what becomes of a file some of whose neighbours, or which itself, have been edited and not saved.

    ``unsaved`` has their texts by real path; such a file need not exist yet.
    """
    diagnostics = Diagnostics()
    with _GarbageLeft():
        session = _Session(options, diagnostics, path, unsaved)
        return session.compile(session.source(path, str(path), diagnostics), str(path))


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
        self.graphs: dict[Path, Graph | None] = {}
        self.open: list[tuple[Path, str]] = []

    def source(self, path: Path, shown: str, diagnostics: Diagnostics) -> Source | None:
        text = self.unsaved.get(Path(os.path.realpath(path))) if self.unsaved else None
        if text is None:
            return load_source(path, shown, self.options.limits, diagnostics)
        return decode(text.encode("utf-8", "surrogatepass"), shown, self.options.limits, diagnostics)

    def compile(self, source: Source | None, shown: str) -> Compilation:
        result = self.stages(source, self.path, shown)
        typed = None if result.graph is None else infer(result.graph, self.diagnostics)
        if result.document is not None and result.document.expect is not None:
            from graphspec.graph.expect import check_expect  # noqa: PLC0415 - few specs expect anything

            check_expect(result.document.expect, typed, self.diagnostics)
        if typed is not None and not self.diagnostics.has_errors:
            lint_layers(typed, self.diagnostics)
        found = Diagnostics()
        for item in suppress(self.told(), ignores(self.sources)):
            found.add(item)
        return replace(result, typed=typed, diagnostics=found.sorted(), sources=self.sources)

    def told(self) -> tuple[Diagnostic, ...]:
        """Return what is worth telling: while there are mistakes no doubts, since mending those may settle these."""
        found = self.diagnostics.sorted()
        errors = tuple(item for item in found if item.severity == "error")
        return errors or found

    def stages(self, source: Source | None, path: Path, shown: str) -> Compilation:
        if source is None:
            return Compilation(path=shown)
        self.sources[shown] = source.text
        tree = read(source, self.diagnostics, self.options.limits)
        if tree is None:
            return Compilation(path=shown)
        document = validate(tree, self.diagnostics)
        if document is None:
            return Compilation(path=shown, tree=tree)
        program = expand(document, self.diagnostics)
        if len(program.calls) > self.options.limits.graph_nodes:
            self.report_size(program)
            return Compilation(path=shown, tree=tree, document=document)
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
        for unfinished, in_sight in surroundings.unfinished:
            infer(unfinished, self.diagnostics, in_sight)
        return Compilation(path=shown, tree=tree, document=document, program=program, graph=graph)

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
        try:
            path = within_root(model.path, spec, root_of(self.path))
        except OutsideRootError as error:
            self.diagnostics.error("GS301", f'"{model.path}" cannot be read: {error}', model.span)
            return None
        shown_as = os.path.normpath(Path(shown).parent / model.path)
        around = [Path(os.path.realpath(other)) for other, _ in self.open]
        if path in around:
            self.report_cycle(around.index(path), shown_as, model.span)
            return None
        if path not in self.graphs:
            self.graphs[path] = self.load_once(path, shown_as, model)
        return self.graphs[path]

    def load_once(self, path: Path, shown_as: str, model: FileProgram) -> Graph | None:
        if path not in self.unsaved and not path.exists():
            siblings = [item.name for item in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
            hint = did_you_mean(path.name, siblings)
            self.diagnostics.error("GS302", f'there is no file "{model.path}"{hint}', model.span)
            return None
        before = Diagnostics()
        source = self.source(path, shown_as, before)
        if source is None:
            problem = next(iter(before))
            self.diagnostics.error("GS302", f'"{model.path}": {problem.message}', model.span, help=problem.help)
            return None
        return self.stages(source, path, shown_as).graph

    def report_cycle(self, start: int, shown_as: str, place: Span) -> None:
        files = [shown for _, shown in self.open[start:]]
        self.diagnostics.error(
            "GS303",
            f"these files name each other in a cycle: {' -> '.join([*files, shown_as])}",
            place,
            related=[Related("the cycle leads through this file", Span.of_file(shown)) for shown in files[1:]],
        )


def model_name(path: Path) -> str:
    """Return a file's stem as a name that Keras takes."""
    stem = path.name.split(".", 1)[0]
    name = "".join(character if character.isascii() and (character.isalnum() or character == "_") else "_"
                   for character in stem)  # fmt: skip
    return name if name[:1].isalpha() or name[:1] == "_" else f"model_{name}"
