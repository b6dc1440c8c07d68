"""Named tuples come back by the call that made them only as far as they are what it makes (named_tuples.py)."""
import collections
import pathlib

import pytest

from kernelferry import codec
from tests.serializer.codec.test_fingerprints import there_and_back

GOLDEN = pathlib.Path(__file__).parents[2] / "golden" / "codec" / "layout-4"
MADE = "from collections import namedtuple; from typing import NamedTuple; P = namedtuple('P', 'x y', defaults=[[0]])\n"
TYPED = MADE + "class Q(NamedTuple):\n  'own'\n  a: int\n  b: list = []\n  def m(self): return self.a\n"

# Code, and what must hold before and after.
KEPT = {
    "made by the call": (MADE + "y = P(1).y", "P(1).y is y is P._field_defaults['y'] is P.__new__.__defaults__[0] and list(vars(P))[-1] == '__module__'"),
    "typed": (TYPED, "Q.__annotations__ is Q.__new__.__annotations__ and Q(1).m() == 1 and Q.__doc__ == 'own' and Q.__orig_bases__ == (NamedTuple,) "
              "and list(vars(Q))[-3:] == ['__annotations__', 'm', '__orig_bases__']"),
    "typed, with bases that somebody holds": (TYPED + "bases = Q.__orig_bases__; notes = Q.__annotations__", "Q.__orig_bases__ is bases and Q.__new__.__annotations__ is notes"),
    "typed, with other annotations": (TYPED + "Q.__annotations__ = {'a': str}", "Q.__annotations__['a'] is str and Q.__new__.__annotations__['a'] is int"),
    "renamed fields": (MADE + "R = namedtuple('R', 'def a _x a', rename=True)", "R._fields == ('_0', 'a', '_2', '_3') and R(1, 2, 3, 4)._replace(_0=5)._0 == 5"),
    "many fields": (MADE + "R = namedtuple('R', [f'f{i}' for i in range(400)]); r = R(*range(400))", "r.f399 == 399 and R._make(range(400)) == r"),
    "no fields": (MADE + "R = namedtuple('R', '')", "R() == () and R._make([]) == R()"),
    "methods": (MADE + "a, b, c, d, e = P._make, P.__new__, P._replace, P(1)._asdict, vars(P)['_make']",
                "a.__func__ is e.__func__ is P._make.__func__ and a.__self__ is P and b is P.__new__ and c is P._replace and d.__func__ is P._asdict and e is vars(P)['_make']"),
    "methods in a subclass": (MADE + "class S(P):\n  keep = P._replace\n  def _replace(self, **k): return S.keep(self, **k)\ns = S(1)", "S.keep is P._replace and s._replace(x=3).x == 3"),
    "descriptors": (MADE + "g = vars(P)['x']; P.y.__doc__ = 'mine'; h = vars(P)['y']", "g is vars(P)['x'] and h is vars(P)['y'] and h.__doc__ == 'mine' and g.__doc__ == 'Alias for field number 0'"),
    "parts of methods": (MADE + "a, b, c, d = P._replace.__doc__, P.__new__.__globals__, P.__repr__.__closure__[0], P.__doc__",
                         "a is P._replace.__doc__ and b is P.__new__.__globals__ and c is P.__repr__.__closure__[0] and d is P.__doc__"),
    "fields": (MADE + "f = P._fields; d = P._field_defaults", "f is P._fields is P.__match_args__ is P._replace.__closure__[1].cell_contents and d is P._field_defaults"),
    "methods that were replaced": (MADE + "old = P.__repr__; P.__repr__ = lambda self: 'P' + old(self); P.more = [P]", "repr(P(1, 2)) == 'PP(x=1, y=2)' and P.more[0] is P and P(1, 2) == (1, 2)"),
    "a method of another named tuple": (MADE + "R = namedtuple('P', 'x y'); R.__repr__ = P.__repr__; R._make = vars(P)['_make']", "R.__repr__ is P.__repr__ and R._replace is not P._replace and vars(R)['_make'] is vars(P)['_make']"),
    "methods that were furnished": (MADE + "P.__new__.__defaults__ = (1, 2); P._asdict.mark = [1]; P._replace.__doc__ = 'other'; P.__new__.__annotations__ = {'x': int}; "
                                    "P.__getnewargs__.__kwdefaults__ = {'k': 1}",
                                    "P() == (1, 2) and P._asdict.mark == [1] and P._replace.__doc__ == 'other' and P.__new__.__annotations__ == {'x': int} "
                                    "and '__annotations__' not in vars(P) and P.__getnewargs__.__kwdefaults__ == {'k': 1}"),
    "cells that were filled anew": (MADE + "P.__repr__.__closure__[0].cell_contents = '<%r %r>'", "repr(P(1, 2)) == 'P<1 2>'"),
    "defaults that were changed": (MADE + "P._field_defaults['x'] = P", "P._field_defaults['x'] is P and list(P._field_defaults) == ['y', 'x']"),
    "a method that was taken away": (MADE + "del P._asdict; r = P._replace", "not hasattr(P, '_asdict') and r is P._replace"),
    "other fields than at first": (MADE + "P._fields = ('a', 'b')", "P._fields == ('a', 'b') and P(1, 2).x == 1 and P.__match_args__ == ('x', 'y')"),
    "other names": (MADE + "P.__qualname__ = 'A.P'; P.__module__ = 'elsewhere'; R = namedtuple('R', 'x'); R.__name__ = 'Other'",
                    "P.__qualname__ == 'A.P' and P.__module__ == 'elsewhere' and R.__name__ == 'Other' and R.__qualname__ == 'R' and R.__new__.__qualname__ == 'R.__new__'"),
    "two of one name": (MADE + "old = P; P = namedtuple('P', 'x'); p = [old(1), P(2)]", "type(p[0]) is old and type(p[1]) is P and P._fields != old._fields"),
    "held by an instance alone": (MADE + "p = P(1); del P", "type(p).__name__ == 'P' and p._replace(x=2).x == 2"),
    "generic": (MADE + "from typing import Generic, TypeVar; T = TypeVar('T')\nclass G(NamedTuple, Generic[T]):\n  a: T\ng = G(1); H = G[int]",
                "g.a == 1 and G.__orig_bases__ == (NamedTuple, Generic[T]) and H.__origin__ is G and vars(G)['__class_getitem__'].__func__ is Generic.__class_getitem__.__func__"),
    "only a method is left": (MADE + "m = P._asdict; n = P.__new__; del P", "n.__name__ == '__new__' and m.__qualname__ == 'P._asdict'"),
}


@pytest.mark.parametrize("code, holds", KEPT.values(), ids=KEPT)
def test_comes_back_as_it_was(code, holds):
    before, look, after, again = there_and_back(code)
    assert eval(holds, before) and eval(holds, after)
    key = {tuple(component.names): component.fingerprint for component in look.components}
    assert {tuple(component.names): component.fingerprint for component in again.components} == key


def written(code):
    namespace = {"__name__": "__main__"}
    exec(code, namespace)
    return b"".join(codec.encode({"P": namespace["P"]}, {}, {}, namespace).chunks)


def test_what_the_call_makes_is_not_written():
    made = written(MADE)
    assert len(made) < 400 and b"make_named_tuple" in made and made[4] == 4
    for change in ("P._asdict.mark = 1", "P.__repr__ = lambda self: ''", "text = P.__new__.__doc__"):
        assert b"make_named_tuple" in written(MADE + change) and len(written(MADE + change)) > len(made) + 100
    for change in ("del P._asdict", "P._fields = ('a', 'b')", "P.__name__ = 'Q'; del P._replace"):
        assert b"make_named_tuple" not in written(MADE + change) and written(MADE + change)[4] == 3


def test_is_never_made_without_its_methods():
    """A class that is only met on the way: a method of it may have been written by value before."""
    namespace = {"__name__": "__main__"}
    exec(MADE + "x = [P._replace, P]", namespace)
    values = codec.decode(memoryview(b"".join(codec.encode({"x": namespace["x"]}, {}, {}, namespace).chunks)), None, namespace).values
    assert values["x"][0] is values["x"][1]._replace


def test_blobs_of_layout_4_still_load():
    decoded = codec.decode(memoryview(GOLDEN.read_bytes()), None, {})
    values, P, Q = decoded.values, decoded.values["P"], decoded.values["Q"]
    assert P(1) == (1, [0]) and P._field_defaults["y"] is P(1).y and decoded.exports[1] is P.__new__ and values["make"].__func__ is P._make.__func__
    assert isinstance(Q(1), tuple) and Q(1).m() == 1 and Q.__doc__ == "own" and Q.__annotations__ is Q.__new__.__annotations__ == {"a": int, "b": list}
    assert type(P) is type and P.__bases__ == (tuple,) and P._make([1, 2])._asdict() == {"x": 1, "y": 2}


def test_a_cell_may_exchange_namedtuple(monkeypatch):
    made = written(MADE)
    monkeypatch.setattr(collections, "namedtuple", None)
    assert codec.decode(memoryview(made), None, {}).values["P"](1) == (1, [0])
