# name: names-of-every-kind-deleted
# description: variables deleted while others still need what they named: base classes, globals of functions, modules
# %%
import math as m, json
class Root:
    kinds = []
class Leaf(Root):
    def up(self): return super().kinds, Root
helper = [1]
def use(): return helper, m.pi
leaf = Leaf(); keep = use
# %%
Root.kinds.append(1); del Root, m
# %%
class Root: kinds = "another"
two = leaf.up(); del helper
# %%
helper = [2]; import math as m; now = keep(); dumps = json.dumps; del json
# %% holds
two[0] == [1] and two[1] is Root and Leaf.__mro__[1] is not Root and Leaf.__mro__[1].kinds == [1] and now == ([2], m.pi)
keep is use and dumps([1]) == "[1]" and "json" not in globals()
