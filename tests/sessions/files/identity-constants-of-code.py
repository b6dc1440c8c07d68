# name: identity-constants-of-code
# description: constants that functions return are the objects that variables hold
# %%
def text(): return "two words"
def number(): return 12345.5
def big(): return 10**6 + 99999999999
class K:
    def m(self, kind="k d"):
        def inner(): return "a b c", kind, 3.25
        return inner
k = K()
t, n, b = text(), number(), big()
# %%
box = {"t": [text(), t], "inner": k.m()}
three = k.m()()
def again(): return "two words"
other = again()
# %% holds
t is text() and box["t"][0] is t and box["t"][1] is text()
n is number() and b is big()
three[0] is box["inner"]()[0] and three[1] is K.m.__defaults__[0] and three[2] is k.m()()[2]
other is again() and other == t
(other is t) == (again() is text())
# %% holds after 1
t is text() and n is number()
