# name: parts-of-ones-own-module-in-libraries
# description: what objects of a module of one's own hold inside, set by cells on modules, classes and objects of libraries, is that very object
# %%
import sys, os, json
from fractions import Fraction
os.makedirs("m", exist_ok=True)
open("m/tree.py", "w").write('''
class N:
    tutor = None
    def __init__(self): self.up, self.kids, self.notes = None, [], {}
root, later = N(), N()
root.kids.append(N())
TABLE = {"a": [1, 2]}
''')
sys.path.insert(0, os.path.abspath("m"))
import tree
# %%
json.kids, json.kid, json.table, json.notes = tree.root.kids, tree.root.kids[0], tree.TABLE["a"], tree.root.notes
json._default_encoder.kids = tree.root.kids
Fraction.tree, Fraction.kids, tree.N.tutor = tree.root, tree.root.kids, tree.later
tree.later.up = tree.root.kids[0]
# %%
tree.root.kids.append(tree.later)
json.late = {"kids": json.kids, "last": tree.root.kids[1]}
tree.N.marks = [1, tree.root.kids]
# %%
json.kids.append(3); json.notes["x"] = 1
# %% holds after 2
json.kids is tree.root.kids and json.kid is tree.root.kids[0] and json.table is tree.TABLE["a"] and json.notes is tree.root.notes
json._default_encoder.kids is tree.root.kids and tree.later.up is tree.root.kids[0]
Fraction.tree is tree.root and Fraction.kids is tree.root.kids and tree.N.tutor is tree.later
# %% holds
json.kids is tree.root.kids and json.kid is tree.root.kids[0] and json.table is tree.TABLE["a"] and json.notes is tree.root.notes
json._default_encoder.kids is tree.root.kids and tree.later.up is tree.root.kids[0]
Fraction.tree is tree.root and Fraction.kids is tree.root.kids and tree.N.tutor is tree.later
json.late["kids"] is tree.root.kids and json.late["last"] is tree.later is tree.root.kids[1] and tree.N.marks[1] is tree.root.kids
