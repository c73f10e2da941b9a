"""What Keras insists on in the arguments of an application."""

from collections.abc import Mapping

from graphspec.catalog.designs import Design, Shape
from graphspec.graph.ir import Value
from graphspec.shapes.types import ShapeError

_IMAGENET_CLASSES = 1000
_CHANNELS = 3
_DIMENSIONS = 3
# Sizes of square images beside the usual one for which there are weights.
_SQUARES = {"MobileNet": {128, 160, 192, 224}, "MobileNetV2": {96, 128, 160, 192, 224}}
_ALPHAS = {
    "MobileNet": (0.25, 0.5, 0.75, 1.0),
    "MobileNetV2": (0.35, 0.5, 0.75, 1.0, 1.3, 1.4),
    "MobileNetV3Large": (0.75, 1.0),
    "MobileNetV3Small": (0.75, 1.0),
}
_MINIMALISTIC_ALPHAS = (1.0,)
_SIZED = frozenset({"NASNetLarge", "NASNetMobile"})
# These pad by the parity of sizes, for which Keras needs a width where there is a height.
_PADDED = ("EfficientNetB", "MobileNetV2", "MobileNetV3", "NASNet")


def shape_of(kind: str, arguments: Mapping[str, Value], design: Design) -> Shape:
    """Return the shape of the image that an application takes; raises ShapeError where Keras refuses the one given."""
    top = arguments["include_top"] is True
    given = arguments["input_shape"]
    # An empty shape counts as none, but a MobileNet looks into it first.
    if not isinstance(given, tuple) or (not given and not kind.startswith("MobileNet")):
        return design.top_shape if top else design.bare_shape
    shape: Shape = tuple(size if isinstance(size, int) else None for size in given)
    told = f"input_shape is {_told(shape)}"
    if len(shape) != _DIMENSIONS:
        raise ShapeError(f"takes an image of height, width and channels, and its {told}")
    if shape[-1] is None:
        raise ShapeError(f"needs a number of channels, and its {told}")
    if any(size is not None and size < design.least for size in shape[:2]):
        raise ShapeError(f"takes images of at least {design.least}x{design.least}, and its {told}")
    if shape[0] is not None and shape[1] is None and kind.startswith(_PADDED):
        raise ShapeError(f"pads by the height and the width, and its {told}", help="give both sizes, or none")
    if top and design.size is not None and None in shape:
        raise ShapeError(
            f"has a top, so it needs a height and a width, and its {told}",
            help="give both sizes, or write include_top: false",
        )
    return shape


def check_arguments(kind: str, arguments: Mapping[str, Value], shape: Shape, design: Design) -> None:
    """Raise ShapeError where weights are asked for that do not fit the other arguments."""
    if arguments["weights"] is None:
        return
    own = "write weights: null for a model without them; the default is imagenet"
    if arguments["include_top"] is True:
        _check_top(kind, arguments, shape, design)
    if shape[-1] != _CHANNELS:
        raise ShapeError(f"has weights for {_CHANNELS} channels, and its input_shape is {_told(shape)}", help=own)
    if kind in _SIZED and arguments["input_shape"] is not None and None in shape:
        raise ShapeError(f"has weights for images of a known size, and its input_shape is {_told(shape)}", help=own)
    alphas = _MINIMALISTIC_ALPHAS if arguments.get("minimalistic") is True else _ALPHAS.get(kind)
    if alphas is not None and arguments["alpha"] not in alphas:
        known = ", ".join(str(alpha) for alpha in alphas)
        raise ShapeError(f"has weights for alpha {known}, not {arguments['alpha']}", help=own)
    if arguments.get("depth_multiplier", 1) != 1:
        raise ShapeError(f"has weights for depth_multiplier 1, not {arguments['depth_multiplier']}", help=own)


def _check_top(kind: str, arguments: Mapping[str, Value], shape: Shape, design: Design) -> None:
    cure = "write include_top: false, or weights: null; the default is imagenet"
    if arguments["classes"] != _IMAGENET_CLASSES:
        raise ShapeError(
            f"has weights for {_IMAGENET_CLASSES} classes at its top, not {arguments['classes']}", help=cure
        )
    if arguments["classifier_activation"] not in (None, "softmax", "linear"):
        raise ShapeError("has weights for the classifier_activation softmax or none at its top", help=cure)
    square = shape[0] if shape[0] == shape[1] and shape[0] in _SQUARES.get(kind, ()) else design.size
    if design.size is not None and shape != (square, square, _CHANNELS):
        raise ShapeError(
            f"has weights for images of {_told((square, square, _CHANNELS))} at its top, "
            f"and its input_shape is {_told(shape)}",
            help=cure,
        )


def _told(shape: Shape) -> str:
    return f"[{', '.join('null' if size is None else str(size) for size in shape)}]"
