"""Layers that change images at random in training: sizes stay, and in inference they take no FLOPs."""

from graphspec.shapes.dtypes import is_float, result_type
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import Argument, Effect, LayerType, ShapeError, TensorType, need_rank, same

_IMAGES = "images are (batch, height, width, channels), or (height, width, channels) for one"
_CAST = "convert it first: {ops.cast: {dtype: float32}}"
_PAIRED = ("factor", "scale", "sigma")
_SIGNED, _UNIT, _BITS = (-1, 1), (0, 1), (1, 8)


def cast(layer: LayerType, data: TensorType) -> Effect:
    """Return the effect of a layer that gives images of the same size in the dtype that it computes in."""
    _need_images(layer, data)
    return same(data, dtype=layer.compute_dtype)


def kept(layer: LayerType, data: TensorType) -> Effect:
    """Return the effect of a layer that gives images of the same size and dtype."""
    _need_images(layer, data)
    return same(data)


def of_numbers(layer: LayerType, data: TensorType) -> Effect:
    """Return the effect of a layer that gives images of the same size and dtype, but takes no bool."""
    if data.dtype == "bool":
        raise ShapeError("cannot work on bool: ", data, help=_CAST)
    return kept(layer, data)


def saturation(layer: LayerType, data: TensorType) -> Effect:
    """Return the effect of RandomSaturation, which takes floats alone and multiplies them by its own."""
    if not is_float(data.dtype):
        raise ShapeError(f"works on floats, and gets {data.dtype}: ", data, help=_CAST)
    _need_images(layer, data)
    return same(data, dtype=result_type(data.dtype, layer.compute_dtype))


def contrast(layer: LayerType, data: TensorType) -> Effect:
    """Return the effect of RandomContrast, which takes the floats that it computes in."""
    if data.dtype != layer.compute_dtype:
        cure = f"convert it first: {{ops.cast: {{dtype: {layer.compute_dtype}}}}}"
        raise ShapeError(f"works on {layer.compute_dtype}, and gets {data.dtype}: ", data, help=cure)
    return kept(layer, data)


def colored(rule: Rule, *counts: int) -> Rule:
    """Return the rule for images that have one of these numbers of channels."""

    def limited(layer: LayerType, data: TensorType) -> Effect:
        effect = rule(layer, data)
        _need_channels(data, counts, first=_is_first(layer))
        return effect

    return limited


def jitter(layer: LayerType, data: TensorType) -> Effect:
    """Return the effect of RandomColorJitter, whose parts look for the colors in the last dimension always."""
    effect = cast(layer, data)
    for part, bounds in {"brightness": _SIGNED, "contrast": _UNIT, "saturation": _SIGNED, "hue": _UNIT}.items():
        _need_pair_within(layer[f"{part}_factor"], f"{part}_factor", bounds)
    if layer["saturation_factor"] is not None or layer["hue_factor"] is not None:
        _need_channels(data, (3,), first=False)
    return effect


def blur(layer: LayerType, data: TensorType) -> Effect:
    """Return the effect of RandomGaussianBlur, whose kernel has a middle."""
    sizes = layer["kernel_size"]
    if any(size % 2 == 0 for size in (sizes if isinstance(sizes, tuple) else (sizes,))):
        raise ShapeError(f"cannot blur with a kernel of {sizes}", help="kernel_size has to be odd")
    return cast(layer, data)


def equalization(layer: LayerType, data: TensorType) -> Effect:
    """Return the effect of ContrastLimitedAdaptiveHistogramEqualization, which mirrors images to whole tiles."""
    effect = kept(layer, data)
    for axis, tiles in zip(_sides(layer, data), layer["tile_grid_size"], strict=True):
        size = data.shape[axis]
        if isinstance(size, int) and -size % tiles > size:
            raise ShapeError(
                f"cannot cut dimension {axis} of ", data, f", which is {size}, into {tiles} tiles",
                help="use a smaller tile_grid_size",
            )  # fmt: skip
    return effect


def perspective(layer: LayerType, data: TensorType) -> Effect:
    """Return the effect of RandomPerspective, which moves the four corners of an image."""
    effect = cast(layer, data)
    if any(data.shape[axis] == 1 for axis in _sides(layer, data)):
        raise ShapeError("cannot move the corners of an image that is one pixel high or wide: ", data)
    return effect


def _is_first(layer: LayerType) -> bool:
    return bool(layer["data_format"] == "channels_first")


def _sides(layer: LayerType, data: TensorType) -> tuple[int, int]:
    height = data.rank - (2 if _is_first(layer) else 3)
    return height, height + 1


def _need_images(layer: LayerType, data: TensorType) -> None:
    need_rank(data, 3, 4, help=_IMAGES)
    bounds = _BOUNDS.get(layer.type, _SIGNED)
    for name in _PAIRED:
        _need_pair_within(layer.arguments.get(name), name, bounds)


def _need_pair_within(value: Argument, name: str, bounds: tuple[int, int]) -> None:
    if isinstance(value, tuple) and (value[0] > bounds[1] or value[1] < bounds[0]):
        raise ShapeError(f"cannot have {name} {list(value)}", help=f"both have to be from {bounds[0]} to {bounds[1]}")


def _need_channels(data: TensorType, counts: tuple[int, ...], *, first: bool) -> None:
    axis = data.rank - 3 if first else data.rank - 1
    size = data.shape[axis]
    if isinstance(size, int) and size not in counts:
        wanted = " or ".join(map(str, counts))
        raise ShapeError(
            f"needs images of {wanted} channels, and dimension {axis} of ", data, f" is {size}", help=_IMAGES
        )


_BOUNDS = {
    **dict.fromkeys(
        (
            "AugMix", "CutMix", "RandAugment", "RandomContrast", "RandomElasticTransform", "RandomErasing",
            "RandomGaussianBlur", "RandomHue", "RandomInvert", "RandomPerspective", "RandomSharpness",
        ),
        _UNIT,
    ),
    "RandomPosterization": _BITS,
}  # fmt: skip
RULES: dict[str, Rule] = {
    "AugMix": cast,
    "AutoContrast": cast,
    "ContrastLimitedAdaptiveHistogramEqualization": equalization,
    "CutMix": cast,
    "Equalization": cast,
    "MixUp": cast,
    "RandAugment": colored(cast, 1, 3),
    "RandomBrightness": of_numbers,
    "RandomColorDegeneration": colored(cast, 3),
    "RandomColorJitter": jitter,
    "RandomContrast": contrast,
    "RandomElasticTransform": cast,
    "RandomErasing": cast,
    "RandomFlip": cast,
    "RandomGaussianBlur": blur,
    "RandomGrayscale": colored(kept, 1, 3),
    "RandomHue": colored(cast, 3),
    "RandomInvert": cast,
    "RandomPerspective": perspective,
    "RandomPosterization": cast,
    "RandomRotation": cast,
    "RandomSaturation": colored(saturation, 3),
    "RandomSharpness": cast,
    "RandomShear": cast,
    "RandomTranslation": cast,
    "RandomZoom": cast,
    "Solarization": cast,
}
