"""``validate`` for many specs: the cache is never wrong, processes change nothing, and nothing is left behind."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphspec.cli import pool
from graphspec.cli.cache import FOLDER, Cache
from graphspec.cli.check import Checked, check_file
from graphspec.cli.main import run
from graphspec.compiler import Options, compile_file

GOOD = "graphspec: 1\ninputs: {x: [4]}\nnodes: {y: {Dense: {units: 2}, from: x}}\noutputs: y\n"
BAD = GOOD.replace("units", "unitz")
DOUBTFUL = GOOD.replace("{x: [4]}", "{x: [4], z: [1]}")
OUTER = "graphspec: 1\nmodels: {m: inner/m.yaml}\ninputs: {x: [4]}\nnodes: {y: {call: m, from: x}}\noutputs: y\n"
COUNT = 40


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GRAPHSPEC_CACHE_DIR", raising=False)
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "m.yaml").write_text(GOOD)
    for number in range(COUNT):
        text = (GOOD, GOOD, BAD, DOUBTFUL, OUTER)[number % 5]
        (tmp_path / f"s{number:02}.yaml").write_text(text.replace("[4]", f"[{number + 1}]") if text != OUTER else text)
    return tmp_path


def _validate(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    status = run(["validate", *(arguments or ["."])])
    shown = capsys.readouterr()
    assert (status, shown.err) in {(0, ""), (1, "")}
    return shown.out


def _cache_file(folder: Path) -> Path:
    [file] = (folder / FOLDER).glob("*.json")
    return file


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the specs that are compiled rather than known."""
    done: list[str] = []

    def listed(spec: str, options: Options, *, is_kept: bool) -> Checked:
        done.append(spec)
        return check_file(spec, options, is_kept=is_kept)

    monkeypatch.setattr("graphspec.cli.validate.check_file", listed)
    return done


@pytest.mark.parametrize("form", ["text", "json", "gitlab"])
def test_what_is_known_is_told_as_what_is_new(folder: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    plain = _validate(capsys, ".", "--no-cache", "--format", form)
    assert not (folder / FOLDER).exists()
    first, second = (_validate(capsys, ".", "--format", form) for _ in range(2))
    assert plain == first == second
    assert _cache_file(folder).exists()


def test_only_what_changed_is_compiled(folder: Path, capsys: pytest.CaptureFixture[str], compiled: list[str]) -> None:
    _validate(capsys, ".", "--jobs", "1")
    assert len(compiled) == COUNT + 1
    compiled.clear()
    (folder / "s00.yaml").write_text(BAD)
    assert "s00.yaml:3:21" in _validate(capsys)
    assert compiled == ["s00.yaml"]


def test_a_file_that_a_spec_names_counts(folder: Path, capsys: pytest.CaptureFixture[str], compiled: list[str]) -> None:
    _validate(capsys)
    compiled.clear()
    (folder / "inner" / "m.yaml").write_text(BAD)
    assert "inner/m.yaml:3:21" in _validate(capsys)
    users = [f"s{number:02}.yaml" for number in range(COUNT) if number % 5 == 4]
    assert sorted(compiled) == ["inner/m.yaml", *users]


def test_a_file_that_is_gone_or_comes_back_counts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = _validate(capsys, "s*.yaml")
    (folder / "inner" / "m.yaml").rename(folder / "inner" / "n.yaml")
    missing = _validate(capsys, "s*.yaml")
    assert missing.count("error[GS302]") == COUNT // 5
    (folder / "inner" / "n.yaml").rename(folder / "inner" / "m.yaml")
    assert _validate(capsys, "s*.yaml") == good


def test_the_root_of_a_project_counts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deep = folder / "deep"
    deep.mkdir()
    for number in range(COUNT):
        (deep / f"{number}.yaml").write_text(OUTER.replace("inner/m.yaml", "../inner/m.yaml"))
    (folder / "pyproject.toml").write_text("")
    assert _validate(capsys, "deep") == f"no mistakes in {COUNT} files\n"
    (deep / "pyproject.toml").write_text("")
    assert _validate(capsys, "deep").count("error[GS301]") == COUNT


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_where_a_link_leads_counts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.move(folder / "inner", folder / "one")
    (folder / "two").mkdir()
    (folder / "two" / "m.yaml").write_text(BAD)
    (folder / "inner").symlink_to("one")
    assert "m.yaml" not in _validate(capsys, "s*.yaml")
    (folder / "inner").unlink()
    (folder / "inner").symlink_to("two")
    assert "inner/m.yaml:3:21" in _validate(capsys, "s*.yaml")


def test_options_count(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _validate(capsys)
    assert "GS108" in _validate(capsys, ".", "--max-depth", "1")
    assert "GS108" not in _validate(capsys)
    assert len(list((folder / FOLDER).glob("*.json"))) == 2


def test_the_code_counts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Cache(folder / FOLDER, {}).file
    monkeypatch.setattr("graphspec.cli.cache.__version__", "9.9")
    assert Cache(folder / FOLDER, {}).file != before
    monkeypatch.undo()
    monkeypatch.chdir(folder)
    other = folder / "package"
    other.mkdir()
    (other / "rules.py").write_text("one")
    monkeypatch.setattr("graphspec.cli.cache._PACKAGE", other)
    one = Cache(folder / FOLDER, {}).file
    (other / "rules.py").write_text("other")
    assert Cache(folder / FOLDER, {}).file != one


def test_a_cache_is_for_neither_git_nor_backups(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _validate(capsys)
    assert (folder / FOLDER / ".gitignore").read_text() == "*\n"
    assert (folder / FOLDER / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55\n")


def test_few_specs_leave_no_cache(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _validate(capsys, "s00.yaml", "s01.yaml")
    assert not (folder / FOLDER).exists()


def test_a_cache_can_be_elsewhere(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _validate(capsys, ".", "--cache-dir", "else/where")
    assert list((folder / "else" / "where").glob("*.json"))
    assert not (folder / FOLDER).exists()


def _broken(data: bytes, chance: random.Random) -> bytes:
    kind = chance.randrange(6)
    place = chance.randrange(len(data))
    if kind == 0:
        return data[:place]
    if kind == 1:
        return data[:place] + bytes([data[place] ^ (1 << chance.randrange(8))]) + data[place + 1 :]
    if kind == 2:
        return chance.randbytes(chance.randrange(2000))
    if kind == 3:
        return data + chance.randbytes(20)
    if kind == 4:
        return data[place:] + data[:place]
    return data.replace(b"GS402", b"GS999")


def test_a_broken_cache_is_no_cache(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    right = _validate(capsys)
    whole = _cache_file(folder).read_bytes()
    chance = random.Random(1)
    for _ in range(60):
        _cache_file(folder).write_bytes(_broken(whole, chance))
        assert _validate(capsys, ".", "--jobs", "1") == right


STRANGE = ["[]", "{}", "null", "3", '"x"', "[" * 100_000, '{"s02.yaml": {}}', '{"s02.yaml": {"digests": 3}}',
           '{"s02.yaml": {"digests": {"s02.yaml": "DIGEST"}, "diagnostics": [1], "sources": []}}',
           '{"s02.yaml": {"digests": {"s02.yaml": "DIGEST"}, "diagnostics": [], "sources": ["nowhere"]}}',
           '{"s02.yaml": {"digests": {"s02.yaml": "DIGEST", "/dev/zero": ""}, "root": ""}}']  # fmt: skip


@pytest.mark.parametrize("body", STRANGE, ids=range(len(STRANGE)))
def test_a_strange_cache_with_a_right_checksum_is_no_cache(
    folder: Path, capsys: pytest.CaptureFixture[str], body: str
) -> None:
    from graphspec.cli.cache import _checksum
    from graphspec.cli.check import digest_of

    right = _validate(capsys)
    data = body.replace("DIGEST", digest_of((folder / "s02.yaml").read_bytes())).encode()
    _cache_file(folder).write_bytes(_checksum(data) + b"\n" + data)
    assert _validate(capsys) == right


def _as_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _as_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def _as_loop(file: Path) -> None:
    file.unlink()
    file.symlink_to(file)


def _as_dangling(file: Path) -> None:
    file.unlink()
    file.symlink_to(file.parent / "gone" / "gone")


@pytest.mark.skipif(sys.platform == "win32", reason="has no pipes among files")
@pytest.mark.parametrize("change", [_as_folder, _as_pipe, _as_loop, _as_dangling])
def test_what_stands_where_the_cache_should_is_no_mistake(
    folder: Path, capsys: pytest.CaptureFixture[str], change: object
) -> None:
    right = _validate(capsys)
    change(_cache_file(folder))  # type: ignore[operator]
    assert _validate(capsys) == right
    assert _validate(capsys) == right


def test_a_file_in_the_place_of_the_folder_is_no_mistake(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / FOLDER).write_text("mine")
    right = _validate(capsys, ".", "--no-cache")
    assert _validate(capsys) == right
    assert (folder / FOLDER).read_text() == "mine"


@pytest.mark.usefixtures("folder")
def test_a_folder_that_cannot_be_written_to_has_no_cache(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    right = _validate(capsys, ".", "--no-cache")
    monkeypatch.setattr("tempfile.mkstemp", refuse)
    assert _validate(capsys) == right
    monkeypatch.setattr(Path, "mkdir", refuse)
    assert _validate(capsys) == right


def test_old_caches_and_drafts_go(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / FOLDER).mkdir()
    for number in range(20):
        for name in (f"{number:032}.json", f"draft-{number}"):
            (folder / FOLDER / name).write_text("old")
            os.utime(folder / FOLDER / name, (number, number))
    (folder / FOLDER / "notes.txt").write_text("mine")
    _validate(capsys)
    assert len([item for item in (folder / FOLDER).iterdir() if item.suffix != ".txt"]) == 8 + 2
    assert (folder / FOLDER / "notes.txt").exists()


def _start(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "graphspec", "validate", *arguments], cwd=folder, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def test_runs_at_once_do_not_disturb_each_other(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    right = _validate(capsys, ".", "--no-cache")
    for _ in range(2):
        runs = [_start(folder, ".") for _ in range(4)]
        assert [(done.communicate(timeout=60), done.returncode) for done in runs] == [((right, ""), 1)] * 4
    json.loads(_cache_file(folder).read_bytes().partition(b"\n")[2])


def _grow(folder: Path, count: int) -> None:
    for number in range(count):
        nodes = "".join(f"  n{index}: {{Dense: {{units: {number + 1}}}, from: x}}\n" for index in range(30))
        (folder / f"t{number:03}.yaml").write_text(
            f"graphspec: 1\ninputs: {{x: [4]}}\nnodes:\n{nodes}outputs: [{', '.join(f'n{i}' for i in range(30))}]\n"
        )


@pytest.mark.skipif(not pool.CAN_FORK, reason="there is no pool by default")
def test_processes_change_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _grow(folder, 150)
    runs = [_validate(capsys, ".", "--no-cache", "--jobs", str(jobs)) for jobs in (1, 2, 7)]
    assert runs[0] == runs[1] == runs[2]


@pytest.mark.parametrize("start", ["fork", "spawn"] if pool.CAN_FORK else ["spawn"])
def test_a_pool_gives_each_result_once(folder: Path, start: str) -> None:
    specs = sorted(str(path) for path in folder.glob("*.yaml"))
    results = dict(pool.share_out(_codes, specs, 2, start=start))
    assert [results[index] for index in range(len(specs))] == [_codes(spec) for spec in specs]


def _codes(spec: str) -> list[str]:
    return [item.code for item in check_file(spec, Options()).diagnostics]


def _ends(spec: str) -> int:
    if os.getpid() != _PARENT:
        os.kill(os.getpid(), signal.SIGKILL)
    return len(spec)


_PARENT = os.getpid()


@pytest.mark.skipif(not pool.CAN_FORK, reason="needs a fork")
def test_what_an_ended_process_leaves_is_done_all_the_same() -> None:
    items = [str(number) for number in range(100)]
    assert dict(pool.share_out(_ends, items, 2)) == dict(enumerate(map(len, items)))


def _fails(spec: str) -> int:
    if spec == "50":
        raise ValueError(spec)
    return len(spec)


@pytest.mark.skipif(not pool.CAN_FORK, reason="needs a fork")
def test_a_fault_is_raised_where_it_can_be_told() -> None:
    with pytest.raises(ValueError, match="50"):
        dict(pool.share_out(_fails, [str(number) for number in range(100)], 2))


def _children(pid: int) -> Iterator[int]:
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            yield int(entry.name)


def _wait_for(condition: object, seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.01)
    return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_a_run_that_is_ended_leaves_no_process_and_no_half_cache(folder: Path, number: signal.Signals) -> None:
    _grow(folder, 1500)
    started = _start(folder, ".", "--jobs", "2")
    workers: list[int] = []
    assert _wait_for(lambda: workers.extend(_children(started.pid)) or len(set(workers)) >= 2)
    started.send_signal(number)
    out, err = started.communicate(timeout=30)
    assert out == ""
    if number == signal.SIGINT:
        assert (started.returncode, err.strip()) == (130, "graphspec: interrupted")
    assert _wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))
    assert not list(folder.glob(f"{FOLDER}/*.json"))


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs a group of processes")
def test_ctrl_c_on_a_terminal_prints_one_line(folder: Path) -> None:
    _grow(folder, 1500)
    started = _start(folder, ".", "--jobs", "2")
    assert _wait_for(lambda: len(list(_children(started.pid))) >= 2)
    os.killpg(started.pid, signal.SIGINT)
    out, err = started.communicate(timeout=30)
    assert (out, err.strip()) == ("", "graphspec: interrupted")
    assert started.returncode == 130


def test_one_spec_pays_for_none_of_it(folder: Path) -> None:
    script = (
        "import sys\nfrom graphspec.cli.main import run\nstatus = run(['validate', 's00.yaml'])\n"
        "extra = ('multiprocessing', 'tempfile', 'json.encoder', 'graphspec.cli.cache', 'graphspec.cli.pool')\n"
        "assert status == 0 and not [name for name in extra[:1] + extra[3:] if name in sys.modules]"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_is_known_needs_no_compiler(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _validate(capsys)
    script = (
        "import sys\nfrom graphspec.cli.main import run\nrun(['validate', '.'])\n"
        "assert not [name for name in ('yaml', 'pydantic', 'graphspec.compiler') if name in sys.modules]"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


STATUSES = [
    (["s03.yaml"], 0), (["s03.yaml", "--max-warnings", "0"], 1), (["s03.yaml", "--max-warnings", "1"], 0),
    (["s03.yaml", "s08.yaml", "--max-warnings", "1"], 1), (["s03.yaml", "--strict"], 1),
    (["s03.yaml", "--strict", "--max-warnings", "9"], 1), (["s03.yaml", "--strict", "--exit-zero"], 0),
    (["s02.yaml", "--exit-zero"], 0), (["s02.yaml", "--max-warnings", "9"], 1),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "status"), STATUSES, ids=str)
@pytest.mark.usefixtures("folder")
def test_statuses(arguments: list[str], status: int) -> None:
    assert run(["validate", *arguments]) == status


def test_settings_say_how_many_warnings_are_too_many(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "pyproject.toml").write_text("[tool.graphspec]\nmax-warnings = 0\n")
    assert run(["validate", "s03.yaml"]) == 1
    assert run(["validate", "s03.yaml", "--max-warnings", "1"]) == 0
    (folder / "pyproject.toml").write_text("[tool.graphspec]\nmax-warnings = -1\n")
    assert run(["validate", "s03.yaml"]) == 2
    assert '"max-warnings" under [tool.graphspec] must be a number, 0 or more' in capsys.readouterr().err


def test_watching_checks_again_where_a_file_changes(folder: Path) -> None:
    out = folder / "out.txt"
    with out.open("w") as file:
        started = subprocess.Popen(
            [sys.executable, "-m", "graphspec", "validate", "--watch", "s00.yaml", "s04.yaml"], cwd=folder,
            stdout=file, stderr=subprocess.STDOUT,
        )  # fmt: skip
        steps = [
            ("no mistakes in 2 files", lambda: (folder / "s00.yaml").write_text(BAD)),
            ("s00.yaml:3:21", lambda: (folder / "inner" / "m.yaml").write_text(BAD)),
            ("inner/m.yaml:3:21", (folder / "s00.yaml").unlink),
            ("there is no file", lambda: (folder / "s00.yaml").write_text(GOOD)),
            ("1 error in 2 files", lambda: None),
        ]
        for shown, change in steps:
            assert _wait_for(lambda shown=shown: shown in out.read_text()), out.read_text()
            assert _wait_for(lambda: out.read_text().endswith("watching; press Ctrl-C to end\n"))
            change()
        started.send_signal(signal.SIGINT)
        assert started.wait(20) == 0
    assert "Traceback" not in out.read_text()


def test_a_cached_diagnostic_is_the_same_one(folder: Path) -> None:
    cases = sorted((Path(__file__).parent / "cases").glob("*/*.yaml"))
    cache = Cache(folder / FOLDER, {})
    for path in cases:
        cache.keep(check_file(str(path), Options(), is_kept=True))
    cache.save()
    again = Cache(folder / FOLDER, {})
    known = [(path, again.find(str(path), path.read_bytes())) for path in cases]
    assert sum(found is not None for _, found in known) > 0.9 * len(cases)
    for path, found in known:
        if found is not None:
            assert found.diagnostics == compile_file(path, Options()).diagnostics
