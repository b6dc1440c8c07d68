# name: class-nested
# description: classes in classes and in functions, two of one qualified name
# %%
class Outer:
    class Inner:
        n = [1]
        def get(self): return self.n
def factory(k):
    class Made:
        def value(self): return k
    return Made
A, B = factory(1), factory(2)
# %%
i = Outer.Inner(); a, b = A(), B()
# %%
i.get().append(2)
# %% holds
Outer.Inner.n == [1, 2] and type(i) is Outer.Inner
A is not B and A.__qualname__ == B.__qualname__
(a.value(), b.value()) == (1, 2)
type(a) is A and not isinstance(a, B)
