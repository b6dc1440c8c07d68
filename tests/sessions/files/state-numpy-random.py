# name: state-numpy-random
# description: the legacy generator and generators of the session continue where they were
# %%
import numpy as np, copy
np.random.seed(0); rng = np.random.default_rng(1); old = np.random.RandomState(2)
same = rng
# %%
a = np.random.normal(size=3)
# %%
b = rng.integers(10, size=4); c = old.rand()
# %%
print(np.random.rand(), rng.random(), old.rand())
p = np.random.RandomState(0); p.set_state(np.random.get_state()); nxt = p.rand()
q = copy.deepcopy(rng).random()
# %% holds
same is rng
copy.deepcopy(rng).random() == q
copy.deepcopy(np.random.mtrand._rand).rand() == nxt
