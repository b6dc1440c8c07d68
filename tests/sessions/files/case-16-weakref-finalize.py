# name: case-16-weakref-finalize
# description: weakref.finalize holds a list of the session without a visible reference
# case: 16
# lost: o (others hold weak references to it), fin (a finaliser), L (the finaliser would write it)
# %%
import weakref
class O: pass
L, o = [], O()
fin = weakref.finalize(o, L.append, 1)
# %%
alive = fin.alive
# %%
del o
# %% holds
L == [1]
alive
