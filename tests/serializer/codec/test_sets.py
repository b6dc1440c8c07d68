"""A set comes back with the table it had: iteration, pop and what is added later go on as they would have."""
import json
import os
import pathlib
import pickle
import random
import subprocess
import sys

import pytest

from kernelferry import _ferry
from kernelferry.codec import DecodeError, blob, decode, encode

GOLDEN = pathlib.Path(__file__).parents[2] / "golden" / "codec"


class Plain:
    """Hashes by address."""


class Members(set):
    pass


def word(chance):
    return chance.choice([lambda: str(chance.random()), lambda: chance.randrange(10**6), lambda: chance.randrange(40),
                          lambda: (chance.randrange(9), str(chance.randrange(9))), chance.random,
                          lambda: frozenset(map(str, range(chance.randrange(20)))), lambda: -chance.randrange(3)])()


def worn(chance, make=set):
    """A set after additions, removals, pops and updates."""
    members = make()
    for _ in range(chance.choice([2, 5, 30, 300])):
        members.add(word(chance))
        if chance.random() < 0.4 and members:
            chance.choice([members.pop, lambda: members.discard(chance.choice(sorted(members, key=repr)))])()
        if chance.random() < 0.02:
            members |= {word(chance) for _ in range(chance.randrange(50))}
    return members if make is not set or chance.random() < 0.8 else frozenset(members)


def history(members):
    """What is seen of a set from now on, as text: its order, what is popped, its order after additions."""
    left = members if type(members) is frozenset else members.copy()
    seen = [list(members)]
    if type(members) is not frozenset:
        seen += [members.pop() for _ in range(len(members) // 2)]
        for number in range(40):
            members.add(f"new {number}")
        seen.append(list(members))
    return repr(seen + [left == set(seen[0])])


def write(path):
    chance = random.Random(3)
    sets = [worn(chance) for _ in range(150)] + [worn(chance, Members) for _ in range(20)]
    sets.append({f"m{i}" for i in range(70_000)} - {f"m{i}" for i in range(0, 70_000, 3)})
    empty = set(map(str, range(500)))
    empty.difference_update(list(empty))
    sets += [empty, set(), frozenset(), [sets[0], sets[0]]]
    pathlib.Path(path).write_bytes(b"".join(encode({"sets": sets}, {}, {}, {}).chunks))
    print(json.dumps([history(each) for each in sets if type(each) is not list]))


def read(path):
    sets = decode(memoryview(pathlib.Path(path).read_bytes()), None, {}).values["sets"]
    assert sets[-1][0] is sets[-1][1] is sets[0]
    assert all(member in each for each in sets[:-1] for member in each)
    print(json.dumps([history(each) for each in sets if type(each) is not list]))


def run(function, path, seed):
    code = f"from tests.serializer.codec import test_sets; test_sets.{function}({str(path)!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300,
                          cwd=pathlib.Path(__file__).parents[3], env={**os.environ, "PYTHONHASHSEED": str(seed)})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 4294967295])
def test_order_pops_and_additions_go_on(tmp_path, seed):
    there, back = run("write", tmp_path / "blob", seed), run("read", tmp_path / "blob", seed)
    assert [i for i, (a, b) in enumerate(zip(there, back)) if a != b] == []


def test_another_hash_seed_costs_the_order_only(tmp_path):
    there, back = run("write", tmp_path / "blob", 1), run("read", tmp_path / "blob", 2)
    assert len(there) == len(back) and sum(a != b for a, b in zip(there, back)) > 50
    assert all(each.endswith("True]") for each in back)


def test_members_that_hash_by_address_are_found_again():
    for _ in range(50):
        members = {Plain() for _ in range(30)} | {None, "a", 1, Plain}
        for _ in range(9):
            members.pop()
        again = pickle.loads(pickle.dumps(members))  # in a process of the same addresses, plain pickling suffices to make new ones
        layout = _ferry.set_layout(members)
        if layout:
            _ferry.apply_set_layout(again, layout)
        assert len(again) == len(members) and all(member in again for member in list(again))


def test_a_set_that_adding_makes_again_needs_no_layout():
    assert _ferry.set_layout({1, 2, 3}) == b"" and _ferry.set_layout(set(range(1000))) == b"" == _ferry.set_layout(set())
    popped = {1, 2, 3}
    popped.pop()
    assert _ferry.set_layout(popped)


def test_the_set_of_a_module_is_left_alone():
    import keyword
    keyword.shared = {str(i) for i in range(50)}
    keyword.shared.pop()
    held = lambda obj: ("keyword", "shared") if obj is keyword.shared else None
    order = list(keyword.shared)
    values = decode(b"".join(encode({"s": keyword.shared}, {}, {}, {}, held).chunks), None, {}).values
    assert values["s"] is keyword.shared and list(values["s"]) == order


def test_altered_layouts_are_refused_or_harmless():
    chance = random.Random(1)
    for _ in range(2000):
        members = worn(chance)
        layout = bytearray(_ferry.set_layout(members))
        if not layout:
            continue
        for _ in range(chance.randrange(1, 4)):
            layout[chance.randrange(len(layout))] ^= 1 << chance.randrange(8)
        again = type(members)(list(members))
        try:
            _ferry.apply_set_layout(again, bytes(layout[:chance.choice([len(layout), chance.randrange(len(layout))])]))
        except ValueError:
            pass
        assert again == members and len(list(again)) == len(members) and all(member in again for member in list(members))


def test_blobs_of_the_first_layout_still_load():
    decoded = decode(memoryview((GOLDEN / "layout-1").read_bytes()), None, {})
    assert decoded.values == {"a": [1, {"x", "y"}, frozenset((1, 2))], "b": 10**20} and decoded.values["a"][0] == 1 and decoded.exports == {}


def test_a_newer_layout_is_refused():
    newer = bytearray(b"".join(encode({"a": 1}, {}, {}, {}).chunks))
    newer[len(blob.MAGIC)] = blob.LAYOUT + 1
    with pytest.raises(DecodeError, match="newer Kernelferry"):
        decode(newer, None, {})


def test_a_table_of_changed_keys_that_was_altered_is_refused():
    class Key:
        def __init__(self, n): self.n = n
        def __hash__(self): return hash(self.n)
        def __eq__(self, other): return self.n == other.n
    key = Key(1)
    for container in ({key: 1, "x": 2}, {key, "x"}):
        key.n = 1
        gate = _ferry.Gate(lambda cls: None, None, KeyError)
        asked = gate.persistent_id()
        asked(container)
        assert not [table for table in gate.table_layouts if type(table) is tuple]
        key.n = 2
        gate = _ferry.Gate(lambda cls: None, None, KeyError)
        gate.persistent_id()(container)
        members, table = gate.table_layouts[1]
        for wrong in (table[:-8], table + table[:8], b"", table[:-1] if type(container) is set else table[8:]):
            with pytest.raises(ValueError):
                _ferry.restore_table(type(container)(), members, wrong)
        again = type(container)()
        _ferry.restore_table(again, members, table)
        assert key not in again and "x" in again and list(again) == list(container)
