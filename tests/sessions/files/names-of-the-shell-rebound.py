# name: names-of-the-shell-rebound
# description: the shell's own names taken by the user
# %%
_ = 5; __ = [1]; exit = "mine"; __doc__ = "about"; quit = exit
# %%
In = [3]; Out = {"o": 1}
# %%
_ii = 7; _dh = "x"
print = print; list = tuple; y = list([1, 2])
# %%
z = 1
_exit_code = 3; del _dh
# %%
1 + 1
# %% holds after 1
_ == 5 and __ == [1]
# %% holds after 2
In == [3] and Out == {'o': 1}
# %% holds after 3
_ii == 7 and _dh == 'x'
# %% holds
_exit_code == 3 and '_dh' not in globals() and '_o' not in globals() and get_ipython().history_manager.output_hist[5] == 2
(_, __, exit) == (5, [1], "mine") and quit is exit
__doc__ == "about"
In == [3] and Out == {"o": 1}
list is tuple and y == (1, 2)
