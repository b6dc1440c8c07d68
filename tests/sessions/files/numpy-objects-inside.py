# name: numpy-objects-inside
# description: arrays of objects that hold the session's own, themselves and each other
# %%
import numpy as np
class P:
    def __init__(self, n): self.n = n
p = P(1); a = np.array([p, None, [1]], dtype=object); a[1] = a; view = a[::2]
# %%
p.n += 1; view[1].append(2)
# %%
inner = a[2]; inner.append(3)
# %% holds
a[0] is p and a[1] is a and view[1] is inner and inner == [1, 2, 3]
p.n == 2
