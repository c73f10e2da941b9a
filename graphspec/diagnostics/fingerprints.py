"""What tells a diagnostic apart from every other, and stays the same where lines move."""

from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b

from graphspec.diagnostics.diagnostic import Diagnostic
from graphspec.diagnostics.plain import path_below


def fingerprints(diagnostics: Iterable[Diagnostic], root: str) -> list[str]:
    """Return one a diagnostic, of its file, code and message; equal ones are told apart by their order."""
    seen: Counter[tuple[str, str, str]] = Counter()
    found = []
    for item in diagnostics:
        key = (path_below(item.span.path, root), item.code, item.message)
        text = "\0".join((*key, str(seen[key])))
        seen[key] += 1
        found.append(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest())
    return found
