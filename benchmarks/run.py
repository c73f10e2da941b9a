"""Measure GraphSpec against what it replaces, in one run: ``python benchmarks/run.py [GROUP...]``."""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import front_end
import large
from measure import ENVIRONMENT, HERE, compare, figure, megabytes, printed, processor, refused, wall

SPECS = HERE.parent / "specs"
SPEC = SPECS / "multi_output.yaml"

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
SAVE = """
import sys, keras
with keras.StatelessScope(initialize_variables=False):
    model = getattr(keras.applications, sys.argv[1])(weights=None)
open(sys.argv[2], "w").write(model.to_json())
"""


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
    gpt = [*graphspec, "summary", str(SPECS / "zoo" / "gpt.yaml"), "--variant", "gpt3_175b", "--depth", "1"]
    results.append(figure("summary of GPT-3, memory", 60, "MB", gpt, 1, megabytes))
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

    def anew(command: list[str]) -> float:
        shutil.rmtree(cache, ignore_errors=True)
        return processor(command)

    results = [
        figure("validate 1,000 specs of 20 nodes", 2.5, "s", command, runs, cold),
        figure("the same, processor time", 5.0, "s", command, runs, anew),
        figure("the same, unchanged since the last time", 0.35, "s", command, runs, wall),
    ]
    lock = str(folder / "many.lock")
    locking = [sys.executable, "-m", "graphspec", "lock", "-q", "--lock-file", lock, str(specs)]
    subprocess.run(locking, check=True, env={**ENVIRONMENT, "CI": ""})
    locked = [*command, "--locked", "--lock-file", lock]
    results.append(figure("the same, against a lock, unchanged", 0.6, "s", locked, runs, wall))
    other = shutil.which("check-jsonschema")
    if other is None:
        print("check-jsonschema is not installed, and not compared with")
        return results
    schema = ["--schemafile", str(SPECS.parent / "schemas" / "graphspec.schema.json")]
    theirs = [other, *schema, *map(str, sorted(specs.iterdir()))]
    results.append(compare("the same, against check-jsonschema", 0.1, [*command, "--no-cache"], theirs, min(runs, 3)))
    return results


def edits(folder: Path, runs: int) -> list[bool]:
    """Measure what an editor waits for."""
    del folder
    command = [sys.executable, str(HERE / "editor.py")]
    return [
        figure("edit to hints, 200 nodes, processor time", 50, "ms", [*command, "service"], runs, printed),
        figure("the same, as an editor waits for the server", 50, "ms", [*command, "server"], runs, printed),
    ]


def bounds(folder: Path, runs: int) -> list[bool]:
    """Measure what expands, and what would without end."""
    validate = [sys.executable, "-m", "graphspec", "validate", "--jobs", "1"]
    file = folder / "expanded.yaml"
    file.write_text(large.expanded(), encoding="utf-8")
    command = [*validate, str(file)]
    results = [
        figure("validate 100,000 nodes in blocks of blocks", 8, "s", command, min(runs, 3), processor),
        figure("the same, memory", 1000, "MB", command, 1, megabytes),
    ]
    for name, text in large.bombs().items():
        bomb = folder / f"bomb_{name}.yaml"
        bomb.write_text(text, encoding="utf-8")
        results += [
            figure(f"refuse a bomb of {name}", 1.0, "s", [*validate, str(bomb)], runs, refused),
            figure("the same, memory", 100, "MB", [*validate, str(bomb)], 1, megabytes),
        ]
    return results


def pictures(folder: Path, runs: int) -> list[bool]:
    """Measure pictures of models of Keras."""
    python, results = sys.executable, []
    for name, ending, bar, most, measure in (
        ("ResNet50", "svg", 0.5, 50, wall), ("ResNet50", "png", 2.0, 150, processor),
        ("EfficientNetB7", "png", 6.0, 300, processor),
    ):  # fmt: skip
        saved = _saved(name, folder)
        spec = str(folder / f"{name}.yaml")
        subprocess.run([python, "-m", "graphspec", "import", saved, "-o", spec], check=True, capture_output=True)
        command = [python, "-m", "graphspec", "plot", spec, "-o", str(folder / f"{name}.{ending}")]
        results += [
            figure(f"plot {name} as {ending.upper()}", bar, "s", command, min(runs, 3), measure),
            figure("the same, memory", most, "MB", command, 1, megabytes),
        ]
    return results


def _saved(name: str, folder: Path) -> str:
    """Return the JSON of an application of Keras, which Keras writes once."""
    saved = folder / f"{name}.json"
    if not saved.exists():
        command = [sys.executable, "-c", SAVE, name, str(saved)]
        subprocess.run(command, check=True, capture_output=True, env=ENVIRONMENT)
    return str(saved)


def imported(folder: Path, runs: int) -> list[bool]:
    """Measure the way from Keras' JSON to a spec."""
    python, saved = sys.executable, _saved("EfficientNetB7", folder)
    command = [python, "-m", "graphspec", "import", saved, "-o", str(folder / "b7.yaml")]
    return [
        figure("import EfficientNetB7's JSON", 1.0, "s", command, runs, processor),
        compare(
            "the same, against model_from_json", 0.5,
            [python, "-c", TO_SPEC, saved], [python, "-c", TO_MODEL, saved], runs, measure=printed,
        ),
    ]  # fmt: skip


def built(folder: Path, runs: int) -> list[bool]:
    """Measure models against the same ones by hand."""
    python, saved, flat = sys.executable, str(folder / "model.keras"), str(folder / "resnet50.yaml")
    return [
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
    ]  # fmt: skip


GROUPS: dict[str, Callable[[Path, int], list[bool]]] = {
    "front": front, "many": many, "edits": edits, "bounds": bounds,
    "built": built, "imported": imported, "pictures": pictures,
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"what to measure, of {', '.join(GROUPS)}; or all")
    parser.add_argument(
        "--runs", type=int, default=3, help="what a median is taken of; 0 only sees that all of it runs"
    )
    given = parser.parse_args()
    unknown = [name for name in given.groups if name not in GROUPS]
    if unknown:
        parser.error(f"there is no group {', '.join(unknown)}")
    with tempfile.TemporaryDirectory() as folder:
        results = [measure(Path(folder), given.runs) for name, measure in GROUPS.items()
                   if name in given.groups or not given.groups]  # fmt: skip
    return 0 if all(all(found) for found in results) else 1


if __name__ == "__main__":
    sys.exit(main())
