"""``graphspec lock``: accept what the models are now."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click

from graphspec.cli import status
from graphspec.cli.find import find_specs
from graphspec.cli.options import options_of, read_settings, reading_options, report
from graphspec.cli.terminal import wants_color, write_err, write_out
from graphspec.compiler import Choice, Options, compile_file
from graphspec.diagnostics.diagnostic import UsageError
from graphspec.lock_file import lock_file as lock_file_of
from graphspec.lock_file import missing, shown
from graphspec.locks import Lock, difference, different_variants, entry_now, has_no_model, lacking, read_lock
from graphspec.output import write_text
from graphspec.views.diff.changes import Diff
from graphspec.views.diff.render_text import render_text
from graphspec.views.diff.show import summary
from graphspec.views.lock import ConflictError, Entry, render_lock

_OFF = frozenset({"", "0", "false", "no"})


@dataclass(slots=True)
class _Update:
    """What writing the lock would change."""

    entries: dict[str, Entry]
    told: list[str] = field(default_factory=list)
    diffs: list[Diff] = field(default_factory=list)


@click.command("lock", epilog="Example: graphspec lock specs --check")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option("--check", is_flag=True, help="Write nothing; end with status 1 where a model is not what the lock says.")
@click.option("--lock-file", type=click.Path(path_type=Path), help="The lock, where it is not graphspec.lock.")
@reading_options
def command(paths: tuple[str, ...], lock_file: Path | None, *, check: bool, **given: Any) -> int:  # noqa: ANN401 - click's options
    """Write graphspec.lock: what each model is, so that validate --locked tells where one becomes another.

    A PATH is a spec, a folder or a glob, and its specs are added; without one, those that are in the lock are brought
    up to date, or all specs are taken where there is no lock. In CI (where CI is set) nothing is written.
    """
    if given["variant"] is not None or given["settings"]:
        raise UsageError("the lock has a spec as it stands, and each of its variants; leave out --variant and --set")
    settings = read_settings(Path.cwd())
    lock, specs = _start(lock_file, paths, settings.exclude)
    options = replace(options_of(given, settings), choice=Choice(every_variant=True))
    made = _compiled(specs, lock, options, given)
    if made is None:
        return status.FOUND
    update = _updated(lock, made)
    text = render_lock(update.entries)
    is_ci = os.environ.get("CI", "").lower() not in _OFF
    if (check or is_ci) and update.told:
        _tell(update, given, is_full=True)
        why = "" if check else ", and is not written since CI is set"
        write_err(f"graphspec: {shown(lock.file)} is not up to date{why}; run: graphspec lock")
        return status.FOUND
    if not (check or is_ci) and text != _text_of(lock.file):
        write_text(lock.file, text)
    if not given["quiet"]:
        _tell(update, given, is_full=bool(given["verbose"]))
        count = len(update.entries)
        write_out(f"{shown(lock.file)}: {count} model{'s' * (count != 1)}{'' if update.told else ', up to date'}")
    return status.OK


def _start(given: Path | None, paths: tuple[str, ...], exclude: tuple[str, ...]) -> tuple[Lock, list[str]]:
    """Return the lock as it is, and the specs to look at; of one in the middle of a merge its specs are still known."""
    file = lock_file_of(given)
    try:
        lock = read_lock(file) if file.exists() else Lock(file, {})
        known = list(lock.entries)
    except ConflictError as conflict:
        lock, known = Lock(file, {}), list(conflict.keys)
    kept = [shown(file.parent / key) for key in known if (file.parent / key).is_file()]
    if paths:
        found = find_specs(paths, exclude, force_exclude=False)
        if not found:
            raise UsageError(f"there is no spec under {', '.join(paths)}")
        return lock, list(dict.fromkeys([*found, *(kept if not lock.entries else [])]))
    return lock, kept or (find_specs([shown(file.parent)], exclude, force_exclude=False) if not known else [])


def _compiled(specs: list[str], lock: Lock, options: Options, given: Mapping[str, Any]) -> dict[str, Entry] | None:
    """Return the entries of specs, or None where one has mistakes, all of which are told."""
    made: dict[str, Entry] = {}
    has_failed = False
    for spec in specs:
        if spec == "-":
            raise UsageError("a spec from standard input has no path to be locked under")
        result = compile_file(Path(spec), options, spec)
        if has_no_model(result):
            continue
        if result.typed is None or result.has_errors:
            report(result, result.diagnostics, given["color"], quiet=True)
            has_failed = True
        else:
            made[lock.key(spec)] = entry_now(result, spec)
    return None if has_failed else made


def _updated(lock: Lock, made: dict[str, Entry]) -> _Update:
    lost = {key: lock.entries[key] for key in missing(lock.file, lock.entries)}
    update = _Update({**{key: entry for key, entry in lock.entries.items() if key not in lost}, **made})
    for key, entry in sorted(made.items()):
        before = lock.entries.get(key)
        if before is None:
            origin = next((old for old, item in lost.items() if _is_same(item, entry)), None)
            update.told.append(f"added {key}" if origin is None else f"moved {origin} -> {key}")
            lost.pop(origin or "", None)
            continue
        diff = difference(before, entry, f"{key} in {shown(lock.file)}", key)
        if diff is not None:
            update.diffs.append(diff)
            update.told.append(f"changed {key}: {summary(diff)}")
        varied = different_variants(before, entry)
        update.told += [f'changed {key}, variant "{name}" ({said})' for name, said in varied.items()]
        missed = lacking(before, entry)
        if missed:
            update.told.append(f"changed {key}: {shown(lock.file)} {missed}")
    update.told += [f"removed {key}" for key in sorted(lost)]
    return update


def _is_same(one: Entry, other: Entry) -> bool:
    """Say whether two entries are of the same models."""
    is_same = one.fingerprint == other.fingerprint and one.variants.keys() == other.variants.keys()
    return is_same and not different_variants(one, other)


def _tell(update: _Update, given: Mapping[str, Any], *, is_full: bool) -> None:
    for line in update.told:
        write_out(line)
    color = wants_color(given["color"], sys.stdout, os.environ)
    for diff in update.diffs if is_full else ():
        write_out("\n" + render_text(diff, color=color))


def _text_of(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
