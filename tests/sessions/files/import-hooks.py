# name: import-hooks
# description: finders that cells put on sys.meta_path and sys.path_hooks, with and without a name, before and after others
# %%
import sys, importlib.machinery, importlib.abc
class Finder:
    hits = []
    @classmethod
    def find_spec(cls, name, path=None, target=None): cls.hits.append(name) if name.startswith("ferrytest") else None
sys.meta_path.append(Finder)
# %%
class Loader(importlib.abc.Loader):
    def create_module(self, spec): return None
    def exec_module(self, module): module.answer = 42
class Made(importlib.abc.MetaPathFinder):
    def __init__(self, prefix): self.prefix = prefix
    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, Loader()) if name.startswith(self.prefix) else None
sys.meta_path.insert(0, Made("ferrytest_made"))
made = Made("ferrytest_other"); sys.meta_path.append(made)
# %%
def hook(path):
    if path != "ferrytest-nowhere": raise ImportError
    return made
sys.path_hooks.insert(0, hook)
labels = [getattr(f, "__name__", type(f).__name__) for f in sys.meta_path]
# %%
sys.meta_path.remove(Finder); sys.meta_path.append(Finder)
labels = [getattr(f, "__name__", type(f).__name__) for f in sys.meta_path]
# %% holds after 1
sys.meta_path[-1] is Finder
# %% holds after 3
type(sys.meta_path[0]) is Made and sys.meta_path[0].prefix == "ferrytest_made"
[getattr(f, "__name__", type(f).__name__) for f in sys.meta_path] == labels
# %% holds
sys.meta_path[-1] is Finder and sys.meta_path[-2] is made and sys.path_hooks[0] is hook
sum(f is Finder for f in sys.meta_path) == 1 and len(sys.path_hooks) == 3
[getattr(f, "__name__", type(f).__name__) for f in sys.meta_path] == labels
