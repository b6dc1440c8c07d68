"""Sessions as files: what may come in, and what is said before it does."""

import json
import random

import pytest

from tests.cli.test_cli import Machine


@pytest.fixture
def machine(tmp_path):
    (tmp_path / "mine").mkdir()
    return Machine(tmp_path / "mine")


@pytest.fixture
def other(tmp_path):
    (tmp_path / "other").mkdir()
    return Machine(tmp_path / "other")


def exported(machine, path, *options, **info):
    sid = machine.session(**info)
    machine.json("export", sid, str(path), *options)
    return sid


def test_a_session_of_ones_own_comes_back_whole_as_a_new_one(machine, tmp_path):
    sid = exported(machine, tmp_path / "a.ferry", "--all", notebook="/x.ipynb", pid=5)
    answer = machine.json("import", str(tmp_path / "a.ferry"))
    new = answer["session"]
    assert new != sid and answer["origin"]["own"] and answer["origin"]["session"] == sid
    old, now = machine.store.read(sid), machine.store.read(new)
    assert [m.generation for m in now.generations()] == [m.generation for m in old.generations()] == [2, 1]
    for was, is_ in zip(old.generations(), now.generations()):
        assert [c.blob for c in was.components] == [c.blob for c in is_.components]
        assert bytes(memoryview(now.blob(is_.components[0].blob))) == bytes(memoryview(old.blob(was.components[0].blob)))
    described = machine.store.describe(new)
    assert described["notebook"] == "" and "name" not in described and "pid" not in described
    assert described["imported"]["name"] == "demo" and described["imported"]["own"] is True


def test_the_newest_generation_alone_is_the_default(machine, tmp_path):
    exported(machine, tmp_path / "a.ferry")
    answer = machine.json("import", str(tmp_path / "a.ferry"))
    assert [g["generation"] for g in answer["generations"]] == [2]
    assert [m.generation for m in machine.store.read(answer["session"]).generations()] == [2]


def test_a_foreign_session_is_shown_and_refused_until_it_is_trusted(machine, other, tmp_path):
    exported(machine, tmp_path / "a.ferry")
    done = other.run("import", str(tmp_path / "a.ferry"))
    assert done.returncode == 3 and "which is not yours" in done.stdout and "NAME" in done.stdout and "  stored" in done.stdout
    assert "--trust" in done.stderr and other.json("list")["sessions"] == []
    refused = other.json("import", str(tmp_path / "a.ferry"), code=3)
    assert refused["error"]["code"] == "refused" and set(refused["generations"][0]["variables"]) == {"a", "b", "g"}
    assert other.json("import", str(tmp_path / "a.ferry"), "--trust")["origin"]["own"] is False
    assert len(other.json("list")["sessions"]) == 1


def test_another_machine_of_the_same_user_shares_the_key(machine, other, tmp_path):
    exported(machine, tmp_path / "a.ferry")
    (tmp_path / "key").write_text(machine.run("key", "export").stdout)
    assert other.run("key", "import", str(tmp_path / "key")).returncode == 0
    assert other.json("import", str(tmp_path / "a.ferry"))["origin"]["own"]
    assert (other.home / "key").stat().st_mode & 0o777 == 0o600
    assert other.json("key", "import", "/dev/null", code=2)["error"]["code"] == "invalid"


def test_no_altered_byte_gets_in(machine, tmp_path):
    """Cut anywhere or flipped anywhere: refused, and nothing is left behind. With --trust, which takes any seal."""
    exported(machine, tmp_path / "a.ferry")
    whole = (tmp_path / "a.ferry").read_bytes()
    altered = tmp_path / "b.ferry"
    chance = random.Random(1)
    for case in range(60):
        at = chance.randrange(len(whole))
        if case % 2:
            altered.write_bytes(whole[:at])
        else:
            altered.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1:])
        done = machine.run("import", str(altered), "--json")
        assert done.returncode != 0 and json.loads(done.stdout)["ok"] is False, at
    assert len(list((machine.home / "sessions").iterdir())) == 1


def test_a_head_without_its_seal_is_foreign(machine, tmp_path):
    exported(machine, tmp_path / "a.ferry")
    whole = bytearray((tmp_path / "a.ferry").read_bytes())
    length = int.from_bytes(whole[16:24], "little")
    whole[64 + length + 16] ^= 1  # the first byte of the seal
    (tmp_path / "a.ferry").write_bytes(whole)
    assert machine.json("import", str(tmp_path / "a.ferry"), code=3)["origin"]["own"] is False


def test_what_cannot_be_exported_or_imported_is_said(machine, tmp_path):
    empty = machine.session(generations=0)
    assert "%checkpoint" in machine.json("export", empty, str(tmp_path / "a"), code=1)["error"]["remedy"]
    (tmp_path / "text").write_text("no session " * 100)
    assert "no exported session" in machine.json("import", str(tmp_path / "text"), code=1)["error"]["what"]
    assert machine.json("import", str(tmp_path / "nothing"), code=1)["error"]["code"] == "not-found"
    exported(machine, tmp_path / "b")
    assert machine.run("import", str(tmp_path / "b"), FERRY_QUOTA="1K").returncode == 1
    assert not (tmp_path / "a.tmp").exists() and not (tmp_path / "a").exists()
