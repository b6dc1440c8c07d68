# name: held-by-a-module-of-ones-own
# description: what a module of one's own holds, set by cells as attributes of what it and a library hold, is that very object
# %%
import sys, os, json
os.makedirs("m", exist_ok=True)
open("m/tree.py", "w").write("class N:\n    def __init__(self): self.up=None; self.kids=[]\nroot=N()\nlater=N()\nclass Box: inner = N()\n")
sys.path.insert(0, os.path.abspath("m"))
import tree
# %%
tree.later.up = tree.later
tree.Box.inner.up = tree.root
json._default_encoder.tree = tree.root
json.tree, json.trees = tree.later, [tree.root]
# %%
tree.root.kids.append(tree.later)
tree.root.up = tree.later
tree.third = tree.N()
tree.third.up = tree.root
# %%
x = 1
# %% holds after 2
tree.later.up is tree.later and tree.Box.inner.up is tree.root and json._default_encoder.tree is tree.root and json.tree is tree.later and json.trees[0] is tree.root
# %% holds after 4
tree.later.up is tree.later
tree.root.kids[0] is tree.later
tree.root.up is tree.later
tree.third.up is tree.root and json.tree is tree.later and json.trees[0] is tree.root
