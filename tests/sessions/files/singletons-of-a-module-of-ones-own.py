# name: singletons-of-a-module-of-ones-own
# description: a module of one's own whose class wants arguments to make an instance, remembers each, and holds one as an attribute
# lost: shops (the account knows one place of two that hold it)
# %%
import os, sys
os.makedirs("m", exist_ok=True)
open("m/shops.py", "w").write('''
class Shop:
    known, made, default = {}, [], None
    def __new__(cls, name):
        if name not in cls.known:
            cls.known[name] = super().__new__(cls)
            cls.known[name].rows = []
        return cls.known[name]
    def __init__(self, name):
        self.name = name
class Counted:
    def __new__(cls):
        made = super().__new__(cls)
        Shop.made.append(made)
        return made
Shop("head")
only = Counted()
''')
sys.path.insert(0, os.path.abspath("m"))
from shops import Shop, only, Counted
# %%
shops = {name: Shop(name) for name in ("north", "south")}
Shop.default = shops["south"]
more = Counted()
# %%
Shop("north").rows.append(1); Shop("head").rows.append(2)
# %%
Shop.default.rows.append(3)
# %% holds
Shop("north") is shops["north"] and Shop.default is shops["south"] is Shop("south")
[each.rows for each in Shop.known.values()] == [[2], [1], [3]] and Shop.made == [only, more]
