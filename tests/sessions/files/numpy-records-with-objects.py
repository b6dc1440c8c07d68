# name: numpy-records-with-objects
# description: records that hold objects: of their own they come back, shared with variables they are named
# lost: shared (its object is also a variable)
# %%
import numpy as np
class P:
    def __init__(self, n): self.n = n
p = P(1); kind = [("o", object), ("x", "f8"), ("in", [("q", object), ("k", "i4", 2)])]
own = np.zeros(2, dtype=kind); shared = np.zeros(2, dtype=kind)
# %%
own[0] = ([1], 2.5, ({"k": 1}, [3, 4])); own["o"][1] = own["o"][0]; shared["o"][0] = p
# %%
own["o"][0].append(2); p.n += 1; turned = np.asfortranarray(np.zeros((2, 3), dtype=kind)); turned["in"]["q"][1, 2] = "q"
# %% holds
own["o"][0] == [1, 2] and own["o"][1] is own["o"][0] and own[0]["in"]["q"] == {"k": 1} and own["in"]["k"].tolist() == [[3, 4], [0, 0]]
shared["o"][0] is p and p.n == 2 and turned.flags.f_contiguous and turned[1, 2]["in"]["q"] == "q"
