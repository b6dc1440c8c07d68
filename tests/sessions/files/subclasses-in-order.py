# name: subclasses-in-order
# description: registries that go by __subclasses__ find the classes in the order in which cells made them
# %%
import abc, gc, collections
class Plugin:
    def run(self): return type(self).__name__
class Zed(Plugin): pass
class Alpha(Plugin): __slots__ = ("x",)
class Shape(abc.ABC): pass
class Sq(Shape): pass
class Ci(Shape): pass
class Both(Plugin, Shape): pass
def make(n):
    class Inner(Plugin): num = n
    return Inner
kept = make(1)(); others = [make(2)]
class Mid(Alpha): pass
class Low(Alpha): pass
class Twice(Both): pass
class Bag(list): pass
class Ant(list): pass
# %%
def registry(): return [each.__name__ for each in Plugin.__subclasses__()]
names = registry()
# %%
class Late(Plugin): pass
found = {each().run(): each for each in Plugin.__subclasses__()}
# %%
class Very(Late, Both): pass
shapes = [each.__name__ for each in Shape.__subclasses__()]
# %% holds
registry() == ["Zed", "Alpha", "Both", "Inner", "Inner", "Late"] and shapes == ["Sq", "Ci", "Both"]
[each.__name__ for each in Alpha.__subclasses__()] == ["Mid", "Low"] and [each.__name__ for each in Both.__subclasses__()] == ["Twice", "Very"]
[each.__name__ for each in Shape.__subclasses__()] == ["Sq", "Ci", "Both"] and found["Inner"] is others[0]
[each.__name__ for each in list.__subclasses__() if each.__module__ == "__main__"] == ["Bag", "Ant"]
# %% holds after 2
names == registry() == ["Zed", "Alpha", "Both", "Inner", "Inner"]
