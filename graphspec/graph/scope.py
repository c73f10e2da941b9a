"""The names in sight of a graph, and what a reference to one of them means."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from graphspec.catalog import catalog
from graphspec.catalog.catalog import OutputName
from graphspec.diagnostics.diagnostic import Diagnostics, Origin, Related
from graphspec.diagnostics.span import Span
from graphspec.diagnostics.suggest import nearest, respelling
from graphspec.frontend.program import Reference
from graphspec.graph.ir import Callable, Graph, Tensor, Value

# Comparing a name with this many others takes about a second; in a larger graph the first wrong names get a hint.
_MOST_COMPARED = 100_000
_MOST_ALIASES = 100
# A number this long is more than there can be outputs or copies.
_DIGITS = 9
Bare = Literal["only", "first", "list", "ambiguous", "unknown"]


@dataclass(frozen=True, slots=True)
class Ports:
    """The outputs of a call: a name and a selector each, and what the call's bare name stands for."""

    names: tuple[str, ...]
    selectors: tuple[int | str | None, ...]
    bare: Bare


ONE = Ports(("output",), (None,), "only")
UNKNOWN_PORTS = Ports((), (), "unknown")


@dataclass(frozen=True, slots=True)
class Missing:
    """What a reference becomes that is wrong and reported, or that depends on something that is."""


MISSING = Missing()


def numbered(count: int) -> Ports:
    """Return the ports of a call that returns a list."""
    return Ports(tuple(str(number) for number in range(count)), tuple(range(count)), "list")


def named(names: Iterable[str]) -> Ports:
    """Return the ports of a call whose outputs have names and an order; the first is the one that is meant."""
    names = tuple(names)
    return ONE if len(names) == 1 else Ports(names, tuple(range(len(names))), "first")


def model_ports(graph: Graph) -> Ports:
    """Return the ports of a nested model: its outputs by their own names."""
    outputs = graph.outputs
    if outputs.form == "one" or len(outputs.names) == 1:
        selector = outputs.names[0] if outputs.form == "mapping" else None
        return Ports(outputs.names, (selector,), "only")
    if outputs.form == "list":
        return Ports(outputs.names, tuple(range(len(outputs.names))), "list")
    return Ports(outputs.names, outputs.names, "ambiguous")


def layer_ports(made: Callable, literals: Mapping[str, Value]) -> Ports:
    """Return the ports of a call of a layer, which its arguments and those of the call decide."""
    found = catalog.layer(made.type) if made.kind == "layer" else None
    if found is None:
        return UNKNOWN_PORTS
    if made.type == "Bidirectional":
        return _bidirectional_ports(made)
    if made.type == "RNN":
        return _rnn_ports(made)
    if found.outputs_of is not None:
        inner = made.arguments.get(found.outputs_of)
        return layer_ports(inner, literals) if isinstance(inner, Callable) else UNKNOWN_PORTS
    if len(found.outputs) == 1 and found.outputs[0].when is None:
        return ONE
    return named(_present(found.outputs, {**made.arguments, **literals}))


def _present(outputs: Iterable[OutputName], given: Mapping[str, Value]) -> list[str]:
    return [output.name for output in outputs if output.when is None or given.get(output.when) is True]


def _bidirectional_ports(made: Callable) -> Ports:
    inner = made.arguments.get("layer")
    if not isinstance(inner, Callable):
        return UNKNOWN_PORTS
    ports = layer_ports(inner, {})
    if ports.bare == "unknown":
        return ports
    states = [name.removeprefix("state_") for name in ports.names[1:]]
    merged = made.arguments.get("merge_mode", "concat") is not None
    first = ["output"] if merged else ["forward", "backward"]
    return named([*first, *(f"forward_{name}" for name in states), *(f"backward_{name}" for name in states)])


def _rnn_ports(made: Callable) -> Ports:
    if made.arguments.get("return_state") is not True:
        return ONE
    cell = made.arguments.get("cell")
    states = {"LSTMCell": ["state_h", "state_c"], "GRUCell": ["state"], "SimpleRNNCell": ["state"]}
    if isinstance(cell, Callable) and cell.type in states:
        return named(["output", *states[cell.type]])
    return UNKNOWN_PORTS


@dataclass(slots=True)
class Scope:
    """Paths and their ports; what was referred to without being there is gathered, to be reported once a name."""

    diagnostics: Diagnostics
    aliases: Mapping[str, str]
    absent: Mapping[str, Span] = field(default_factory=dict)
    copies: Mapping[str, int] = field(default_factory=dict)
    ports: dict[str, Ports | None] = field(default_factory=dict)
    applications: dict[str, Callable] = field(default_factory=dict)
    taps: dict[str, set[str]] = field(default_factory=dict)
    inner: dict[str, Iterable[str]] = field(default_factory=dict)
    unresolved: dict[str, list[Reference]] = field(default_factory=dict)
    origins: dict[Reference, Origin] = field(default_factory=dict)
    reported: set[tuple[str, str]] = field(default_factory=set)

    def resolve(self, reference: Reference, *, as_list: bool = False) -> Tensor | Missing:
        """Return the tensor that a reference means; ``as_list`` where a list of tensors is welcome."""
        node, rest = self._split(reference.path)
        if node is None:
            self.unresolved.setdefault(reference.path, []).append(reference)
            if self.diagnostics.origin is not None:
                self.origins.setdefault(reference, self.diagnostics.origin)
            return MISSING
        ports = self.ports[node]
        if ports is None:
            return MISSING
        if node in self.applications:
            return self._tap(node, rest, reference)
        if rest:
            return self._select(node, ports, rest, reference)
        return self._bare(node, ports, reference, as_list=as_list)

    def is_list(self, tensor: Tensor) -> bool:
        """Say whether a tensor stands for all outputs of a call that returns several, or may do so."""
        ports = self.ports[tensor.node]
        return tensor.output is None and (ports is None or ports.bare in {"list", "unknown"})

    def node_of(self, path: str) -> str | None:
        """Return the node that a path leads to, or None."""
        return self._split(path)[0]

    def _split(self, path: str, depth: int = 0) -> tuple[str | None, str]:
        if path in self.ports and path not in self.aliases:
            return path, ""
        parts = path.split(".")
        for size in range(len(parts), 0, -1):
            head = ".".join(parts[:size])
            if head in self.aliases and depth < _MOST_ALIASES:
                if head in self.copies and size < len(parts) and parts[size].isdecimal():
                    return None, ""
                return self._split(".".join([self.aliases[head], *parts[size:]]), depth + 1)
            if head in self.ports:
                return head, ".".join(parts[size:])
        return None, ""

    def _tap(self, node: str, rest: str, reference: Reference) -> Tensor | Missing:
        made = self.applications[node]
        taps = self.taps.setdefault(made.key, set())
        if rest in {"", "0", "output"}:
            taps.add("")
            return Tensor(node, None)
        names = catalog.application_layers(made.type)
        if rest in names:
            taps.add(rest)
            return Tensor(node, rest)
        meant = nearest(rest, sorted(names))
        hint = f'; did you mean "{node}.{meant}"?' if meant else ""
        fix = respelling(rest, names, reference.span, before=f"{node}.")
        self.diagnostics.error("GS408", f'{made.type} "{node}" has no layer "{rest}"{hint}', reference.span, fix=fix)
        return MISSING

    def _select(self, node: str, ports: Ports, rest: str, reference: Reference) -> Tensor | Missing:
        if rest in ports.names:
            return Tensor(node, ports.selectors[ports.names.index(rest)])
        if rest.isdigit() and len(rest) < _DIGITS:
            number = int(rest)
            if ports.bare == "unknown":
                return Tensor(node, number)
            if number < len(ports.selectors) and ports.bare != "ambiguous":
                return Tensor(node, ports.selectors[number])
        elif ports.bare == "unknown":
            return MISSING
        self._report_output(node, ports, rest, reference)
        return MISSING

    def _report_output(self, node: str, ports: Ports, rest: str, reference: Reference) -> None:
        if (node, rest) in self.reported:
            return
        self.reported.add((node, rest))
        written = reference.path.removesuffix(f".{rest}")
        if written != node:
            self._report_inside(written, rest, reference)
            return
        members = [path for path in self.ports if path.startswith(f"{node}.")]
        meant = nearest(rest, ports.names) or nearest(f"{node}.{rest}", members)
        full = meant if meant is None or "." in meant else f"{node}.{meant}"
        hint = f'; did you mean "{full}"?' if full else ""
        count = len(ports.names)
        shown = ", ".join(f"{node}.{name}" for name in ports.names[:8])
        self.diagnostics.error(
            "GS408",
            f'"{node}" has no output "{rest}"{hint}',
            reference.span,
            help=f'it has one output: write "{node}"' if count == 1 else f"its outputs are {shown}",
            fix=respelling(rest, ports.names, reference.span, before=f"{node}."),
        )

    def _report_inside(self, written: str, rest: str, reference: Reference) -> None:
        """Report a path into a block or a chain that leads to nothing."""
        members = [path for path in (*self.ports, *self.aliases) if path.startswith(f"{written}.")]
        meant = nearest(f"{written}.{rest}", members)
        hint = f'; did you mean "{meant}"?' if meant else ""
        inside = [path.removeprefix(f"{written}.") for path in members]
        fix = respelling(rest, inside, reference.span, before=f"{written}.")
        self.diagnostics.error("GS408", f'nothing in "{written}" is named "{rest}"{hint}', reference.span, fix=fix)

    def _bare(self, node: str, ports: Ports, reference: Reference, *, as_list: bool) -> Tensor | Missing:
        if ports.bare in {"only", "first"}:
            return Tensor(node, ports.selectors[0])
        if ports.bare == "unknown" or (as_list and ports.bare == "list"):
            return Tensor(node, None)
        shown = ", ".join(f"{node}.{name}" for name in ports.names[:8])
        self.diagnostics.error(
            "GS409",
            f'"{node}" has {len(ports.names)} outputs, and one is needed here',
            reference.span,
            help=f"say which: {shown}",
        )
        return MISSING

    def _by_unknown_head(self, known: Iterable[str]) -> Iterable[list[Reference]]:
        """Put together the paths that start with the same name, where nothing has that name."""
        heads = {path.split(".", 1)[0] for path in known}
        groups: dict[str, list[Reference]] = {}
        for path, references in self.unresolved.items():
            head = path.split(".", 1)[0]
            groups.setdefault(path if head in heads else head, []).extend(references)
        return groups.values()

    def _meant(self, path: str, known: Collection[str]) -> str | None:
        meant = nearest(path, known)
        head, dot, rest = path.partition(".")
        if meant is not None or not dot:
            return meant
        node = nearest(head, known)
        return None if node is None else f"{node}.{rest}"

    def _is_absent(self, reference: Reference) -> bool:
        """Report a reference to a node that a ``when`` leaves out, and say whether it is one."""
        parts = reference.path.split(".") if self.absent else ()
        for size in range(len(parts), 0, -1):
            name = ".".join(parts[:size])
            if name in self.absent:
                self.diagnostics.error(
                    "GS314", f'"{name}" is not there: its "when" is false', reference.span,
                    help="let what refers to it choose by the same condition",
                    related=[Related('the "when" is here', self.absent[name])],
                )  # fmt: skip
                return True
        return False

    def _report_no_copy(self, path: str, count: int, number: str, reference: Reference) -> None:
        if not count and (path, "") in self.reported:
            return
        self.reported.add((path, ""))
        why = (
            "copies count from 1"
            if count and not number.strip("0")
            else f"there {'is' if count == 1 else 'are'} {count}"
        )
        help_ = f"they are {path}.1 to {path}.{count}" if count > 1 else f"write {path}.1" if count else None
        self.diagnostics.error("GS408", f'"{path}" has no copy {number}: {why}', reference.span, help=help_)

    def _is_no_copy(self, reference: Reference) -> bool:
        """Report a number after a node that is copies, of which none has that number, and say whether it is one."""
        parts = reference.path.split(".") if self.copies else ()
        for size in range(1, len(parts)):
            path = ".".join(parts[:size])
            count = self.copies.get(path)
            number = parts[size]
            if count is None or not number.isdecimal() or (len(number) < _DIGITS and 0 < int(number) <= count):
                continue
            self._report_no_copy(path, count, number, reference)
            return True
        return False

    def report_unresolved(self, callables: Collection[str]) -> None:
        """Report each name that is not there once, at its first use; ``callables`` are those that nodes can call."""
        known = [*self.ports, *self.aliases]
        hints = max(1, _MOST_COMPARED // max(1, len(known)))
        for references in self._by_unknown_head(known):
            first, *others = sorted(references, key=lambda reference: reference.span)
            path = first.path
            self.diagnostics.origin = self.origins.get(first)
            places = dict.fromkeys(other.span for other in others if other.span != first.span)
            related = [Related("it is used here too", place) for place in list(places)[:8]]
            if self._is_absent(first) or self._is_no_copy(first):
                continue
            head = path.split(".", 1)[0]
            if head in callables:
                self.diagnostics.error(
                    "GS408",
                    f'"{head}" is an entry of layers or models, and no node',
                    first.span,
                    help=f"refer to a node that calls it: {{call: {head}, from: ...}}",
                    related=related,
                )
                continue
            meant = self._meant(path, known) if hints > 0 else None
            hints -= 1
            hint = f'; did you mean "{meant}"?' if meant else ""
            self.diagnostics.error(
                "GS408",
                f'nothing is named "{path}"{hint}',
                first.span,
                related=related,
                fix=respelling(path, known, first.span) if meant else None,
            )
        self.diagnostics.origin = None
