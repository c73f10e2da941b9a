"""Random flat specs in which pieces come again, under names of every kind."""

import random
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Maker = Callable[["Writer", str, Json], str]
SCHEMES = (
    lambda stage, copy, part: f"conv{stage}_block{copy}_{part}",
    lambda stage, copy, part: f"block{stage}{'abcdefghijklmnop'[copy % 16]}_{part}",
    lambda stage, copy, part: f"stage{stage}.{copy}.{part}",
    lambda stage, copy, part: f"{part}_{stage * 20 + copy}",
    lambda stage, copy, part: f"{part}" if stage * 20 + copy == 20 else f"{part}_{stage * 20 + copy}",
    lambda stage, copy, part: f"s{stage:02}_{copy:03}_{part}",
    lambda stage, copy, part: f"{part}{'_x' * stage}{'_y' * copy}",
)


class Writer:
    """A spec on its way: its nodes, each fed by what was there before."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.nodes: dict[str, Json] = {}
        self.scheme = rng.choice(SCHEMES)
        self.stage, self.copy = 1, 0

    def add(self, part: str, what: Json, source: Any) -> str:
        count = 1
        name = self.scheme(self.stage, self.copy, part)
        while (key := name.replace(".", "_")) in self.nodes:
            count += 1
            name = self.scheme(self.stage, self.copy, f"{part}{count}")
        node = {**what} if source is None else {**what, "from": source}
        self.nodes[key] = node | ({"name": name} if key != name else {})
        return key


def unary(what: str, **arguments: Any) -> Maker:
    def make(writer: Writer, x: str, sizes: Json) -> str:
        given = {key: sizes.get(str(value), value) for key, value in arguments.items()}
        return writer.add(what.lower(), {what: given}, x)

    return make


def computed(writer: Writer, x: str, sizes: Json) -> str:
    return writer.add("scaled", {"expr": f"{x} * {sizes['rate']} + ops.relu({x})"}, None)


def residual(inner: list[Maker], merge: str) -> Maker:
    def make(writer: Writer, x: str, sizes: Json) -> str:
        y = x
        for maker in inner:
            y = maker(writer, y, sizes)
        return writer.add(merge.lower(), {merge: {}}, [x, y])

    return make


def random_piece(rng: random.Random, depth: int = 0) -> list[Maker]:
    makers: list[Maker] = [
        unary("Dense", units=16, activation=rng.choice(["relu", "gelu"])),
        unary("Dropout", rate="rate"),
        unary("BatchNormalization", **rng.choice([{}, {"epsilon": 1e-5}, {"momentum": "rate"}])),
        unary("ReLU", **rng.choice([{}, {"max_value": 6.0}])),
        unary("Activation", activation="swish"),
        unary("LayerNormalization"),
        computed,
        unary("ops.tanh"),
    ]
    found = rng.sample(makers, rng.randint(1, 4))
    if depth < 2 and rng.random() < 0.7:
        found.append(residual(random_piece(rng, depth + 1), rng.choice(["Add", "Multiply", "Average"])))
    return found


def random_spec(rng: random.Random) -> Json:
    """Return a flat spec in which pieces stand in rows, alone, and in one another."""
    writer = Writer(rng)
    pieces = [random_piece(rng) for _ in range(rng.randint(1, 3))]
    x = "x"
    rates = rng.choice([lambda copy: 0.3 * copy / 12, lambda copy: 1 / (copy + 2), lambda _: 0.1])
    total = 0
    for _ in range(rng.randint(2, 5)):
        piece = rng.choice(pieces)
        for copy in range(rng.randint(1, 6)):
            writer.copy = copy + rng.choice([0, 0, 0, 1]) if copy == 0 else writer.copy + 1
            total += 1
            for maker in piece:
                x = maker(writer, x, {"rate": rates(total)})
        writer.stage += 1
    outputs: Any = {"last": x, "other": rng.choice(list(writer.nodes))} if rng.random() < 0.3 else x
    return {"graphspec": 1, "inputs": {"x": [16]}, "nodes": writer.nodes, "outputs": outputs}
