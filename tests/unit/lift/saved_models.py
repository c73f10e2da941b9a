"""Hand-written JSON as Keras writes it, cut down to what matters."""

from typing import Any

Json = dict[str, Any]


def tensor(name: str, call: int = 0, place: int = 0) -> Json:
    config = {"shape": [None, 4], "dtype": "float32", "keras_history": [name, call, place]}
    return {"class_name": "__keras_tensor__", "config": config}


def call(*args: Any, **kwargs: Any) -> Json:
    return {"args": list(args), "kwargs": kwargs}


def layer(class_name: str, name: str, *calls: Json, module: str = "keras.layers", **config: Any) -> Json:
    return {
        "module": module, "class_name": class_name, "config": {"name": name, "trainable": True, **config},
        "registered_name": None, "name": name, "inbound_nodes": list(calls),
    }  # fmt: skip


def op(class_name: str, name: str, *args: Any, module: str = "numpy", **config: Any) -> Json:
    made = layer(class_name, name, call(*args), module=f"keras.src.ops.{module}", **config)
    del made["config"]["trainable"]
    return made


def given(name: str, shape: list[int | None] | None = None, **config: Any) -> Json:
    return layer("InputLayer", name, batch_shape=[None, *(shape or [4])], dtype="float32", **config)


def functional(
    *layers: Json, outputs: Any, inputs: Any = None, name: str = "model", trainable: bool = True, calls: Any = None
) -> Json:
    names = [item["name"] for item in layers if item["class_name"] == "InputLayer"]
    config = {
        "name": name, "trainable": trainable, "layers": list(layers),
        "input_layers": inputs or [[item, 0, 0] for item in names], "output_layers": outputs,
    }  # fmt: skip
    made = {
        "module": "keras.src.models.functional", "class_name": "Functional", "config": config,
        "registered_name": "Functional",
    }  # fmt: skip
    return made if calls is None else {**made, "name": name, "inbound_nodes": calls}


def sequential(*layers: Json, name: str = "model", calls: Any = None, **config: Any) -> Json:
    made = {
        "module": "keras", "class_name": "Sequential", "registered_name": None,
        "config": {"name": name, "trainable": True, "layers": list(layers), **config},
    }  # fmt: skip
    return made if calls is None else {**made, "name": name, "inbound_nodes": calls}


def slice_(start: int | None = None, stop: int | None = None, step: int | None = None) -> Json:
    return {"class_name": "__slice__", "config": {"start": start, "stop": stop, "step": step}}
