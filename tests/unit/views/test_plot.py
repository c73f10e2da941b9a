"""What pictures say: names, shapes, marks, links, mistakes; and that they say the same everywhere."""

import base64
import hashlib
import html.parser
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from geometry import texts_of

from graphspec import UsageError, load
from graphspec.cli.main import run
from graphspec.views.plot import engine, png
from graphspec.views.plot.drawing import Card, Drawing, Link
from graphspec.views.plot.fold import MOST_CARDS
from graphspec.views.plot.measure import is_covered, text_width, wrapped
from graphspec.views.plot.plot import ENDINGS, Plot, PlotOptions
from graphspec.views.plot.theme import THEMES

HEAD = "graphspec: 1\ninputs: {x: [8], y: [8]}\n"
FORMS = [ending.removeprefix(".") for ending in ENDINGS]


def plot(folder: Path, text: str, **options: object) -> Plot:
    file = folder / "spec.yaml"
    file.write_text(text, encoding="utf-8")
    return load(file).plot(**options)


def svg(folder: Path, text: str, **options: object) -> str:
    return plot(folder, text, **options).svg


def test_a_card_tells_name_class_shape_and_parameters(tmp_path: Path) -> None:
    found = texts_of(svg(tmp_path, f"{HEAD}nodes: {{d: {{Dense: {{units: 2}}, from: x}}}}\noutputs: d\n"))
    assert {"x", "Input", "(None, 8)", "d", "Dense", "(None, 2)", "18 params", "output"} <= found


def test_several_tensors_of_a_call_have_their_arguments_names(tmp_path: Path) -> None:
    text = "graphspec: 1\ninputs: {q: [5, 8], v: [6, 8]}\nnodes:\n"
    text += "  a: {MultiHeadAttention: {num_heads: 2, key_dim: 4}, from: {query: q, value: v}}\noutputs: a\n"
    assert {"query", "value"} <= texts_of(svg(tmp_path, text))


def test_an_output_among_several_has_its_name(tmp_path: Path) -> None:
    text = "graphspec: 1\ninputs: {s: [5, 8]}\nnodes:\n  a: {LSTM: {units: 4, return_state: true}, from: s}\n"
    text += "  b: {Dense: {units: 2}, from: a.state_h}\noutputs: b\n"
    assert "state_h" in texts_of(svg(tmp_path, text))


def test_shapes_stand_on_edges_on_request(tmp_path: Path) -> None:
    text = f"{HEAD}nodes: {{d: {{Dense: {{units: 2}}, from: x}}}}\noutputs: d\n"
    assert "(None, 8)" not in texts_of(svg(tmp_path, text, show=["type"]))
    assert "(None, 8)" in texts_of(svg(tmp_path, text, show=["edges"]))
    assert {"float32", "units=2"} <= texts_of(svg(tmp_path, text, show=["dtype", "arguments"]))


SHARED = f"""{HEAD}layers: {{one: {{Dense: {{units: 8}}}}}}
nodes:
  a: {{call: one, from: x}}
  b: {{call: one, from: y}}
  c: {{Add: {{}}, from: [a, b]}}
outputs: c
"""


def test_calls_of_a_shared_layer_are_tied(tmp_path: Path) -> None:
    found = plot(tmp_path, SHARED)
    assert {"call 1 of 2", "call 2 of 2, weights of a", "72 params"} <= texts_of(found.svg)
    assert found.svg.count("72 params") == 1
    assert len(found.picture.ties) == 1


ONE_LAYER = "models: {m: {inputs: {i: [8]}, nodes: {d: {Dense: {units: 2}, from: i}}, outputs: d}}\n"


def test_a_model_of_one_layer_is_not_taken_for_the_layer(tmp_path: Path) -> None:
    text = f"{HEAD}{ONE_LAYER}"
    text += "nodes: {n: {call: m, from: x}}\noutputs: n\n"
    assert not any("call 1" in found for found in texts_of(svg(tmp_path, text)))


def test_frozen_layers_are_marked(tmp_path: Path) -> None:
    text = f"{HEAD}nodes: {{d: {{Dense: {{units: 2}}, from: x, trainable: false}}}}\noutputs: d\n"
    assert "18 params ❄ frozen" in texts_of(svg(tmp_path, text))


NESTED = f"""{HEAD}models:
  m: {{inputs: {{i: [8], j: [8]}}, nodes: {{s: {{Add: {{}}, from: [i, j]}}, t: {{Dense: {{units: 2}}, from: i}}}},
      outputs: {{sum: s, other: t}}}}
nodes:
  n: {{call: m, from: {{i: x, j: y}}}}
  c: {{chain: [{{Dense: {{units: 4}}}}, {{ReLU: {{}}}}], from: n.other}}
  e: {{expr: "n.sum * 2 + 1"}}
outputs: {{c: c, e: e}}
"""


def test_levels_are_opened_and_closed(tmp_path: Path) -> None:
    assert {frame.card.path for frame in plot(tmp_path, NESTED).picture.frames} == {"n", "c", "e"}
    closed = plot(tmp_path, NESTED, depth=0)
    assert {"Functional of 4", "chain of 2", "expression of 2", "sum", "other", "i", "j"} <= texts_of(closed.svg)
    assert [frame.card.path for frame in plot(tmp_path, NESTED, depth=0, expand=["c"]).picture.frames] == ["c"]


def test_much_is_closed_by_itself(tmp_path: Path) -> None:
    text = "graphspec: 1\ninputs: {x: [224, 224, 3]}\n"
    text += "nodes: {n: {applications.ResNet50: {weights: null}, from: x}}\noutputs: n\n"
    closed = plot(tmp_path, text)
    assert len(closed.picture.boxes) <= MOST_CARDS
    assert any("--expand" in note for note in closed.rendered(".svg")[1])
    assert len(plot(tmp_path, text, expand=["all"]).picture.boxes) > MOST_CARDS


def test_a_second_call_of_a_model_is_one_card(tmp_path: Path) -> None:
    text = f"{HEAD}{ONE_LAYER}"
    text += "nodes: {a: {call: m, from: x}, b: {call: m, from: y}, s: {Add: {}, from: [a, b]}}\noutputs: s\n"
    found = plot(tmp_path, text)
    assert [frame.card.path for frame in found.picture.frames] == ["a"]
    assert "call 2 of 2, weights of a" in texts_of(found.svg)


def test_the_bytes_are_the_same_in_any_process(tmp_path: Path) -> None:
    spec = Path(__file__).parents[3] / "specs" / "siamese.yaml"
    script = f"import graphspec\nfor form in {FORMS}: graphspec.load({str(spec)!r}).plot('out.' + form)"
    found = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        folder.mkdir()
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", script], cwd=folder, env=environment, check=True)
        found.append({form: (folder / f"out.{form}").read_bytes() for form in FORMS})
    assert found[0] == found[1]


BROKEN = """graphspec: 1
inputs: {x: [8], y: [3]}
nodes:
  a: {Dense: {unitz: 8}, from: x}
  s: {Add: {}, from: [x, y]}
  m: {Add: {}, from: [s, nowhere]}
  c: {chain: [{Dense: {units: 8}}, {Dens: {units: 8}}, {Dense: {units: 8}}], from: a}
  o: {Dense: {units: 2}, from: m}
outputs: [o, c]
"""


def test_a_spec_with_mistakes_is_drawn_as_far_as_it_is_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.yaml").write_text(BROKEN)
    assert run(["plot", str(tmp_path / "broken.yaml"), "-o", str(tmp_path / "out.svg")]) == 1
    printed = capsys.readouterr()
    assert "4 errors in 1 file" in printed.err
    assert "out.svg: 9 boxes" in printed.out
    root = ET.fromstring((tmp_path / "out.svg").read_text())  # noqa: S314 - our own
    cards = {card.get("data-card"): card for card in root.iter() if card.get("data-card")}
    assert set(cards) == {"x", "y", "a", "s", "m", "c.dense", "c.dens", "c.=", "o"}
    red = THEMES["light"].mistake
    wrong = {path for path, card in cards.items() if any(part.get("stroke") == red for part in card)}
    assert wrong == {"a", "s", "m", "c.dens"}
    listed = [text for text in texts_of((tmp_path / "out.svg").read_text()) if re.match(r"\d: GS\d+, line", text)]
    assert len(listed) == 4


BROKEN_BLOCK = """graphspec: 1
blocks:
  b:
    inputs: [x]
    nodes:
      first: {Dense: {units: 3}, from: x}
      lat: {Dense: {units: 3}, from: first}
      out: {Add: {}, from: [first, lat]}
    outputs: out
inputs: {x: [3]}
nodes:
  use: {block: b, from: x}
  again: {block: b, from: use}
outputs: again
"""


@pytest.mark.parametrize(
    ("old", "new", "red"),
    [
        ("{units: 3}, from: first", "{unitz: 3}, from: first", "use.lat"),
        ("again: {block: b, from: use}", "again: {block: b, from: {y: use}}", "again.?x"),
    ],
)
def test_a_mistake_in_a_block_is_marked_at_its_box(old: str, new: str, red: str, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text(BROKEN_BLOCK.replace(old, new))
    assert run(["plot", str(tmp_path / "broken.yaml"), "-o", str(tmp_path / "out.svg")]) == 1
    root = ET.fromstring((tmp_path / "out.svg").read_text())  # noqa: S314 - our own
    cards = {card.get("data-card"): card for card in root.iter() if card.get("data-card")}
    colour = THEMES["light"].mistake
    assert [path for path, card in cards.items() if any(part.get("stroke") == colour for part in card)] == [red]


@pytest.mark.parametrize("text", ["a: [1\n", "", "graphspec: 1\n", "- 1\n", "graphspec: 1\nnodes: 3\noutputs: x\n"])
@pytest.mark.parametrize("form", FORMS)
def test_what_is_no_spec_is_a_list_of_mistakes(text: str, form: str, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    assert run(["plot", str(tmp_path / "bad.yaml"), "-o", str(tmp_path / f"out.{form}")]) == 1
    assert (tmp_path / f"out.{form}").stat().st_size > 0


HOSTILE = [
    "</script><img src=x onerror=alert(1)>",
    "'\"--><svg onload=alert(2)>",
    "\u202egpj.exe",
    "]]>&amp;\\",
    "a\nb",
]


def hostile() -> Drawing:
    cards = tuple(
        Card(path=f"n{at}{name}", name=name, type=name, arguments=((name, name),)) for at, name in enumerate(HOSTILE)
    )
    links = tuple(Link(source=one.path, target=two.path, argument=one.name) for one, two in pairwise(cards))
    return Drawing(name=HOSTILE[0], cards=cards, links=links)


class Tags(html.parser.HTMLParser):
    """Gathers the tags of a page, and what would load something."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [
            f"{name}={value}" for name, value in attrs if name in {"src", "href", "style"} or name.startswith("on")
        ]


def test_hostile_names_are_inert() -> None:
    found = Plot(hostile(), PlotOptions())
    ET.fromstring(found.svg)  # noqa: S314 - our own
    page = found.rendered(".html")[0].decode()
    tags = Tags()
    tags.feed(page)
    assert tags.loads == []
    assert {"img", "iframe", "link"}.isdisjoint(tags.tags)
    assert tags.tags.count("script") == 2
    for form in (".dot", ".mmd"):
        assert len(found.rendered(form)[0].decode().splitlines()) < 20


def test_the_page_allows_its_own_script_and_style_alone(tmp_path: Path) -> None:
    page = plot(tmp_path, NESTED).rendered(".html")[0].decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none';")
    for tag in ("style", "script"):
        content = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert content is not None
        digest = base64.b64encode(hashlib.sha256(content[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", page)


def test_signs_that_the_font_lacks_are_measured_and_told() -> None:
    cards = (Card(path="n", name="入力 🚀 שלום", type="Dense"),)
    found = Plot(Drawing(name="m", cards=cards, links=()), PlotOptions())
    assert "入力 🚀 שלום" in texts_of(found.svg)
    data, notes = found.rendered(".png")
    assert data.startswith(b"\x89PNG")
    assert any("入力🚀" in note for note in notes)
    assert not is_covered("入")
    assert text_width("入", 10) >= 10
    assert is_covered("Ünïcödé Ελληνικά Кириллица שלום العربية → ❄")


def test_text_is_wrapped_and_never_lost() -> None:
    text = "a few words and one-that-is-" + "very" * 40 + "-long"
    lines = wrapped(text, 11, 100)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(text_width(line, 11) <= 100 for line in lines)


def test_a_huge_png_is_smaller_and_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(png, "MOST_PIXELS", 10_000)
    data, notes = plot(tmp_path, SHARED, scale=3.0).rendered(".png")
    width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    assert width * height <= 11_000
    assert any(note.startswith("scale 0.") for note in notes)


def test_a_graph_that_is_too_dense_ends_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SECONDS", 0.05)
    cards = tuple(Card(path=str(at), name=str(at), type="Add") for at in range(40))
    links = tuple(Link(source=one.path, target=two.path) for at, one in enumerate(cards) for two in cards[at + 1 :])
    with pytest.raises(UsageError, match=r"too dense .* \.dot or \.mmd"):
        _ = Plot(Drawing(name="dense", cards=cards, links=links), PlotOptions()).svg


def test_a_dense_graph_is_laid_out_in_a_process_of_its_own() -> None:
    cards = tuple(Card(path=str(at), name=str(at), type="Add") for at in range(18))
    links = tuple(Link(source=one.path, target=two.path) for at, one in enumerate(cards) for two in cards[at + 1 :])
    assert "<svg" in Plot(Drawing(name="dense", cards=cards, links=links), PlotOptions()).svg


USAGE = [
    (["-o", "out.gif"], "must end in .svg, .png, .html, .dot, .mmd"),
    (["-o", "out.svg", "--show", "shapes"], 'there is no show "shapes"; did you mean "shape"?'),
    (["-o", "out.svg", "--expand", "nn"], 'nested model "nn" to open; did you mean "n"?'),
    (["-o", "kept.svg", "--no-clobber"], "exists, and --no-clobber says to keep it"),
    (["-o", "."], "must end in"),
    ([], "Missing option"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "message"), USAGE, ids=str)
def test_wrong_usage_is_told(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spec.yaml").write_text(NESTED)
    (tmp_path / "kept.svg").write_text("kept")
    assert run(["plot", "spec.yaml", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert (tmp_path / "kept.svg").read_text() == "kept"


def test_a_notebook_shows_a_spec(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(SHARED)
    spec = load(tmp_path / "spec.yaml")
    assert spec._repr_svg_() == spec.plot().svg
    assert spec.plot().svg in spec._repr_html_()
    spec.plot(tmp_path / "out.png", direction="right", theme="dark")
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")


def _luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", sorted(THEMES))
def test_text_stands_out_from_what_is_behind_it(name: str) -> None:
    theme = THEMES[name]
    heads = [tint.head for family, tint in theme.tints.items() if family != "input"]
    pairs = [(theme.ink, head) for head in heads] + [(theme.soft_ink, head) for head in heads]
    pairs += [(theme.ink, theme.paper), (theme.soft_ink, theme.paper), (theme.port_ink, theme.port)]
    pairs += [(theme.shared_ink, theme.shared), (theme.mistake_ink, theme.mistake), (theme.label, theme.background)]
    pairs += [(color, frame) for color in (theme.ink, theme.soft_ink) for frame in theme.frames]
    assert min(_contrast(one, other) for one, other in pairs) >= 4.5
    assert min(_contrast(theme.line, back) for back in (theme.background, *theme.frames)) >= 3


COPIES = """graphspec: 1
blocks:
  b: {inputs: [x], nodes: {y: {Dense: {units: 3}, from: x}}, outputs: y}
inputs: {x: [4]}
nodes:
  e: {block: b, each: [1, 2, 3, 4, 5], from: x}
  s: {Add: {}, from: e}
outputs: s
"""


def test_copies_stand_in_their_order(tmp_path: Path) -> None:
    places = {box.card.path: box.rect.x for box in plot(tmp_path, COPIES).picture.boxes}
    copies = [f"e.{number}.y" for number in range(1, 6)]
    assert sorted(copies, key=lambda path: places[path]) == copies
