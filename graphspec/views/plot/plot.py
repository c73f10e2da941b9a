"""A drawing as a file: SVG, PNG, HTML, or text for other tools."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from graphspec.diagnostics.diagnostic import UsageError
from graphspec.diagnostics.suggest import did_you_mean
from graphspec.output import write_bytes
from graphspec.views.plot.drawing import Drawing
from graphspec.views.plot.face import SHOWABLE, SHOWN
from graphspec.views.plot.fold import ALL, depth_of, fold, groups_of, size_of
from graphspec.views.plot.picture import picture_of
from graphspec.views.plot.places import Direction, Picture
from graphspec.views.plot.theme import THEMES

ENDINGS = (".svg", ".png", ".html", ".dot", ".mmd")
_SCALE = 2.0
_PLENTY = 8_000_000
_MUCH = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlotOptions:
    """How to draw: the way of the flow, the colours, what to write on cards, how much to open, and PNG's scale."""

    direction: Direction = "down"
    theme: str = "light"
    show: tuple[str, ...] = SHOWN
    depth: int | None = None
    expand: tuple[str, ...] = ()
    scale: float | None = None


@dataclass(frozen=True)
class Plot:
    """A drawing that shows itself in a notebook, and can be saved."""

    drawing: Drawing
    options: PlotOptions

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn, with a sentence."""
        check_options(self.options)
        check_expand(self.drawing, self.options.expand)

    @cached_property
    def folded(self) -> Drawing:
        """Return the drawing with what is too much closed."""
        return fold(self.drawing, self.options.depth, self.options.expand)

    @cached_property
    def picture(self) -> Picture:
        """Return the drawing with places."""
        return picture_of(self.folded, self.options.direction, self.options.show)

    @property
    def svg(self) -> str:
        """Return the picture as SVG."""
        from graphspec.views.plot.svg import render_svg  # noqa: PLC0415 - written on demand

        return render_svg(self.picture, THEMES[self.options.theme])

    def save(self, path: str | Path) -> tuple[str, ...]:
        """Write the picture as the ending of the file says, and return what is to be said of it.

        Raises UsageError where there is no such ending, or where the file cannot be written.
        """
        file = Path(path)
        form = form_of(file)
        data, notes = self.rendered(form)
        write_bytes(file, data)
        return notes

    def rendered(self, form: str) -> tuple[bytes, tuple[str, ...]]:
        """Return the picture in a form, with what is to be said of it."""
        if form == ".png":
            return self._png()
        return self._text(form).encode("utf-8"), self._notes()

    def _text(self, form: str) -> str:
        if form == ".svg":
            return self.svg
        if form == ".html":
            from graphspec.views.plot.html import render_html  # noqa: PLC0415 - written on demand

            return render_html(
                self.drawing, self.options.direction, self.options.show, self.picture, self.options.theme
            )
        from graphspec.views.plot.text_forms import render_dot, render_mermaid  # noqa: PLC0415 - as above

        render = render_dot if form == ".dot" else render_mermaid
        return render(self.folded, self.options.direction, self.options.show)

    def _png(self) -> tuple[bytes, tuple[str, ...]]:
        from graphspec.views.plot.png import render_png  # noqa: PLC0415 - loaded on demand
        from graphspec.views.plot.svg import measure_svg, render_svg, unknown_signs  # noqa: PLC0415 - as above

        svg = render_svg(self.picture, THEMES[self.options.theme], without_fonts=True)
        width, height = measure_svg(self.picture)
        area = width * height
        fitting = min(max(1.0, min(_SCALE, (_PLENTY / area) ** 0.5)), (_MUCH / area) ** 0.5)
        wanted = self.options.scale or fitting
        raster = render_png(svg, width, height, wanted)
        notes = [*self._notes()]
        if raster.scale < wanted:
            notes.append(
                f"scale {raster.scale:.2f} and not {wanted:g}: a larger PNG would not fit in memory; .svg does"
            )
        unknown = unknown_signs(self.picture)
        if unknown:
            notes.append(
                f"signs that the font of PNG lacks are drawn as their code points: {unknown};"
                " .svg and .html show them in a font of whoever looks at them"
            )
        return raster.data, tuple(notes)

    def _notes(self) -> tuple[str, ...]:
        hidden = size_of(self.drawing.cards) - size_of(self.folded.cards)
        if not hidden or self.options.depth is not None:
            return ()
        levels = depth_of(self.drawing.cards)
        opened = depth_of(self.folded.cards)
        note = (
            f"{opened} of {levels} levels are open, so that {size_of(self.folded.cards)} boxes stand for"
            f" {size_of(self.drawing.cards)}; --expand NAME opens one, --expand all opens all"
        )
        return (note,)

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_html_(self) -> str:
        return f'<div style="overflow:auto;max-height:80vh">{self.svg}</div>'


def form_of(path: Path) -> str:
    """Return the ending of a file, which says what to write.

    Raises UsageError where it is none that can be.
    """
    for ending in ENDINGS:
        if path.name.endswith(ending) and path.name != ending:
            return ending
    raise UsageError(f'"{path}" must end in {", ".join(ENDINGS)}, which says what is drawn')


def check_options(options: PlotOptions) -> None:
    """Raise UsageError where an option has a value that it cannot have."""
    _check_choice("direction", options.direction, ("down", "right"))
    _check_choice("theme", options.theme, tuple(THEMES))
    for name in options.show:
        _check_choice("show", name, SHOWABLE)
    if options.depth is not None and options.depth < 0:
        raise UsageError(f"the depth is {options.depth}; it cannot be less than 0")
    if options.scale is not None and not 0 < options.scale < float("inf"):
        raise UsageError(f"the scale is {options.scale:g}; it must be more than 0")


def _check_choice(option: str, value: str, choices: Collection[str]) -> None:
    if value not in choices:
        hint = did_you_mean(value, choices) or f"; there are {', '.join(choices)}"
        raise UsageError(f'there is no {option} "{value}"{hint}')


def check_expand(drawing: Drawing, names: Collection[str]) -> None:
    """Raise UsageError where a name is of nothing that can be opened."""
    known = set(groups_of(drawing.cards)) if names else set()
    for name in names:
        if name != ALL and name not in known:
            hint = did_you_mean(name, sorted(known))
            raise UsageError(f'there is no chain, expression or nested model "{name}" to open{hint}')
