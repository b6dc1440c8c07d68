# name: modules-by-hand-and-imports
# description: a module made by hand among the modules, a module replaced by a stand-in, and import hooks
# %%
import sys, types
fake = types.ModuleType("ferrytest_fake"); fake.state = state = [1]; sys.modules["ferrytest_fake"] = fake
exec("def push(v): state.append(v); return state", fake.__dict__)
# %%
import ferrytest_fake
ferrytest_fake.push(2)
from ferrytest_fake import push
# %%
class Finder:
    hits = []
    @classmethod
    def find_spec(cls, name, path=None, target=None): cls.hits.append(name) if name.startswith("ferrytest") else None
sys.meta_path.append(Finder)
try: import ferrytest_none
except ImportError: missing = True
# %%
push(3)
# %% holds
ferrytest_fake is fake and sys.modules["ferrytest_fake"] is fake
fake.state is state and state == [1, 2, 3]
push.__globals__ is vars(fake)
Finder in sys.meta_path and "ferrytest_none" in Finder.hits
