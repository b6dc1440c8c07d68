# name: backend-chosen-before-pyplot
# description: a cell chooses matplotlib's backend before pyplot is imported
# %%
import matplotlib
matplotlib.use("svg")
# %%
x = 1
# %%
import matplotlib.pyplot as plt
lines = len(plt.plot([1]))
# %%
y = plt.isinteractive()
# %% holds
matplotlib.get_backend().lower() == "svg"
