"""What layers say that is allowed and hardly meant: doubts about activations, biases, losses and sizes."""

import re
from collections.abc import Callable as CallableABC
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graphspec.diagnostics.diagnostic import Diagnostics, Related
from graphspec.graph.ir import Callable, Node, Object, Tensor, Value, operands_of
from graphspec.graph.layer_types import defaults_of
from graphspec.graph.typed import TypedGraph

HUGE = 10_000_000
_MERGES = frozenset({"Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply"})
_DROPOUTS = frozenset(
    {"AlphaDropout", "Dropout", "GaussianDropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"}
)
_ACTIVATION_LAYERS = {"ReLU": "relu", "Softmax": "softmax", "ELU": "elu", "LeakyReLU": "leaky_relu"}
# Losses that take either logits or probabilities, and the activation that makes the latter.
_LOGIT_LOSSES = {
    "binary_crossentropy": "sigmoid",
    "categorical_crossentropy": "softmax",
    "sparse_categorical_crossentropy": "softmax",
}
_LOSS_CLASSES = {
    "BinaryCrossentropy": "binary_crossentropy",
    "CategoricalCrossentropy": "categorical_crossentropy",
    "SparseCategoricalCrossentropy": "sparse_categorical_crossentropy",
}
# Keras opens a scope of TensorFlow for each layer, and compiled functions check its name.
_SCOPE_NAME = re.compile(r"[A-Za-z0-9_.>-]+\Z")
_PROBABILITIES = frozenset({"sigmoid", "softmax"})


@dataclass(frozen=True, slots=True)
class _Sight:
    """A typed graph, the nodes by name, what feeds each, and who takes the output of each."""

    typed: TypedGraph
    nodes: Mapping[str, Node]
    sources: Mapping[str, set[str]]
    users: Mapping[str, list[Node]]
    diagnostics: Diagnostics

    def callee(self, node: Node | None) -> Callable | None:
        return self.typed.callables.get(node.target) if node is not None and node.kind == "call" else None

    def source(self, node: Node) -> Node | None:
        """Return the node that feeds a call, where there is exactly one."""
        sources = self.sources[node.name]
        return self.nodes.get(next(iter(sources))) if len(sources) == 1 else None


def lint_layers(typed: TypedGraph, diagnostics: Diagnostics) -> None:
    """Warn of what is hardly meant, in a graph and in the nested models that it calls."""
    nodes = {node.name: node for node in typed.graph.nodes}
    sources = {name: {tensor.node for tensor in operands_of(node)} for name, node in nodes.items()}
    users: dict[str, list[Node]] = {}
    for name, node in nodes.items():
        for source in sources[name]:
            users.setdefault(source, []).append(node)
    sight = _Sight(typed, nodes, sources, users, diagnostics)
    for node in typed.graph.nodes:
        diagnostics.origin = node.origin
        made = sight.callee(node)
        check = _CHECKS.get(made.type) if made is not None and made.kind == "layer" else None
        if made is not None and check is not None:
            check(node, made, sight)
    diagnostics.origin = None
    _check_losses(sight)
    for key, made in typed.graph.callables.items():
        _check_name(made, diagnostics)
        if made.kind == "model" and key in typed.models:
            lint_layers(typed.models[key], diagnostics)


def _check_name(made: Callable, diagnostics: Diagnostics) -> None:
    if not _SCOPE_NAME.match(made.keras_name):
        diagnostics.warning(
            "GS713", f'TensorFlow takes no layer named "{made.keras_name}" in fit and predict', made.span,
            help='use letters, digits and ". _ - >"; JAX and PyTorch take any name', node=made.key,
        )  # fmt: skip


def _argument(made: Callable, name: str) -> Value:
    return made.arguments[name] if name in made.arguments else defaults_of(made.type).get(name)


def _activation(made: Callable | None) -> str | None:
    """Return the name of the activation that a layer ends in, "linear" for none, None where it is not known."""
    if made is None or made.kind != "layer":
        return None
    if made.type in _ACTIVATION_LAYERS:
        return _ACTIVATION_LAYERS[made.type]
    if "activation" not in defaults_of(made.type) and made.type != "Activation":
        return None
    found = _argument(made, "activation")
    name = found.name if isinstance(found, Object) else found
    return "linear" if name is None else name if isinstance(name, str) else None


def _check_activation_twice(node: Node, made: Callable, sight: _Sight) -> None:
    before = sight.source(node)
    name = _activation(made)
    if before is None or name in {None, "linear"} or _activation(sight.callee(before)) != name:
        return
    sight.diagnostics.warning(
        "GS706", f'"{node.name}" applies {name} to what "{before.name}" has already put through {name}', node.span,
        help="remove one of the two", related=[Related(f'"{before.name}" is here', before.span)], node=node.name,
    )  # fmt: skip


def _check_bias_before_normalization(node: Node, made: Callable, sight: _Sight) -> None:
    if _argument(made, "center") is not True:
        return
    before = sight.source(node)
    layer = sight.callee(before)
    if before is None or layer is None or layer.kind != "layer" or _activation(layer) != "linear":
        return
    if _argument(layer, "use_bias") is not True or len(sight.users[before.name]) > 1 or _is_output(before, sight):
        return
    sight.diagnostics.warning(
        "GS707", f'the bias of "{before.name}" has no effect: "{node.name}" takes the mean away', before.span,
        help="write use_bias: false", related=[Related(f'"{node.name}" is here', node.span)], node=before.name,
    )  # fmt: skip


def _check_merge_of_one(node: Node, made: Callable, sight: _Sight) -> None:
    operand = node.args[0] if node.args else None
    if isinstance(operand, tuple) and len(operand) == 1:
        sight.diagnostics.warning(
            "GS708", f'"{node.name}" ({made.type}) merges one tensor', node.span, help="remove it, or give it another",
            node=node.name,
        )  # fmt: skip


def _check_dropout(node: Node, made: Callable, sight: _Sight) -> None:
    rate = _argument(made, "rate")
    # In a block it comes from a param, for which it may be one value of many.
    if rate in (0, 1) and node.origin is None:
        what = "nothing" if rate == 0 else "everything"
        sight.diagnostics.warning(
            "GS710", f'"{node.name}" ({made.type}) drops {what}: its rate is {rate}', node.span,
            help="a rate lies between 0 and 1, as in rate: 0.5", node=node.name,
        )  # fmt: skip


def _check_huge_dense(node: Node, made: Callable, sight: _Sight) -> None:
    before = sight.callee(sight.source(node))
    weights = sight.typed.weights.get(made.key)
    if before is None or before.type != "Flatten" or not weights:
        return
    size = sum(weight.size for weight in weights)
    if size >= HUGE:
        sight.diagnostics.warning(
            "GS711", f'"{node.name}" has {size:,} parameters, since it follows a Flatten of {weights[0].shape[0]:,}',
            node.span, help="pool before it, as with GlobalAveragePooling2D", node=node.name,
        )  # fmt: skip


_CHECKS: Mapping[str, CallableABC[[Node, Callable, _Sight], None]] = {
    **dict.fromkeys(("Activation", *_ACTIVATION_LAYERS), _check_activation_twice),
    **dict.fromkeys(_MERGES, _check_merge_of_one),
    **dict.fromkeys(_DROPOUTS, _check_dropout),
    "BatchNormalization": _check_bias_before_normalization,
    "Dense": _check_huge_dense,
}


def _is_output(node: Node, sight: _Sight) -> bool:
    return any(tensor.node == node.name for tensor in sight.typed.graph.outputs.tensors)


def _check_losses(sight: _Sight) -> None:
    graph = sight.typed.graph
    loss = None if graph.compile is None else graph.compile.get("loss")
    if loss is None:
        return
    tensors = dict(zip(graph.outputs.names, graph.outputs.tensors, strict=True))
    if isinstance(loss, Mapping):
        missing = [name for name in tensors if name not in loss]
        for name in missing:
            sight.diagnostics.warning(
                "GS709", f'the output "{name}" has no loss, so nothing trains it by itself', graph.outputs.span,
                help=f'give it one under "loss", or say {name}: null', node=name,
            )  # fmt: skip
    for name, own in _losses(loss, tuple(tensors)):
        _check_logits(name, tensors[name], own, sight)


def _losses(loss: Value, names: tuple[str, ...]) -> Iterator[tuple[str, Value]]:
    if isinstance(loss, Mapping):
        yield from ((name, own) for name, own in loss.items() if name in names)
    elif isinstance(loss, tuple):
        yield from zip(names, loss, strict=False)
    else:
        yield from ((name, loss) for name in names)


def _check_logits(name: str, tensor: Tensor, loss: Value, sight: _Sight) -> None:
    node = sight.nodes.get(tensor.node)
    activation = _activation(sight.callee(node))
    kind = _LOSS_CLASSES.get(loss.name, loss.name) if isinstance(loss, Object) else loss
    wanted = _LOGIT_LOSSES.get(kind) if isinstance(kind, str) else None
    if node is None or activation is None or wanted is None:
        return
    from_logits = isinstance(loss, Object) and loss.arguments.get("from_logits") is True
    if from_logits and activation in _PROBABILITIES:
        problem = f'"{name}" ends in {activation}, and its loss takes logits (from_logits: true)'
        help_ = f'remove the activation of "{node.name}", or from_logits: true'
    elif not from_logits and activation == "linear":
        problem = f'"{name}" ends without an activation, and its loss takes probabilities'
        help_ = f'write activation: {wanted} in "{node.name}", or a loss with from_logits: true'
    else:
        return
    sight.diagnostics.warning("GS705", problem, node.span, help=help_, node=node.name)
