# name: error-system-exit
# description: a cell that raises SystemExit and one that raises KeyboardInterrupt do not end the session
# %%
a = [1]
# %% raises SystemExit
a.append(2); raise SystemExit(3)
# %% raises KeyboardInterrupt
a.append(3); raise KeyboardInterrupt
# %%
a.append(4)
# %% holds
a == [1, 2, 3, 4]
