# name: own-modules-that-reach-back
# description: modules beside the notebook that change its variables by way of __main__, of a callback and of an argument they kept
# %%
%%writefile ferry_back.py
import __main__
hooks, kept = [], []
def push(v): __main__.log.append(v)
def rebind(v): __main__.total = getattr(__main__, "total", 0) + v
def fire(v):
    for hook in hooks: hook(v)
def keep(target): kept.append(target)
def fill(v): kept[0].append(v)
# %%
import sys; sys.path.insert(0, "")
import ferry_back
log, heard, mine = [], [], []
# %%
ferry_back.push("pushed")
# %%
ferry_back.rebind(3); ferry_back.rebind(4)
# %%
ferry_back.hooks.append(lambda v: heard.append((v, len(log))))
# %%
ferry_back.fire("one")
# %%
ferry_back.keep(mine)
# %%
ferry_back.fill(1)
# %%
ferry_back.push("last"); ferry_back.fill(2); ferry_back.fire("two"); ferry_back.rebind(1)
# %% holds
log == ["pushed", "last"] and total == 8
heard == [("one", 1), ("two", 2)]
mine == [1, 2]
