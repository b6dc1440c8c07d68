# name: functions-of-the-first-week
# description: functions registered by decorators, changed later, made by exec, living in modules made by hand
# lost: nothing (at all)
# %%
handlers = {}
def register(name):
    def deco(f): handlers[name] = f; f.tag = name; return f
    return deco
@register("a")
def fa(x): return x + OFFSET
OFFSET = 10
import logging, atexit, signal, sys, warnings, builtins, contextlib, types, functools
exec("def made(x): return x * OFFSET")
make = [lambda x, k=k: x + k for k in range(3)]; bad = [lambda x: x + k for k in [1, 2]]
globals()["dyn_" + "name"] = 5
# %%
OFFSET = 20
fa.__defaults__ = (7,); fa.__doc__ = "doc"; fa.__annotations__["x"] = int; made.__name__ = "renamed"
def outer():
    cnt = 0
    def inc():
        nonlocal cnt; cnt += 1; return cnt
    def get(): return cnt
    return inc, get
inc, get = outer(); inc(); inc()
class Ctx:
    def __enter__(self): return self
    def __exit__(self, *a): self.done = True
with Ctx() as cx: pass
@contextlib.contextmanager
def cm(): yield 3
mgr = cm(); ent = mgr.__enter__()
partial = functools.partial(fa, 1); fa.self = fa; code = compile("OFFSET + 1", "<x>", "eval"); mod = types.ModuleType("mymod"); exec("z = 3\ndef g(): return z", mod.__dict__); sys.modules["mymod"] = mod
# %%
import mymod
mymod.z = 9; inc(); from mymod import g
del handlers["a"].tag
# %%
w = 1
# %% holds
fa() == 27 and handlers["a"] is fa and fa.self is fa and not hasattr(fa, "tag") and partial() == 21 and fa.__doc__ == "doc"
made(2) == 40 and made.__name__ == "renamed" and get() == 3 and [f(1) for f in make] == [1, 2, 3] and eval(code) == 21
cx.done and mymod is mod and g() == 9 and g is mod.g and sys.modules["mymod"] is mod and dyn_name == 5
