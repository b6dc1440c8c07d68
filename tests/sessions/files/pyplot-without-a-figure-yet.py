# name: pyplot-without-a-figure-yet
# description: pyplot is imported and its backend not loaded: the first figure does that, and is shown
# %%
import matplotlib.pyplot as plt
# %%
x = 1
# %%
y = 2
# %%
plt.plot([1])
# %%
title = plt.gca().get_title()
# %% holds
plt.isinteractive() and len(plt.get_fignums()) in (0, 1)
