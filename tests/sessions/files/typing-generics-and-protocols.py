# name: typing-generics-and-protocols
# description: generic classes, runtime protocols, new types, overloads and typed dicts
# %%
from typing import Generic, NewType, Protocol, TypedDict, TypeVar, get_type_hints, runtime_checkable
T = TypeVar("T")
class Stack(Generic[T]):
    def __init__(self): self.items: list[T] = []
    def push(self, x: T) -> "Stack[T]": self.items.append(x); return self
@runtime_checkable
class Sized2(Protocol):
    def size(self) -> int: ...
class Row(TypedDict, total=False):
    a: int
Id = NewType("Id", int); ints = Stack[int]; s = ints().push(1)
# %%
class Box:
    def size(self): return 3
box = Box(); ok = isinstance(box, Sized2); hints = get_type_hints(Stack.push)
# %%
s.push(2); row: Row = {"a": 1}
# %% holds
ok and isinstance(box, Sized2) and not isinstance(3, Sized2) and type(s) is Stack and s.items == [1, 2]
hints["x"] is T and Stack.__parameters__ == (T,) and ints.__origin__ is Stack and s.__orig_class__ == ints
Row.__optional_keys__ == frozenset({"a"}) and Id(3) == 3 and Id.__supertype__ is int and __annotations__["row"] is Row
