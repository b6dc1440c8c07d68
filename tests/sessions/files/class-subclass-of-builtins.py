# name: class-subclass-of-builtins
# description: subclasses of list, dict, int, str, tuple and Exception with attributes
# %%
class L(list): pass
class D(dict):
    def __missing__(self, k): return k
class I(int): pass
class T(tuple): pass
class E(Exception):
    def __init__(self, code): super().__init__(f"code {code}"); self.code = code
# %%
l = L([1]); l.tag = "x"; d = D(a=l); i = I(5); i.unit = "m"
# %%
t = T([l]); e = E(3); l.append(2)
# %% holds
d["a"] is l and l.tag == "x" and d["zz"] == "zz"
i == 5 and i.unit == "m" and type(i) is I
t[0] is l and l == [1, 2]
e.code == 3 and str(e) == "code 3"
