# name: own-module-loaded-anew
# description: a module of the session's folder that is edited and loaded anew, with old functions and instances kept
# %%
import sys, importlib, pathlib
sys.dont_write_bytecode = True
pathlib.Path("tool.py").write_text("V = 1\nREG = {}\nclass A:\n    def f(self): return V\ndef g(): REG['n'] = REG.get('n', 0) + 1; return REG['n']\n")
import tool; from tool import A, g, REG
a = A(); n = g()
# %%
REG["x"] = a; tool.V = 5; w = a.f()
# %%
pathlib.Path("tool.py").write_text("V = 100\nREG = {}\nclass A:\n    def f(self): return V + 1\ndef g(): REG['n'] = REG.get('n', 0) + 10; return REG['n']\n")
importlib.invalidate_caches(); importlib.reload(tool); b = tool.A(); old = g is not tool.g
# %%
n2 = g(), tool.g(); kinds = isinstance(a, tool.A), isinstance(b, A), a.f(), b.f()
# %% holds
kinds == (False, False, 100, 101)
g is not tool.g
REG is not tool.REG
type(a) is A
