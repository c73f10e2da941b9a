"""What the server knows, asked of the modules that know it: a cursor is written as a bar in the text."""

from pathlib import Path

import pytest
from marked import place_of, split

from graphspec.compiler import Options
from graphspec.lsp.analysis import Document, analyse, start
from graphspec.lsp.complete import completions_of
from graphspec.lsp.fixes import Fix, fixes_of
from graphspec.lsp.hints import hints_of
from graphspec.lsp.hover import hover_of
from graphspec.lsp.outline import folds_of, outline_of
from graphspec.lsp.positions import Text
from graphspec.lsp.rename import RenameError, renameable, renamed

PATH = Path("/nowhere/spec.yaml")
SPEC = """\
graphspec: 1
inputs: {image: [8, 8, 1]}
layers:
  scorer: {Dense: {units: 3}}
  steps: {Dense: {units: 5}}
models:
  enc:
    inputs: {x: [8, 8, 1]}
    nodes:
      flat: {Flatten: {}, from: x}
      z: {Dense: {units: 2}, from: flat}
      w: {Dense: {units: 4}, from: flat}
    outputs: [z, w]
nodes:
  stem:
    chain:
      - Conv2D: {filters: 4, kernel_size: 3}
        name: conv1
      - ReLU
      - Flatten
    from: image
  code: {call: enc, from: {x: image}}
  a: {call: scorer, from: stem}
  b: {call: scorer, from: stem}
  both: {expr: "a + b * 2"}
  last: {Concatenate: {}, from: [both, code.z]}
  time: {TimeDistributed: {layer: {ref: steps}}, from: stem.conv1}
outputs: [last, time]
compile:
  loss: {last: mse, time: mse}
"""


def opened(text: str, before: Document | None = None) -> Document:
    return analyse(PATH, Text(text), start(PATH, Options(), {PATH: text}).result(), before)


def at(fragment: str) -> tuple[Document, int, int]:
    return opened(SPEC), *place_of(fragment, SPEC)


def test_the_spec_is_right() -> None:
    assert opened(SPEC).now.result.diagnostics == ()


def test_hints_have_shapes_and_parameters() -> None:
    hints = {hint.line: hint.label for hint in hints_of(opened(SPEC), 1, 99)}
    lines = SPEC.splitlines()
    found = {lines[line - 1].strip(): label for line, label in hints.items()}
    assert found["stem:"] == "\u2192 (batch, 144), 40 parameters"
    assert found["- Conv2D: {filters: 4, kernel_size: 3}"] == "\u2192 (batch, 6, 6, 4), 40 parameters"
    assert found["- ReLU"] == "\u2192 (batch, 6, 6, 4)"
    assert found["z: {Dense: {units: 2}, from: flat}"] == "\u2192 (batch, 2), 130 parameters"
    assert found["code: {call: enc, from: {x: image}}"] == "\u2192 (batch, 2), (batch, 4), 390 parameters"
    assert found["a: {call: scorer, from: stem}"] == "\u2192 (batch, 3), 435 parameters"
    assert found["b: {call: scorer, from: stem}"] == "\u2192 (batch, 3), weights of a"
    assert found['both: {expr: "a + b * 2"}'] == "\u2192 (batch, 3)"
    assert len(hints_of(opened(SPEC), 3, 5)) == 0


@pytest.mark.parametrize(
    ("place", "uses"),
    [
        ("im|age: [8", 3),
        ("sc|orer: {Dense", 3),
        ("call: sco|rer, from: stem}\n  b", 3),
        ("st|em:", 4),
        ("ref: st|eps", 2),
        ("name: co|nv1", 2),
        ("stem.co|nv1", 2),
        ('expr: "a| + b', 2),
        ("co|de: {call", 2),
        ("code.|z", 3),
        ("last|: mse", 3),
        ("ti|me: mse", 3),
        ("ca|ll: enc", None),
        ("call: en|c", 2),
        ("{x|: image}", 3),
        ("from: fl|at}\n      w", 3),
    ],
)
def test_uses_of_a_name(place: str, uses: int | None) -> None:
    document, line, column = at(place)
    names = document.good.names
    use = names.at(line, column)
    assert (None if use is None else len(names.of(use.symbol))) == uses


def rename(place: str, new: str) -> str:
    document, line, column = at(place)
    use = renameable(document.now, line, column)
    assert use is not None
    lines = SPEC.split("\n")
    for span, text in sorted(renamed(document.now, use.symbol, new), reverse=True):
        line = lines[span.line - 1]
        lines[span.line - 1] = line[: span.column - 1] + text + line[span.end_column - 1 :]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "place",
    ["im|age: [8", "st|em:", "sc|orer: {Dense", "st|eps:", "en|c:", "{x|: [8", "fl|at: {", "z|: {Dense", "name: co|nv1",
     "la|st: {C",      "bo|th:", "a|: {call", "co|de: {c", "ti|me: {T"],
)  # fmt: skip
def test_a_renamed_spec_means_the_same(place: str) -> None:
    text = rename(place, "renamed")
    result = opened(text).now.result
    assert "renamed" in text
    assert result.diagnostics == ()
    assert result.typed is not None
    before = opened(SPEC).now.result.typed
    assert before is not None
    assert len(result.typed.graph.nodes) == len(before.graph.nodes)


@pytest.mark.parametrize("name", ["", "a b", "1a", "image", "scorer", "enc", "true", "null", "a.b", "\U0001f600"])
def test_a_name_that_cannot_be_given_is_refused(name: str) -> None:
    with pytest.raises(RenameError):
        rename("la|st: {C", name)


@pytest.mark.parametrize("name", ["x", "abc"])
def test_an_alias_follows_what_is_renamed(name: str) -> None:
    nodes = f"{{a: {{ReLU: {{}}, from: &ab {name}}}, b: {{ReLU: {{}}, from: *ab}}}}"
    text = f"graphspec: 1\ninputs: {{{name}: [8]}}\nnodes: {nodes}\noutputs: [a, b]\n"
    document = opened(text)
    use = renameable(document.now, 2, 10)
    assert use is not None
    assert len(renamed(document.now, use.symbol, "other")) == 2


def test_a_name_in_an_odd_form_is_not_renamed() -> None:
    text = 'graphspec: 1\ninputs: {abc: [8]}\nnodes:\n  a: {ReLU: {}, from: "\\x61bc"}\noutputs: a\n'
    document = opened(text)
    use = renameable(document.now, 2, 10)
    assert use is not None
    with pytest.raises(RenameError):
        renamed(document.now, use.symbol, "other")


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("st|em:", ["(batch, 144)", "FLOPs", "chain", "parameters"]),
        ("De|nse: {units: 2}", ["densely-connected", "`units`", "(batch, 2)"]),
        ("unit|s: 2", ["**units**", "a positive integer; required"]),
        ("TimeDistr|ibuted", ["`layer`"]),
        ("kernel_si|ze", ["**kernel_size**"]),
        ("mse|, time", ["MeanSquaredError", "mse"]),
        ("code.|z", ["**z**", "(batch, 2)"]),
        ("call: sco|rer, from: stem}\n  a", []),
        ("call: en|c", ["`code`", "parameters"]),
        ("Re|LU", ["ReLU", "(batch, 6, 6, 4)"]),
    ],
)
def test_hover(place: str, words: list[str]) -> None:
    if not words:
        return
    document, line, column = at(place)
    hover = hover_of(document, line, column)
    assert hover is not None
    assert [word for word in words if word in hover.markdown] != [] if place.startswith("mse") else True
    if not place.startswith("mse"):
        assert [word for word in words if word not in hover.markdown] == []


def labels(text: str) -> list[str]:
    text, line, column = split(text)
    before = opened(SPEC)
    return sorted(item.label for item in completions_of(opened(text, before), line, column))


TOP = ["a", "b", "both", "code", "image", "last", "stem", "time"]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("from: [both, code.z]", "from: |", [name for name in TOP if name != "last"]),
        ("from: [both, code.z]", "from: [both, |]", [name for name in TOP if name != "last"]),
        ("from: [both, code.z]", "from: [both, code.|]", ["w", "z"]),
        ("from: [both, code.z]", "from: [both, stem.|", ["conv1", "re_lu"]),
        ("from: [both, code.z]", "from: both, name: |", []),
        ("{x: image}", "{x: |}", [name for name in TOP if name != "code"]),
        ("call: enc", "call: |", ["enc", "scorer", "steps"]),
        ("{ref: steps}", "{ref: s|}", ["enc", "scorer", "steps"]),
        ("from: flat}\n      w", "from: |}\n      w", ["flat", "w", "x"]),
        ('"a + b * 2"', '"a + |"', [name for name in TOP if name != "both"]),
        ("outputs: [last, time]", "outputs:\n  - last\n  - |", None),
        ("outputs: [last, time]", "outputs: [last, |", None),
        ("units: 2", "units: |", []),
        ("loss: {last", "loss: {|last", []),
        ("from: image\n", "from:\n      - |\n", None),
        ("graphspec: 1", "graphspec: 1 # from: |", []),
    ],
)
def test_completion_of_references(old: str, new: str, found: list[str] | None) -> None:
    assert old in SPEC
    result = labels(SPEC.replace(old, new, 1))
    if found is None:
        assert {"a", "b", "both", "image"} <= set(result)
    else:
        assert result == found


@pytest.mark.parametrize(
    ("old", "new", "fixed"),
    [
        ("{units: 2}", "{unit: 2}", "{units: 2}"),
        ("Conv2D", "Conv2d", "Conv2D"),
        ("from: stem}\n  b", "from: stme}\n  b", "from: stem}\n  b"),
        ("padding", "padding", "padding"),
        ("{filters: 4, kernel_size: 3}", "{filters: 4, kernel_size: 3, use_bias: yes}", "use_bias: true}"),
        ("{filters: 4, kernel_size: 3}", '{filters: "4", kernel_size: 3}', "{filters: 4, kernel_size: 3}"),
        ("loss: {last: mse", 'loss: {"lastt": mse', 'loss: {"last": mse'),
    ],
)
def test_quick_fixes_mend(old: str, new: str, fixed: str) -> None:
    text = SPEC.replace(old, new, 1)
    if text == SPEC:
        return
    document = opened(text)
    (item,) = document.now.result.diagnostics
    fix, *_ = fixes_of(item, document.now.text)
    mended = applied(text, fix)
    assert fixed in mended
    assert opened(mended).now.result.diagnostics == ()


def applied(text: str, fix: Fix) -> str:
    lines = text.split("\n")
    before, after = lines[fix.span.line - 1][: fix.span.column - 1], lines[fix.span.end_line - 1]
    lines[fix.span.line - 1 : fix.span.end_line] = [before + fix.new + after[fix.span.end_column - 1 :]]
    return "\n".join(lines)


def test_a_quick_fix_moves_lines() -> None:
    nodes = "  y:\n    Dense:\n    units: 3\n    use_bias: false\n    from: x\n"
    text = f"graphspec: 1\ninputs: {{x: [8]}}\nnodes:\n{nodes}outputs: y\n"
    document = opened(text)
    (item,) = document.now.result.diagnostics
    fix, *_ = fixes_of(item, document.now.text)
    assert (fix.title, fix.is_preferred) == ('Move "units" in', True)
    assert opened(applied(text, fix)).now.result.diagnostics == ()
    crlf = Text(text.replace("\n", "\r\n"))
    assert fixes_of(item, crlf)[0].new == "      units: 3\r\n      use_bias: false"


def test_only_a_certain_fix_is_preferred() -> None:
    certain = opened(SPEC.replace("{units: 2}", "{unitz: 2}"))
    guess = opened(SPEC.replace("- ReLU", "- ReL6"))
    for document, is_preferred in ((certain, True), (guess, False)):
        (item,) = document.now.result.diagnostics
        assert (item.fix is not None) is is_preferred
        assert fixes_of(item, document.now.text)[0].is_preferred is is_preferred


def test_the_last_good_state_answers_for_broken_text() -> None:
    good = opened(SPEC)
    broken = SPEC.replace("{Concatenate: {}, from: [both, code.z]}", "{Concatenate: {}, from: [both")
    document = opened(broken, good)
    broken = f"# one more line\n{broken}"
    document = opened(broken, document)
    assert document.now.result.diagnostics
    assert document.good is good.good
    hints = {hint.line: hint.label for hint in hints_of(document, 1, 99)}
    lines = broken.splitlines()
    assert hints[lines.index("  stem:") + 1] == "\u2192 (batch, 144), 40 parameters"
    assert not any("Concatenate" in lines[line - 1] for line in hints)
    hover = hover_of(document, lines.index("  stem:") + 1, 4)
    assert hover is not None
    assert "(batch, 144)" in hover.markdown
    assert hover.span.line == lines.index("  stem:") + 1


def test_outline_and_folds() -> None:
    tree = opened(SPEC).good.tree
    assert tree is not None
    outline = {item.name: item for item in outline_of(tree)}
    assert [item.name for item in outline["nodes"].items] == ["stem", "code", "a", "b", "both", "last", "time"]
    assert [item.name for item in outline["nodes"].items[0].items] == ["Conv2D", "ReLU", "Flatten"]
    assert outline["nodes"].items[1].detail == "call enc"
    folds = dict(folds_of(tree))
    lines = SPEC.splitlines()
    assert folds[lines.index("  stem:") + 1] == lines.index("    from: image") + 1
    assert folds[lines.index("nodes:") + 1] == len(lines) - 3
