# name: the-only-instance-of-a-class
# description: a module of one's own whose class makes one instance, which it holds itself; its lists and outputs hold it as well
# %%
import os, sys
os.makedirs("m", exist_ok=True)
open("m/conf.py", "w").write('''
class Config:
    _only = None
    def __new__(cls, *args):
        if cls._only is None:
            cls._only = super().__new__(cls)
            cls._only.values = {}
        return cls._only
LOG = []
''')
sys.path.insert(0, os.path.abspath("m"))
import conf
# %%
conf.LOG.append((conf.Config(), 1))
conf.Config().values["a"] = 1
{"by": (conf.Config(),)}
# %%
conf.Config().values["b"] = 2
# %% holds after 2
conf.LOG[0][0] is conf.Config() is Out[2]["by"][0]
conf.Config().values == {"a": 1}
# %% holds
conf.LOG[0][0] is conf.Config() is Out[2]["by"][0]
conf.Config().values == {"a": 1, "b": 2} and Out[2]["by"][0].values is conf.Config().values
