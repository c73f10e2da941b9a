"""What the lock says of a spec, and what a spec says against it."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from graphspec.compared import MistakenError, model_in
from graphspec.compiler import Choice, Compilation, Options, compile_file
from graphspec.diagnostics.diagnostic import Diagnostic, Related, SpecError, UsageError
from graphspec.diagnostics.span import Span
from graphspec.frontend.units import variant_places
from graphspec.lock_file import ACCEPT, CHANGED, lock_text, shown
from graphspec.lock_file import lock_file as lock_place
from graphspec.output import write_text
from graphspec.views.diff.changes import CLASSES, Change, ChangeClass, Detail, Diff
from graphspec.views.diff.compare import compare
from graphspec.views.diff.outline import differences
from graphspec.views.diff.show import counted, lines, listed, title, told
from graphspec.views.lock import Entry, entry_of, parse_lock, render_lock

_BRING = "bring it up to date by: graphspec lock"


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock file and its entries."""

    file: Path
    entries: Mapping[str, Entry]

    def key(self, spec: str) -> str:
        """Return what a spec goes by: its path from the lock's folder."""
        return os.path.relpath(os.path.realpath(spec), os.path.realpath(self.file.parent)).replace(os.sep, "/")


def read_lock(file: Path) -> Lock:
    """Return the lock in a file.

    Raises UsageError where there is none or it cannot be read.
    """
    return lock_in(lock_text(file), file)


def lock_in(text: str, file: Path) -> Lock:
    """Return the lock in the text of a file.

    Raises UsageError where it is none.
    """
    return Lock(file, parse_lock(text, shown(file)))


def entry_now(result: Compilation, spec: str) -> Entry:
    """Return the entry of a spec as it is now, with every variant that was compiled.

    Raises MistakenError where it has mistakes.
    """
    model = model_in(result, spec, None) if result.variant is None else None
    return entry_of(model, {name: model_in(run, spec, None) for name, run in result.variants.items()})


def has_no_model(result: Compilation) -> bool:
    """Say whether a spec without mistakes is there for those that import it alone."""
    return result.typed is None and not result.has_errors


def difference(before: Entry, now: Entry, old: str, new: str) -> Diff | None:
    """Return what differs between two entries but for names alone, or None where nothing does."""
    if before.model is None or now.model is None or before.fingerprint == now.fingerprint:
        return None
    diff = compare(before.model, now.model, old, new)
    return diff if any(change.gravest != "cosmetic" for change in diff.changes) else None


def different_variants(before: Entry, now: Entry) -> dict[str, str]:
    """Return what is another in each variant that both entries have, in words."""
    both = ((name, before.variants[name], item) for name, item in now.variants.items() if name in before.variants)
    return {name: _said(differences(old, item)) for name, old, item in both if old.fingerprint != item.fingerprint}


def _said(found: Mapping[ChangeClass, Sequence[Detail]]) -> str:
    parts = [_details(name, details) for name, details in found.items()]
    return f"{', '.join(found)}: {'; '.join(parts)}"


def _details(name: ChangeClass, details: Sequence[Detail]) -> str:
    if not details:
        return "other arguments or another wiring"
    if name != "weights":
        return listed([told(detail) for detail in details], len(details))
    layers = f"{counted(len(details), 'layer')}, " if len(details) > 1 else ""
    return f"variables of {layers}{told(details[0])}"


def lacking(before: Entry, now: Entry) -> str:
    """Return which models the lock has too few or too many of a spec, in words, or nothing."""
    old, new = _models(before), _models(now)
    more = [name for name in new if name not in old]
    gone = [name for name in old if name not in new]
    parts = [f"does not have {_listed(more)} of this spec"] if more else []
    parts += [f"has {_listed(gone)}, which the spec does not have"] if gone else []
    return ", and ".join(parts)


def _models(entry: Entry) -> list[str]:
    whole = [] if entry.model is None else ["the model without a variant"]
    return [*whole, *(f'"{name}"' for name in entry.variants)]


def _listed(names: Sequence[str]) -> str:
    variants = [name for name in names if name.startswith('"')]
    noun = f"variant{'s' * (len(variants) > 1)} {listed(variants, len(variants))}" if variants else ""
    return " and ".join(part for part in (*(name for name in names if name not in variants), noun) if part)


def check(result: Compilation, spec: str, lock: Lock, variant: str | None = None) -> Iterator[Diagnostic]:
    """Yield what in a spec is no longer what the lock says, each change at its place.

    ``variant`` is the one that was chosen: then it is checked alone.
    """
    if has_no_model(result):
        return
    try:
        now = entry_now(result, spec)
    except MistakenError:
        return
    before, name = lock.entries.get(lock.key(spec)), shown(lock.file)
    if before is None:
        yield _told(f"the model is not in {name}", Span.of_file(spec), "run: graphspec lock PATH")
        return
    if variant is not None:
        chosen = {variant: before.variants[variant]} if variant in before.variants else {}
        before, now = Entry(None, "", chosen), entry_of(None, {variant: model_in(result, spec, None)})
    places = {} if result.tree is None else {key: item.span for key, item in variant_places(result.tree).items()}
    missed = lacking(before, now)
    if missed:
        place = next((places[key] for key in now.variants if key not in before.variants and key in places), None)
        yield _told(f"{name} {missed}", place or Span.of_file(spec), _BRING)
    yield from _changes(before, now, spec, name, places)


def _changes(before: Entry, now: Entry, spec: str, name: str, places: Mapping[str, Span]) -> Iterator[Diagnostic]:
    whole = list(_changes_of_model(before, now, spec, name))
    varied = different_variants(before, now)
    related = tuple(
        Related(f'variant "{key}" has changed ({said})', places.get(key) or Span.of_file(spec))
        for key, said in varied.items()
    )
    if whole:
        # One edit of the text reaches the variants as well.
        yield replace(whole[0], related=(*whole[0].related, *related))
        yield from whole[1:]
    elif len(varied) == 1:
        [(key, said)] = varied.items()
        yield _told(f'changed variant "{key}", against {name} ({said})', related[0].span, ACCEPT)
    elif varied:
        shown_names = listed([f'"{key}"' for key in varied], len(varied))
        text = f"changed {counted(len(varied), 'variant')} {shown_names}, against {name}"
        yield replace(_told(text, related[0].span, ACCEPT), related=related)


def _changes_of_model(before: Entry, now: Entry, spec: str, name: str) -> Iterator[Diagnostic]:
    diff = difference(before, now, name, spec)
    by_place: dict[Span, list[Change]] = {}
    for change in diff.changes if diff is not None else ():
        if change.gravest != "cosmetic":
            place = change.new_span if change.new_span is not None and change.new_span.path else Span.of_file(spec)
            by_place.setdefault(place, []).append(change)
    for place, changes in by_place.items():
        # A line of a block is in each copy of it.
        more = f" and {len(changes) - 1} more from here" if len(changes) > 1 else ""
        classes = ", ".join(item for item in CLASSES if any(item in change.classes for change in changes))
        said = "; ".join(lines(changes[0]))
        text = f"{title(changes[0])}{more}, against {name} ({classes})"
        yield _told(f"{text}: {said}" if said else text, place, ACCEPT)


def check_lock(
    path: str | os.PathLike[str],
    *,
    lock_file: str | os.PathLike[str] | None = None,
    plugins: Sequence[str] = (),
    trust: bool = False,
) -> tuple[Diagnostic, ...]:
    """Return what in a spec, and in each of its variants, is no longer what the lock says.

    Raises SpecError where the spec has mistakes, and UsageError where there is no such file or no lock.
    """
    lock = read_lock(_file(lock_file))
    return tuple(check(_compiled([path], plugins, trust=trust)[0], os.fspath(path), lock))


def lock(
    *paths: str | os.PathLike[str],
    lock_file: str | os.PathLike[str] | None = None,
    plugins: Sequence[str] = (),
    trust: bool = False,
) -> Path:
    """Write what these specs are now into the lock, beside the others that it has; return the lock.

    Raises SpecError, and writes nothing, where one has mistakes, and UsageError where the lock cannot be read.
    """
    file = _file(lock_file)
    found = read_lock(file) if file.exists() else Lock(file, {})
    results = zip(paths, _compiled(paths, plugins, trust=trust), strict=True)
    made = {found.key(os.fspath(path)): entry_now(result, os.fspath(path)) for path, result in results}
    write_text(file, render_lock({**found.entries, **made}))
    return file


def _file(given: str | os.PathLike[str] | None) -> Path:
    return lock_place(None if given is None else Path(given))


def _compiled(paths: Sequence[str | os.PathLike[str]], plugins: Sequence[str], *, trust: bool) -> Sequence[Compilation]:
    options = Options(trust=trust, plugins=tuple(plugins), choice=Choice(every_variant=True))
    missing = next((path for path in paths if not Path(path).exists()), None)
    if missing is not None:
        raise UsageError(f'there is no file "{os.fspath(missing)}"')
    results = [compile_file(Path(path), options) for path in paths]
    mistakes = [item for result in results if result.has_errors for item in result.diagnostics]
    if mistakes:
        raise SpecError(mistakes)
    needless = next((result.path for result in results if has_no_model(result)), None)
    if needless is not None:
        raise UsageError(f'"{needless}" has no model of its own: it is for specs that import it')
    return results


def _told(message: str, place: Span, help_: str) -> Diagnostic:
    return Diagnostic(CHANGED, "error", message, place, help_)
