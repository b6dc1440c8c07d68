# name: class-attribute-through-subclass
# description: what instances and subclasses change of a base, and bases and classes that are exchanged
# %%
class Base:
    seen, count = [], 0
    def __init_subclass__(cls, **kw): super().__init_subclass__(); Base.seen.append(cls)
    def tick(self): type(self).count += 1; return self
class Sub(Base): pass
class Mixin:
    def who(self): return "mixin", super().__getattribute__("tag")
s, b = Sub(), Base(); s.tag = "s"
# %%
s.tick().tick(); b.tick(); s.seen.append("x")
# %%
Sub.__bases__ = (Mixin, Base); who = s.who()
class Deep(Sub): seen = Base.seen
# %%
b.__class__ = Deep; b.tag = "b"; Deep().tick(); del Sub.count
# %% holds
Base.count == 1 and "count" not in vars(Sub) and Deep.count == 3 and Base.seen == [Sub, "x", Deep] and Deep.__dict__["seen"] is Base.seen
type(b) is Deep and b.who() == ("mixin", "b") and who == ("mixin", "s") and Sub.__mro__ == (Sub, Mixin, Base, object)
Base.__subclasses__() == [Sub] and isinstance(b, Mixin)
