# name: library-exit-functions
# description: what is registered for the exit cannot be seen, and is named
# lost: modules (functions that cells registered for the exit cannot be seen)
# %%
import atexit
done = []
@atexit.register
def bye(): done.append(1)
# %%
done.append(0)
# %% holds
done == [0]
