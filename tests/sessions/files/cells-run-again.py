# name: cells-run-again
# description: the same text twice with another effect, as when a cell is run again
# %%
n = 0; log = []
# %%
n += 1; log.append(n)
# %%
n += 1; log.append(n)
# %%
n += 1; log.append(n)
# %% holds
log == [1, 2, 3] and n == 3
