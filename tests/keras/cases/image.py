"""Cases of ops on images.

Left out, since TensorFlow alone fails at them: ``resize`` of integers with ``pad_to_aspect_ratio``;
``scale_and_translate`` of integers.
"""

import random
from typing import Any

import numpy as np
from agreement import Case, Generator, pick

from cases.linear import tensor, whole

DTYPES = ["float32"] * 4 + ["float16", "float64", "bfloat16", "int32", "uint8", "bool"]


def shaped(rng: random.Random, channels: list[Any], sizes: tuple[int, ...] = (1, 2, 3, 5, 8)) -> tuple[list[Any], dict]:
    """Return height, width and channels in some order, and the argument that says in which."""
    height, width = ([None, "time"][rng.randrange(2)] if rng.random() < 0.1 else rng.choice(sizes) for _ in range(2))
    arguments = pick(rng, data_format=[..., None, "channels_last", "channels_first"])
    shape = [height, width, rng.choice(channels)]
    if arguments.get("data_format") == "channels_first" and rng.random() < 0.9:
        shape = [shape[2], *shape[:2]]
    return shape, arguments


def image(rng: random.Random, shape: list[Any], dtypes: list[str] | None = None) -> Any:
    """Return a batch of images, at times one image of a fixed size, or something else."""
    chance = rng.random()
    if chance < 0.15 and isinstance(shape[0], int):
        return whole(rng, shape, dtypes or DTYPES)
    return tensor(rng, shape[2:] if chance < 0.2 else [*shape, 2] if chance < 0.23 else shape, dtypes or DTYPES)


def of_images(what: str, channels: list[Any], dtypes: list[str] | None = None, **choices: list[Any]) -> Generator:
    """Return a generator of calls with an image and literals."""

    def generate(rng: random.Random) -> Case:
        shape, arguments = shaped(rng, channels)
        arguments |= pick(rng, **choices)
        if arguments.get("pad_to_aspect_ratio"):
            return Case(what, arguments, {"x": tensor(rng, shape, ["float32", "float16", "bool"])}, "x")
        return Case(what, arguments, {"x": image(rng, shape, dtypes)}, "x")

    return generate


def framed(what: str, kind: str, low: list[int]) -> Generator:
    """Return a generator of paddings or croppings, of which two of three numbers are given."""

    def generate(rng: random.Random) -> Case:
        shape, arguments = shaped(rng, [1, 3], (4, 5, 8))
        for names in (
            (f"top_{kind}", f"bottom_{kind}", "target_height"),
            (f"left_{kind}", f"right_{kind}", "target_width"),
        ):
            chosen = list(names)
            chosen.remove(rng.choice(names))
            if rng.random() < 0.05:
                chosen = list(names)[: rng.choice([1, 3])]
            arguments |= {name: rng.choice(low if name.startswith("target") else [0, 1, 2]) for name in chosen}
        return Case(what, arguments, {"x": image(rng, shape)}, "x")

    return generate


def affine_transform(rng: random.Random) -> Case:
    """Return a transform of all images, or of each."""
    shape, arguments = shaped(rng, [1, 3])
    transform = rng.choice(
        [tensor(rng, [8]), tensor(rng, [8]), whole(rng, [8]), whole(rng, [1, 8]), whole(rng, [7]), tensor(rng, [2, 8])]
    )
    transform["dtype"] = rng.choice(["float32", "float32", "float16", "int32"])
    arguments |= pick(rng, interpolation=[..., "nearest"], fill_mode=[..., "reflect", "wrap"])
    inputs = {"images": image(rng, shape), "transform": transform}
    return Case("ops.image.affine_transform", arguments, inputs, {"images": "images", "transform": "transform"})


def perspective_transform(rng: random.Random) -> Case:
    """Return a transform by four points of all images, or of each."""
    shape, arguments = shaped(rng, [1, 3])
    points = rng.choice(
        [[[4, 2], [4, 2]], [[4, 2], [4, 2]], [[None, 4, 2], [None, 4, 2]], [[1, 4, 2], [4, 2]], [[4, 3], [4, 3]]]
    )
    dtypes = ["float32", "int32"]
    start, end = (tensor(rng, item[1:], dtypes) if item[0] is None else whole(rng, item, dtypes) for item in points)
    images = tensor(rng, shape, DTYPES) if points[0][0] is None else image(rng, shape)
    inputs = {"images": images, "start_points": start, "end_points": end}
    arguments |= pick(rng, interpolation=[..., "nearest"])
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    data = {
        name: np.broadcast_to(corners, [3 if size is None else size for size in item])
        for name, item in zip(("start_points", "end_points"), points, strict=True)
        if item[-1] == 2
    }
    return Case("ops.image.perspective_transform", arguments, inputs, {name: name for name in inputs}, data=data)


def map_coordinates(rng: random.Random) -> Case:
    """Return a look-up at coordinates, as many as the input has dimensions."""
    shape = [rng.choice([2, 3, 5]) for _ in range(rng.randrange(4))]
    count = len(shape) + 1
    coordinates = [
        rng.choice([count, count, count, count + 1, None]),
        *[rng.choice([2, 4]) for _ in range(rng.randrange(3))],
    ]
    found = (
        tensor(rng, coordinates[1:], ["float32"]) if coordinates[0] is None else whole(rng, coordinates, ["float32"])
    )
    inputs = {"inputs": tensor(rng, shape, ["float32", "float16", "int32", "uint8", "float64"]), "coordinates": found}
    arguments = pick(rng, order=[0, 1], fill_mode=[..., "nearest", "wrap", "mirror", "reflect"])
    return Case("ops.image.map_coordinates", arguments, inputs, {name: name for name in inputs})


def scale_and_translate(rng: random.Random) -> Case:
    """Return a scaling along some axes to the shape that comes of it."""
    shape = [rng.choice([2, 3, 5]) for _ in range(4)]
    dims = rng.choice([[1], [1, 2], [1, 2], [2, 1], [-3, -2]])
    after = [rng.choice([1, 4, 6]) if axis in {dim % 4 for dim in dims} else size for axis, size in enumerate(shape)]
    inputs = {
        "images": whole(rng, shape, ["float32", "float16", "float64", "bfloat16"]),
        "scale": whole(rng, [len(dims)], ["float32", "float32", "float16", "float64"]),
        "translation": whole(rng, [rng.choice([len(dims), len(dims), 3])], ["float32", "float32", "float64"]),
    }
    arguments = {"output_shape": after, "spatial_dims": dims} | pick(
        rng, method=["linear", "cubic", "lanczos3", "lanczos5", "bicubic", "triangle"], antialias=[..., False]
    )
    return Case("ops.image.scale_and_translate", arguments, inputs, {name: name for name in inputs})


def ssim(rng: random.Random) -> Case:
    """Return a comparison of two images that are mostly of one shape."""
    shape, arguments = shaped(rng, [1, 3], (5, 8, 12))
    dtypes = ["float32", "float16", "uint8", "int32", "float64"]
    one, other = (
        whole(rng, [8, *shape[1:]], dtypes) if rng.random() < 0.1 else tensor(rng, shape, dtypes) for _ in range(2)
    )
    if rng.random() < 0.8:
        other = dict(one, dtype=rng.choice(dtypes))
    arguments |= pick(rng, filter_size=[..., 3, 3, 5])
    return Case("ops.image.ssim", arguments, {"image1": one, "image2": other}, {"image1": "image1", "image2": "image2"})


def extract_patches(what: str, axes: int) -> Generator:
    """Return a generator of patches of images or volumes."""

    def generate(rng: random.Random) -> Case:
        count = 3 if what.endswith("patches") and rng.random() < 0.2 else axes
        sizes = [rng.choice([2, 4, 5, 8]) if rng.random() < 0.93 else None for _ in range(count)]
        arguments = pick(rng, data_format=[..., "channels_last", "channels_first"], padding=[..., "same", "valid"])
        channels = rng.choice([1, 2, 3, 3, None])
        shape = [channels, *sizes] if arguments.get("data_format") == "channels_first" else [*sizes, channels]
        arguments["size"] = [rng.choice([1, 2, 3]) for _ in range(count)] if count != axes or rng.random() < 0.6 else 2
        if rng.random() < 0.4:
            arguments["strides"] = rng.choice([1, 2, [rng.choice([1, 2]) for _ in range(count)]])
        if rng.random() < 0.2:
            arguments["dilation_rate"] = rng.choice([1, 2])
        return Case(what, arguments, {"x": image(rng, shape)}, "x")

    return generate


TAPS = ["nearest", "bilinear"]
CASES: dict[str, Generator] = {
    "ops.image.affine_transform": affine_transform,
    "ops.image.crop_images": framed("ops.image.crop_images", "cropping", [1, 3, 5]),
    "ops.image.elastic_transform": of_images("ops.image.elastic_transform", [1, 3], interpolation=TAPS),
    "ops.image.extract_patches": extract_patches("ops.image.extract_patches", 2),
    "ops.image.extract_patches_3d": extract_patches("ops.image.extract_patches_3d", 3),
    "ops.image.gaussian_blur": of_images("ops.image.gaussian_blur", [1, 3], kernel_size=[..., [3, 5], [2, 1]]),
    "ops.image.hsv_to_rgb": of_images("ops.image.hsv_to_rgb", [3, 3, 3, None, 1]),
    "ops.image.map_coordinates": map_coordinates,
    "ops.image.pad_images": framed("ops.image.pad_images", "padding", [6, 9, 12]),
    "ops.image.perspective_transform": perspective_transform,
    "ops.image.resize": of_images(
        "ops.image.resize", [1, 3, None], size=[[4, 4], [1, 7]], antialias=[..., True],
        interpolation=[..., "nearest", "bicubic", "area", "lanczos3", "lanczos5"],
        crop_to_aspect_ratio=[..., ..., True], pad_to_aspect_ratio=[..., ..., True],
    ),
    "ops.image.rgb_to_grayscale": of_images("ops.image.rgb_to_grayscale", [3, 3, 1, 2, None]),
    "ops.image.rgb_to_hsv": of_images("ops.image.rgb_to_hsv", [3, 3, 3, None, 1]),
    "ops.image.scale_and_translate": scale_and_translate,
    "ops.image.sobel_edges": of_images("ops.image.sobel_edges", [1, 3, None]),
    "ops.image.ssim": ssim,
}  # fmt: skip
