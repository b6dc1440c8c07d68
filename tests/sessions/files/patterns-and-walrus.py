# name: patterns-and-walrus
# description: match statements, walrus, star targets, global statements and deleted loop names
# %%
def kind(x):
    match x:
        case {"t": t, **rest}: return ("map", t, rest)
        case [first, *more]: return ("seq", first, more)
        case int(n) | float(n) if n > 3: return ("num", n)
        case _: return "other"
total = 0
def add(n):
    global total, made
    total += n; made = n
    return (half := n / 2)
# %%
out = [kind({"t": 1, "u": 2}), kind([1, 2, 3]), kind(5), kind("x")]; first, *mid, last = range(5); add(4)
# %%
if (m := len(mid)) > 2: add(m)
for i, (x, y) in enumerate([(1, 2), (3, 4)]): pass
del x
# %% holds
out == [("map", 1, {"u": 2}), ("seq", 1, [2, 3]), ("num", 5), "other"] and (first, mid, last) == (0, [1, 2, 3], 4)
(total, made, m, i, y) == (7, 3, 3, 1, 4) and "x" not in globals()
