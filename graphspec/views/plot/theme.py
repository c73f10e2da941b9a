"""Colours: after Okabe and Ito, whose hues the colour-blind tell apart; the tints differ in lightness too."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Tint:
    """The colours of a family: behind its name, and of the stripe beside it."""

    head: str
    stripe: str


@dataclass(frozen=True, slots=True)
class Theme:
    """All colours of a picture."""

    name: str
    background: str
    paper: str
    ink: str
    soft_ink: str
    border: str
    line: str
    label: str
    frames: tuple[str, str]
    frame_border: str
    port: str
    port_ink: str
    shared: str
    shared_ink: str
    mistake: str
    mistake_ink: str
    tints: Mapping[str, Tint]


LIGHT = Theme(
    name="light", background="#ffffff", paper="#ffffff", ink="#16191d", soft_ink="#4b525b", border="#4b525b",
    line="#5b636d", label="#33393f", frames=("#f3f5f9", "#e8ecf3"), frame_border="#8793a8", port="#333a44",
    port_ink="#ffffff", shared="#f6e3ee", shared_ink="#7a1f55", mistake="#b3001b", mistake_ink="#ffffff",
    tints=MappingProxyType({
        "input": Tint("#333a44", "#333a44"),
        "convolution": Tint("#c3ddf0", "#0072b2"),
        "dense": Tint("#cdebe0", "#009e73"),
        "recurrent": Tint("#efd6e4", "#b0568c"),
        "normalization": Tint("#fbf6c4", "#c9b400"),
        "activation": Tint("#fbe3bb", "#e69f00"),
        "pooling": Tint("#dff1fb", "#56b4e9"),
        "merging": Tint("#f6cdb9", "#d55e00"),
        "model": Tint("#d5d9e6", "#4a5580"),
        "other": Tint("#eceef0", "#8b939c"),
    }),
)  # fmt: skip

DARK = Theme(
    name="dark", background="#14171b", paper="#1e2329", ink="#f2f4f6", soft_ink="#b9c1ca", border="#8b95a1",
    line="#98a2ae", label="#d3d9df", frames=("#1a1f26", "#222832"), frame_border="#5c6878", port="#dde2e8",
    port_ink="#14171b", shared="#43263a", shared_ink="#f3bedb", mistake="#ff6b75", mistake_ink="#14171b",
    tints=MappingProxyType({
        "input": Tint("#dde2e8", "#dde2e8"),
        "convolution": Tint("#0b4468", "#3aa0dc"),
        "dense": Tint("#0b4f3d", "#1fbf92"),
        "recurrent": Tint("#5a2b4a", "#d687b6"),
        "normalization": Tint("#57500f", "#e8dc4a"),
        "activation": Tint("#5f4408", "#f0ad1a"),
        "pooling": Tint("#1f4f66", "#7cc8f2"),
        "merging": Tint("#64300b", "#f07a2a"),
        "model": Tint("#353d5c", "#97a4d6"),
        "other": Tint("#343b43", "#98a2ae"),
    }),
)  # fmt: skip

THEMES = MappingProxyType({"light": LIGHT, "dark": DARK})
