# name: outputs-that-look-into-mapped-files
# description: views of a mapped file that only Out holds: of its class and of ndarray, backwards and in another shape
# %%
import numpy as np
m = np.memmap("d", float, "w+", shape=(10,)); x = np.arange(4.)
# %%
m[1:3]
# %%
m[::-1].reshape(2, 5)
# %%
np.asarray(m)[2:4]
# %%
x.view(np.memmap)
# %%
m[1] = 4; m[2] = 8; x[3] = 7
# %% holds
Out[2].tolist() == [4, 8] and type(Out[2]) is np.memmap and Out[2]._mmap is m._mmap and Out[2].filename == m.filename
Out[3][1].tolist() == [0, 0, 8, 4, 0]
Out[4].tolist() == [8, 0] and type(Out[4]) is np.ndarray
Out[5].tolist() == [0, 1, 2, 7] and Out[5]._mmap is None
