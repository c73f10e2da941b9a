"""Cut the fonts of pictures out of DejaVu Sans, and write the width of every sign beside them.

Run ``python -m graphspec.views.plot.generate_fonts FOLDER`` with fonttools and brotli installed and DejaVu 2.37 in the
folder; what it writes is committed.
"""

import json
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

DATA = Path(__file__).parent / "data"
FACES = {"regular": "DejaVuSans", "bold": "DejaVuSans-Bold"}
# Latin, Greek, Cyrillic, Hebrew, Arabic, punctuation, currency, letterlike signs, arrows, mathematics, shapes, marks.
RANGES = (
    (0x20, 0x7E), (0xA0, 0x24F), (0x2B0, 0x2DD), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x4FF), (0x5D0, 0x5F4),
    (0x600, 0x6FF), (0xFE70, 0xFEFC), (0x1E00, 0x1EFF), (0x2010, 0x2027), (0x2030, 0x205E), (0x2070, 0x209C),
    (0x20A0, 0x20BD), (0x2100, 0x214E), (0x2190, 0x21FF), (0x2200, 0x22FF), (0x25A0, 0x25FF), (0x2713, 0x2718),
    (0x2744, 0x2744), (0xFFFD, 0xFFFD),
)  # fmt: skip
WEB = ((0x20, 0x7E), (0xB7, 0xB7), (0xD7, 0xD7), (0x2026, 0x2026), (0x2715, 0x2715), (0x2744, 0x2744))


def main(folder: Path) -> None:
    """Write the fonts and the table of widths, in thousandths of the size of the text."""
    widths = {}
    for face, name in FACES.items():
        font = _subset(folder / f"{name}.ttf", RANGES, shaped=True)
        font.save(DATA / f"{name}.ttf")
        advances, units = font["hmtx"], font["head"].unitsPerEm
        widths[face] = {
            chr(code): round(advances[glyph][0] * 1000 / units) for code, glyph in sorted(font.getBestCmap().items())
        }
        web = _subset(folder / f"{name}.ttf", WEB, shaped=False)
        web.flavor = "woff2"
        web.save(DATA / f"{name}.woff2")
    text = json.dumps(widths, ensure_ascii=True, separators=(",", ":"))
    (DATA / "widths.json").write_text(text + "\n", encoding="ascii")


def _subset(path: Path, ranges: tuple[tuple[int, int], ...], *, shaped: bool) -> TTFont:
    options = subset.Options()
    options.layout_features = ["init", "medi", "fina", "isol", "rlig", "ccmp", "mark", "mkmk"] if shaped else []
    options.hinting = False
    options.glyph_names = False
    options.notdef_outline = True
    font = TTFont(path, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[code for first, last in ranges for code in range(first, last + 1)])
    cutter.subset(font)
    return font


if __name__ == "__main__":
    main(Path(sys.argv[1]))
