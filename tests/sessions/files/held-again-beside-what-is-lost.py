# name: held-again-beside-what-is-lost
# description: what a library holds again, though the item it is of failed in another part
# lost: modules (functions registered for the exit cannot be seen)
# %%
import warnings, atexit
def shown(message, category, filename, lineno, line=None):
    return f"{category.__name__}: {message}\n"
warnings.formatwarning = shown
atexit.register(print)
# %%
kept = 1
# %% holds
warnings.formatwarning is shown
