"""Silence warnings by the comments on their lines: ``# graphspec: ignore[GS701] reason``."""

from collections.abc import Iterable
from dataclasses import dataclass

from graphspec.diagnostics.diagnostic import Diagnostic
from graphspec.diagnostics.pages import codes
from graphspec.diagnostics.span import Span
from graphspec.diagnostics.suggest import did_you_mean

IDLE = "GS704"


@dataclass(frozen=True, slots=True)
class Ignored:
    """A comment that silences warnings of its line: their codes as they are written, and its place."""

    codes: tuple[str, ...]
    span: Span


def suppress(diagnostics: Iterable[Diagnostic], comments: Iterable[Ignored]) -> list[Diagnostic]:
    """Return the diagnostics that no comment silences, and one for each code of a comment that silences nothing.

    Beside errors no comment is idle: the warning that it silences may come back once they are mended. Only warnings
    can be silenced: a spec with an error has no model, whatever a comment says.
    """
    comments = list(comments)
    if not comments:
        return list(diagnostics)
    wanted = {(it.span.path, it.span.line, code): it.span for it in comments for code in it.codes}
    kept: list[Diagnostic] = []
    silencing: set[tuple[str, int, str]] = set()
    for item in diagnostics:
        key = (item.span.path, item.span.line, item.code)
        if item.severity == "warning" and key in wanted:
            silencing.add(key)
        else:
            kept.append(item)
    if any(item.severity == "error" for item in kept):
        return kept
    kept += [_incomplete(comment) for comment in comments if "" in comment.codes]
    kept += [_idle(key[2], place) for key, place in wanted.items() if key[2] and key not in silencing]
    return kept


def _incomplete(comment: Ignored) -> Diagnostic:
    right = ", ".join(code for code in comment.codes if code)
    help_ = f"write ignore[{right}]" if right else "name the warning in the brackets, as in ignore[GS701]"
    return Diagnostic(IDLE, "warning", "this comment lacks the code of a warning", comment.span, help_)


def _idle(code: str, place: Span) -> Diagnostic:
    problem = f'there is no warning "{code}" here'
    help_ = None
    if code not in _silenceable():
        hint = "" if code in codes() else did_you_mean(code, _silenceable())
        problem = f"{code} is no such warning" if code in codes() else f'there is no diagnostic "{code}"{hint}'
        help_ = None if hint else f"only warnings can be silenced: {', '.join(_silenceable())}"
    return Diagnostic(IDLE, "warning", f"this comment silences nothing: {problem}", place, help_)


def _silenceable() -> list[str]:
    return [code for code in codes() if code.startswith("GS7") and code != IDLE]
