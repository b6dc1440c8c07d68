# name: finalizers-without-a-name
# description: what no name holds is called when an object goes; the report says that it will not be
# lost: modules (what finalizers of cells would call is not called), spent (a finalizer that is alive)
# %%
import weakref
class Thing: pass
log, thing, gone = [], Thing(), Thing()
weakref.finalize(thing, log.append, 1)
spent = weakref.finalize(gone, log.append, 2)
# %%
del gone
# %%
log.append(3)
# %% holds
log == [2, 3] and spent.alive is False and spent.peek() is None
# %% holds after 1
spent.alive
