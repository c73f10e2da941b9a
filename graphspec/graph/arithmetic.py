"""An expression -> the op calls that compute it, each a node of its own."""

import math
from collections.abc import Callable as CallableABC
from collections.abc import Mapping
from dataclasses import dataclass, field

from graphspec.catalog import catalog
from graphspec.catalog.catalog import CallArgument, Op
from graphspec.catalog.kinds import parse_kind
from graphspec.diagnostics.diagnostic import Diagnostics
from graphspec.diagnostics.span import Span
from graphspec.diagnostics.suggest import did_you_mean, nearest
from graphspec.frontend.edges import within
from graphspec.frontend.expand import BEFORE
from graphspec.frontend.expressions import (
    Apply,
    Expression,
    ExpressionError,
    Index,
    Items,
    Literal,
    Name,
    Rest,
    Slice,
    parse_expression,
)
from graphspec.frontend.program import Call, Operands, Reference
from graphspec.frontend.tree import Entry, Scalar, Sequence, Tree
from graphspec.graph.arguments import check_value
from graphspec.graph.bind import spread
from graphspec.graph.checker import Checker, Unknown
from graphspec.graph.fixed_sizes import way_out
from graphspec.graph.ir import EllipsisOf, Node, SliceOf, Tensor, Value
from graphspec.graph.scope import MISSING, Missing, Scope

_FOLDS: dict[str, CallableABC[[float, float], float]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "floor_divide": lambda a, b: a // b,
    "mod": lambda a, b: a % b,
    "power": lambda a, b: a**b,
}
MAX_EXPONENT = 1000


def parse_scalar(text: Scalar, diagnostics: Diagnostics) -> Expression | None:
    """Return the expression of an ``expr`` node, or None once its mistake was reported at its place."""
    try:
        return parse_expression(text.text)
    except ExpressionError as error:
        place = within(text, error.start, error.end - error.start)
        diagnostics.error("GS217", f"in the expression: {error.message}", place)
        return None


def compute(call: Call, expression: Expression, scope: Scope, checker: Checker) -> list[Node] | None:
    """Return the nodes of an expression, the last one named as its call, or None where it is wrong."""
    text = call.what.arguments if call.what is not None else None
    if not isinstance(text, Scalar):
        return None
    builder = _Builder(call, text, scope, checker)
    if isinstance(expression, Name | Literal | Items):
        what = "a reference" if isinstance(expression, Name) else "a constant"
        checker.diagnostics.error(
            "GS217", f'the expression of "{call.path}" computes nothing: it is only {what}', text.span,
            help="refer to it where it is needed",
        )  # fmt: skip
        return None
    builder.value(expression, call.path)
    return None if builder.failed else builder.nodes


@dataclass(slots=True)
class _Builder:
    """Gathers the nodes of one expression, operands before what uses them."""

    call: Call
    text: Scalar
    scope: Scope
    checker: Checker
    nodes: list[Node] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    failed: bool = False

    def value(self, expression: Expression, path: str | None = None) -> Value | Missing:
        match expression:
            case Literal():
                return expression.value
            case Name():
                return self.reference(expression)
            case Items():
                return self.items(expression)
            case Index():
                return self.index(expression, path)
            case Apply():
                return self.apply(expression, path)
        return self.fail("a slice stands only in an index", expression)

    def place(self, expression: Expression) -> Span:
        return within(self.text, expression.start, expression.end - expression.start)

    def fail(self, message: str, expression: Expression, code: str = "GS217", help_: str | None = None) -> Missing:
        self.failed = True
        self.checker.diagnostics.error(code, message, self.place(expression), node=self.call.path, help=help_)
        return MISSING

    def reference(self, expression: Name, *, as_list: bool = False) -> Value | Missing:
        path = expression.path
        if self.call.names is not None and path in self.call.names:
            meant = self.call.names[path]
            if isinstance(meant, Operands):
                return self.several(meant, expression, as_list=as_list)
            if meant is None and path == BEFORE:
                return self.nothing_before(expression)
            path = path if meant is None else meant.path
        elif path == BEFORE and self.call.before is not None:
            path = self.call.before
        found = self.scope.resolve(Reference(path, self.place(expression)), as_list=as_list)
        self.failed = self.failed or isinstance(found, Missing)
        return found

    def nothing_before(self, expression: Name) -> Missing:
        """Report that nothing feeds a chain, unless what does is not known."""
        if self.call.wired:
            return self.fail('"_" is what feeds the chain, and nothing does', expression, "GS408")
        self.failed = True
        return MISSING

    def several(self, meant: Operands, expression: Name, *, as_list: bool) -> Value | Missing:
        """Return the tensors of a name that stands for several."""
        items = meant.items.values() if isinstance(meant.items, Mapping) else meant.items
        if not as_list or not all(isinstance(item, Reference) for item in items):
            message = f'"{expression.path}" is {len(meant.items)} tensors, and one is needed here'
            return self.fail(message, expression, "GS409")
        found = [self.scope.resolve(item) for item in items if isinstance(item, Reference)]
        present = tuple(item for item in found if not isinstance(item, Missing))
        self.failed = self.failed or len(present) != len(found)
        return present if len(present) == len(found) else MISSING

    def items(self, expression: Items) -> Value | Missing:
        values = [self.value(item) for item in expression.items]
        present = tuple(value for value in values if not isinstance(value, Missing))
        return present if len(present) == len(values) else MISSING

    def node_name(self, op: str, path: str | None) -> str:
        if path is not None:
            return path
        stem = f"{self.call.path}.{op.rpartition('.')[2]}"
        count = self.names.get(stem, 0)
        self.names[stem] = count + 1
        return stem if count == 0 else f"{stem}_{count}"

    def add(
        self, kind: str, target: str, kwargs: dict[str, Value], path: str | None, place: Span,
        args: tuple[Value, ...] = (),
    ) -> Tensor:  # fmt: skip
        name = self.node_name(target, path)
        keras_name = self.call.keras_name + name.removeprefix(self.call.path)
        self.nodes.append(
            Node(
                name=name,
                keras_name=keras_name,
                kind="index" if kind == "index" else "op",
                target=target,
                args=args,
                kwargs=kwargs,
                span=place,
                origin=self.call.origin,
            )
        )
        return Tensor(name, None)

    def index(self, expression: Index, path: str | None) -> Value | Missing:
        operand = self.value(expression.operand)
        keys = [self.key(key) for key in expression.keys]
        present = tuple(key for key in keys if not isinstance(key, Missing))
        if isinstance(operand, Missing) or len(present) != len(keys):
            return MISSING
        if not isinstance(operand, Tensor):
            return self.fail("only a tensor can be indexed", expression.operand)
        return self.add("index", "get_item", {"x": operand, "key": present}, path, self.place(expression))

    def key(self, key: Expression) -> Value | Missing:
        if isinstance(key, Rest):
            return EllipsisOf()
        if isinstance(key, Slice):
            parts = [None if part is None else self.integer(part) for part in key.parts]
            if any(isinstance(part, Missing) for part in parts):
                return MISSING
            start, stop, step = (part if isinstance(part, int) else None for part in parts)
            if step == 0:
                return self.fail("the step of a slice cannot be zero", key)
            return SliceOf(start, stop, step)
        if isinstance(key, Literal) and key.value is None:
            return None
        return self.integer(key)

    def integer(self, key: Expression) -> int | Missing:
        value = self.value(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, Missing):
            return value
        return self.fail("an index holds integers, slices, null and ...", key)

    def apply(self, expression: Apply, path: str | None) -> Value | Missing:
        folded = self.folded(expression)
        if folded is not None:
            return folded
        found = catalog.op(expression.op)
        if found is None:
            meant = nearest(expression.op, catalog.op_names())
            hint = f'; did you mean "ops.{meant}"?' if meant else ""
            for operand in expression.operands:
                if isinstance(operand, Name):
                    self.reference(operand, as_list=True)
                else:
                    self.value(operand)
            return self.fail(f'unknown op "ops.{expression.op}"{hint}', expression, "GS401")
        if found.refused is not None:
            message = f"ops.{found.name} is refused: {found.refused}"
            return self.fail(message, expression, "GS407", way_out(found.name))
        given = self.assigned(expression, found)
        if given is None:
            return MISSING
        kwargs: dict[str, Value] = {}
        for argument, operand in given:
            value = self.argument(argument, operand, found)
            if isinstance(value, Missing):
                self.failed = True
                continue
            kwargs[argument.name] = value
        args, named = spread(found.arguments, kwargs)
        return self.add("op", found.name, named, path, self.place(expression), args)

    def folded(self, expression: Apply) -> Value:
        fold = _FOLDS.get(expression.op)
        if fold is None or len(expression.operands) != 2:  # noqa: PLR2004 - the signs of two sides
            return None
        values = [self.folded(item) if isinstance(item, Apply) else item.value if isinstance(item, Literal) else None
                  for item in expression.operands]  # fmt: skip
        left, right = values
        if not isinstance(left, int | float) or not isinstance(right, int | float):
            return None
        if expression.op == "power" and abs(right) > MAX_EXPONENT:
            self.fail(f"an exponent is at most {MAX_EXPONENT}", expression)
            return 0
        try:
            result = fold(left, right)
        except (ArithmeticError, ValueError):
            self.fail("this cannot be computed", expression)
            return 0
        if isinstance(result, complex) or not math.isfinite(result):
            self.fail("this is not a finite number", expression)
            return 0
        return result

    def assigned(self, expression: Apply, found: Op) -> list[tuple[CallArgument, Expression]] | None:
        by_name = {argument.name: argument for argument in found.arguments}
        operands = _gathered(expression, found)
        if len(operands) > len(found.arguments):
            self.fail(
                f"ops.{found.name} takes {len(found.arguments)} arguments, not {len(operands)}",
                expression, "GS409",
            )  # fmt: skip
            return None
        given = dict(zip(by_name, operands, strict=False))
        for (name, operand), written in zip(expression.keywords, expression.named, strict=True):
            if name not in by_name:
                hint = did_you_mean(name, by_name)
                self.fail(f'unknown argument "{name}" of ops.{found.name}{hint}', written, "GS402")
                return None
            given[name] = operand
        missing = [name for name, argument in by_name.items() if argument.required and name not in given]
        if missing:
            shown = " and ".join(f'"{name}"' for name in missing)
            self.fail(f"ops.{found.name} needs {shown}", expression, "GS409")
            return None
        return [(by_name[name], operand) for name, operand in given.items()]

    def argument(self, argument: CallArgument, operand: Expression, found: Op) -> Value | Missing:
        if argument.role != "literal":
            if isinstance(operand, Name):
                return self.reference(operand, as_list=argument.role == "tensors")
            return self.value(operand)
        tree = self.tree(operand)
        if tree is None:
            message = f'"{argument.name}" of ops.{found.name} takes a literal, not a tensor'
            return self.fail(message, operand, "GS409", way_out(found.name))
        value = check_value(
            Entry(argument.name, tree.span, tree),
            parse_kind(argument.kind),
            f'"{argument.name}" of ops.{found.name}',
            self.call.path,
            self.checker,
        )
        return MISSING if isinstance(value, Unknown) else value

    def tree(self, operand: Expression) -> Tree | None:
        if isinstance(operand, Literal):
            return Scalar(operand.value, self.place(operand), str(operand.value))
        if not isinstance(operand, Items):
            return None
        items = [self.tree(item) for item in operand.items]
        present = tuple(item for item in items if item is not None)
        return Sequence(present, self.place(operand)) if len(present) == len(items) else None


def _gathered(expression: Apply, found: Op) -> tuple[Expression, ...]:
    """Return the operands, with those that one argument takes in any number put into one list."""
    operands = expression.operands
    place = next((number for number, argument in enumerate(found.arguments) if argument.variadic), None)
    if place is None or len(operands) <= place:
        return operands
    rest = operands[place:]
    return (*operands[:place], Items(rest, rest[0].start, rest[-1].end))
