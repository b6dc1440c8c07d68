# name: iterators-left-behind
# description: groups that groupby() has gone on from are at their end, the one it stands at goes on with it; flat iterators go on over their array
# %%
import itertools
import numpy as np
groups = itertools.groupby([1, 1, 2, 2, 3]); first, left = next(groups); second, stands = next(groups); head = next(stands)
for key, group in itertools.groupby("aab"): pass
table = np.arange(6).reshape(2, 3); turned = table.T; flat = table.flat; over = turned.flat; spent = table.flat
# %%
numbers = [next(flat), next(flat), next(over), next(over)]; rest = len(list(spent))
# %%
more = list(stands), next(groups)[0], list(left), list(group)
table[0, 2] = 100; numbers += [int(next(flat)), int(next(over))]
# %% holds
type(left) is type(stands) is type(group) and key == "b"
more == ([2], 3, [], []) and first == 1 and second == 2 and head == 2
flat.base is table and over.base is turned and flat.index == 3 and over.index == 3 and list(spent) == [] and rest == 6
numbers == [0, 1, 0, 3, 100, 1] and table[0, 2] == 100
