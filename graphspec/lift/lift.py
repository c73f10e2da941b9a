"""Keras' JSON -> a spec as plain data. No Keras is imported, no class looked up, and nothing in the JSON is run."""

from collections import ChainMap, Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from graphspec.catalog import catalog
from graphspec.frontend.taken import Taken
from graphspec.frontend.whats import NAME
from graphspec.frontend.write import write
from graphspec.lift.body import Body
from graphspec.lift.compiled import lift_compile
from graphspec.lift.legacy import add_modules, check_version
from graphspec.lift.names import name_beside, proper_name
from graphspec.lift.objects import Objects, policy_name
from graphspec.lift.plan import Entry, Plan
from graphspec.lift.problems import LiftError, Notes
from graphspec.lift.saved import Model, Operation, is_model, read_saved
from graphspec.lift.sharing import number_of, settle_sharing
from graphspec.lift.texts import without_formulas

DEFAULT_POLICY = "float32"
_MOST_NESTED = 32
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lifted:
    """A spec as plain data, and what of the model it does not hold."""

    document: dict[str, Any]
    warnings: tuple[str, ...]
    plugins: tuple[str, ...] = ()

    def to_yaml(self, *, flat: bool = False) -> str:
        """Return the text of the spec, in which what comes again is a block; ``flat`` is for a node for every call.

        Raises LiftError where YAML cannot hold it.
        """
        from graphspec.fold.fold import folded  # noqa: PLC0415 - a summary of a model has no use for it

        try:
            return write(self.document if flat else folded(self.document))
        except ValueError as error:
            raise LiftError([f"the model cannot be written: {error}"]) from None


def lift(saved: Json, plugins: Sequence[str] = (), *, tells_sharing: bool = False) -> Lifted:
    """Return the spec of a model in Keras' JSON; ``tells_sharing`` says that what is not numbered is not shared.

    Raises LiftError, with every reason, where it cannot be one.
    """
    check_version(saved)
    add_modules(saved)
    class_name, config = _model_of(saved)
    notes = Notes()
    try:
        settle_sharing(saved)
        document = _Lift(notes, tuple(plugins), tells_sharing).document(config, class_name, saved.get("compile_config"))
        document = without_formulas(document)
    except RecursionError:
        raise LiftError(["the model is nested too deeply"]) from None
    if notes.problems:
        raise LiftError(notes.problems)
    return Lifted(document, tuple(dict.fromkeys(notes.warnings)), tuple(plugins))


def _model_of(saved: Json) -> tuple[str, Json]:
    """Return the class and the config of the model, which may be all that there is."""
    config = saved.get("config")
    if "class_name" not in saved and "layers" in saved:
        return "Functional" if "input_layers" in saved else "Sequential", saved
    class_name, module = str(saved.get("class_name")), str(saved.get("module") or "keras")
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        raise LiftError(["the JSON is no model of Keras 3: it has no config with layers"])
    if not is_model(class_name, module):
        raise LiftError(
            [f'the model is a {class_name} of "{module}": only functional and sequential models are graphs']
        )
    return class_name, config


@dataclass(slots=True)
class _Lift:
    """A whole spec on its way: its entries, and the names that they have taken."""

    notes: Notes
    plugins: tuple[str, ...]
    tells_sharing: bool
    layers: dict[str, Any] = field(default_factory=dict)
    models: dict[str, Any] = field(default_factory=dict)
    numbered: dict[int, Entry] = field(default_factory=dict)
    trainable: bool = True
    taken: Taken = field(default_factory=Taken)
    policies: list[str] = field(default_factory=list)
    around: ChainMap[str, Json] = field(default_factory=ChainMap)

    def document(self, config: Json, class_name: str, compiled: Any) -> Json:  # noqa: ANN401 - as loose as JSON is
        model = read_saved(config, class_name)
        self.taken = Taken(item.name for item in model.operations if not item.is_entry)
        self.trainable = model.trainable
        body, made = self.body(model)
        policy = self.policies[0]
        document: Json = {"graphspec": 1}
        if _is_model_name(model.name):
            document["name"] = model.name
        else:
            self.notes.warn(f'the name of the model, "{model.name}", is left out: its file is named after it')
        document |= {"layers": self.layers} if self.layers else {}
        document |= {"models": self.models} if self.models else {}
        document |= body | ({"dtype": policy} if policy != DEFAULT_POLICY else {})
        if isinstance(compiled, dict):
            apart = Notes()
            section = lift_compile(
                compiled,
                replace(self.objects(policy), notes=apart),
                made.named,
                is_ordered=not isinstance(model.outputs, dict),
            )
            self.notes.warnings += [*apart.warnings, *(f"left out of compile: {item}" for item in apart.problems)]
            document |= {"compile": section} if section else {}
        return document

    def objects(self, policy: str) -> Objects:
        return Objects(self.notes, self, policy, self.around, self.plugins)

    def body(self, model: Model) -> tuple[Json, Body]:
        policy = _policy(model, self.policies[-1] if self.policies else DEFAULT_POLICY)
        self.policies.append(policy)
        layers = {} if self.tells_sharing else {made.name: made.config for made in model.operations}
        for config in layers.values():
            self.objects(policy).tell_shared(config)
        self.around = self.around.new_child(layers)
        objects = self.objects(policy)
        made = Body(Plan(model, objects, self, self.notes), objects, self.notes, is_whole=len(self.policies) == 1)
        plain = made.lift()
        self.around = self.around.parents
        if len(self.policies) > 1:
            self.policies.pop()
            plain |= {"dtype": policy} if policy != self.policies[-1] else {}
        return plain, made

    def layer(self, made: Operation, objects: Objects) -> Entry | None:
        if made.number in self.numbered:
            return self.numbered[made.number]
        what = objects.what(made, made.name)
        return None if what is None else self.put_layer(what, made.name, made.config, made.number)

    def shared(self, item: Mapping[str, Any], what: Json) -> str:
        number, config = number_of(item), item["config"]
        if number is not None and number in self.numbered:
            return self.numbered[number].key
        return self.put_layer(what, str(config.get("name")), config, number).key

    def put_layer(self, what: Json, name: str, config: Json, number: int | None) -> Entry:
        key = self.key(name)
        is_frozen = config.get("trainable") is False or not self.trainable
        beside: Json = {"trainable": False} if is_frozen else {}
        self.layers[key] = what | beside | name_beside(key, name)
        return self.remembered(number, Entry(key))

    def remembered(self, number: int | None, entry: Entry) -> Entry:
        if number is not None:
            self.numbered[number] = entry
        return entry

    def model(self, made: Operation) -> Entry | None:
        return self.entry(made.config, made.class_name, made.name, made.number)

    def nested(self, item: Mapping[str, Any]) -> str | None:
        config = item.get("config")
        if not isinstance(config, dict):
            return None
        entry = self.entry(config, str(item["class_name"]), str(config.get("name")), number_of(item))
        return None if entry is None else entry.key

    def entry(self, config: Json, class_name: str, name: str, number: int | None) -> Entry | None:
        if number is not None and number in self.numbered:
            return self.numbered[number]
        if len(self.policies) > _MOST_NESTED:
            self.notes.refuse(f'the model "{name}" is nested too deeply')
            return None
        if "layers" not in config:
            self.notes.refuse(f'the nested model "{name}" is not a graph')
            return None
        model = read_saved(config, class_name)
        key = self.key(name)
        plain, made = self.body(model)
        self.models[key] = name_beside(key, name) | plain
        inputs = tuple(made.plan.names.get((source, 0), source) for source in model.inputs)
        return self.remembered(number, Entry(key, inputs, made.outputs))

    def key(self, name: str) -> str:
        base = proper_name(name)
        if base not in self.taken:
            self.taken.add(base)
            return base
        return self.taken.unused(base)


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
