# name: numpy-types-that-are-one
# description: types of items that exist once in a process: an array that is asked for its own type is itself
# %%
import numpy as np
a = np.arange(5000.0); small = np.arange(3); flags = np.zeros(2, bool); boxes = np.array([None, 1], object); words = np.array(["ab"])
kinds = [a.dtype, np.dtype("f4"), np.dtype("M8[s]")]; swapped = a[:2].astype(">f8"); table = np.zeros(1, [("x", "f8")])
# %%
view = a[1:]; half = a.astype("f2"); grid = np.asfortranarray(np.ones((60, 60)))
# %%
same = np.asarray(a, dtype=float, order="C"); fit = (a + 1).dtype
# %% holds
same is a and np.asarray(a, dtype=float) is a and np.asarray(small, dtype=int) is small and np.asarray(boxes, dtype=object) is boxes
a.dtype is np.dtype(float) and kinds[0] is a.dtype and kinds[1] is np.dtype("f4") and flags.dtype is np.dtype(bool) and view.dtype is a.dtype
fit is np.dtype(float) and np.asarray(grid, dtype=float, order="F") is grid and half.dtype is np.dtype("f2")
swapped.dtype.byteorder == ">" and table.dtype.names == ("x",) and words.dtype == "U2" and kinds[2] == np.dtype("M8[s]")
