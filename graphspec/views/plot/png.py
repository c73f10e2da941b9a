"""SVG -> PNG, by a rasteriser that needs no program, no display and no font of the machine."""

from typing import NamedTuple

from graphspec.views.plot.measure import FONTS

MOST_PIXELS = 40_000_000
LONGEST_SIDE = 30_000


class Raster(NamedTuple):
    """A PNG, and the scale that it came out at."""

    data: bytes
    scale: float


def render_png(svg: str, width: float, height: float, scale: float) -> Raster:
    """Return an SVG as PNG, no larger than memory and viewers bear."""
    import resvg_py  # noqa: PLC0415 - loaded where a PNG is made

    fitting = min(scale, (MOST_PIXELS / (width * height)) ** 0.5, LONGEST_SIDE / max(width, height))
    data = resvg_py.svg_to_bytes(
        svg_string=svg,
        zoom=fitting,
        skip_system_fonts=True,
        font_files=[str(font) for font in FONTS],
        font_family="DejaVu Sans",
        sans_serif_family="DejaVu Sans",
    )
    return Raster(bytes(data), fitting)
