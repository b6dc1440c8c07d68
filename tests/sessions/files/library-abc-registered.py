# name: library-abc-registered
# description: classes of the session registered with abstract classes of libraries
# %%
import collections.abc, numbers
class Line:
    def __init__(self, n): self.n = n
class Money(int):
    pass
collections.abc.Sequence.register(Line)
numbers.Rational.register(Money)
a, m = Line(3), Money(4)
# %%
class Late: pass
collections.abc.Mapping.register(Late)
def kind(x):
    return [name for name in ("Sequence", "Mapping", "Sized") if isinstance(x, getattr(collections.abc, name))]
kinds = [kind(a), kind(Late())]
# %% holds
isinstance(a, collections.abc.Sequence) and isinstance(a, collections.abc.Reversible) and not isinstance(a, collections.abc.Mapping)
isinstance(m, numbers.Rational) and isinstance(m, numbers.Number)
kind(a) == kinds[0] and kind(Late()) == kinds[1]
# %% holds after 1
isinstance(a, collections.abc.Sequence)
