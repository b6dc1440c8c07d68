# name: class-changed-later
# description: methods and attributes that are put on a class and on one instance after instances exist
# %%
class A:
    def hi(self): return "old"
a, b = A(), A()
# %%
def hi(self): return "new"
A.hi = hi
A.extra = [1]
# %%
import types
b.hi = types.MethodType(lambda self: "mine", b)
a.__class__ = type("B", (A,), {"tag": 7})
# %% holds
a.hi() == "new" and b.hi() == "mine"
A.hi is hi
a.tag == 7 and isinstance(a, A)
b.extra is A.extra
