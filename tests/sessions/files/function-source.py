# name: function-source
# description: the source of a cell's function is still found by inspect
# %%
import inspect
def f(x):
    # a comment that only the source has
    return x + 1
# %%
text = inspect.getsource(f)
# %%
y = f(1)
# %% holds
"only the source has" in text
inspect.getsource(f) == text
