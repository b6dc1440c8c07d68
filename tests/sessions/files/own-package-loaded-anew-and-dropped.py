# name: own-package-loaded-anew-and-dropped
# description: a module of an own package is edited and loaded anew, then dropped and imported again, while functions and classes of each of its lives go on
# %%
import os, sys, importlib
os.makedirs("parts", exist_ok=True); sys.path.insert(0, "")
def write(name, text): open(f"parts/{name}.py", "w").write(text)
write("__init__", "from .core import Base\nREG = {}\n")
write("core", "class Base:\n    kinds = []\n    def __init_subclass__(cls): Base.kinds.append(cls.__name__)\n    def hello(self): return 'v1'\ncounter = 0\ndef bump():\n    global counter; counter += 1; return counter\n")
import parts
from parts.core import Base, bump
class Mine(Base):
    def hello(self): return super().hello() + "!"
m = Mine(); bump(); bump(); parts.REG["m"] = m
# %%
write("core", "class Base:\n    kinds = []\n    def __init_subclass__(cls): Base.kinds.append(cls.__name__)\n    def hello(self): return 'version two'\ncounter = 100\ndef bump():\n    global counter; counter += 1; return counter\n")
importlib.invalidate_caches()
old = parts.core.Base
importlib.reload(parts.core)
b2 = bump(); new_b = parts.core.bump()
# %%
class Second(parts.core.Base): pass
s = Second(); parts.core.extra = [s]
parts.REG["s"] = s
# %%
del sys.modules["parts.core"]
import parts.core as fresh
f = fresh.bump()
# %% holds
m.hello() == "v1!"
s.hello() == "version two"
Base is old and isinstance(m, Base) and not isinstance(s, Base)
parts.REG["m"] is m and parts.REG["s"] is s
b2 == 101 and new_b == 102
f == 101
fresh.counter == 101
Base.kinds == ["Mine"]
