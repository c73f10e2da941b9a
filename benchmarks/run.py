"""Measure GraphSpec against what it replaces, in one run: ``python benchmarks/run.py``.

Each figure is a ratio of two medians; the two sides take turns, so that what else the machine does meets both.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
SPEC = HERE.parent / "specs" / "multi_output.yaml"
ENVIRONMENT = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(HERE)}

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


def wall(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=ENVIRONMENT)
    return time.perf_counter() - start


def printed(command: list[str]) -> float:
    done = subprocess.run(command, check=True, capture_output=True, env=ENVIRONMENT, text=True)
    return float(done.stdout.split()[-1])


def compare(title: str, bar: float, ours: list[str], theirs: list[str], runs: int, *, inside: bool = False) -> bool:
    measure = printed if inside else wall
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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9, help="pairs of runs of each")
    runs = parser.parse_args().runs
    python = sys.executable
    with tempfile.TemporaryDirectory() as folder:
        saved, flat = str(Path(folder) / "model.keras"), str(Path(folder) / "resnet50.yaml")
        results = [
            compare(
                "build, against the same script in Keras", 1.10,
                [python, "-m", "graphspec", "build", str(SPEC), "-o", saved],
                [python, str(HERE / "by_hand.py"), saved], runs,
            ),
            compare(
                "parsed ResNet-50 to a keras.Model", 1.15,
                [python, "-c", FROM_SPEC, flat], [python, "-c", BY_HAND], runs, inside=True,
            ),
            compare(
                "validate, against importing its libraries", 2.0,
                [python, "-m", "graphspec", "validate", str(SPEC)],
                [python, "-c", "import yaml, pydantic.main, click"], runs * 3,
            ),
        ]  # fmt: skip
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
