"""Cases of layers that change images at random: with and without a batch, of every dtype and number of channels.

Keras 3.15 cannot use Equalization in a model unless its input is cast, for it hands on the very tensor that it gets;
CutMix fails for bfloat16. Both should work, and no case asks for them.
"""

import random
from functools import partial
from typing import Any

from agreement import Case, Generator, pick

from cases.image_preprocessing import base, images

SIGNED = [0.0, 0.5, -0.3, [-0.5, 0.5], [2.0, 3.0]]
UNIT = [0.0, 0.5, [0.2, 0.4], [2.0, 3.0]]
MAYBE_UNIT = [..., *UNIT]
OTHERS = [..., None, 0.5]
FILLED = {"fill_mode": [..., "constant", "nearest", "wrap", "reflect"], "interpolation": [..., "nearest", "bilinear"]}
ARGUMENTS: dict[str, dict[str, list[Any]]] = {
    "AugMix": {"factor": MAYBE_UNIT, "num_chains": [..., 1], "all_ops": [..., False]},
    "AutoContrast": {"value_range": [..., [0, 1]]},
    "ContrastLimitedAdaptiveHistogramEqualization": {"tile_grid_size": [..., [2, 2], [1, 3]]},
    "CutMix": {"factor": MAYBE_UNIT},
    "Equalization": {"bins": [..., 16]},
    "MixUp": {"alpha": [..., 0.5]},
    "RandAugment": {"factor": MAYBE_UNIT, "num_ops": [..., 1]},
    "RandomBrightness": {"factor": SIGNED},
    "RandomColorDegeneration": {"factor": SIGNED},
    "RandomColorJitter": {f"{name}_factor": OTHERS for name in ("brightness", "contrast", "saturation", "hue")},
    "RandomContrast": {"factor": UNIT},
    "RandomElasticTransform": {"factor": MAYBE_UNIT, "scale": MAYBE_UNIT},
    "RandomErasing": {"factor": MAYBE_UNIT, "scale": [..., [0.1, 0.2], [2.0, 3.0]]},
    "RandomFlip": {"mode": [..., "horizontal", "vertical"]},
    "RandomGaussianBlur": {"kernel_size": [..., 1, 2, 3, [3, 5], [3, 4]], "sigma": MAYBE_UNIT},
    "RandomGrayscale": {"factor": [..., 0.2]},
    "RandomHue": {"factor": UNIT},
    "RandomInvert": {"factor": MAYBE_UNIT},
    "RandomPerspective": {"factor": MAYBE_UNIT, "scale": [..., 0.5]},
    "RandomPosterization": {"factor": [1, 4, [2, 6], [9, 10]]},
    "RandomRotation": {"factor": SIGNED, **FILLED},
    "RandomSaturation": {"factor": SIGNED},
    "RandomSharpness": {"factor": UNIT},
    "RandomShear": {"x_factor": [..., 0.2, [0.1, 0.2]], **FILLED},
    "RandomTranslation": {"height_factor": [0.2, [-0.1, 0.2]], "width_factor": [0.0, -0.5], **FILLED},
    "RandomZoom": {"height_factor": [0.2, [-0.1, 0.2]], "width_factor": [..., 0.5], **FILLED},
    "Solarization": {"addition_factor": [..., 0.2], "threshold_factor": [..., 0.5]},
}


def augmentation(name: str, rng: random.Random) -> Case:
    """Return a call of a layer of images, mostly with three channels."""
    arguments = base(rng) | pick(rng, **ARGUMENTS[name])
    x = images(rng, arguments.get("data_format"), channels=(1, 2, 3, 3, 3, 3, 4))
    if name == "Equalization":
        arguments = {key: value for key, value in arguments.items() if key not in {"dtype", "autocast"}}
        x["dtype"] = rng.choice(["float16", "float64"])
    if name == "CutMix" and "bfloat16" in arguments.get("dtype", ""):
        arguments["dtype"] = "float16"
    return Case(name, arguments, {"x": x}, "x")


CASES: dict[str, Generator] = {name: partial(augmentation, name) for name in ARGUMENTS}
