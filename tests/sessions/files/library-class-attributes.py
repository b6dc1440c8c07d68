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
# %%
json.JSONEncoder.default = lambda self, obj: self and log.append(type(obj).__name__) or "?"
collections.Counter.made = classmethod(lambda cls, n: cls({"n": n}))
text = json.dumps([object(), {1}])
# %%
del fractions.Fraction.mark
print(json.dumps(object()), log)
# %% holds
fractions.Fraction(3).half() == fractions.Fraction(3, 2) and fractions.Fraction.half is half
fractions.Fraction(3).twice == 6 and not hasattr(fractions.Fraction, "mark")
json.JSONEncoder.default(None, half) == "?" and text == '["?", "?"]'
log[:3] == ["object", "set", "object"]
collections.Counter.made(3)["n"] == 3 and type(collections.Counter.made(1)) is collections.Counter
# %% holds after 1
fractions.Fraction(1).mark == "mark"
