# name: class-that-cannot-be-pickled
# description: __reduce__ raises; the neighbours must not suffer
# lost: bad (its __reduce__ raises), box (it holds bad)
# %%
class Bad:
    def __reduce__(self): raise TypeError("not me")
bad = Bad()
near = [1]
# %%
box = [bad]
# %%
near.append(2)
# %% holds
near == [1, 2]
