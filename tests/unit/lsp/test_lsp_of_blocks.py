"""What the server knows of params, variants, blocks and imports: a cursor is written as a bar in the text."""

from dataclasses import replace
from pathlib import Path

import pytest
from marked import place_of, split

from graphspec.compiler import Options
from graphspec.diagnostics.diagnostic import Diagnostic
from graphspec.lsp.analysis import Document, analyse, start
from graphspec.lsp.complete import completions_of
from graphspec.lsp.hints import hints_of
from graphspec.lsp.hover import hover_of
from graphspec.lsp.outline import outline_of
from graphspec.lsp.positions import Text
from graphspec.lsp.rename import RenameError, renameable, renamed
from graphspec.lsp.service import Service

FOLDER = Path("/nowhere")
PATH = FOLDER / "spec.yaml"
PARTS = FOLDER / "parts.yaml"
OF_PARTS = """\
graphspec: 1
blocks:
  head:
    params: {classes: {type: integer}}
    inputs: [x]
    nodes: {y: {Dense: {units: $classes}, from: x}}
    outputs: y
"""
SPEC = """\
graphspec: 1
params:
  width: {type: integer, default: 8, description: Filters of the first stage.}
  kind: plain
  twice: "${2 * width}"
variants:
  wide: {width: 16}
imports: {parts: parts.yaml}
blocks:
  conv:
    params: {filters: {type: integer}, stride: 1}
    inputs: [x]
    nodes:
      main: {Conv2D: {filters: $filters, kernel_size: 3, strides: $stride, padding: same}, from: x}
      skip: {Conv2D: {filters: $filters, kernel_size: 1, strides: $stride}, from: x, when: "${stride != 1}"}
      add: {Add: {}, from: [main, "${'skip' if stride != 1 else 'main'}"]}
    outputs: add
  plain:
    inputs: [x]
    nodes:
      inner: {block: conv, with: {filters: 4}, from: {x: x}}
    outputs: inner
inputs: {image: [8, 8, 3]}
nodes:
  stem: {block: conv, with: {filters: $width, stride: 2}, from: image}
  stage: {block: conv, with: {filters: "${width + twice}"}, from: stem, repeat: 2}
  last: {block: $kind, from: stage}
  flat: {Flatten: {}, from: stage.2.main}
  head: {block: parts.head, with: {classes: 3}, from: flat}
outputs: [head, last]
"""


def opened(text: str, before: Document | None = None) -> Document:
    return analyse(PATH, Text(text), start(PATH, Options(), {PATH: text, PARTS: OF_PARTS}).result(), before)


def at(fragment: str) -> tuple[Document, int, int]:
    return opened(SPEC), *place_of(fragment, SPEC)


def test_the_spec_is_right() -> None:
    assert opened(SPEC).now.result.diagnostics == ()


@pytest.mark.parametrize(
    ("place", "uses"),
    [
        ("wid|th: {type", 5),
        ("$wid|th, stride", 5),
        ("${wi|dth + ", 5),
        ("twi|ce}", 2),
        ("{wi|dth: 16}", 5),
        ("fil|ters: {type", 6),
        ("{filters: $fil|ters, kernel_size: 3", 6),
        ("str|ide: 2}", 6),
        ("block: co|nv, with: {filters: $w", 4),
        ("$ki|nd", 2),
        ("ma|in: {Conv", 4),
        ("stage.2.ma|in", 4),
        ("'ski|p'", 2),
        ("inputs: [x|]\n    nodes:\n      main", 4),
        ("{x|: x}", 4),
        ("from: {x: x|}", 2),
        ("block: par|ts.head", 2),
        ("st|age: {", 3),
    ],
)
def test_uses_of_a_name(place: str, uses: int) -> None:
    document, line, column = at(place)
    names = document.good.names
    use = names.at(line, column)
    assert use is not None
    assert len(names.of(use.symbol)) == uses


@pytest.mark.parametrize(
    "place",
    ["wid|th: {type", "twi|ce: ", "fil|ters: {type", "stri|de: 1", "con|v:\n", "ma|in: {C", "ski|p: {C", "ad|d: {A",
     "par|ts: ", "stag|e: {", "inputs: [x|]\n    nodes:\n      main"],
)  # fmt: skip
def test_a_renamed_spec_means_the_same(place: str) -> None:
    document, line, column = at(place)
    use = renameable(document.now, line, column)
    assert use is not None
    lines = SPEC.split("\n")
    for span, new in sorted(renamed(document.now, use.symbol, "renamed"), reverse=True):
        text = lines[span.line - 1]
        lines[span.line - 1] = text[: span.column - 1] + new + text[span.end_column - 1 :]
    result = opened("\n".join(lines)).now.result
    assert result.diagnostics == ()
    assert result.typed is not None
    assert "renamed" in "\n".join(lines)


def test_a_name_in_an_expression_with_a_formula_is_renamed() -> None:
    expression = SPEC.replace('add: {Add: {}, from: [main, "${\'skip\' if stride != 1 else \'main\'}"]}',
                              'add: {expr: "main * ${stride / 2} + main"}')  # fmt: skip
    document = opened(expression)
    line = expression.splitlines().index('      add: {expr: "main * ${stride / 2} + main"}') + 1
    use = renameable(document.now, line, 20)
    assert use is not None
    assert len(renamed(document.now, use.symbol, "other")) == 4


@pytest.mark.parametrize(
    ("place", "old", "new"),
    [
        ("pla|in:\n", "", ""),
        ("inputs: [x|]\n    nodes:\n      inner", "", ""),
        ("ma|in: {C", "from: stage.2.main", 'from: "stage.${1 + 1}.main"'),
        ("sta|ge: {", "from: stage.2.main", 'from: "stage.${1 + 1}.main"'),
    ],
)
def test_a_name_that_a_formula_may_make_is_not_renamed(place: str, old: str, new: str) -> None:
    _, line, column = at(place)
    document = opened(SPEC.replace(old, new) if old else SPEC)
    use = renameable(document.now, line, column)
    assert use is not None
    with pytest.raises(RenameError):
        renamed(document.now, use.symbol, "other")


@pytest.mark.parametrize(
    ("place", "new"), [("wid|th: {type", "twice"), ("wid|th: {type", "index"), ("con|v:\n", "plain")]
)
def test_a_name_that_is_taken_is_refused(place: str, new: str) -> None:
    document, line, column = at(place)
    use = renameable(document.now, line, column)
    assert use is not None
    with pytest.raises(RenameError):
        renamed(document.now, use.symbol, new)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("$wid|th, stride", ["a param of the spec", "type integer", "default `8`", "here `8`", "first stage"]),
        ("$stri|de, padding", ["a param of block conv", "default `1`"]),
        ("{filt|ers: $width", ["must be given"]),
        ("block: co|nv, with: {filters: $w", ["a block", "of x, with filters, stride", "used 3 times"]),
        ("st|em: {b", ["conv", "(batch, 4, 4, 8)"]),
        ("st|age: {b", ["copies", "(batch, 4, 4, 24)"]),
        ("ma|in: {Conv", ["Conv2D", "(batch, 4, 4, 8)"]),
        ("block: par|ts.head", ["parts.yaml"]),
    ],
)
def test_hover(place: str, words: list[str]) -> None:
    document, line, column = at(place)
    hover = hover_of(document, line, column)
    assert hover is not None
    assert [word for word in words if word not in hover.markdown] == []


def test_hints_in_a_block_are_those_of_its_first_use() -> None:
    hints = {hint.line: hint.label for hint in hints_of(opened(SPEC), 1, 99)}
    lines = SPEC.splitlines()
    found = {lines[line - 1].strip().split(":")[0]: label for line, label in hints.items()}
    assert found["main"] == "\u2192 (batch, 4, 4, 8), 224 parameters"
    assert found["stem"] == "\u2192 (batch, 4, 4, 8), 256 parameters"
    assert found["inner"] == "\u2192 (batch, 4, 4, 4), 868 parameters"
    assert found["head"] == "\u2192 (batch, 3), 1,155 parameters"


def labels(text: str) -> list[str]:
    text, line, column = split(text)
    return sorted(item.label for item in completions_of(opened(text, opened(SPEC)), line, column))


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("filters: $width", "filters: $|", ["kind", "twice", "width"]),
        ("${width + twice}", "${width + t|", ["kind", "twice", "width"]),
        ("filters: $filters, kernel_size: 3", "filters: $f|", ["filters", "stride"]),
        ("block: conv, with: {filters: $width", "block: |, with: {filters: $width", ["conv", "parts.", "plain"]),
        ("block: parts.head", "block: parts.|", ["head"]),
        ("from: [main", "from: [|", ["main", "skip", "x"]),
        ("from: stem", "from: |", ["flat", "head", "image", "last", "stem"]),
    ],
)
def test_completion(old: str, new: str, found: list[str]) -> None:
    assert old in SPEC
    assert labels(SPEC.replace(old, new, 1)) == found


def test_outline_has_params_and_blocks() -> None:
    tree = opened(SPEC).good.tree
    assert tree is not None
    outline = {item.name: item for item in outline_of(tree)}
    assert [item.name for item in outline["params"].items] == ["width", "kind", "twice"]
    conv = outline["blocks"].items[0]
    assert (conv.name, conv.kind) == ("conv", "block")
    assert [item.name for item in conv.items] == ["params", "inputs", "nodes"]


def whole(service: Service) -> list[Diagnostic]:
    service.diagnostics("spec")
    while service.has_more("spec"):
        service.check_variant("spec")
    return service.diagnostics("spec")


def test_a_mistake_is_told_once_whether_or_not_variants_have_it() -> None:
    service = Service()
    service.put("spec", PATH, SPEC.replace("wide: {width: 16}", "wide: {width: many}"))
    service.put("parts", PARTS, OF_PARTS.replace("Dense", "Dens"))
    first = service.diagnostics("spec")
    assert ["Dens" in item.message for item in first] == [True]
    assert service.has_more("spec")
    assert sorted(item.code for item in whole(service)) == sorted([first[0].code, "GS309"])
    # The text of before has nothing more to say.
    service.put("spec", PATH, SPEC)
    assert not service.has_more("spec")
    assert [item.code for item in whole(service)] == [first[0].code]


def test_what_variants_had_shown_stays_where_its_lines_do() -> None:
    service = Service()
    wrong = SPEC.replace("wide: {width: 16}", "wide: {width: many}")
    service.put("parts", PARTS, OF_PARTS)
    service.put("spec", PATH, wrong)
    (known,) = whole(service)
    service.put("spec", PATH, wrong.replace("graphspec: 1", "graphspec: 1\n# more"))
    (moved,) = service.diagnostics("spec")
    assert (moved.message, moved.span.line) == (known.message, known.span.line + 1)
    assert [item.span.line for item in moved.related] == [item.span.line + 1 for item in known.related]
    assert whole(service) == [replace(known, span=moved.span, related=moved.related)]
    service.put("spec", PATH, SPEC)
    assert service.diagnostics("spec") == []
    assert whole(service) == []


def test_a_spec_that_lacks_values_is_first_checked_in_its_first_variant() -> None:
    service = Service()
    text = "graphspec: 1\nparams: {n: {}}\nvariants:\n  a: {n: 2}\n  b: {n: 0}\ninputs: {x: [4]}\nnodes:\n"
    service.put("spec", PATH, f"{text}  y: {{Dense: {{units: $n}}, from: x}}\noutputs: y\n")
    assert service.diagnostics("spec") == []
    (found,) = whole(service)
    assert 'only with variant "b"' in [related.message for related in found.related]


def test_what_is_not_saved_reaches_imports_and_every_variant() -> None:
    service = Service()
    service.put("spec", PATH, SPEC)
    service.put("parts", PARTS, OF_PARTS)
    assert service.diagnostics("spec") == []
    assert service.put("parts", PARTS, OF_PARTS.replace("Dense", "Dens")) == ["parts", "spec"]
    (found,) = service.diagnostics("spec")
    assert found.message == '"parts.yaml" has a mistake: unknown layer "Dens"; did you mean "Dense"?'
    assert found.span.line == SPEC.splitlines().index("imports: {parts: parts.yaml}") + 1
    service.put("parts", PARTS, OF_PARTS)
    service.put("spec", PATH, SPEC.replace("wide: {width: 16}", "wide: {width: many}"))
    found, *_ = whole(service)
    assert len(service.diagnostics("spec")) == 1
    assert found.message == 'param "width" of the spec must be an integer, not "many"'
    assert 'only with variant "wide"' in [related.message for related in found.related]
