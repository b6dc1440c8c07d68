# name: iterators
# description: iterators in the middle: list, zip, enumerate, count, cycle, chain
# lost: z (an iterator), e (an iterator), c (an iterator), y (an iterator), ch (an iterator), src (one iterates over it)
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
# %%
back = reversed(src); text = iter("ab"); both = iter((1, 2)); row = iter(b"xy"); t = reversed((1, 2))
drained = [list(x) for x in (back, text, both, row, t)]
half = reversed(src); h = next(half)
# %%
src.append(5); after = [next(x, "end") for x in (i, back, text, both, row, t)]
# %%
part = it.islice([1, 2, 3], 2); never = it.islice([1, 2], 1); drained.append(list(part))
# %%
src.append(6); at_end = (next(part, "end"), next(never))
# %% holds
at_end == ("end", 1) and drained[-1] == [1, 2] and part.__reduce__()[2] == 0
after == ["end"] * 6 and h == 4 and next(__import__("copy").copy(half)) == 3
type(back) is type(reversed([])) and type(t) is type(reversed(())) and type(i) is type(iter([])) and list(i) == []
got == [1, (1, "a"), (0, "x"), 5, "a", 0]
rest == [2, 3, 4] and n == 7
