"""How a command is measured, and what is printed of it.

A ratio is one of two medians; the two sides take turns, so that what else the machine does meets both. A figure is a
median by itself, and wants a machine that does nothing else. With no runs, everything runs once and nothing is warm.
"""

import os
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
Measure = Callable[[list[str]], float]
ENVIRONMENT = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE)])}


def wall(command: list[str]) -> float:
    """Return the seconds that a command takes."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=ENVIRONMENT)
    return time.perf_counter() - start


def refused(command: list[str]) -> float:
    """Return the seconds that a command takes to find mistakes."""
    start = time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True, env=ENVIRONMENT)
    assert done.returncode == 1, done.stderr
    return time.perf_counter() - start


def printed(command: list[str]) -> float:
    """Return the number that a command prints last."""
    done = subprocess.run(command, check=True, capture_output=True, env=ENVIRONMENT, text=True)
    return float(done.stdout.split()[-1])


def processor(command: list[str]) -> float:
    """Return the seconds of processor time that a command takes."""
    return _usage(command)[0]


def megabytes(command: list[str]) -> float:
    """Return the megabytes that a command takes."""
    return _usage(command)[1]


def _usage(command: list[str]) -> tuple[float, float]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1}:
        raise subprocess.CalledProcessError(process.returncode, command)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def compare(title: str, bar: float, ours: list[str], theirs: list[str], runs: int, *, measure: Measure = wall) -> bool:
    """Print the ratio of two commands, and say whether it is at most so much."""
    if runs:
        measure(ours)
        measure(theirs)
    mine: list[float] = []
    other: list[float] = []
    for turn in range(max(1, runs)):
        for side, command in ((mine, ours), (other, theirs)) if turn % 2 else ((other, theirs), (mine, ours)):
            side.append(measure(command))
    ratio = statistics.median(mine) / statistics.median(other)
    print(
        f"{title:<46} {statistics.median(mine):8.3f} s {statistics.median(other):8.3f} s"
        f" {ratio:6.2f}x  (at most {bar:.2f}x; minima {min(mine):.3f} and {min(other):.3f})",
        flush=True,
    )
    return ratio <= bar


def figure(title: str, bar: float, unit: str, command: list[str], runs: int, measure: Measure) -> bool:
    """Print what a command takes, and say whether it is at most so much."""
    if runs:
        measure(command)
    found = [measure(command) for _ in range(max(1, runs))]
    print(
        f"{title:<46} {statistics.median(found):8.3f} {unit}  (at most {bar:g}; minimum {min(found):.3f})", flush=True
    )
    return statistics.median(found) <= bar
