# name: class-slots
# description: slots, with and without a dict, one of them empty
# %%
class S:
    __slots__ = ("x", "y")
class T(S):
    __slots__ = ("z", "__dict__", "__weakref__")
s, t = S(), T()
s.x = [1]
# %%
t.x = s.x; t.free = 3
# %%
t.x.append(2); del t.free
# %% holds
s.x == [1, 2] and t.x is s.x
not hasattr(s, "y") and not hasattr(t, "z")
t.__dict__ == {}
