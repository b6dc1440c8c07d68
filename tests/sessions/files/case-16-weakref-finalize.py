# name: case-16-weakref-finalize
# description: weakref.finalize holds a list of the session without a visible reference
# case: 16
# lost: o (others hold weak references to it), fin (a finaliser), modules (what finalizers of cells would call is not called)
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
fin.alive is False
# %% holds after 2
fin.alive
