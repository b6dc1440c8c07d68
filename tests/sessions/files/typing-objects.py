# name: typing-objects
# description: type variables, generic classes, new types, typed dicts, annotations of the module
# %%
from typing import Generic, NewType, TypedDict, TypeVar, Optional, Literal
T = TypeVar("T", bound=int)
UserId = NewType("UserId", int)
class TD(TypedDict, total=False):
    a: int
class Box(Generic[T]):
    def __init__(self, v: T): self.v = v
# %%
b = Box[int](3); td: TD = {"a": 1}; u = UserId(5)
# %%
alias = Optional[Box[int]]; lit = Literal["x"]
# %% holds
b.v == 3 and type(b) is Box and b.__orig_class__ == Box[int]
u == 5 and td == {"a": 1}
T.__bound__ is int and Box.__parameters__ == (T,)
__annotations__["td"] is TD
