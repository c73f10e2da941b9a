"""The flat spec: what a spec with params, blocks and the like is, with every copy written out."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from graphspec.catalog import catalog
from graphspec.diagnostics.span import Span
from graphspec.frontend.document import Document, InputSpec, LayerSpec, What
from graphspec.frontend.expression_names import names_in_expression
from graphspec.frontend.expressions import Apply, Expression, Index, Items, Name, parse_expression
from graphspec.frontend.program import Call, FileProgram, Operand, Operands, Outputs, Program, Reference
from graphspec.frontend.renamed import renamed
from graphspec.frontend.tree import Mapping as TreeMapping
from graphspec.frontend.tree import Scalar, plain
from graphspec.frontend.write import Plain, write

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
# The argument that takes lists within its list, one for each cell of a stack.
_NESTED = "states"
_KINDS = {"op": "ops.", "application": "applications."}
_NOWHERE = Span.of_file("")
_BY_OUTPUT = ("loss", "loss_weights", "metrics", "weighted_metrics")


def expanded(document: Document, program: Program, name: str, *, provenance: bool = False) -> str:
    """Return the text of the flat spec; ``provenance`` says above each node where it comes from."""
    entries = _keys((*program.layers, *program.models), ())
    flat = _Flat(program, entries)
    body = flat.body()
    outputs = dict(zip(program.outputs.names, flat.output_names, strict=True)) if program.outputs else {}
    found: dict[str, Plain] = {
        "graphspec": 1,
        "name": name,
        "description": document.body.description,
        "layers": {entries[key]: flat.layer(key, spec) for key, spec in program.layers.items()},
        "models": {entries[key]: _model(key, model, entries) for key, model in program.models.items()},
        **body,
        "seed": document.seed,
        "compile": None if document.compile is None else _by_output(document.compile, outputs),
        "expect": None if document.expect is None else _expect(document.expect, outputs),
    }
    text = write({key: value for key, value in found.items() if value is not None and value != {}})
    return _with_places(text, flat) if provenance else text


def _keys(paths: Iterable[str], taken: Iterable[str], preferred: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return a name without dots for each path; a path without dots keeps its own."""
    paths = list(paths)
    used = {*taken, *(path for path in paths if _NAME.match(path))}
    found: dict[str, str] = {}
    for path in paths:
        wish = (preferred or {}).get(path)
        key = path if _NAME.match(path) else wish if wish and wish not in used else path.replace(".", "_")
        number = 1
        while key != path and key in used:
            number += 1
            key = f"{path.replace('.', '_')}_{number}"
        used.add(key)
        found[path] = key
    return found


@dataclass(slots=True)
class _Flat:
    """One graph on its way to plain data; ``entries`` has the names of layers and models."""

    program: Program
    entries: Mapping[str, str]
    keys: dict[str, str] = field(default_factory=dict)
    output_names: tuple[str, ...] = ()

    def body(self) -> dict[str, Plain]:
        program = self.program
        paths = [call.path for call in program.calls]
        heads = {self.target(alias): alias for alias in reversed(list(program.aliases)) if _NAME.match(alias)}
        self.keys = _keys(paths, (*program.inputs, *self.entries.values()), heads)
        return {
            "inputs": {name: _input(spec) for name, spec in program.inputs.items()},
            "nodes": {self.keys[call.path]: self.node(call) for call in program.calls},
            "outputs": None if program.outputs is None else self.outputs(program.outputs),
            "dtype": program.dtype,
        }

    def target(self, path: str) -> str:
        for _ in range(len(self.program.aliases)):
            if path not in self.program.aliases:
                break
            path = self.program.aliases[path]
        return path

    def reference(self, path: str) -> str:
        parts = path.split(".")
        for size in range(len(parts), 0, -1):
            head = self.target(".".join(parts[:size]))
            if head in self.keys or head in self.program.inputs:
                return ".".join([self.keys.get(head, head), *parts[size:]])
            if head != ".".join(parts[:size]):
                return self.reference(".".join([head, *parts[size:]]))
        return path

    def operand(self, operand: Operand, *, is_flat: bool = False) -> Plain:
        if isinstance(operand, Reference):
            return self.reference(operand.path)
        if operand is None:
            return None
        if isinstance(operand.items, Mapping):
            return {key: self.operand(item, is_flat=is_flat and key != _NESTED) for key, item in operand.items.items()}
        found: list[Plain] = []
        for item in operand.items:
            name = item.name or operand.name if isinstance(item, Operands) and is_flat else ""
            value = self.operand(item._replace(name=name) if isinstance(item, Operands) else item, is_flat=is_flat)
            found += value if name and isinstance(value, list) else [value]
        return found

    def is_flat(self, what: What) -> bool:
        """Say whether a name for a list is as many tensors of the list around it: what a plugin takes is not known."""
        entry = self.program.layers.get(what.name) if what.kind == "call" else None
        return (what if entry is None or entry.what is None else entry.what).kind != "plugin"

    def outputs(self, outputs: Outputs) -> Plain:
        references = [self.reference(item.path) for item in outputs.references]
        self.output_names = outputs.names if outputs.form == "mapping" else tuple(references)
        if outputs.form == "mapping":
            return dict(zip(outputs.names, references, strict=True))
        return list(references) if outputs.form == "list" else references[0]

    def node(self, call: Call) -> Plain:
        node: dict[str, Plain] = {} if call.what is None else self.what(call.what, call)
        if call.operands is not None and (call.what is None or call.what.kind != "expr"):
            node["from"] = self.operand(call.operands, is_flat=call.what is not None and self.is_flat(call.what))
        if call.literals is not None:
            node["with"] = self.arguments(call.literals)
        if call.trainable is not None:
            node["trainable"] = call.trainable
        is_call = call.what is not None and call.what.kind == "call"
        if call.keras_name != self.keys[call.path] and not is_call:
            node["name"] = call.keras_name
        return node

    def layer(self, key: str, spec: LayerSpec) -> Plain:
        layer: dict[str, Plain] = {} if spec.what is None else self.what(spec.what, None)
        if spec.trainable is not None:
            layer["trainable"] = spec.trainable
        if (spec.name or key) != self.entries[key]:
            layer["name"] = spec.name or key
        return layer

    def what(self, what: What, call: Call | None) -> dict[str, Plain]:
        if what.kind == "call":
            return {"call": self.entries.get(what.name, what.name)}
        if what.kind == "expr" and call is not None and isinstance(what.arguments, Scalar):
            return {"expr": self.expression(what.arguments, call)}
        arguments = self.arguments(what.arguments) if isinstance(what.arguments, TreeMapping) else {}
        return {f"{_KINDS.get(what.kind, '')}{what.name}": arguments}

    def arguments(self, tree: TreeMapping) -> Plain:
        found: Plain = plain(renamed(tree, lambda item: self.entries.get(item.text, item.text)))  # type: ignore[assignment]
        return found

    def expression(self, text: Scalar, call: Call) -> str:
        """Return an expression with the names that the flat spec has."""
        written = text.text
        in_lists = set(_starts_in_lists(parse_expression(written)))
        found = sorted(_places(written), key=lambda name: name.start, reverse=True)
        for name in found:
            operand = (call.names or {}).get(name.path)
            if operand is None and name.path == "_":
                operand = call.operands
            value = self.reference(name.path) if operand is None else self.operand(operand, is_flat=True)
            rest = written[name.end :]
            meant = _listed(value)
            if isinstance(value, list) and name.start in in_lists:
                meant = meant[1:-1]
                rest = rest if meant else rest.lstrip(" ,")
            written = f"{written[: name.start]}{meant}{rest}"
        return written


def _starts_in_lists(expression: Expression, *, is_item: bool = False) -> Iterator[int]:
    """Yield where names start that are items of a list, or of the operands that an op takes in any number."""
    if isinstance(expression, Name) and is_item:
        yield expression.start
    elif isinstance(expression, Items):
        for item in expression.items:
            yield from _starts_in_lists(item, is_item=True)
    elif isinstance(expression, Index):
        yield from _starts_in_lists(expression.operand)
    elif isinstance(expression, Apply):
        found = catalog.op(expression.op)
        takers = () if found is None else found.arguments
        for number, operand in enumerate(expression.operands):
            yield from _starts_in_lists(operand, is_item=any(taker.variadic for taker in takers[: number + 1]))
        for _, operand in expression.keywords:
            yield from _starts_in_lists(operand)


def _places(text: str) -> Iterator[Name]:
    """Yield every use of a name in an expression."""
    expression = parse_expression(text)
    names = {item.path for item in names_in_expression(expression, Scalar(text, _NOWHERE, text))}
    for match in re.finditer(r"'[^']*'|\"[^\"]*\"|(?<![\w.])[A-Za-z_]\w*(?:\.\w+)*(?!\s*=(?!=))", text, re.ASCII):
        if match[0] in names:
            yield Name(match[0], match.start(), match.end())


def _listed(value: Plain) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_listed, value))}]"
    return str(value)


def _model(key: str, model: Program | FileProgram | None, entries: Mapping[str, str]) -> Plain:
    if model is None:
        return None
    if isinstance(model, FileProgram):
        return model.path
    name = model.name or key
    body = {"name": None if name == entries[key] else name, **_Flat(model, entries).body()}
    return {key: value for key, value in body.items() if value is not None and value != {}}


def _input(spec: InputSpec) -> Plain:
    shape: Plain = None if spec.shape is None else list(spec.shape)
    keys = ("dtype", "batch_size", "sparse", "ragged", "optional")
    rest: dict[str, Plain] = {key: getattr(spec, key) for key in keys if getattr(spec, key) is not None}
    return {"shape": shape, **rest} if rest else shape


def _by_output(section: TreeMapping, outputs: Mapping[str, str]) -> Plain:
    found: dict[str, Plain] = dict(plain(section))  # type: ignore[call-overload]
    for key in _BY_OUTPUT:
        value = found.get(key)
        if isinstance(value, Mapping) and all(name in outputs for name in value):
            found[key] = {outputs[name]: item for name, item in value.items()}
    return found


def _expect(section: TreeMapping, outputs: Mapping[str, str]) -> Plain:
    found: dict[str, Plain] = dict(plain(section))  # type: ignore[call-overload]
    value = found.get("outputs")
    if isinstance(value, Mapping):
        found["outputs"] = {outputs.get(name, name): item for name, item in value.items()}
    return found


def _with_places(text: str, flat: _Flat) -> str:
    """Return the text with a comment above each node: its line, and the uses of blocks that led there."""
    comments: dict[str, str] = {}
    for call in flat.program.calls:
        uses = [] if call.origin is None else [use.span for use in call.origin.uses()]
        places = [f"{span.path}:{span.line}" for span in (call.span, *uses)]
        comments[flat.keys[call.path]] = f"  # from: {' <- '.join(places)}"
    lines: list[str] = []
    section = ""
    for line in text.split("\n"):
        section = line if line[:1].strip() else section
        key = line[2:].partition(":")[0] if section == "nodes:" and re.match(r"  [A-Za-z_]", line) else ""
        if key in comments:
            lines.append(comments[key])
        lines.append(line)
    return "\n".join(lines)
