"""Share work out among processes, where there is enough of it."""

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

_Result = TypeVar("_Result")
_MOST_AT_ONCE = 32
_MOST_JOBS = 32
# A fork takes what is loaded along. Elsewhere each process starts anew and loads everything: 0.3 s that must come back.
# macOS has fork, but its own libraries do not survive it.
CAN_FORK = sys.platform.startswith(("linux", "freebsd"))
WORTH_SHARING = 100_000 if CAN_FORK else 1_500_000


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), _MOST_JOBS)
    return min(os.cpu_count() or 1, _MOST_JOBS)


def share_out(
    work: Callable[[str], _Result], items: Sequence[str], jobs: int, *, start: str = "fork" if CAN_FORK else "spawn"
) -> Iterator[tuple[int, _Result]]:
    """Yield the result of each item with its place among them, as they come in; ``jobs`` processes do the work.

    What a process leaves undone, since something ended it, is done here. Nothing outlives the iteration.
    """
    from multiprocessing import get_context  # noqa: PLC0415 - for whoever has much to share out

    context: Any = get_context(start)
    gc.freeze()
    links: dict[Connection, BaseProcess] = {}
    try:
        with _Held(), contextlib.suppress(OSError):
            for _ in range(jobs):
                here, there = context.Pipe()
                inherited = [*links, here] if start == "fork" else []
                process = context.Process(target=_serve, args=(work, there, inherited), daemon=True)
                process.start()
                there.close()
                links[here] = process
        yield from _collect(work, items, links)
    finally:
        for link, process in links.items():
            link.close()
            process.terminate()
            process.join()


def _collect(
    work: Callable[[str], _Result],
    items: Sequence[str],
    links: "dict[Connection, BaseProcess]",
) -> Iterator[tuple[int, _Result]]:
    from multiprocessing.connection import wait  # noqa: PLC0415 - as above

    given: dict[Connection, range] = {}
    undone: list[range] = []
    done = 0

    def give(link: "Connection") -> None:
        nonlocal done
        count = max(1, min(_MOST_AT_ONCE, (len(items) - done) // (4 * len(links))))
        part = range(done, min(done + count, len(items)))
        if not part:
            return
        done = part.stop
        try:
            link.send(items[part.start : part.stop])
            given[link] = part
        except OSError:
            undone.append(part)

    for link in links:
        give(link)
    while given:
        ready: Any = wait(list(given))
        for link in ready:
            part = given.pop(link)
            try:
                results = link.recv()
            except (EOFError, OSError):
                undone.append(part)
                continue
            give(link)
            yield from zip(part, results, strict=True)
    for part in (*undone, range(done, len(items))):
        yield from ((index, work(items[index])) for index in part)


def _serve(work: Callable[[str], object], link: "Connection", inherited: Sequence["Connection"]) -> None:
    """Do what comes in over a link until it is closed; whatever goes wrong is left for the other side to do again."""
    for other in inherited:
        # While a process holds an end of another's link, that one would not see it closed.
        other.close()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _let_through(signal.SIGINT)
    try:
        while True:
            link.send([work(item) for item in link.recv()])
    except (EOFError, OSError):
        return
    except Exception:  # noqa: BLE001 - it happens again where it can be told
        os._exit(1)


class _Held:
    """Put an interruption off while processes start, so that none is half there when it comes."""

    def __enter__(self) -> None:
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})

    def __exit__(self, *_: object) -> None:
        _let_through(signal.SIGINT)


def _let_through(number: signal.Signals) -> None:
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
