# name: class-hostile-methods
# description: instances whose __eq__, __bool__, __len__, __repr__ and __getattribute__ misbehave
# %%
class Bad:
    def __init__(self, n): object.__setattr__(self, "n", n)
    def __eq__(self, other): raise RuntimeError("eq")
    def __hash__(self): return 1
    def __bool__(self): raise RuntimeError("bool")
    def __repr__(self): raise RuntimeError("repr")
bad = Bad([1])
# %%
box = [bad, bad]
# %%
bad.n.append(2)
# %% holds
box[0] is bad and box[1] is bad
bad.n == [1, 2]
type(bad) is Bad
