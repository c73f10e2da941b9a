"""Find the rule of a layer or an op; a family's file is imported when the first of its rules is asked for."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module

from graphspec.shapes.types import Effect

Rule = Callable[..., Effect]

_OPS = {
    "elementwise": """
        abs absolute add allclose angle arccos arccosh arcsin arcsinh arctan arctan2 arctanh array bitwise_and
        bitwise_invert bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor cast cbrt ceil celu
        conj conjugate convert_to_tensor copy cos cosh deg2rad divide divide_no_nan elu equal erf erfc erfinv exp exp2
        expm1 fabs floor floor_divide fmax fmin fmod gcd gelu greater greater_equal hard_shrink hard_sigmoid hard_silu
        hard_swish hard_tanh heaviside hypot i0 imag isclose isfinite isinf isnan isneginf isposinf isreal lcm ldexp
        leaky_relu left_shift less less_equal log log10 log1p log2 log_sigmoid logaddexp logaddexp2 logical_and
        logical_not logical_or logical_xor maximum minimum mod multiply nan_to_num negative nextafter not_equal polar
        power rad2deg real reciprocal relu relu6 right_shift round rsqrt saturate_cast selu sigmoid sign signbit silu
        sin sinc sinh soft_shrink softplus softsign sparse_plus sparse_sigmoid sqrt square squareplus stop_gradient
        subtract swish tan tanh tanh_shrink threshold true_divide trunc
    """,
    "reduction": """
        all amax amin any argmax argmin count_nonzero logsumexp max mean median min moments nanargmax nanargmin nanmax
        nanmean nanmin nanprod nanstd nansum nanvar norm prod ptp std sum var
    """,
    "selection": """
        clip digitize in_top_k isin select where
    """,
    "along_axis": """
        cumprod cumsum diff glu log_softmax nancumprod nancumsum normalize softmax sparsemax trapezoid
    """,
    "statistics": """
        average bincount corrcoef histogram nanmedian nanpercentile nanquantile percentile quantile
    """,
    "structure": """
        broadcast_to expand_dims flip fliplr flipud moveaxis ndim ravel rearrange reshape roll rot90 size squeeze
        swapaxes transpose tril triu view view_as_complex view_as_real
    """,
    "extent": """
        depth_to_space diag diagflat diagonal fold pad repeat space_to_depth tile unfold
    """,
    "joining": """
        append concatenate dstack hstack meshgrid stack vstack
    """,
    "splitting": """
        array_split dsplit hsplit split unstack vsplit
    """,
    "creation": """
        arange bartlett blackman empty empty_like eye full full_like geomspace hamming hanning identity kaiser
        linspace logspace ones ones_like tri vander zeros zeros_like
    """,
    "indexing": """
        get_item multi_hot one_hot scatter scatter_update segment_max segment_min segment_prod segment_sum slice
        slice_update take take_along_axis unravel_index
    """,
    "sorting": """
        argpartition argsort nonzero searchsorted sort top_k unique
    """,
    "linear": "cdist correlate cross dot inner kron matmul outer tensordot trace vdot",
    "einsum": "einsum",
    "decomposition": """
        cholesky cholesky_inverse det eig eigh inv logdet lstsq lu_factor matrix_rank pinv qr slogdet solve
        solve_triangular svd
    """,
    "attention": "dot_product_attention",
    "neural": """
        batch_normalization binary_crossentropy categorical_crossentropy ctc_decode ctc_loss layer_normalization psnr
        rms_normalization sparse_categorical_crossentropy
    """,
    "window": """
        adaptive_average_pool adaptive_max_pool average_pool conv conv_transpose depthwise_conv max_pool separable_conv
    """,
    "signal": """
        extract_sequences fft fft2 ifft2 irfft istft rfft stft
    """,
    "image": """
        image.affine_transform image.crop_images image.elastic_transform image.extract_patches
        image.extract_patches_3d image.gaussian_blur image.hsv_to_rgb image.map_coordinates image.pad_images
        image.perspective_transform image.resize image.rgb_to_grayscale image.rgb_to_hsv image.scale_and_translate
        image.sobel_edges image.ssim
    """,
}
_FAMILY_OF = {name: family for family, names in _OPS.items() for name in names.split()}


def layer_rule(family: str, name: str) -> Rule | None:
    """Return the rule of a layer of a family, or None where there is none.

    A rule takes the layer and its tensors, named as the layer's call names them; a list of tensors is a tuple.
    """
    return _rules(f"layers.{family}").get(name)


def op_rule(name: str) -> Rule | None:
    """Return the rule of an op, or None where there is none; it takes all arguments of the op by name."""
    family = _FAMILY_OF.get(name)
    return None if family is None else _rules(f"ops.{family}").get(name)


@cache
def _rules(module: str) -> Mapping[str, Rule]:
    rules: Mapping[str, Rule] = import_module(f"graphspec.shapes.{module}").RULES
    return rules
