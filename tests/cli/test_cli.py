"""`jupyter ferry`: what it prints, to people and to programs, and its exit codes."""

import fcntl
import json
import os
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

import kernelferry
from kernelferry import _ferry


def find_program():
    """In the build tree beside the package, or in the environment's own folder of programs."""
    build = Path(kernelferry.__file__).absolute().parent.parent.parent / "bin/jupyter-ferry"
    return build if build.exists() else Path(sys.executable).parent / "jupyter-ferry"


class Machine:
    """A user's machine: an environment of its own, a store, and the command."""

    def __init__(self, folder):
        self.folder, self.home = folder, folder / "data/ferry"
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("FERRY_", "JUPYTER_", "XDG_"))}
        self.env |= {"JUPYTER_DATA_DIR": str(folder / "data"), "JUPYTER_CONFIG_DIR": str(folder / "config"), "TZ": "UTC"}
        self.store = _ferry.Store.open(str(self.home))

    def run(self, *words, **env):
        return subprocess.run([find_program(), *words], env=self.env | env, capture_output=True, text=True)

    def json(self, *words, code=0):
        done = self.run(*words, "--json")
        assert done.returncode == code, done.stderr
        answer = json.loads(done.stdout)
        assert answer["ok"] == (code == 0)
        return answer

    def session(self, name="demo", generations=2, **info):
        sid = self.store.create({"name": name, "started": 1.0, **info})
        with self.store.write(sid) as writer:
            for number in range(1, generations + 1):
                digest, size = writer.put_blob([b"x" * 1000 * number])
                stored = _ferry.ComponentEntry(names=["a", "b"], key=["a", "b"], way="stored", blob=digest, bytes=size)
                lost = _ferry.ComponentEntry(names=["g"], key=["g"], way="lost")
                writer.commit(_ferry.Manifest(components=[stored, lost], executions=number, label=f"v{number}", life=1,
                                              time_us=1_700_000_000_000_000))
        return sid


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_an_empty_store_is_no_error_and_stays_unmade(machine):
    done = machine.run("list")
    assert (done.returncode, done.stdout) == (0, f"no sessions in {machine.home}\n")
    assert machine.json("list")["sessions"] == []
    assert not machine.home.exists()


def test_list(machine):
    sid = machine.session("démo", ended="suspended")
    machine.store.bind(str(machine.folder / "a.ipynb"), sid)
    crashed = machine.session("other", generations=0)
    heading, *rows = machine.run("list").stdout.splitlines()
    assert heading.split() == ["SESSION", "NAME", "STATE", "CHANGED", "SIZE", "SAVED", "NOTEBOOK"]
    assert any(row.startswith(f"{sid}  démo   suspended") and row.endswith(f"2  {machine.folder}/a.ipynb") for row in rows)
    listed = {s["session"]: s for s in machine.json("list")["sessions"]}
    assert listed[sid]["generations"] == [2, 1]
    assert listed[crashed]["state"] == "crashed"
    with machine.store.write(crashed):
        running = next(s for s in machine.json("list")["sessions"] if s["session"] == crashed)
        assert running["state"] == "running" and running["holder"].startswith(f"pid {os.getpid()} on ")


def test_show_by_any_name(machine):
    sid = machine.session()
    notebook = machine.folder / "a.ipynb"
    machine.store.bind(str(notebook), sid)
    for name in sid, sid[:8], "demo", str(notebook):
        shown = machine.json("show", name)
        assert shown["session"] == sid and shown["schema"] == "ferry.session/1"
    newest = shown["generations"][0]
    assert newest == {"generation": 2, "label": "v2", "time": 1.7e9, "bytes": 2080, "cells": 2, "proved": None}
    text = machine.run("show", sid).stdout
    assert "3 (1 not stored)" in text and "2023-11-14 22:13:20" in text


def test_what_cannot_be_found_says_what_to_do(machine):
    done = machine.run("show", "nothing")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "jupyter-ferry: there is no session nothing\n  jupyter ferry list shows the sessions there are\n"
    )
    assert machine.json("report", machine.session(), code=1)["error"]["code"] == "not-found"


def test_damage_is_shown(machine):
    sid = machine.session()
    (machine.home / "sessions" / sid / "gen-00000002").write_bytes(b"junk")
    shown = machine.json("show", sid)
    assert [g["generation"] for g in shown["generations"]] == [1]
    assert shown["messages"] == ["generation 2: the header is cut off"]


def test_report(machine):
    sid = machine.session()
    report = {"schema": "ferry.resume/1", "ok": True, "messages": ["1 of 2 variables back, 1 not: g (generator)"],
              "variables": {"a": {"way": "stored", "verified": True, "bytes": 1500, "reason": ""},
                            "g": {"way": "lost", "verified": None, "bytes": None, "reason": "generator"}}}
    with machine.store.write(sid) as writer:
        writer.set_report(report)
    assert machine.json("report", sid) == report
    text = machine.run("report", sid).stdout
    assert text.startswith(report["messages"][0]) and "g     lost    -" in text


def test_mv(machine):
    sid = machine.session()
    machine.store.bind(str(machine.folder / "a.ipynb"), sid)
    done = machine.run("mv", str(machine.folder / "a.ipynb"), str(machine.folder / "b.ipynb"))
    assert (done.returncode, done.stdout) == (0, f"1 session now at {machine.folder}/b.ipynb\n")
    assert machine.store.find(str(machine.folder / "b.ipynb")) == sid
    assert machine.json("mv", "none", "other", code=1)["error"]["code"] == "not-found"


def test_rm(machine):
    one, two = machine.session("one"), machine.session("two")
    assert machine.run("rm", "one", "mistyped").returncode == 1
    assert len(machine.store.sessions()) == 2, "a mistyped name removes nothing"
    with machine.store.write(two):
        assert machine.json("rm", "two", code=3)["error"]["remedy"] == "shut that kernel down first"
    assert machine.json("rm", "one", "two")["removed"] == [one, two]
    assert machine.store.sessions() == []


def test_gc(machine):
    sid = machine.session()
    with machine.store.write(sid) as writer:
        writer.forget(1)
    assert machine.json("gc")["freed"] == 1080
    assert machine.run("gc").stdout == "0 B freed\n"


@pytest.mark.parametrize(
    "words, said",
    [
        ([], "a verb is missing"),
        (["lsit"], "there is no verb lsit"),
        (["list", "--jsno"], "--jsno"),
        (["show"], "SESSION is required"),
    ],
)
def test_usage(machine, words, said):
    done = machine.run(*words)
    assert done.returncode == 2 and said in done.stderr and "--help" in done.stderr and done.stdout == ""


def test_help(machine):
    done = machine.run("--help")
    assert done.returncode == 0
    for verb in "install uninstall list show report mv rm gc doctor".split():
        assert f"  {verb} " in done.stdout


@pytest.mark.parametrize("verb", ["", *"list show report suspend detach attach kill export import key mv rm gc migrate doctor install uninstall".split()])
def test_help_fits_a_terminal(machine, verb):
    done = machine.run(*filter(None, [verb]), "--help", COLUMNS="80")
    assert done.returncode == 0 and max(map(len, done.stdout.splitlines())) <= 80, done.stdout


def test_a_terminal_gets_no_line_that_is_wider(machine):
    sid = machine.session()
    reason = "it cannot be stored, and cannot be made again: " + "cell [2] must not run again, " * 6 + "say %session replay-ok 2 "
    (machine.home / "sessions" / sid / "report.json").write_text(json.dumps({"messages": [], "variables": {
        "db": {"way": "lost", "verified": None, "bytes": 0, "reason": reason}}}))
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
    subprocess.run([find_program(), "report", sid], env=machine.env, stdout=theirs, check=True)
    os.close(theirs)
    lines = os.read(ours, 100_000).decode().splitlines()
    os.close(ours)
    assert max(map(len, lines)) <= 80 and " ".join(" ".join(lines).split()).endswith(reason.strip()), lines
    assert any("%session replay-ok 2" in line for line in lines), lines
    assert reason.strip() in machine.run("report", sid).stdout  # whole for a program


@pytest.mark.parametrize("words, remedy", [(["export", "x"], "jupyter ferry export --help shows what it takes"),
                                           (["import", "/no/such/file"], "name the file that jupyter ferry export wrote"),
                                           (["key", "import", "/no/such/file"], "jupyter ferry key export printed")])
def test_bad_input_names_the_remedy(machine, words, remedy):
    done = machine.run(*words)
    assert done.returncode in (1, 2) and remedy in done.stderr, done.stderr


def test_settings(machine):
    (machine.folder / "config").mkdir()
    config = machine.folder / "config/jupyter_ferry_config.json"
    config.write_text('{"home": "%s/elsewhere", "quota": "1.5K"}' % machine.folder)
    store = machine.json("list")["store"]
    assert (store["home"], store["quota"]) == (f"{machine.folder}/elsewhere", 1536)
    done = machine.run("list", FERRY_QUOTA="many")
    assert done.returncode == 2 and "FERRY_QUOTA: 'many' is not a size" in done.stderr
    config.write_text('{"qouta": "1G"}')
    done = machine.run("list")
    assert done.returncode == 2 and "unknown qouta" in done.stderr and "known are home" in done.stderr


def test_doctor(machine):
    answer = json.loads(machine.run("doctor", "--json").stdout)
    assert list(dict.fromkeys(check["check"] for check in answer["checks"])) == ["python", "kernel", "store", "quota", "disk", "sockets", "criu"]
    kernel = answer["checks"][1]
    if not kernel["ok"]:
        assert kernel["remedy"] == "jupyter ferry install"
    machine.home.parent.mkdir(parents=True)
    machine.home.write_text("in the way")
    store = json.loads(machine.run("doctor", "--json").stdout)["checks"][2]
    assert not store["ok"] and store["what"] == f"{machine.home} is not a directory"


def test_a_name_cannot_speak_to_the_terminal(machine):
    machine.session("\x1b[31mred")
    assert "\x1b" not in machine.run("list").stdout
