# name: scipy-objects
# description: sparse matrices that share arrays, interpolators, frozen distributions, results of optimisation
# %%
import numpy as np, scipy.sparse as sp
from scipy import interpolate, optimize, stats
m = sp.csr_array(np.eye(3)); data = m.data; twin = sp.csr_array((m.data, m.indices, m.indptr), shape=(3, 3))
f = interpolate.CubicSpline([0, 1, 2], [0, 1, 4]); law = stats.norm(loc=2, scale=3)
# %%
m.data[0] = 7.0; best = optimize.minimize_scalar(lambda x: (x - 2) ** 2)
# %%
twin.data[1] = 5.0; total = float(m.sum())
# %% holds
m.data is data and np.shares_memory(twin.data, data) == np.shares_memory(twin.data, m.data)
total in (9.0, 13.0) and abs(best.x - 2) < 1e-6 and float(f(1.5)) == float(f(1.5))
law.mean() == 2.0 and law.std() == 3.0
