# name: in-place-everywhere
# description: in-place changes by methods, operators, slices, sort and update
# %%
a = [3, 1, 2]; d = {"b": 1}; s = {1}; ba = bytearray(b"abc")
also = (a, d, s, ba)
# %%
a += [0]; a.sort(); d |= {"a": 2}; s ^= {1, 2}; ba[0:1] = b"XY"
# %%
a[1:3] = []; d.pop("b"); del ba[-1]
# %% holds
a == [0, 3] and d == {"a": 2} and s == {2} and bytes(ba) == b"XYb"
[x is y for x, y in zip(also, (a, d, s, ba))] == [True] * 4
