"""Check many specs: those that are known from before at once, the others by as many processes as pay."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphspec.cli.check import Checked
from graphspec.cli.terminal import Progress

if TYPE_CHECKING:
    from graphspec.cli.cache import Cache

Work = Callable[[str], Checked]


@dataclass(frozen=True, slots=True)
class Means:
    """What specs are checked with: ``make_work`` loads the compiler, ``jobs`` is how many processes may be used."""

    make_work: Callable[[], Work]
    cache: "Cache | None" = None
    jobs: int | None = None


def check_many(specs: Sequence[str], means: Means, progress: Progress) -> list[Checked]:
    """Return what is found in each spec, in their order."""
    known = {} if means.cache is None else _known(specs, means.cache)
    unknown = [spec for spec in specs if spec not in known]
    if not unknown:
        return [known[spec] for spec in specs]
    work = means.make_work()
    # The first one loads what compiling needs, which processes then share.
    known[unknown[0]] = work(unknown[0])
    rest = unknown[1:]
    jobs = _jobs(rest, means.jobs)
    if jobs > 1:
        from graphspec.cli.pool import share_out  # noqa: PLC0415 - where it pays

        results = share_out(work, rest, jobs)
    else:
        results = ((index, work(spec)) for index, spec in enumerate(rest))
    for index, found in results:
        known[rest[index]] = found
        progress.count(len(known), len(specs))
    if means.cache is not None:
        for spec in unknown:
            means.cache.keep(known[spec])
        means.cache.save()
    return [known[spec] for spec in specs]


def _known(specs: Sequence[str], cache: "Cache") -> dict[str, Checked]:
    from graphspec.cli.cache import read_small  # noqa: PLC0415 - with a cache alone

    known = {}
    for spec in specs:
        data = read_small(spec) if spec in cache.entries else None
        found = None if data is None else cache.find(spec, data)
        if found is not None:
            known[spec] = found
    return known


def _jobs(specs: Sequence[str], most: int | None) -> int:
    if most == 1 or len(specs) < 2:  # noqa: PLR2004 - one cannot be shared
        return 1
    from graphspec.cli.pool import WORTH_SHARING, processors  # noqa: PLC0415 - for several specs

    size = 0
    for spec in specs:
        with suppress(OSError, ValueError):
            size += os.stat(spec).st_size  # noqa: PTH116 - of text, as it was given
    return min(most or processors(), len(specs)) if size >= WORTH_SHARING else 1
