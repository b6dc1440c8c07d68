# name: class-abc-registers
# description: abstract classes of the session, registered classes, hooks and what they cached of earlier answers
# %%
from abc import ABC, abstractmethod
from collections.abc import Sized, MutableSequence
class Shape(ABC):
    @property
    @abstractmethod
    def area(self): ...
    @classmethod
    def __subclasshook__(cls, other): return True if "area_of" in vars(other) else NotImplemented
class Square(Shape):
    area = 4
class Other: pass
before = isinstance(Other(), Shape), isinstance(3, Shape); sq = Square()
# %%
Shape.register(Other); Shape.register(int); o = Other()
class Ducks(MutableSequence):
    def __init__(self): self.d = []
    def __len__(self): return len(self.d)
    def __getitem__(self, i): return self.d[i]
    def __setitem__(self, i, v): self.d[i] = v
    def __delitem__(self, i): del self.d[i]
    def insert(self, i, v): self.d.insert(i, v)
# %%
class Late: area_of = 1
after = isinstance(o, Shape), isinstance(3, Shape), isinstance(Late(), Shape), issubclass(Square, Shape); ducks = Ducks(); ducks += [1, 2]
# %% holds
before == (False, False) and after == (True, True, True, True)
isinstance(o, Shape) and isinstance(True, Shape) and isinstance(Late(), Shape) and not isinstance("s", Shape)
isinstance(ducks, Sized) and ducks.pop() == 2 and ducks.append(2) is None and Shape.__abstractmethods__ == frozenset({"area"})
