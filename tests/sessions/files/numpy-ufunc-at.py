# name: numpy-ufunc-at
# description: writes that reach an array by way of ufuncs and helpers that never name it
# %%
import numpy as np
a = np.zeros(8); box = {"v": a[::2]}; idx = np.array([0, 0, 1]); grid = np.arange(12).reshape(3, 4)
flip = np.frompyfunc(lambda x, y: x - y, 2, 1); vec = np.vectorize(lambda x: x + len(box))
# %%
np.add.at(box["v"], idx, 1); np.put(a, [7], 9); np.copyto(grid[1], 0); np.place(grid, grid > 9, -1)
# %%
np.maximum.accumulate(grid, axis=0, out=grid); np.fill_diagonal(grid, 100); grid.T[2].partition(1)
# %%
diff = flip(box["v"], 1); more = vec(idx); np.putmask(a, a == 9, [5]); a.sort()
# %% holds
box["v"].base is a and a.tolist() == [0, 0, 0, 0, 0, 1, 2, 5]
grid[0, 0] == 100 and grid.max() == 100 and (grid[1] >= 0).all()
diff.tolist() == [1, 0, -1, -1] and more.tolist() == [1, 1, 2]
# %% holds after 2
a.tolist() == [2, 0, 1, 0, 0, 0, 0, 9]
