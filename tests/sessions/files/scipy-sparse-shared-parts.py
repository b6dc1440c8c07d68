# name: scipy-sparse-shared-parts
# description: sparse matrices that share data and indices with arrays, transposes and conversions without copy
# %%
import numpy as np, scipy.sparse as sp
data, cols, ptr = np.array([1.0, 2.0, 3.0]), np.array([0, 2, 1]), np.array([0, 1, 2, 3])
m = sp.csr_matrix((data, cols, ptr), shape=(3, 3)); t = m.T; again = sp.csr_array(m, copy=False); raw = m.data
# %%
raw[0] = 10; coo = m.tocoo(copy=False); lil = sp.lil_array((2, 2)); lil[0, 1] = 5; rows = lil.rows
# %%
coo.data[1] = 20; dok = sp.dok_array((2, 2)); dok[1, 1] = 7; rows[1].append(0); lil.data[1].append(4.0); m.has_sorted_indices
# %% holds
m.toarray().tolist() == [[10, 0, 0], [0, 0, 20], [0, 3, 0]] and t.toarray()[2, 1] == 20 and again.toarray()[0, 0] == 10
np.shares_memory(m.data, t.data) and np.shares_memory(m.indices, t.indices) and m.data is raw and np.shares_memory(coo.data, raw)
lil.toarray().tolist() == [[0, 5], [4, 0]] and lil.rows is rows and dok[1, 1] == 7 and type(again) is sp.csr_array
