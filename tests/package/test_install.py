"""kernelferry.install: what it writes, and which Pythons it refuses, by name."""

import json
import os
import stat
import sys

import pytest

from kernelferry import install

FOUND = {
    "name": "cpython",
    "version": [*sys.version_info[:3]],
    "prefix": "/nowhere",
    "venv": True,
    "relay": "/nowhere/bin/ferry-relay",
}


def fake_python(folder, **changes):
    """A program that answers the question of `examine` as a Python with these properties would."""
    path = folder / "python"
    path.write_text("#!/bin/sh\ncat <<'END'\n" + json.dumps(FOUND | changes) + "\nEND\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_kernel_json(tmp_path, capsys):
    python = fake_python(tmp_path)
    assert install.main(["--python", python, "--prefix", str(tmp_path)]) == 0
    folder = tmp_path / "share/jupyter/kernels/ferry"
    assert json.loads((folder / "kernel.json").read_text()) == {
        "argv": ["/nowhere/bin/ferry-relay", "--connection", "{connection_file}", "--python", python],
        "display_name": "Python 3 (Ferry)",
        "language": "python",
        "interrupt_mode": "message",
        "metadata": {"debugger": True, "supported_encryption": ["curve"]},
    }
    for logo in ("logo-32x32.png", "logo-64x64.png", "logo-svg.svg"):
        assert (folder / logo).stat().st_size > 100
    assert str(folder) in capsys.readouterr().out


def test_uninstall(tmp_path, capsys):
    where = ["--python", fake_python(tmp_path), "--prefix", str(tmp_path)]
    assert install.main(where) == 0
    assert install.main([*where, "--uninstall"]) == 0
    assert not (tmp_path / "share/jupyter/kernels/ferry").exists()
    assert install.main([*where, "--uninstall"]) == 3
    said = capsys.readouterr().err
    assert said.startswith("jupyter ferry uninstall: no kernel ferry") and "jupyter kernelspec list" in said
    with pytest.raises(SystemExit):
        install.main(["--uninstall", "--help"])
    assert capsys.readouterr().out.startswith("usage: jupyter ferry uninstall")


def test_a_folder_that_cannot_be_written_names_the_remedy(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert install.main(["--python", fake_python(tmp_path), "--prefix", str(tmp_path / "file")]) == 1
    assert "choose a folder that you may write, with --user or --prefix" in capsys.readouterr().err


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"name": "pypy"}, "is pypy"),
        ({"version": [3, 12, 1]}, "is cpython 3.12.1"),
        ({"error": "No module named 'kernelferry'"}, "cannot import kernelferry (No module named 'kernelferry')"),
        ({"relay": None}, "ferry-relay"),
    ],
)
def test_refuses_by_name(tmp_path, capsys, changes, message):
    python = fake_python(tmp_path, **changes)
    assert install.main(["--python", python, "--prefix", str(tmp_path)]) == 3
    said = capsys.readouterr().err
    assert python in said and message in said
    assert not (tmp_path / "share").exists()


def test_refuses_what_is_no_python(tmp_path, capsys):
    assert install.main(["--python", "/bin/true", "--prefix", str(tmp_path)]) == 3
    assert install.main(["--python", str(tmp_path / "absent"), "--prefix", str(tmp_path)]) == 3
    said = capsys.readouterr().err
    assert "/bin/true" in said and "absent" in said and said.count("name a CPython 3.11 with --python") == 2


def test_relative_python_becomes_absolute(tmp_path, monkeypatch):
    fake_python(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert install.main(["--python", "./python", "--prefix", str(tmp_path)]) == 0
    spec = json.loads((tmp_path / "share/jupyter/kernels/ferry/kernel.json").read_text())
    assert spec["argv"][-1] == str(tmp_path / "python")


def test_json(tmp_path, capsys):
    python = fake_python(tmp_path)
    assert install.main(["--python", python, "--prefix", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ok"]
    os.remove(python)
    assert install.main(["--python", python, "--prefix", str(tmp_path), "--json"]) == 3
    assert "cannot be run" in json.loads(capsys.readouterr().out)["error"]
