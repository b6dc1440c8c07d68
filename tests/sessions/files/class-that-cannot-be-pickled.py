# name: class-that-cannot-be-pickled
# description: __reduce__ raises; its cell runs again, and the class that makes is the class
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
type(bad) is Bad and box[0] is bad
