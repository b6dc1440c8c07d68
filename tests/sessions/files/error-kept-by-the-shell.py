# name: error-kept-by-the-shell
# description: the last exception, as sys.last_value keeps it, does not tie the session together
# %%
big = {"data": list(range(10))}
# %% raises RuntimeError
def inner(x):
    raise RuntimeError("kept", len(x))
inner(big["data"])
# %%
big["data"].append(10)
# %% holds
len(big["data"]) == 11
callable(inner)
