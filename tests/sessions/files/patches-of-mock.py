# name: patches-of-mock
# description: patches of unittest.mock that are started in one cell and stopped in another
# %%
from unittest import mock
import os, json, math, random
p = mock.patch("os.getlogin", lambda: "me"); p.start()
orig = json.loads
# %%
u = os.getlogin(); math.tau2 = 6; po = mock.patch.object(random.Random, "random", lambda self: .25); po.start()
# %%
r = random.Random(1).random()
# %%
p.stop(); po.stop(); del math.tau2; r2 = random.Random(1).random() == .25
# %% holds
u == "me" and r == .25 and not r2
os.getlogin.__module__ == "posix"
not hasattr(math, "tau2")
"random" not in vars(random.Random) or random.Random.random.__qualname__ != "<lambda>"
