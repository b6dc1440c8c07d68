# name: weak-collections
# description: weak dicts and sets over instances, callbacks, and finalizers that are gone
# %%
import weakref, gc
class Node:
    def __init__(self, n): self.n = n; self.parent = None
gone = []
root, kid = Node(1), Node(2); kid.parent = weakref.ref(root); root.kids = [kid]
cache = weakref.WeakValueDictionary(r=root, k=kid); tags = weakref.WeakKeyDictionary({root: "R"}); live = weakref.WeakSet([kid])
# %%
tmp = Node(3); cache["t"] = tmp; watch = weakref.ref(kid, lambda r: gone.append("kid")); del tmp; gc.collect()
# %%
root.kids.clear(); del kid; gc.collect();
# %% holds
gone == ["kid"] and sorted(cache) == ["r"] and len(live) == 0 and tags[root] == "R" and watch() is None
# %% holds after 2
kid.parent() is root and sorted(cache) == ["k", "r"] and watch() is kid and kid in live and "kid" not in gone
