"""Whether a spec has params, blocks and the like: what expands them is loaded where there are some."""

from graphspec.frontend.structure import DOCUMENT
from graphspec.frontend.tree import Mapping as TreeMapping

# A spec without any of these words is read without what they need.
_WORDS = ("$", "params", "variants", "defaults", "imports", "block", "repeat", "each", "when")


def may_have_params(text: str) -> bool:
    """Say whether a text is a spec with params, blocks and the like, as most are not."""
    if not any(word in text for word in _WORDS):
        return False
    from graphspec.frontend.imports import has_params  # noqa: PLC0415 - most specs have none of them

    return has_params(text)


def may_mean_params(tree: TreeMapping) -> bool:
    """Say whether a spec is only there for others, or has a key that may be a misspelt section of params and the like.

    A spec of its own says what it returns.
    """
    if "outputs" not in tree.entries:
        from graphspec.frontend.imports import is_only_for_others  # noqa: PLC0415 - as below

        if is_only_for_others(tree):
            return True
    if tree.entries.keys() <= DOCUMENT.keys.keys():
        return False
    from graphspec.frontend.imports import means_params  # noqa: PLC0415 - most specs have no such key

    return means_params(tree)
