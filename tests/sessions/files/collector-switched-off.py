# name: collector-switched-off
# description: a collector of garbage that a cell has switched off stays off
# %%
import gc
gc.disable()
x = [1]
# %% holds
gc.isenabled() is False
x == [1]
