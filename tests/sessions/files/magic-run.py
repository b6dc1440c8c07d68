# name: magic-run
# description: %run of a script into the session's namespace
# %%
%%writefile part.py
value = [1]
def from_file(x):
    return x + len(value)
# %%
%run -i part.py
# %%
value.append(2); n = from_file(10)
# %% holds
n == 12
value == [1, 2]
