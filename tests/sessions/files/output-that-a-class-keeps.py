# name: output-that-a-class-keeps
# description: what a cell shows is kept by a class of a library, which makes it only when it is asked for
# %%
from matplotlib.path import Path
# %%
Path.unit_circle()
# %%
y = 1
# %% holds
Out[2].vertices.shape == (26, 2)
