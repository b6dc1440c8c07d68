# name: case-08-hook-of-warnings
# description: a hook that the session put into a library module writes a global
# case: 8
# lost: warnings (showwarning is a function of the session), modules (the same)
# %%
import warnings
caught = []
def keep(message, *rest, **more):
    caught.append(str(message))
warnings.showwarning = keep
warnings.simplefilter("always")
# %%
warnings.warn("one")
# %%
warnings.warn("two"); print(caught)
# %% holds
caught == ["one", "two"]
