# name: modules-under-names
# description: modules and what modules hold are the same objects under every name
# %%
import os, os.path as p, sys, json as j, collections.abc, math
from math import *
from json import encoder
env, path, mods = os.environ, sys.path, sys.modules; enc = j.JSONEncoder
# %%
env["FERRYTEST_M"] = "1"; path.append("/ferrytest/m"); f = math.floor; table = {os: "os", p: "path"}
# %%
pi2 = pi * 2; held = [sys.stdout, sys.stdin is None, os.sep]
# %% holds
env is os.environ and path is sys.path and mods is sys.modules and enc is encoder.JSONEncoder and p is os.path
os.environ["FERRYTEST_M"] == "1" and sys.path[-1] == "/ferrytest/m" and table[os] == "os" and floor is f and held[0] is sys.stdout
