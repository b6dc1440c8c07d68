# name: class-abc
# description: abstract classes, a registered virtual subclass, a protocol
# %%
from abc import ABC, abstractmethod
from typing import Protocol, runtime_checkable
class Shape(ABC):
    @abstractmethod
    def area(self): ...
class Square(Shape):
    def __init__(self, a): self.a = a
    def area(self): return self.a ** 2
# %%
class Foreign:
    def area(self): return -1
Shape.register(Foreign)
@runtime_checkable
class HasArea(Protocol):
    def area(self): ...
# %%
shapes = [Square(2), Foreign()]
# %% holds
isinstance(shapes[1], Shape)
isinstance(shapes[0], HasArea)
[s.area() for s in shapes] == [4, -1]
Shape.__abstractmethods__ == frozenset({"area"})
