# name: attributes-that-modules-make-later
# description: a module of one's own makes a dict when it is first used, which its objects hold, and which holds them, and a deque that forgets
# %%
import os, sys
os.makedirs("m", exist_ok=True)
open("m/parts.py", "w").write('''
from collections import deque
ALL, INDEX, NEWEST = [], None, None
class Part:
    def __init__(self, name):
        global INDEX, NEWEST
        if INDEX is None:
            INDEX, NEWEST = {}, deque(maxlen=2)
        self.name, self.index = name, INDEX
        ALL.append(self)
        INDEX[name] = self
        NEWEST.append(self)
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
list(parts.NEWEST) == parts.ALL[-2:] and parts.NEWEST.maxlen == 2
