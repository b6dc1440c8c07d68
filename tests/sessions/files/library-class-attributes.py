# name: library-class-attributes
# description: methods, properties and values that cells hang on classes of libraries
# %%
import fractions, json, collections
class Mark:
    def __get__(self, obj, cls):
        return "mark"
def half(self):
    return self / 2
fractions.Fraction.half = half
fractions.Fraction.twice = property(lambda self: self * 2)
fractions.Fraction.mark = Mark()
log = []
import math; from decimal import Decimal
fractions.Fraction.limit = 5; fractions.Fraction.root = staticmethod(math.sqrt); setattr(fractions.Fraction, "kept", log); collections.Counter.pair = (1, "x")
from fractions import Fraction
def name_of_another(Fraction): Fraction.numerator = 3  # not that class, whose property stays its own
# %%
json.JSONEncoder.default = lambda self, obj: self and log.append(type(obj).__name__) or "?"
collections.Counter.made = classmethod(lambda cls, n: cls({"n": n}))
text = json.dumps([object(), {1}])
# %%
del fractions.Fraction.mark
print(json.dumps(object()), log)
# %%
from unittest import mock
for name, value in {"places": 4, "root3": math.cbrt if hasattr(math, "cbrt") else math.sqrt}.items(): setattr(fractions.Fraction, name, value)
type.__setattr__(fractions.Fraction, "unit", "m"); patched = mock.patch.object(fractions.Fraction, "limit_denominator", 7).start()
# %% holds
(fractions.Fraction.places, fractions.Fraction.unit, fractions.Fraction.limit_denominator) == (4, "m", 7) and fractions.Fraction.root3(1.0) == 1
fractions.Fraction(3).half() == fractions.Fraction(3, 2) and fractions.Fraction.half is half
fractions.Fraction(3).twice == 6 and not hasattr(fractions.Fraction, "mark")
json.JSONEncoder.default(None, half) == "?" and text == '["?", "?"]'
log[:3] == ["object", "set", "object"]
collections.Counter.made(3)["n"] == 3 and type(collections.Counter.made(1)) is collections.Counter
fractions.Fraction.limit == 5 and fractions.Fraction.root(9) == 3 and fractions.Fraction(1).kept is log and collections.Counter.pair == (1, "x")
Fraction(2, 3).numerator == 2 and type(vars(Fraction)["numerator"]) is property
# %% holds after 1
fractions.Fraction(1).mark == "mark"
