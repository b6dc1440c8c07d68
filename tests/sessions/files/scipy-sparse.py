# name: scipy-sparse
# description: sparse matrices that share their data, an interpolator and a fitted distribution
# %%
import numpy as np, scipy.sparse as sp
from scipy import interpolate, stats
m = sp.csr_matrix(np.eye(3)); d = m.data
dist = stats.norm(loc=1, scale=2)
# %%
d[0] = 9
# %%
f = interpolate.CubicSpline([0, 1, 2], [0, 1, 4]); at = float(f(1.5))
# %% holds
m[0, 0] == 9 and np.shares_memory(m.data, d)
float(f(1.5)) == at
dist.mean() == 1 and dist.std() == 2
