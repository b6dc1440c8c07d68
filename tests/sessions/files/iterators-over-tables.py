# name: iterators-over-tables
# description: rows of frames as tuples, numbers of a RangeIndex and pairs of neighbours, in the middle, at their beginning and at their end
# %%
import itertools, pandas as pd
df = pd.DataFrame({"a": [1, 2, 3, 4], "b": [.1, .2, .3, .4]}); labelled = pd.DataFrame({"a": [1.5, 2, 3], "b": [4, 5, 6.]}, index=[10, 20, 40])
tuples = df.itertuples(); plain = labelled.itertuples(name=None); numbers = iter(df.index); same = numbers; fresh = iter(pd.RangeIndex(2, 20, 3))
base = iter("abcdefgh"); pairs = itertools.pairwise(base); items = [[1], [2], [3]]; shared = itertools.pairwise(items); done = itertools.pairwise("x"); list(done)
# %%
first = next(tuples); label = next(plain)[0]; number = next(same); next(pairs); left, kept = next(shared)
# %%
second = next(tuples); kept.append("k"); passed = next(base)
# %%
rest = [t.b for t in tuples], list(plain), list(numbers), list(fresh), list(pairs), list(shared), list(done)
items.append([4])
# %% holds
first.a == 1 and label == 10 and number == 0 and second.b == .2 and passed == "c" and same is numbers and kept is items[1]
rest[0] == [.3, .4] and rest[1] == [(20, 2.0, 5.0), (40, 3.0, 6.0)] and rest[2] == [1, 2, 3] and rest[3] == [2, 5, 8, 11, 14, 17]
rest[4] == [("b", "d"), ("d", "e"), ("e", "f"), ("f", "g"), ("g", "h")] and rest[5] == [([2, "k"], [3])] and rest[5][0][0] is kept and rest[6] == []
