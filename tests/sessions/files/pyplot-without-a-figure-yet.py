# name: pyplot-without-a-figure-yet
# description: pyplot is imported and its backend not loaded: the first figure does that, is shown, and closed with its cell
# %%
import matplotlib.pyplot as plt
# %%
x = 1
# %%
y = 2
# %%
fig = plt.figure()
# %%
ax = plt.subplot(221)
# %% holds
ax.figure is not fig
not plt.get_fignums()
