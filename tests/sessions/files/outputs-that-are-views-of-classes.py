# name: outputs-that-are-views-of-classes
# description: arrays of classes of their own, masked ones and ones of objects that cells show as views of a variable's, and iterators over a dict
# %%
import numpy as np
class Own(np.ndarray):
    def __array_finalize__(self, other): self.unit = getattr(other, "unit", "none")
own = np.arange(6.0).view(Own); own.unit = "m"; mat = np.asmatrix(np.eye(3)); ob = np.array([[1], "b", None, {}], object); plain = np.arange(4); rec = np.zeros(2, [("x", int), ("o", object)])
masked = np.ma.array(np.arange(5.0), mask=[0, 1, 0, 0, 0]); d = {"a": 1, "b": 2, "c": 3}
# %%
it = iter(d); next(it)
[iter(d.items()), it, reversed(d)]
# %%
own[1:4]
# %%
[mat[0], ob[1:], ob.reshape(2, 2).T, rec["o"], plain.view(Own), masked[1:3]]
# %%
own[2] = 20; mat[0, 1] = 21; ob[3] = 22; plain[0] = 23; masked[2] = 24; rec["o"][0] = "own"
# %%
d["a"] = 10; d["c"] = 30
# %%
seen = [Out[3].tolist(), Out[3].unit, Out[4][0].tolist(), Out[4][1].tolist()[2], Out[4][2].tolist()[1][1], Out[4][3][0], Out[4][4].tolist(), Out[4][5].filled(-1).tolist()]
seen += [list(Out[2][0]), next(it), list(Out[2][2])]
# %% holds
seen == [[1, 20, 3], "m", [[1, 21, 0]], 22, 22, "own", [23, 1, 2, 3], [-1, 24], [("a", 10), ("b", 2), ("c", 30)], "b", ["c", "b", "a"]]
Out[3].base is own and type(Out[4][0]) is np.matrix and type(Out[4][4]) is Own and Out[4][4].unit == "none" and Out[2][1] is it
# %% holds after 5
Out[3].base is own and Out[4][1].base is ob and Out[3].tolist() == [1, 20, 3] and Out[2][1] is it
