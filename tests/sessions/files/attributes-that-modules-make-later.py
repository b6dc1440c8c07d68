# name: attributes-that-modules-make-later
# description: a module of one's own makes a dict when it is first used, which its objects hold, and which holds them
# %%
import os, sys
os.makedirs("m", exist_ok=True)
open("m/parts.py", "w").write('''
ALL, INDEX = [], None
class Part:
    def __init__(self, name):
        global INDEX
        if INDEX is None:
            INDEX = {}
        self.name, self.index = name, INDEX
        ALL.append(self)
        INDEX[name] = self
''')
sys.path.insert(0, os.path.abspath("m"))
import parts
# %%
for name in "ab":
    parts.Part(name)
# %%
parts.Part("c")
# %% holds after 2
parts.ALL[0].index is parts.INDEX and parts.INDEX["b"] is parts.ALL[1]
# %% holds
all(each.index is parts.INDEX for each in parts.ALL)
list(parts.INDEX.values()) == parts.ALL and parts.INDEX["c"] is parts.ALL[2]
