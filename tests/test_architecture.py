"""The house holds: who may import whom, where Keras is loaded, and how large a module may get."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "graphspec"
RANKS = {
    "version": 0, "diagnostics": 0, "output": 1, "catalog": 1, "shapes": 1, "frontend": 2, "graph": 3, "lift": 3,
    "fold": 3, "views": 4, "target": 4,
    "lock_file": 3, "compiler": 5, "spec": 5, "compared": 5, "locks": 5, "changes": 5,
    "lsp": 6, "cli": 6, "__main__": 7, "__init__": 7,
}  # fmt: skip
GENERATORS = ("generate", "generate_applications", "generate_operations")
KERAS_DOORS = {"target", *(f"catalog/{name}.py" for name in GENERATORS)}
HEAVY = ("keras", "tensorflow", "numpy", "jax", "torch")
MODULES = sorted(PACKAGE.rglob("*.py"))


def imports_of(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_lower_ranks_or_its_own_part(path: Path) -> None:
    part = part_of(path)
    for name in imports_of(path):
        if not name.startswith("graphspec"):
            continue
        target = name.split(".")[1] if "." in name else "__init__"
        assert target != "__init__" or part in {"__init__", "__main__"}, f"{path} imports the package root"
        assert target == part or RANKS[target] <= RANKS[part], f"{path} imports {name}, which ranks higher"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_keras_is_imported_behind_its_door_alone(path: Path) -> None:
    where = str(path.relative_to(PACKAGE)).replace("\\", "/")
    if where.split("/")[0] in KERAS_DOORS or where in KERAS_DOORS:
        return
    heavy = [name for name in imports_of(path) if name.split(".")[0] in HEAVY]
    assert not heavy, f"{path} imports {heavy}"


def test_imports_have_no_cycles() -> None:
    names = {".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path for path in MODULES}
    graph = {name: {item for item in imports_of(path) if item in names} for name, path in names.items()}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, f"import cycle: {' -> '.join((*trail[trail.index(name) :], name))}"
        if name in done:
            return
        for other in sorted(graph[name]):
            visit(other, (*trail, name))
        done.add(name)

    for name in sorted(graph):
        visit(name, ())


SPEC = "graphspec: 1\ninputs: {x: [4]}\nnodes: {y: {Dense: {units: 2}, from: x}}\noutputs: y\n"


MODEL = (
    '{"class_name": "Functional", "module": "keras.src.models.functional", "config": {"name": "m", "layers": ['
    '{"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [null, 4]}, "name": "x", '
    '"inbound_nodes": []}], "input_layers": [["x", 0, 0]], "output_layers": ["x", 0, 0]}}'
)


def test_importing_a_model_loads_neither_keras_nor_numpy(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text(MODEL)
    script = (
        "import sys\nfrom graphspec.cli.main import run\n"
        "status = run(['import', 'model.json', '-o', 'spec.yaml'])\n"
        f"loaded = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "assert status == 0 and not loaded, (status, loaded)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


DRAWING = ("graphlay", "resvg_py")
WITHOUT_KERAS = [
    (["validate", "spec.yaml"], DRAWING),
    (["validate", "--format", "json", "spec.yaml"], DRAWING),
    (["summary", "spec.yaml"], DRAWING),
    (["plot", "spec.yaml", "-o", "out.dot"], DRAWING),
    (["plot", "spec.yaml", "-o", "out.svg"], ("resvg_py",)),
    (["plot", "spec.yaml", "-o", "out.png"], ()),
]


@pytest.mark.parametrize(("command", "besides"), WITHOUT_KERAS, ids=str)
def test_a_command_loads_neither_keras_nor_numpy(command: list[str], besides: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(SPEC)
    script = (
        "import sys\nfrom graphspec.cli.main import run\n"
        f"status = run({command!r})\n"
        f"loaded = [name for name in {(*HEAVY, *besides)!r} if name in sys.modules]\n"
        "assert status == 0 and not loaded, (status, loaded)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_importing_the_package_loads_nothing_heavy() -> None:
    script = (
        "import sys, graphspec\ngraphspec.load\n"
        f"loaded = [name for name in {HEAVY!r} if name in sys.modules]\nassert not loaded, loaded"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


TABLES = {"catalog"}
MAX_LINES = 420
MAX_FUNCTION = 60


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_and_functions_stay_small(path: Path) -> None:
    if part_of(path) not in TABLES:
        assert len(path.read_text().splitlines()) <= MAX_LINES
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < MAX_FUNCTION, f"{node.name} is long"
