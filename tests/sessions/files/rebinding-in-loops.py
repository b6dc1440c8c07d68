# name: rebinding-in-loops
# description: loop variables, augmented names, walrus, unpacking, with and except names
# %%
total = 0
for i, (j, *k) in enumerate([(1, 2, 3), (4, 5)]):
    total += j
# %%
if (n := len(k)) > 0: pass
try: {}["x"]
except KeyError as e: msg = str(e)
# %%
squares = {x: x * x for x in range(3)}; i += 1
# %% holds
(total, i, j, k, n, msg) == (5, 2, 4, [5], 1, "'x'")
"e" not in globals() and "x" not in globals()
squares == {0: 0, 1: 1, 2: 4}
