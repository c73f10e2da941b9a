"""Keras' JSON -> a spec as plain data. No Keras is imported, no class looked up, and nothing in the JSON is run."""

from collections import ChainMap, Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from graphspec.catalog import catalog
from graphspec.frontend.whats import NAME
from graphspec.frontend.write import write
from graphspec.lift.body import Body, Entry, unused
from graphspec.lift.compiled import lift_compile
from graphspec.lift.objects import Objects, policy_name
from graphspec.lift.problems import LiftError, Notes
from graphspec.lift.saved import Model, Operation, is_model, read_saved
from graphspec.lift.source import parse_model

DEFAULT_POLICY = "float32"
_MOST_NESTED = 32
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lifted:
    """A spec as plain data, and what of the model it does not hold."""

    document: dict[str, Any]
    warnings: tuple[str, ...]

    def to_yaml(self) -> str:
        """Return the text of the spec.

        Raises LiftError where YAML cannot hold it.
        """
        try:
            return write(self.document)
        except ValueError as error:
            raise LiftError([f"the model cannot be written: {error}"]) from None


class KerasModel(Protocol):
    """A model of Keras, as far as it is asked anything."""

    def to_json(self) -> str:
        """Return the model's architecture as Keras writes it."""


def from_keras(model: KerasModel) -> Lifted:
    """Return the spec of a model in memory; its weights stay where they are.

    Raises LiftError, with every reason, where it cannot be one.
    """
    try:
        text = model.to_json()
    except Exception as error:
        raise LiftError([f"Keras cannot describe the model: {' '.join(str(error).split())}"]) from error
    return lift(parse_model(text))


def lift(saved: Json) -> Lifted:
    """Return the spec of a model in Keras' JSON.

    Raises LiftError, with every reason, where it cannot be one.
    """
    class_name, module = str(saved.get("class_name")), str(saved.get("module") or "")
    config = saved.get("config")
    if not isinstance(config, dict) or "layers" not in config:
        raise LiftError(["the JSON is no model of Keras 3: it has no config with layers"])
    if not is_model(class_name, module):
        raise LiftError(
            [f'the model is a {class_name} of "{module}": only functional and sequential models are graphs']
        )
    notes = Notes()
    try:
        document = _Lift(notes).document(config, class_name, saved.get("compile_config"))
    except RecursionError:
        raise LiftError(["the model is nested too deeply"]) from None
    if notes.problems:
        raise LiftError(notes.problems)
    return Lifted(document, tuple(dict.fromkeys(notes.warnings)))


@dataclass(slots=True)
class _Lift:
    """A whole spec on its way: its entries, and the names that they have taken."""

    notes: Notes
    layers: dict[str, Any] = field(default_factory=dict)
    models: dict[str, Any] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    policies: list[str] = field(default_factory=list)
    around: ChainMap[str, Json] = field(default_factory=ChainMap)

    def document(self, config: Json, class_name: str, compiled: Any) -> Json:  # noqa: ANN401 - as loose as JSON is
        model = read_saved(config, class_name)
        self.taken = {made.name for made in model.operations if not _is_entry(made)}
        body, _ = self.body(model)
        policy = self.policies[0]
        document: Json = {"graphspec": 1}
        if _is_model_name(model.name):
            document["name"] = model.name
        document |= {"layers": self.layers} if self.layers else {}
        document |= {"models": self.models} if self.models else {}
        document |= body | ({"dtype": policy} if policy != DEFAULT_POLICY else {})
        if isinstance(compiled, dict):
            section = lift_compile(compiled, self.objects(policy))
            document |= {"compile": section} if section else {}
        return document

    def objects(self, policy: str) -> Objects:
        return Objects(self.notes, self.nested, policy, self.around)

    def body(self, model: Model) -> tuple[Json, Body]:
        policy = _policy(model, self.policies[-1] if self.policies else DEFAULT_POLICY)
        self.policies.append(policy)
        layers = {made.name: made.config for made in model.operations}
        for config in layers.values():
            self.objects(policy).tell_shared(config)
        self.around = self.around.new_child(layers)
        made = Body(model, self.objects(policy), self, self.notes, policy)
        plain = made.lift()
        self.around = self.around.parents
        if len(self.policies) > 1:
            self.policies.pop()
            plain |= {"dtype": policy} if policy != self.policies[-1] else {}
        return plain, made

    def layer(self, made: Operation, what: Json) -> Entry:
        key = self.key(made.name)
        beside: Json = {"trainable": False} if made.config.get("trainable") is False else {}
        self.layers[key] = what | beside | ({} if key == made.name else {"name": made.name})
        return Entry(key)

    def model(self, made: Operation) -> Entry | None:
        return self.entry(made.config, made.class_name, made.name)

    def nested(self, item: Json) -> str | None:
        """Make an entry of a model in an argument, and return its key."""
        config = item.get("config")
        if not isinstance(config, dict):
            return None
        entry = self.entry(config, str(item["class_name"]), str(config.get("name")))
        return None if entry is None else entry.key

    def entry(self, config: Json, class_name: str, name: str) -> Entry | None:
        if len(self.policies) > _MOST_NESTED:
            self.notes.refuse(f'the model "{name}" is nested too deeply')
            return None
        if "layers" not in config:
            self.notes.refuse(f'the nested model "{name}" is not a graph')
            return None
        model = read_saved(config, class_name)
        key = self.key(name)
        if key != name:
            self.notes.warn(f'the nested model "{name}" is named "{key}"')
        plain, made = self.body(model)
        self.models[key] = plain
        inputs = tuple(made.names.get((source, 0), source) for source in model.inputs)
        return Entry(key, inputs, made.outputs)

    def key(self, name: str) -> str:
        base = name if NAME.match(name) else "entry"
        if base not in self.taken:
            self.taken.add(base)
            return base
        return unused(f"{base}_{{}}", self.taken)


def _is_entry(made: Operation) -> bool:
    return made.is_model or len(made.calls) > 1


def _is_model_name(name: str) -> bool:
    return bool(NAME.match(name.replace(".", "_").replace("-", "_"))) and len(name) <= 128  # noqa: PLR2004 - as documented


def _policy(model: Model, outer: str) -> str:
    """Return the dtype policy that most layers of a model have."""
    counts = Counter(_policies(model))
    return max(counts, key=lambda name: (counts[name], name == outer), default=outer)


def _policies(model: Model) -> Iterator[str]:
    for made in model.operations:
        found = None if made.is_input or made.is_op else catalog.layer(made.class_name)
        policy = policy_name(made.config.get("dtype"))
        if found is not None and found.accepts_dtype and found.family != "preprocessing" and policy is not None:
            yield policy
