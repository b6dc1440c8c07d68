# name: delete-elements
# description: elements, attributes and class attributes are deleted
# %%
class A:
    shared = [1]
a = A(); a.own = {"x": 1, "y": 2}
L = [a, a.own, 3]
# %%
del a.own["x"], L[2]
# %%
del A.shared
# %% holds
L[1] is a.own and a.own == {"y": 2}
len(L) == 2 and not hasattr(A, "shared")
