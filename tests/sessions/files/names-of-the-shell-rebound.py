# name: names-of-the-shell-rebound
# description: the shell's own names taken by the user
# defect: _, In, Out and __doc__ that the user bound come back as the shell's own
# %%
_ = 5; __ = [1]; exit = "mine"; __doc__ = "about"; quit = exit
# %%
In = [3]; Out = {"o": 1}
# %%
_ii = 7; _dh = "x"
print = print; list = tuple; y = list([1, 2])
# %%
z = 1
# %% holds
(_, __, exit) == (5, [1], "mine") and quit is exit
__doc__ == "about"
In == [3] and Out == {"o": 1}
list is tuple and y == (1, 2)
