# name: class-inheritance
# description: classes of the session that inherit from each other and use super, properties and class methods
# %%
class Base:
    made = 0
    def __init__(self, n):
        self.n = n
        Base.made += 1
    @property
    def double(self): return self.n * 2
    @classmethod
    def make(cls): return cls(5)
class Child(Base):
    def __init__(self, n):
        super().__init__(n + 1)
    @staticmethod
    def name(): return "child"
c = Child(1)
# %%
d = Child.make()
# %%
class Grandchild(Child):
    @property
    def double(self): return super().double + 1
g = Grandchild(0)
# %% holds
Base.made == 3
(c.double, d.double, g.double) == (4, 12, 3)
isinstance(g, Base) and type(g).__mro__[1] is Child
Child.name() == "child"
