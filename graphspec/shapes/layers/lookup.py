"""Rules of the layers that look values up in a vocabulary; they move data, and take no FLOPs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from graphspec.shapes.dimension import Dimension, Shape, plus
from graphspec.shapes.dtypes import FLOATX
from graphspec.shapes.layers.categorical import encoded
from graphspec.shapes.rules import Rule
from graphspec.shapes.types import Argument, Effect, LayerType, Named, ShapeError, TensorType, UnknownEffectError

_MODES: dict[str, str] = {"binary": "multi_hot", "tf-idf": "tf_idf"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lookup:
    """What decides the results of a lookup; the vocabulary may be unknown, or in a file."""

    mode: str
    vocabulary: Argument
    arguments: Mapping[str, Argument]
    oov_indices: int
    mask: str | int | None
    oov: str | int
    invert: bool = False

    @property
    def special(self) -> tuple[str | int, ...]:
        """Return the tokens that come before those of the vocabulary."""
        masks = (self.mask,) if self.mask is not None and self.mode == "int" else ()
        return masks + (self.oov,) * self.oov_indices

    @property
    def tokens(self) -> tuple[str | int, ...]:
        """Return the vocabulary without the special tokens that it may begin with."""
        count = len(self.special)
        begins = self.vocabulary[:count] == self.special
        return tuple(self.vocabulary[count:] if begins else self.vocabulary)

    @property
    def depth(self) -> Dimension:
        """Return how many tokens there are, which ``adapt`` or a file may yet decide."""
        if self.arguments["pad_to_max_tokens"]:
            size: int | None = self.arguments["max_tokens"]
            return size
        return len(self.special) + len(self.tokens) if isinstance(self.vocabulary, tuple) else None


_Wrong = Callable[[_Lookup], bool]
_ARGUMENTS: tuple[tuple[_Wrong, str], ...] = (
    (
        lambda it: it.arguments["pad_to_max_tokens"] and it.arguments["max_tokens"] is None,
        'pads to "max_tokens", which is not given',
    ),
    (lambda it: it.invert and it.mode != "int", 'can be inverted with output_mode "int" alone'),
    (lambda it: it.arguments["sparse"] and it.mode == "int", 'cannot be sparse with output_mode "int"'),
    (
        lambda it: it.arguments["idf_weights"] is not None and it.mode != "tf_idf",
        'takes "idf_weights" with output_mode "tf_idf" alone',
    ),
    (
        lambda it: it.mode == "tf_idf" and it.vocabulary is not None and it.arguments["idf_weights"] is None,
        'needs "idf_weights" for its vocabulary with output_mode "tf_idf"',
    ),
)
_VOCABULARY: tuple[tuple[_Wrong, str], ...] = (
    (lambda it: not it.vocabulary, "has an empty vocabulary"),
    (lambda it: len(set(it.tokens)) < len(it.tokens), "has a term twice in its vocabulary"),
    (lambda it: it.mask is not None and it.mask in it.tokens, "has its mask token in the middle of its vocabulary"),
    (lambda it: it.invert and it.oov in it.tokens, "has its out-of-vocabulary token in the middle of its vocabulary"),
    (
        lambda it: (
            it.arguments["max_tokens"] is not None and len(it.special) + len(it.tokens) > it.arguments["max_tokens"]
        ),
        'has more terms, the special ones included, than "max_tokens"',
    ),
    (
        lambda it: it.mode == "tf_idf" and len(it.arguments["idf_weights"]) != len(it.vocabulary),
        'has not as many "idf_weights" as terms in its vocabulary',
    ),
)


def _mode(name: str) -> str:
    return _MODES.get(name, name)


def _checked(lookup: _Lookup) -> _Lookup:
    """Return a lookup whose arguments fit together; raise ShapeError where they do not."""
    rows = _ARGUMENTS + (_VOCABULARY if isinstance(lookup.vocabulary, tuple) else ())
    for is_wrong, fact in rows:
        if is_wrong(lookup):
            raise ShapeError(fact)
    return lookup


def _typed(lookup: _Lookup, vocabulary: str, shape: Shape) -> Effect:
    """Return the effect of a lookup that makes this shape."""
    if lookup.mode == "tf_idf" and lookup.arguments["sparse"] and len(shape) > 1:
        raise ShapeError('cannot be sparse with output_mode "tf_idf", but for a single text')
    return Effect(TensorType(shape, _dtype_of(lookup, vocabulary)))


def _dtype_of(lookup: _Lookup, vocabulary: str) -> str:
    if lookup.invert:
        return vocabulary
    return FLOATX if lookup.mode == "tf_idf" else "int64"


def index_lookup(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of StringLookup and IntegerLookup: indices of the same shape, or an encoding of them."""
    vocabulary = "string" if layer.type == "StringLookup" else "int64"
    lookup = _checked(
        _Lookup(
            mode=_mode(layer["output_mode"]),
            vocabulary=layer["vocabulary"],
            arguments=layer.arguments,
            oov_indices=layer["num_oov_indices"],
            mask=layer["mask_token"],
            oov=layer["oov_token"],
            invert=layer["invert"],
        )
    )
    if layer["salt"] is not None and layer.arguments.get("oov_method") == "floormod":
        raise ShapeError('takes a "salt" with oov_method "farmhash" alone')
    takes_strings = vocabulary == "string" and not lookup.invert
    if takes_strings != (inputs.dtype == "string"):
        raise ShapeError(f"looks up {'strings' if takes_strings else 'integers'}, not {inputs.dtype}: ", inputs)
    return _typed(lookup, vocabulary, encoded(inputs.shape, lookup.mode, lookup.depth))


def text_vectorization(layer: LayerType, inputs: TensorType) -> Effect:
    """Return the effect of TextVectorization: ``(batch, 1) -> (batch, tokens)``, or an encoding of the tokens."""
    lookup = _checked(
        _Lookup(
            mode=_mode(layer["output_mode"]),
            vocabulary=layer["vocabulary"],
            arguments=layer.arguments,
            oov_indices=1,
            mask="",
            oov="[UNK]",
        )
    )
    for name in ("output_sequence_length", "ragged"):
        if layer[name] and lookup.mode != "int":
            raise ShapeError(f'takes "{name}" with output_mode "int" alone')
    if inputs.dtype != "string":
        raise ShapeError(f"takes strings, not {inputs.dtype}: ", inputs)
    if isinstance(layer["split"], Named):
        raise UnknownEffectError
    shape = _whole(layer, lookup, inputs) if layer["split"] is None else _split(layer, lookup, inputs)
    return _typed(lookup, "string", shape)


def _split(layer: LayerType, lookup: _Lookup, x: TensorType) -> tuple[Dimension, ...]:
    """Return the shape of what becomes of texts that are split: tokens come last, and their number is not known."""
    if x.rank > 1 and isinstance(x.shape[-1], int) and x.shape[-1] != 1:
        raise ShapeError("splits texts of shape (batch,) or (batch, ..., 1), not ", x)
    texts = x.shape[:-1] if x.rank > 1 else x.shape
    if lookup.mode == "int":
        return (*texts, None if layer["ragged"] else layer["output_sequence_length"])
    if layer["sparse"] and (lookup.mode == "one_hot" or len(texts) > 1):
        raise ShapeError(f'cannot be sparse for tokens of split texts with output_mode "{lookup.mode}": ', x)
    tokens = (*texts, None)
    return (*tokens, lookup.depth) if lookup.mode == "one_hot" else encoded(tokens, lookup.mode, lookup.depth)


def _whole(layer: LayerType, lookup: _Lookup, x: TensorType) -> tuple[Dimension, ...]:
    """Return the shape of what becomes of texts that are terms already."""
    length = layer["output_sequence_length"]
    if not x.shape and (layer["ngrams"] is not None or length is not None):
        raise UnknownEffectError
    if not x.shape:
        return () if lookup.mode == "int" else encoded((), lookup.mode, lookup.depth)
    count = _with_ngrams(x.shape[-1], layer["ngrams"])
    if lookup.mode != "int":
        return encoded((*x.shape[:-1], count), lookup.mode, lookup.depth)
    if length is None:
        return (*x.shape[:-1], count)
    if layer["ragged"]:
        return (*x.shape[:-1], min(count, length) if isinstance(count, int) else None)
    return (*x.shape[:-1], length)


def _with_ngrams(count: Dimension, ngrams: int | tuple[int, ...] | None) -> Dimension:
    """Return how many n-grams so many terms make, of all the widths."""
    if ngrams is None:
        return count
    widths = range(1, ngrams + 1) if isinstance(ngrams, int) else ngrams
    if isinstance(count, int):
        return sum(max(count - width + 1, 0) for width in widths)
    found: Dimension = 0
    for width in widths:
        found = plus(found, count if width == 1 else None)
    return found


RULES: dict[str, Rule] = {
    "StringLookup": index_lookup,
    "IntegerLookup": index_lookup,
    "TextVectorization": text_vectorization,
}
