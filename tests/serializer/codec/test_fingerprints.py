"""The walk and the codec agree: what comes back has the fingerprint, exports and needs of what was written."""
import pytest

from kernelferry import _ferry, codec
from tests.tracker.objects.values import VALUES

# Code that binds names of several components, and what must still hold between them.
SHARED = {
    "interned string": ("MISSING = 'MISSING'\ndef f(x=MISSING): return x is MISSING\nd = {'kind': MISSING}",
                        "f() and f(MISSING) and d['kind'] is MISSING"),
    "interned in other ways": ("import sys; a = sys.intern('two words'); b = [a]", "b[0] is a is sys.intern('two words')"),
    "not interned": ("a = ' '.join(['x', 'y']); b = [a]; c = ' '.join(['x', 'y'])", "b[0] is a and c == a and c is not a"),
    "wide character": ("a = '\\u20ac'.lower(); b = [a]", "b[0] is a"),
    "constants of code": ("def f(): return 'MISSING'\nx = ['MISSING']", "f() is x[0]"),
    "number of two tuples": ("x = [(i,) for i in [float('1.5')] * 2]; y = [(j, 1) for j in [10**20] * 2]",
                             "x[0][0] is x[1][0] and y[0][0] is y[1][0]"),
    "numbers apart": ("x = [(float('1.5'),), (float('1.5'),)]", "x[0][0] is not x[1][0]"),
    "nan of a module": ("import numpy as np; x = [np.nan, float('nan')]; y = (np.nan,)",
                        "x[0] is np.nan and np.nan in y and x[1] is not np.nan"),
    "tuple of a module": ("import keyword, sys; x = [sys.builtin_module_names]; y = {'k': keyword.kwlist}",
                          "x[0] is sys.builtin_module_names and y['k'] is keyword.kwlist"),
    "proxy of a module": ("import dataclasses\n@dataclasses.dataclass\nclass K:\n a: int = 1\n",
                          "K.__dataclass_fields__['a'].metadata is dataclasses._EMPTY_METADATA"),
    "attributes of static methods": ("class K:\n @staticmethod\n def f(): pass\n @classmethod\n def g(cls): pass\n"
                                     "vars(K)['f'].mark = [1]; vars(K)['g'].__doc__ = 'other'\n"
                                     "L = type('L', (), {'__new__': lambda cls: object.__new__(cls)})",
                                     "vars(K)['f'].mark == [1] and vars(K)['g'].__doc__ == 'other' and not vars(vars(L)['__new__'])"),
    "registered classes": ("import abc, collections\nclass A(abc.ABC): pass\nclass B: pass\nA.register(B)\nA.register(int)\n"
                           "A.register(collections.deque)\nb = B()",
                           "issubclass(B, A) and isinstance(b, A) and isinstance(1, A) and not isinstance('', A)"),
    "views of masked arrays": ("import numpy as np; m = np.ma.array(np.arange(6.), mask=[0, 1, 0, 0, 0, 1]); v = m[2:]; d = m.data",
                               "np.shares_memory(m, v) and np.shares_memory(m, d) and v.mask.tolist() == [0, 0, 0, 1] and "
                               "m._fill_value is None and np.shares_memory(m._mask, v._mask)"),
    "masked arrays": ("import numpy as np; a = np.ma.masked; b = np.ma.array([1, 2]); c = np.ma.array([1.], mask=[1], "
                      "hard_mask=True, fill_value=7.); e = np.ma.array([[1], None, 'a'], mask=[0, 1, 0], dtype=object); "
                      "f = np.ma.zeros(3, [('p', int), ('q', float)]); f.mask[1] = (True, False); g = f.mask[1]",
                      "a is np.ma.masked and b._mask is np.ma.nomask and c.hardmask and c.fill_value == 7. and "
                      "e.mask.tolist() == [False, True, False] and f.mask[1].tolist() == (True, False) and np.shares_memory(f._mask, np.asarray(g))"),
    "views of array subclasses": ("import numpy as np\nclass A(np.ndarray):\n def __array_finalize__(self, other): self.mark = 'made'\n"
                                  "x = np.arange(5000).view(A); y = x[3:]; y.mark = [1]; z = np.arange(9)[::2].view(A); del z.mark",
                                  "type(y) is A and y.base is x and x.mark == 'made' and y.mark == [1] and not vars(z)"),
    "records": ("import numpy as np; x = np.rec.array([(1, 2.), (3, 4.)], dtype=[('a', int), ('b', float)]); y = x.a; z = x[1]; w = x[:1]; "
                "s = np.zeros((2, 3), [('a', int)])[::-1]; t = s[1, 2]; u = np.void(b'ab'); q = np.zeros(2, [('o', object)]); p = q[1]",
                "np.shares_memory(x, y) and np.shares_memory(x, w) and z.b == 4. and z.base is x and t.base is s and p.base is q "
                "and np.shares_memory(np.asarray(t), s[1, 2:]) and u.item() == b'ab'"),
    "frames that share memory and indexes": (
        "import pandas as pd, numpy as np; df = pd.DataFrame({'x': np.arange(4.), 'y': np.arange(4.)}); df2 = df[:]; s = df['x']; "
        "c = df.columns; r = df.index",
        "df.columns is c and df.index is r and s.index.is_(r) and np.shares_memory(s.array, df2['x'].array)"),
    "indexes of several kinds": (
        "import pandas as pd; m = pd.DataFrame({'a': [1, 1, 2], 'b': ['x', 'y', 'x'], 'v': [1., 2., 3.]}).set_index(['a', 'b']); "
        "u = m['v'].unstack(); n = pd.cut(pd.Series([1, 5, 9]), [0, 4, 10]); p = pd.period_range('2020', periods=3, freq='M'); "
        "t = pd.date_range('2020', periods=2, tz='Europe/Berlin'); e = m.index.levels[0]; i = pd.interval_range(0, 3)",
        "m.loc[(1, 'y'), 'v'] == 2. and m.index.levels[0].equals(e) and p[1] == pd.Period('2020-02') and t[1] - t[0] == pd.Timedelta(days=1) "
        "and i[1].left == 1 and n[1].right == 10 and u.loc[1, 'x'] == 1. and m.index.get_loc((2, 'x')) == 2"),
    "matrix": ("import numpy as np; x = np.matrix([[1, 2], [3, 4]]); y = x[0]", "y.base is x or np.shares_memory(x, y)"),
}


def there_and_back(code):
    """(namespace, its look, the namespace that was decoded from it, its look)."""
    before, after = {"__name__": "__main__"}, {"__name__": "__main__"}
    exec(code, before)
    names = [name for name in before if not name.startswith("_")]
    walker, again = _ferry.Walker(before), _ferry.Walker(after)
    look, objects = walker.look(names), {}
    for component in look.components:
        def of(pids):
            return {pid: look.object(pid) for pid in pids}
        encoded = codec.encode({name: before[name] for name in component.names}, of(component.exports),
                               of(component.needs), before, walker.module_reference)
        decoded = codec.decode(memoryview(b"".join(encoded.chunks)), objects.__getitem__, after)
        for pid, value in decoded.exports.items():
            again.adopt(pid, value)
        objects.update(decoded.exports)
        after.update(decoded.values)
        del decoded
    del objects
    return before, look, after, again.look(names)


def state(look):
    return {tuple(c.key): (c.fingerprint, list(c.exports), list(c.needs)) for c in look.components}


@pytest.mark.parametrize("name", VALUES)
def test_a_value_keeps_its_fingerprint(name):
    _, look, _, again = there_and_back(VALUES[name][0])
    assert state(again) == state(look)


@pytest.mark.parametrize("name", SHARED)
def test_what_is_shared_keeps_its_identity(name):
    code, holds = SHARED[name]
    before, look, after, again = there_and_back(code)
    assert eval(holds, before)
    assert eval(holds, after)
    assert state(again) == state(look)
