"""Measure GraphSpec against what it replaces, in one run: ``python benchmarks/run.py``.

A ratio is one of two medians; the two sides take turns, so that what else the machine does meets both. A figure is a
median by itself, and wants a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import front_end

HERE = Path(__file__).parent
SPECS = HERE.parent / "specs"
SPEC = SPECS / "multi_output.yaml"
Measure = Callable[[list[str]], float]
ENVIRONMENT = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE)])}

LOWER = """
import time, sys
from pathlib import Path
import resnet50, keras
{prepare}
keras.layers.Dense(1)(keras.Input((1,)))
start = time.perf_counter()
{measure}
print(time.perf_counter() - start)
assert model.count_params() == 25_636_712, model.count_params()
"""
BY_HAND = LOWER.format(prepare="", measure="model = resnet50.by_hand()")
FROM_SPEC = LOWER.format(
    prepare="""
import graphspec
Path(sys.argv[1]).write_text(resnet50.as_spec())
spec = graphspec.load(sys.argv[1])
import graphspec.target.lower
""",
    measure="model = spec.build()",
)

IMPORT = """
import json, sys, time
from pathlib import Path
import graphspec.compiler, graphspec.lift.load
text = Path(sys.argv[1]).read_text()
start = time.perf_counter()
{measure}
print(time.perf_counter() - start)
"""
TO_SPEC = IMPORT.format(
    measure="""
spec = graphspec.lift.load.lift_file(Path(sys.argv[1])).to_yaml()
result = graphspec.compiler.compile_bytes(spec.encode(), "spec", graphspec.compiler.Options(), Path("."))
assert not result.has_errors
"""
)
TO_MODEL = IMPORT.replace("\nstart", "\nimport keras\nkeras.layers.Dense(1)(keras.Input((1,)))\nstart").format(
    measure="keras.models.model_from_json(text)"
)
SAVE_B7 = """
import sys, keras
with keras.StatelessScope(initialize_variables=False):
    model = keras.applications.EfficientNetB7(weights=None)
open(sys.argv[1], "w").write(model.to_json())
"""


def wall(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=ENVIRONMENT)
    return time.perf_counter() - start


def printed(command: list[str]) -> float:
    done = subprocess.run(command, check=True, capture_output=True, env=ENVIRONMENT, text=True)
    return float(done.stdout.split()[-1])


def compare(title: str, bar: float, ours: list[str], theirs: list[str], runs: int, *, measure: Measure = wall) -> bool:
    measure(ours)
    measure(theirs)
    mine, other = [], []
    for turn in range(runs):
        for side, command in ((mine, ours), (other, theirs)) if turn % 2 else ((other, theirs), (mine, ours)):
            side.append(measure(command))
    ratio = statistics.median(mine) / statistics.median(other)
    print(
        f"{title:<44} {statistics.median(mine):8.3f} s {statistics.median(other):8.3f} s"
        f" {ratio:6.2f}x  (at most {bar:.2f}x; minima {min(mine):.3f} and {min(other):.3f})",
        flush=True,
    )
    return ratio <= bar


def figure(title: str, bar: float, unit: str, command: list[str], runs: int, measure: Measure) -> bool:
    measure(command)
    found = [measure(command) for _ in range(runs)]
    print(
        f"{title:<44} {statistics.median(found):8.3f} {unit}  (at most {bar:g}; minimum {min(found):.3f})", flush=True
    )
    return statistics.median(found) <= bar


def processor(command: list[str]) -> float:
    return _usage(command)[0]


def megabytes(command: list[str]) -> float:
    return _usage(command)[1]


def _usage(command: list[str]) -> tuple[float, float]:
    """Return the seconds of processor time and the megabytes of a command."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def front(folder: Path, runs: int) -> list[bool]:
    """Measure what loads no Keras."""
    python = sys.executable
    graphspec = [python, "-m", "graphspec"]
    libraries = [python, "-c", "import yaml, pydantic.main, click"]
    texts = {
        "row": front_end.row(20_000), "half_row": front_end.row(10_000), "chain": front_end.chain(20_000),
        "half_chain": front_end.chain(10_000), "huge": front_end.HUGE, "small": front_end.SMALL,
    }  # fmt: skip
    files = {name: str(folder / f"{name}.yaml") for name in texts}
    for name, text in texts.items():
        Path(files[name]).write_text(text, encoding="utf-8")
    results = []
    for style in ("flow", "block"):
        command = [python, str(HERE / "front_end.py"), style]
        results.append(figure(f"a spec of 20 nodes, {style} style", 1.5, "ms", command, runs, printed))
    for name, title in (("row", "20,000 nodes"), ("chain", "a chain of 20,000")):
        large, half = [*graphspec, "validate", files[name]], [*graphspec, "validate", files[f"half_{name}"]]
        results += [
            figure(f"validate {title}", 3.0, "s", large, runs, wall),
            compare(f"{title}, against half of them", 2.2, large, half, runs, measure=processor),
        ]
    for command in ("validate", "summary"):
        ours = [*graphspec, command, str(SPECS / "mlp.yaml")]
        results += [
            compare(f"{command}, against importing its libraries", 2.0, ours, libraries, runs * 3),
            figure(f"{command}, memory", 60, "MB", ours, 1, megabytes),
        ]
    huge, small = [*graphspec, "summary", files["huge"]], [*graphspec, "summary", files["small"]]
    results.append(compare("summary of 10^12 parameters, against 220", 1.1, huge, small, runs * 3))
    return results


def many(folder: Path, runs: int) -> list[bool]:
    """Measure 1,000 specs at once: when nothing is known of them, and when nothing has changed."""
    specs, cache = folder / "many", folder / "cache"
    specs.mkdir()
    for number in range(front_end.SPECS):
        text = front_end.block(front_end.twenty_nodes(number))
        (specs / f"{number:04}.yaml").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "graphspec", "validate", "--cache-dir", str(cache), str(specs)]

    def cold(command: list[str]) -> float:
        shutil.rmtree(cache, ignore_errors=True)
        return wall(command)

    return [
        figure("validate 1,000 specs of 20 nodes", 2.5, "s", command, runs, cold),
        figure("the same, unchanged since the last time", 0.35, "s", command, runs, wall),
    ]


def imported(folder: Path, runs: int) -> list[bool]:
    """Measure the way from Keras' JSON to a spec."""
    python, saved = sys.executable, str(folder / "b7.json")
    subprocess.run([python, "-c", SAVE_B7, saved], check=True, capture_output=True, env=ENVIRONMENT)
    command = [python, "-m", "graphspec", "import", saved, "-o", str(folder / "b7.yaml")]
    return [
        figure("import EfficientNetB7's JSON", 1.0, "s", command, runs, processor),
        compare(
            "the same, against model_from_json", 0.5,
            [python, "-c", TO_SPEC, saved], [python, "-c", TO_MODEL, saved], runs, measure=printed,
        ),
    ]  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9, help="pairs of runs of each")
    parser.add_argument("--front", action="store_true", help="leave out what loads Keras")
    given = parser.parse_args()
    runs = given.runs
    python = sys.executable
    with tempfile.TemporaryDirectory() as folder:
        saved, flat = str(Path(folder) / "model.keras"), str(Path(folder) / "resnet50.yaml")
        results = front(Path(folder), runs) + many(Path(folder), runs)
        results += [] if given.front else [
            compare(
                "build, against the same script in Keras", 1.10,
                [python, "-m", "graphspec", "build", str(SPEC), "-o", saved],
                [python, str(HERE / "by_hand.py"), saved], runs,
            ),
            compare(
                "parsed ResNet-50 to a keras.Model", 1.15,
                [python, "-c", FROM_SPEC, flat], [python, "-c", BY_HAND], runs, measure=printed,
            ),
            compare(
                "summary, against the same script in Keras", 1 / 12,
                [python, "-m", "graphspec", "summary", str(SPEC)],
                [python, str(HERE / "by_hand_summary.py")], runs,
            ),
            *imported(Path(folder), runs),
        ]  # fmt: skip
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
