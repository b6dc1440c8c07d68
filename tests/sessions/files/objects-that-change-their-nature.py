# name: objects-that-change-their-nature
# description: dictionaries of instances that are exchanged or shared, classes with slots and dict, states without __init__
# %%
class Bag:
    def __init__(self): self.me = self
class Borg:
    _state = {}
    def __init__(self): self.__dict__ = self._state
class Slotted:
    __slots__ = ("a", "__dict__", "__weakref__")
bag, b1, b2, s = Bag(), Borg(), Borg(), Slotted(); s.a = [1]; s.extra = s.a; raw = Bag.__new__(Bag)
# %%
b1.x = [1]; own = vars(bag); own["planted"] = b2.x; raw.__dict__ = own
# %%
class Frozen:
    def __init__(self, v): object.__setattr__(self, "v", v)
    def __setattr__(self, *a): raise AttributeError("frozen")
    def __delattr__(self, *a): raise AttributeError("frozen")
    def __getattr__(self, n): return f"no {n}"
f = Frozen(own); b2.x.append(2); del s.extra
# %% holds
b1.__dict__ is b2.__dict__ and b1.__dict__ is Borg._state and b2.x == [1, 2] and bag.planted is b1.x
raw.me is bag and vars(raw) is vars(bag) and vars(bag) is own and f.v is own and f.nothing == "no nothing"
s.a == [1] and vars(s) == {} and Slotted.__slots__ == ("a", "__dict__", "__weakref__")
