"""Ways from variables to objects that they lead to."""

import collections
import ctypes
import types

import numpy
import pytest

from kernelferry import _ferry

MOST = 10_000


@pytest.fixture
def namespace():
    return {"__name__": "__main__"}


def paths(wanted, roots, namespace, apart=(), untracked=(bytearray,), most=MOST):
    return _ferry.paths_to({id(each) for each in wanted}, roots, {id(each) for each in apart}, namespace, untracked, most)


def same(path, *expected):
    return len(path) == len(expected) and all(a is b for a, b in zip(path, expected))


def test_the_shortest_way(namespace):
    wanted = [0]
    near, far = {"a": wanted}, [[[wanted]]]
    (path,) = paths([wanted], [far, near], namespace)
    assert same(path, near, wanted)


def test_each_object_that_is_reached_and_no_other(namespace):
    one, two, three = [1], collections.deque([2]), [3]
    root = {"one": one, "inner": (two, [0])}
    assert sorted(path[-1] is one for path in paths([one, two, three, root], [root], namespace)) == [False, True]


def test_kinds_that_the_collector_does_not_track(namespace):
    raw, text = bytearray(b"raw"), "text" * 3
    root = [raw, text, []]
    (path,) = paths([raw, text], [root], namespace)
    assert same(path, root, raw)


def test_functions_of_the_session_lead_to_what_they_close_over(namespace):
    exec("def make():\n kept, plain = [1], 'plain'\n def get(): return kept, plain\n return get, kept, plain\nget, kept, plain = make()", namespace)
    found = paths([namespace["kept"], namespace["plain"]], [namespace["get"]], namespace)
    assert sorted(len(path) for path in found) == [2, 2]
    assert paths([namespace["kept"]], [namespace["get"]], {}) == []


def test_functions_of_the_session_lead_to_their_default_arguments_and_attributes(namespace):
    exec("def f(value=[1], *, key=[2]): pass\nf.seen = [3]", namespace)
    f = namespace["f"]
    found = paths([f.__defaults__[0], f.__kwdefaults__["key"], f.seen], [f], namespace)
    assert sorted(path[-1] for path in found) == [[1], [2], [3]] and all(len(path) == 3 for path in found)
    assert paths([f.seen], [f], {}) == []


def test_functions_of_a_dict_that_was_met(namespace):
    exec("def f(value=[1]): pass", own := {})
    wanted = own["f"].__defaults__[0]
    assert paths([wanted], [own["f"]], namespace) == []
    (path,) = paths([wanted], [own], namespace)
    assert same(path, own, own["f"], own["f"].__defaults__, wanted)


def test_modules_classes_and_what_is_apart_are_not_entered(namespace):
    wanted, fence = [1], []
    module = types.ModuleType("made")
    module.wanted = fence_of = wanted
    kind = type("Kind", (), {"wanted": wanted})
    fence.append(fence_of)
    assert paths([wanted], [[module, kind, fence]], namespace, apart=[fence]) == []
    assert len(paths([wanted], [[module, kind, fence]], namespace)) == 1


def test_it_ends_after_so_many_objects(namespace):
    wanted = [1]
    chain = wanted
    for _ in range(100):
        chain = [chain]
    assert len(paths([wanted], [chain], namespace, most=100)[0]) == 101
    assert paths([wanted], [chain], namespace, most=99) == []


def test_it_is_stopped_by_a_request(namespace):
    flag = ctypes.c_bool(True)
    _ferry.watch_stop(ctypes.addressof(flag), -1)
    try:
        assert paths([[1]], [[2]], namespace) is None
    finally:
        _ferry.watch_stop(0, -1)


def test_an_array_leads_to_the_one_that_it_looks_into(namespace):
    base = numpy.arange(6)
    view = base[2:]
    (path,) = paths([base], [[view]], namespace, untracked=(numpy.ndarray,))
    assert same(path[1:], view, base)
