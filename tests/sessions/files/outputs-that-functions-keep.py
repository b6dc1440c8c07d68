# name: outputs-that-functions-keep
# description: what a cell shows is a default argument of a function, or hangs on one
# %%
def add(x, to=[]):
    to.append(x)
    return to
def keyed(x, *, to={"all": []}):
    to["all"].append(x)
    return to["all"]
def hung(x):
    hung.seen.append(x)
    return hung.seen
hung.seen = []
exec("def made(parts=[]): parts.append(len(parts)); return parts", space := {}); made = space["made"]
# %%
add(1)
# %%
keyed(2)
# %%
hung(3)
# %%
made()
# %%
class Course:
    def join(self, name, to=[]):
        to.append(name)
        return to
Course().join("ann")
# %%
add(4); keyed(5); hung(6); made(); Course().join("bob")
print(_2, _3, _4, _5, _6)
# %% holds
_2 is add.__defaults__[0] and _3 is keyed.__kwdefaults__["to"]["all"] and _4 is hung.seen and _6 is Course.join.__defaults__[0]
_5 is made.__defaults__[0] and made.__globals__ is space
