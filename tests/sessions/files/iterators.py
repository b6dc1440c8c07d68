# name: iterators
# description: iterators in the middle: list, zip, enumerate, count, cycle, chain
# lost: i (an iterator), z (an iterator), e (an iterator), c (an iterator), y (an iterator), ch (an iterator), src (one iterates over it)
# %%
import itertools as it
src = [1, 2, 3]
i = iter(src); z = zip(src, "abc"); e = enumerate("xy"); c = it.count(5, 2)
y = it.cycle("ab"); ch = it.chain([0], src)
# %%
got = [next(i), next(z), next(e), next(c), next(y), next(ch)]
# %%
src.append(4)
# %%
rest = list(i); n = next(c)
# %% holds
got == [1, (1, "a"), (0, "x"), 5, "a", 0]
rest == [2, 3, 4] and n == 7
