"""What is to be said of each code at length: a page of Markdown with a wrong and a right example."""

from pathlib import Path

_FOLDER = Path(__file__).with_name("pages")


def codes() -> tuple[str, ...]:
    """Return every code of a diagnostic, sorted."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("GS*.md")))


def page(code: str) -> str | None:
    """Return the page of a code, or None where there is no such code."""
    return (_FOLDER / f"{code}.md").read_text(encoding="utf-8") if code in codes() else None


def title(code: str) -> str:
    """Return a code's few words, which stand after it in the first line of its page, or nothing without a page."""
    return (page(code) or "").partition("\n")[0].partition(": ")[2]
