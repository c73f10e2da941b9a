"""The documents that are open in an editor, each analysed when something asks for it and no more than once a change."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from os.path import realpath
from pathlib import Path

from graphspec.compiler import Options, Stepwise
from graphspec.diagnostics.diagnostic import Diagnostic, Related, Severity
from graphspec.diagnostics.span import Span
from graphspec.frontend.files import OutsideRootError, root_of, within_root
from graphspec.frontend.tree import Mapping, Scalar
from graphspec.lsp.analysis import Analysis, Document, analyse, is_spec, start
from graphspec.lsp.positions import Encoding, Text
from graphspec.lsp.shift import Shift, shift_between

_MOST_RELATED = 8


@dataclass(slots=True)
class _Open:
    """A document: ``found`` is wrong in it as far as it is checked, ``varied`` was in variants when last they were."""

    path: Path
    text: Text
    document: Document | None = None
    is_stale: bool = True
    steps: Stepwise | None = None
    found: tuple[Diagnostic, ...] = ()
    varied: tuple[Diagnostic, ...] = ()


@dataclass(slots=True)
class Service:
    """What is open, by URI."""

    options: Options = field(default_factory=Options)
    encoding: Encoding = "utf-16"
    opened: dict[str, _Open] = field(default_factory=dict)

    def put(self, uri: str, path: Path, text: str) -> list[str]:
        """Take the text of a document; return it and the others that read it."""
        entry = self.opened.get(uri)
        if entry is None:
            self.opened[uri] = _Open(path, Text(text, self.encoding))
        else:
            entry.text, entry.is_stale = Text(text, self.encoding), True
        return [uri, *self.forget_readers(path, uri)]

    def remove(self, uri: str) -> list[str]:
        """Forget a document; return those that read it."""
        entry = self.opened.pop(uri, None)
        return [] if entry is None else self.forget_readers(entry.path, uri)

    def forget_readers(self, path: Path, uri: str | None = None) -> list[str]:
        """Have the documents that read a file, or looked for it, be analysed again; return them."""
        found: list[str] = []
        for other, entry in self.opened.items():
            if other != uri and entry.document is not None and _reads(entry.document.now, path):
                entry.is_stale = True
                found.append(other)
        return found

    def document(self, uri: str) -> Document | None:
        """Return the state of a document, or None where it is not open or no spec."""
        entry = self.opened.get(uri)
        if entry is None or not (is_spec(entry.text.text) or entry.document is not None):
            return None
        if entry.is_stale or entry.document is None:
            before = entry.document
            unsaved = {Path(realpath(other.path)): other.text.text for other in self.opened.values()}
            entry.steps = start(entry.path, self.options, unsaved)
            result = entry.steps.result()
            entry.document = analyse(entry.path, entry.text, result, before)
            entry.found, entry.is_stale = result.diagnostics, False
            entry.varied = () if before is None or not entry.steps.waiting else _still(entry, before)
        return entry.document

    def has_more(self, uri: str) -> bool:
        """Say whether variants of a document, as it is now, are still to be checked."""
        entry = self.opened.get(uri)
        return entry is not None and not entry.is_stale and entry.steps is not None and bool(entry.steps.waiting)

    def check_variant(self, uri: str) -> None:
        """Check the next variant of a document; what is wrong in variants is known once all are."""
        entry = self.opened[uri]
        if entry.steps is None:
            return
        entry.steps.step()
        if not entry.steps.waiting:
            before, entry.found = entry.found, entry.steps.result().diagnostics
            entry.varied = _besides(entry.found, before)

    def diagnostics(self, uri: str) -> list[Diagnostic]:
        """Return what is known to be wrong in a document; what is in files that it names stands where it names them."""
        document = self.document(uri)
        if document is None or not is_spec(document.now.text.text):
            return []
        now, entry = document.now, self.opened[uri]
        # What variants had shown stays until they are checked again, where its lines are as they were.
        found = (*entry.found, *(_besides(entry.varied, entry.found) if self.has_more(uri) else ()))
        shown = str(now.path)
        own = [item for item in found if item.span.path == shown]
        others = [item for item in found if item.span.path != shown]
        return [*own, *_told_here(now, others)]


def _besides(found: tuple[Diagnostic, ...], known: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """Return the diagnostics that are not known already, by their place or by their words."""
    places = {(item.code, item.span) for item in known}
    words = {(item.code, item.message) for item in known}
    return tuple(it for it in found if (it.code, it.span) not in places and (it.code, it.message) not in words)


def _still(entry: _Open, before: Document) -> tuple[Diagnostic, ...]:
    """Return what variants had shown of the text of before, at its places in that of now."""
    shift = shift_between(before.now.text.lines, entry.text.lines)
    moved = [(item, shift.to_now(item.span)) for item in entry.varied if item.span.path == str(entry.path)]
    has_errors = any(item.severity == "error" for item in entry.found)
    return tuple(
        replace(item, span=place, related=_related(item, shift, str(entry.path)), fix=None)
        for item, place in moved
        if place is not None and (item.severity == "error" or not has_errors)
    )


def _related(item: Diagnostic, shift: Shift, path: str) -> tuple[Related, ...]:
    places = ((other, shift.to_now(other.span) if other.span.path == path else other.span) for other in item.related)
    return tuple(replace(other, span=place) for other, place in places if place is not None)


def _told_here(analysis: Analysis, others: list[Diagnostic]) -> Iterator[Diagnostic]:
    by_path: dict[str, list[Diagnostic]] = {}
    for item in others:
        by_path.setdefault(item.span.path, []).append(item)
    places = dict(named_files(analysis))
    for path, items in by_path.items():
        # A file that a file names has no place here but that of the first file.
        place = places.get(Path(realpath(path))) or next(iter(places.values()), Span.of_file(str(analysis.path)))
        noun = "a mistake" if len(items) == 1 else f"{len(items)} mistakes"
        severity: Severity = "error" if any(item.severity == "error" for item in items) else "warning"
        related = tuple(Related(item.message, item.span) for item in items[:_MOST_RELATED])
        yield Diagnostic(
            items[0].code, severity, f'"{Path(path).name}" has {noun}: {items[0].message}', place, None, related
        )


def named_files(analysis: Analysis) -> Iterator[tuple[Path, Span]]:
    """Yield the files that a spec names and may read, each with the place of its name."""
    sections = [] if analysis.tree is None else [analysis.tree.get("models"), analysis.tree.get("imports")]
    for entry in (entry for it in sections if isinstance(it, Mapping) for entry in it.entries.values()):
        value = entry.value
        if not isinstance(value, Scalar) or not isinstance(value.value, str):
            continue
        try:
            yield within_root(value.value, analysis.path, root_of(analysis.path)), value.span
        except (OutsideRootError, OSError, ValueError):
            continue


def _reads(analysis: Analysis, path: Path) -> bool:
    real = Path(realpath(path))
    read = {Path(realpath(shown)) for shown in analysis.result.sources if shown != str(analysis.path)}
    return real in read or any(real == named for named, _ in named_files(analysis))
