# name: state-in-and-out
# description: In, Out and _N hold what they held; a displayed object is the one under its name
# %%
[1, 2]
# %%
shown = Out[1]
{"a": shown}
# %%
shown.append(3)
# %% holds
Out[1] is shown and _1 is shown
Out[2]["a"] is shown
In[1] == "[1, 2]"
shown == [1, 2, 3]
