"""Files that hold a model, and files that only pretend to."""

import json
import zipfile
from pathlib import Path

import pytest
from saved_models import call, functional, given, layer, tensor

from graphspec.cli.main import run
from graphspec.diagnostics.diagnostic import UsageError
from graphspec.lift import source
from graphspec.lift.problems import LiftError
from graphspec.lift.source import parse_model, read_model


def archive(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name.replace("_json", ".json"), data)
    return path


def test_a_keras_file_gives_its_config_alone(tmp_path):
    path = archive(tmp_path / "m.keras", config_json=b'{"class_name": "Functional"}', weights=b"never read")
    assert read_model(path) == {"class_name": "Functional"}


def test_a_json_file_is_read_whole(tmp_path):
    (tmp_path / "m.json").write_text('{"a": 1}')
    assert read_model(tmp_path / "m.json") == {"a": 1}


def test_a_bomb_is_cut_off(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "MAX_BYTES", 1024)
    with pytest.raises(LiftError, match="larger than"):
        read_model(archive(tmp_path / "m.keras", config_json=b" " * 10_000_000))


def test_a_file_with_no_config_or_none_at_all(tmp_path):
    with pytest.raises(LiftError, match=r"no config\.json"):
        read_model(archive(tmp_path / "m.keras", other=b""))
    (tmp_path / "n.keras").write_text("text")
    with pytest.raises(LiftError, match=r"no \.keras file"):
        read_model(tmp_path / "n.keras")
    with pytest.raises(UsageError, match="there is no file"):
        read_model(tmp_path / "none.keras")
    with pytest.raises(UsageError, match="is a folder"):
        read_model(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "cannot be read"),
        ("[]", "holds no object"),
        ('{"a": 1, "a": 2}', "given twice"),
        ("[" * 100_000, "cannot be read"),
        ('{"a": ' + "9" * 5000 + "}", "larger than any float"),
        (json.dumps({"a": "\ud800"}), "surrogate"),
    ],
)
def test_json_that_is_no_model(text, said):
    with pytest.raises(LiftError, match=said):
        parse_model(text)


def test_text_that_is_not_utf_8():
    with pytest.raises(LiftError, match="UTF-8"):
        parse_model(b'{"a": "\xff"}')


def test_how_a_model_could_be_better_validate_alone_says(tmp_path, capsys):
    file, picture = str(tmp_path / "model.json"), str(tmp_path / "model.svg")
    layers = [
        given("x"),
        layer("Dense", "wide", call(tensor("x")), units=4),
        layer("BatchNormalization", "norm", call(tensor("wide"))),
    ]
    Path(file).write_text(json.dumps(functional(*layers, outputs=[["norm", 0, 0]])))
    assert run(["validate", "--no-cache", file]) == 0
    assert "warning[GS707]" in capsys.readouterr().out
    for arguments in (["summary", file], ["plot", file, "-o", picture]):
        assert run(arguments) == 0
        assert capsys.readouterr().err == ""
